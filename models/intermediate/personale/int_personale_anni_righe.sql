-- Grain: one row per employment and anno in which it lasts for a day.
-- The rows behind each row of turnover_personale. Whole years only: those that the extraction has seen the end of.
with rapporti as (
    select * from {{ ref('int_personale_rapporti') }}
),

anni as (
    select
        cast(extract(year from mese) as integer) as anno,
        mese as primo_giorno,
        make_date(cast(extract(year from mese) as integer), 12, 31) as ultimo_giorno
    from {{ ref('int_mesi') }}
    where extract(month from mese) = 1
),

negli_anni as (
    select
        rapporti.*,
        anni.anno,
        anni.primo_giorno,
        anni.ultimo_giorno
    from rapporti
    inner join anni
        on
            rapporti.dal <= anni.ultimo_giorno
            and coalesce(rapporti.al, cast('9999-12-31' as date)) >= anni.primo_giorno
            and rapporti.data_estrazione >= anni.ultimo_giorno
)

select
    ente_id,
    anno,
    dal < primo_giorno as is_inizio,
    dal >= primo_giorno as is_assunzione,
    coalesce(al <= ultimo_giorno, false) as is_cessazione,
    case when al <= ultimo_giorno then causa_cessazione end as causa_cessazione,
    {{ giorni_tra('greatest(dal, primo_giorno)', 'least(coalesce(al, ultimo_giorno), ultimo_giorno)') }} + 1
        as giorni,
    {{ giorni_tra('primo_giorno', 'ultimo_giorno') }} + 1 as giorni_anno,
    file_id,
    foglio,
    riga
from negli_anni
