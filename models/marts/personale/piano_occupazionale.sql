-- Grain: one row per ente, anno, profilo and ambito: the posts that a plan foresees.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'piano_occupazionale' and tipo_riga = 'dato'
),

etichette as (
    select * from {{ ref('etichette') }}
),

posti as (
    select
        ente_id,
        anno,
        voce_di_riga as profilo_stampato,
        -- the labels of a row are kept as printed, one after the other: the second is the ambito
        split_part(voce_stampata, ' | ', 2) as ambito,
        dettaglio as modalita_copertura,
        cast(valore as integer) as unita_previste,
        cella_id as celle
    from celle
    where misura = 'unita_di_personale'
)

select
    posti.ente_id,
    cast(posti.anno as integer) as anno,
    profili.membro as profilo,
    posti.ambito,
    servizi.membro as servizio,
    posti.modalita_copertura,
    posti.unita_previste,
    'prospetto' as origine_dato,
    posti.celle,
    cast(null as string) as file
from posti
left join etichette as profili on posti.profilo_stampato = profili.etichetta and profili.dimensione = 'profilo'
left join etichette as servizi on posti.ambito = servizi.etichetta and servizi.dimensione = 'servizio'
