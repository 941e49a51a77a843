-- Every current row of rilevazioni is a value of its indicator, and no other stated value is there.
-- Guards: a join that drops or doubles one. (A value of no period of the plan stops at the contract of the mart.)
with dichiarate as (
    select
        rilevazioni.ente_id,
        rilevazioni.piano,
        rilevazioni.indicatore,
        rilevazioni.data_rilevazione,
        count(*) as righe,
        count(rilevazioni.valore_testo) as testi,
        count(rilevazioni.valore_data) as giorni,
        cast(sum(coalesce(rilevazioni.valore, 0)) as decimal(28, 4)) as valore
    from {{ ref('stg_flussi__rilevazioni') }} as rilevazioni
    inner join {{ ref('stg_flussi__lotti') }} as lotti on rilevazioni.lotto = lotti.lotto
    where {{ lotti_validi() }}
    group by rilevazioni.ente_id, rilevazioni.piano, rilevazioni.indicatore, rilevazioni.data_rilevazione
),

valori as (
    select
        ente_id,
        piano,
        indicatore,
        data_rilevazione,
        count(*) as righe,
        count(valore_testo) as testi,
        count(valore_data) as giorni,
        cast(sum(coalesce(valore, 0)) as decimal(28, 4)) as valore
    from {{ ref('indicatori_valori') }}
    where tipo_valore = 'dichiarato'
    group by ente_id, piano, indicatore, data_rilevazione
)

select
    coalesce(dichiarate.piano, valori.piano) as piano,
    coalesce(dichiarate.indicatore, valori.indicatore) as indicatore,
    coalesce(dichiarate.data_rilevazione, valori.data_rilevazione) as data_rilevazione,
    dichiarate.righe as righe_dichiarate,
    valori.righe as righe_trovate,
    dichiarate.valore as valore_dichiarato,
    valori.valore as valore_trovato
from dichiarate
full outer join valori
    on
        dichiarate.ente_id = valori.ente_id
        and dichiarate.piano = valori.piano
        and dichiarate.indicatore = valori.indicatore
        and dichiarate.data_rilevazione = valori.data_rilevazione
where
    coalesce(dichiarate.righe <> valori.righe, true)
    or dichiarate.testi <> valori.testi
    or dichiarate.giorni <> valori.giorni
    or dichiarate.valore <> valori.valore
