-- Grain: one row per lotto, also superseded. Renames only.
with lotti as (
    select * from {{ source('raw', 'lotti') }}
)

select
    lotto,
    file_id,
    tracciato,
    ente_id,
    periodo,
    istantanea,
    righe,
    noto_dal,
    noto_al,
    sostituito_da
from lotti
