-- Grain: one row per ente and anno_riferimento.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'spesa_sociale' and tipo_riga = 'dato'
),

misure as (
    select
        ente_id,
        anno as anno_riferimento,
        anno_pubblicazione,
        max(dettaglio) as definizione,
        {{ cifra('spesa_sociale') }} as spesa_sociale_eur,
        {{ cifra('pro_capite') }} as pro_capite_eur,
        {{ cifra('quota_gestita', 'decimal(5, 2)') }} as quota_gestita_pct,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno, anno_pubblicazione
)

select
    ente_id,
    cast(anno_riferimento as integer) as anno_riferimento,
    cast(anno_pubblicazione as integer) as anno_pubblicazione,
    spesa_sociale_eur,
    pro_capite_eur,
    cast({{ divisione('spesa_sociale_eur', 'pro_capite_eur', 0) }} as integer) as popolazione_implicita,
    -- the per-capita is rounded to the cent, so the population it implies is a range
    cast({{ divisione('spesa_sociale_eur', "pro_capite_eur + cast('0.005' as decimal(4, 3))", 0) }} as integer)
        as popolazione_implicita_min,
    cast({{ divisione('spesa_sociale_eur', "pro_capite_eur - cast('0.005' as decimal(4, 3))", 0) }} as integer)
        as popolazione_implicita_max,
    quota_gestita_pct,
    definizione,
    'prospetto' as origine_dato,
    celle
from misure
