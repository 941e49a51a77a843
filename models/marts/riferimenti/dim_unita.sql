-- Grain: one row per unita.
with unita as (
    select * from {{ ref('unita') }}
)

select
    unita,
    descrizione,
    simbolo,
    esatta
from unita
