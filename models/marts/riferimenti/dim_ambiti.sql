-- Grain: one row per ambito.
with ambiti as (
    select * from {{ ref('ambiti') }}
)

select
    ambito_id,
    nome,
    capofila,
    cast(numero_comuni as integer) as numero_comuni,
    cast(valido_dal as date) as valido_dal,
    cast(valido_al as date) as valido_al,
    fonte as riferimento
from ambiti
