-- Grain: one row per ente, codice_istat, data_riferimento, classe_eta, sesso and cittadinanza.
with righe as (
    select * from {{ ref('int_residenti_righe') }}
)

select
    ente_id,
    codice_istat,
    data_riferimento,
    classe_eta,
    fascia_eta,
    sesso,
    cittadinanza,
    cast(sum(residenti) as integer) as residenti,
    {{ origine_flusso() }} as origine_dato,
    {{ elenco('file_id') }} as file
from righe
group by ente_id, codice_istat, data_riferimento, classe_eta, fascia_eta, sesso, cittadinanza
