-- Grain: one row per fonte: the one list of funds and funding sources.
with fonti as (
    select * from {{ ref('fonti') }}
)

select
    fonte,
    nome,
    tipo,
    provenienza,
    cast(valido_dal as date) as valido_dal,
    cast(valido_al as date) as valido_al,
    riferimento
from fonti
