-- Nothing is lost between the printed cells and the marts: the euros of each fact's cells are the euros of its mart.
-- Guards: an inner join, a filter or a pivot that drops a row.
with celle as (
    select
        fatto,
        misura,
        cast(sum(valore) as decimal(18, 2)) as importo_eur
    from {{ ref('stg_prospetti__celle') }}
    where fatto is not null and tipo_riga = 'dato' and unita = 'eur'
    group by fatto, misura
),

mart as (
    select
        'costo_servizi_sub_ambito' as fatto,
        'costo' as misura,
        cast(sum(costo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('costo_servizi_sub_ambito') }}
    union all
    select
        'avanzo' as fatto,
        'avanzo' as misura,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('avanzo') }}
    union all
    select
        'fondi_assegnati' as fatto,
        'importo_assegnato' as misura,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('fondi_assegnati') }}
    union all
    select
        'preventivo_consuntivo' as fatto,
        'preventivo' as misura,
        cast(sum(preventivo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('preventivo_consuntivo') }}
    union all
    select
        'preventivo_consuntivo' as fatto,
        'consuntivo' as misura,
        cast(sum(consuntivo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('preventivo_consuntivo') }}
    union all
    select
        'budget_per_fonte' as fatto,
        'importo_per_fonte' as misura,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('budget_per_fonte') }}
    union all
    select
        'spesa_sociale' as fatto,
        'spesa_sociale' as misura,
        cast(sum(spesa_sociale_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('spesa_sociale') }}
)

select
    mart.fatto,
    mart.misura,
    celle.importo_eur as celle_eur,
    mart.importo_eur as mart_eur
from mart
left join celle on mart.fatto = celle.fatto and mart.misura = celle.misura
-- a fact that no document prints has neither: nothing is lost
where coalesce(mart.importo_eur, 0) <> coalesce(celle.importo_eur, 0)
