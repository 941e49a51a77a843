-- Grain: one row per cell, row or file that a rule refused or warned about. Renames only.
with quarantena as (
    select * from {{ source('raw', 'quarantena') }}
)

select
    file_id,
    file,
    tracciato,
    foglio,
    riga,
    colonna,
    valore,
    regola,
    gravita,
    messaggio
from quarantena
