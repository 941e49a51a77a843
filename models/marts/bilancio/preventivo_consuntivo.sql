-- Grain: one row per ente, esercizio, area, servizio, azione and voce.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'preventivo_consuntivo' and tipo_riga = 'dato'
),

righe as (
    select * from {{ ref('int_righe_bilancio_identificate') }}
),

contabilita as (
    select * from {{ ref('int_contabilita_per_voce') }}
),

misure as (
    select
        documento,
        tabella,
        riga,
        anno as esercizio,
        {{ cifra('preventivo') }} as preventivo_eur,
        {{ cifra('consuntivo') }} as consuntivo_eur,
        {{ elenco('cella_id') }} as celle
    from celle
    group by documento, tabella, riga, anno
),

stampate as (
    select
        righe.ente_id,
        misure.esercizio,
        righe.area,
        righe.servizio,
        righe.azione,
        righe.voce,
        righe.dettaglio,
        misure.preventivo_eur,
        cast(null as decimal(18, 2)) as assestato_eur,
        misure.consuntivo_eur,
        -- a dash or a blank beside an amount is money not planned or not spent: the difference counts it as nothing,
        -- so that the differences of the lines add up to the difference of the totals
        case
            when misure.consuntivo_eur is not null or misure.preventivo_eur is not null
                then coalesce(misure.consuntivo_eur, 0) - coalesce(misure.preventivo_eur, 0)
        end as scostamento_eur,
        righe.azione_stampata,
        righe.voce_stampata,
        righe.linea,
        'prospetto' as origine_dato,
        misure.celle,
        cast(null as string) as file
    from misure
    inner join righe
        on
            misure.documento = righe.documento
            and misure.tabella = righe.tabella
            and misure.riga = righe.riga
),

-- the documents prevail: of an esercizio they print, the accounts say nothing here
registrate as (
    select
        contabilita.ente_id,
        contabilita.esercizio,
        contabilita.area,
        contabilita.servizio,
        contabilita.azione,
        contabilita.voce,
        contabilita.nature as dettaglio,
        contabilita.preventivo_eur,
        contabilita.assestato_eur,
        contabilita.consuntivo_eur,
        contabilita.scostamento_eur,
        cast(null as string) as azione_stampata,
        cast(null as string) as voce_stampata,
        cast(null as integer) as linea,
        contabilita.origine_dato,
        cast(null as string) as celle,
        contabilita.file
    from contabilita
    where {{ documento_tace('contabilita', 'stampate', ['ente_id', 'esercizio']) }}
),

tutte as (
    select * from stampate
    union all
    select * from registrate
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    area,
    servizio,
    azione,
    voce,
    dettaglio,
    preventivo_eur,
    assestato_eur,
    consuntivo_eur,
    cast(scostamento_eur as decimal(18, 2)) as scostamento_eur,
    azione_stampata,
    voce_stampata,
    cast(linea as integer) as linea,
    origine_dato,
    celle,
    file
from tutte
