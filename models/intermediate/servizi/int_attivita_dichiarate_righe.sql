-- Grain: one row per loaded row (current lotti) of attivita that no layout with a row per person contradicts.
-- Where applications, case files, placements or hours of persons give an indicator of a service and year, theirs is the
-- figure: they can be counted again, a figure that somebody read elsewhere cannot.
with attivita as (
    select * from {{ ref('stg_flussi__attivita') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

indicatori as (
    select * from {{ ref('indicatori_attivita') }}
),

persone as (
    select * from {{ ref('int_attivita_persone_righe') }}
),

ore as (
    select * from {{ ref('int_ore_servizio_righe') }}
),

contati_per_persona as (
    select distinct
        ente_id,
        servizio,
        indicatore,
        anno
    from persone
    union all
    select distinct
        ente_id,
        servizio,
        'ore_erogate' as indicatore,
        anno
    from ore
    union all
    select distinct
        ente_id,
        servizio,
        'utenti_nell_anno' as indicatore,
        anno
    from ore
)

select
    attivita.ente_id,
    attivita.servizio,
    attivita.indicatore,
    attivita.dimensione,
    attivita.modalita,
    attivita.rilevazione,
    attivita.anno,
    attivita.unita,
    attivita.valore,
    -- behind a unit there is a person at most, and who reads the figure can take it for one
    cast(case indicatori.conta_persone when 'si' then attivita.valore else 0 end as integer) as persone,
    attivita.file_id,
    attivita.foglio,
    attivita.riga
from attivita
inner join lotti on attivita.lotto = lotti.lotto
inner join indicatori
    on attivita.servizio = indicatori.servizio and attivita.indicatore = indicatori.indicatore
left join contati_per_persona
    on
        attivita.ente_id = contati_per_persona.ente_id
        and attivita.servizio = contati_per_persona.servizio
        and attivita.indicatore = contati_per_persona.indicatore
        and attivita.anno = contati_per_persona.anno
where contati_per_persona.anno is null and {{ lotti_validi() }}
