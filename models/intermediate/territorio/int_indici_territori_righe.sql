-- Grain: one row per loaded row of popolazione and index of a territorio made from it.
-- The rows behind each row of indici_demografici that comes from a flusso.
with righe as (
    select * from {{ ref('int_residenti_territori_righe') }}
),

indici as (
    select * from {{ ref('int_indici_territori') }}
)

select
    indici.ente_id,
    indici.livello,
    indici.territorio,
    indici.data_riferimento,
    indici.indicatore,
    indici.dettaglio,
    {{ origine_flusso('indici.ente_id') }} as origine_dato,
    righe.file_id,
    righe.foglio,
    righe.riga
from indici
inner join righe
    on
        indici.ente_id = righe.ente_id
        and indici.livello = righe.livello
        and indici.territorio = righe.territorio
        and indici.data_riferimento = righe.data_riferimento
