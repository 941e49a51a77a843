{#- One row per combination of the columns; two NULLs are the same value, as they are for a reader. -#}
{% test grana(model, colonne) %}
with contate as (
    select
        {{ colonne | join(', ') }},
        count(*) as righe
    from {{ model }}
    group by {{ colonne | join(', ') }}
)

select
    {{ colonne | join(', ') }},
    righe
from contate
where righe > 1
{% endtest %}
