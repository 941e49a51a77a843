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
    popolazione_al,
    costo_pro_capite_eur,
    mesi_caricati,
    origine_dato,
    celle,
    file,
    soglia_persone,
    misure_soppresse
from costo_servizi
