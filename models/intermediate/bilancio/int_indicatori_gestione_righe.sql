-- Grain: one row per current row of the flussi and indicator it counts in, with its part of the two sums.
with spese as (
    select * from {{ ref('int_contabilita_spese') }}
    where fase = 'consuntivo'
),

nature as (
    select * from {{ ref('nature') }}
),

spesa_sociale as (
    select * from {{ ref('int_spesa_sociale_righe') }}
),

costi as (
    select
        spese.ente_id,
        spese.esercizio as anno_riferimento,
        spese.importo_eur,
        nature.is_gestione,
        nature.natura,
        spese.file_id,
        spese.foglio,
        spese.riga
    from spese
    left join nature on spese.natura = nature.natura
)

select
    ente_id,
    'incidenza_costi_gestione' as indicatore,
    anno_riferimento,
    case when is_gestione then importo_eur else cast(0 as decimal(18, 2)) end as numeratore,
    importo_eur as denominatore,
    file_id,
    foglio,
    riga
from costi
union all
select
    ente_id,
    'quota_costi_servizi' as indicatore,
    anno_riferimento,
    case when natura = 'servizi' then importo_eur else cast(0 as decimal(18, 2)) end as numeratore,
    importo_eur as denominatore,
    file_id,
    foglio,
    riga
from costi
union all
select
    ente_id,
    'spesa_sociale' as indicatore,
    anno_riferimento,
    spesa_lorda_eur as numeratore,
    cast(null as decimal(18, 2)) as denominatore,
    file_id,
    foglio,
    riga
from spesa_sociale
