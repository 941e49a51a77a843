{#- The condition that a lotto is the one to read: the current one, or the one known at `--vars '{al: ...}'` (a date, or a
    date and time). On stg_flussi__lotti; `lotti` is the name it has in the query. -#}
{% macro lotti_validi(lotti='lotti') -%}
    {%- set al = var('al', none) -%}
    {%- if al is none -%}
    {{ lotti }}.noto_al is null
    {%- else -%}
    {{ lotti }}.noto_dal <= cast('{{ al }}' as timestamp)
    and ({{ lotti }}.noto_al is null or {{ lotti }}.noto_al > cast('{{ al }}' as timestamp))
    {%- endif -%}
{%- endmacro %}
