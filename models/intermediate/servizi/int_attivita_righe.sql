-- Grain: one row per loaded row (current lotti) and figure of activity it counts in: the rows behind attivita_servizi.
with persone as (
    select * from {{ ref('int_attivita_persone_righe') }}
),

ore as (
    select * from {{ ref('int_ore_servizio_righe') }}
),

dichiarate as (
    select * from {{ ref('int_attivita_dichiarate_righe') }}
),

figure as (
    select 'utenti_nell_anno' as indicatore
    union all
    select 'ore_erogate' as indicatore
)

select
    ente_id,
    servizio,
    indicatore,
    dimensione,
    modalita,
    rilevazione,
    anno,
    file_id,
    foglio,
    riga
from persone
union all
select
    ore.ente_id,
    ore.servizio,
    figure.indicatore,
    cast(null as string) as dimensione,
    cast(null as string) as modalita,
    'nell_anno' as rilevazione,
    ore.anno,
    ore.file_id,
    ore.foglio,
    ore.riga
from ore
cross join figure
union all
select
    ente_id,
    servizio,
    indicatore,
    dimensione,
    modalita,
    rilevazione,
    anno,
    file_id,
    foglio,
    riga
from dichiarate
