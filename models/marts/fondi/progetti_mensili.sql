-- Grain: one row per ente, anno_registro, numero and mese: a project in each month in which it runs.
-- A project without both dates runs in no known month: it stands in progetti alone.
with progetti as (
    select * from {{ ref('progetti') }}
    where avvio is not null and conclusione is not null
),

mesi as (
    select * from {{ ref('int_mesi') }}
),

aperti as (
    select
        progetti.*,
        mesi.mese,
        12 * (extract(year from progetti.conclusione) - extract(year from mesi.mese))
        + extract(month from progetti.conclusione) - extract(month from mesi.mese) as mesi_alla_conclusione
    from progetti
    -- the first day of the month is not past the end, and the project begins by its last day
    inner join mesi on progetti.conclusione >= mesi.mese and progetti.avvio <= last_day(mesi.mese)
)

select
    ente_id,
    anno_registro,
    numero,
    mese,
    titolo,
    ruolo,
    finanziatore,
    fonte,
    totale_eur,
    finanziato_eur,
    assegnato_ambito_eur,
    assegnato_ente_eur,
    cofinanziamento_eur,
    conclusione,
    cast(mesi_alla_conclusione as integer) as mesi_alla_conclusione,
    mesi_alla_conclusione <= 12 as scade_entro_12_mesi,
    origine_dato,
    celle
from aperti
