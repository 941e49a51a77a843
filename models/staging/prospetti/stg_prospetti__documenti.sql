-- Grain: one row per document. Renames only.
with documenti as (
    select * from {{ source('raw', 'documenti') }}
)

select
    documento,
    titolo,
    ente_id,
    anno_pubblicazione,
    file_fonte,
    sha256_fonte,
    titolare,
    licenza,
    nota
from documenti
