-- Grain: one row per current invoice, without its supplier, with what of it is paid and up to which day that is known.
with fatture as (
    select
        *,
        -- the last thing the lotto knows of
        max(greatest(ricevuta_il, coalesce(pagata_il, ricevuta_il))) over (partition by lotto) as ultimo_fatto_il
    from {{ ref('stg_flussi__fatture') }}
),

lotti as (
    select
        lotti.lotto,
        cast(lotti.noto_dal as date) as ricevuto_il
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
    -- a file that came after the end of the year of its last receipt or payment knows that whole year; otherwise it is
    -- known up to that day, and in no case beyond the day it came: what it does not say later is not unpaid, is unknown
    least(
        lotti.ricevuto_il,
        case
            when lotti.ricevuto_il > make_date(cast(extract(year from fatture.ultimo_fatto_il) as integer), 12, 31)
                then make_date(cast(extract(year from fatture.ultimo_fatto_il) as integer), 12, 31)
            else fatture.ultimo_fatto_il
        end
    ) as situazione_al,
    case when fatture.ente_id = 'dimostrativo' then 'dimostrativo' else 'flusso' end as origine_dato,
    fatture.file_id,
    fatture.foglio,
    fatture.riga
from fatture
inner join lotti on fatture.lotto = lotti.lotto
