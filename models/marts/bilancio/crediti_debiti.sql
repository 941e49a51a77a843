-- Grain: one row per ente, data_riferimento, verso, anno_competenza and controparte_tipo.
-- A document prints the share settled of all the counterparts together and no amount: that row hides none of those of
-- the flussi, and adds nothing to their sums.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        tabella = 'testo'
        and tipo_riga = 'dato'
        and misura in ('quota_entrate_incassate', 'quota_spese_erogate')
),

documenti as (
    select * from {{ ref('int_crediti_debiti_correnti') }}
),

stampate as (
    select
        ente_id,
        make_date(cast(anno as integer), 12, 31) as data_riferimento,
        case misura when 'quota_entrate_incassate' then 'credito' else 'debito' end as verso,
        anno as anno_competenza,
        cast(valore as decimal(9, 2)) as regolato_pct,
        cella_id as celle
    from celle
),

somme as (
    select
        ente_id,
        data_riferimento,
        verso,
        anno_competenza,
        controparte_tipo,
        count(*) as documenti,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        cast(sum(regolato_eur) as decimal(18, 2)) as regolato_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from documenti
    group by ente_id, data_riferimento, verso, anno_competenza, controparte_tipo
),

-- credit notes can bring a sum to nothing or below: there is no share of that
con_divisore as (
    select
        *,
        case when importo_eur > 0 then importo_eur end as divisore
    from somme
),

tutte as (
    select
        ente_id,
        data_riferimento,
        verso,
        anno_competenza,
        'tutte' as controparte_tipo,
        cast(null as integer) as documenti,
        cast(null as decimal(18, 2)) as importo_eur,
        cast(null as decimal(18, 2)) as regolato_eur,
        regolato_pct,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file
    from stampate
    union all
    select
        ente_id,
        data_riferimento,
        verso,
        anno_competenza,
        controparte_tipo,
        documenti,
        importo_eur,
        regolato_eur,
        cast(
            {{ divisione('cast(regolato_eur as decimal(20, 2)) * 100', 'divisore', 2) }} as decimal(9, 2)
        ) as regolato_pct,
        origine_dato,
        cast(null as string) as celle,
        file
    from con_divisore
)

select
    ente_id,
    data_riferimento,
    verso,
    cast(anno_competenza as integer) as anno_competenza,
    controparte_tipo,
    case
        when anno_competenza < extract(year from data_riferimento) then 'residui'
        else 'competenza'
    end as gestione,
    cast(documenti as integer) as documenti,
    importo_eur,
    regolato_eur,
    cast(importo_eur - regolato_eur as decimal(18, 2)) as residuo_eur,
    regolato_pct,
    origine_dato,
    celle,
    file
from tutte
