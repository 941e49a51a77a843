-- The lines by phase hold the same euros as the two marts with a fixed face made from the same lines: by esercizio and
-- fase those of preventivo_consuntivo, and for the budget those of its sources.
-- Guards: a line lost, doubled or put in another phase.
with voci as (
    select
        ente_id,
        esercizio,
        fase,
        case when origine_dato = 'prospetto' then 'prospetto' else 'flusso' end as origine,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('bilancio_voci') }}
    group by ente_id, esercizio, fase, case when origine_dato = 'prospetto' then 'prospetto' else 'flusso' end
),

righe as (
    {%- for fase in ['preventivo', 'assestato', 'consuntivo'] %}
        select
            ente_id,
            esercizio,
            '{{ fase }}' as fase,
            case when origine_dato = 'prospetto' then 'prospetto' else 'flusso' end as origine,
            {{ fase }}_eur as importo_eur
        from {{ ref('preventivo_consuntivo') }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

fisse as (
    select
        ente_id,
        esercizio,
        fase,
        origine,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from righe
    where importo_eur is not null
    group by ente_id, esercizio, fase, origine
),

per_fonte as (
    select
        ente_id,
        esercizio,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_eur
    from {{ ref('budget_per_fonte') }}
    where origine_dato = 'prospetto'
    group by ente_id, esercizio
),

fasi_stampate as (
    select
        ente_id,
        esercizio,
        fase
    from voci
    where origine = 'prospetto'
),

esercizi_stampati as (
    select distinct
        ente_id,
        esercizio
    from fisse
    where origine = 'prospetto'
),

confronti as (
    select
        'preventivo_consuntivo' as confronto,
        coalesce(voci.ente_id, fisse.ente_id) as ente_id,
        coalesce(voci.esercizio, fisse.esercizio) as esercizio,
        coalesce(voci.fase, fisse.fase) as fase,
        coalesce(voci.origine, fisse.origine) as origine,
        voci.importo_eur as voci_eur,
        fisse.importo_eur as fisse_eur
    from voci
    full outer join fisse
        on
            voci.ente_id = fisse.ente_id
            and voci.esercizio = fisse.esercizio
            and voci.fase = fisse.fase
            and voci.origine = fisse.origine
    union all
    select
        'budget_per_fonte' as confronto,
        per_fonte.ente_id,
        per_fonte.esercizio,
        'preventivo' as fase,
        'prospetto' as origine,
        voci.importo_eur as voci_eur,
        per_fonte.importo_eur as fisse_eur
    from per_fonte
    left join voci
        on
            per_fonte.ente_id = voci.ente_id
            and per_fonte.esercizio = voci.esercizio
            and voci.fase = 'preventivo'
            and voci.origine = 'prospetto'
)

select
    confronti.confronto,
    confronti.ente_id,
    confronti.esercizio,
    confronti.fase,
    confronti.origine,
    confronti.voci_eur,
    confronti.fisse_eur
from confronti
left join fasi_stampate
    on
        confronti.ente_id = fasi_stampate.ente_id
        and confronti.esercizio = fasi_stampate.esercizio
        and confronti.fase = fasi_stampate.fase
left join esercizi_stampati
    on confronti.ente_id = esercizi_stampati.ente_id and confronti.esercizio = esercizi_stampati.esercizio
where
    coalesce(confronti.voci_eur, 0) <> coalesce(confronti.fisse_eur, 0)
    -- a document prevails phase by phase here, year by year there: what only one of the two leaves out is not lost
    and not (confronti.origine = 'flusso' and confronti.fisse_eur is not null and fasi_stampate.ente_id is not null)
    and not (confronti.origine = 'flusso' and confronti.fisse_eur is null and esercizi_stampati.ente_id is not null)
    -- the budget of a year with no schede of preventivo and consuntivo
    and not (confronti.origine = 'prospetto' and confronti.fisse_eur is null and esercizi_stampati.ente_id is null)
