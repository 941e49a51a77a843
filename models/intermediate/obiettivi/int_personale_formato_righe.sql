-- Grain: one row per calcolo, anno, worker and loaded row: the employment that makes the worker count (is_presenza
-- false) and the attendances of the year that cover the worker. Of whoever is employed without a term, of the area of
-- the calcolo, at the end of a year whose attendances are known.
with formazione as (
    select * from {{ ref('int_formazione_correnti') }}
),

profili as (
    select
        profilo,
        area
    from {{ ref('profili') }}
    where area is not null
),

temi as (
    select
        righe.calcolo,
        righe.area,
        righe.tema
    from (
        values
        ('personale_in_supervisione', 'sociale', 'supervisione monoprofessionale'),
        ('personale_in_supervisione', 'sociale', 'supervisione organizzativa'),
        ('personale_in_supervisione', 'sociale', 'supervisione individuale'),
        ('personale_formato_ia', 'amministrativo', 'intelligenza artificiale')
    ) as righe (calcolo, area, tema)
),

aree as (
    select distinct
        calcolo,
        area
    from temi
),

anni as (
    select distinct
        ente_id,
        anno
    from formazione
),

in_servizio as (
    select
        rapporti.ente_id,
        aree.calcolo,
        anni.anno,
        rapporti.codice_operatore,
        make_date(anni.anno, 12, 31) as giorno,
        rapporti.file_id,
        rapporti.foglio,
        rapporti.riga
    from {{ ref('int_personale_rapporti') }} as rapporti
    inner join profili on rapporti.profilo = profili.profilo
    inner join aree on profili.area = aree.area
    inner join anni
        on
            rapporti.ente_id = anni.ente_id
            -- who is there at the end of a year is known from then on
            and rapporti.data_estrazione >= make_date(anni.anno, 12, 31)
    where
        rapporti.contratto = 'indeterminato'
        and rapporti.dal <= make_date(anni.anno, 12, 31)
        -- who leaves on a day is no longer there at its end
        and coalesce(rapporti.al, cast('9999-12-31' as date)) > make_date(anni.anno, 12, 31)
)

select
    ente_id,
    calcolo,
    anno,
    codice_operatore,
    giorno,
    false as is_presenza,
    file_id,
    foglio,
    riga
from in_servizio
union all
select
    in_servizio.ente_id,
    in_servizio.calcolo,
    in_servizio.anno,
    in_servizio.codice_operatore,
    in_servizio.giorno,
    true as is_presenza,
    formazione.file_id,
    formazione.foglio,
    formazione.riga
from in_servizio
inner join formazione
    on
        in_servizio.ente_id = formazione.ente_id
        and in_servizio.anno = formazione.anno
        and in_servizio.codice_operatore = formazione.codice_operatore
inner join temi on in_servizio.calcolo = temi.calcolo and formazione.tema = temi.tema
