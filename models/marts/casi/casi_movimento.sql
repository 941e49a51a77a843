-- Grain: one row per ente, servizio, mese and sub_ambito, from its first opening to the month of the extraction.
-- At the start + new - closed = at the end, and the end of a month is the start of the next.
with casi as (
    select * from {{ ref('int_casi_correnti') }}
),

mesi as (
    select * from {{ ref('int_mesi') }}
),

servizi as (
    select * from {{ ref('servizi') }}
),

eventi as (
    select
        ente_id,
        servizio,
        sub_ambito,
        cast(date_trunc('month', data_apertura) as date) as mese,
        data_apertura,
        cast(null as date) as data_chiusura
    from casi
    union all
    select
        ente_id,
        servizio,
        sub_ambito,
        cast(date_trunc('month', data_chiusura) as date) as mese,
        cast(null as date) as data_apertura,
        data_chiusura
    from casi
    where data_chiusura is not null
),

eventi_mensili as (
    select
        ente_id,
        servizio,
        sub_ambito,
        mese,
        count(data_apertura) as nuovi,
        count(data_chiusura) as chiusi
    from eventi
    group by ente_id, servizio, sub_ambito, mese
),

sub_ambiti as (
    select
        ente_id,
        servizio,
        sub_ambito,
        cast(date_trunc('month', min(data_apertura)) as date) as primo_mese,
        max(data_estrazione) as data_estrazione,
        {{ elenco('file_id') }} as file
    from casi
    group by ente_id, servizio, sub_ambito
),

griglia as (
    select
        sub_ambiti.ente_id,
        sub_ambiti.servizio,
        mesi.mese,
        sub_ambiti.sub_ambito,
        sub_ambiti.file,
        coalesce(eventi_mensili.nuovi, 0) as nuovi,
        coalesce(eventi_mensili.chiusi, 0) as chiusi
    from sub_ambiti
    inner join mesi on mesi.mese between sub_ambiti.primo_mese and sub_ambiti.data_estrazione
    left join eventi_mensili
        on
            sub_ambiti.ente_id = eventi_mensili.ente_id
            and sub_ambiti.servizio = eventi_mensili.servizio
            and sub_ambiti.sub_ambito = eventi_mensili.sub_ambito
            and mesi.mese = eventi_mensili.mese
),

scorte as (
    select
        griglia.*,
        cast(
            sum(griglia.nuovi - griglia.chiusi)
                over (
                    partition by griglia.ente_id, griglia.servizio, griglia.sub_ambito order by griglia.mese nulls first
                )
            as integer
        ) as fine
    from griglia
)

select
    scorte.ente_id,
    scorte.servizio,
    scorte.mese,
    scorte.sub_ambito,
    cast(scorte.fine - scorte.nuovi + scorte.chiusi as integer) as casi_inizio,
    cast(scorte.nuovi as integer) as casi_nuovi,
    cast(scorte.chiusi as integer) as casi_chiusi,
    scorte.fine as casi_fine,
    scorte.mese = max(scorte.mese) over (
        partition by scorte.ente_id, scorte.servizio, scorte.sub_ambito, extract(year from scorte.mese)
    ) as is_ultimo_mese,
    {{ origine_flusso('scorte.ente_id') }} as origine_dato,
    scorte.file,
    cast(servizi.soglia_persone as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from scorte
left join servizi on scorte.servizio = servizi.servizio
