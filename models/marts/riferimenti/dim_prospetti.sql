-- Grain: one row per printed table (documento, tabella).
with tabelle as (
    select * from {{ ref('stg_prospetti__tabelle') }}
),

documenti as (
    select * from {{ ref('stg_prospetti__documenti') }}
)

select
    tabelle.documento,
    tabelle.tabella,
    tabelle.titolo,
    cast(tabelle.linea_da as integer) as linea_da,
    cast(tabelle.linea_a as integer) as linea_a,
    tabelle.significato_riga,
    tabelle.fatto,
    tabelle.nota,
    documenti.titolo as documento_titolo,
    documenti.ente_id,
    cast(documenti.anno_pubblicazione as integer) as anno_pubblicazione,
    documenti.file_fonte,
    documenti.sha256_fonte,
    documenti.titolare,
    documenti.licenza
from tabelle
inner join documenti on tabelle.documento = documenti.documento
