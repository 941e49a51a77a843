-- Grain: one row per current line of the accounts that is a revenue of a closed esercizio.
with entrate as (
    select * from {{ ref('int_contabilita_entrate') }}
)

select
    ente_id,
    esercizio,
    importo_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from entrate
where fase = 'consuntivo'
