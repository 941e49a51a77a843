-- Grain: one row per application (current lotti), with the days from the application to the call.
with righe as (
    select * from {{ ref('stg_flussi__domande') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
)

select
    righe.ente_id,
    cast(extract(year from righe.data_domanda) as integer) as anno,
    righe.misura,
    righe.target,
    righe.tipo_intervento,
    righe.codice_istat,
    righe.esito,
    righe.codice_domanda,
    righe.codice_utente,
    righe.data_domanda,
    righe.data_chiamata,
    {{ giorni_tra('righe.data_domanda', 'righe.data_chiamata') }} as attesa_giorni,
    -- whoever was neither called nor turned down nor paid, and did not withdraw
    righe.data_chiamata is null and righe.esito in ('in valutazione', 'ammessa non finanziata') as is_in_attesa,
    righe.importo_concesso_eur,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
where {{ lotti_validi() }}
