-- Grain: one row per open case, data_riferimento and dimensione, with the modalita it has in it.
-- The rows behind each row of casi_profilo. Dates: every 31/12 up to the extraction, and the extraction.
with casi as (
    select * from {{ ref('int_casi_correnti') }}
),

mesi as (
    select * from {{ ref('int_mesi') }}
),

estrazioni as (
    select
        ente_id,
        servizio,
        min(data_apertura) as prima_apertura,
        max(data_estrazione) as data_estrazione
    from casi
    group by ente_id, servizio
),

date_riferimento as (
    select
        estrazioni.ente_id,
        estrazioni.servizio,
        last_day(mesi.mese) as data_riferimento
    from estrazioni
    inner join mesi on last_day(mesi.mese) between estrazioni.prima_apertura and estrazioni.data_estrazione
    where extract(month from mesi.mese) = 12
    union
    select
        ente_id,
        servizio,
        data_estrazione as data_riferimento
    from estrazioni
),

dimensioni as (
    {% for dimensione in (
        'tipo_provvedimento', 'fascia_eta', 'cittadinanza', 'ente_segnalante', 'collocamento', 'autorita', 'sub_ambito'
    ) %}
        select '{{ dimensione }}' as dimensione{{ ' union all' if not loop.last }}
    {% endfor %}
),

attivi as (
    select
        casi.*,
        date_riferimento.data_riferimento,
        -- of a birth only the year is known: the age reached in the year of the date
        cast(extract(year from date_riferimento.data_riferimento) as integer) - casi.anno_nascita as eta
    from casi
    inner join date_riferimento
        on
            casi.ente_id = date_riferimento.ente_id
            and casi.servizio = date_riferimento.servizio
            and casi.data_apertura <= date_riferimento.data_riferimento
            and coalesce(casi.data_chiusura, cast('9999-12-31' as date)) > date_riferimento.data_riferimento
)

select
    attivi.ente_id,
    attivi.servizio,
    attivi.data_riferimento,
    dimensioni.dimensione,
    coalesce(
        case dimensioni.dimensione
            when 'tipo_provvedimento' then attivi.tipo_provvedimento
            when 'cittadinanza' then attivi.cittadinanza
            when 'ente_segnalante' then attivi.ente_segnalante
            when 'collocamento' then attivi.collocamento
            when 'autorita' then attivi.autorita
            when 'sub_ambito' then attivi.sub_ambito
            when 'fascia_eta'
                then
                    case
                        when attivi.eta <= 5 then '00-05'
                        when attivi.eta <= 10 then '06-10'
                        when attivi.eta <= 13 then '11-13'
                        when attivi.eta <= 17 then '14-17'
                        when attivi.eta <= 24 then '18-24'
                        when attivi.eta <= 64 then '25-64'
                        when attivi.eta >= 65 then '65 e oltre'
                    end
        end, 'non indicato'
    ) as modalita,
    attivi.data_apertura,
    attivi.data_chiusura,
    attivi.file_id,
    attivi.foglio,
    attivi.riga
from attivi
cross join dimensioni
