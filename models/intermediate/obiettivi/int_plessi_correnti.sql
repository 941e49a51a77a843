-- Grain: one row per ente, anno and school site of the current lists.
with righe as (
    select * from {{ ref('stg_flussi__plessi') }}
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    righe.ente_id,
    cast(righe.anno as integer) as anno,
    righe.codice_plesso,
    righe.aggiornato_al,
    righe.buona_prassi = 'si' as is_documentata,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
