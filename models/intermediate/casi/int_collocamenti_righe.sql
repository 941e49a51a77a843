-- Grain: one row per loaded row of collocamenti (current lotti) and anno it touches, with its days and its cost in it.
-- First and last day are both paid. One that has no end is counted to the end of the year of the last date of its file,
-- and never past the day on which the file was loaded: after that nothing is known of it.
with righe as (
    select * from {{ ref('stg_flussi__collocamenti') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

anni as (
    select
        cast(extract(year from mese) as integer) as anno,
        mese as primo_giorno,
        make_date(cast(extract(year from mese) as integer), 12, 31) as ultimo_giorno
    from {{ ref('int_mesi') }}
    where extract(month from mese) = 1
),

ultime_date as (
    select
        lotto,
        max(greatest(dal, coalesce(al, dal))) as ultima_data
    from righe
    group by lotto
),

correnti as (
    select
        righe.*,
        least(
            make_date(cast(extract(year from ultime_date.ultima_data) as integer), 12, 31),
            greatest(cast(lotti.noto_dal as date), ultime_date.ultima_data)
        ) as contato_fino_al
    from righe
    inner join lotti on righe.lotto = lotti.lotto
    inner join ultime_date on righe.lotto = ultime_date.lotto
    where {{ lotti_validi() }}
),

per_anno as (
    select
        correnti.*,
        anni.anno,
        {{ giorni_tra(
            'greatest(correnti.dal, anni.primo_giorno)',
            'least(coalesce(correnti.al, correnti.contato_fino_al), anni.ultimo_giorno)'
        ) }} + 1 as giornate
    from correnti
    inner join anni
        on
            correnti.dal <= anni.ultimo_giorno
            and coalesce(correnti.al, correnti.contato_fino_al) >= anni.primo_giorno
)

select
    ente_id,
    anno,
    tipo_collocamento,
    -- what only the documents tell apart: by sub-ambito the placed are too few for their figures to be published
    'tutti' as dettaglio,
    'Tutto l''ambito' as sub_ambito,
    canale_finanziamento,
    codice_utente,
    dal,
    al,
    contato_fino_al,
    giornate,
    retta_giornaliera_eur,
    cast(giornate * retta_giornaliera_eur as decimal(18, 2)) as costo_eur,
    file_id,
    foglio,
    riga
from per_anno
