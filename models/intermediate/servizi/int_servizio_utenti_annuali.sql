-- Regrains: one row per person, comune and tariff -> one per ente, anno, servizio and sub_ambito: persons of a year.
-- The persons of a year are not the sum of those of its months. Incremental: an ente and anno is counted again, whole,
-- when its newest lotto is not the one it was counted with. A correction is a newer lotto, and a state of the past
-- (`al`) an older one, so nothing stale can stay.
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert' if target.type == 'duckdb' else 'insert_overwrite',
        unique_key=['ente_id', 'anno'] if target.type == 'duckdb' else none,
        partition_by=none if target.type == 'duckdb' else ['ente_id', 'anno']
    )
}}

-- one after the other: each may take all the memory
-- depends_on: {{ ref('int_ore_servizio_mensili') }}
with lotti as (
    select
        validi.lotto,
        validi.ente_id,
        cast(substr(validi.periodo, 1, 4) as integer) as anno,
        cast(validi.periodo || '-01' as date) as mese
    from {{ ref('stg_flussi__lotti') }} as validi
    where validi.tracciato = 'ore_servizio' and {{ lotti_validi('validi') }}
),

anni as (
    select
        ente_id,
        anno,
        max(lotto) as ultimo_lotto
    from lotti
    group by ente_id, anno
),

da_contare as (
    select
        lotti.lotto,
        lotti.ente_id,
        lotti.anno,
        lotti.mese,
        anni.ultimo_lotto
    from lotti
    inner join anni on lotti.ente_id = anni.ente_id and lotti.anno = anni.anno
    {% if is_incremental() %}
        where not exists (
            select 1 from {{ this }} as contati
            where
                anni.ente_id = contati.ente_id
                and anni.anno = contati.anno
                and anni.ultimo_lotto = contati.ultimo_lotto
        )
    {% endif %}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
),

-- the rows are named twice, not in a CTE: one that is read twice is written down whole
comuni_serviti as (
    select
        righe.lotto,
        righe.servizio,
        righe.codice_istat
    from {{ ref('stg_flussi__ore_servizio') }} as righe
    inner join da_contare on righe.lotto = da_contare.lotto
    group by righe.lotto, righe.servizio, righe.codice_istat
),

con_sub_ambito as (
    select
        comuni_serviti.*,
        da_contare.ultimo_lotto,
        da_contare.ente_id,
        da_contare.anno,
        coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito
    from comuni_serviti
    inner join da_contare on comuni_serviti.lotto = da_contare.lotto
    left join residenze
        on
            da_contare.ente_id = residenze.ente_id
            and comuni_serviti.codice_istat = residenze.codice_istat
            and da_contare.mese between residenze.valido_dal and residenze.valido_al
),

-- a number stands for the texts while the persons are counted: tens of millions of them fit in memory, or nearly
numerati as (
    select
        con_sub_ambito.*,
        dense_rank() over (
            order by
                con_sub_ambito.ente_id nulls first,
                con_sub_ambito.anno nulls first,
                con_sub_ambito.servizio nulls first,
                con_sub_ambito.sub_ambito nulls first
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
    group by numerati.gruppo
)

select distinct
    numerati.ultimo_lotto,
    numerati.servizio,
    numerati.sub_ambito,
    persone.utenti,
    -- last, as Spark wants the columns of the partitions
    numerati.ente_id,
    numerati.anno
from numerati
inner join persone on numerati.gruppo = persone.gruppo
