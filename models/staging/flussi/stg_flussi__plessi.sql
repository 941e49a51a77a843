-- Grain: one row per lotto and school site, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_plessi') }}
)

select
    ente as ente_id,
    anno,
    codice_plesso,
    aggiornato_al,
    codice_istat_comune as codice_istat,
    buona_prassi,
    documentata_il,
    evidenza,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
