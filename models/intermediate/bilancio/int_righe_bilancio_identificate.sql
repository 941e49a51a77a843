-- Grain: one row per printed line of a budget (documento, tabella, riga), with the name that tells it from its
-- namesakes: several lines of one azione are printed with the same words («Consulenze», six times in the budget of
-- 2024), told apart by their dettaglio or by nothing but their order.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto in ('preventivo_consuntivo', 'budget_per_fonte') and tipo_riga = 'dato'
),

righe as (
    select distinct
        documento,
        tabella,
        riga,
        linea,
        ente_id,
        area,
        servizio,
        azione_stampata,
        azione,
        voce,
        dettaglio
    from celle
),

contate as (
    select
        *,
        count(*) over (partition by documento, area, servizio, azione_stampata, voce) as omonime,
        count(*) over (partition by documento, area, servizio, azione_stampata, voce, dettaglio) as gemelle,
        row_number() over (
            partition by documento, area, servizio, azione_stampata, voce
            order by linea nulls last, riga nulls last
        ) as posizione
    from righe
)

select
    documento,
    tabella,
    riga,
    linea,
    ente_id,
    area,
    servizio,
    azione_stampata,
    azione,
    voce as voce_stampata,
    dettaglio,
    case
        when omonime = 1 then voce
        when gemelle = 1 and dettaglio is not null then concat_ws('', voce, ' (', dettaglio, ')')
        when gemelle = 1 then voce
        else concat_ws('', voce, ' (', cast(posizione as string), ')')
    end as voce
from contate
