-- Grain: one row per lotto, worker and month, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_lavoro_agile') }}
)

select
    ente as ente_id,
    periodo,
    codice_operatore,
    giorni,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
