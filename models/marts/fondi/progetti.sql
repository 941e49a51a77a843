-- Grain: one row per ente, anno_registro and numero: a project of the register as it stands at the end of a year.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'progetti' and tipo_riga = 'dato'
),

etichette as (
    select
        etichetta,
        membro
    from {{ ref('etichette') }}
    where dimensione = 'fonte'
),

ruoli as (
    select * from {{ ref('capofila') }}
),

righe as (
    select
        ente_id,
        anno_pubblicazione,
        riga,
        voce_di_riga as titolo,
        {{ cifra('numero_progetto', 'integer') }} as numero,
        max(case when misura = 'capofila' then testo end) as capofila,
        max(case when misura = 'finanziatore' then testo end) as finanziatore,
        max(case when misura = 'note' then testo end) as note,
        {{ cifra('importo_totale') }} as totale_eur,
        {{ cifra('importo_finanziato') }} as finanziato_eur,
        {{ cifra('assegnato_ambito') }} as assegnato_ambito_eur,
        {{ cifra('assegnato_csc') }} as assegnato_ente_eur,
        {{ cifra('cofinanziamento_csc') }} as cofinanziamento_eur,
        -- the only words that the register prints in the place of that amount
        max(case when misura = 'assegnato_csc' and segnaposto = 'dichiarato' then 1 else 0 end) as senza_portafoglio,
        -- a date is printed as a month and year, or as a year alone: then `valore` holds it
        max(
            case when misura = 'avvio' then coalesce(valore_data, make_date(cast(valore as integer), 1, 1)) end
        ) as avvio,
        max(case when misura = 'avvio' then testo end) as avvio_stampato,
        max(
            case
                when misura = 'conclusione'
                    then last_day(coalesce(valore_data, make_date(cast(valore as integer), 12, 1)))
            end
        ) as conclusione,
        max(case when misura = 'conclusione' then testo end) as conclusione_stampata,
        {{ elenco('cella_id') }} as celle
    from celle
    group by ente_id, anno_pubblicazione, documento, tabella, riga, voce_di_riga
)

select
    righe.ente_id,
    cast(righe.anno_pubblicazione as integer) as anno_registro,
    righe.numero,
    righe.titolo,
    righe.capofila,
    ruoli.ruolo,
    righe.finanziatore,
    etichette.membro as fonte,
    righe.totale_eur,
    righe.finanziato_eur,
    righe.assegnato_ambito_eur,
    righe.assegnato_ente_eur,
    righe.senza_portafoglio = 1 as is_senza_portafoglio,
    righe.cofinanziamento_eur,
    cast(righe.avvio as date) as avvio,
    righe.avvio_stampato,
    cast(righe.conclusione as date) as conclusione,
    righe.conclusione_stampata,
    righe.note,
    'prospetto' as origine_dato,
    righe.celle
from righe
-- left joins: a capofila nobody classed must surface, and a project may be of no fund of the common list
left join ruoli on righe.ente_id = ruoli.ente_id and righe.capofila = ruoli.capofila
left join etichette on righe.titolo = etichette.etichetta
