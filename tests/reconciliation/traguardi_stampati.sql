-- Every target printed in figures is the target of the indicator of its line, in the unit it is printed in.
-- Guards: a line of the seed indicatori_piani that points elsewhere, and a target that is no longer printed.
with celle as (
    select
        documento,
        linea,
        max(valore) as traguardo,
        max(unita) as unita
    from {{ ref('stg_prospetti__celle') }}
    where misura = 'traguardo' and valore is not null and tipo_riga = 'dato' and documento in ('001', '002', '004')
    group by documento, linea
),

piano as (
    select
        documento,
        linea,
        indicatore,
        traguardo,
        unita
    from {{ ref('indicatori_piano') }}
    where origine_dato = 'prospetto'
)

select
    celle.documento,
    celle.linea,
    piano.indicatore,
    celle.traguardo as stampato,
    piano.traguardo,
    celle.unita as unita_stampata,
    piano.unita
from celle
left join piano on celle.documento = piano.documento and celle.linea = piano.linea
where coalesce(celle.traguardo <> piano.traguardo or celle.unita <> piano.unita, true)
