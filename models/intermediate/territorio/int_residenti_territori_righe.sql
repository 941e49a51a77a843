-- Grain: one row per loaded row of popolazione (current lotti) and territorio it is in: comune, sub_ambito, ambito.
-- A territorio is there only when it is whole: a sub_ambito as int_popolazione_sub_ambiti says, an ambito as
-- int_popolazione_enti does.
with residenti as (
    select * from {{ ref('int_residenti_righe') }}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
),

sub_ambiti_interi as (
    select * from {{ ref('int_popolazione_sub_ambiti') }}
),

ambiti_interi as (
    select * from {{ ref('int_popolazione_enti') }}
),

enti as (
    select
        enti.ente_id,
        ambiti.nome as ambito
    from {{ ref('enti') }} as enti
    inner join {{ ref('ambiti') }} as ambiti on enti.ambito_id = ambiti.ambito_id
)

select
    'comune' as livello,
    residenti.comune as territorio,
    residenti.ente_id,
    residenti.codice_istat,
    residenti.data_riferimento,
    residenti.fascia_eta,
    residenti.cittadinanza,
    residenti.residenti,
    residenti.file_id,
    residenti.foglio,
    residenti.riga
from residenti
union all
select
    'sub_ambito' as livello,
    residenze.sub_ambito as territorio,
    residenti.ente_id,
    residenti.codice_istat,
    residenti.data_riferimento,
    residenti.fascia_eta,
    residenti.cittadinanza,
    residenti.residenti,
    residenti.file_id,
    residenti.foglio,
    residenti.riga
from residenti
inner join residenze
    on
        residenti.ente_id = residenze.ente_id
        and residenti.codice_istat = residenze.codice_istat
        and residenti.data_riferimento between residenze.valido_dal and residenze.valido_al
inner join sub_ambiti_interi
    on
        residenze.ente_id = sub_ambiti_interi.ente_id
        and residenze.sub_ambito = sub_ambiti_interi.sub_ambito
        and residenti.data_riferimento = sub_ambiti_interi.data
union all
select
    'ambito' as livello,
    enti.ambito as territorio,
    residenti.ente_id,
    residenti.codice_istat,
    residenti.data_riferimento,
    residenti.fascia_eta,
    residenti.cittadinanza,
    residenti.residenti,
    residenti.file_id,
    residenti.foglio,
    residenti.riga
from residenti
inner join ambiti_interi
    on residenti.ente_id = ambiti_interi.ente_id and residenti.data_riferimento = ambiti_interi.data
inner join enti on residenti.ente_id = enti.ente_id
