-- Grain: one row per lotto, day, event and worker, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_formazione') }}
)

select
    ente as ente_id,
    data,
    codice_evento,
    tema,
    codice_operatore,
    ore,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
