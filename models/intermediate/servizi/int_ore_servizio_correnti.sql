-- Grain: one row per ente, mese, servizio, sub_ambito and ente_gestore of the lotti to read, each with its file.
with mensili as (
    select * from {{ ref('int_ore_servizio_mensili') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
)

select
    mensili.ente_id,
    cast(extract(year from mensili.mese) as integer) as anno,
    mensili.mese,
    mensili.servizio,
    mensili.sub_ambito,
    mensili.ente_gestore,
    mensili.utenti,
    mensili.ore_erogate,
    mensili.costo_eur,
    lotti.file_id
from mensili
inner join lotti on mensili.lotto = lotti.lotto
where {{ lotti_validi() }}
