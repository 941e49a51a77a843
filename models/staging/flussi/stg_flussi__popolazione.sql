-- Grain: one row per lotto, comune, date, sex, age and citizenship, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_popolazione') }}
)

select
    codice_istat_comune as codice_istat,
    data,
    sesso,
    eta,
    cittadinanza,
    residenti,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
