-- Grain: one row per ente, esercizio, fase and provenienza.
with celle as (
    select * from {{ ref('int_canali_stampati') }}
    where misura = 'entrata'
),

righe as (
    select * from {{ ref('int_entrate_righe') }}
),

stampate as (
    select
        ente_id,
        esercizio,
        fase,
        provenienza,
        cast(sum(valore) as decimal(18, 2)) as importo_eur,
        'prospetto' as origine_dato,
        {{ elenco('cella_id') }} as celle,
        cast(null as string) as file
    from celle
    group by ente_id, esercizio, fase, provenienza
),

-- the documents prevail: of an esercizio and fase they print, the flussi say nothing here
registrate as (
    select
        righe.ente_id,
        righe.esercizio,
        righe.fase,
        righe.provenienza,
        cast(sum(righe.entrata_eur) as decimal(18, 2)) as importo_eur,
        max(righe.origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('righe.file_id') }} as file
    from righe
    where {{ documento_tace('righe', 'stampate', ['ente_id', 'esercizio', 'fase']) }}
    group by righe.ente_id, righe.esercizio, righe.fase, righe.provenienza
),

tutte as (
    select * from stampate
    union all
    select * from registrate
),

con_totale as (
    select
        *,
        cast(sum(importo_eur) over (partition by ente_id, esercizio, fase) as decimal(18, 2)) as totale_eur
    from tutte
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    provenienza,
    importo_eur,
    case
        when totale_eur > 0 and importo_eur between 0 and totale_eur
            then cast({{ divisione('cast(importo_eur as decimal(20, 2)) * 100', 'totale_eur', 2) }} as decimal(5, 2))
    end as quota_pct,
    origine_dato,
    celle,
    file
from con_totale
