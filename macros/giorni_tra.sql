{#- Whole days from a date to another, as an integer: negative when the second comes first. -#}
{% macro giorni_tra(dal, al) -%}
    {{ return(adapter.dispatch('giorni_tra', 'ambito')(dal, al)) }}
{%- endmacro %}

{% macro duckdb__giorni_tra(dal, al) -%}
    cast(date_diff('day', {{ dal }}, {{ al }}) as integer)
{%- endmacro %}

{% macro default__giorni_tra(dal, al) -%}
    cast(datediff({{ al }}, {{ dal }}) as integer)
{%- endmacro %}
