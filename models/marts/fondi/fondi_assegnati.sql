-- Grain: one row per ente, anno and fondo. A fund printed with nothing assigned (//) has a NULL amount.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'fondi_assegnati' and tipo_riga = 'dato'
),

movimenti as (
    select * from {{ ref('int_fondi_assegnati_movimenti') }}
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
    ente_id,
    cast(anno as integer) as anno,
    fondo,
    tipo,
    atto,
    importo_eur,
    origine_finanziamento,
    fondo_stampato,
    origine_dato,
    celle,
    file
from tutte
