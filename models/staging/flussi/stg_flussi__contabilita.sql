-- Grain: one row per lotto and line of the accounts, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_contabilita') }}
)

select
    ente as ente_id,
    id_riga,
    esercizio,
    data as registrata_il,
    fase,
    area,
    servizio,
    azione,
    voce,
    natura,
    fonte,
    importo as importo_eur,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
