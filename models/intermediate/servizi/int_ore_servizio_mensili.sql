-- Regrains: one row per person, comune and tariff -> one row per lotto, servizio, sub_ambito and ente_gestore.
-- Incremental: a lotto never changes, so only the lotti that are not here yet are read; which of them are current is
-- asked later (a superseded lotto keeps its rows). The sub_ambito is fixed here, because the persons are counted here: a
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

-- the residences of each lotto, at its month
residenze as (
    select
        lotti.lotto,
        attribuite.codice_istat,
        attribuite.sub_ambito
    from lotti
    inner join {{ ref('int_residenze_attribuite') }} as attribuite
        on lotti.ente_id = attribuite.ente_id and lotti.mese between attribuite.valido_dal and attribuite.valido_al
),

righe as (
    select * from {{ ref('stg_flussi__ore_servizio') }}
),

sommate as (
    select
        righe.lotto,
        righe.servizio,
        coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito,
        righe.ente_gestore,
        count(*) as righe,
        count(distinct righe.codice_utente) as utenti,
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
    from righe
    inner join lotti on righe.lotto = lotti.lotto
    left join residenze on righe.lotto = residenze.lotto and righe.codice_istat = residenze.codice_istat
    group by righe.lotto, righe.servizio, coalesce(residenze.sub_ambito, 'Non attribuito'), righe.ente_gestore
)

select
    sommate.lotto,
    lotti.ente_id,
    lotti.periodo,
    lotti.mese,
    sommate.servizio,
    sommate.sub_ambito,
    sommate.ente_gestore,
    sommate.righe,
    cast(sommate.utenti as integer) as utenti,
    sommate.ore_erogate,
    sommate.costo_eur
from sommate
inner join lotti on sommate.lotto = lotti.lotto
