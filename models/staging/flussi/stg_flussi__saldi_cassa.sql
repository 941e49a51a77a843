-- Grain: one row per lotto, account and day, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_saldi_cassa') }}
)

select
    ente as ente_id,
    conto,
    data,
    saldo as saldo_eur,
    fido_accordato as fido_accordato_eur,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
