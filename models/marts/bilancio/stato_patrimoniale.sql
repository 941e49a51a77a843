-- Grain: one row per ente, anno and voce. The subtotals are lines of a reclassified balance sheet: they are here, and
-- is_totale tells them from the lines they add up.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'stato_patrimoniale' and misura in ('saldo', 'variazione')
),

voci as (
    select * from {{ ref('voci_patrimoniali') }}
),

saldi as (
    select
        ente_id,
        anno,
        voce_di_riga as voce,
        {{ cifra('saldo') }} as saldo_eur,
        {{ cifra('variazione') }} as variazione_eur,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno, voce_di_riga
)

select
    saldi.ente_id,
    cast(saldi.anno as integer) as anno,
    saldi.voce,
    voci.sezione,
    voci.is_totale,
    cast(voci.ordine as integer) as ordine,
    saldi.saldo_eur,
    saldi.variazione_eur,
    'prospetto' as origine_dato,
    saldi.celle
from saldi
-- left join: a line nobody declared must surface as a NULL section, which the contract refuses
left join voci on saldi.voce = voci.voce
