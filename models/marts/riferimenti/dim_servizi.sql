-- Grain: one row per servizio.
with servizi as (
    select * from {{ ref('servizi') }}
)

select
    servizio,
    nome,
    area,
    descrizione,
    cast(soglia_persone as integer) as soglia_persone,
    cast(valido_dal as date) as valido_dal,
    cast(valido_al as date) as valido_al,
    fonte as riferimento
from servizi
