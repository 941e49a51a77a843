-- Grain: one row per printed line of a budget (documento, tabella, riga), esercizio and fase. Joins: the nature that
-- the words printed beside the line, or the line itself, name; left joins, for most lines name none.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        fatto in ('preventivo_consuntivo', 'budget_per_fonte')
        and tipo_riga = 'dato'
        and misura in ('preventivo', 'consuntivo', 'budget')
),

righe as (
    select * from {{ ref('int_righe_bilancio_identificate') }}
),

nature as (
    select
        etichetta,
        membro as natura
    from {{ ref('etichette') }}
    where dimensione = 'natura'
)

select
    celle.documento,
    celle.tabella,
    celle.riga,
    righe.ente_id,
    celle.anno as esercizio,
    celle.fase,
    righe.area,
    righe.servizio,
    righe.azione,
    righe.voce,
    righe.dettaglio,
    coalesce(del_dettaglio.natura, della_voce.natura) as natura,
    cast(celle.valore as decimal(18, 2)) as importo_eur,
    righe.azione_stampata,
    righe.voce_stampata,
    righe.linea,
    celle.cella_id
from celle
inner join righe
    on
        celle.documento = righe.documento
        and celle.tabella = righe.tabella
        and celle.riga = righe.riga
left join nature as del_dettaglio on righe.dettaglio = del_dettaglio.etichetta
left join nature as della_voce on righe.voce_stampata = della_voce.etichetta
