-- Grain: one row per current credit or debt at a date.
with documenti as (
    select * from {{ ref('stg_flussi__crediti_debiti') }}
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    documenti.ente_id,
    documenti.data_riferimento,
    documenti.verso,
    documenti.id_documento,
    documenti.anno_competenza,
    documenti.controparte_tipo,
    documenti.importo_eur,
    -- left blank: nothing settled yet
    coalesce(documenti.regolato_eur, 0) as regolato_eur,
    {{ origine_flusso('documenti.ente_id') }} as origine_dato,
    documenti.file_id,
    documenti.foglio,
    documenti.riga
from documenti
inner join lotti on documenti.lotto = lotti.lotto
