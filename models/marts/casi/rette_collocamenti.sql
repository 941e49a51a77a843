-- Grain: one row per ente, anno, tipo_collocamento and canale_finanziamento.
with righe as (
    select * from {{ ref('int_collocamenti_righe') }}
),

sommate as (
    select
        ente_id,
        anno,
        tipo_collocamento,
        canale_finanziamento,
        cast(count(distinct codice_utente) as integer) as persone_collocate,
        cast(sum(giornate) as integer) as giornate,
        cast(sum(costo_eur) as decimal(18, 2)) as costo_eur,
        max(contato_fino_al) as contato_fino_al,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, tipo_collocamento, canale_finanziamento
)

select
    ente_id,
    anno,
    tipo_collocamento,
    canale_finanziamento,
    persone_collocate,
    giornate,
    costo_eur,
    cast({{ divisione('costo_eur', 'giornate', 2) }} as decimal(18, 2)) as retta_media_giornaliera_eur,
    contato_fino_al,
    {{ origine_flusso() }} as origine_dato,
    file,
    -- minors and persons with a disability
    cast(5 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from sommate
