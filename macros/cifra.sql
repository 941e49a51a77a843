{#- The figure of one measure in a group of cells. A test holds that there is at most one. -#}
{% macro cifra(misura, tipo='decimal(18, 2)') -%}
    cast(max(case when misura = '{{ misura }}' then valore end) as {{ tipo }})
{%- endmacro %}
