-- Grain: one row per ente, anno, servizio and profilo.
with righe as (
    select * from {{ ref('int_ore_personale_righe') }}
),

sommate as (
    select
        ente_id,
        anno,
        servizio,
        profilo,
        cast(count(distinct codice_operatore) as integer) as operatori,
        cast(sum(ore_lavorate) as decimal(14, 2)) as ore_lavorate,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, servizio, profilo
)

select
    ente_id,
    anno,
    servizio,
    profilo,
    operatori,
    ore_lavorate,
    {{ origine_flusso() }} as origine_dato,
    file,
    cast(3 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from sommate
