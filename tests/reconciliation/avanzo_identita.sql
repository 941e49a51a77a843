-- Avanzo of the year before + entrate − uscite = avanzo = sum of its classes, for every ente and esercizio.
-- Each side is asked for where a document prints it: an ente may print the classes of its avanzo and not how it came
-- about, or the reverse.
with stampati as (
    select
        ente_id,
        anno as esercizio,
        max(case when fatto = 'risultato_gestione' then 1 else 0 end) as ha_risultato,
        max(case when fatto = 'avanzo' then 1 else 0 end) as ha_classi
    from {{ ref('stg_prospetti__celle') }}
    where fatto in ('risultato_gestione', 'avanzo') and segnaposto is null
    group by ente_id, anno
),

risultato as (
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
    stampati.ente_id,
    stampati.esercizio,
    risultato.avanzo_eur,
    risultato.ricalcolato_eur,
    classi.classi_eur
from stampati
left join risultato on stampati.ente_id = risultato.ente_id and stampati.esercizio = risultato.esercizio
left join classi on stampati.ente_id = classi.ente_id and stampati.esercizio = classi.esercizio
where
    stampati.ha_risultato = 1
    and (
        coalesce(risultato.avanzo_eur <> risultato.ricalcolato_eur, true)
        or (stampati.ha_classi = 1 and coalesce(risultato.avanzo_eur <> classi.classi_eur, true))
    )
