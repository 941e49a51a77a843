-- Regrains: one row per line of the accounts -> one row per ente, esercizio, area, servizio, azione and voce.
with spese as (
    select * from {{ ref('int_contabilita_spese') }}
),

voci as (
    select
        ente_id,
        esercizio,
        area,
        servizio,
        azione,
        voce,
        {{ elenco('natura') }} as nature,
        cast(sum(case when fase = 'preventivo' then importo_eur end) as decimal(18, 2)) as preventivo_eur,
        cast(sum(case when fase = 'assestato' then importo_eur end) as decimal(18, 2)) as assestato_eur,
        cast(sum(case when fase = 'consuntivo' then importo_eur end) as decimal(18, 2)) as consuntivo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from spese
    group by ente_id, esercizio, area, servizio, azione, voce
),

-- which phases the accounts of the year have at all: before the closing there is no outcome, and a voce without one
-- is not a voce on which nothing was spent
fasi as (
    select
        ente_id,
        esercizio,
        max(case when fase = 'preventivo' then 1 else 0 end) as ha_preventivo,
        max(case when fase = 'consuntivo' then 1 else 0 end) as ha_consuntivo
    from spese
    group by ente_id, esercizio
)

select
    voci.ente_id,
    voci.esercizio,
    voci.area,
    voci.servizio,
    voci.azione,
    voci.voce,
    voci.nature,
    voci.preventivo_eur,
    voci.assestato_eur,
    voci.consuntivo_eur,
    case
        when
            fasi.ha_preventivo = 1
            and fasi.ha_consuntivo = 1
            and (voci.preventivo_eur is not null or voci.consuntivo_eur is not null)
            then cast(coalesce(voci.consuntivo_eur, 0) - coalesce(voci.preventivo_eur, 0) as decimal(18, 2))
    end as scostamento_eur,
    voci.origine_dato,
    voci.file
from voci
inner join fasi on voci.ente_id = fasi.ente_id and voci.esercizio = fasi.esercizio
