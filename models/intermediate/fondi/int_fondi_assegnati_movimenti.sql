-- Grain: one row per current movement that assigns money of a fund or takes it back, with the year in which it does.
-- The avanzo of the year before, moved as if it were a fund, is no assignment of anybody.
with movimenti as (
    select * from {{ ref('int_movimenti_fondi_correnti') }}
    where tipo in ('assegnazione', 'storno')
),

fonti as (
    select
        fonte,
        tipo
    from {{ ref('fonti') }}
)

select
    movimenti.ente_id,
    movimenti.anno,
    movimenti.fondo,
    fonti.tipo,
    movimenti.atto,
    movimenti.vincolo,
    movimenti.segno * movimenti.importo_eur as importo_eur,
    movimenti.origine_dato,
    movimenti.file_id,
    movimenti.foglio,
    movimenti.riga
from movimenti
-- left join: a fund of no known kind must surface, not drop its euros
left join fonti on movimenti.fondo = fonti.fonte
where coalesce(fonti.tipo, '') <> 'avanzo'
