-- Grain: one row per ente, anno and vincolo: the institutional funds of a year by what they are bound to.
with fondi as (
    select * from {{ ref('fondi_assegnati') }}
    where tipo = 'istituzionale'
),

celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tabella = 'testo' and misura = 'quota_fondi_vincolati' and tipo_riga = 'dato'
),

quote as (
    select
        ente_id,
        anno,
        {{ cifra('quota_fondi_vincolati', 'decimal(5, 2)') }} as quota_stampata_pct,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno
),

sommati as (
    select
        ente_id,
        anno,
        coalesce(vincolo, 'non indicato') as vincolo,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('celle') }} as celle,
        {{ elenco('file') }} as file
    from fondi
    group by ente_id, anno, coalesce(vincolo, 'non indicato')
),

totali as (
    select
        ente_id,
        anno,
        cast(sum(importo_eur) as decimal(18, 2)) as totale_eur
    from sommati
    group by ente_id, anno
)

select
    sommati.ente_id,
    sommati.anno,
    sommati.vincolo,
    sommati.importo_eur,
    cast(
        {{ divisione('cast(sommati.importo_eur as decimal(20, 2)) * 100', 'totali.totale_eur', 2) }} as decimal(5, 2)
    ) as quota_pct,
    quote.quota_stampata_pct,
    sommati.origine_dato,
    -- NULL for the flussi: the text of a document says nothing of them
    case when sommati.origine_dato = 'prospetto' then concat_ws(' ', sommati.celle, quote.celle) end as celle,
    sommati.file
from sommati
inner join totali on sommati.ente_id = totali.ente_id and sommati.anno = totali.anno
left join quote
    on
        sommati.ente_id = quote.ente_id
        and sommati.anno = quote.anno
        and sommati.vincolo = 'vincolato'
        and sommati.origine_dato = 'prospetto'
