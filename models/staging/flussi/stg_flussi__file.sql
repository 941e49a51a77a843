-- Grain: one row per file received, also refused. Renames only.
with file_flussi as (
    select * from {{ source('raw', 'file_flussi') }}
)

select
    file_id,
    sha256,
    nome,
    tracciato,
    formato,
    mittente,
    ente_id,
    periodo,
    righe_lette,
    righe_caricate,
    righe_in_quarantena,
    righe_di_totale,
    stato,
    messaggio,
    caricato_il,
    archivio,
    pseudonimizzato,
    impronta_regole,
    sintetico
from file_flussi
