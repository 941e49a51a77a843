-- Grain: one row per profilo.
with profili as (
    select * from {{ ref('profili') }}
)

select
    profilo,
    tipo,
    gruppo,
    area,
    cast(ordine as integer) as ordine,
    fonte as riferimento
from profili
