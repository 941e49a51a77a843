-- Grain: one row per ente, anno and fondo. A fund printed with nothing assigned (//) has a NULL amount.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'fondi_assegnati' and tipo_riga = 'dato'
),

movimenti as (
    select * from {{ ref('int_fondi_assegnati_movimenti') }}
),

fonti as (
    select
        fonte,
        provenienza
    from {{ ref('fonti') }}
),

vincoli as (
    select
        ente_id,
        fonte,
        vincolo
    from {{ ref('vincoli') }}
),

stampate as (
    select
        ente_id,
        anno,
        fondo,
        tipo_fondo as tipo,
        -- // in the column of the act means that no act is named
        nullif(atto, '//') as atto,
        cast(valore as decimal(18, 2)) as importo_eur,
        origine as origine_finanziamento,
        fondo_stampato,
        cast(null as string) as vincolo,
        'prospetto' as origine_dato,
        cella_id as celle,
        cast(null as string) as file
    from celle
    where misura = 'importo_assegnato'
),

anni_stampati as (
    select distinct
        ente_id,
        anno
    from stampate
),

-- the documents prevail: of a year they print, the movements say nothing here
assegnate as (
    select
        movimenti.ente_id,
        movimenti.anno,
        movimenti.fondo,
        movimenti.tipo,
        {{ elenco('movimenti.atto', '; ') }} as atto,
        cast(sum(movimenti.importo_eur) as decimal(18, 2)) as importo_eur,
        cast(null as string) as origine_finanziamento,
        cast(null as string) as fondo_stampato,
        case when min(movimenti.vincolo) = max(movimenti.vincolo) then max(movimenti.vincolo) end as vincolo,
        max(movimenti.origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('movimenti.file_id') }} as file
    from movimenti
    left join anni_stampati on movimenti.ente_id = anni_stampati.ente_id and movimenti.anno = anni_stampati.anno
    where anni_stampati.ente_id is null
    group by movimenti.ente_id, movimenti.anno, movimenti.fondo, movimenti.tipo
),

tutte as (
    select * from stampate
    union all
    select * from assegnate
)

select
    tutte.ente_id,
    cast(tutte.anno as integer) as anno,
    tutte.fondo,
    tutte.tipo,
    tutte.atto,
    tutte.importo_eur,
    fonti.provenienza,
    coalesce(tutte.vincolo, vincoli.vincolo) as vincolo,
    tutte.origine_finanziamento,
    tutte.fondo_stampato,
    tutte.origine_dato,
    tutte.celle,
    tutte.file
from tutte
left join fonti on tutte.fondo = fonti.fonte
left join vincoli
    on tutte.ente_id = vincoli.ente_id and tutte.fondo = vincoli.fonte and tutte.origine_dato = 'prospetto'
