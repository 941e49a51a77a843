-- Grain: one row per loaded row (current lotti) of domande, prese_in_carico and collocamenti, and figure it counts in.
-- The persons asking are also told by sub_ambito; the applications are not: with both, what is hidden of the one could
-- be read in the other.
with domande as (
    select * from {{ ref('int_domande_righe') }}
),

prese_in_carico as (
    select * from {{ ref('stg_flussi__prese_in_carico') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

collocamenti as (
    select * from {{ ref('int_collocamenti_righe') }}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
),

servizi as (
    select * from {{ ref('servizi_attivita') }}
),

richieste as (
    select
        domande.ente_id,
        servizi.servizio,
        domande.anno,
        domande.codice_utente,
        coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito,
        domande.file_id,
        domande.foglio,
        domande.riga
    from domande
    inner join servizi on domande.misura = servizi.misura
    left join residenze
        on
            domande.ente_id = residenze.ente_id
            and domande.codice_istat = residenze.codice_istat
            and domande.data_domanda between residenze.valido_dal and residenze.valido_al
),

contate as (
    {%- for indicatore, unita, dimensione, modalita in [
        ('domande_presentate', 'domande', 'cast(null as string)', 'cast(null as string)'),
        ('richiedenti', 'persone', 'cast(null as string)', 'cast(null as string)'),
        ('richiedenti', 'persone', "'sub_ambito'", 'sub_ambito'),
    ] %}
        select
            ente_id,
            servizio,
            '{{ indicatore }}' as indicatore,
            {{ dimensione }} as dimensione,
            {{ modalita }} as modalita,
            anno,
            '{{ unita }}' as unita,
            codice_utente,
            file_id,
            foglio,
            riga
        from richieste
        union all
    {%- endfor %}
    select
        prese_in_carico.ente_id,
        prese_in_carico.servizio,
        'nuovi_utenti' as indicatore,
        cast(null as string) as dimensione,
        cast(null as string) as modalita,
        cast(extract(year from prese_in_carico.data_apertura) as integer) as anno,
        'persone' as unita,
        prese_in_carico.codice_utente,
        prese_in_carico.file_id,
        prese_in_carico.foglio,
        prese_in_carico.riga
    from prese_in_carico
    inner join lotti on prese_in_carico.lotto = lotti.lotto
    where prese_in_carico.servizio = 'SIL' and {{ lotti_validi() }}
    union all
    select
        ente_id,
        'RETE_DISABILITA' as servizio,
        'soggetti_inseriti' as indicatore,
        'struttura' as dimensione,
        'CDD' as modalita,
        anno,
        'persone' as unita,
        codice_utente,
        file_id,
        foglio,
        riga
    from collocamenti
    where tipo_collocamento = 'cdd'
)

select
    ente_id,
    servizio,
    indicatore,
    dimensione,
    modalita,
    'nell_anno' as rilevazione,
    anno,
    unita,
    codice_utente,
    file_id,
    foglio,
    riga
from contate
