-- Grain: one row per ente, esercizio and classe.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'investimenti' and misura = 'acquisizioni' and tipo_riga = 'dato'
)

select
    ente_id,
    cast(anno as integer) as esercizio,
    voce as classe,
    cast(valore as decimal(18, 2)) as acquisizioni_eur,
    'prospetto' as origine_dato,
    cella_id as celle
from celle
