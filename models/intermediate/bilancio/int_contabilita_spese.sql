-- Grain: one row per current line of the accounts that is an expense. The schede of the documents print expenses alone:
-- a revenue of the same voce would be subtracted from nothing.
with contabilita as (
    select * from {{ ref('stg_flussi__contabilita') }}
    where natura <> 'entrata'
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
    contabilita.area,
    contabilita.servizio,
    contabilita.azione,
    contabilita.voce,
    contabilita.natura,
    contabilita.fonte,
    contabilita.importo_eur,
    case when contabilita.ente_id = 'dimostrativo' then 'dimostrativo' else 'flusso' end as origine_dato,
    contabilita.file_id,
    contabilita.foglio,
    contabilita.riga
from contabilita
inner join lotti on contabilita.lotto = lotti.lotto
