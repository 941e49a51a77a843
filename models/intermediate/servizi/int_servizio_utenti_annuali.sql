-- Regrains: one row per person, comune and tariff -> one row per ente, anno, servizio and sub_ambito: the persons of a year.
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

with lotti as (
    select
        lotto,
        ente_id,
        cast(substr(periodo, 1, 4) as integer) as anno,
        cast(periodo || '-01' as date) as mese
    from {{ ref('stg_flussi__lotti') }} as validi
    where tracciato = 'ore_servizio' and {{ lotti_validi('validi') }}
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
    select
        da_contare.lotto,
        attribuite.codice_istat,
        attribuite.sub_ambito
    from da_contare
    inner join {{ ref('int_residenze_attribuite') }} as attribuite
        on
            da_contare.ente_id = attribuite.ente_id
            and da_contare.mese between attribuite.valido_dal and attribuite.valido_al
),

righe as (
    select * from {{ ref('stg_flussi__ore_servizio') }}
)

select
    da_contare.ultimo_lotto,
    righe.servizio,
    coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito,
    cast(count(distinct righe.codice_utente) as integer) as utenti,
    -- last, as Spark wants the columns of the partitions
    da_contare.ente_id,
    da_contare.anno
from righe
inner join da_contare on righe.lotto = da_contare.lotto
left join residenze on righe.lotto = residenze.lotto and righe.codice_istat = residenze.codice_istat
group by
    da_contare.ultimo_lotto,
    righe.servizio,
    coalesce(residenze.sub_ambito, 'Non attribuito'),
    da_contare.ente_id,
    da_contare.anno
