-- Grain: one row per comune (codice_istat).
with comuni as (
    select * from {{ ref('comuni') }}
)

select
    codice_istat,
    codice_catastale,
    comune,
    ente_id,
    capofila_di,
    cast(popolazione_censimento_2011 as integer) as popolazione_censimento_2011,
    cast(valido_dal as date) as valido_dal,
    cast(valido_al as date) as valido_al,
    fonte as riferimento
from comuni
