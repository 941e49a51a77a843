-- Grain: one row per ente, esercizio, fase and canale.
with celle as (
    select * from {{ ref('int_canali_stampati') }}
),

righe as (
    select * from {{ ref('int_canali_righe') }}
),

stampate as (
    select
        ente_id,
        esercizio,
        fase,
        canale,
        max(fonte) as fonte,
        max(provenienza) as provenienza,
        {{ cifra('entrata') }} as entrata_eur,
        {{ cifra('avanzo_precedente_parte') }} as avanzo_precedente_eur,
        {{ cifra('quota_vincolata') }} as quota_vincolata_eur,
        cast(null as decimal(18, 2)) as uscite_eur,
        cast(null as decimal(18, 2)) as avanzo_eur,
        'prospetto' as origine_dato,
        {{ elenco('cella_id') }} as celle,
        cast(null as string) as file
    from celle
    group by ente_id, esercizio, fase, canale
),

-- the documents prevail: of an esercizio and fase they print, the flussi say nothing here
registrate as (
    select
        righe.ente_id,
        righe.esercizio,
        righe.fase,
        righe.canale,
        max(righe.fonte) as fonte,
        max(righe.provenienza) as provenienza,
        cast(sum(righe.entrata_eur) as decimal(18, 2)) as entrata_eur,
        cast(sum(righe.avanzo_precedente_eur) as decimal(18, 2)) as avanzo_precedente_eur,
        cast(null as decimal(18, 2)) as quota_vincolata_eur,
        cast(sum(righe.uscite_eur) as decimal(18, 2)) as uscite_eur,
        cast(sum(righe.avanzo_eur) as decimal(18, 2)) as avanzo_eur,
        max(righe.origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('righe.file_id') }} as file
    from righe
    where {{ documento_tace('righe', 'stampate', ['ente_id', 'esercizio', 'fase']) }}
    group by righe.ente_id, righe.esercizio, righe.fase, righe.canale
),

tutte as (
    select * from stampate
    union all
    select * from registrate
),

con_totale as (
    select
        *,
        cast(sum(entrata_eur) over (partition by ente_id, esercizio, fase) as decimal(18, 2)) as totale_eur
    from tutte
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    fase,
    canale,
    fonte,
    provenienza,
    entrata_eur,
    avanzo_precedente_eur,
    quota_vincolata_eur,
    -- a dash in the document, or a channel of the movements with nothing in the year, adds nothing to what there is
    case
        when entrata_eur is not null or avanzo_precedente_eur is not null
            then cast(coalesce(entrata_eur, 0) + coalesce(avanzo_precedente_eur, 0) as decimal(18, 2))
    end as budget_eur,
    uscite_eur,
    avanzo_eur,
    -- no share where what was taken back brings a channel, or the whole, below nothing
    case
        when totale_eur > 0 and entrata_eur between 0 and totale_eur
            then cast({{ divisione('cast(entrata_eur as decimal(20, 2)) * 100', 'totale_eur', 2) }} as decimal(5, 2))
    end as quota_entrate_pct,
    origine_dato,
    celle,
    file
from con_totale
