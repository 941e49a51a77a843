-- Grain: one row per printed flow of a closed esercizio (ente_id, esercizio, livello, da_nodo, a_nodo).
-- No document says which source pays which area: all go into one pool, and what is spent and left comes out of it.
with risultato as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'risultato_gestione'
),

aree as (
    select * from {{ ref('int_celle_conformate') }}
    where tabella = 'costo_per_aree' and tipo_riga = 'dato' and misura = 'consuntivo'
),

avanzo as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'avanzo' and tipo_riga = 'dato' and misura = 'avanzo' and segnaposto is null
),

-- only where the channels are printed: without them there is no pool to draw from
esercizi as (
    select distinct
        ente_id,
        anno
    from risultato
    where misura = 'entrata'
),

flussi as (
    select
        ente_id,
        anno,
        1 as livello,
        case when misura = 'entrata' then 'canale' else 'avanzo precedente' end as da_tipo,
        voce_di_riga as da_nodo,
        'risorse' as a_tipo,
        'Risorse dell''esercizio' as a_nodo,
        valore,
        cella_id
    from risultato
    where tipo_riga = 'dato' and misura in ('entrata', 'avanzo_precedente_parte')
    union all
    select
        ente_id,
        anno,
        2 as livello,
        'risorse' as da_tipo,
        'Risorse dell''esercizio' as da_nodo,
        'area' as a_tipo,
        area as a_nodo,
        valore,
        cella_id
    from aree
    union all
    select
        ente_id,
        anno,
        2 as livello,
        'risorse' as da_tipo,
        'Risorse dell''esercizio' as da_nodo,
        'avanzo' as a_tipo,
        'Avanzo dell''esercizio' as a_nodo,
        valore,
        cella_id
    from risultato
    where misura = 'avanzo'
    union all
    select
        ente_id,
        anno,
        3 as livello,
        'avanzo' as da_tipo,
        'Avanzo dell''esercizio' as da_nodo,
        'classe di avanzo' as a_tipo,
        concat_ws(' ', 'Avanzo', vincolo, cast(cast(anno_utilizzo as integer) as string)) as a_nodo,
        valore,
        cella_id
    from avanzo
)

select
    flussi.ente_id,
    flussi.anno as esercizio,
    flussi.livello,
    flussi.da_tipo,
    flussi.da_nodo,
    flussi.a_tipo,
    flussi.a_nodo,
    cast(sum(flussi.valore) as decimal(18, 2)) as importo_eur,
    {{ elenco('flussi.cella_id') }} as celle
from flussi
inner join esercizi on flussi.ente_id = esercizi.ente_id and flussi.anno = esercizi.anno
group by
    flussi.ente_id, flussi.anno, flussi.livello, flussi.da_tipo, flussi.da_nodo, flussi.a_tipo, flussi.a_nodo
