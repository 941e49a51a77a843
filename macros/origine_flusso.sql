{#- Where a row made from the flussi comes from: the data of the ente `dimostrativo` are invented, and say so. -#}
{% macro origine_flusso(ente='ente_id') -%}
    case when {{ ente }} = 'dimostrativo' then 'dimostrativo' else 'flusso' end
{%- endmacro %}
