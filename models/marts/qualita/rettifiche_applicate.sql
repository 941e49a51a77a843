-- Grain: one row per repair (rettifica_id).
with rettifiche as (
    select * from {{ ref('rettifiche') }}
),

celle as (
    select * from {{ ref('stg_prospetti__celle') }}
    where rettifica_id is not null
)

select
    rettifiche.rettifica_id,
    rettifiche.documento,
    rettifiche.tabella,
    cast(rettifiche.linea as integer) as linea,
    rettifiche.colonna,
    rettifiche.testo_atteso,
    cast(rettifiche.valore as decimal(18, 4)) as valore,
    celle.unita,
    rettifiche.prova,
    rettifiche.quadratura_prova,
    celle.cella_id
from rettifiche
left join celle on rettifiche.rettifica_id = celle.rettifica_id
