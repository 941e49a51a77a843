-- Grain: one row per employment and data_riferimento on which it lasts.
-- The rows behind each row of personale_in_servizio. Dates: every 31/12 up to the extraction, and the extraction.
with rapporti as (
    select * from {{ ref('int_personale_rapporti') }}
),

mesi as (
    select * from {{ ref('int_mesi') }}
),

estrazioni as (
    select
        ente_id,
        min(dal) as primo_giorno,
        max(data_estrazione) as data_estrazione
    from rapporti
    group by ente_id
),

date_riferimento as (
    select
        estrazioni.ente_id,
        last_day(mesi.mese) as data_riferimento
    from estrazioni
    inner join mesi on last_day(mesi.mese) between estrazioni.primo_giorno and estrazioni.data_estrazione
    where extract(month from mesi.mese) = 12
    union
    select
        ente_id,
        data_estrazione as data_riferimento
    from estrazioni
)

select
    rapporti.ente_id,
    date_riferimento.data_riferimento,
    rapporti.profilo,
    rapporti.contratto,
    rapporti.tempo,
    rapporti.file_id,
    rapporti.foglio,
    rapporti.riga
from rapporti
inner join date_riferimento
    on
        rapporti.ente_id = date_riferimento.ente_id
        and rapporti.dal <= date_riferimento.data_riferimento
        -- who leaves on a day is no longer there at its end
        and coalesce(rapporti.al, cast('9999-12-31' as date)) > date_riferimento.data_riferimento
