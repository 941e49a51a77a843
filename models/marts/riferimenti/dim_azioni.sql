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
    azioni.fonte as riferimento
from azioni
left join aree on azioni.area = aree.area
