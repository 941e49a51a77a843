-- Grain: one row per current movement of a fund, with its sign in what is left of the fund.
with movimenti as (
    select * from {{ ref('stg_flussi__movimenti_fondi') }}
),

lotti as (
    select
        lotti.lotto,
        lotti.noto_dal
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    movimenti.ente_id,
    movimenti.id_movimento,
    movimenti.fondo,
    movimenti.annualita,
    movimenti.atto,
    movimenti.movimento_il,
    cast(extract(year from movimenti.movimento_il) as integer) as anno,
    movimenti.tipo,
    movimenti.area,
    movimenti.importo_eur,
    -- cash in does not change what is left to spend
    case movimenti.tipo when 'assegnazione' then 1 when 'incasso' then 0 else -1 end as segno,
    movimenti.vincolo,
    movimenti.scadenza,
    -- a file received after the end of its year has the whole of it
    cast(lotti.noto_dal as date) > make_date(cast(extract(year from movimenti.movimento_il) as integer), 12, 31)
        as is_anno_chiuso,
    case when movimenti.ente_id = 'dimostrativo' then 'dimostrativo' else 'flusso' end as origine_dato,
    movimenti.file_id,
    movimenti.foglio,
    movimenti.riga
from movimenti
inner join lotti on movimenti.lotto = lotti.lotto
