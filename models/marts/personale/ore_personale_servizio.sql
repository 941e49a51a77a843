-- Grain: one row per ente, anno, servizio and profilo.
-- A document prints the hours of a year alone: its row is of all the services and profiles.
with righe as (
    select * from {{ ref('int_ore_personale_righe') }}
),

celle as (
    select * from {{ ref('int_celle_conformate') }}
    -- of the same measure are the hours of one worker, in a period the text does not say
    where tabella = 'testo' and tipo_riga = 'dato' and misura = 'ore_lavoro' and anno is not null
),

stampate as (
    select
        ente_id,
        cast(anno as integer) as anno,
        cast(valore as decimal(14, 2)) as ore_lavorate,
        cella_id as celle
    from celle
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
),

tutte as (
    select
        ente_id,
        anno,
        'tutti' as servizio,
        'tutti' as profilo,
        cast(null as integer) as operatori,
        ore_lavorate,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from stampate
    union all
    -- the hours of a flusso stay beside a printed total: they say of which service, and it does not
    select
        ente_id,
        anno,
        servizio,
        profilo,
        operatori,
        ore_lavorate,
        {{ origine_flusso() }} as origine_dato,
        cast(null as string) as celle,
        file,
        cast(3 as integer) as soglia_persone
    from sommate
)

select
    ente_id,
    anno,
    servizio,
    profilo,
    operatori,
    ore_lavorate,
    origine_dato,
    celle,
    file,
    soglia_persone,
    cast(null as string) as misure_soppresse
from tutte
