-- Every indicator that the layout attivita accepts is one of the seed attivita, in the unit of its printed cells.
with indicatori as (
    select * from {{ ref('indicatori_attivita') }}
),

celle as (
    select * from {{ ref('int_attivita_celle') }}
),

stampate as (
    select distinct
        servizio,
        indicatore,
        unita
    from celle
)

select
    indicatori.servizio,
    indicatori.indicatore,
    indicatori.unita,
    stampate.unita as unita_stampata
from indicatori
left join stampate
    on indicatori.servizio = stampate.servizio and indicatori.indicatore = stampate.indicatore
where coalesce(indicatori.unita <> stampate.unita, true)
