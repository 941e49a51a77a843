-- Grain: one row per ente, esercizio, fase and obiettivo.
with obiettivi as (
    select * from {{ ref('int_obiettivi_dimostrati') }}
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    obiettivo,
    cast(numero as integer) as numero,
    importo_eur,
    segnaposto,
    cast(voci as integer) as voci,
    importo_voci_eur,
    cast(scarto_eur as decimal(18, 2)) as scarto_eur,
    esito,
    'prospetto' as origine_dato,
    cella_id as celle,
    celle_voci
from obiettivi
