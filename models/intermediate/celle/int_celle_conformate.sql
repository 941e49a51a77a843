-- Grain: one row per printed cell. Joins: the printed labels to their member, by the seed etichette.
-- Left joins: a label nobody declared must surface as a NULL member, which a test refuses, not drop its euros.
with celle as (
    select * from {{ ref('stg_prospetti__celle') }}
),

etichette as (
    select
        dimensione,
        etichetta,
        membro
    from {{ ref('etichette') }}
)

select
    celle.cella_id,
    celle.documento,
    celle.tabella,
    celle.linea,
    celle.riga,
    celle.tipo_riga,
    celle.voce_stampata,
    celle.colonna,
    celle.colonna_stampata,
    celle.fatto,
    celle.misura,
    celle.unita,
    celle.testo,
    celle.valore,
    celle.valore_data,
    celle.decimali,
    celle.segnaposto,
    celle.rettifica_id,
    celle.ente_id,
    celle.anno,
    celle.anno_pubblicazione,
    celle.anno_utilizzo,
    celle.fase as fase_stampata,
    fasi.membro as fase,
    celle.area_stampata,
    aree.membro as area,
    celle.servizio_stampato,
    servizi.membro as servizio,
    celle.azione_stampata,
    azioni.membro as azione,
    celle.voce_di_riga,
    -- a line of a budget keeps its printed name unless the seed gives it another
    coalesce(voci.membro, celle.voce_di_riga) as voce,
    celle.dettaglio,
    celle.fonte_stampata,
    fonti.membro as fonte,
    celle.fondo_stampato,
    fondi.membro as fondo,
    celle.tipo_fondo,
    celle.atto,
    celle.origine,
    celle.vincolo,
    celle.sub_ambito_stampato,
    sub_ambiti.membro as sub_ambito
from celle
left join etichette as aree on celle.area_stampata = aree.etichetta and aree.dimensione = 'area'
left join etichette as servizi on celle.servizio_stampato = servizi.etichetta and servizi.dimensione = 'servizio'
left join etichette as azioni on celle.azione_stampata = azioni.etichetta and azioni.dimensione = 'azione'
left join etichette as voci on celle.voce_di_riga = voci.etichetta and voci.dimensione = 'voce'
left join etichette as fonti on celle.fonte_stampata = fonti.etichetta and fonti.dimensione = 'fonte'
left join etichette as fondi on celle.fondo_stampato = fondi.etichetta and fondi.dimensione = 'fonte'
left join etichette as fasi on celle.fase = fasi.etichetta and fasi.dimensione = 'fase'
left join etichette as sub_ambiti
    on celle.sub_ambito_stampato = sub_ambiti.etichetta and sub_ambiti.dimensione = 'sub_ambito'
