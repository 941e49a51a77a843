-- Grain: one row per ente, servizio, data_riferimento, dimensione and modalita.
-- Where a document prints a dimensione of an ente, servizio and day, its figures are the rows.
{#- What the running text counts, by its measure: the service, and the dimension its words are a value of. -#}
{%- set testo = {'minori_stranieri': ('TM', 'cittadinanza'), 'maggiorenni_in_carico': ('TM', 'fascia_eta')} %}
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
),

righe as (
    select * from {{ ref('int_casi_profilo_righe') }}
),

servizi as (
    select * from {{ ref('servizi') }}
),

stampate as (
    select
        ente_id,
        anno,
        servizio,
        case when sub_ambito is null then 'tipo_provvedimento' else 'sub_ambito' end as dimensione,
        coalesce(sub_ambito, voce) as modalita,
        valore,
        cella_id
    from celle
    where fatto = 'casi_profilo'
    {%- for misura, (servizio, dimensione) in testo.items() %}
        union all
        select
            ente_id,
            anno,
            '{{ servizio }}' as servizio,
            '{{ dimensione }}' as dimensione,
            voce as modalita,
            valore,
            cella_id
        from celle
        where tabella = 'testo' and misura = '{{ misura }}'
    {%- endfor %}
),

stampati as (
    select
        ente_id,
        servizio,
        make_date(cast(anno as integer), 12, 31) as data_riferimento,
        dimensione,
        modalita,
        cast(valore as integer) as casi_attivi,
        cella_id as celle
    from stampate
),

contati as (
    select
        ente_id,
        servizio,
        data_riferimento,
        dimensione,
        modalita,
        cast(count(data_apertura) as integer) as casi_attivi,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, servizio, data_riferimento, dimensione, modalita
)

select
    ente_id,
    servizio,
    data_riferimento,
    dimensione,
    modalita,
    casi_attivi,
    'prospetto' as origine_dato,
    celle,
    cast(null as string) as file,
    -- printed in an approved document: it is public already, and nothing of it is hidden
    cast(null as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from stampati
union all
select
    contati.ente_id,
    contati.servizio,
    contati.data_riferimento,
    contati.dimensione,
    contati.modalita,
    contati.casi_attivi,
    {{ origine_flusso('contati.ente_id') }} as origine_dato,
    cast(null as string) as celle,
    contati.file,
    cast(servizi.soglia_persone as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from contati
left join servizi on contati.servizio = servizi.servizio
where {{ documento_tace('contati', 'stampati', ['ente_id', 'servizio', 'data_riferimento', 'dimensione']) }}
