-- Grain: one row per ente, anno, tipo_collocamento, dettaglio and sub_ambito.
-- Persons, not placements: who goes from one structure to another of the same kind is neither new nor gone. At the
-- start + new = in the year = at the end + gone. Where a document prints an ente, anno and kind, its figures are the
-- rows. Of the flussi, the kinds that documents count so: the persons of the others in a year are in rette_annuali.
{#- What each measure counts: the kind of placement and the column. -#}
{%- set letture = {
    'nuovi_affidi': ('affido', 'persone_nuove'),
    'affidi_chiusi': ('affido', 'persone_uscite'),
    'minori_affidi_in_carico': ('affido', 'persone_fine'),
    'affidi_in_carico': ('affido', 'persone_nell_anno'),
    'affidi_per_tipo': ('affido', 'persone_nell_anno'),
    'minori_inseriti': ('centro diurno', 'persone_nell_anno'),
    'minori_presenti_fine_anno': ('centro diurno', 'persone_fine'),
} %}
{%- set misure = ['persone_inizio', 'persone_nuove', 'persone_uscite', 'persone_fine', 'persone_nell_anno'] %}
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        tipo_riga = 'dato'
        and (fatto = 'collocamenti_movimento' or (tabella = 'testo' and misura = 'minori_affidi_in_carico'))
),

righe as (
    select * from {{ ref('int_collocamenti_righe') }}
    where tipo_collocamento in ('affido', 'centro diurno')
),

letture as (
    {%- for misura, (tipo, colonna) in letture.items() %}
        select
            '{{ misura }}' as misura,
            '{{ tipo }}' as tipo_collocamento,
            '{{ colonna }}' as colonna
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

lette as (
    select
        celle.ente_id,
        celle.anno,
        letture.tipo_collocamento,
        case when celle.misura = 'affidi_per_tipo' then celle.voce else 'tutti' end as dettaglio,
        coalesce(celle.sub_ambito, 'Tutto l''ambito') as sub_ambito,
        letture.colonna as misura,
        celle.valore,
        celle.cella_id
    from celle
    inner join letture on celle.misura = letture.misura
),

stampati as (
    select
        ente_id,
        anno,
        tipo_collocamento,
        dettaglio,
        sub_ambito,
        {%- for misura in misure %}
            {{ cifra(misura, 'integer') }} as {{ misura }},
        {%- endfor %}
        {{ elenco('cella_id') }} as celle
    from lette
    group by ente_id, anno, tipo_collocamento, dettaglio, sub_ambito
),

persone as (
    select
        ente_id,
        anno,
        tipo_collocamento,
        dettaglio,
        sub_ambito,
        codice_utente,
        max(case when dal < make_date(anno, 1, 1) then 1 else 0 end) as all_inizio,
        max(case when al is null or al > make_date(anno, 12, 31) then 1 else 0 end) as alla_fine,
        max(contato_fino_al) as contato_fino_al
    from righe
    group by ente_id, anno, tipo_collocamento, dettaglio, sub_ambito, codice_utente
),

file_di_riga as (
    select
        ente_id,
        anno,
        tipo_collocamento,
        dettaglio,
        sub_ambito,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, tipo_collocamento, dettaglio, sub_ambito
),

contati as (
    select
        ente_id,
        anno,
        tipo_collocamento,
        dettaglio,
        sub_ambito,
        cast(sum(all_inizio) as integer) as persone_inizio,
        cast(sum(1 - all_inizio) as integer) as persone_nuove,
        cast(sum(1 - alla_fine) as integer) as persone_uscite,
        cast(sum(alla_fine) as integer) as persone_fine,
        cast(count(*) as integer) as persone_nell_anno,
        max(contato_fino_al) as contato_fino_al
    from persone
    group by ente_id, anno, tipo_collocamento, dettaglio, sub_ambito
)

select
    ente_id,
    cast(anno as integer) as anno,
    tipo_collocamento,
    dettaglio,
    sub_ambito,
    persone_inizio,
    persone_nuove,
    persone_uscite,
    persone_fine,
    persone_nell_anno,
    cast(null as date) as contato_fino_al,
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
    contati.anno,
    contati.tipo_collocamento,
    contati.dettaglio,
    contati.sub_ambito,
    contati.persone_inizio,
    contati.persone_nuove,
    contati.persone_uscite,
    contati.persone_fine,
    contati.persone_nell_anno,
    contati.contato_fino_al,
    {{ origine_flusso('contati.ente_id') }} as origine_dato,
    cast(null as string) as celle,
    file_di_riga.file,
    -- minors
    cast(5 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from contati
inner join file_di_riga
    on
        contati.ente_id = file_di_riga.ente_id
        and contati.anno = file_di_riga.anno
        and contati.tipo_collocamento = file_di_riga.tipo_collocamento
        and contati.dettaglio = file_di_riga.dettaglio
        and contati.sub_ambito = file_di_riga.sub_ambito
where {{ documento_tace('contati', 'stampati', ['ente_id', 'anno', 'tipo_collocamento']) }}
