-- Grain: one row per ente, anno, evento, profilo and ambito.
-- Printed sentences count what befell the staff in their own terms; a roster gives who came and who left, and why.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tabella = 'testo' and tipo_riga = 'dato'
),

eventi as (
    select * from {{ ref('eventi_personale') }}
    where evento <> 'in_servizio'
),

turnover as (
    select * from {{ ref('turnover_personale') }}
),

righe as (
    select * from {{ ref('int_movimenti_personale_righe') }}
),

stampati as (
    select
        celle.ente_id,
        cast(celle.anno as integer) as anno,
        eventi.evento,
        eventi.profilo,
        eventi.ambito,
        -- the same figure may be printed twice: where the two disagree there is none, and the contract refuses it
        cast(case when min(celle.valore) = max(celle.valore) then max(celle.valore) end as integer) as valore,
        max(celle.unita) as unita,
        {{ elenco('celle.cella_id') }} as celle
    from celle
    inner join eventi
        on
            celle.documento = eventi.documento
            and celle.misura = eventi.misura
            and celle.voce_di_riga = eventi.voce
    group by celle.ente_id, celle.anno, eventi.evento, eventi.profilo, eventi.ambito
),

contati as (
    select
        ente_id,
        anno,
        evento,
        profilo,
        ambito,
        cast(count(*) as integer) as valore,
        max(giorni_anno) as giorni_anno,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, evento, profilo, ambito
),

tutti as (
    select
        ente_id,
        anno,
        evento,
        profilo,
        ambito,
        valore,
        unita,
        cast(null as decimal(12, 2)) as tasso,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from stampati
    union all
    select
        contati.ente_id,
        contati.anno,
        contati.evento,
        contati.profilo,
        contati.ambito,
        contati.valore,
        'persone' as unita,
        -- on the days of service, as the turnover: rounded once
        cast(
            {{ divisione('100 * contati.valore * contati.giorni_anno', 'turnover.giorni_in_servizio', 2) }}
            as decimal(12, 2)
        ) as tasso,
        turnover.origine_dato,
        cast(null as string) as celle,
        contati.file,
        turnover.soglia_persone
    from contati
    inner join turnover on contati.ente_id = turnover.ente_id and contati.anno = turnover.anno
    -- the documents prevail, for the event of a year that they print
    where not exists (
            select 1 as uno from stampati
            where
                contati.ente_id = stampati.ente_id
                and contati.anno = stampati.anno
                and contati.evento = stampati.evento
                and contati.profilo = stampati.profilo
                and stampati.ambito is null
        )
)

select
    ente_id,
    anno,
    evento,
    profilo,
    ambito,
    valore,
    unita,
    tasso,
    origine_dato,
    celle,
    file,
    soglia_persone,
    cast(null as string) as misure_soppresse
from tutti
