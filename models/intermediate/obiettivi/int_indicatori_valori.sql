-- Grain: one row per ente, piano, indicatore, periodo, data_rilevazione and tipo_valore: the values printed, stated and
-- computed, each with the value of the year before that it is compared with.
with definiti as (
    select * from {{ ref('int_indicatori_definiti') }}
),

periodi as (
    select * from {{ ref('int_indicatori_periodi') }}
),

rilevazioni as (
    select * from {{ ref('int_rilevazioni_correnti') }}
),

calcolati as (
    select
        definiti.piano,
        definiti.indicatore,
        definiti.anno_dal,
        definiti.anno_al,
        calcolati.*
    from {{ ref('int_indicatori_calcolati') }} as calcolati
    inner join definiti on calcolati.ente_id = definiti.ente_id and calcolati.calcolo = definiti.calcolo
),

esiti as (
    select * from {{ ref('stg_prospetti__celle') }}
    where tabella = 'obiettivi_2024' and misura = 'esito' and tipo_riga = 'dato'
),

etichette as (
    select
        etichetta,
        membro
    from {{ ref('etichette') }}
    where dimensione = 'esito'
),

-- the last value of each year, also of those before the plan
per_anno as (
    select
        ente_id,
        piano,
        indicatore,
        anno,
        data_rilevazione,
        valore,
        numeratore,
        1 as precedenza
    from calcolati
    union all
    select
        ente_id,
        piano,
        indicatore,
        anno,
        data_rilevazione,
        valore,
        numeratore,
        2 as precedenza
    from rilevazioni
),

ordinati as (
    select
        per_anno.*,
        row_number() over (
            partition by per_anno.ente_id, per_anno.piano, per_anno.indicatore, per_anno.anno
            order by per_anno.data_rilevazione desc nulls last, per_anno.precedenza asc nulls last
        ) as posto
    from per_anno
),

basi as (
    select
        ente_id,
        piano,
        indicatore,
        anno + 1 as anno,
        valore,
        numeratore
    from ordinati
    where posto = 1
),

valori as (
    -- the report is of the whole year: what it says is known at its end
    select
        definiti.ente_id,
        definiti.piano,
        definiti.indicatore,
        periodi.periodo,
        periodi.anno,
        periodi.periodo_al as data_rilevazione,
        'stampato' as tipo_valore,
        cast(null as decimal(18, 4)) as valore,
        cast(null as string) as valore_testo,
        cast(null as date) as valore_data,
        etichette.membro as esito_stampato,
        cast(null as decimal(18, 2)) as numeratore,
        cast(null as decimal(18, 2)) as denominatore,
        cast(null as decimal(9, 2)) as copertura_pct,
        true as is_valutabile,
        cast(null as string) as evidenza,
        cast(null as string) as ruolo_dichiarante,
        'prospetto' as origine_dato,
        esiti.cella_id as celle,
        cast(null as string) as file
    from esiti
    inner join definiti
        on esiti.documento = definiti.documento and esiti.linea = definiti.linea and definiti.origine_dato = 'prospetto'
    inner join periodi
        on
            definiti.ente_id = periodi.ente_id
            and definiti.piano = periodi.piano
            and definiti.indicatore = periodi.indicatore
    left join etichette on esiti.testo = etichette.etichetta
    union all
    select
        ente_id,
        piano,
        indicatore,
        periodo,
        anno,
        data_rilevazione,
        'dichiarato' as tipo_valore,
        valore,
        valore_testo,
        valore_data,
        cast(null as string) as esito_stampato,
        numeratore,
        denominatore,
        cast(null as decimal(9, 2)) as copertura_pct,
        true as is_valutabile,
        evidenza,
        ruolo_dichiarante,
        origine_dato,
        cast(null as string) as celle,
        file_id as file
    from rilevazioni
    union all
    select
        calcolati.ente_id,
        calcolati.piano,
        calcolati.indicatore,
        periodi.periodo,
        calcolati.anno,
        calcolati.data_rilevazione,
        'calcolato' as tipo_valore,
        calcolati.valore,
        calcolati.valore_testo,
        calcolati.valore_data,
        cast(null as string) as esito_stampato,
        calcolati.numeratore,
        calcolati.denominatore,
        calcolati.copertura_pct,
        calcolati.is_valutabile,
        cast(null as string) as evidenza,
        cast(null as string) as ruolo_dichiarante,
        {{ origine_flusso('calcolati.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        calcolati.file
    from calcolati
    inner join periodi
        on
            calcolati.ente_id = periodi.ente_id
            and calcolati.piano = periodi.piano
            and calcolati.indicatore = periodi.indicatore
            and calcolati.momento = periodi.momento
            -- a period of the whole plan takes the values of each of its years
            and coalesce(calcolati.anno = periodi.anno, calcolati.anno between calcolati.anno_dal and calcolati.anno_al)
)

select
    valori.ente_id,
    valori.piano,
    valori.indicatore,
    valori.periodo,
    valori.anno,
    valori.data_rilevazione,
    valori.tipo_valore,
    valori.valore,
    valori.valore_testo,
    valori.valore_data,
    valori.esito_stampato,
    definiti.unita,
    valori.numeratore,
    valori.denominatore,
    case when definiti.direzione in ('aumentare', 'diminuire') then basi.valore end as valore_base,
    case when definiti.direzione in ('aumentare', 'diminuire') then basi.numeratore end as numeratore_base,
    valori.copertura_pct,
    valori.is_valutabile,
    valori.evidenza,
    valori.ruolo_dichiarante,
    valori.origine_dato,
    valori.celle,
    valori.file
from valori
inner join definiti
    on
        valori.ente_id = definiti.ente_id
        and valori.piano = definiti.piano
        and valori.indicatore = definiti.indicatore
left join basi
    on
        valori.ente_id = basi.ente_id
        and valori.piano = basi.piano
        and valori.indicatore = basi.indicatore
        and valori.anno = basi.anno
