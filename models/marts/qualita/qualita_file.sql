-- Grain: one row per file received (file_id), also refused.
with file_flussi as (
    select * from {{ ref('stg_flussi__file') }}
)

select
    file_id,
    nome,
    tracciato,
    ente_id,
    periodo,
    cast(righe_lette as integer) as righe_lette,
    cast(righe_caricate as integer) as righe_caricate,
    cast(righe_in_quarantena as integer) as righe_in_quarantena,
    cast(righe_di_totale as integer) as righe_di_totale,
    stato,
    caricato_il,
    sintetico
from file_flussi
