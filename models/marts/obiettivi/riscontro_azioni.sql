-- Grain: one row per ente, anno, area and azione of a Piano Programma, with how far it went.
-- The same printed words may say it of several actions, each a cell of its own.
with celle as (
    select * from {{ ref('stg_prospetti__celle') }}
    where misura = 'stato_azione' and tipo_riga = 'dato'
),

etichette as (
    select
        etichetta,
        membro
    from {{ ref('etichette') }}
    where dimensione = 'stato_azione'
)

select
    celle.ente_id,
    cast(celle.anno as integer) as anno,
    celle.dettaglio as area,
    celle.voce_di_riga as azione,
    etichette.membro as stato_azione,
    celle.testo as stato_stampato,
    celle.documento,
    cast(celle.linea as integer) as linea,
    'prospetto' as origine_dato,
    celle.cella_id as celle
from celle
left join etichette on celle.testo = etichette.etichetta
