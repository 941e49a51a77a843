-- Grain: one row per servizio.
with servizi as (
    select * from {{ ref('servizi') }}
)

select
    servizio,
    nome,
    area,
    descrizione,
    fonte as riferimento
from servizi
