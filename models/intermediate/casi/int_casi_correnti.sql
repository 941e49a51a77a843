-- Grain: one row per fascicolo of the current extraction (ente, servizio, codice_fascicolo), with its sub_ambito.
-- The residence is the one at the extraction, so that a fascicolo stays in one sub_ambito from opening to closing.
with righe as (
    select * from {{ ref('stg_flussi__prese_in_carico') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
)

select
    righe.ente_id,
    righe.servizio,
    righe.codice_fascicolo,
    righe.data_estrazione,
    righe.data_apertura,
    righe.data_chiusura,
    coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito,
    righe.tipo_provvedimento,
    righe.autorita,
    righe.ente_segnalante,
    righe.anno_nascita,
    righe.cittadinanza,
    righe.collocamento,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
left join residenze
    on
        righe.ente_id = residenze.ente_id
        and righe.codice_istat = residenze.codice_istat
        and righe.data_estrazione between residenze.valido_dal and residenze.valido_al
where {{ lotti_validi() }}
