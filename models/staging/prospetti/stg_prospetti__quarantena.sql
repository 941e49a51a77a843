-- Grain: one row per cell that could not be read. Renames only.
with quarantena as (
    select * from {{ source('raw', 'celle_in_quarantena') }}
)

select
    cella_id,
    file as file_csv,
    riga_file,
    documento,
    tabella,
    linea,
    colonna,
    testo,
    regola,
    messaggio
from quarantena
