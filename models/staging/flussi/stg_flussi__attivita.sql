-- Grain: one row per lotto and figure of activity that somebody states, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_attivita') }}
)

select
    ente as ente_id,
    servizio,
    anno,
    indicatore,
    dimensione,
    modalita,
    rilevazione,
    valore,
    unita,
    evidenza,
    ruolo_dichiarante,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
