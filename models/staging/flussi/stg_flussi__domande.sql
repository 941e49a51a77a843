-- Grain: one row per lotto, application, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_domande') }}
)

select
    ente as ente_id,
    misura,
    codice_domanda,
    codice_utente,
    data_domanda,
    target,
    tipo_intervento,
    codice_istat_comune as codice_istat,
    esito,
    data_esito,
    importo_concesso as importo_concesso_eur,
    punteggio,
    data_chiamata,
    struttura,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
