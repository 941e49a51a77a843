-- Grain: one row per ente, esercizio, fase, area, servizio, azione, voce and natura.
with voci as (
    select * from {{ ref('int_bilancio_voci_stampate') }}
),

attribuite as (
    select * from {{ ref('int_obiettivi_voci') }}
),

dimostrati as (
    select * from {{ ref('int_obiettivi_dimostrati') }}
    where esito in ('dimostrato', 'arrotondamento')
),

spese as (
    select * from {{ ref('int_contabilita_spese') }}
),

stampate as (
    select
        voci.ente_id,
        voci.esercizio,
        voci.fase,
        voci.area,
        voci.servizio,
        voci.azione,
        voci.voce,
        voci.natura,
        voci.dettaglio,
        voci.importo_eur,
        dimostrati.obiettivo,
        voci.azione_stampata,
        voci.voce_stampata,
        voci.linea,
        'prospetto' as origine_dato,
        voci.cella_id as celle,
        cast(null as string) as file
    from voci
    left join attribuite on voci.cella_id = attribuite.cella_id
    -- what an objective covers is said only where its lines make its figure
    left join dimostrati
        on
            attribuite.ente_id = dimostrati.ente_id
            and attribuite.esercizio = dimostrati.esercizio
            and attribuite.fase = dimostrati.fase
            and attribuite.obiettivo = dimostrati.obiettivo
),

-- the documents prevail: of an esercizio and fase they print, the accounts say nothing here
registrate as (
    select
        spese.ente_id,
        spese.esercizio,
        spese.fase,
        spese.area,
        spese.servizio,
        spese.azione,
        spese.voce,
        spese.natura,
        cast(null as string) as dettaglio,
        cast(sum(spese.importo_eur) as decimal(18, 2)) as importo_eur,
        cast(null as string) as obiettivo,
        cast(null as string) as azione_stampata,
        cast(null as string) as voce_stampata,
        cast(null as integer) as linea,
        max(spese.origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('spese.file_id') }} as file
    from spese
    where {{ documento_tace('spese', 'stampate', ['ente_id', 'esercizio', 'fase']) }}
    group by
        spese.ente_id,
        spese.esercizio,
        spese.fase,
        spese.area,
        spese.servizio,
        spese.azione,
        spese.voce,
        spese.natura
),

tutte as (
    select * from stampate
    union all
    select * from registrate
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    area,
    servizio,
    azione,
    voce,
    natura,
    dettaglio,
    importo_eur,
    obiettivo,
    azione_stampata,
    voce_stampata,
    cast(linea as integer) as linea,
    origine_dato,
    celle,
    file
from tutte
