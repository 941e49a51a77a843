-- The channels of an esercizio add up to what is told of it elsewhere: the result of the year, the total of the budget
-- and of the Piano Operativo that the document prints, the revenues by who pays them.
-- Guards: a channel lost, counted twice, or read as avanzo when it is a revenue.
with canali as (
    select
        ente_id,
        esercizio,
        fase,
        case when origine_dato = 'prospetto' then 'prospetto' else 'flusso' end as origine,
        cast(sum(entrata_eur) as decimal(18, 2)) as entrate_eur,
        cast(sum(avanzo_precedente_eur) as decimal(18, 2)) as avanzo_precedente_eur,
        cast(sum(budget_eur) as decimal(18, 2)) as budget_eur,
        cast(sum(quota_vincolata_eur) as decimal(18, 2)) as quota_vincolata_eur,
        cast(sum(uscite_eur) as decimal(18, 2)) as uscite_eur,
        cast(sum(avanzo_eur) as decimal(18, 2)) as avanzo_eur
    from {{ ref('canali_finanziamento') }}
    group by ente_id, esercizio, fase, case when origine_dato = 'prospetto' then 'prospetto' else 'flusso' end
),

risultato as (
    select * from {{ ref('risultato_gestione') }}
),

totali as (
    select
        ente_id,
        anno as esercizio,
        fase,
        {{ cifra('totale_budget') }} as totale_budget_eur,
        {{ cifra('totale_po') }} as totale_po_eur
    from {{ ref('int_celle_conformate') }}
    where fatto in ('risultato_gestione', 'canali_finanziamento')
    group by ente_id, anno, fase
),

provenienze as (
    select
        ente_id,
        esercizio,
        fase,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('entrate_provenienza') }}
    group by ente_id, esercizio, fase
)

select
    coalesce(canali.ente_id, provenienze.ente_id) as ente_id,
    coalesce(canali.esercizio, provenienze.esercizio) as esercizio,
    coalesce(canali.fase, provenienze.fase) as fase,
    canali.entrate_eur,
    provenienze.importo_eur as provenienze_eur,
    risultato.entrate_eur as risultato_entrate_eur,
    canali.budget_eur,
    totali.totale_budget_eur,
    totali.totale_po_eur
from canali
full outer join provenienze
    on
        canali.ente_id = provenienze.ente_id
        and canali.esercizio = provenienze.esercizio
        and canali.fase = provenienze.fase
left join risultato
    on
        canali.ente_id = risultato.ente_id
        and canali.esercizio = risultato.esercizio
        and canali.fase = 'consuntivo'
        and canali.origine = case when risultato.origine_dato = 'prospetto' then 'prospetto' else 'flusso' end
left join totali
    on
        canali.ente_id = totali.ente_id
        and canali.esercizio = totali.esercizio
        and canali.fase = totali.fase
        and canali.origine = 'prospetto'
where
    coalesce(canali.entrate_eur, 0) <> coalesce(provenienze.importo_eur, 0)
    or canali.entrate_eur <> risultato.entrate_eur
    or canali.avanzo_precedente_eur <> risultato.avanzo_precedente_eur
    -- the documents print what was spent and what is left of all the channels together
    or (canali.origine = 'flusso' and canali.uscite_eur <> risultato.uscite_eur)
    or (canali.origine = 'flusso' and canali.avanzo_eur <> risultato.avanzo_eur)
    or canali.budget_eur <> totali.totale_budget_eur
    or canali.budget_eur - coalesce(canali.quota_vincolata_eur, 0) <> totali.totale_po_eur
