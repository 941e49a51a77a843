-- Grain: one row per loaded row (movement of a fund, line of the accounts) and flow of an esercizio it is part of.
-- Consuntivo: where the money of each fund comes from, the areas that use it, and what is left by class, of the closed
-- esercizi. Preventivo: from each source to the areas.
with movimenti as (
    select * from {{ ref('int_movimenti_fondi_per_esercizio') }}
    -- cash in flows nowhere: it was there since it was assigned
    where tipo <> 'incasso'
),

contabilita as (
    select * from {{ ref('int_contabilita_finanziata') }}
),

fonti as (
    select
        fonte,
        provenienza
    from {{ ref('fonti') }}
)

select
    movimenti.ente_id,
    movimenti.esercizio,
    'consuntivo' as fase,
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
    movimenti.file_id,
    movimenti.foglio,
    movimenti.riga
from movimenti
left join fonti on movimenti.fondo = fonti.fonte
where not movimenti.is_dell_esercizio or movimenti.tipo in ('assegnazione', 'storno')
union all
select
    ente_id,
    esercizio,
    'consuntivo' as fase,
    2 as livello,
    'fondo' as da_tipo,
    fondo as da_nodo,
    case when tipo = 'spesa' then 'area' else 'economie' end as a_tipo,
    case when tipo = 'spesa' then coalesce(area, 'Area non indicata') else 'Economie' end as a_nodo,
    importo_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from movimenti
where is_dell_esercizio and tipo in ('spesa', 'economia')
union all
select
    ente_id,
    esercizio,
    'consuntivo' as fase,
    2 as livello,
    'fondo' as da_tipo,
    fondo as da_nodo,
    'avanzo' as a_tipo,
    'Avanzo dell''esercizio' as a_nodo,
    segno * importo_eur as importo_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from movimenti
union all
select
    ente_id,
    esercizio,
    'consuntivo' as fase,
    3 as livello,
    'avanzo' as da_tipo,
    'Avanzo dell''esercizio' as da_nodo,
    'classe di avanzo' as a_tipo,
    concat_ws(' ', 'Avanzo', vincolo, cast(anno_utilizzo as string)) as a_nodo,
    segno * importo_eur as importo_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from movimenti
union all
select
    ente_id,
    esercizio,
    'preventivo' as fase,
    1 as livello,
    'fondo' as da_tipo,
    fonte as da_nodo,
    'area' as a_tipo,
    area as a_nodo,
    importo_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from contabilita
