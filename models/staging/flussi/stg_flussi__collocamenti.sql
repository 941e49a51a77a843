-- Grain: one row per lotto, person, structure and first day, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_collocamenti') }}
)

select
    ente as ente_id,
    codice_utente,
    tipo_collocamento,
    struttura,
    dal,
    al,
    retta_giornaliera as retta_giornaliera_eur,
    canale_finanziamento,
    codice_istat_comune as codice_istat,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
