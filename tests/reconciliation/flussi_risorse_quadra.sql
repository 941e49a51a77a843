-- In flussi_risorse what enters a node comes out of it, and the flows are the figures of the marts they come from:
-- resources, expenses and avanzo of risultato_gestione, classes of avanzo, budget of each source and area.
-- Guards: a flow lost or doubled, which the node of the differences would then hide.
with flussi as (
    select * from {{ ref('flussi_risorse') }}
),

lati as (
    select
        ente_id,
        esercizio,
        fase,
        a_nodo as nodo,
        importo_eur,
        1 as entrate,
        0 as uscite
    from flussi
    where a_tipo in ('risorse', 'fondo', 'avanzo')
    union all
    select
        ente_id,
        esercizio,
        fase,
        da_nodo as nodo,
        -importo_eur as importo_eur,
        0 as entrate,
        1 as uscite
    from flussi
    where da_tipo in ('risorse', 'fondo', 'avanzo')
),

nodi as (
    select
        ente_id,
        esercizio,
        nodo,
        cast(sum(importo_eur) as decimal(18, 2)) as saldo_eur
    from lati
    -- in the budget the money of a source comes from nowhere: there it is a leaf
    where fase = 'consuntivo'
    group by ente_id, esercizio, nodo
),

consuntivi as (
    select
        ente_id,
        esercizio,
        cast(sum(case when da_tipo = 'avanzo precedente' then importo_eur else 0 end) as decimal(18, 2)) as prima_eur,
        cast(sum(case when da_tipo = 'canale' then importo_eur else 0 end) as decimal(18, 2)) as entrate_eur,
        cast(sum(case when a_tipo in ('area', 'economie') then importo_eur else 0 end) as decimal(18, 2)) as uscite_eur,
        cast(
            sum(case when a_tipo = 'avanzo' and da_tipo <> 'differenza' then importo_eur else 0 end) as decimal(18, 2)
        ) as avanzo_eur,
        cast(sum(case when a_tipo = 'classe di avanzo' then importo_eur else 0 end) as decimal(18, 2)) as classi_eur
    from flussi
    where fase = 'consuntivo'
    group by ente_id, esercizio
),

risultati as (
    select
        ente_id,
        esercizio,
        coalesce(avanzo_precedente_eur, 0) as prima_eur,
        entrate_eur,
        uscite_eur,
        avanzo_eur,
        origine_dato
    from {{ ref('risultato_gestione') }}
),

avanzi as (
    select
        ente_id,
        esercizio,
        cast(sum(importo_eur) as decimal(18, 2)) as classi_eur
    from {{ ref('avanzo') }}
    group by ente_id, esercizio
),

preventivi as (
    select
        ente_id,
        esercizio,
        da_nodo as fonte,
        a_nodo as area,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from flussi
    where fase = 'preventivo' and da_tipo = 'fondo'
    group by ente_id, esercizio, da_nodo, a_nodo
),

budget as (
    select
        ente_id,
        esercizio,
        fonte,
        area,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('budget_per_fonte') }}
    group by ente_id, esercizio, fonte, area
),

-- what an area has at last, with the differences, is its printed total
aree as (
    select
        ente_id,
        esercizio,
        case when a_tipo = 'area' then a_nodo else da_nodo end as area,
        cast(sum(case when a_tipo = 'area' then importo_eur else -importo_eur end) as decimal(18, 2)) as importo_eur
    from flussi
    where fase = 'preventivo' and origine_dato = 'prospetto'
    group by ente_id, esercizio, case when a_tipo = 'area' then a_nodo else da_nodo end
),

totali as (
    select
        celle.ente_id,
        celle.anno as esercizio,
        celle.area,
        cast(sum(celle.valore) as decimal(18, 2)) as importo_eur
    from {{ ref('int_celle_conformate') }} as celle
    where
        celle.fatto = 'budget_per_fonte'
        and celle.tipo_riga = 'totale'
        and celle.misura = 'budget'
        and celle.area is not null
    group by celle.ente_id, celle.anno, celle.area
)

select
    'nodo' as che_cosa,
    ente_id,
    esercizio,
    nodo,
    saldo_eur as flusso_eur,
    cast(0 as decimal(18, 2)) as atteso_eur
from nodi
where saldo_eur <> 0
union all
select
    'consuntivo' as che_cosa,
    coalesce(consuntivi.ente_id, risultati.ente_id) as ente_id,
    coalesce(consuntivi.esercizio, risultati.esercizio) as esercizio,
    cast(null as string) as nodo,
    consuntivi.entrate_eur as flusso_eur,
    risultati.entrate_eur as atteso_eur
from consuntivi
full outer join risultati on consuntivi.ente_id = risultati.ente_id and consuntivi.esercizio = risultati.esercizio
left join avanzi on consuntivi.ente_id = avanzi.ente_id and consuntivi.esercizio = avanzi.esercizio
where
    -- a document may print a result and not the channels it comes from: then there is nothing to draw
    not (consuntivi.ente_id is null and risultati.origine_dato = 'prospetto')
    and (
        coalesce(consuntivi.prima_eur <> risultati.prima_eur, true)
        or coalesce(consuntivi.entrate_eur <> risultati.entrate_eur, true)
        or coalesce(consuntivi.uscite_eur <> risultati.uscite_eur, true)
        or coalesce(consuntivi.avanzo_eur <> risultati.avanzo_eur, true)
        or consuntivi.classi_eur <> coalesce(avanzi.classi_eur, 0)
    )
union all
select
    'preventivo' as che_cosa,
    coalesce(preventivi.ente_id, budget.ente_id) as ente_id,
    coalesce(preventivi.esercizio, budget.esercizio) as esercizio,
    coalesce(preventivi.fonte, budget.fonte) as nodo,
    preventivi.importo_eur as flusso_eur,
    budget.importo_eur as atteso_eur
from preventivi
full outer join budget
    on
        preventivi.ente_id = budget.ente_id
        and preventivi.esercizio = budget.esercizio
        and preventivi.fonte = budget.fonte
        and preventivi.area = budget.area
where coalesce(preventivi.importo_eur, 0) <> coalesce(budget.importo_eur, 0)
union all
select
    'area' as che_cosa,
    aree.ente_id,
    aree.esercizio,
    aree.area as nodo,
    aree.importo_eur as flusso_eur,
    totali.importo_eur as atteso_eur
from aree
inner join totali on aree.ente_id = totali.ente_id and aree.esercizio = totali.esercizio and aree.area = totali.area
where aree.importo_eur <> totali.importo_eur
