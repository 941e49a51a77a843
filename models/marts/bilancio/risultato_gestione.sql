-- Grain: one row per ente and esercizio.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        fatto = 'risultato_gestione'
        and misura in ('avanzo_precedente', 'entrate', 'uscite', 'avanzo')
),

movimenti as (
    select * from {{ ref('int_movimenti_fondi_per_esercizio') }}
),

stampate as (
    select
        ente_id,
        anno as esercizio,
        {{ cifra('avanzo_precedente') }} as avanzo_precedente_eur,
        {{ cifra('entrate') }} as entrate_eur,
        {{ cifra('uscite') }} as uscite_eur,
        {{ cifra('avanzo') }} as avanzo_eur,
        'prospetto' as origine_dato,
        {{ elenco('cella_id') }} as celle,
        cast(null as string) as file
    from celle
    group by ente_id, anno
),

calcolate as (
    select
        ente_id,
        esercizio,
        -- NULL in the first year of the movements: what came before is not known
        cast(
            sum(case when not is_dell_esercizio then segno * importo_eur end) as decimal(18, 2)
        ) as avanzo_precedente_eur,
        cast(
            sum(
                case when is_dell_esercizio and tipo in ('assegnazione', 'storno') then segno * importo_eur else 0 end
            ) as decimal(18, 2)
        ) as entrate_eur,
        cast(
            sum(case when is_dell_esercizio and tipo in ('spesa', 'economia') then importo_eur else 0 end)
            as decimal(18, 2)
        ) as uscite_eur,
        cast(sum(segno * importo_eur) as decimal(18, 2)) as avanzo_eur,
        max(origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('file_id') }} as file
    from movimenti
    group by ente_id, esercizio
),

tutte as (
    select * from stampate
    union all
    -- the documents prevail: of an esercizio they print, the movements say nothing here
    select calcolate.*
    from calcolate
    left join stampate on calcolate.ente_id = stampate.ente_id and calcolate.esercizio = stampate.esercizio
    where stampate.ente_id is null
)

select
    ente_id,
    cast(esercizio as integer) as esercizio,
    avanzo_precedente_eur,
    entrate_eur,
    uscite_eur,
    avanzo_eur,
    origine_dato,
    celle,
    file
from tutte
