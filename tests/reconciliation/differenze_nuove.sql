-- A difference nobody registered stops the publication; a known one, with the same amount, does not.
with quadrature as (
    select * from {{ ref('quadrature') }}
)

select
    quadratura_id,
    documento,
    linea,
    descrizione,
    stampato,
    ricalcolato,
    scarto,
    tolleranza
from quadrature
where esito = 'da_spiegare' and not e_nota
