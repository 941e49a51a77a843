-- Grain: one row per ente, anno and fondo. A fund printed with nothing assigned (//) has a NULL amount.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'fondi_assegnati' and tipo_riga = 'dato'
)

select
    ente_id,
    cast(anno as integer) as anno,
    fondo,
    tipo_fondo as tipo,
    -- // in the column of the act means that no act is named
    nullif(atto, '//') as atto,
    cast(valore as decimal(18, 2)) as importo_eur,
    origine as origine_finanziamento,
    fondo_stampato,
    'prospetto' as origine_dato,
    cella_id as celle
from celle
where misura = 'importo_assegnato'
