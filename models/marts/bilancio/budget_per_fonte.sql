-- Grain: one row per ente, esercizio, area, servizio, azione, voce and fonte.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'budget_per_fonte' and tipo_riga = 'dato' and misura = 'importo_per_fonte'
),

righe as (
    select * from {{ ref('int_righe_bilancio_identificate') }}
),

contabilita as (
    select * from {{ ref('int_contabilita_finanziata') }}
),

stampate as (
    select
        celle.ente_id,
        celle.anno as esercizio,
        righe.area,
        righe.servizio,
        righe.azione,
        righe.voce,
        celle.fonte,
        cast(celle.valore as decimal(18, 2)) as importo_eur,
        righe.dettaglio,
        righe.azione_stampata,
        righe.voce_stampata,
        righe.linea,
        'prospetto' as origine_dato,
        celle.cella_id as celle,
        cast(null as string) as file
    from celle
    inner join righe
        on
            celle.documento = righe.documento
            and celle.tabella = righe.tabella
            and celle.riga = righe.riga
),

-- the documents prevail: of an esercizio they print, the accounts say nothing here
registrate as (
    select
        contabilita.ente_id,
        contabilita.esercizio,
        contabilita.area,
        contabilita.servizio,
        contabilita.azione,
        contabilita.voce,
        contabilita.fonte,
        cast(sum(contabilita.importo_eur) as decimal(18, 2)) as importo_eur,
        {{ elenco('contabilita.natura') }} as dettaglio,
        cast(null as string) as azione_stampata,
        cast(null as string) as voce_stampata,
        cast(null as integer) as linea,
        max(contabilita.origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('contabilita.file_id') }} as file
    from contabilita
    where {{ documento_tace('contabilita', 'stampate', ['ente_id', 'esercizio']) }}
    group by
        contabilita.ente_id,
        contabilita.esercizio,
        contabilita.area,
        contabilita.servizio,
        contabilita.azione,
        contabilita.voce,
        contabilita.fonte
),

tutte as (
    select * from stampate
    union all
    select * from registrate
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    area,
    servizio,
    azione,
    voce,
    fonte,
    importo_eur,
    dettaglio,
    azione_stampata,
    voce_stampata,
    cast(linea as integer) as linea,
    origine_dato,
    celle,
    file
from tutte
