-- Grain: one row per printed table. Renames only.
with tabelle as (
    select * from {{ source('raw', 'tabelle') }}
)

select
    documento,
    tabella,
    titolo,
    linea_da,
    linea_a,
    riga as significato_riga,
    fatto,
    nota
from tabelle
