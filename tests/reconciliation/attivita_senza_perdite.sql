-- Every current row of the layout attivita is a row of attivita_servizi with its figure, unless a document or a layout
-- with a row per person gives that indicator of that year; and no other row comes from those files.
with dichiarate as (
    select
        attivita.ente_id,
        attivita.servizio,
        attivita.indicatore,
        attivita.anno,
        concat_ws('/', attivita.dimensione, attivita.modalita) as parte,
        attivita.rilevazione,
        attivita.file_id,
        attivita.valore,
        attivita.unita
    from {{ ref('stg_flussi__attivita') }} as attivita
    inner join {{ ref('stg_flussi__lotti') }} as lotti on attivita.lotto = lotti.lotto
    where {{ lotti_validi() }}
),

file_dichiarati as (
    select distinct file_id from {{ ref('stg_flussi__attivita') }}
),

figure as (
    select
        attivita_servizi.ente_id,
        attivita_servizi.servizio,
        attivita_servizi.indicatore,
        attivita_servizi.anno,
        concat_ws(
            '/',
            coalesce(attivita_servizi.dimensione, 'totale'),
            coalesce(attivita_servizi.modalita, 'totale')
        ) as parte,
        attivita_servizi.rilevazione,
        attivita_servizi.file as file_id,
        attivita_servizi.valore,
        attivita_servizi.unita,
        attivita_servizi.persone,
        case when file_dichiarati.file_id is null then 'altri' else 'dichiarata' end as origine
    from {{ ref('attivita_servizi') }} as attivita_servizi
    left join file_dichiarati on attivita_servizi.file = file_dichiarati.file_id
),

-- what a document prints, or persons counted one by one say
prevale as (
    select distinct
        ente_id,
        servizio,
        indicatore,
        anno
    from figure
    where origine = 'altri'
),

attese as (
    select dichiarate.*
    from dichiarate
    left join prevale
        on
            dichiarate.ente_id = prevale.ente_id
            and dichiarate.servizio = prevale.servizio
            and dichiarate.indicatore = prevale.indicatore
            and dichiarate.anno = prevale.anno
    where prevale.anno is null
),

raggruppate as (
    select
        figure.*,
        indicatori.insieme_persone,
        case when figure.valore > 0 and indicatori.insieme_persone is not null then figure.valore end as di_persone
    from figure
    left join {{ ref('indicatori_attivita') }} as indicatori
        on figure.servizio = indicatori.servizio and figure.indicatore = indicatori.indicatore
    where figure.origine = 'dichiarata'
),

-- the fewest persons behind the figures of a group: all of them are shown, or none
trovate as (
    select
        raggruppate.*,
        min(raggruppate.di_persone) over (
            partition by
                raggruppate.ente_id, raggruppate.servizio, raggruppate.anno, raggruppate.insieme_persone
        ) as meno_persone
    from raggruppate
)

select
    coalesce(attese.ente_id, trovate.ente_id) as ente_id,
    coalesce(attese.servizio, trovate.servizio) as servizio,
    coalesce(attese.indicatore, trovate.indicatore) as indicatore,
    coalesce(attese.parte, trovate.parte) as parte,
    coalesce(attese.anno, trovate.anno) as anno,
    attese.valore as valore_dichiarato,
    trovate.valore as valore_nel_mart,
    trovate.persone
from attese
full outer join trovate
    on
        attese.ente_id = trovate.ente_id
        and attese.servizio = trovate.servizio
        and attese.indicatore = trovate.indicatore
        and attese.anno = trovate.anno
        and attese.parte = trovate.parte
        and attese.rilevazione = trovate.rilevazione
        and attese.file_id = trovate.file_id
where
    coalesce(attese.valore <> trovate.valore, true)
    or attese.unita <> trovate.unita
    or trovate.persone is null
    or trovate.persone > case when trovate.di_persone is null then 0 else trovate.meno_persone end
