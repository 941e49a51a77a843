-- Grain: one row per current row of the flussi that says money of a channel of funding, and esercizio it counts in.
-- What is foreseen is in the accounts; what happened is in the movements of the funds, which know the avanzo too.
with entrate as (
    select * from {{ ref('int_contabilita_entrate') }}
    where fase <> 'consuntivo'
),

movimenti as (
    select * from {{ ref('int_movimenti_fondi_per_esercizio') }}
),

fonti as (
    select
        fonte,
        tipo,
        provenienza
    from {{ ref('fonti') }}
),

previste as (
    select
        entrate.ente_id,
        entrate.esercizio,
        entrate.fase,
        coalesce(entrate.fonte, entrate.voce) as canale,
        entrate.fonte,
        fonti.provenienza,
        -- the avanzo of the year before, when the accounts apply it as a source, is no revenue of the year
        case when coalesce(fonti.tipo, '') <> 'avanzo' then entrate.importo_eur end as entrata_eur,
        case when fonti.tipo = 'avanzo' then entrate.importo_eur end as avanzo_precedente_eur,
        cast(null as decimal(18, 2)) as uscite_eur,
        cast(null as decimal(18, 2)) as avanzo_eur,
        entrate.origine_dato,
        entrate.file_id,
        entrate.foglio,
        entrate.riga
    from entrate
    left join fonti on entrate.fonte = fonti.fonte
),

avvenute as (
    select
        movimenti.ente_id,
        movimenti.esercizio,
        'consuntivo' as fase,
        movimenti.fondo as canale,
        movimenti.fondo as fonte,
        fonti.provenienza,
        case
            when movimenti.is_dell_esercizio and movimenti.tipo in ('assegnazione', 'storno')
                then movimenti.segno * movimenti.importo_eur
        end as entrata_eur,
        case
            when not movimenti.is_dell_esercizio then movimenti.segno * movimenti.importo_eur
        end as avanzo_precedente_eur,
        case
            when movimenti.is_dell_esercizio and movimenti.tipo in ('spesa', 'economia') then movimenti.importo_eur
        end as uscite_eur,
        movimenti.segno * movimenti.importo_eur as avanzo_eur,
        movimenti.origine_dato,
        movimenti.file_id,
        movimenti.foglio,
        movimenti.riga
    from movimenti
    left join fonti on movimenti.fondo = fonti.fonte
)

select * from previste
union all
select * from avvenute
