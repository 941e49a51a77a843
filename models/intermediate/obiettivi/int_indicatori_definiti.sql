-- Grain: one row per ente, piano and indicatore. Joins: what an indicator is (seed) with what its cells print.
-- A plan that repeats the indicators of a printed one (`modello`) takes its targets from the same cells, and exists
-- only where somebody states values of it.
with piani as (
    select * from {{ ref('piani') }}
),

indicatori as (
    select * from {{ ref('indicatori_piani') }}
),

celle as (
    select * from {{ ref('stg_prospetti__celle') }}
    where tipo_riga = 'dato'
),

rilevazioni as (
    select
        rilevazioni.ente_id,
        rilevazioni.piano,
        {{ elenco('rilevazioni.file_id') }} as file
    from {{ ref('stg_flussi__rilevazioni') }} as rilevazioni
    inner join {{ ref('stg_flussi__lotti') }} as lotti on rilevazioni.lotto = lotti.lotto
    where {{ lotti_validi() }}
    group by rilevazioni.ente_id, rilevazioni.piano
),

legate as (
    select
        indicatori.codice,
        celle.cella_id,
        celle.tabella = indicatori.tabella and celle.linea = indicatori.linea as is_sua,
        celle.colonna,
        celle.misura,
        celle.unita,
        celle.testo,
        celle.valore,
        celle.valore_data,
        celle.voce_di_riga,
        celle.dettaglio,
        celle.anno,
        coalesce(celle.misura = indicatori.misura_traguardo, false) as is_traguardo_nel_testo
    from indicatori
    inner join celle
        on
            indicatori.elenco = celle.documento
            and (
                (indicatori.tabella = celle.tabella and indicatori.linea = celle.linea)
                or (celle.tabella = 'testo_scadenze' and indicatori.linea = celle.linea)
                or (
                    celle.tabella = 'testo'
                    and indicatori.linea = celle.linea
                    and celle.misura in (indicatori.misura_traguardo, 'termine', 'volume_pagamento_considerato')
                )
                or (
                    indicatori.tabella = celle.tabella
                    and indicatori.linea_scadenza = celle.linea
                    and celle.misura = 'scadenza'
                )
            )
),

stampati as (
    select
        codice,
        max(case when is_sua then voce_di_riga end) as voce,
        max(case when is_sua then dettaglio end) as dettaglio,
        max(case when is_sua then anno end) as anno,
        max(case when is_sua and misura = 'traguardo' then testo end) as traguardo_stampato,
        max(case when is_sua and misura = 'traguardo' then valore end) as traguardo_in_tabella,
        max(case when is_traguardo_nel_testo then valore end) as traguardo_nel_testo,
        max(case when misura = 'volume_pagamento_considerato' then valore end) as copertura_minima,
        max(case when misura in ('scadenza', 'traguardo') then valore_data end) as scadenza_data,
        max(case when misura = 'scadenza' and colonna <> 'scadenza_2' then testo end) as scadenza_stampata,
        max(case when misura = 'scadenza' and colonna = 'scadenza_2' then testo end) as seconda_scadenza_stampata,
        max(case when misura = 'termine' then valore end) as termine,
        max(case when misura = 'termine' then unita end) as termine_unita,
        {{ elenco('cella_id') }} as celle
    from legate
    group by codice
),

-- the label of the indicator that a letter belongs to
capi as (
    select
        indicatori.codice,
        coalesce(indicatori.nome, stampati.dettaglio) as obiettivo
    from indicatori
    inner join stampati on indicatori.codice = stampati.codice
)

select
    piani.ente_id,
    piani.piano,
    piani.titolo as piano_titolo,
    indicatori.codice as indicatore,
    indicatori.elenco as documento,
    indicatori.linea,
    indicatori.area,
    coalesce(capi.obiettivo, stampati.voce, indicatori.nome) as obiettivo,
    coalesce(indicatori.nome, stampati.dettaglio) as nome,
    indicatori.formula,
    indicatori.numeratore,
    indicatori.denominatore,
    indicatori.unita,
    indicatori.direzione,
    case
        when indicatori.direzione is not null
            then coalesce(stampati.traguardo_nel_testo, stampati.traguardo_in_tabella)
    end as traguardo,
    case when indicatori.direzione is not null then stampati.traguardo_stampato end as traguardo_stampato,
    stampati.copertura_minima,
    indicatori.periodicita,
    indicatori.regola_scadenza,
    stampati.scadenza_data,
    stampati.scadenza_stampata,
    stampati.seconda_scadenza_stampata,
    stampati.termine,
    stampati.termine_unita,
    stampati.anno as anno_stampato,
    piani.anno_dal,
    piani.anno_al,
    indicatori.calcolo,
    indicatori.fonte,
    case when piani.modello is null then 'prospetto' else {{ origine_flusso('piani.ente_id') }} end as origine_dato,
    case when piani.modello is null then stampati.celle end as celle,
    case when piani.modello is not null then rilevazioni.file end as file
from piani
inner join indicatori on piani.elenco = indicatori.elenco
left join stampati on indicatori.codice = stampati.codice
left join capi on indicatori.tabella = 'indicatori' and substr(indicatori.codice, 1, 3) = capi.codice
left join rilevazioni on piani.ente_id = rilevazioni.ente_id and piani.piano = rilevazioni.piano
where piani.modello is null or rilevazioni.file is not null
