-- Grain: one row per printed line of a budget (documento, tabella, riga), esercizio and fase that belongs to an
-- objective, by the seed obiettivi_voci. Only where the document prints the objectives of that esercizio and fase.
with voci as (
    select * from {{ ref('int_bilancio_voci_stampate') }}
),

attribuzioni as (
    select * from {{ ref('obiettivi_voci') }}
),

stampati as (
    select distinct
        ente_id,
        anno as esercizio,
        fase
    from {{ ref('int_celle_conformate') }}
    where fatto = 'budget_obiettivi'
)

select
    attribuzioni.obiettivo,
    voci.ente_id,
    voci.esercizio,
    voci.fase,
    voci.documento,
    voci.tabella,
    voci.riga,
    voci.importo_eur,
    voci.cella_id
from voci
inner join attribuzioni
    on
        voci.area = attribuzioni.area
        and coalesce(voci.servizio, '') = coalesce(attribuzioni.servizio, '')
        and voci.azione = attribuzioni.azione
        -- without a voce it is the whole azione
        and (attribuzioni.voce is null or voci.voce = attribuzioni.voce)
inner join stampati
    on
        voci.ente_id = stampati.ente_id
        and voci.esercizio = stampati.esercizio
        and voci.fase = stampati.fase
