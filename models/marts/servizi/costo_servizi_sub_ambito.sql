-- Grain: one row per ente, anno, servizio and sub_ambito.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'costo_servizi_sub_ambito' and tipo_riga = 'dato'
),

misure as (
    select
        ente_id,
        anno,
        servizio,
        sub_ambito,
        {{ cifra('utenti_nell_anno', 'integer') }} as utenti_nell_anno,
        {{ cifra('ore_erogate', 'decimal(14, 2)') }} as ore_erogate,
        {{ cifra('costo') }} as costo_eur,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno, servizio, sub_ambito
)

select
    ente_id,
    cast(anno as integer) as anno,
    servizio,
    sub_ambito,
    utenti_nell_anno,
    ore_erogate,
    costo_eur,
    cast({{ divisione('costo_eur', 'ore_erogate', 2) }} as decimal(18, 2)) as costo_orario_eur,
    cast({{ divisione('costo_eur', 'utenti_nell_anno', 2) }} as decimal(18, 2)) as costo_utente_eur,
    -- no document prints the population of a sub-ambito: NULL until an extract of it is loaded
    cast(null as integer) as popolazione,
    cast(null as decimal(18, 2)) as costo_pro_capite_eur,
    'prospetto' as origine_dato,
    celle
from misure
