-- Grain: one row per lotto, comune, year, area and item, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_spesa_sociale_comuni') }}
)

select
    ente as ente_id,
    anno as anno_riferimento,
    codice_istat_comune as codice_istat,
    area,
    voce,
    spesa_lorda as spesa_lorda_eur,
    compartecipazione_utenti as compartecipazione_utenti_eur,
    contributo_ssn as contributo_ssn_eur,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
