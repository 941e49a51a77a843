-- Regrains: one row per person, comune and tariff -> one row per lotto, servizio, sub_ambito and ente_gestore.
-- Incremental: a lotto never changes, so only the lotti that are not here yet are read; which of them are current is
-- asked later (a superseded lotto keeps its rows). The sub_ambito is fixed here, because persons are counted here: a
-- change of the seeds rebuilds the table whole, as the build does for every change of models and seeds.
{{ config(materialized='incremental', incremental_strategy='append') }}

with lotti as (
    select
        lotto,
        ente_id,
        periodo,
        cast(periodo || '-01' as date) as mese
    from {{ ref('stg_flussi__lotti') }}
    where
        tracciato = 'ore_servizio'
    {% if is_incremental() %}
            and lotto not in (select fatti.lotto from {{ this }} as fatti)
        {% endif %}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
),

-- the rows are named twice, not in a CTE: one that is read twice is written down whole
per_comune as (
    select
        righe.lotto,
        righe.servizio,
        righe.codice_istat,
        righe.ente_gestore,
        count(*) as righe,
        cast(sum(righe.ore_erogate) as decimal(14, 2)) as ore_erogate,
        -- every row is rounded to the cent. 9 digits by 9 digits are 18: exact, and no more than a machine word
        cast(
            sum(
                cast(
                    round(cast(righe.ore_erogate as decimal(9, 2)) * cast(righe.tariffa_oraria_eur as decimal(9, 4)), 2)
                    as decimal(18, 2)
                )
            ) as decimal(18, 2)
        ) as costo_eur
    from {{ ref('stg_flussi__ore_servizio') }} as righe
    inner join lotti on righe.lotto = lotti.lotto
    group by righe.lotto, righe.servizio, righe.codice_istat, righe.ente_gestore
),

con_sub_ambito as (
    select
        per_comune.*,
        lotti.ente_id,
        lotti.periodo,
        lotti.mese,
        coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito
    from per_comune
    inner join lotti on per_comune.lotto = lotti.lotto
    left join residenze
        on
            lotti.ente_id = residenze.ente_id
            and per_comune.codice_istat = residenze.codice_istat
            and lotti.mese between residenze.valido_dal and residenze.valido_al
),

-- a number stands for the four texts while the persons are counted: tens of millions of them fit in memory, or nearly
numerati as (
    select
        con_sub_ambito.*,
        dense_rank() over (
            order by
                con_sub_ambito.lotto nulls first,
                con_sub_ambito.servizio nulls first,
                con_sub_ambito.sub_ambito nulls first,
                con_sub_ambito.ente_gestore nulls first
        ) as gruppo
    from con_sub_ambito
),

persone as (
    select
        numerati.gruppo,
        cast(count(distinct righe.codice_utente) as integer) as utenti
    from {{ ref('stg_flussi__ore_servizio') }} as righe
    inner join numerati
        on
            righe.lotto = numerati.lotto
            and righe.servizio = numerati.servizio
            and righe.codice_istat = numerati.codice_istat
            and righe.ente_gestore = numerati.ente_gestore
    group by numerati.gruppo
)

select
    numerati.lotto,
    numerati.ente_id,
    numerati.periodo,
    numerati.mese,
    numerati.servizio,
    numerati.sub_ambito,
    numerati.ente_gestore,
    cast(sum(numerati.righe) as bigint) as righe,
    max(persone.utenti) as utenti,
    cast(sum(numerati.ore_erogate) as decimal(14, 2)) as ore_erogate,
    cast(sum(numerati.costo_eur) as decimal(18, 2)) as costo_eur
from numerati
inner join persone on numerati.gruppo = persone.gruppo
group by
    numerati.lotto,
    numerati.ente_id,
    numerati.periodo,
    numerati.mese,
    numerati.servizio,
    numerati.sub_ambito,
    numerati.ente_gestore
