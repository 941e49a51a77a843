-- Regrains: one row per indicator -> one row per ente, piano, indicatore and periodo, with its first and last day and
-- the day its value is due. Where no deadline is printed the last day of the period is the term.
with definiti as (
    select * from {{ ref('int_indicatori_definiti') }}
),

anni as (
    select
        definiti.*,
        definiti.anno_dal + passi.passo as anno
    from definiti
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as passi (passo)
    where
        definiti.anno_dal + passi.passo <= case
            when definiti.regola_scadenza = 'entro_anni'
                then definiti.anno_dal + cast(definiti.termine as integer) - 1
            else definiti.anno_al
        end
),

unici as (
    select
        ente_id,
        piano,
        indicatore,
        case
            when anno_dal = anno_al then cast(anno_dal as string)
            else concat_ws('-', cast(anno_dal as string), cast(anno_al as string))
        end as periodo,
        cast(null as integer) as anno,
        'intero' as momento,
        make_date(anno_dal, 1, 1) as periodo_dal,
        make_date(anno_al, 12, 31) as periodo_al,
        case regola_scadenza
            -- the first days of the first year, up to the day before the month that follows
            when 'entro_mesi'
                then cast(make_date(anno_dal, cast(termine as integer) + 1, 1) - interval '1' day as date)
        end as scadenza
    from definiti
    where periodicita = 'unica'
),

di_colonna as (
    select
        ente_id,
        piano,
        indicatore,
        cast(coalesce(anno_stampato, anno_dal) as string) as periodo,
        cast(coalesce(anno_stampato, anno_dal) as integer) as anno,
        'intero' as momento,
        -- a report may print deadlines of the years before it
        make_date(
            least(coalesce(anno_stampato, anno_dal), coalesce(cast(extract(year from scadenza_data) as integer), 9999)),
            1,
            1
        ) as periodo_dal,
        make_date(coalesce(anno_stampato, anno_dal), 12, 31) as periodo_al,
        case regola_scadenza
            when 'data_stampata' then scadenza_data
            when 'fine_anno' then make_date(coalesce(anno_stampato, anno_dal), 12, 31)
        end as scadenza
    from definiti
    where periodicita = 'colonna'
),

annuali as (
    select
        ente_id,
        piano,
        indicatore,
        cast(anno as string) as periodo,
        anno,
        'intero' as momento,
        make_date(anno, 1, 1) as periodo_dal,
        make_date(anno, 12, 31) as periodo_al,
        case
            when regola_scadenza in ('fine_anno', 'entro_anni') then make_date(anno, 12, 31)
            when regola_scadenza = 'anno_dopo'
                then make_date(
                        anno + 1,
                        cast(split_part(scadenza_stampata, '/', 2) as integer),
                        cast(split_part(scadenza_stampata, '/', 1) as integer)
                    )
        end as scadenza
    from anni
    where periodicita = 'annuale'
),

-- two deliveries a year: the interim one in the year, the closing one in the year after
di_report as (
    select
        anni.ente_id,
        anni.piano,
        anni.indicatore,
        concat_ws(' ', cast(anni.anno as string), momenti.momento) as periodo,
        anni.anno,
        momenti.momento,
        make_date(anni.anno, 1, 1) as periodo_dal,
        make_date(anni.anno, 12, 31) as periodo_al,
        case momenti.momento
            when 'monitoraggio'
                then make_date(
                        anni.anno,
                        cast(split_part(anni.seconda_scadenza_stampata, '/', 2) as integer),
                        cast(split_part(anni.seconda_scadenza_stampata, '/', 1) as integer)
                    )
            else make_date(
                    anni.anno + 1,
                    cast(split_part(anni.scadenza_stampata, '/', 2) as integer),
                    cast(split_part(anni.scadenza_stampata, '/', 1) as integer)
                )
        end as scadenza
    from anni
    cross join (values ('monitoraggio'), ('consuntivo')) as momenti (momento)
    where anni.periodicita = 'report'
),

tutti as (
    select * from unici
    union all
    select * from di_colonna
    union all
    select * from annuali
    union all
    select * from di_report
)

select
    ente_id,
    piano,
    indicatore,
    periodo,
    anno,
    momento,
    periodo_dal,
    periodo_al,
    scadenza,
    coalesce(scadenza, periodo_al) as termine_il
from tutti
