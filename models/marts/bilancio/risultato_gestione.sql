-- Grain: one row per ente and esercizio.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        fatto = 'risultato_gestione'
        and misura in ('avanzo_precedente', 'entrate', 'uscite', 'avanzo')
),

misure as (
    select
        ente_id,
        anno as esercizio,
        {{ cifra('avanzo_precedente') }} as avanzo_precedente_eur,
        {{ cifra('entrate') }} as entrate_eur,
        {{ cifra('uscite') }} as uscite_eur,
        {{ cifra('avanzo') }} as avanzo_eur,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    avanzo_precedente_eur,
    entrate_eur,
    uscite_eur,
    avanzo_eur,
    'prospetto' as origine_dato,
    celle
from misure
