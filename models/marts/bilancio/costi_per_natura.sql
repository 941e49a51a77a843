-- Grain: one row per ente, esercizio, fase and natura.
with spese as (
    select * from {{ ref('int_contabilita_spese') }}
),

nature as (
    select * from {{ ref('nature') }}
),

sommate as (
    select
        ente_id,
        esercizio,
        fase,
        natura,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from spese
    group by ente_id, esercizio, fase, natura
),

con_totale as (
    select
        sommate.*,
        nature.is_gestione,
        cast(
            sum(sommate.importo_eur) over (partition by sommate.ente_id, sommate.esercizio, sommate.fase)
            as decimal(18, 2)
        ) as totale_eur
    from sommate
    left join nature on sommate.natura = nature.natura
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    natura,
    is_gestione,
    importo_eur,
    -- no share where a correction brings the part, or the whole, below nothing
    case
        when totale_eur > 0 and importo_eur between 0 and totale_eur
            then cast({{ divisione('cast(importo_eur as decimal(20, 2)) * 100', 'totale_eur', 2) }} as decimal(5, 2))
    end as quota_pct,
    origine_dato,
    file
from con_totale
