-- Regrains: one row per mese, servizio, sub_ambito and ente_gestore -> one per ente, anno, servizio and sub_ambito.
-- All that the flussi say, also where a document prints the same figure.
with mensili as (
    select * from {{ ref('int_ore_servizio_correnti') }}
),

annuali as (
    select * from {{ ref('int_servizio_utenti_annuali') }}
),

mesi as (
    select
        ente_id,
        anno,
        cast(count(distinct mese) as integer) as mesi_caricati
    from mensili
    group by ente_id, anno
),

sommati as (
    select
        ente_id,
        anno,
        servizio,
        sub_ambito,
        cast(sum(ore_erogate) as decimal(14, 2)) as ore_erogate,
        cast(sum(costo_eur) as decimal(18, 2)) as costo_eur,
        {{ elenco('file_id') }} as file
    from mensili
    group by ente_id, anno, servizio, sub_ambito
)

select
    sommati.ente_id,
    sommati.anno,
    sommati.servizio,
    sommati.sub_ambito,
    annuali.utenti,
    sommati.ore_erogate as ore,
    sommati.costo_eur as costo,
    mesi.mesi_caricati,
    sommati.file
from sommati
inner join mesi on sommati.ente_id = mesi.ente_id and sommati.anno = mesi.anno
left join annuali
    on
        sommati.ente_id = annuali.ente_id
        and sommati.anno = annuali.anno
        and sommati.servizio = annuali.servizio
        and sommati.sub_ambito = annuali.sub_ambito
