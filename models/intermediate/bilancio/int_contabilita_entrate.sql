-- Grain: one row per current line of the accounts that is a revenue.
with contabilita as (
    select * from {{ ref('stg_flussi__contabilita') }}
    where natura = 'entrata'
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    contabilita.ente_id,
    contabilita.esercizio,
    contabilita.fase,
    contabilita.voce,
    contabilita.fonte,
    contabilita.importo_eur,
    {{ origine_flusso('contabilita.ente_id') }} as origine_dato,
    contabilita.file_id,
    contabilita.foglio,
    contabilita.riga
from contabilita
inner join lotti on contabilita.lotto = lotti.lotto
