-- Grain: one row per ente, servizio, anno and sub_ambito. Regrains: the months of casi_movimento -> the year.
-- Stocks are those of the first and of the last month; what is opened and closed adds up.
with mesi as (
    select * from {{ ref('casi_movimento') }}
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
