-- Grain: one row per ente, anno, servizio, sub_ambito and misura that a document prints and a flusso gives too.
-- A figure of the accounts is of the whole ente: it has no servizio and no sub_ambito.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
),

unita as (
    select
        unita,
        esatta
    from {{ ref('unita') }}
),

servizi as (
    select
        servizio,
        soglia_persone
    from {{ ref('servizi') }}
),

da_flusso as (
    select * from {{ ref('int_servizi_da_flusso') }}
),

contabilita as (
    select * from {{ ref('int_contabilita_per_voce') }}
),

misure as (
    select
        elenco.misura,
        elenco.colonna
    from (
        values
        ('utenti_nell_anno', 'utenti_nell_anno'),
        ('ore_erogate', 'ore_erogate'),
        ('costo', 'costo_eur')
    ) as elenco (misura, colonna)
),

stampate_servizi as (
    select
        celle.ente_id,
        celle.anno,
        celle.servizio,
        celle.sub_ambito,
        misure.colonna as misura,
        celle.unita,
        celle.valore as stampato,
        -- a count is exact; an amount is rounded to its last printed digit
        case
            when unita.esatta then cast(0 as decimal(18, 5))
            else {{ mezza_cifra('celle.decimali') }}
        end as tolleranza,
        celle.documento,
        celle.linea,
        celle.cella_id as celle
    from celle
    inner join misure on celle.misura = misure.misura
    left join unita on celle.unita = unita.unita
    where celle.fatto = 'costo_servizi_sub_ambito' and celle.sub_ambito is not null
),

flussi_servizi as (
    select
        da_flusso.ente_id,
        da_flusso.anno,
        da_flusso.servizio,
        da_flusso.sub_ambito,
        misure.colonna as misura,
        case misure.colonna
            when 'utenti_nell_anno' then 'persone'
            when 'ore_erogate' then 'ore'
            else 'eur'
        end as unita,
        cast(
            case misure.colonna
                when 'utenti_nell_anno' then cast(da_flusso.utenti as decimal(18, 2))
                when 'ore_erogate' then cast(da_flusso.ore as decimal(18, 2))
                else cast(da_flusso.costo as decimal(18, 2))
            end as decimal(18, 4)
        ) as valore,
        da_flusso.mesi_caricati,
        da_flusso.utenti as persone,
        da_flusso.file
    from da_flusso
    cross join misure
),

-- only the services of a year that both have: what one of the two does not cover at all is no difference
servizi_in_comune as (
    select distinct
        flussi_servizi.ente_id,
        flussi_servizi.anno,
        flussi_servizi.servizio
    from flussi_servizi
    inner join stampate_servizi
        on
            flussi_servizi.ente_id = stampate_servizi.ente_id
            and flussi_servizi.anno = stampate_servizi.anno
            and flussi_servizi.servizio = stampate_servizi.servizio
),

-- full join: a sub_ambito that only one of the two has is a difference
confronto_servizi as (
    select
        coalesce(stampate_servizi.ente_id, flussi_servizi.ente_id) as ente_id,
        coalesce(stampate_servizi.anno, flussi_servizi.anno) as anno,
        coalesce(stampate_servizi.servizio, flussi_servizi.servizio) as servizio,
        coalesce(stampate_servizi.sub_ambito, flussi_servizi.sub_ambito) as sub_ambito,
        coalesce(stampate_servizi.misura, flussi_servizi.misura) as misura,
        coalesce(stampate_servizi.unita, flussi_servizi.unita) as unita,
        stampate_servizi.stampato,
        flussi_servizi.valore as da_flusso,
        coalesce(stampate_servizi.tolleranza, 0) as tolleranza,
        stampate_servizi.documento,
        stampate_servizi.linea,
        stampate_servizi.celle,
        flussi_servizi.file,
        flussi_servizi.mesi_caricati,
        coalesce(flussi_servizi.persone, 0) as persone_da_flusso
    from stampate_servizi
    full outer join flussi_servizi
        on
            stampate_servizi.ente_id = flussi_servizi.ente_id
            and stampate_servizi.anno = flussi_servizi.anno
            and stampate_servizi.servizio = flussi_servizi.servizio
            and stampate_servizi.sub_ambito = flussi_servizi.sub_ambito
            and stampate_servizi.misura = flussi_servizi.misura
),

stampate_conti as (
    select
        celle.ente_id,
        celle.anno,
        concat_ws('', celle.misura, '_eur') as misura,
        cast(sum(celle.valore) as decimal(18, 4)) as stampato,
        cast(sum({{ mezza_cifra('celle.decimali') }}) as decimal(18, 5)) as tolleranza,
        {{ elenco('celle.documento') }} as documento,
        {{ elenco('celle.cella_id') }} as celle
    from celle
    where celle.fatto = 'preventivo_consuntivo' and celle.misura in ('preventivo', 'consuntivo')
    group by celle.ente_id, celle.anno, celle.misura
),

flussi_conti as (
    select
        ente_id,
        esercizio as anno,
        'preventivo_eur' as misura,
        cast(sum(preventivo_eur) as decimal(18, 4)) as valore,
        {{ elenco('file') }} as file
    from contabilita
    group by ente_id, esercizio
    union all
    select
        ente_id,
        esercizio as anno,
        'consuntivo_eur' as misura,
        cast(sum(consuntivo_eur) as decimal(18, 4)) as valore,
        {{ elenco('file') }} as file
    from contabilita
    group by ente_id, esercizio
),

confronti as (
    select confronto_servizi.*
    from confronto_servizi
    inner join servizi_in_comune
        on
            confronto_servizi.ente_id = servizi_in_comune.ente_id
            and confronto_servizi.anno = servizi_in_comune.anno
            and confronto_servizi.servizio = servizi_in_comune.servizio
    union all
    select
        stampate_conti.ente_id,
        stampate_conti.anno,
        cast(null as string) as servizio,
        cast(null as string) as sub_ambito,
        stampate_conti.misura,
        'eur' as unita,
        stampate_conti.stampato,
        flussi_conti.valore as da_flusso,
        stampate_conti.tolleranza,
        stampate_conti.documento,
        cast(null as integer) as linea,
        stampate_conti.celle,
        flussi_conti.file,
        cast(null as integer) as mesi_caricati,
        0 as persone_da_flusso
    from stampate_conti
    inner join flussi_conti
        on
            stampate_conti.ente_id = flussi_conti.ente_id
            and stampate_conti.anno = flussi_conti.anno
            and stampate_conti.misura = flussi_conti.misura
    where flussi_conti.valore is not null
)

select
    confronti.ente_id,
    cast(confronti.anno as integer) as anno,
    confronti.servizio,
    confronti.sub_ambito,
    confronti.misura,
    confronti.unita,
    cast(confronti.stampato as decimal(18, 4)) as stampato,
    cast(confronti.da_flusso as decimal(18, 4)) as da_flusso,
    cast(confronti.stampato - confronti.da_flusso as decimal(18, 4)) as scarto,
    cast(confronti.tolleranza as decimal(18, 4)) as tolleranza,
    case
        when confronti.stampato = confronti.da_flusso then 'quadra'
        when abs(confronti.stampato - confronti.da_flusso) <= confronti.tolleranza then 'arrotondamento'
        else 'da_spiegare'
    end as esito,
    confronti.documento,
    cast(confronti.linea as integer) as linea,
    cast(confronti.mesi_caricati as integer) as mesi_caricati,
    confronti.celle,
    confronti.file,
    case when confronti.ente_id = 'dimostrativo' then 'dimostrativo' else 'flusso' end as origine_dato,
    cast(confronti.persone_da_flusso as integer) as persone_da_flusso,
    servizi.soglia_persone,
    cast(null as string) as misure_soppresse
from confronti
left join servizi on confronti.servizio = servizi.servizio
