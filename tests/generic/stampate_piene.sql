{#- What a document prints on each of its rows is there on each row that comes from a document. -#}
{% test stampate_piene(model, colonne) %}
select
    {{ colonne | join(', ') }},
    celle
from {{ model }}
where
    origine_dato = 'prospetto'
    and ({% for colonna in colonne %}{{ colonna }} is null{{ ' or ' if not loop.last }}{% endfor %})
{% endtest %}
