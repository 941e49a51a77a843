-- Grain: one row per loaded row of popolazione (current lotti), with its ente and the classes of its age.
-- The rows behind each row of popolazione_comuni.
with righe as (
    select * from {{ ref('stg_flussi__popolazione') }}
),

lotti as (
    select * from {{ ref('stg_flussi__lotti') }}
),

comuni as (
    select * from {{ ref('comuni') }}
),

classi as (
    {%- for inizio in range(0, 100, 5) %}
        select
            {{ inizio }} as da,
            {{ inizio + 4 }} as a,
            '{{ '%02d-%02d' | format(inizio, inizio + 4) }}' as classe_eta
        union all
    {%- endfor %}
    select
        100 as da,
        120 as a,
        '100 e oltre' as classe_eta
)

select
    comuni.ente_id,
    comuni.comune,
    righe.codice_istat,
    righe.data as data_riferimento,
    righe.sesso,
    righe.cittadinanza,
    classi.classe_eta,
    case when righe.eta <= 14 then '0-14' when righe.eta <= 64 then '15-64' else '65 e oltre' end as fascia_eta,
    righe.residenti,
    righe.file_id,
    righe.foglio,
    righe.riga
from righe
inner join lotti on righe.lotto = lotti.lotto
inner join comuni on righe.codice_istat = comuni.codice_istat
inner join classi on righe.eta between classi.da and classi.a
where {{ lotti_validi() }}
