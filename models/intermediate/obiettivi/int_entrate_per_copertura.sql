-- Regrains: one row per line of income of the accounts -> one row per ente, anno and copertura (what pays: users, FRNA,
-- Unione, other enti, privates). An income without a source, or of a source in no class, has copertura NULL.
with contabilita as (
    select * from {{ ref('stg_flussi__contabilita') }}
    where natura = 'entrata' and fase = 'consuntivo'
),

lotti as (
    select lotti.lotto
    from {{ ref('stg_flussi__lotti') }} as lotti
    where {{ lotti_validi() }}
),

fonti as (
    select * from {{ ref('fonti') }}
),

coperture as (
    select * from {{ ref('coperture') }}
)

select
    contabilita.ente_id,
    contabilita.esercizio as anno,
    coalesce(di_fonte.copertura, di_provenienza.copertura) as copertura,
    cast(sum(contabilita.importo_eur) as decimal(18, 2)) as importo_eur,
    {{ elenco('contabilita.file_id') }} as file
from contabilita
inner join lotti on contabilita.lotto = lotti.lotto
left join fonti on contabilita.fonte = fonti.fonte
left join coperture as di_fonte on contabilita.fonte = di_fonte.membro and di_fonte.dimensione = 'fonte'
left join coperture as di_provenienza
    on fonti.provenienza = di_provenienza.membro and di_provenienza.dimensione = 'provenienza'
group by contabilita.ente_id, contabilita.esercizio, coalesce(di_fonte.copertura, di_provenienza.copertura)
