-- Grain: one row per check and term. Joins: each term to its cell, with its value and its rounding error.
with termini as (
    select * from {{ ref('stg_prospetti__quadrature_termini') }}
),

celle as (
    select * from {{ ref('stg_prospetti__celle') }}
),

unita as (
    select
        unita,
        esatta
    from {{ ref('unita') }}
)

select
    termini.quadratura_id,
    termini.ordine,
    termini.ruolo,
    termini.coefficiente,
    termini.cella_id,
    celle.documento,
    celle.linea,
    celle.rettifica_id,
    celle.unita,
    celle.decimali,
    -- a cell that is counted is one, whatever is printed in it; a printed dash adds nothing; a cell in quarantine has
    -- no value and makes the check unresolved
    case
        when termini.ruolo = 'conteggio' then cast(1 as decimal(18, 4))
        else coalesce(celle.valore, case when celle.segnaposto is not null then cast(0 as decimal(18, 4)) end)
    end as valore,
    -- a count is exact, and so is a dash; an amount is rounded to its last printed digit
    case
        when termini.ruolo = 'conteggio' or unita.esatta or celle.valore is null then cast(0 as decimal(18, 5))
        else {{ mezza_cifra('celle.decimali') }}
    end as errore
from termini
left join celle on termini.cella_id = celle.cella_id
left join unita on celle.unita = unita.unita
