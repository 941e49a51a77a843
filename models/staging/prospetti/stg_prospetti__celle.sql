-- Grain: one row per printed cell. Renames only: the value was read once, at ingest.
with celle as (
    select * from {{ source('raw', 'celle') }}
)

select
    -- identity and place
    cella_id,
    documento,
    tabella,
    linea,
    riga,
    tipo_riga,
    voce_stampata,
    colonna,
    colonna_stampata,

    -- what it measures
    fatto,
    misura,
    unita,

    -- the text and what it says
    testo,
    valore,
    valore_data,
    decimali,
    segnaposto,
    rettifica_id,

    -- dimensions, labels as printed
    ente_id,
    anno,
    anno_pubblicazione,
    anno_utilizzo,
    fase,
    area as area_stampata,
    servizio as servizio_stampato,
    azione as azione_stampata,
    voce as voce_di_riga,
    dettaglio,
    fonte as fonte_stampata,
    fondo as fondo_stampato,
    tipo_fondo,
    atto,
    origine,
    vincolo,
    sub_ambito as sub_ambito_stampato
from celle
