{#- Exact division of decimals, rounded half away from zero once, to `scala` digits.
    A bare / gives a DOUBLE on DuckDB and another scale on Spark; avg() the same. NULL where the divisor is 0. -#}
{% macro divisione(numeratore, denominatore, scala=2) -%}
    {{ return(adapter.dispatch('divisione', 'ambito')(numeratore, denominatore, scala)) }}
{%- endmacro %}

{#- On whole numbers: both sides are scaled by the same power of ten, so their ratio does not change. -#}
{% macro duckdb__divisione(numeratore, denominatore, scala) -%}
    {%- set intero_n -%} cast(cast({{ numeratore }} as decimal(28, 8)) * cast(100000000 as decimal(9, 0)) as hugeint) {%- endset -%}
    {%- set intero_d -%} cast(cast({{ denominatore }} as decimal(28, 8)) * cast(100000000 as decimal(9, 0)) as hugeint) {%- endset -%}
    cast(
        sign({{ numeratore }}) * sign({{ denominatore }})
        * cast(
            (2 * abs({{ intero_n }}) * {{ 10 ** scala }} + abs({{ intero_d }})) // nullif(2 * abs({{ intero_d }}), 0)
            as decimal(28, 0)
        ) * cast({{ '%.{}f'.format(scala) | format(10 ** -scala) }} as decimal({{ scala + 1 }}, {{ scala }}))
        as decimal(18, {{ scala }})
    )
{%- endmacro %}

{#- Spark keeps the digits its own rules allow before this rounds: to be proved equal before Spark is used. -#}
{% macro default__divisione(numeratore, denominatore, scala) -%}
    cast(
        round(
            cast({{ numeratore }} as decimal(28, 8)) / nullif(cast({{ denominatore }} as decimal(28, 8)), 0), {{ scala }}
        ) as decimal(18, {{ scala }})
    )
{%- endmacro %}
