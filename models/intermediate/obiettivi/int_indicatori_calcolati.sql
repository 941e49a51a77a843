-- Grain: one row per ente, calcolo, anno and momento: the values of the indicators that the flussi give.
-- A value is of the year it measures and known at its end, or at the last day that its lists or the invoices know.
with entrate as (
    select * from {{ ref('int_entrate_per_copertura') }}
),

totali as (
    select
        ente_id,
        anno,
        cast(sum(importo_eur) as decimal(18, 2)) as entrate_eur,
        cast(sum(case when copertura is not null then importo_eur end) as decimal(18, 2)) as con_fonte_eur,
        -- the accounts of a year are one file
        max(file) as file
    from entrate
    group by ente_id, anno
),

coperture as (
    select distinct copertura from {{ ref('coperture') }}
),

-- the accounts of a year are whole: what pays nothing in them pays zero
quote as (
    select
        totali.ente_id,
        concat_ws('_', 'quota', coperture.copertura) as calcolo,
        totali.anno,
        coalesce(entrate.importo_eur, cast(0 as decimal(18, 2))) as numeratore,
        totali.con_fonte_eur as denominatore,
        totali.file
    from totali
    cross join coperture
    left join entrate
        on
            totali.ente_id = entrate.ente_id
            and totali.anno = entrate.anno
            and coperture.copertura = entrate.copertura
    where totali.con_fonte_eur <> 0
    union all
    select
        ente_id,
        'quota_con_fonte' as calcolo,
        anno,
        con_fonte_eur as numeratore,
        entrate_eur as denominatore,
        file
    from totali
),

pagamenti as (
    select * from {{ ref('tempestivita_pagamenti') }}
    where indicatore = 'ritardo_annuale' and trimestre = 0
),

ultime_fatture as (
    select
        ente_id,
        max(greatest(ricevuta_il, coalesce(pagata_il, ricevuta_il))) as ultimo_giorno
    from {{ ref('int_fatture_correnti') }}
    group by ente_id
),

servizi as (
    select * from {{ ref('costo_servizi_sub_ambito') }}
    where origine_dato <> 'prospetto' and costo_eur is not null and ore_erogate is not null
),

-- from the months, which are few, and not from the rows of the files, which can be tens of millions
file_dei_servizi as (
    select
        ente_id,
        anno,
        {{ elenco('file_id') }} as file
    from {{ ref('int_ore_servizio_correnti') }}
    where servizio in ('SAAP', 'SAD', 'ADM', 'SIP')
    group by ente_id, anno
),

costi as (
    select
        ente_id,
        anno,
        cast(sum(costo_eur) as decimal(18, 2)) as numeratore,
        cast(sum(ore_erogate) as decimal(18, 2)) as denominatore
    from servizi
    group by ente_id, anno
    -- a mean of too few persons is of nobody but them
    having cast(sum(utenti_nell_anno) as integer) >= max(soglia_persone)
),

domande as (
    select
        ente_id,
        anno,
        codice_utente,
        attesa_giorni,
        file_id,
        row_number() over (partition by ente_id, anno order by attesa_giorni nulls last) as rango,
        count(attesa_giorni) over (partition by ente_id, anno) as chiamate
    from {{ ref('int_domande_righe') }}
),

attese as (
    select
        ente_id,
        anno,
        {{ percentile('attesa_giorni', 'rango', 'chiamate', '0.5') }} as valore,
        {{ elenco('file_id') }} as file
    from domande
    group by ente_id, anno
    -- most measures say something of a person's health: never the wait of fewer than five
    having count(distinct case when attesa_giorni is not null then codice_utente end) >= 5
),

report as (
    select
        ente_id,
        calcolo,
        anno,
        momento,
        max(noto_nei_tempi_il) as noto_nei_tempi_il,
        max(noto_completo_il) as noto_completo_il,
        count(*) as dovuti,
        count(consegnato_il) as consegnati,
        cast(sum(case when is_nei_tempi then 1 else 0 end) as integer) as nei_tempi,
        cast(sum(case when is_atteso then 1 else 0 end) as integer) as attesi,
        cast(sum(case when not is_atteso and not ha_relazione then 1 else 0 end) as integer) as senza_relazione,
        cast(sum(case when not is_atteso and not ha_dettaglio then 1 else 0 end) as integer) as senza_dettaglio,
        max(consegnato_il) as ultima_consegna,
        {{ elenco('file_id') }} as file
    from {{ ref('int_report_per_indicatore') }}
    group by ente_id, calcolo, anno, momento
),

-- of reports that are still to come nothing is said, unless one already lacks something
completi as (
    select
        report.*,
        case
            when report.calcolo = 'report_con_relazione' and report.senza_relazione > 0 then 'no'
            when report.calcolo = 'report_con_dettaglio' and report.senza_dettaglio > 0 then 'no'
            when report.attesi = 0 then 'si'
        end as valore_testo
    from report
    where report.calcolo in ('report_con_relazione', 'report_con_dettaglio')
),

plessi as (
    select
        ente_id,
        anno,
        max(aggiornato_al) as data_rilevazione,
        cast(sum(case when is_documentata then 1 else 0 end) as decimal(18, 2)) as numeratore,
        cast(count(*) as decimal(18, 2)) as denominatore,
        {{ elenco('file_id') }} as file
    from {{ ref('int_plessi_correnti') }}
    group by ente_id, anno
),

eventi as (
    select
        ente_id,
        anno,
        -- a year of attendances without an event is a zero, known at the last of them
        coalesce(max(case when tema = 'codice etico' then data end), max(data)) as data_rilevazione,
        count(distinct case when tema = 'codice etico' then codice_evento end) as valore,
        {{ elenco('file_id') }} as file
    from {{ ref('int_formazione_correnti') }}
    group by ente_id, anno
),

coperti as (
    select
        ente_id,
        calcolo,
        anno,
        max(giorno) as data_rilevazione,
        count(distinct case when is_presenza then codice_operatore end) as presenti,
        count(distinct codice_operatore) as operatori,
        {{ elenco('file_id') }} as file
    from {{ ref('int_personale_formato_righe') }}
    group by ente_id, calcolo, anno
),

rapporti as (
    select
        ente_id,
        calcolo,
        anno,
        make_date(cast(anno as integer), 12, 31) as data_rilevazione,
        numeratore,
        denominatore,
        file
    from quote
    union all
    select
        ente_id,
        calcolo,
        anno,
        noto_nei_tempi_il as data_rilevazione,
        cast(nei_tempi as decimal(18, 2)) as numeratore,
        cast(dovuti as decimal(18, 2)) as denominatore,
        file
    from report
    where calcolo in ('report_nei_tempi', 'rendicontazioni_nei_tempi')
    union all
    select
        ente_id,
        'plessi_con_prassi' as calcolo,
        anno,
        data_rilevazione,
        numeratore,
        denominatore,
        file
    from plessi
    union all
    select
        ente_id,
        calcolo,
        anno,
        data_rilevazione,
        cast(presenti as decimal(18, 2)) as numeratore,
        cast(operatori as decimal(18, 2)) as denominatore,
        file
    from coperti
    -- of one or two, who was there and who was not are known by name
    where operatori >= 5 and presenti not in (1, 2) and operatori - presenti not in (1, 2)
),

contati as (
    select
        ente_id,
        'attesa_mediana' as calcolo,
        anno,
        make_date(cast(anno as integer), 12, 31) as data_rilevazione,
        cast(valore as decimal(18, 4)) as valore,
        file
    from attese
    union all
    select
        ente_id,
        'eventi_codice_etico' as calcolo,
        anno,
        data_rilevazione,
        cast(valore as decimal(18, 4)) as valore,
        file
    from eventi
),

detti as (
    select
        ente_id,
        calcolo,
        anno,
        momento,
        noto_completo_il as data_rilevazione,
        valore_testo,
        cast(null as date) as valore_data,
        file
    from completi
    where valore_testo is not null
    union all
    select
        ente_id,
        calcolo,
        anno,
        momento,
        ultima_consegna as data_rilevazione,
        cast(null as string) as valore_testo,
        ultima_consegna as valore_data,
        file
    from report
    -- a dashboard in parts is delivered with the last of them
    where calcolo = 'consegna_cruscotto' and consegnati = dovuti
)

select
    ente_id,
    calcolo,
    cast(anno as integer) as anno,
    'intero' as momento,
    data_rilevazione,
    cast({{ divisione('cast(numeratore as decimal(20, 2)) * 100', 'denominatore', 4) }} as decimal(18, 4)) as valore,
    cast(null as string) as valore_testo,
    cast(null as date) as valore_data,
    numeratore,
    denominatore,
    cast(null as decimal(9, 2)) as copertura_pct,
    true as is_valutabile,
    file
from rapporti
union all
select
    pagamenti.ente_id,
    'ritardo_pagamenti' as calcolo,
    pagamenti.anno,
    'intero' as momento,
    least(make_date(pagamenti.anno, 12, 31), ultime_fatture.ultimo_giorno) as data_rilevazione,
    cast(pagamenti.valore_giorni as decimal(18, 4)) as valore,
    cast(null as string) as valore_testo,
    cast(null as date) as valore_data,
    cast(null as decimal(18, 2)) as numeratore,
    pagamenti.importo_considerato_eur as denominatore,
    pagamenti.copertura_pct,
    pagamenti.esito = 'valutabile' as is_valutabile,
    pagamenti.file
from pagamenti
inner join ultime_fatture on pagamenti.ente_id = ultime_fatture.ente_id
union all
select
    costi.ente_id,
    'costo_orario' as calcolo,
    cast(costi.anno as integer) as anno,
    'intero' as momento,
    make_date(cast(costi.anno as integer), 12, 31) as data_rilevazione,
    cast({{ divisione('costi.numeratore', 'costi.denominatore', 2) }} as decimal(18, 4)) as valore,
    cast(null as string) as valore_testo,
    cast(null as date) as valore_data,
    costi.numeratore,
    costi.denominatore,
    cast(null as decimal(9, 2)) as copertura_pct,
    true as is_valutabile,
    file_dei_servizi.file
from costi
inner join file_dei_servizi on costi.ente_id = file_dei_servizi.ente_id and costi.anno = file_dei_servizi.anno
union all
select
    ente_id,
    calcolo,
    cast(anno as integer) as anno,
    'intero' as momento,
    data_rilevazione,
    valore,
    cast(null as string) as valore_testo,
    cast(null as date) as valore_data,
    cast(null as decimal(18, 2)) as numeratore,
    cast(null as decimal(18, 2)) as denominatore,
    cast(null as decimal(9, 2)) as copertura_pct,
    true as is_valutabile,
    file
from contati
union all
select
    ente_id,
    calcolo,
    anno,
    momento,
    data_rilevazione,
    cast(null as decimal(18, 4)) as valore,
    valore_testo,
    valore_data,
    cast(null as decimal(18, 2)) as numeratore,
    cast(null as decimal(18, 2)) as denominatore,
    cast(null as decimal(9, 2)) as copertura_pct,
    true as is_valutabile,
    file
from detti
