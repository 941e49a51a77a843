-- Grain: one row per ente, anno and sub_ambito. The SAAP alone.
with costo_servizi as (
    select * from {{ ref('costo_servizi_sub_ambito') }}
    where servizio = 'SAAP'
)

select
    ente_id,
    anno,
    sub_ambito,
    utenti_nell_anno,
    ore_erogate,
    costo_eur,
    costo_orario_eur,
    costo_utente_eur,
    popolazione,
    costo_pro_capite_eur,
    origine_dato,
    celle
from costo_servizi
