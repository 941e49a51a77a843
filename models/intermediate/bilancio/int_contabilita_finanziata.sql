-- Grain: one row per current line of the accounts that is an expense foreseen (preventivo) on a named source.
with spese as (
    select * from {{ ref('int_contabilita_spese') }}
)

select
    ente_id,
    esercizio,
    area,
    servizio,
    azione,
    voce,
    fonte,
    natura,
    importo_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from spese
where fase = 'preventivo' and fonte is not null
