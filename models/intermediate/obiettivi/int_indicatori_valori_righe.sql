-- Grain: one row per value of an indicator and loaded row of a file that it is made from.
with valori as (
    select
        valori.ente_id,
        valori.piano,
        valori.indicatore,
        valori.periodo,
        valori.data_rilevazione,
        valori.tipo_valore,
        valori.anno,
        periodi.momento,
        definiti.calcolo
    from {{ ref('int_indicatori_valori') }} as valori
    inner join {{ ref('int_indicatori_definiti') }} as definiti
        on
            valori.ente_id = definiti.ente_id
            and valori.piano = definiti.piano
            and valori.indicatore = definiti.indicatore
    inner join {{ ref('int_indicatori_periodi') }} as periodi
        on
            valori.ente_id = periodi.ente_id
            and valori.piano = periodi.piano
            and valori.indicatore = periodi.indicatore
            and valori.periodo = periodi.periodo
    where valori.tipo_valore = 'calcolato'
),

formazione as (
    select * from {{ ref('int_formazione_correnti') }}
),

con_eventi as (
    select distinct
        ente_id,
        anno
    from formazione
    where tema = 'codice etico'
),

righe as (
    select
        'quota' as calcolo,
        contabilita.ente_id,
        contabilita.esercizio as anno,
        'intero' as momento,
        contabilita.file_id,
        contabilita.foglio,
        contabilita.riga
    from {{ ref('stg_flussi__contabilita') }} as contabilita
    inner join {{ ref('stg_flussi__lotti') }} as lotti on contabilita.lotto = lotti.lotto
    where contabilita.natura = 'entrata' and contabilita.fase = 'consuntivo' and {{ lotti_validi() }}
    union all
    select
        'ritardo_pagamenti' as calcolo,
        ente_id,
        anno,
        'intero' as momento,
        file_id,
        foglio,
        riga
    from {{ ref('int_fatture_per_indicatore') }}
    where indicatore = 'ritardo_annuale' and trimestre = 0
    union all
    select
        'costo_orario' as calcolo,
        ente_id,
        anno,
        'intero' as momento,
        file_id,
        foglio,
        riga
    from {{ ref('int_ore_servizio_righe') }}
    where servizio in ('SAAP', 'SAD', 'ADM', 'SIP')
    union all
    select
        'attesa_mediana' as calcolo,
        ente_id,
        anno,
        'intero' as momento,
        file_id,
        foglio,
        riga
    from {{ ref('int_domande_righe') }}
    where attesa_giorni is not null
    union all
    select
        calcolo,
        ente_id,
        anno,
        momento,
        file_id,
        foglio,
        riga
    from {{ ref('int_report_per_indicatore') }}
    union all
    select
        'plessi_con_prassi' as calcolo,
        ente_id,
        anno,
        'intero' as momento,
        file_id,
        foglio,
        riga
    from {{ ref('int_plessi_correnti') }}
    union all
    select
        'eventi_codice_etico' as calcolo,
        formazione.ente_id,
        formazione.anno,
        'intero' as momento,
        formazione.file_id,
        formazione.foglio,
        formazione.riga
    from formazione
    left join con_eventi on formazione.ente_id = con_eventi.ente_id and formazione.anno = con_eventi.anno
    -- a year of attendances without an event is a zero, which all of them say
    where formazione.tema = 'codice etico' or con_eventi.anno is null
    union all
    select
        calcolo,
        ente_id,
        anno,
        'intero' as momento,
        file_id,
        foglio,
        riga
    from {{ ref('int_personale_formato_righe') }}
)

select
    valori.ente_id,
    valori.piano,
    valori.indicatore,
    valori.periodo,
    valori.data_rilevazione,
    valori.tipo_valore,
    righe.file_id,
    righe.foglio,
    righe.riga
from valori
inner join righe
    on
        valori.ente_id = righe.ente_id
        and valori.anno = righe.anno
        and valori.momento = righe.momento
        and (valori.calcolo = righe.calcolo or (righe.calcolo = 'quota' and substr(valori.calcolo, 1, 6) = 'quota_'))
union all
select
    ente_id,
    piano,
    indicatore,
    periodo,
    data_rilevazione,
    'dichiarato' as tipo_valore,
    file_id,
    foglio,
    riga
from {{ ref('int_rilevazioni_correnti') }}
