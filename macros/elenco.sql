{#- The distinct values of a group, sorted and separated by blanks: the cells behind a row. -#}
{% macro elenco(espressione) -%}
    {{ return(adapter.dispatch('elenco', 'ambito')(espressione)) }}
{%- endmacro %}

{% macro duckdb__elenco(espressione) -%}
    string_agg(distinct {{ espressione }}, ' ' order by {{ espressione }})
{%- endmacro %}

{% macro default__elenco(espressione) -%}
    array_join(array_sort(collect_set({{ espressione }})), ' ')
{%- endmacro %}
