-- Grain: one row per worker, month and periodo it belongs to: the month, and its year.
-- The rows behind each row of lavoro_agile that comes from a flusso.
with righe as (
    select * from {{ ref('stg_flussi__lavoro_agile') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

correnti as (
    select
        righe.ente_id,
        righe.periodo as mese_testo,
        righe.codice_operatore,
        righe.giorni,
        righe.file_id,
        righe.foglio,
        righe.riga
    from righe
    inner join lotti on righe.lotto = lotti.lotto
    where {{ lotti_validi() }}
)

select
    ente_id,
    mese_testo as periodo,
    cast(mese_testo || '-01' as date) as mese,
    cast(substr(mese_testo, 1, 4) as integer) as anno,
    codice_operatore,
    giorni,
    file_id,
    foglio,
    riga
from correnti
union all
select
    ente_id,
    substr(mese_testo, 1, 4) as periodo,
    cast(null as date) as mese,
    cast(substr(mese_testo, 1, 4) as integer) as anno,
    codice_operatore,
    giorni,
    file_id,
    foglio,
    riga
from correnti
