-- Grain: one row per ente, mese, servizio, sub_ambito and ente_gestore.
-- An ente and month has one current lotto, so nothing is added up here.
with mensili as (
    select * from {{ ref('int_ore_servizio_mensili') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

servizi as (
    select * from {{ ref('servizi') }}
)

select
    mensili.ente_id,
    cast(extract(year from mensili.mese) as integer) as anno,
    mensili.mese,
    mensili.servizio,
    mensili.sub_ambito,
    mensili.ente_gestore,
    mensili.utenti as utenti_nel_mese,
    mensili.ore_erogate,
    mensili.costo_eur,
    cast({{ divisione('mensili.costo_eur', 'mensili.ore_erogate', 2) }} as decimal(18, 2)) as costo_orario_eur,
    {{ origine_flusso('mensili.ente_id') }} as origine_dato,
    lotti.file_id as file,
    cast(servizi.soglia_persone as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from mensili
inner join lotti on mensili.lotto = lotti.lotto
left join servizi on mensili.servizio = servizi.servizio
where {{ lotti_validi() }}
