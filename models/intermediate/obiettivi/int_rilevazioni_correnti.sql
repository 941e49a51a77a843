-- Grain: one row per current value that somebody states, with the period of the plan it is of.
-- Left join: a value of no period must surface, and a test refuses it.
with rilevazioni as (
    select * from {{ ref('stg_flussi__rilevazioni') }}
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
),

periodi as (
    select * from {{ ref('int_indicatori_periodi') }}
)

select
    rilevazioni.ente_id,
    rilevazioni.piano,
    rilevazioni.indicatore,
    periodi.periodo,
    rilevazioni.anno,
    rilevazioni.momento,
    rilevazioni.data_rilevazione,
    rilevazioni.valore,
    rilevazioni.valore_testo,
    rilevazioni.valore_data,
    rilevazioni.numeratore,
    rilevazioni.denominatore,
    rilevazioni.evidenza,
    rilevazioni.ruolo_dichiarante,
    {{ origine_flusso('rilevazioni.ente_id') }} as origine_dato,
    rilevazioni.file_id,
    rilevazioni.foglio,
    rilevazioni.riga
from rilevazioni
inner join lotti on rilevazioni.lotto = lotti.lotto
left join periodi
    on
        rilevazioni.ente_id = periodi.ente_id
        and rilevazioni.piano = periodi.piano
        and rilevazioni.indicatore = periodi.indicatore
        and rilevazioni.momento = periodi.momento
        -- a period of the whole plan takes the values of each of its years
        and (periodi.anno is null or rilevazioni.anno = periodi.anno)
