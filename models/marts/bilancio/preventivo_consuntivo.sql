-- Grain: one row per ente, esercizio, area, servizio, azione and voce.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'preventivo_consuntivo' and tipo_riga = 'dato'
),

righe as (
    select * from {{ ref('int_righe_bilancio_identificate') }}
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
)

select
    righe.ente_id,
    cast(misure.esercizio as integer) as esercizio,
    righe.area,
    righe.servizio,
    righe.azione,
    righe.voce,
    righe.dettaglio,
    misure.preventivo_eur,
    misure.consuntivo_eur,
    -- a dash or a blank beside an amount is money not planned or not spent: the difference counts it as nothing,
    -- so that the differences of the lines add up to the difference of the totals
    cast(
        case
            when misure.consuntivo_eur is not null or misure.preventivo_eur is not null
                then coalesce(misure.consuntivo_eur, 0) - coalesce(misure.preventivo_eur, 0)
        end as decimal(18, 2)
    ) as scostamento_eur,
    righe.azione_stampata,
    righe.voce_stampata,
    cast(righe.linea as integer) as linea,
    'prospetto' as origine_dato,
    misure.celle
from misure
inner join righe
    on
        misure.documento = righe.documento
        and misure.tabella = righe.tabella
        and misure.riga = righe.riga
