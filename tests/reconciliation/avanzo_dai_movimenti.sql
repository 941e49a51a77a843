-- Where the movements of the funds give both, avanzo of the year before + entrate − uscite = avanzo = sum of its items;
-- and the avanzo is what the current movements up to that year leave, counted apart from the models in between.
with risultato as (
    select
        ente_id,
        esercizio,
        avanzo_eur,
        coalesce(avanzo_precedente_eur, 0) + entrate_eur - uscite_eur as ricalcolato_eur
    from {{ ref('risultato_gestione') }}
    where origine_dato <> 'prospetto'
),

precedente as (
    select
        ente_id,
        esercizio + 1 as esercizio,
        avanzo_eur as avanzo_precedente_eur
    from {{ ref('risultato_gestione') }}
    where origine_dato <> 'prospetto'
),

dichiarato as (
    select
        ente_id,
        esercizio,
        avanzo_precedente_eur
    from {{ ref('risultato_gestione') }}
),

avanzo as (
    select
        ente_id,
        esercizio,
        cast(sum(importo_eur) as decimal(18, 2)) as classi_eur,
        max(case when origine_dato = 'prospetto' then 1 else 0 end) as is_stampato
    from {{ ref('avanzo') }}
    group by ente_id, esercizio
),

movimenti as (
    select
        movimenti.ente_id,
        cast(extract(year from movimenti.movimento_il) as integer) as anno,
        case movimenti.tipo
            when 'assegnazione' then movimenti.importo_eur
            when 'incasso' then cast(0 as decimal(18, 2))
            else -movimenti.importo_eur
        end as importo_eur
    from {{ ref('stg_flussi__movimenti_fondi') }} as movimenti
    inner join {{ ref('stg_flussi__lotti') }} as lotti on movimenti.lotto = lotti.lotto
    where {{ lotti_validi() }}
),

residui as (
    select
        risultato.ente_id,
        risultato.esercizio,
        cast(sum(movimenti.importo_eur) as decimal(18, 2)) as residuo_eur
    from risultato
    inner join movimenti on risultato.ente_id = movimenti.ente_id and risultato.esercizio >= movimenti.anno
    group by risultato.ente_id, risultato.esercizio
)

select
    coalesce(risultato.ente_id, avanzo.ente_id) as ente_id,
    coalesce(risultato.esercizio, avanzo.esercizio) as esercizio,
    risultato.avanzo_eur,
    risultato.ricalcolato_eur,
    residui.residuo_eur,
    avanzo.classi_eur,
    dichiarato.avanzo_precedente_eur,
    precedente.avanzo_precedente_eur as avanzo_dell_anno_prima_eur
from risultato
full outer join avanzo on risultato.ente_id = avanzo.ente_id and risultato.esercizio = avanzo.esercizio
left join residui on risultato.ente_id = residui.ente_id and risultato.esercizio = residui.esercizio
left join precedente on risultato.ente_id = precedente.ente_id and risultato.esercizio = precedente.esercizio
left join dichiarato
    on
        coalesce(risultato.ente_id, avanzo.ente_id) = dichiarato.ente_id
        and coalesce(risultato.esercizio, avanzo.esercizio) = dichiarato.esercizio
where
    -- an avanzo from the movements in a year that has no result at all
    (avanzo.is_stampato = 0 and dichiarato.ente_id is null)
    or (
        risultato.ente_id is not null
        and (
            coalesce(risultato.avanzo_eur <> risultato.ricalcolato_eur, true)
            or coalesce(risultato.avanzo_eur <> residui.residuo_eur, true)
            or (coalesce(avanzo.is_stampato, 0) = 0 and risultato.avanzo_eur <> coalesce(avanzo.classi_eur, 0))
            or (
                precedente.ente_id is not null
                and precedente.avanzo_precedente_eur <> coalesce(dichiarato.avanzo_precedente_eur, 0)
            )
        )
    )
