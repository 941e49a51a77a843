-- Grain: one row per ente, anno and sub_ambito. Regrains: the four services of costo_servizi_sub_ambito -> their sum.
-- In a year for which a document prints some of the services, those that only a flusso gives stay out: their sum would
-- be of neither.
with costi as (
    select * from {{ ref('costo_servizi_sub_ambito') }}
),

mensili as (
    select * from {{ ref('int_ore_servizio_correnti') }}
),

file_letti as (
    select
        ente_id,
        anno,
        sub_ambito,
        {{ elenco('file_id') }} as file
    from mensili
    where servizio in ('SAAP', 'SAD', 'ADM', 'SIP')
    group by ente_id, anno, sub_ambito
),

sommati as (
    select
        ente_id,
        anno,
        sub_ambito,
        {{ elenco('servizio') }} as servizi,
        cast(sum(utenti_nell_anno) as integer) as utenti_nell_anno,
        cast(sum(costo_eur) as decimal(18, 2)) as costo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('celle') }} as celle,
        max(soglia_persone) as soglia_persone
    from costi
    where
        origine_dato = 'prospetto'
        or not exists (
            select 1 as uno from {{ ref('costo_servizi_sub_ambito') }} as stampati
            where
                costi.ente_id = stampati.ente_id
                and costi.anno = stampati.anno
                and stampati.origine_dato = 'prospetto'
        )
    group by ente_id, anno, sub_ambito
),

con_totale as (
    select
        sommati.*,
        cast(
            sum(sommati.costo_eur) over (partition by sommati.ente_id, sommati.anno) as decimal(18, 2)
        ) as totale_eur
    from sommati
)

select
    con_totale.ente_id,
    con_totale.anno,
    con_totale.sub_ambito,
    con_totale.servizi,
    con_totale.utenti_nell_anno,
    con_totale.costo_eur,
    cast({{ divisione('100 * con_totale.costo_eur', 'con_totale.totale_eur', 2) }} as decimal(5, 2)) as quota_pct,
    con_totale.origine_dato,
    con_totale.celle,
    case when con_totale.origine_dato <> 'prospetto' then file_letti.file end as file,
    cast(con_totale.soglia_persone as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from con_totale
left join file_letti
    on
        con_totale.ente_id = file_letti.ente_id
        and con_totale.anno = file_letti.anno
        and con_totale.sub_ambito = file_letti.sub_ambito
