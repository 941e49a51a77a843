-- Grain: one row per current invoice, without its supplier, with what of it is paid and the day up to which that is known.
with fatture as (
    select * from {{ ref('stg_flussi__fatture') }}
),

lotti as (
    select
        lotto,
        noto_dal
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
)

select
    fatture.ente_id,
    fatture.id_fattura,
    fatture.ricevuta_il,
    fatture.scade_il,
    fatture.pagata_il,
    fatture.importo_eur,
    cast(coalesce(fatture.importo_pagato_eur, 0) as decimal(18, 2)) as importo_pagato_eur,
    coalesce(fatture.giorni_sospensione, 0) as giorni_sospensione,
    -- the file says what was paid up to the day it came
    cast(lotti.noto_dal as date) as situazione_al,
    case when fatture.ente_id = 'dimostrativo' then 'dimostrativo' else 'flusso' end as origine_dato,
    fatture.file_id,
    fatture.foglio,
    fatture.riga
from fatture
inner join lotti on fatture.lotto = lotti.lotto
