-- Grain: one row per ente, anno and tipo_collocamento.
-- Where a document prints an ente and anno, its figures are the rows.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'rette_annuali' and tipo_riga = 'dato'
),

righe as (
    select * from {{ ref('int_collocamenti_righe') }}
),

stampati as (
    select
        ente_id,
        anno,
        voce as tipo_collocamento,
        {{ cifra('costo') }} as costo_eur,
        {{ cifra('casi_collocati', 'integer') }} as casi_collocati,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno, voce
),

sommati as (
    select
        ente_id,
        anno,
        tipo_collocamento,
        cast(sum(costo_eur) as decimal(18, 2)) as costo_eur,
        cast(count(distinct codice_utente) as integer) as casi_collocati,
        cast(sum(giornate) as integer) as giornate,
        max(contato_fino_al) as contato_fino_al,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, tipo_collocamento
),

misure as (
    select
        ente_id,
        cast(anno as integer) as anno,
        tipo_collocamento,
        costo_eur,
        casi_collocati,
        'non detto' as casi_contati,
        cast(null as integer) as giornate,
        cast(null as date) as contato_fino_al,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        -- printed in an approved document: it is public already, and nothing of it is hidden
        cast(null as integer) as soglia_persone
    from stampati
    union all
    select
        sommati.ente_id,
        sommati.anno,
        sommati.tipo_collocamento,
        sommati.costo_eur,
        sommati.casi_collocati,
        'anno' as casi_contati,
        sommati.giornate,
        sommati.contato_fino_al,
        {{ origine_flusso('sommati.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        sommati.file,
        -- minors and persons with a disability
        cast(5 as integer) as soglia_persone
    from sommati
    where {{ documento_tace('sommati', 'stampati', ['ente_id', 'anno']) }}
)

select
    ente_id,
    anno,
    tipo_collocamento,
    costo_eur,
    casi_collocati,
    casi_contati,
    giornate,
    cast({{ divisione('costo_eur', 'casi_collocati', 2) }} as decimal(18, 2)) as costo_medio_eur,
    cast({{ divisione('costo_eur', 'giornate', 2) }} as decimal(18, 2)) as retta_media_giornaliera_eur,
    contato_fino_al,
    origine_dato,
    celle,
    file,
    soglia_persone,
    cast(null as string) as misure_soppresse
from misure
