-- Grain: one row per employment of the current extraction (ente, codice_operatore, dal).
with righe as (
    select * from {{ ref('stg_flussi__personale') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
)

select
    righe.ente_id,
    righe.data_estrazione,
    righe.codice_operatore,
    righe.profilo,
    righe.contratto,
    righe.tempo,
    righe.dal,
    righe.al,
    righe.causa_cessazione,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
where {{ lotti_validi() }}
