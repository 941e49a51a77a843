-- Grain: one row per ente, esercizio, fase and area.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'bilancio_aree' and tipo_riga = 'dato' and misura in ('preventivo', 'consuntivo', 'budget')
),

spese as (
    select * from {{ ref('int_contabilita_spese') }}
),

stampate as (
    select
        ente_id,
        anno as esercizio,
        fase,
        area,
        cast(valore as decimal(18, 2)) as importo_eur,
        'prospetto' as origine_dato,
        cella_id as celle,
        cast(null as string) as file
    from celle
),

-- the documents prevail: of an esercizio and fase they print, the accounts say nothing here
registrate as (
    select
        spese.ente_id,
        spese.esercizio,
        spese.fase,
        spese.area,
        cast(sum(spese.importo_eur) as decimal(18, 2)) as importo_eur,
        max(spese.origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('spese.file_id') }} as file
    from spese
    where {{ documento_tace('spese', 'stampate', ['ente_id', 'esercizio', 'fase']) }}
    group by spese.ente_id, spese.esercizio, spese.fase, spese.area
),

tutte as (
    select * from stampate
    union all
    select * from registrate
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    area,
    importo_eur,
    origine_dato,
    celle,
    file
from tutte
