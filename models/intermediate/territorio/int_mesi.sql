-- Grain: one row per month, by its first day, from 1900 to 2099.
with anni as (
    select cast(anno as integer) as anno
    from (values {% for anno in range(1900, 2100) %}({{ anno }}){{ ', ' if not loop.last }}{% endfor %}) as elenco_anni (anno)
),

mesi as (
    select cast(mese as integer) as mese
    from (values {% for mese in range(1, 13) %}({{ mese }}){{ ', ' if not loop.last }}{% endfor %}) as elenco_mesi (mese)
)

select make_date(anni.anno, mesi.mese, 1) as mese
from anni
cross join mesi
