{#- The condition that no document prints what a row of the flussi says: where one does, the document prevails.
    `righe` and `stampate` are their names in the query, `chiave` the columns that both have and must be equal. -#}
{% macro documento_tace(righe, stampate, chiave) -%}
    not exists (
        select 1 as uno from {{ stampate }}
        where
            {% for colonna in chiave -%}
            {% if not loop.first %}and {% endif %}{{ righe }}.{{ colonna }} = {{ stampate }}.{{ colonna }}
            {% endfor -%}
    )
{%- endmacro %}
