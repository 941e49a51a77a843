-- Regrains: one row per comune, date, sex, age and citizenship -> one row per comune and date (current lotti).
-- A file gives the total or the citizenships, never both: a rule of the layout holds it.
with residenti as (
    select * from {{ ref('stg_flussi__popolazione') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

sommati as (
    select
        residenti.codice_istat,
        residenti.data,
        cast(sum(residenti.residenti) as integer) as popolazione
    from residenti
    inner join lotti on residenti.lotto = lotti.lotto
    where {{ lotti_validi() }}
    group by residenti.codice_istat, residenti.data
)

select
    codice_istat,
    data,
    popolazione,
    -- the population of a date is used until the next one
    coalesce(
        lead(data) over (partition by codice_istat order by data nulls first), cast('9999-12-31' as date)
    ) as prima_del
from sommati
