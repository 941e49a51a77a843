-- The euros of the current rows of the flussi are the euros of their marts, year by year, where no document prevails.
-- Guards: a join, a filter or a sum that drops or doubles a row on the way.
with spese as (
    select
        contabilita.ente_id,
        contabilita.esercizio as anno,
        contabilita.fase,
        contabilita.fonte,
        contabilita.importo_eur
    from {{ ref('stg_flussi__contabilita') }} as contabilita
    inner join {{ ref('stg_flussi__lotti') }} as lotti on contabilita.lotto = lotti.lotto
    where contabilita.natura <> 'entrata' and {{ lotti_validi() }}
),

movimenti as (
    select
        movimenti.ente_id,
        cast(extract(year from movimenti.movimento_il) as integer) as anno,
        movimenti.fondo,
        movimenti.tipo,
        movimenti.importo_eur
    from {{ ref('stg_flussi__movimenti_fondi') }} as movimenti
    inner join {{ ref('stg_flussi__lotti') }} as lotti on movimenti.lotto = lotti.lotto
    where {{ lotti_validi() }}
),

avanzi as (
    select fonte
    from {{ ref('fonti') }}
    where tipo = 'avanzo'
),

pagate as (
    select
        fatture.ente_id,
        cast(extract(year from fatture.pagata_il) as integer) as anno,
        fatture.importo_pagato_eur as importo_eur
    from {{ ref('stg_flussi__fatture') }} as fatture
    inner join {{ ref('stg_flussi__lotti') }} as lotti on fatture.lotto = lotti.lotto
    where fatture.pagata_il is not null and {{ lotti_validi() }}
),

nei_flussi as (
    select
        concat_ws('', 'preventivo_consuntivo.', fase) as misura,
        ente_id,
        anno,
        importo_eur
    from spese
    union all
    select
        'budget_per_fonte' as misura,
        ente_id,
        anno,
        importo_eur
    from spese
    where fase = 'preventivo' and fonte is not null
    union all
    select
        'fondi_assegnati' as misura,
        movimenti.ente_id,
        movimenti.anno,
        case movimenti.tipo
            when 'assegnazione' then movimenti.importo_eur
            else -movimenti.importo_eur
        end as importo_eur
    from movimenti
    left join avanzi on movimenti.fondo = avanzi.fonte
    where movimenti.tipo in ('assegnazione', 'storno') and avanzi.fonte is null
    union all
    -- a residue is of all the years together
    select
        'fondi_residui' as misura,
        ente_id,
        0 as anno,
        case tipo
            when 'assegnazione' then importo_eur
            when 'incasso' then cast(0 as decimal(18, 2))
            else -importo_eur
        end as importo_eur
    from movimenti
    union all
    select
        'fondi_residui.incassato' as misura,
        ente_id,
        0 as anno,
        importo_eur
    from movimenti
    where tipo = 'incasso'
    union all
    select
        'tempestivita_pagamenti' as misura,
        ente_id,
        anno,
        importo_eur
    from pagate
    union all
    select
        'tempestivita_pagamenti.trimestri' as misura,
        ente_id,
        anno,
        importo_eur
    from pagate
),

nei_mart as (
    {%- for fase in ['preventivo', 'assestato', 'consuntivo'] %}
        select
            'preventivo_consuntivo.{{ fase }}' as misura,
            ente_id,
            esercizio as anno,
            {{ fase }}_eur as importo_eur,
            origine_dato
        from {{ ref('preventivo_consuntivo') }}
        union all
    {%- endfor %}
    select
        'budget_per_fonte' as misura,
        ente_id,
        esercizio as anno,
        importo_eur,
        origine_dato
    from {{ ref('budget_per_fonte') }}
    union all
    select
        'fondi_assegnati' as misura,
        ente_id,
        anno,
        importo_eur,
        origine_dato
    from {{ ref('fondi_assegnati') }}
    union all
    select
        'fondi_residui' as misura,
        ente_id,
        0 as anno,
        residuo_eur as importo_eur,
        origine_dato
    from {{ ref('fondi_residui') }}
    union all
    select
        'fondi_residui.incassato' as misura,
        ente_id,
        0 as anno,
        incassato_eur as importo_eur,
        origine_dato
    from {{ ref('fondi_residui') }}
    union all
    select
        case when trimestre = 0 then 'tempestivita_pagamenti' else 'tempestivita_pagamenti.trimestri' end as misura,
        ente_id,
        anno,
        importo_considerato_eur as importo_eur,
        origine_dato
    from {{ ref('tempestivita_pagamenti') }}
    where indicatore = 'itp'
),

somme_flussi as (
    select
        misura,
        ente_id,
        anno,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from nei_flussi
    group by misura, ente_id, anno
),

somme_mart as (
    select
        misura,
        ente_id,
        anno,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        max(case when origine_dato = 'prospetto' then 1 else 0 end) as is_stampato
    from nei_mart
    group by misura, ente_id, anno
)

select
    coalesce(somme_flussi.misura, somme_mart.misura) as misura,
    coalesce(somme_flussi.ente_id, somme_mart.ente_id) as ente_id,
    coalesce(somme_flussi.anno, somme_mart.anno) as anno,
    somme_flussi.importo_eur as flussi_eur,
    somme_mart.importo_eur as mart_eur
from somme_flussi
full outer join somme_mart
    on
        somme_flussi.misura = somme_mart.misura
        and somme_flussi.ente_id = somme_mart.ente_id
        and somme_flussi.anno = somme_mart.anno
where
    coalesce(somme_mart.is_stampato, 0) = 0
    and coalesce(somme_flussi.importo_eur, 0) <> coalesce(somme_mart.importo_eur, 0)
