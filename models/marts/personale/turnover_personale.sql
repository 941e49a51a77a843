-- Grain: one row per ente and anno. Whole years of the roster, and the whole staff: of one profile those who come and
-- who leave in a year are too few to be published, and with the stocks they would take everything else with them.
with righe as (
    select * from {{ ref('int_personale_anni_righe') }}
),

sommati as (
    select
        ente_id,
        anno,
        cast(count(case when is_inizio then 1 end) as integer) as persone_inizio,
        cast(count(case when is_assunzione then 1 end) as integer) as assunzioni,
        cast(count(case when causa_cessazione = 'dimissioni' then 1 end) as integer) as dimissioni,
        cast(count(case when causa_cessazione = 'mobilità' then 1 end) as integer) as mobilita_in_uscita,
        cast(count(case when causa_cessazione = 'pensione' then 1 end) as integer) as pensionamenti,
        cast(count(case when causa_cessazione = 'fine contratto' then 1 end) as integer) as fine_contratto,
        cast(count(case when causa_cessazione = 'altro' then 1 end) as integer) as altre_cessazioni,
        cast(count(case when is_cessazione then 1 end) as integer) as cessazioni,
        cast(count(case when not is_cessazione then 1 end) as integer) as persone_fine,
        cast(count(*) as integer) as rapporti_nell_anno,
        cast(sum(giorni) as integer) as giorni_in_servizio,
        max(giorni_anno) as giorni_anno,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno
)

select
    ente_id,
    anno,
    persone_inizio,
    assunzioni,
    dimissioni,
    mobilita_in_uscita,
    pensionamenti,
    fine_contratto,
    altre_cessazioni,
    cessazioni,
    persone_fine,
    rapporti_nell_anno,
    giorni_in_servizio,
    cast({{ divisione('giorni_in_servizio', 'giorni_anno', 2) }} as decimal(12, 2)) as organico_medio,
    -- of the days, not of the rounded average: rounded once
    cast({{ divisione('100 * cessazioni * giorni_anno', 'giorni_in_servizio', 2) }} as decimal(12, 2))
        as tasso_turnover,
    {{ origine_flusso() }} as origine_dato,
    file,
    cast(3 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from sommati
