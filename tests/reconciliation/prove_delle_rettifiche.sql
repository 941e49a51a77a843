-- The check named as proof of a repair exists, holds to the cent, and really uses the repaired cell.
with rettifiche as (
    select
        rettifica_id,
        quadratura_prova
    from {{ ref('rettifiche') }}
),

quadrature as (
    select
        quadratura_id,
        esito,
        cella_id
    from {{ ref('quadrature') }}
),

celle as (
    select
        rettifica_id,
        cella_id
    from {{ ref('stg_prospetti__celle') }}
    where rettifica_id is not null
),

termini as (
    select
        quadratura_id,
        cella_id
    from {{ ref('stg_prospetti__quadrature_termini') }}
    union all
    select
        quadratura_id,
        cella_id
    from quadrature
)

select
    rettifiche.rettifica_id,
    rettifiche.quadratura_prova,
    quadrature.esito
from rettifiche
left join quadrature on rettifiche.quadratura_prova = quadrature.quadratura_id
left join celle on rettifiche.rettifica_id = celle.rettifica_id
left join termini on rettifiche.quadratura_prova = termini.quadratura_id and celle.cella_id = termini.cella_id
where coalesce(quadrature.esito <> 'quadra', true) or termini.cella_id is null
