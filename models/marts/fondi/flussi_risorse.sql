-- Grain: one row per ente, esercizio, fase, livello, da_nodo and a_nodo: a flow of money, as a Sankey draws it.
with stampati as (
    select * from {{ ref('int_flussi_risorse_stampati') }}
),

movimenti as (
    select
        ente_id,
        esercizio,
        livello,
        da_tipo,
        da_nodo,
        a_tipo,
        a_nodo,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from {{ ref('int_flussi_risorse_righe') }}
    where fase = 'consuntivo'
    group by ente_id, esercizio, livello, da_tipo, da_nodo, a_tipo, a_nodo
),

budget as (
    select * from {{ ref('budget_per_fonte') }}
),

celle_budget as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'budget_per_fonte' and area is not null
),

consuntivi as (
    select
        ente_id,
        esercizio,
        livello,
        da_tipo,
        da_nodo,
        a_tipo,
        a_nodo,
        importo_eur,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file
    from stampati
    union all
    -- the documents prevail: of an esercizio they print, the movements say nothing here
    select
        movimenti.ente_id,
        movimenti.esercizio,
        movimenti.livello,
        movimenti.da_tipo,
        movimenti.da_nodo,
        movimenti.a_tipo,
        movimenti.a_nodo,
        movimenti.importo_eur,
        movimenti.origine_dato,
        cast(null as string) as celle,
        movimenti.file
    from movimenti
    where {{ documento_tace('movimenti', 'stampati', ['ente_id', 'esercizio']) }}
),

-- what goes into a node and what comes out of it
lati as (
    select
        ente_id,
        esercizio,
        a_tipo as tipo,
        a_nodo as nodo,
        importo_eur,
        importo_eur as entrato_eur,
        cast(null as integer) as livello_uscite,
        livello as livello_entrate,
        origine_dato,
        celle,
        file
    from consuntivi
    union all
    select
        ente_id,
        esercizio,
        da_tipo as tipo,
        da_nodo as nodo,
        -importo_eur as importo_eur,
        cast(null as decimal(18, 2)) as entrato_eur,
        livello as livello_uscite,
        cast(null as integer) as livello_entrate,
        origine_dato,
        celle,
        file
    from consuntivi
),

saldi as (
    select
        ente_id,
        esercizio,
        tipo,
        nodo,
        cast(sum(importo_eur) as decimal(18, 2)) as saldo_eur,
        max(livello_entrate) as livello_entrate,
        min(livello_uscite) as livello_uscite,
        max(origine_dato) as origine_dato,
        {{ elenco('celle') }} as celle,
        {{ elenco('file') }} as file
    from lati
    group by ente_id, esercizio, tipo, nodo
),

-- where a node money passes through does not close, the difference is a node that everybody sees
differenze as (
    select
        ente_id,
        esercizio,
        case when saldo_eur > 0 then livello_uscite else livello_entrate end as livello,
        case when saldo_eur > 0 then tipo else 'differenza' end as da_tipo,
        case when saldo_eur > 0 then nodo else 'Differenza da spiegare' end as da_nodo,
        case when saldo_eur > 0 then 'differenza' else tipo end as a_tipo,
        case when saldo_eur > 0 then 'Differenza da spiegare' else nodo end as a_nodo,
        abs(saldo_eur) as importo_eur,
        origine_dato,
        celle,
        file
    from saldi
    where saldo_eur <> 0 and livello_entrate is not null and livello_uscite is not null
),

per_fonte as (
    select
        ente_id,
        esercizio,
        fonte,
        area,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('celle') }} as celle,
        {{ elenco('file') }} as file
    from budget
    group by ente_id, esercizio, fonte, area
),

aree_finanziate as (
    select
        ente_id,
        esercizio,
        area,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        count(*) as addendi,
        {{ elenco('celle') }} as celle
    from budget
    where origine_dato = 'prospetto'
    group by ente_id, esercizio, area
),

totali_di_area as (
    select
        ente_id,
        anno as esercizio,
        area,
        cast(sum(valore) as decimal(18, 2)) as importo_eur,
        count(*) as totali,
        {{ elenco('cella_id') }} as celle
    from celle_budget
    where tipo_riga = 'totale' and misura = 'budget'
    group by ente_id, anno, area
),

-- the printed total of an area is more than its lines give it: lines that the document leaves out, or rounding
differenze_di_area as (
    select
        aree_finanziate.ente_id,
        aree_finanziate.esercizio,
        aree_finanziate.area,
        totali_di_area.importo_eur - aree_finanziate.importo_eur as saldo_eur,
        case
            when
                abs(totali_di_area.importo_eur - aree_finanziate.importo_eur)
                <= cast('0.005' as decimal(4, 3)) * (aree_finanziate.addendi + totali_di_area.totali)
                then 'Arrotondamenti'
            else 'Differenza da spiegare'
        end as nodo,
        concat_ws(' ', aree_finanziate.celle, totali_di_area.celle) as celle
    from aree_finanziate
    inner join totali_di_area
        on
            aree_finanziate.ente_id = totali_di_area.ente_id
            and aree_finanziate.esercizio = totali_di_area.esercizio
            and aree_finanziate.area = totali_di_area.area
    where totali_di_area.importo_eur <> aree_finanziate.importo_eur
),

tutti as (
    select
        'consuntivo' as fase,
        *
    from consuntivi
    union all
    select
        'consuntivo' as fase,
        *
    from differenze
    union all
    select
        'preventivo' as fase,
        ente_id,
        esercizio,
        1 as livello,
        'fondo' as da_tipo,
        fonte as da_nodo,
        'area' as a_tipo,
        area as a_nodo,
        importo_eur,
        origine_dato,
        celle,
        file
    from per_fonte
    union all
    select
        'preventivo' as fase,
        ente_id,
        esercizio,
        1 as livello,
        case when saldo_eur > 0 then 'differenza' else 'area' end as da_tipo,
        case when saldo_eur > 0 then nodo else area end as da_nodo,
        case when saldo_eur > 0 then 'area' else 'differenza' end as a_tipo,
        case when saldo_eur > 0 then area else nodo end as a_nodo,
        abs(saldo_eur) as importo_eur,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file
    from differenze_di_area
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    cast(livello as integer) as livello,
    da_tipo,
    da_nodo,
    a_tipo,
    a_nodo,
    cast(importo_eur as decimal(18, 2)) as importo_eur,
    origine_dato,
    celle,
    file
from tutti
-- nothing that flows is no flow; a fund that only gives back in a year flows with the minus sign
where importo_eur <> 0
