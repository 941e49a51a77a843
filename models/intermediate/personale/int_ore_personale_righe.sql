-- Grain: one row per loaded row of ore_personale (current lotti), with the keys of the mart made from it.
with righe as (
    select * from {{ ref('stg_flussi__ore_personale') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
)

select
    righe.ente_id,
    cast(substr(righe.periodo, 1, 4) as integer) as anno,
    cast(righe.periodo || '-01' as date) as mese,
    righe.servizio,
    righe.profilo,
    righe.codice_operatore,
    righe.ore_lavorate,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
where {{ lotti_validi() }}
