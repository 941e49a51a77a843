-- The stock of every month, counted file by file, is the one that openings and closings give; and the months follow on.
with movimento as (
    select
        ente_id,
        servizio,
        mese,
        sub_ambito,
        casi_inizio,
        casi_nuovi,
        casi_chiusi,
        casi_fine,
        lag(casi_fine, 1, 0) over (partition by ente_id, servizio, sub_ambito order by mese nulls first) as fine_prima
    from {{ ref('casi_movimento') }}
),

contati as (
    select
        ente_id,
        servizio,
        mese,
        sub_ambito,
        cast(sum(case when data_apertura < mese then 1 else 0 end) as integer) as casi_inizio,
        cast(sum(case when data_chiusura is null or data_chiusura > last_day(mese) then 1 else 0 end) as integer)
            as casi_fine
    from {{ ref('int_casi_movimento_righe') }}
    group by ente_id, servizio, mese, sub_ambito
)

select
    movimento.*,
    contati.casi_inizio as contati_inizio,
    contati.casi_fine as contati_fine
from movimento
full outer join contati
    on
        movimento.ente_id = contati.ente_id
        and movimento.servizio = contati.servizio
        and movimento.mese = contati.mese
        and movimento.sub_ambito = contati.sub_ambito
where
    -- a month without anybody has a row of the mart and none of the count
    coalesce(movimento.casi_inizio <> coalesce(contati.casi_inizio, 0), true)
    or movimento.casi_fine <> coalesce(contati.casi_fine, 0)
    or movimento.casi_inizio + movimento.casi_nuovi - movimento.casi_chiusi <> movimento.casi_fine
    or movimento.casi_inizio <> movimento.fine_prima
