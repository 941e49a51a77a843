-- Grain: one row per ente, data_riferimento and profilo. Contract and time are two ways to divide the same persons: the
-- documents print each by itself, never the one within the other.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
),

etichette as (
    select * from {{ ref('etichette') }}
    where dimensione = 'profilo'
),

date_prospetti as (
    select * from {{ ref('date_prospetti') }}
),

cifre_nel_testo as (
    select * from {{ ref('eventi_personale') }}
    where evento = 'in_servizio'
),

righe as (
    select * from {{ ref('int_personale_in_servizio_righe') }}
),

-- left joins: a profile or a table nobody declared must surface as a NULL, which the contract refuses
stampati as (
    select
        celle.ente_id,
        date_prospetti.data_riferimento,
        etichette.membro as profilo,
        {{ cifra('personale_in_servizio', 'integer') }} as persone,
        {{ cifra('personale_tempo_indeterminato', 'integer') }} as tempo_indeterminato,
        {{ cifra('personale_tempo_determinato', 'integer') }} as tempo_determinato,
        {{ cifra('personale_collaboratori_a_progetto', 'integer') }} as collaborazione,
        {{ cifra('personale_in_comando', 'integer') }} as comando,
        {{ cifra('personale_tempo_pieno', 'integer') }} as tempo_pieno,
        {{ cifra('personale_part_time', 'integer') }} as tempo_parziale,
        {{ elenco('celle.cella_id') }} as celle
    from celle
    left join etichette on celle.voce_di_riga = etichette.etichetta
    left join date_prospetti
        on celle.documento = date_prospetti.documento and celle.tabella = date_prospetti.tabella
    where celle.fatto = 'personale_in_servizio'
    group by celle.ente_id, date_prospetti.data_riferimento, etichette.membro
),

-- a sentence that gives the staff of no date, divided in its own way
nel_testo as (
    select
        celle.ente_id,
        cifre_nel_testo.profilo,
        cast(celle.valore as integer) as persone,
        celle.cella_id as celle
    from celle
    inner join cifre_nel_testo
        on
            celle.documento = cifre_nel_testo.documento
            and celle.misura = cifre_nel_testo.misura
            and celle.voce_di_riga = cifre_nel_testo.voce
    where celle.tabella = 'testo'
),

contati as (
    select
        ente_id,
        data_riferimento,
        profilo,
        cast(count(*) as integer) as persone,
        cast(count(case when contratto = 'indeterminato' then 1 end) as integer) as tempo_indeterminato,
        cast(count(case when contratto = 'determinato' then 1 end) as integer) as tempo_determinato,
        cast(count(case when contratto = 'collaborazione' then 1 end) as integer) as collaborazione,
        cast(count(case when contratto = 'comando' then 1 end) as integer) as comando,
        cast(count(case when tempo = 'pieno' then 1 end) as integer) as tempo_pieno,
        cast(count(case when tempo = 'parziale' then 1 end) as integer) as tempo_parziale,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, data_riferimento, profilo
),

tutti as (
    select
        ente_id,
        data_riferimento,
        profilo,
        persone,
        tempo_indeterminato,
        tempo_determinato,
        collaborazione,
        comando,
        tempo_pieno,
        tempo_parziale,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from stampati
    union all
    select
        ente_id,
        cast(null as date) as data_riferimento,
        profilo,
        persone,
        cast(null as integer) as tempo_indeterminato,
        cast(null as integer) as tempo_determinato,
        cast(null as integer) as collaborazione,
        cast(null as integer) as comando,
        cast(null as integer) as tempo_pieno,
        cast(null as integer) as tempo_parziale,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file,
        cast(null as integer) as soglia_persone
    from nel_testo
    union all
    -- the documents prevail: of a day they print, the roster says nothing here
    select
        contati.ente_id,
        contati.data_riferimento,
        contati.profilo,
        contati.persone,
        contati.tempo_indeterminato,
        contati.tempo_determinato,
        contati.collaborazione,
        contati.comando,
        contati.tempo_pieno,
        contati.tempo_parziale,
        {{ origine_flusso('contati.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        contati.file,
        cast(3 as integer) as soglia_persone
    from contati
    where {{ documento_tace('contati', 'stampati', ['ente_id', 'data_riferimento']) }}
)

select
    ente_id,
    data_riferimento,
    profilo,
    persone,
    tempo_indeterminato,
    tempo_determinato,
    collaborazione,
    comando,
    tempo_pieno,
    tempo_parziale,
    origine_dato,
    celle,
    file,
    soglia_persone,
    cast(null as string) as misure_soppresse
from tutti
