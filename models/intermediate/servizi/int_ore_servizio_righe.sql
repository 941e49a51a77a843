-- Grain: one row per loaded row of ore_servizio (current lotti), with the keys of the marts made from it.
with righe as (
    select * from {{ ref('stg_flussi__ore_servizio') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
)

select
    righe.ente_id,
    cast(substr(righe.periodo, 1, 4) as integer) as anno,
    cast(righe.periodo || '-01' as date) as mese,
    righe.servizio,
    coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito,
    righe.ente_gestore,
    righe.codice_istat,
    righe.ore_erogate,
    righe.tariffa_oraria_eur,
    cast(
        round(cast(righe.ore_erogate as decimal(9, 2)) * cast(righe.tariffa_oraria_eur as decimal(9, 4)), 2)
        as decimal(18, 2)
    ) as costo_eur,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
left join residenze
    on
        righe.ente_id = residenze.ente_id
        and righe.codice_istat = residenze.codice_istat
        and cast(righe.periodo || '-01' as date) between residenze.valido_dal and residenze.valido_al
where {{ lotti_validi() }}
