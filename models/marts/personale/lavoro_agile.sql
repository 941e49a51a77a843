-- Grain: one row per ente and periodo: a month (2024-07), or a year (2024).
with righe as (
    select * from {{ ref('int_lavoro_agile_righe') }}
),

celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        tabella = 'testo'
        and tipo_riga = 'dato'
        and misura in ('aderenti_lavoro_agile', 'giornate_agili_massime_mese')
),

stampati as (
    select
        ente_id,
        cast(anno as integer) as anno,
        {{ cifra('aderenti_lavoro_agile', 'integer') }} as aderenti,
        {{ cifra('giornate_agili_massime_mese', 'integer') }} as giornate_massime_mese,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno
),

contati as (
    select
        ente_id,
        periodo,
        anno,
        mese,
        cast(count(distinct codice_operatore) as integer) as aderenti,
        cast(sum(giorni) as integer) as giornate,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, periodo, anno, mese
),

tutti as (
    select
        ente_id,
        cast(anno as string) as periodo,
        anno,
        cast(null as date) as mese,
        aderenti,
        cast(null as integer) as giornate,
        giornate_massime_mese,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from stampati
    union all
    -- the documents prevail: of a year they print, the flusso gives the months alone
    select
        contati.ente_id,
        contati.periodo,
        contati.anno,
        contati.mese,
        contati.aderenti,
        contati.giornate,
        cast(null as integer) as giornate_massime_mese,
        {{ origine_flusso('contati.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        contati.file,
        cast(3 as integer) as soglia_persone
    from contati
    where not exists (
            select 1 as uno from stampati
            where contati.ente_id = stampati.ente_id and contati.periodo = cast(stampati.anno as string)
        )
)

select
    ente_id,
    periodo,
    anno,
    mese,
    aderenti,
    giornate,
    cast({{ divisione('giornate', 'aderenti', 2) }} as decimal(12, 2)) as giornate_per_aderente,
    giornate_massime_mese,
    origine_dato,
    celle,
    file,
    soglia_persone,
    cast(null as string) as misure_soppresse
from tutti
