-- Rows in = rows loaded + rows in quarantine, for every file; the rows loaded are in the raw tables, every lotto has
-- the rows it says, and the rows in quarantine are there with what is wrong with them.
{%- set tracciati = [
    'ore_servizio',
    'tariffe',
    'prese_in_carico',
    'collocamenti',
    'domande',
    'movimenti_fondi',
    'contabilita',
    'fatture',
    'ore_personale',
    'spesa_sociale_comuni',
    'popolazione',
    'personale',
    'lavoro_agile',
    'crediti_debiti',
    'saldi_cassa',
    'rilevazioni',
    'attivita',
    'report',
    'plessi',
    'formazione',
] %}
with file_flussi as (
    select
        file_id,
        stato,
        righe_lette,
        righe_caricate,
        righe_in_quarantena
    from {{ ref('qualita_file') }}
),

righe as (
    {%- for tracciato in tracciati %}
        select
            '{{ tracciato }}' as tracciato,
            lotto,
            file_id,
            count(*) as righe
        from {{ ref('stg_flussi__' ~ tracciato) }}
        group by lotto, file_id
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

lotti as (
    select
        lotto,
        file_id,
        tracciato,
        righe,
        -- the same bytes read again under other rules make new lotti of the same file: the last ones are its rows
        dense_rank() over (partition by file_id order by noto_dal desc nulls last) as lettura,
        noto_al
    from {{ ref('stg_flussi__lotti') }}
),

lotti_confrontati as (
    select
        coalesce(lotti.file_id, righe.file_id) as file_id,
        lotti.lotto,
        lotti.righe as righe_dichiarate,
        righe.righe as righe_trovate
    from lotti
    full outer join righe
        on lotti.lotto = righe.lotto and lotti.tracciato = righe.tracciato and lotti.file_id = righe.file_id
),

caricate as (
    select
        file_id,
        cast(sum(righe) as decimal(18, 0)) as righe,
        -- a file that others replaced whole has nothing more to correct, and nothing in quarantine
        max(case when noto_al is null then 1 else 0 end) as in_vigore
    from lotti
    where lettura = 1
    group by file_id
),

quarantena as (
    select
        file_id,
        count(distinct concat_ws('/', coalesce(foglio, ''), cast(riga as string))) as righe
    from {{ ref('stg_flussi__quarantena') }}
    where gravita = 'errore' and riga is not null
    group by file_id
)

select
    'file' as che_cosa,
    file_flussi.file_id,
    cast(null as integer) as lotto,
    file_flussi.righe_lette,
    file_flussi.righe_caricate,
    file_flussi.righe_in_quarantena,
    cast(caricate.righe as integer) as righe_trovate,
    cast(quarantena.righe as integer) as righe_trovate_in_quarantena
from file_flussi
left join caricate on file_flussi.file_id = caricate.file_id and file_flussi.stato <> 'respinto'
left join quarantena on file_flussi.file_id = quarantena.file_id
where
    coalesce(file_flussi.righe_lette <> file_flussi.righe_caricate + file_flussi.righe_in_quarantena, true)
    or file_flussi.righe_caricate <> coalesce(caricate.righe, 0)
    or (
        file_flussi.stato <> 'respinto'
        and file_flussi.righe_in_quarantena <> coalesce(quarantena.righe, 0)
        and (coalesce(caricate.in_vigore, 1) = 1 or quarantena.righe is not null)
    )
union all
select
    'lotto' as che_cosa,
    file_id,
    lotto,
    cast(null as integer) as righe_lette,
    cast(righe_dichiarate as integer) as righe_caricate,
    cast(null as integer) as righe_in_quarantena,
    cast(righe_trovate as integer) as righe_trovate,
    cast(null as integer) as righe_trovate_in_quarantena
from lotti_confrontati
where coalesce(righe_dichiarate <> righe_trovate, true)
