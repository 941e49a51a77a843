-- Grain: one row per ente, piano, indicatore, periodo, data_rilevazione and tipo_valore.
with valori as (
    select * from {{ ref('int_indicatori_valori') }}
)

select
    ente_id,
    piano,
    indicatore,
    periodo,
    data_rilevazione,
    tipo_valore,
    cast(valore as decimal(18, 4)) as valore,
    valore_testo,
    valore_data,
    esito_stampato,
    unita,
    cast(numeratore as decimal(18, 2)) as numeratore,
    cast(denominatore as decimal(18, 2)) as denominatore,
    cast(valore_base as decimal(18, 4)) as valore_base,
    copertura_pct,
    is_valutabile,
    evidenza,
    ruolo_dichiarante,
    origine_dato,
    celle,
    file
from valori
