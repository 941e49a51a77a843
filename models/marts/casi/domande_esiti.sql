-- Grain: one row per ente, anno, misura and esito.
with righe as (
    select * from {{ ref('int_domande_righe') }}
),

contate as (
    select
        ente_id,
        anno,
        misura,
        esito,
        cast(count(codice_domanda) as integer) as domande,
        cast(count(distinct codice_utente) as integer) as persone,
        cast(sum(importo_concesso_eur) as decimal(18, 2)) as importo_concesso_eur,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, misura, esito
)

select
    ente_id,
    anno,
    misura,
    esito,
    domande,
    persone,
    importo_concesso_eur,
    {{ origine_flusso() }} as origine_dato,
    file,
    -- most measures say something of a person's health
    cast(5 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from contate
