-- Grain: one row per lotto, worker, month and service, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_ore_personale') }}
)

select
    ente as ente_id,
    periodo,
    codice_operatore,
    profilo,
    servizio,
    ore as ore_lavorate,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
