{#- Half of the last printed digit: the rounding error of a figure printed with that many decimals. -#}
{% macro mezza_cifra(decimali) -%}
    case {{ decimali }}
        when 0 then cast(0.5 as decimal(18, 5))
        when 1 then cast(0.05 as decimal(18, 5))
        when 2 then cast(0.005 as decimal(18, 5))
        when 3 then cast(0.0005 as decimal(18, 5))
        when 4 then cast(0.00005 as decimal(18, 5))
    end
{%- endmacro %}
