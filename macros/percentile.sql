{#- Percentile of a group, interpolated between the two nearest values, exact: the weight that each value has in it.
    `rango` counts the values from 1 in order, `numero` is how many there are, `quota` is text ('0.5', '0.9').
    percentile_cont gives a DOUBLE. -#}
{% macro percentile(valore, rango, numero, quota) -%}
    cast(
        sum(
            cast({{ valore }} as decimal(9, 0)) * greatest(
                cast(0 as decimal(12, 1)),
                1 - abs(
                    cast({{ rango }} - 1 as decimal(10, 0)) - cast('{{ quota }}' as decimal(2, 1)) * cast({{ numero }} - 1 as decimal(10, 0))
                )
            )
        ) as decimal(10, 1)
    )
{%- endmacro %}
