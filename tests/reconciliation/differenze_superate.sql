-- A registered difference that is no longer there (the check is gone, it holds now, or it differs by another amount)
-- is out of date: its explanation explains nothing.
with differenze as (
    select
        quadratura_id,
        cast(scarto as decimal(18, 4)) as scarto,
        classe
    from {{ ref('differenze') }}
),

quadrature as (
    select
        quadratura_id,
        scarto,
        esito
    from {{ ref('quadrature') }}
)

select
    differenze.quadratura_id,
    differenze.scarto as scarto_registrato,
    quadrature.scarto as scarto_trovato,
    quadrature.esito
from differenze
left join quadrature on differenze.quadratura_id = quadrature.quadratura_id
where
    quadrature.quadratura_id is null
    or coalesce(quadrature.scarto <> differenze.scarto, true)
    or quadrature.esito <> differenze.classe
