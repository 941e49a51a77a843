-- Grain: one row per ente, piano and indicatore: what is measured, how, with which target and by when.
with definiti as (
    select * from {{ ref('int_indicatori_definiti') }}
),

periodi as (
    select
        ente_id,
        piano,
        indicatore,
        min(periodo_dal) as periodo_dal,
        max(periodo_al) as periodo_al,
        max(scadenza) as scadenza
    from {{ ref('int_indicatori_periodi') }}
    group by ente_id, piano, indicatore
)

select
    definiti.ente_id,
    definiti.piano,
    definiti.indicatore,
    definiti.piano_titolo,
    definiti.documento,
    cast(definiti.linea as integer) as linea,
    definiti.area,
    definiti.obiettivo,
    definiti.nome,
    definiti.formula,
    definiti.numeratore,
    definiti.denominatore,
    definiti.unita,
    cast(definiti.traguardo as decimal(18, 4)) as traguardo,
    definiti.traguardo_stampato,
    definiti.direzione,
    cast(definiti.copertura_minima as decimal(9, 2)) as copertura_minima_pct,
    definiti.periodicita,
    periodi.scadenza,
    definiti.regola_scadenza as scadenza_regola,
    definiti.scadenza_stampata,
    periodi.periodo_dal,
    periodi.periodo_al,
    definiti.calcolo is not null as is_da_flusso,
    definiti.calcolo,
    definiti.fonte as righe_fonte,
    definiti.origine_dato,
    definiti.celle,
    definiti.file
from definiti
inner join periodi
    on
        definiti.ente_id = periodi.ente_id
        and definiti.piano = periodi.piano
        and definiti.indicatore = periodi.indicatore
