-- Grain: one row per ente, conto and data: the balance of an account at the end of a day.
with saldi as (
    select * from {{ ref('int_saldi_cassa_correnti') }}
)

select
    ente_id,
    conto,
    data,
    saldo_eur,
    fido_accordato_eur,
    -- below zero the bank lends
    cast(case when saldo_eur < 0 then -saldo_eur else 0 end as decimal(18, 2)) as fido_usato_eur,
    origine_dato,
    file_id as file
from saldi
