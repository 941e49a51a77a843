-- Grain: one row per loaded row of ore_servizio of the SAAP (current lotti): the rows behind costo_saap_sub_ambito.
with righe as (
    select * from {{ ref('int_ore_servizio_righe') }}
    where servizio = 'SAAP'
)

select
    ente_id,
    anno,
    sub_ambito,
    file_id,
    foglio,
    riga
from righe
