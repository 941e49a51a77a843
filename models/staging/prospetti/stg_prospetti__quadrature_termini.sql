-- Grain: one row per check and term (quadratura_id, ordine). Renames only.
with termini as (
    select * from {{ source('raw', 'quadrature_termini') }}
)

select
    quadratura_id,
    ordine,
    ruolo,
    cella_id,
    coefficiente
from termini
