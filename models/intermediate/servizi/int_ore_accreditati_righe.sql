-- Grain: one row per loaded row of ore_servizio of the four accredited services (current lotti): the rows behind
-- costo_sub_ambiti.
with righe as (
    select * from {{ ref('int_ore_servizio_righe') }}
    where servizio in ('SAAP', 'SAD', 'ADM', 'SIP')
)

select
    ente_id,
    anno,
    sub_ambito,
    file_id,
    foglio,
    riga
from righe
