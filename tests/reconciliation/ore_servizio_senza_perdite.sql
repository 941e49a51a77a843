-- Every row of every lotto is counted once, and the marts hold all the hours of the current lotti.
with lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
    where tracciato = 'ore_servizio'
),

contate as (
    select
        lotto,
        cast(sum(righe) as bigint) as righe
    from {{ ref('int_ore_servizio_mensili') }}
    group by lotto
)

select
    coalesce(lotti.lotto, contate.lotto) as lotto,
    lotti.righe,
    contate.righe as contate
from lotti
full outer join contate on lotti.lotto = contate.lotto
where coalesce(lotti.righe <> contate.righe, true)
