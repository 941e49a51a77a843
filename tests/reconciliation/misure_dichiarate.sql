-- Every measure of a table that feeds a mart is one the seed fatti declares for that fact.
-- Guards: a measure with a slip in its name, which the mart would not read and nobody would miss.
with celle as (
    select distinct
        documento,
        tabella,
        fatto,
        misura
    from {{ ref('stg_prospetti__celle') }}
    where fatto is not null
),

fatti as (
    select
        fatto,
        concat_ws(' ', '', misure, altre_misure, '') as misure
    from {{ ref('fatti') }}
)

select
    celle.documento,
    celle.tabella,
    celle.fatto,
    celle.misura
from celle
left join fatti
    on
        celle.fatto = fatti.fatto
        and replace(fatti.misure, concat_ws('', ' ', celle.misura, ' '), '') <> fatti.misure
where fatti.fatto is null
