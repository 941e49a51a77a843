-- Grain: one row per check. Renames only.
with quadrature as (
    select * from {{ source('raw', 'quadrature') }}
)

select
    quadratura_id,
    documento,
    tipo,
    descrizione,
    cella_id,
    moltiplicatore
from quadrature
