-- Grain: one row per azione, with its area.
with azioni as (
    select * from {{ ref('azioni') }}
),

aree as (
    select * from {{ ref('aree') }}
)

select
    azioni.azione,
    azioni.area,
    cast(aree.ordine as integer) as ordine_area,
    cast(azioni.valido_dal as date) as valido_dal,
    cast(azioni.valido_al as date) as valido_al,
    azioni.fonte as riferimento
from azioni
left join aree on azioni.area = aree.area
