-- Grain: one row per loaded row of popolazione that is of the first day counted of an anno in a whole sub_ambito.
-- The rows behind each row of popolazione_sub_ambiti that comes from a flusso.
with righe as (
    select * from {{ ref('int_residenti_territori_righe') }}
    where livello = 'sub_ambito'
),

numerate as (
    select
        ente_id,
        territorio as sub_ambito,
        cast(extract(year from data_riferimento) as integer) as anno,
        data_riferimento,
        dense_rank() over (
            partition by ente_id, territorio, extract(year from data_riferimento)
            order by data_riferimento nulls first
        ) as giorno,
        cittadinanza,
        residenti,
        file_id,
        foglio,
        riga
    from righe
)

select
    ente_id,
    sub_ambito,
    anno,
    data_riferimento,
    cittadinanza,
    residenti,
    file_id,
    foglio,
    riga
from numerate
where giorno = 1
