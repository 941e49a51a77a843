-- Grain: one row per ente, esercizio, voce, vincolo and anno_utilizzo.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'avanzo' and tipo_riga = 'dato'
)

select
    ente_id,
    cast(anno as integer) as esercizio,
    voce,
    vincolo,
    cast(anno_utilizzo as integer) as anno_utilizzo,
    cast(valore as decimal(18, 2)) as importo_eur,
    'prospetto' as origine_dato,
    cella_id as celle
from celle
-- a printed dash is no avanzo; a cell in quarantine has no value and no dash, and the contract refuses it
where misura = 'avanzo' and segnaposto is null
