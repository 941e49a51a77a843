-- Regrains: one row per comune and date -> one row per ente, sub_ambito and date.
-- Only where it is whole: every comune of the sub_ambito is counted at that date, and no comune of the ente is without
-- a sub_ambito, because it could belong to this one (of the Cremasco only the capofila are known).
with popolazione as (
    select * from {{ ref('int_popolazione_comuni') }}
),

date_contate as (
    select distinct data from popolazione
),

comuni as (
    select * from {{ ref('comuni') }}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
),

sub_ambiti as (
    select * from {{ ref('sub_ambiti') }}
    where ha_pro_capite
),

attribuiti as (
    select
        comuni.ente_id,
        comuni.codice_istat,
        date_contate.data,
        residenze.sub_ambito,
        popolazione.popolazione
    from comuni
    cross join date_contate
    left join residenze
        on
            comuni.ente_id = residenze.ente_id
            and comuni.codice_istat = residenze.codice_istat
            and date_contate.data between residenze.valido_dal and residenze.valido_al
    left join popolazione
        on comuni.codice_istat = popolazione.codice_istat and date_contate.data = popolazione.data
),

interi as (
    select
        ente_id,
        data
    from attribuiti
    group by ente_id, data
    having count(*) = count(sub_ambito)
),

sommati as (
    select
        attribuiti.ente_id,
        attribuiti.sub_ambito,
        attribuiti.data,
        cast(sum(attribuiti.popolazione) as integer) as popolazione
    from attribuiti
    inner join interi on attribuiti.ente_id = interi.ente_id and attribuiti.data = interi.data
    inner join sub_ambiti on attribuiti.sub_ambito = sub_ambiti.sub_ambito
    group by attribuiti.ente_id, attribuiti.sub_ambito, attribuiti.data
    having count(*) = count(attribuiti.popolazione)
)

select
    ente_id,
    sub_ambito,
    data,
    popolazione,
    -- the population of a date is used until the next one
    coalesce(
        lead(data) over (partition by ente_id, sub_ambito order by data nulls first), cast('9999-12-31' as date)
    ) as prima_del
from sommati
