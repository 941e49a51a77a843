-- Grain: one row per current balance of an account at the end of a day.
with saldi as (
    select * from {{ ref('stg_flussi__saldi_cassa') }}
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    saldi.ente_id,
    saldi.conto,
    saldi.data,
    cast(date_trunc('month', saldi.data) as date) as mese,
    saldi.saldo_eur,
    saldi.fido_accordato_eur,
    {{ origine_flusso('saldi.ente_id') }} as origine_dato,
    saldi.file_id,
    saldi.foglio,
    saldi.riga
from saldi
inner join lotti on saldi.lotto = lotti.lotto
