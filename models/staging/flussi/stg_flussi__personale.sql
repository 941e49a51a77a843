-- Grain: one row per lotto, worker and first day of the employment, also of superseded lotti. Renames only.
with righe as (
    select * from {{ source('raw', 'flusso_personale') }}
)

select
    ente as ente_id,
    data_estrazione,
    codice_operatore,
    profilo,
    contratto,
    tempo,
    ore_settimanali,
    dal,
    al,
    causa_cessazione,

    -- provenance
    _lotto as lotto,
    _file_id as file_id,
    _foglio as foglio,
    _riga as riga
from righe
