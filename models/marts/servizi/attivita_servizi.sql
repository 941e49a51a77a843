-- Grain: one row per ente, servizio, indicatore, dimensione, modalita, rilevazione and anno.
-- Where a document prints an indicator of a service and year, its figures are the rows; otherwise those of the flussi.
with celle as (
    select * from {{ ref('int_attivita_celle') }}
),

da_flusso as (
    select * from {{ ref('int_attivita_da_flusso') }}
),

servizi as (
    select * from {{ ref('servizi_attivita') }}
),

soglie as (
    select * from {{ ref('servizi') }}
),

-- a figure printed twice is one row with two cells; a test holds that they agree
stampati as (
    select
        ente_id,
        servizio,
        indicatore,
        dimensione,
        modalita,
        rilevazione,
        anno,
        max(valore) as valore,
        max(unita) as unita,
        max(prodotto) as prodotto,
        {{ elenco('voce', ' / ') }} as voce,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, servizio, indicatore, dimensione, modalita, rilevazione, anno
),

figure as (
    select
        ente_id,
        servizio,
        indicatore,
        dimensione,
        modalita,
        rilevazione,
        anno,
        valore,
        unita,
        cast(null as integer) as persone,
        prodotto,
        voce,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        -- printed in an approved document: it is public already, and nothing of it is hidden
        cast(null as integer) as soglia_persone
    from stampati
    union all
    select
        da_flusso.ente_id,
        da_flusso.servizio,
        da_flusso.indicatore,
        da_flusso.dimensione,
        da_flusso.modalita,
        da_flusso.rilevazione,
        da_flusso.anno,
        da_flusso.valore,
        da_flusso.unita,
        da_flusso.persone,
        servizi.prodotto,
        cast(null as string) as voce,
        {{ origine_flusso('da_flusso.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        da_flusso.file,
        -- what is no service of the budget is a measure, and most say something of a person's health
        cast(coalesce(soglie.soglia_persone, 5) as integer) as soglia_persone
    from da_flusso
    -- the hours of a service that is not in the seed are in ore_servizio_mensili
    inner join servizi on da_flusso.servizio = servizi.servizio
    left join soglie on da_flusso.servizio = soglie.servizio
    where {{ documento_tace('da_flusso', 'stampati', ['ente_id', 'servizio', 'indicatore', 'anno']) }}
)

select
    figure.ente_id,
    figure.servizio,
    servizi.nome as servizio_nome,
    figure.indicatore,
    figure.dimensione,
    figure.modalita,
    figure.rilevazione,
    figure.anno,
    cast(figure.valore as decimal(18, 4)) as valore,
    figure.unita,
    figure.persone,
    figure.prodotto,
    figure.voce,
    figure.origine_dato,
    figure.celle,
    figure.file,
    figure.soglia_persone,
    cast(null as string) as misure_soppresse
from figure
left join servizi on figure.servizio = servizi.servizio
