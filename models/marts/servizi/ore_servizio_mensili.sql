-- Grain: one row per ente, mese, servizio, sub_ambito and ente_gestore.
-- An ente and month has one current lotto, so nothing is added up here.
with mensili as (
    select * from {{ ref('int_ore_servizio_correnti') }}
),

servizi as (
    select * from {{ ref('servizi') }}
)

select
    mensili.ente_id,
    mensili.anno,
    mensili.mese,
    mensili.servizio,
    mensili.sub_ambito,
    mensili.ente_gestore,
    mensili.utenti as utenti_nel_mese,
    mensili.ore_erogate,
    mensili.costo_eur,
    cast({{ divisione('mensili.costo_eur', 'mensili.ore_erogate', 2) }} as decimal(18, 2)) as costo_orario_eur,
    {{ origine_flusso('mensili.ente_id') }} as origine_dato,
    mensili.file_id as file,
    cast(servizi.soglia_persone as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from mensili
left join servizi on mensili.servizio = servizi.servizio
