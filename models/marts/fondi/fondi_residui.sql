-- Grain: one row per ente, fondo and annualita.
with movimenti as (
    select
        *,
        row_number() over (
            partition by ente_id, fondo, annualita
            order by movimento_il desc nulls last, id_movimento desc nulls last
        ) as dall_ultimo,
        row_number() over (
            partition by ente_id, fondo, annualita
            order by
                case when scadenza is null then 1 else 0 end asc nulls last,
                movimento_il desc nulls last,
                id_movimento desc nulls last
        ) as dall_ultima_scadenza,
        -- of all the funds of the ente: a fund that does not move grows old with the others
        max(movimento_il) over (partition by ente_id) as situazione_al
    from {{ ref('int_movimenti_fondi_correnti') }}
),

residui as (
    select
        ente_id,
        fondo,
        annualita,
        max(case when dall_ultimo = 1 then vincolo end) as vincolo,
        cast(sum(case when tipo = 'assegnazione' then importo_eur else 0 end) as decimal(18, 2)) as assegnato_eur,
        cast(sum(case when tipo = 'storno' then importo_eur else 0 end) as decimal(18, 2)) as stornato_eur,
        cast(sum(case when tipo = 'incasso' then importo_eur else 0 end) as decimal(18, 2)) as incassato_eur,
        cast(sum(case when tipo = 'spesa' then importo_eur else 0 end) as decimal(18, 2)) as speso_eur,
        cast(sum(case when tipo = 'economia' then importo_eur else 0 end) as decimal(18, 2)) as economie_eur,
        max(case when dall_ultima_scadenza = 1 then scadenza end) as scadenza,
        max(movimento_il) as ultimo_movimento_il,
        max(situazione_al) as situazione_al,
        count(*) as movimenti,
        max(origine_dato) as origine_dato,
        {{ elenco('file_id') }} as file
    from movimenti
    group by ente_id, fondo, annualita
)

select
    ente_id,
    fondo,
    cast(annualita as integer) as annualita,
    vincolo,
    assegnato_eur,
    stornato_eur,
    incassato_eur,
    speso_eur,
    economie_eur,
    cast(assegnato_eur - stornato_eur - economie_eur - speso_eur as decimal(18, 2)) as residuo_eur,
    cast(assegnato_eur - stornato_eur - incassato_eur as decimal(18, 2)) as da_incassare_eur,
    scadenza,
    scadenza < situazione_al as is_scaduto,
    ultimo_movimento_il,
    situazione_al,
    cast(movimenti as integer) as movimenti,
    origine_dato,
    file
from residui
