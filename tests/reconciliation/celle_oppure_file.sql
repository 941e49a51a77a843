-- A row comes from a document or from a flusso: it names cells or files, never both and never neither.
select
    ente_id,
    anno,
    servizio,
    sub_ambito,
    celle,
    file
from {{ ref('costo_servizi_sub_ambito') }}
where (celle is null) = (file is null)
