-- Grain: one row per month, by its first day, from 1900 to 2099.
with secoli as (
    {% for secolo in (1900, 2000) %}select {{ secolo }} as secolo{{ ' union all ' if not loop.last }}{% endfor %}

),

decenni as (
    {% for decennio in range(0, 100, 10) %}select {{ decennio }} as decennio{{ ' union all ' if not loop.last }}{% endfor %}

),

anni as (
    {% for anno in range(10) %}select {{ anno }} as anno{{ ' union all ' if not loop.last }}{% endfor %}

),

mesi as (
    {% for mese in range(1, 13) %}select {{ mese }} as mese{{ ' union all ' if not loop.last }}{% endfor %}

)

select make_date(secoli.secolo + decenni.decennio + anni.anno, mesi.mese, 1) as mese
from secoli
cross join decenni
cross join anni
cross join mesi
