-- Grain: one row per sub_ambito. «Fuori distretto», «Extra-territorio», «Non attribuito» and «Tutto l'ambito» have no
-- population.
with sub_ambiti as (
    select * from {{ ref('sub_ambiti') }}
)

select
    sub_ambito,
    ente_id,
    tipo,
    capofila,
    ha_pro_capite,
    cast(valido_dal as date) as valido_dal,
    cast(valido_al as date) as valido_al,
    fonte as riferimento
from sub_ambiti
