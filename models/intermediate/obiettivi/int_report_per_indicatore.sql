-- Grain: one row per calcolo, anno, momento and report that the calcolo counts, of the current register.
-- The rendicontazioni of a plan add up from its first year; every other report is of its own year.
with righe as (
    select * from {{ ref('stg_flussi__report') }}
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
),

report as (
    select
        righe.*,
        -- the day from which it is known whether it was in time: up to the day of the register nothing is late yet
        case
            when righe.consegnato_il <= righe.dovuto_il then righe.consegnato_il
            when righe.dovuto_il < righe.aggiornato_al then cast(righe.dovuto_il + interval '1' day as date)
            else righe.aggiornato_al
        end as noto_nei_tempi_il,
        -- and whether it has its parts
        case
            when righe.consegnato_il is not null then righe.consegnato_il
            when righe.dovuto_il < righe.aggiornato_al then cast(righe.dovuto_il + interval '1' day as date)
            else righe.aggiornato_al
        end as noto_completo_il,
        coalesce(righe.consegnato_il <= righe.dovuto_il, false) as is_nei_tempi,
        righe.consegnato_il is null and righe.dovuto_il >= righe.aggiornato_al as is_atteso
    from righe
    inner join lotti on righe.lotto = lotti.lotto
),

piani as (
    select distinct
        ente_id,
        anno_dal,
        anno_al
    from {{ ref('int_indicatori_definiti') }}
    where calcolo = 'rendicontazioni_nei_tempi'
),

anni as (
    select distinct
        ente_id,
        anno
    from report
    where tipo = 'rendicontazione pnrr'
),

contati as (
    select
        report.*,
        tipi.calcolo,
        tipi.momento,
        report.anno as anno_del_valore
    from report
    inner join (
        values
        ('primo monitoraggio', 'report_nei_tempi', 'intero'),
        ('secondo monitoraggio', 'report_nei_tempi', 'intero'),
        ('consuntivo', 'report_nei_tempi', 'intero'),
        ('primo monitoraggio', 'report_con_relazione', 'intero'),
        ('secondo monitoraggio', 'report_con_relazione', 'intero'),
        ('consuntivo', 'report_con_relazione', 'intero'),
        ('primo monitoraggio', 'report_con_dettaglio', 'intero'),
        ('secondo monitoraggio', 'report_con_dettaglio', 'intero'),
        ('consuntivo', 'report_con_dettaglio', 'intero'),
        ('cruscotto intermedio', 'consegna_cruscotto', 'monitoraggio'),
        ('cruscotto consuntivo', 'consegna_cruscotto', 'consuntivo')
    ) as tipi (tipo, calcolo, momento)
        on report.tipo = tipi.tipo
    union all
    select
        report.*,
        'rendicontazioni_nei_tempi' as calcolo,
        'intero' as momento,
        anni.anno as anno_del_valore
    from report
    inner join anni on report.ente_id = anni.ente_id and report.anno <= anni.anno
    inner join piani
        on
            report.ente_id = piani.ente_id
            and report.anno >= piani.anno_dal
            and anni.anno <= piani.anno_al
    where report.tipo = 'rendicontazione pnrr'
)

select
    ente_id,
    calcolo,
    cast(anno_del_valore as integer) as anno,
    momento,
    codice_report,
    anno as anno_del_report,
    dovuto_il,
    consegnato_il,
    noto_nei_tempi_il,
    noto_completo_il,
    is_nei_tempi,
    is_atteso,
    -- what never came has no parts
    coalesce(relazione = 'si' and consegnato_il is not null, false) as ha_relazione,
    coalesce(dettaglio_territorio = 'si' and consegnato_il is not null, false) as ha_dettaglio,
    file_id,
    foglio,
    riga
from contati
