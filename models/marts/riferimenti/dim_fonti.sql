-- Grain: one row per fonte: the one list of funds and funding sources.
with fonti as (
    select * from {{ ref('fonti') }}
)

select
    fonte,
    nome,
    tipo,
    provenienza,
    riferimento
from fonti
