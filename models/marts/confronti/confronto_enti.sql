-- Grain: one row per ente, indicatore, servizio and anno: every ente for each ratio of which at least one has the figure.
-- What an ente does not have is refused with a reason, never left out: who compares must see who is missing.
with misurati as (
    select * from {{ ref('int_confronti_misurati') }}
),

confronti as (
    select * from {{ ref('confronti') }}
),

enti as (
    select * from {{ ref('enti') }}
),

chiesti as (
    select distinct
        indicatore,
        servizio,
        anno
    from misurati
    where numeratore is not null
),

lorde as (
    select
        ente_id,
        anno
    from misurati
    where indicatore = 'spesa_lorda_pro_capite'
),

affiancati as (
    select
        enti.ente_id,
        chiesti.indicatore,
        chiesti.servizio,
        chiesti.anno,
        misurati.numeratore,
        misurati.denominatore,
        misurati.popolazione_estratto,
        misurati.popolazione_al,
        misurati.popolazione_stampata,
        misurati.utenti,
        misurati.origine_dato,
        misurati.celle,
        misurati.file,
        misurati.soglia_persone,
        lorde.ente_id is not null as ha_solo_la_lorda
    from chiesti
    cross join enti
    left join misurati
        on
            enti.ente_id = misurati.ente_id
            and chiesti.indicatore = misurati.indicatore
            and chiesti.servizio = misurati.servizio
            and chiesti.anno = misurati.anno
    left join lorde
        on
            enti.ente_id = lorde.ente_id
            and chiesti.anno = lorde.anno
            and chiesti.indicatore = 'spesa_netta_pro_capite'
)

select
    affiancati.ente_id,
    affiancati.indicatore,
    affiancati.servizio,
    affiancati.anno,
    -- a share is on 100
    case
        when confronti.unita = 'pct'
            then {{ divisione("affiancati.numeratore * cast(100 as decimal(3, 0))", 'affiancati.denominatore', 2) }}
        else {{ divisione('affiancati.numeratore', 'affiancati.denominatore', 2) }}
    end as valore,
    confronti.unita,
    affiancati.numeratore,
    confronti.unita_numeratore,
    affiancati.denominatore,
    confronti.unita_denominatore,
    affiancati.popolazione_estratto,
    affiancati.popolazione_al,
    affiancati.popolazione_stampata,
    cast(affiancati.utenti as integer) as utenti,
    case
        when affiancati.numeratore is not null and affiancati.denominatore > 0 then null
        when affiancati.ha_solo_la_lorda then 'definizione_diversa'
        when affiancati.numeratore is not null then 'denominatore_assente'
        else 'cifra_assente'
    end as motivo_assenza,
    confronti.nota,
    coalesce(affiancati.origine_dato, 'assente') as origine_dato,
    affiancati.celle,
    affiancati.file,
    affiancati.soglia_persone,
    cast(null as string) as misure_soppresse
from affiancati
left join confronti on affiancati.indicatore = confronti.indicatore
