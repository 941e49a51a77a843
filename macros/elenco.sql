{#- The distinct values of a group, sorted and separated by blanks (the cells behind a row) or by another text. -#}
{% macro elenco(espressione, separatore=' ') -%}
    {{ return(adapter.dispatch('elenco', 'ambito')(espressione, separatore)) }}
{%- endmacro %}

{% macro duckdb__elenco(espressione, separatore) -%}
    string_agg(distinct {{ espressione }}, '{{ separatore }}' order by {{ espressione }})
{%- endmacro %}

{% macro default__elenco(espressione, separatore) -%}
    array_join(array_sort(collect_set({{ espressione }})), '{{ separatore }}')
{%- endmacro %}
