-- Grain: one row per ente, esercizio, area, servizio, azione, voce and fonte.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'budget_per_fonte' and tipo_riga = 'dato' and misura = 'importo_per_fonte'
),

righe as (
    select * from {{ ref('int_righe_bilancio_identificate') }}
)

select
    celle.ente_id,
    cast(celle.anno as integer) as esercizio,
    righe.area,
    righe.servizio,
    righe.azione,
    righe.voce,
    celle.fonte,
    cast(celle.valore as decimal(18, 2)) as importo_eur,
    righe.dettaglio,
    righe.azione_stampata,
    righe.voce_stampata,
    cast(righe.linea as integer) as linea,
    'prospetto' as origine_dato,
    celle.cella_id as celle
from celle
inner join righe
    on
        celle.documento = righe.documento
        and celle.tabella = righe.tabella
        and celle.riga = righe.riga
