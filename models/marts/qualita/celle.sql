-- Grain: one row per printed cell (cella_id).
with celle as (
    select * from {{ ref('int_celle_conformate') }}
),

quarantena as (
    select * from {{ ref('stg_prospetti__quarantena') }}
)

select
    celle.cella_id,
    celle.documento,
    celle.tabella,
    cast(celle.linea as integer) as linea,
    celle.voce_stampata as voce,
    celle.colonna,
    celle.colonna_stampata,
    celle.testo,
    cast(celle.valore as decimal(18, 4)) as valore,
    cast(celle.valore_data as date) as valore_data,
    celle.unita,
    celle.misura,
    celle.ente_id,
    cast(celle.anno as integer) as anno,
    cast(celle.anno_pubblicazione as integer) as anno_pubblicazione,
    cast(celle.anno_utilizzo as integer) as anno_utilizzo,
    celle.fase,
    celle.area,
    celle.servizio,
    celle.azione,
    celle.voce as voce_conformata,
    celle.dettaglio,
    celle.fonte,
    celle.fondo,
    celle.vincolo,
    celle.sub_ambito,
    celle.tipo_riga,
    celle.fatto,
    cast(celle.riga as integer) as riga,
    cast(celle.decimali as integer) as decimali,
    case
        when celle.rettifica_id is not null then 'rettificato'
        when quarantena.cella_id is not null then 'in_quarantena'
        when celle.valore is not null then 'numero'
        when celle.valore_data is not null then 'data'
        when celle.segnaposto is not null then celle.segnaposto
        else 'testo'
    end as lettura,
    celle.rettifica_id
from celle
left join quarantena on celle.cella_id = quarantena.cella_id
