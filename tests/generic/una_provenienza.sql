{#- A row comes from printed cells or from files, never from both and never from neither; and its origine_dato says it. -#}
{% test una_provenienza(model) %}
select
    origine_dato,
    celle,
    file
from {{ model }}
where
    (celle is null) = (file is null)
    or (celle is not null) <> (origine_dato = 'prospetto')
{% endtest %}
