-- Grain: one row per ente, indicatore, servizio and anno: the two figures of each ratio, where something says them.
-- Behind a figure that is not of a servizio nobody is served: its utenti are 0, and its servizio is the empty text, to
-- be a key.
with servizi_sub_ambito as (
    select * from {{ ref('costo_servizi_sub_ambito') }}
),

spesa_stampata as (
    select * from {{ ref('spesa_sociale') }}
),

spesa_comuni as (
    select * from {{ ref('spesa_sociale_comuni') }}
),

celle as (
    select * from {{ ref('int_celle_conformate') }}
),

popolazione as (
    select * from {{ ref('int_popolazione_enti') }}
),

servizi as (
    select
        ente_id,
        servizio,
        anno,
        cast(sum(costo_eur) as decimal(18, 2)) as costo,
        cast(sum(ore_erogate) as decimal(18, 2)) as ore,
        cast(sum(utenti_nell_anno) as integer) as utenti,
        max(origine_dato) as origine_dato,
        {{ elenco('celle') }} as celle,
        max(file) as file,
        max(soglia_persone) as soglia_persone
    from servizi_sub_ambito
    group by ente_id, servizio, anno
),

comuni as (
    select
        ente_id,
        anno_riferimento as anno,
        cast(sum(spesa_lorda_eur) as decimal(18, 2)) as lorda,
        cast(sum(spesa_netta_eur) as decimal(18, 2)) as netta,
        max(origine_dato) as origine_dato,
        max(file) as file
    from spesa_comuni
    group by ente_id, anno_riferimento
),

stranieri as (
    select
        ente_id,
        anno,
        {{ cifra('stranieri', 'decimal(18, 2)') }} as stranieri,
        {{ cifra('residenti', 'decimal(18, 2)') }} as residenti,
        {{ elenco('cella_id') }} as celle
    from celle
    where documento = '000' and tabella = 'stranieri' and tipo_riga = 'totale'
    group by ente_id, anno
),

produzione as (
    select
        ente_id,
        anno,
        max(valore) as valore,
        {{ elenco('cella_id') }} as celle
    from celle
    where misura = 'valore_produzione'
    group by ente_id, anno
),

residenti_stampati as (
    select
        ente_id,
        anno,
        max(valore) as residenti,
        {{ elenco('cella_id') }} as celle
    from celle
    where
        misura = 'residenti' and anno is not null
        and ((tabella = 'demografia_sub_ambiti' and tipo_riga = 'totale') or tabella = 'testo')
    group by ente_id, anno
),

rapporti as (
    {%- set dei_servizi = [
        ('costo_orario', 'costo', 'ore'),
        ('costo_utente', 'costo', 'utenti'),
        ('ore_utente', 'ore', 'utenti'),
    ] %}
    {%- for indicatore, sopra, sotto in dei_servizi %}
        select
            ente_id,
            '{{ indicatore }}' as indicatore,
            servizio,
            anno,
            cast({{ sopra }} as decimal(18, 2)) as numeratore,
            cast({{ sotto }} as decimal(18, 2)) as denominatore,
            false as is_su_popolazione,
            cast(null as integer) as popolazione_stampata,
            utenti,
            origine_dato,
            celle,
            file,
            soglia_persone
        from servizi
        union all
    {%- endfor %}
    select
        ente_id,
        'costo_pro_capite' as indicatore,
        servizio,
        anno,
        costo as numeratore,
        cast(null as decimal(18, 2)) as denominatore,
        true as is_su_popolazione,
        cast(null as integer) as popolazione_stampata,
        utenti,
        origine_dato,
        celle,
        file,
        soglia_persone
    from servizi
    union all
    select
        ente_id,
        'spesa_lorda_pro_capite' as indicatore,
        '' as servizio,
        anno_riferimento as anno,
        spesa_sociale_eur as numeratore,
        cast(null as decimal(18, 2)) as denominatore,
        true as is_su_popolazione,
        popolazione_implicita as popolazione_stampata,
        0 as utenti,
        origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from spesa_stampata
    {%- for indicatore, sopra in [('spesa_lorda_pro_capite', 'lorda'), ('spesa_netta_pro_capite', 'netta')] %}
        union all
        select
            ente_id,
            '{{ indicatore }}' as indicatore,
            '' as servizio,
            anno,
            {{ sopra }} as numeratore,
            cast(null as decimal(18, 2)) as denominatore,
            true as is_su_popolazione,
            cast(null as integer) as popolazione_stampata,
            0 as utenti,
            origine_dato,
            cast(null as string) as celle,
            file,
            cast(null as integer) as soglia_persone
        from comuni
    {%- endfor %}
    union all
    select
        ente_id,
        'quota_stranieri' as indicatore,
        '' as servizio,
        anno,
        stranieri as numeratore,
        residenti as denominatore,
        false as is_su_popolazione,
        cast(null as integer) as popolazione_stampata,
        0 as utenti,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from stranieri
    union all
    select
        produzione.ente_id,
        'valore_produzione_pro_capite' as indicatore,
        '' as servizio,
        produzione.anno,
        cast(produzione.valore as decimal(18, 2)) as numeratore,
        cast(residenti_stampati.residenti as decimal(18, 2)) as denominatore,
        false as is_su_popolazione,
        cast(residenti_stampati.residenti as integer) as popolazione_stampata,
        0 as utenti,
        'prospetto' as origine_dato,
        concat_ws(' ', produzione.celle, residenti_stampati.celle) as celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from produzione
    left join residenti_stampati
        on produzione.ente_id = residenti_stampati.ente_id and produzione.anno = residenti_stampati.anno
)

select
    rapporti.ente_id,
    rapporti.indicatore,
    rapporti.servizio,
    cast(rapporti.anno as integer) as anno,
    rapporti.numeratore,
    case
        when rapporti.is_su_popolazione then cast(popolazione.popolazione as decimal(18, 2))
        else rapporti.denominatore
    end as denominatore,
    popolazione.popolazione as popolazione_estratto,
    popolazione.data as popolazione_al,
    rapporti.popolazione_stampata,
    rapporti.utenti,
    rapporti.origine_dato,
    rapporti.celle,
    rapporti.file,
    rapporti.soglia_persone
from rapporti
left join popolazione
    on
        rapporti.ente_id = popolazione.ente_id
        and make_date(cast(rapporti.anno as integer), 1, 1) >= popolazione.data
        and make_date(cast(rapporti.anno as integer), 1, 1) < popolazione.prima_del
