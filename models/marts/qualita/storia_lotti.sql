-- Grain: one row per lotto: what one file brought for one ente and periodo, and until when it was in force.
with lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
)

select
    lotto,
    tracciato,
    ente_id,
    periodo,
    file_id,
    cast(righe as integer) as righe,
    noto_dal,
    noto_al,
    sostituito_da
from lotti
