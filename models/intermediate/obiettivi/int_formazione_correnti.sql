-- Grain: one row per attendance (ente, data, codice_evento, codice_operatore) of the current lists.
with righe as (
    select * from {{ ref('stg_flussi__formazione') }}
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    righe.ente_id,
    cast(extract(year from righe.data) as integer) as anno,
    righe.data,
    righe.codice_evento,
    righe.tema,
    righe.codice_operatore,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
