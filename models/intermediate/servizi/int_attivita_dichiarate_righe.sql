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

-- the months, which are few, and not the rows of the files, which can be tens of millions
ore as (
    select distinct
        ente_id,
        servizio,
        anno
    from {{ ref('int_ore_servizio_correnti') }}
),

contati_per_persona as (
    select distinct
        ente_id,
        servizio,
        indicatore,
        anno
    from persone
    union all
    select
        ente_id,
        servizio,
        'ore_erogate' as indicatore,
        anno
    from ore
    union all
    select
        ente_id,
        servizio,
        'utenti_nell_anno' as indicatore,
        anno
    from ore
),

valide as (
    select
        attivita.*,
        indicatori.insieme_persone
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
),

-- of figures that somebody counted nobody knows which follow from which: a group is shown whole, or not at all
meno_persone as (
    select
        ente_id,
        servizio,
        insieme_persone,
        anno,
        min(valore) as persone
    from valide
    where insieme_persone is not null and valore > 0
    group by ente_id, servizio, insieme_persone, anno
)

select
    valide.ente_id,
    valide.servizio,
    valide.indicatore,
    -- a key has no holes: the layout writes «totale» where the marts have no part
    nullif(valide.dimensione, 'totale') as dimensione,
    nullif(valide.modalita, 'totale') as modalita,
    valide.rilevazione,
    valide.anno,
    valide.unita,
    valide.valore,
    cast(case when valide.valore > 0 then coalesce(meno_persone.persone, 0) else 0 end as integer) as persone,
    valide.file_id,
    valide.foglio,
    valide.riga
from valide
left join meno_persone
    on
        valide.ente_id = meno_persone.ente_id
        and valide.servizio = meno_persone.servizio
        and valide.insieme_persone = meno_persone.insieme_persone
        and valide.anno = meno_persone.anno
