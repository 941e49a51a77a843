-- Grain: one row per ente.
with enti as (
    select * from {{ ref('enti') }}
)

select
    ente_id,
    nome,
    ambito_id,
    forma_giuridica,
    sede,
    cast(valido_dal as date) as valido_dal,
    cast(valido_al as date) as valido_al,
    fonte as riferimento
from enti
