-- Grain: one row per lotto and value that somebody states of an indicator, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_rilevazioni') }}
)

select
    ente as ente_id,
    codice_piano as piano,
    codice_indicatore as indicatore,
    anno,
    momento,
    data_rilevazione,
    valore,
    valore_testo,
    valore_data,
    numeratore,
    denominatore,
    evidenza,
    ruolo_dichiarante,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
