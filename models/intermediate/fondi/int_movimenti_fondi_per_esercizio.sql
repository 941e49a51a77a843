-- Regrains: one row per movement -> one row per movement and closed esercizio it counts in, its own and the later ones,
-- with the voce, vincolo and year of use that its fund and annualità have at the end of that esercizio.
with movimenti as (
    select * from {{ ref('int_movimenti_fondi_correnti') }}
),

estremi as (
    select
        ente_id,
        min(anno) as primo,
        max(case when is_anno_chiuso then anno end) as ultimo
    from movimenti
    group by ente_id
),

cifre as (
    select elenco.cifra from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as elenco (cifra)
),

-- a year without movements closes too, with what was left; a century is enough
esercizi as (
    select
        estremi.ente_id,
        estremi.primo,
        estremi.primo + 10 * decine.cifra + unita.cifra as esercizio
    from estremi
    cross join cifre as decine
    cross join cifre as unita
    where estremi.primo + 10 * decine.cifra + unita.cifra <= estremi.ultimo
),

contati as (
    select
        movimenti.*,
        esercizi.esercizio,
        movimenti.anno = esercizi.esercizio as is_dell_esercizio,
        row_number() over (
            partition by movimenti.ente_id, movimenti.fondo, movimenti.annualita, esercizi.esercizio
            order by movimenti.movimento_il desc nulls last, movimenti.id_movimento desc nulls last
        ) as dall_ultimo,
        row_number() over (
            partition by movimenti.ente_id, movimenti.fondo, movimenti.annualita, esercizi.esercizio
            order by
                case when movimenti.scadenza is null then 1 else 0 end asc nulls last,
                movimenti.movimento_il desc nulls last,
                movimenti.id_movimento desc nulls last
        ) as dall_ultima_scadenza
    from movimenti
    inner join esercizi on movimenti.ente_id = esercizi.ente_id and movimenti.anno <= esercizi.esercizio
),

-- the last movement says the constraint, the last that names a deadline says the deadline
descritti as (
    select
        *,
        max(case when dall_ultimo = 1 then vincolo end)
            over (partition by ente_id, fondo, annualita, esercizio) as ultimo_vincolo,
        max(case when dall_ultima_scadenza = 1 then scadenza end)
            over (partition by ente_id, fondo, annualita, esercizio) as ultima_scadenza
    from contati
)

select
    ente_id,
    esercizio,
    concat_ws('', fondo, ' (', cast(annualita as string), ')') as voce,
    ultimo_vincolo as vincolo,
    cast(extract(year from ultima_scadenza) as integer) as anno_utilizzo,
    fondo,
    annualita,
    id_movimento,
    movimento_il,
    tipo,
    area,
    is_dell_esercizio,
    importo_eur,
    segno,
    origine_dato,
    file_id,
    foglio,
    riga
from descritti
