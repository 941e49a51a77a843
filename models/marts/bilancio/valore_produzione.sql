-- Grain: one row per ente and esercizio.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where (fatto = 'valore_produzione' or tabella = 'testo') and misura = 'valore_produzione' and tipo_riga = 'dato'
),

proventi as (
    select * from {{ ref('int_contabilita_proventi') }}
),

stampati as (
    select
        ente_id,
        anno as esercizio,
        cast(valore as decimal(18, 2)) as importo_eur,
        'prospetto' as origine_dato,
        cella_id as celle,
        cast(null as string) as file
    from celle
),

sommati as (
    select
        ente_id,
        esercizio,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        max(origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('file_id') }} as file
    from proventi
    group by ente_id, esercizio
),

tutti as (
    select * from stampati
    union all
    -- the documents prevail: of an esercizio they print, the accounts say nothing here
    select sommati.*
    from sommati
    left join stampati on sommati.ente_id = stampati.ente_id and sommati.esercizio = stampati.esercizio
    where stampati.ente_id is null
)

select
    tutti.ente_id,
    cast(tutti.esercizio as integer) as esercizio,
    tutti.importo_eur,
    -- of the year before and no other: 2007 is not the year before 2019
    cast(tutti.importo_eur - prima.importo_eur as decimal(18, 2)) as variazione_eur,
    tutti.origine_dato,
    tutti.celle,
    tutti.file
from tutti
left join tutti as prima on tutti.ente_id = prima.ente_id and tutti.esercizio = prima.esercizio + 1
