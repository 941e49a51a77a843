-- Grain: one row per month, by its first day, from 1900 to 2099.
with secoli as (
    {%- for numero in (1900, 2000) %}
        select {{ numero }} as numero
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

decenni as (
    {%- for numero in range(0, 100, 10) %}
        select {{ numero }} as numero
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

anni as (
    {%- for numero in range(10) %}
        select {{ numero }} as numero
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

mesi as (
    {%- for numero in range(1, 13) %}
        select {{ numero }} as numero
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select make_date(secoli.numero + decenni.numero + anni.numero, mesi.numero, 1) as mese
from secoli
cross join decenni
cross join anni
cross join mesi
