-- Regrains: one row per period -> one row per ente, piano, indicatore, periodo and valido_dal: a row from each day on
-- which something may change (the start, a value that becomes known, the day after the term), with the value known then
-- and the outcome it makes. Two rows that follow one another may say the same.
with definiti as (
    select * from {{ ref('int_indicatori_definiti') }}
),

periodi as (
    select * from {{ ref('int_indicatori_periodi') }}
),

valori as (
    select * from {{ ref('int_indicatori_valori') }}
),

giorni as (
    select
        ente_id,
        piano,
        indicatore,
        periodo,
        periodo_dal as valido_dal
    from periodi
    union
    select
        ente_id,
        piano,
        indicatore,
        periodo,
        cast(termine_il + interval '1' day as date) as valido_dal
    from periodi
    union
    select
        valori.ente_id,
        valori.piano,
        valori.indicatore,
        valori.periodo,
        greatest(valori.data_rilevazione, periodi.periodo_dal) as valido_dal
    from valori
    inner join periodi
        on
            valori.ente_id = periodi.ente_id
            and valori.piano = periodi.piano
            and valori.indicatore = periodi.indicatore
            and valori.periodo = periodi.periodo
),

noti as (
    select
        giorni.valido_dal,
        valori.*,
        -- of two values of a day, the one that nobody had to state
        row_number() over (
            partition by giorni.ente_id, giorni.piano, giorni.indicatore, giorni.periodo, giorni.valido_dal
            order by valori.data_rilevazione desc nulls last, valori.tipo_valore asc nulls last
        ) as posto
    from giorni
    inner join valori
        on
            giorni.ente_id = valori.ente_id
            and giorni.piano = valori.piano
            and giorni.indicatore = valori.indicatore
            and giorni.periodo = valori.periodo
            and giorni.valido_dal >= valori.data_rilevazione
),

riuniti as (
    select
        giorni.ente_id,
        giorni.piano,
        giorni.indicatore,
        giorni.periodo,
        giorni.valido_dal,
        giorni.valido_dal <= periodi.termine_il as is_nel_termine,
        periodi.scadenza,
        periodi.termine_il,
        definiti.direzione,
        definiti.traguardo,
        definiti.unita,
        noti.tipo_valore,
        noti.data_rilevazione,
        noti.valore,
        noti.valore_testo,
        noti.valore_data,
        noti.esito_stampato,
        noti.numeratore,
        noti.denominatore,
        noti.valore_base,
        noti.numeratore_base,
        noti.is_valutabile,
        noti.evidenza,
        coalesce(noti.origine_dato, definiti.origine_dato) as origine_dato,
        case when noti.tipo_valore is null then definiti.celle else noti.celle end as celle,
        case when noti.tipo_valore is null then definiti.file else noti.file end as file
    from giorni
    inner join periodi
        on
            giorni.ente_id = periodi.ente_id
            and giorni.piano = periodi.piano
            and giorni.indicatore = periodi.indicatore
            and giorni.periodo = periodi.periodo
    inner join definiti
        on
            giorni.ente_id = definiti.ente_id
            and giorni.piano = definiti.piano
            and giorni.indicatore = definiti.indicatore
    left join noti
        on
            giorni.ente_id = noti.ente_id
            and giorni.piano = noti.piano
            and giorni.indicatore = noti.indicatore
            and giorni.periodo = noti.periodo
            and giorni.valido_dal = noti.valido_dal
            and noti.posto = 1
),

-- what the value alone says: it reaches the target (si), a part of it (parte) or not (no)
misurati as (
    select
        riuniti.*,
        case
            when riuniti.tipo_valore is null then null
            when riuniti.unita = 'si_no' then riuniti.valore_testo
            when
                riuniti.unita = 'data'
                then case when riuniti.valore_data <= riuniti.scadenza then 'si' else 'tardi' end
            when riuniti.direzione = 'fatto'
                then case
                        when riuniti.valore >= 100 then 'si'
                        when riuniti.valore > 0 then 'parte'
                        else 'no'
                    end
            when riuniti.direzione = 'almeno'
                then case
                        when riuniti.traguardo is null then 'senza_traguardo'
                        when riuniti.valore >= riuniti.traguardo then 'si'
                        when riuniti.valore > 0 then 'parte'
                        else 'no'
                    end
            when riuniti.direzione = 'al_piu' then case when riuniti.valore <= riuniti.traguardo then 'si' else 'no' end
            when riuniti.valore_base is null then 'senza_base'
            when riuniti.direzione = 'aumentare'
                then case
                        when
                            riuniti.valore > riuniti.valore_base
                            and riuniti.valore - riuniti.valore_base >= coalesce(riuniti.traguardo, 0)
                            and coalesce(riuniti.numeratore > riuniti.numeratore_base, true)
                            then 'si'
                        when
                            riuniti.valore > riuniti.valore_base
                            or coalesce(riuniti.numeratore > riuniti.numeratore_base, false)
                            then 'parte'
                        else 'no'
                    end
            when riuniti.direzione = 'diminuire' then case
                    when
                        riuniti.valore < riuniti.valore_base
                        and riuniti.valore_base - riuniti.valore >= coalesce(riuniti.traguardo, 0)
                        then 'si'
                    when riuniti.valore < riuniti.valore_base then 'parte'
                    else 'no'
                end
        end as misura
    from riuniti
)

select
    ente_id,
    piano,
    indicatore,
    periodo,
    valido_dal,
    case
        when esito_stampato is not null then esito_stampato
        when direzione is null or not coalesce(is_valutabile, true) then 'non_valutabile'
        when misura in ('senza_base', 'senza_traguardo') then 'non_valutabile'
        when misura = 'si' then 'raggiunto'
        when misura = 'tardi' then 'parziale'
        when is_nel_termine then 'in_corso'
        when misura is null then 'scaduto'
        when misura = 'parte' then 'parziale'
        else 'non_raggiunto'
    end as esito,
    case
        when esito_stampato is not null then 'esito_stampato'
        when not coalesce(is_valutabile, true) then 'copertura_sotto_soglia'
        when direzione is null then 'senza_traguardo'
        when misura in ('senza_base', 'senza_traguardo') then misura
        when misura = 'si' then 'traguardo_raggiunto'
        when misura = 'tardi' then 'consegna_in_ritardo'
        when misura is null and is_nel_termine then 'senza_valore'
        when misura is null then 'termine_passato'
        else 'sotto_traguardo'
    end as motivo,
    scadenza,
    termine_il,
    unita,
    tipo_valore,
    data_rilevazione,
    valore,
    valore_testo,
    valore_data,
    numeratore,
    denominatore,
    evidenza,
    origine_dato,
    celle,
    file
from misurati
