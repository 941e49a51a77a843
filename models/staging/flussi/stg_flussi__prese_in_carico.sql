-- Grain: one row per lotto and fascicolo, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_prese_in_carico') }}
)

select
    ente as ente_id,
    data_estrazione,
    servizio,
    codice_fascicolo,
    codice_utente,
    data_apertura,
    data_chiusura,
    codice_istat_comune as codice_istat,
    tipo_provvedimento,
    autorita,
    ente_segnalante,
    anno_nascita,
    cittadinanza,
    collocamento,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
