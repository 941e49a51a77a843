-- Grain: one row per ente, livello, territorio and data_riferimento.
with righe as (
    select * from {{ ref('int_residenti_territori_righe') }}
)

select
    ente_id,
    livello,
    territorio,
    case when livello = 'comune' then max(codice_istat) end as codice_istat,
    data_riferimento,
    cast(sum(residenti) as integer) as residenti,
    cast(sum(case when fascia_eta = '0-14' then residenti else 0 end) as integer) as residenti_0_14,
    cast(sum(case when fascia_eta = '15-64' then residenti else 0 end) as integer) as residenti_15_64,
    cast(sum(case when fascia_eta = '65 e oltre' then residenti else 0 end) as integer) as residenti_65_e_oltre,
    -- of a source that tells only the total the foreigners are unknown, not none
    case
        when max(case when cittadinanza = 'totale' then 1 else 0 end) = 0
            then cast(sum(case when cittadinanza = 'straniera' then residenti else 0 end) as integer)
    end as stranieri,
    {{ elenco('file_id') }} as file
from righe
group by ente_id, livello, territorio, data_riferimento
