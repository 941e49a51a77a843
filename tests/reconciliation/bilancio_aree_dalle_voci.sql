-- An area is the sum of its lines. What a document prints may differ by the rounding of its lines, or by a difference
-- that the quadrature already know, of the same amount: no other.
-- Guards: a line under another area, an area read from another column, a difference nobody has seen.
with aree as (
    select * from {{ ref('bilancio_aree') }}
),

voci as (
    select
        ente_id,
        esercizio,
        fase,
        area,
        count(importo_eur) as righe,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('bilancio_voci') }}
    group by ente_id, esercizio, fase, area
),

fasi as (
    select distinct
        ente_id,
        esercizio,
        fase
    from aree
),

celle as (
    select
        cella_id,
        ente_id,
        anno,
        fase,
        area
    from {{ ref('int_celle_conformate') }}
    where area is not null
),

-- a check of a figure of the area, with the difference it found
differenze as (
    select distinct
        celle.ente_id,
        celle.anno as esercizio,
        celle.fase,
        celle.area,
        cast(quadrature.scarto as decimal(18, 2)) as scarto
    from {{ ref('quadrature') }} as quadrature
    inner join celle on quadrature.cella_id = celle.cella_id
    where quadrature.esito in ('spiegata', 'da_spiegare')
)

select
    voci.ente_id,
    voci.esercizio,
    voci.fase,
    voci.area,
    aree.importo_eur,
    voci.importo_eur as voci_eur
from voci
-- the lines of 2020 have no table of the areas beside them
left join aree
    on
        voci.ente_id = aree.ente_id
        and voci.esercizio = aree.esercizio
        and voci.fase = aree.fase
        and voci.area = aree.area
left join fasi
    on voci.ente_id = fasi.ente_id and voci.esercizio = fasi.esercizio and voci.fase = fasi.fase
left join differenze
    on
        voci.ente_id = differenze.ente_id
        and voci.esercizio = differenze.esercizio
        and voci.fase = differenze.fase
        and voci.area = differenze.area
        and aree.importo_eur - voci.importo_eur = differenze.scarto
where
    differenze.scarto is null
    and (
        (aree.origine_dato = 'prospetto' and abs(aree.importo_eur - voci.importo_eur) * 200 > voci.righe + 1)
        or (aree.origine_dato <> 'prospetto' and aree.importo_eur <> voci.importo_eur)
        or (aree.area is null and fasi.ente_id is not null)
    )
