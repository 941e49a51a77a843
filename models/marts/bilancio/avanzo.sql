-- Grain: one row per ente, esercizio, voce, vincolo and anno_utilizzo.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'avanzo' and tipo_riga = 'dato'
),

movimenti as (
    select * from {{ ref('int_movimenti_fondi_per_esercizio') }}
),

origini as (
    select * from {{ ref('avanzo_origini') }}
),

stampate as (
    select
        ente_id,
        anno as esercizio,
        voce,
        vincolo,
        anno_utilizzo,
        cast(valore as decimal(18, 2)) as importo_eur,
        cast(null as string) as fondo,
        'prospetto' as origine_dato,
        cella_id as celle,
        cast(null as string) as file
    from celle
    -- a printed dash is no avanzo; a cell in quarantine has no value and no dash, and the contract refuses it
    where misura = 'avanzo' and segnaposto is null
),

residui as (
    select
        ente_id,
        esercizio,
        voce,
        vincolo,
        anno_utilizzo,
        cast(sum(segno * importo_eur) as decimal(18, 2)) as importo_eur,
        max(fondo) as fondo,
        max(origine_dato) as origine_dato,
        cast(null as string) as celle,
        {{ elenco('file_id') }} as file
    from movimenti
    group by ente_id, esercizio, voce, vincolo, anno_utilizzo
),

tutte as (
    select * from stampate
    union all
    -- the documents prevail: of an esercizio they print, the movements say nothing here
    select residui.*
    from residui
    -- nothing left is no avanzo; less than nothing is shown as it is
    where {{ documento_tace('residui', 'stampate', ['ente_id', 'esercizio']) }} and residui.importo_eur <> 0
)

select
    tutte.ente_id,
    cast(tutte.esercizio as integer) as esercizio,
    tutte.voce,
    tutte.vincolo,
    cast(tutte.anno_utilizzo as integer) as anno_utilizzo,
    tutte.importo_eur,
    -- what it comes from: the fund of the movements, or what a label or the arithmetic of the document proves
    coalesce(tutte.fondo, origini.fonte) as fonte,
    cast(origini.progetto as integer) as progetto,
    origini.area,
    origini.prova,
    tutte.origine_dato,
    tutte.celle,
    tutte.file
from tutte
left join origini
    on tutte.ente_id = origini.ente_id and tutte.esercizio = origini.esercizio and tutte.voce = origini.voce
