-- The outcomes of a period follow one another from its first day on: no gap, no overlap, one without an end.
-- Guards: a lost interval, and a day on which an indicator would have two outcomes or none.
with periodi as (
    select * from {{ ref('int_indicatori_periodi') }}
),

stati as (
    select
        ente_id,
        piano,
        indicatore,
        periodo,
        valido_dal,
        valido_al,
        lead(valido_dal) over (partition by ente_id, piano, indicatore, periodo order by valido_dal nulls last) as poi_dal
    from {{ ref('indicatori_stato') }}
),

primi as (
    select
        ente_id,
        piano,
        indicatore,
        periodo,
        min(valido_dal) as valido_dal
    from stati
    group by ente_id, piano, indicatore, periodo
)

select
    coalesce(periodi.piano, primi.piano) as piano,
    coalesce(periodi.indicatore, primi.indicatore) as indicatore,
    coalesce(periodi.periodo, primi.periodo) as periodo,
    periodi.periodo_dal as atteso,
    primi.valido_dal as trovato
from periodi
full outer join primi
    on
        periodi.ente_id = primi.ente_id
        and periodi.piano = primi.piano
        and periodi.indicatore = primi.indicatore
        and periodi.periodo = primi.periodo
where coalesce(periodi.periodo_dal <> primi.valido_dal, true)
union all
select
    piano,
    indicatore,
    periodo,
    cast(poi_dal - interval '1' day as date) as atteso,
    valido_al as trovato
from stati
where
    (valido_al is null) <> (poi_dal is null)
    or valido_al <> cast(poi_dal - interval '1' day as date)
