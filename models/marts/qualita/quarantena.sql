-- Grain: one row per printed cell that could not be read.
with quarantena as (
    select * from {{ ref('stg_prospetti__quarantena') }}
)

select
    cella_id,
    file_csv,
    cast(riga_file as integer) as riga_file,
    documento,
    tabella,
    cast(linea as integer) as linea,
    colonna,
    testo,
    regola,
    messaggio
from quarantena
