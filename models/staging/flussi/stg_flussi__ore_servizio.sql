-- Grain: one row per lotto, person, month, service, comune, provider, tariff; also superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_ore_servizio') }}
)

select
    ente as ente_id,
    periodo,
    servizio,
    codice_utente,
    codice_istat_comune as codice_istat,
    ente_gestore,
    ore as ore_erogate,
    tariffa_oraria as tariffa_oraria_eur,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
