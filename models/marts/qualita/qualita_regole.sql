-- Grain: one row per file, regola and gravita. Counts alone: no value of a cell leaves the machine that loaded it.
with quarantena as (
    select * from {{ ref('stg_flussi__quarantena') }}
)

select
    file_id,
    regola,
    gravita,
    max(tracciato) as tracciato,
    -- a rule on the whole file has no row
    cast(
        count(distinct case when riga is not null then concat_ws('/', foglio, cast(riga as string)) end) as integer
    ) as righe,
    cast(count(*) as integer) as segnalazioni,
    {{ elenco('colonna') }} as colonne
from quarantena
group by file_id, regola, gravita
