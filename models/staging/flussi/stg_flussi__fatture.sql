-- Grain: one row per lotto and invoice, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_fatture') }}
)

select
    ente as ente_id,
    id_fattura,
    fornitore,
    data_emissione as emessa_il,
    data_ricezione as ricevuta_il,
    data_scadenza as scade_il,
    importo as importo_eur,
    data_pagamento as pagata_il,
    importo_pagato as importo_pagato_eur,
    giorni_sospensione,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
