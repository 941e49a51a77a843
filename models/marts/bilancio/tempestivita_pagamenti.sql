-- Grain: one row per ente, anno, trimestre (0 is the whole year) and indicatore.
with fatture as (
    select * from {{ ref('int_fatture_per_indicatore') }}
),

soglie as (
    select * from {{ ref('soglie_pagamenti') }}
),

-- sums of days by euro in 28 digits: 19 on one side, because DuckDB multiplies two narrow decimals in 18
somme as (
    select
        ente_id,
        anno,
        trimestre,
        indicatore,
        cast(
            sum(cast(giorni as decimal(9, 0)) * cast(importo_considerato_eur as decimal(19, 2))) as decimal(28, 2)
        ) as giorni_per_euro,
        cast(sum(coalesce(importo_considerato_eur, 0)) as decimal(18, 2)) as importo_considerato_eur,
        count(distinct case when parte <> 'ricevuta' then id_fattura end) as fatture_considerate,
        cast(sum(importo_dovuto_eur) as decimal(18, 2)) as dovuto_eur,
        cast(sum(importo_pagato_eur) as decimal(18, 2)) as pagato_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from fatture
    group by ente_id, anno, trimestre, indicatore
),

valutate as (
    select
        somme.*,
        soglie.soglia_copertura_pct,
        -- no mean and no share of a sum that credit notes bring to nothing or below
        case when somme.importo_considerato_eur > 0 then somme.importo_considerato_eur end as divisore,
        case when somme.dovuto_eur > 0 then somme.dovuto_eur end as divisore_copertura
    from somme
    left join soglie
        on
            make_date(somme.anno, 12, 31) >= soglie.valida_dal
            and (soglie.valida_al is null or make_date(somme.anno, 12, 31) <= soglie.valida_al)
)

select
    ente_id,
    anno,
    cast(trimestre as integer) as trimestre,
    indicatore,
    cast({{ divisione('giorni_per_euro', 'divisore', 2) }} as decimal(18, 2)) as valore_giorni,
    importo_considerato_eur,
    cast(fatture_considerate as integer) as fatture_considerate,
    dovuto_eur as importo_ricevuto_eur,
    pagato_eur as importo_ricevuto_pagato_eur,
    cast(
        {{ divisione('cast(pagato_eur as decimal(20, 2)) * 100', 'divisore_copertura', 2) }} as decimal(9, 2)
    ) as copertura_pct,
    soglia_copertura_pct,
    -- the exact shares are compared, not the rounded one
    case
        when divisore is null then 'n.v.'
        when soglia_copertura_pct is null then 'valutabile'
        when
            cast(pagato_eur as decimal(20, 2)) * 100
            >= cast(divisore_copertura as decimal(20, 2)) * cast(soglia_copertura_pct as decimal(5, 2))
            then 'valutabile'
        else 'n.v.'
    end as esito,
    origine_dato,
    file
from valutate
