-- Regrains: rows and monthly hours -> one row per ente, servizio, indicatore, dimensione, modalita, rilevazione, anno.
-- Stated figures come as they are. All that the flussi say, also where a document prints the same figure.
with righe as (
    select * from {{ ref('int_attivita_persone_righe') }}
),

mensili as (
    select * from {{ ref('int_ore_servizio_correnti') }}
),

annuali as (
    select * from {{ ref('int_servizio_utenti_annuali') }}
),

dichiarate as (
    select * from {{ ref('int_attivita_dichiarate_righe') }}
),

contate as (
    select
        ente_id,
        servizio,
        indicatore,
        dimensione,
        modalita,
        rilevazione,
        anno,
        unita,
        count(*) as righe,
        count(distinct codice_utente) as persone,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, servizio, indicatore, dimensione, modalita, rilevazione, anno, unita
),

ore as (
    select
        ente_id,
        servizio,
        anno,
        cast(sum(ore_erogate) as decimal(18, 4)) as ore_erogate,
        {{ elenco('file_id') }} as file
    from mensili
    group by ente_id, servizio, anno
),

-- as in the printed tables: who is served in two sub-ambiti counts in both
utenti as (
    select
        ente_id,
        servizio,
        anno,
        cast(sum(utenti) as integer) as utenti
    from annuali
    group by ente_id, servizio, anno
),

erogate as (
    select
        ore.ente_id,
        ore.servizio,
        ore.anno,
        ore.ore_erogate,
        ore.file,
        utenti.utenti
    from ore
    inner join utenti
        on ore.ente_id = utenti.ente_id and ore.servizio = utenti.servizio and ore.anno = utenti.anno
)

select
    ente_id,
    servizio,
    indicatore,
    dimensione,
    modalita,
    rilevazione,
    anno,
    cast(case when unita = 'persone' then persone else righe end as decimal(18, 4)) as valore,
    unita,
    cast(persone as integer) as persone,
    file
from contate
union all
select
    ente_id,
    servizio,
    'utenti_nell_anno' as indicatore,
    cast(null as string) as dimensione,
    cast(null as string) as modalita,
    'nell_anno' as rilevazione,
    anno,
    cast(utenti as decimal(18, 4)) as valore,
    'persone' as unita,
    utenti as persone,
    file
from erogate
union all
select
    ente_id,
    servizio,
    'ore_erogate' as indicatore,
    cast(null as string) as dimensione,
    cast(null as string) as modalita,
    'nell_anno' as rilevazione,
    anno,
    ore_erogate as valore,
    'ore' as unita,
    utenti as persone,
    file
from erogate
union all
select
    ente_id,
    servizio,
    indicatore,
    dimensione,
    modalita,
    rilevazione,
    anno,
    cast(valore as decimal(18, 4)) as valore,
    unita,
    persone,
    file_id as file
from dichiarate
