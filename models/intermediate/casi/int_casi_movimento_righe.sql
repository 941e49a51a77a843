-- Grain: one row per file of a person and month, from its opening to its closing or to the extraction.
-- The rows behind each row of casi_movimento and of casi_movimento_annuale.
with casi as (
    select * from {{ ref('int_casi_correnti') }}
),

mesi as (
    select * from {{ ref('int_mesi') }}
)

select
    casi.ente_id,
    casi.servizio,
    cast(extract(year from mesi.mese) as integer) as anno,
    mesi.mese,
    casi.sub_ambito,
    casi.data_apertura,
    casi.data_chiusura,
    casi.file_id,
    casi.foglio,
    casi.riga
from casi
inner join mesi
    on
        mesi.mese >= cast(date_trunc('month', casi.data_apertura) as date)
        and mesi.mese <= coalesce(casi.data_chiusura, casi.data_estrazione)
