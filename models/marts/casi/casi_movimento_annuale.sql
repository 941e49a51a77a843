-- Grain: one row per ente, servizio, anno and sub_ambito. Regrains: the months of casi_movimento -> the year.
-- Stocks are those of the first and of the last month; what is opened and closed adds up. Where a document prints an
-- ente, servizio and anno, its figures are the rows: of the whole ambito, and none of the flussi stands beside.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'casi_movimento_annuale' and tipo_riga = 'dato'
),

mesi as (
    select * from {{ ref('casi_movimento') }}
),

stampati as (
    select
        ente_id,
        servizio,
        anno,
        coalesce(sub_ambito, 'Tutto l''ambito') as sub_ambito,
        {{ cifra('minori_in_carico_inizio_anno', 'integer') }} as casi_inizio,
        {{ cifra('nuovi_casi', 'integer') }} as casi_nuovi,
        {{ cifra('casi_chiusi', 'integer') }} as casi_chiusi,
        {{ cifra('minori_in_carico_fine_anno', 'integer') }} as casi_fine,
        {{ cifra('minori_nell_anno', 'integer') }} as casi_nell_anno,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, servizio, anno, coalesce(sub_ambito, 'Tutto l''ambito')
),

anni as (
    select
        ente_id,
        servizio,
        cast(extract(year from mese) as integer) as anno,
        sub_ambito,
        min(mese) as primo_mese,
        cast(sum(casi_nuovi) as integer) as casi_nuovi,
        cast(sum(casi_chiusi) as integer) as casi_chiusi,
        cast(sum(case when is_ultimo_mese then casi_fine end) as integer) as casi_fine,
        cast(count(*) as integer) as mesi_coperti,
        max(origine_dato) as origine_dato,
        max(file) as file,
        max(soglia_persone) as soglia_persone
    from mesi
    group by ente_id, servizio, extract(year from mese), sub_ambito
)

select
    ente_id,
    servizio,
    cast(anno as integer) as anno,
    sub_ambito,
    casi_inizio,
    casi_nuovi,
    casi_chiusi,
    casi_fine,
    casi_nell_anno,
    cast(null as integer) as mesi_coperti,
    'prospetto' as origine_dato,
    celle,
    cast(null as string) as file,
    -- printed in an approved document: it is public already, and nothing of it is hidden
    cast(null as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from stampati
union all
select
    anni.ente_id,
    anni.servizio,
    anni.anno,
    anni.sub_ambito,
    mesi.casi_inizio,
    anni.casi_nuovi,
    anni.casi_chiusi,
    anni.casi_fine,
    cast(mesi.casi_inizio + anni.casi_nuovi as integer) as casi_nell_anno,
    anni.mesi_coperti,
    anni.origine_dato,
    cast(null as string) as celle,
    anni.file,
    anni.soglia_persone,
    cast(null as string) as misure_soppresse
from anni
inner join mesi
    on
        anni.ente_id = mesi.ente_id
        and anni.servizio = mesi.servizio
        and anni.sub_ambito = mesi.sub_ambito
        and anni.primo_mese = mesi.mese
where {{ documento_tace('anni', 'stampati', ['ente_id', 'servizio', 'anno']) }}
