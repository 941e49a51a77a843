-- Regrains: one row per movement -> one row per movement and anno_spesa it counts in: each year, its own or a later
-- one, in which something of its fund and annualità is spent. Cash in changes neither the fund nor what is spent.
with movimenti as (
    select * from {{ ref('int_movimenti_fondi_correnti') }}
    where tipo <> 'incasso'
),

anni_di_spesa as (
    select distinct
        ente_id,
        fondo,
        annualita,
        anno as anno_spesa
    from movimenti
    where tipo = 'spesa'
)

select
    movimenti.ente_id,
    movimenti.fondo,
    movimenti.annualita,
    anni_di_spesa.anno_spesa,
    movimenti.anno = anni_di_spesa.anno_spesa as is_dell_anno,
    movimenti.tipo,
    movimenti.segno,
    movimenti.importo_eur,
    movimenti.origine_dato,
    movimenti.file_id,
    movimenti.foglio,
    movimenti.riga
from movimenti
inner join anni_di_spesa
    on
        movimenti.ente_id = anni_di_spesa.ente_id
        and movimenti.fondo = anni_di_spesa.fondo
        and movimenti.annualita = anni_di_spesa.annualita
        and movimenti.anno <= anni_di_spesa.anno_spesa
