-- Grain: one row per prodotto: the catalogue of what the warehouse answers.
{{ config(alias='prodotti') }}
with prodotti as (
    select * from {{ ref('prodotti') }}
)

select
    prodotto,
    tema,
    nome,
    domanda,
    mart,
    filtro,
    enti_stampati,
    sintetico = 'si' as is_sintetico,
    pagina,
    righe_fonte
from prodotti
