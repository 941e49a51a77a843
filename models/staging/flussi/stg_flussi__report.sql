-- Grain: one row per lotto and report owed, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_report') }}
)

select
    ente as ente_id,
    anno,
    codice_report,
    aggiornato_al,
    tipo,
    dovuto_il,
    data_consegna as consegnato_il,
    relazione,
    dettaglio_territorio,
    evidenza,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
