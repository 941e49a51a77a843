-- Grain: one row per loaded row and misura that a document prints too, with the keys of quadrature_flussi.
with ore as (
    select * from {{ ref('int_ore_servizio_righe') }}
),

spese as (
    select * from {{ ref('int_contabilita_spese') }}
    where fase in ('preventivo', 'consuntivo')
)

select
    ore.ente_id,
    ore.anno,
    ore.servizio,
    ore.sub_ambito,
    misure.misura,
    ore.file_id,
    ore.foglio,
    ore.riga
from ore
cross join (values ('utenti_nell_anno'), ('ore_erogate'), ('costo_eur')) as misure (misura)
union all
select
    ente_id,
    esercizio as anno,
    cast(null as string) as servizio,
    cast(null as string) as sub_ambito,
    concat_ws('', fase, '_eur') as misura,
    file_id,
    foglio,
    riga
from spese
