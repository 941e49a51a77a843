-- Avanzo of the year before + entrate − uscite = avanzo = sum of its classes, for every ente and esercizio.
with risultato as (
    select
        ente_id,
        esercizio,
        avanzo_eur,
        coalesce(avanzo_precedente_eur, 0) + entrate_eur - uscite_eur as ricalcolato_eur
    from {{ ref('risultato_gestione') }}
),

classi as (
    select
        ente_id,
        esercizio,
        cast(sum(importo_eur) as decimal(18, 2)) as classi_eur
    from {{ ref('avanzo') }}
    group by ente_id, esercizio
)

select
    coalesce(risultato.ente_id, classi.ente_id) as ente_id,
    coalesce(risultato.esercizio, classi.esercizio) as esercizio,
    risultato.avanzo_eur,
    risultato.ricalcolato_eur,
    classi.classi_eur
from risultato
full outer join classi on risultato.ente_id = classi.ente_id and risultato.esercizio = classi.esercizio
where
    coalesce(risultato.avanzo_eur <> risultato.ricalcolato_eur, true)
    or coalesce(risultato.avanzo_eur <> classi.classi_eur, true)
