-- The euros of the current rows of crediti_debiti and saldi_cassa are those of their marts, by ente and year.
-- Guards: a join or a filter that drops or doubles a row on the way.
with lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
),

nei_flussi as (
    select
        concat_ws('.', 'crediti_debiti', documenti.verso) as misura,
        documenti.ente_id,
        extract(year from documenti.data_riferimento) as anno,
        documenti.importo_eur - coalesce(documenti.regolato_eur, 0) as importo_eur
    from {{ ref('stg_flussi__crediti_debiti') }} as documenti
    inner join lotti on documenti.lotto = lotti.lotto
    union all
    select
        'saldi_cassa' as misura,
        saldi.ente_id,
        extract(year from saldi.data) as anno,
        saldi.saldo_eur as importo_eur
    from {{ ref('stg_flussi__saldi_cassa') }} as saldi
    inner join lotti on saldi.lotto = lotti.lotto
),

nei_mart as (
    select
        concat_ws('.', 'crediti_debiti', verso) as misura,
        ente_id,
        extract(year from data_riferimento) as anno,
        residuo_eur as importo_eur
    from {{ ref('crediti_debiti') }}
    where origine_dato <> 'prospetto'
    union all
    select
        'saldi_cassa' as misura,
        ente_id,
        extract(year from data) as anno,
        saldo_eur as importo_eur
    from {{ ref('saldi_cassa') }}
),

-- the rows are signed, so that each sum is to be nothing
insieme as (
    select
        misura,
        ente_id,
        anno,
        importo_eur
    from nei_flussi
    union all
    select
        misura,
        ente_id,
        anno,
        -importo_eur as importo_eur
    from nei_mart
),

giorni as (
    select
        ente_id,
        conto,
        cast(date_trunc('month', data) as date) as mese,
        count(*) as giorni
    from {{ ref('saldi_cassa') }}
    group by ente_id, conto, cast(date_trunc('month', data) as date)
)

select
    misura,
    ente_id,
    cast(anno as integer) as anno,
    cast(sum(importo_eur) as decimal(18, 2)) as scarto_eur
from insieme
group by misura, ente_id, anno
having cast(sum(importo_eur) as decimal(18, 2)) <> 0
union all
select
    'saldi_cassa_mensili' as misura,
    coalesce(giorni.ente_id, mensili.ente_id) as ente_id,
    cast(extract(year from coalesce(giorni.mese, mensili.mese)) as integer) as anno,
    cast(null as decimal(18, 2)) as scarto_eur
from giorni
full outer join {{ ref('saldi_cassa_mensili') }} as mensili
    on giorni.ente_id = mensili.ente_id and giorni.conto = mensili.conto and giorni.mese = mensili.mese
where coalesce(giorni.giorni <> mensili.giorni, true)
