-- Grain: one row per lotto, ente, day, side and document, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_crediti_debiti') }}
)

select
    ente as ente_id,
    data_riferimento,
    verso,
    id_documento,
    anno_competenza,
    controparte_tipo,
    importo as importo_eur,
    regolato as regolato_eur,
    data_regolazione as regolato_il,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
