-- Grain: one row per lotto, service, provider and first day, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_tariffe') }}
)

select
    ente as ente_id,
    servizio,
    ente_gestore,
    valida_dal,
    valida_al,
    tariffa_oraria as tariffa_oraria_eur,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
