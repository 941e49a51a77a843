-- Grain: one row per ente, fondo, annualita and anno_spesa: what of a vintage is spent in a year.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'fondi_utilizzo' and tipo_riga = 'dato'
),

progetti as (
    select * from {{ ref('progetti') }}
),

movimenti as (
    select * from {{ ref('int_fondi_utilizzo_movimenti') }}
),

-- the amount of a fund is what its project of the register is financed with
finanziati as (
    select
        ente_id,
        anno_registro,
        fonte,
        cast(sum(finanziato_eur) as decimal(18, 2)) as fondo_eur,
        min(avvio) as avvio,
        {{ elenco('celle') }} as celle
    from progetti
    where fonte is not null
    group by ente_id, anno_registro, fonte
),

stampate as (
    select
        ente_id,
        anno_pubblicazione,
        fondo,
        -- the vintage is the year at the end of the printed name
        cast(right(fondo, 4) as integer) as annualita,
        anno as anno_spesa,
        {{ cifra('spesa') }} as speso_eur,
        {{ cifra('quota_spesa', 'decimal(5, 2)') }} as speso_stampato_pct,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno_pubblicazione, fondo, anno
),

-- what is spent up to a year comes from the cells of that year and of those before
celle_fino_all_anno as (
    select
        stampate.ente_id,
        stampate.fondo,
        stampate.anno_spesa,
        {{ elenco('precedenti.celle') }} as celle
    from stampate
    inner join stampate as precedenti
        on
            stampate.ente_id = precedenti.ente_id
            and stampate.fondo = precedenti.fondo
            and stampate.anno_spesa >= precedenti.anno_spesa
    group by stampate.ente_id, stampate.fondo, stampate.anno_spesa
),

progressive as (
    select
        stampate.ente_id,
        stampate.fondo,
        stampate.annualita,
        stampate.anno_spesa,
        stampate.speso_eur,
        -- a dash is nothing spent
        cast(
            sum(coalesce(stampate.speso_eur, 0)) over (
                partition by stampate.ente_id, stampate.fondo
                order by stampate.anno_spesa asc nulls last
                rows between unbounded preceding and current row
            ) as decimal(18, 2)
        ) as speso_dal_primo_anno_eur,
        min(stampate.anno_spesa) over (partition by stampate.ente_id, stampate.fondo) as primo_anno,
        finanziati.avvio,
        finanziati.fondo_eur,
        stampate.speso_stampato_pct,
        concat_ws(' ', celle_fino_all_anno.celle, finanziati.celle) as celle
    from stampate
    inner join celle_fino_all_anno
        on
            stampate.ente_id = celle_fino_all_anno.ente_id
            and stampate.fondo = celle_fino_all_anno.fondo
            and stampate.anno_spesa = celle_fino_all_anno.anno_spesa
    left join finanziati
        on
            stampate.ente_id = finanziati.ente_id
            and stampate.anno_pubblicazione = finanziati.anno_registro
            and stampate.fondo = finanziati.fonte
),

calcolate as (
    select
        ente_id,
        fondo,
        annualita,
        anno_spesa,
        cast(sum(case when is_dell_anno and tipo = 'spesa' then importo_eur end) as decimal(18, 2)) as speso_eur,
        cast(sum(case when tipo = 'spesa' then importo_eur else 0 end) as decimal(18, 2)) as speso_progressivo_eur,
        cast(
            sum(case when tipo in ('assegnazione', 'storno', 'economia') then segno * importo_eur else 0 end)
            as decimal(18, 2)
        ) as fondo_eur,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from movimenti
    group by ente_id, fondo, annualita, anno_spesa
),

tutte as (
    select
        ente_id,
        fondo,
        annualita,
        anno_spesa,
        speso_eur,
        -- what was spent before the first printed year is not known, unless the project began in it or later
        case when extract(year from avvio) >= primo_anno then speso_dal_primo_anno_eur end as speso_progressivo_eur,
        fondo_eur,
        speso_stampato_pct,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file
    from progressive
    union all
    select
        calcolate.ente_id,
        calcolate.fondo,
        calcolate.annualita,
        calcolate.anno_spesa,
        calcolate.speso_eur,
        calcolate.speso_progressivo_eur,
        calcolate.fondo_eur,
        cast(null as decimal(5, 2)) as speso_stampato_pct,
        calcolate.origine_dato,
        cast(null as string) as celle,
        calcolate.file
    from calcolate
    -- the documents prevail: of a vintage and year they print, the movements say nothing here
    where {{ documento_tace('calcolate', 'stampate', ['ente_id', 'fondo', 'annualita', 'anno_spesa']) }}
)

select
    ente_id,
    fondo,
    cast(annualita as integer) as annualita,
    cast(anno_spesa as integer) as anno_spesa,
    speso_eur,
    speso_progressivo_eur,
    fondo_eur,
    cast(
        {{ divisione('cast(speso_progressivo_eur as decimal(20, 2)) * 100', 'fondo_eur', 2) }} as decimal(7, 2)
    ) as speso_pct,
    speso_stampato_pct,
    cast(fondo_eur - speso_progressivo_eur as decimal(18, 2)) as residuo_eur,
    origine_dato,
    celle,
    file
from tutte
