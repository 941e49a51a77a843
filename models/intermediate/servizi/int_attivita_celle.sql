-- Grain: one row per printed cell that is a figure of activity, with what the seed attivita says it is.
-- A blank voce or dettaglio in the seed stands for every one: the measure alone says what the figure is.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
),

attivita as (
    select * from {{ ref('attivita') }}
)

select
    celle.cella_id,
    celle.ente_id,
    cast(celle.anno as integer) as anno,
    celle.valore,
    celle.unita,
    celle.voce_di_riga as voce,
    attivita.prodotto,
    attivita.servizio,
    attivita.indicatore,
    attivita.dimensione,
    attivita.modalita,
    attivita.rilevazione
from celle
inner join attivita
    on
        celle.documento = attivita.documento
        and celle.tabella = attivita.tabella
        and celle.misura = attivita.misura
        and (attivita.voce is null or celle.voce_di_riga = attivita.voce)
        and (attivita.dettaglio is null or celle.dettaglio = attivita.dettaglio)
