-- Grain: one row per ente, servizio, data_riferimento, dimensione and modalita.
with righe as (
    select * from {{ ref('int_casi_profilo_righe') }}
),

servizi as (
    select * from {{ ref('servizi') }}
),

contati as (
    select
        ente_id,
        servizio,
        data_riferimento,
        dimensione,
        modalita,
        cast(count(data_apertura) as integer) as casi_attivi,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, servizio, data_riferimento, dimensione, modalita
)

select
    contati.ente_id,
    contati.servizio,
    contati.data_riferimento,
    contati.dimensione,
    contati.modalita,
    contati.casi_attivi,
    {{ origine_flusso('contati.ente_id') }} as origine_dato,
    contati.file,
    cast(servizi.soglia_persone as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from contati
left join servizi on contati.servizio = servizi.servizio
