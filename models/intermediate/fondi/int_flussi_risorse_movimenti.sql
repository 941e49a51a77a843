-- Grain: one row per flow of a closed esercizio that the movements of the funds give (ente_id, esercizio, livello,
-- da_nodo, a_nodo): where the money of each fund comes from, the areas that use it, and what is left by class.
with movimenti as (
    select * from {{ ref('int_movimenti_fondi_per_esercizio') }}
),

fonti as (
    select
        fonte,
        provenienza
    from {{ ref('fonti') }}
),

flussi as (
    select
        movimenti.ente_id,
        movimenti.esercizio,
        1 as livello,
        case when movimenti.is_dell_esercizio then 'canale' else 'avanzo precedente' end as da_tipo,
        case
            when movimenti.is_dell_esercizio
                then concat_ws(' ', 'Provenienza:', coalesce(fonti.provenienza, 'non indicata'))
            else 'Avanzo dell''esercizio precedente'
        end as da_nodo,
        'fondo' as a_tipo,
        movimenti.fondo as a_nodo,
        movimenti.segno * movimenti.importo_eur as importo_eur,
        movimenti.origine_dato,
        movimenti.file_id
    from movimenti
    left join fonti on movimenti.fondo = fonti.fonte
    where not movimenti.is_dell_esercizio or movimenti.tipo in ('assegnazione', 'storno')
    union all
    select
        ente_id,
        esercizio,
        2 as livello,
        'fondo' as da_tipo,
        fondo as da_nodo,
        case when tipo = 'spesa' then 'area' else 'economie' end as a_tipo,
        case when tipo = 'spesa' then coalesce(area, 'Area non indicata') else 'Economie' end as a_nodo,
        importo_eur,
        origine_dato,
        file_id
    from movimenti
    where is_dell_esercizio and tipo in ('spesa', 'economia')
    union all
    select
        ente_id,
        esercizio,
        2 as livello,
        'fondo' as da_tipo,
        fondo as da_nodo,
        'avanzo' as a_tipo,
        'Avanzo dell''esercizio' as a_nodo,
        segno * importo_eur as importo_eur,
        origine_dato,
        file_id
    from movimenti
    union all
    select
        ente_id,
        esercizio,
        3 as livello,
        'avanzo' as da_tipo,
        'Avanzo dell''esercizio' as da_nodo,
        'classe di avanzo' as a_tipo,
        concat_ws(' ', 'Avanzo', vincolo, cast(anno_utilizzo as string)) as a_nodo,
        segno * importo_eur as importo_eur,
        origine_dato,
        file_id
    from movimenti
)

select
    ente_id,
    esercizio,
    livello,
    da_tipo,
    da_nodo,
    a_tipo,
    a_nodo,
    cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
    max(origine_dato) as origine_dato,
    {{ elenco('file_id') }} as file
from flussi
group by ente_id, esercizio, livello, da_tipo, da_nodo, a_tipo, a_nodo
