-- Grain: one row per lotto and movement of a fund, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_movimenti_fondi') }}
)

select
    ente as ente_id,
    id_movimento,
    fondo,
    annualita,
    atto,
    data as movimento_il,
    tipo,
    area,
    azione,
    voce,
    importo as importo_eur,
    vincolo,
    scadenza,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
