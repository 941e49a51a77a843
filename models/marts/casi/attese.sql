-- Grain: one row per ente, anno and misura.
with righe as (
    select * from {{ ref('int_domande_righe') }}
),

ordinate as (
    select
        righe.*,
        -- the calls first, from the shortest wait: the others take no place among them
        row_number()
            over (partition by righe.ente_id, righe.anno, righe.misura order by righe.attesa_giorni nulls last)
            as rango,
        count(righe.attesa_giorni) over (partition by righe.ente_id, righe.anno, righe.misura) as chiamate
    from righe
),

contate as (
    select
        ente_id,
        anno,
        misura,
        cast(count(attesa_giorni) as integer) as domande_con_chiamata,
        cast(count(distinct case when attesa_giorni is not null then codice_utente end) as integer) as persone_chiamate,
        {{ percentile('attesa_giorni', 'rango', 'chiamate', '0.5') }} as attesa_mediana_giorni,
        {{ percentile('attesa_giorni', 'rango', 'chiamate', '0.9') }} as attesa_p90_giorni,
        cast(count(distinct case when is_in_attesa then codice_utente end) as integer) as persone_in_attesa,
        {{ elenco('file_id') }} as file
    from ordinate
    group by ente_id, anno, misura
)

select
    ente_id,
    anno,
    misura,
    domande_con_chiamata,
    persone_chiamate,
    attesa_mediana_giorni,
    attesa_p90_giorni,
    persone_in_attesa,
    {{ origine_flusso() }} as origine_dato,
    file,
    -- most measures say something of a person's health
    cast(5 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from contate
