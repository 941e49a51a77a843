-- Nothing is lost between the printed cells and the marts: the euros of each fact's cells are the euros of its mart.
-- The rows that come from the flussi have no cells. Guards: an inner join, a filter or a pivot that drops a row.
{%- set letture = [
    ('costo_servizi_sub_ambito', 'costo', 'costo_eur'),
    ('avanzo', 'avanzo', 'importo_eur'),
    ('fondi_assegnati', 'importo_assegnato', 'importo_eur'),
    ('preventivo_consuntivo', 'preventivo', 'preventivo_eur'),
    ('preventivo_consuntivo', 'consuntivo', 'consuntivo_eur'),
    ('budget_per_fonte', 'importo_per_fonte', 'importo_eur'),
    ('spesa_sociale', 'spesa_sociale', 'spesa_sociale_eur'),
    ('rette_annuali', 'costo', 'costo_eur'),
] %}
with celle as (
    select
        fatto,
        misura,
        cast(sum(valore) as decimal(18, 2)) as importo_eur
    from {{ ref('stg_prospetti__celle') }}
    where fatto is not null and tipo_riga = 'dato' and unita = 'eur'
    group by fatto, misura
),

mart as (
    {%- for fatto, misura, colonna in letture %}
        select
            '{{ fatto }}' as fatto,
            '{{ misura }}' as misura,
            cast(sum({{ colonna }}) as decimal(18, 2)) as importo_eur
        from {{ ref(fatto) }}
        where origine_dato = 'prospetto'
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    mart.fatto,
    mart.misura,
    celle.importo_eur as celle_eur,
    mart.importo_eur as mart_eur
from mart
left join celle on mart.fatto = celle.fatto and mart.misura = celle.misura
-- a fact that no document prints has neither: nothing is lost
where coalesce(mart.importo_eur, 0) <> coalesce(celle.importo_eur, 0)
