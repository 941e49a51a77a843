-- Every printed label of a conformed dimension has its member in the seed etichette.
-- Guards: the euros and hours of a label nobody declared, which would stand under no sub-ambito, fund or azione.
with celle as (
    select
        cella_id,
        area_stampata,
        area,
        servizio_stampato,
        servizio,
        azione_stampata,
        azione,
        fonte_stampata,
        fonte,
        fondo_stampato,
        fondo,
        sub_ambito_stampato,
        sub_ambito,
        fase_stampata,
        fase
    from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
)

select
    cella_id,
    coalesce(
        case when area is null then area_stampata end,
        case when servizio is null then servizio_stampato end,
        case when azione is null then azione_stampata end,
        case when fonte is null then fonte_stampata end,
        case when fondo is null then fondo_stampato end,
        case when sub_ambito is null then sub_ambito_stampato end,
        case when fase is null then fase_stampata end
    ) as etichetta_senza_membro
from celle
where
    (area_stampata is not null and area is null)
    or (servizio_stampato is not null and servizio is null)
    or (azione_stampata is not null and azione is null)
    or (fonte_stampata is not null and fonte is null)
    or (fondo_stampato is not null and fondo is null)
    or (sub_ambito_stampato is not null and sub_ambito is null)
    or (fase_stampata is not null and fase is null)
