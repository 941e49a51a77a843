-- Grain: one row per current row of the flussi that says a revenue of a channel, and esercizio it counts in.
with canali as (
    select * from {{ ref('int_canali_righe') }}
)

select
    ente_id,
    esercizio,
    fase,
    provenienza,
    entrata_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from canali
where entrata_eur is not null
