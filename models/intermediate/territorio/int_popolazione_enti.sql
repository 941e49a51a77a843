-- Regrains: one row per comune and date -> one row per ente and date.
-- Only where it is whole: every comune of the ente is counted at that date.
with popolazione as (
    select * from {{ ref('int_popolazione_comuni') }}
),

date_contate as (
    select distinct data from popolazione
),

comuni as (
    select * from {{ ref('comuni') }}
),

contati as (
    select
        comuni.ente_id,
        date_contate.data,
        popolazione.popolazione
    from comuni
    cross join date_contate
    left join popolazione
        on comuni.codice_istat = popolazione.codice_istat and date_contate.data = popolazione.data
),

sommati as (
    select
        ente_id,
        data,
        cast(sum(popolazione) as integer) as popolazione
    from contati
    group by ente_id, data
    having count(*) = count(popolazione)
)

select
    ente_id,
    data,
    popolazione,
    -- the population of a date is used until the next one
    coalesce(
        lead(data) over (partition by ente_id order by data nulls first), cast('9999-12-31' as date)
    ) as prima_del
from sommati
