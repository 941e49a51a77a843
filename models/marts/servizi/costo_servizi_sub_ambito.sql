-- Grain: one row per ente, anno, servizio and sub_ambito.
-- Where a document prints an ente, anno and servizio, its figures are the rows; otherwise those of the flussi are. The
-- two are compared in quadrature_flussi.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'costo_servizi_sub_ambito' and tipo_riga = 'dato'
),

da_flusso as (
    select * from {{ ref('int_servizi_da_flusso') }}
    -- the services that the documents count by sub-ambito; the hours of the others are in ore_servizio_mensili
    where servizio in ('SAAP', 'SAD', 'ADM', 'SIP')
),

servizi as (
    select * from {{ ref('servizi') }}
),

popolazione as (
    select * from {{ ref('int_popolazione_sub_ambiti') }}
),

stampati as (
    select
        ente_id,
        anno,
        servizio,
        sub_ambito,
        {{ cifra('utenti_nell_anno', 'integer') }} as utenti_nell_anno,
        {{ cifra('ore_erogate', 'decimal(14, 2)') }} as ore_erogate,
        {{ cifra('costo') }} as costo_eur,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno, servizio, sub_ambito
),

misure as (
    select
        ente_id,
        cast(anno as integer) as anno,
        servizio,
        sub_ambito,
        utenti_nell_anno,
        ore_erogate,
        costo_eur,
        cast(null as integer) as mesi_caricati,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        -- printed in an approved document: it is public already, and nothing of it is hidden
        cast(null as integer) as soglia_persone
    from stampati
    union all
    select
        da_flusso.ente_id,
        da_flusso.anno,
        da_flusso.servizio,
        da_flusso.sub_ambito,
        da_flusso.utenti as utenti_nell_anno,
        da_flusso.ore as ore_erogate,
        da_flusso.costo as costo_eur,
        da_flusso.mesi_caricati,
        {{ origine_flusso('da_flusso.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        da_flusso.file,
        cast(servizi.soglia_persone as integer) as soglia_persone
    from da_flusso
    left join servizi on da_flusso.servizio = servizi.servizio
    where {{ documento_tace('da_flusso', 'stampati', ['ente_id', 'anno', 'servizio']) }}
)

select
    misure.ente_id,
    misure.anno,
    misure.servizio,
    misure.sub_ambito,
    misure.utenti_nell_anno,
    misure.ore_erogate,
    misure.costo_eur,
    cast({{ divisione('misure.costo_eur', 'misure.ore_erogate', 2) }} as decimal(18, 2)) as costo_orario_eur,
    cast({{ divisione('misure.costo_eur', 'misure.utenti_nell_anno', 2) }} as decimal(18, 2)) as costo_utente_eur,
    popolazione.popolazione,
    popolazione.data as popolazione_al,
    cast({{ divisione('misure.costo_eur', 'popolazione.popolazione', 2) }} as decimal(18, 2)) as costo_pro_capite_eur,
    misure.mesi_caricati,
    misure.origine_dato,
    misure.celle,
    misure.file,
    misure.soglia_persone,
    cast(null as string) as misure_soppresse
from misure
left join popolazione
    on
        misure.ente_id = popolazione.ente_id
        and misure.sub_ambito = popolazione.sub_ambito
        and make_date(misure.anno, 1, 1) >= popolazione.data
        and make_date(misure.anno, 1, 1) < popolazione.prima_del
