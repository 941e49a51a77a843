-- Grain: one row per loaded row of spesa_sociale_comuni (current lotti), with the keys of the mart made from it.
with righe as (
    select * from {{ ref('stg_flussi__spesa_sociale_comuni') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
)

select
    righe.ente_id,
    righe.anno_riferimento,
    righe.codice_istat,
    righe.area,
    righe.voce,
    righe.spesa_lorda_eur,
    righe.compartecipazione_utenti_eur,
    righe.contributo_ssn_eur,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
where {{ lotti_validi() }}
