-- What pays adds up: the incomes of the classes of indicator 2.1 are the denominator of each share, and the income of
-- every source is in a class.
-- Guards: a source that nobody classed, and an income in two classes.
with quote as (
    select
        valori.ente_id,
        valori.piano,
        valori.periodo,
        cast(sum(valori.numeratore) as decimal(18, 2)) as parti,
        max(valori.denominatore) as intero,
        min(valori.denominatore) as intero_minimo
    from {{ ref('indicatori_valori') }} as valori
    inner join {{ ref('indicatori_piano') }} as indicatori
        on
            valori.ente_id = indicatori.ente_id
            and valori.piano = indicatori.piano
            and valori.indicatore = indicatori.indicatore
    where
        valori.tipo_valore = 'calcolato'
        and indicatori.calcolo in (
            'quota_rette_utenti', 'quota_frna', 'quota_unione', 'quota_altri_enti', 'quota_privati'
        )
        -- monitored, and not asked to grow: each class once
        and indicatori.direzione is null
    group by valori.ente_id, valori.piano, valori.periodo
),

non_classate as (
    select fonti.fonte
    from {{ ref('fonti') }} as fonti
    left join {{ ref('coperture') }} as coperture
        on
            (coperture.dimensione = 'fonte' and fonti.fonte = coperture.membro)
            or (coperture.dimensione = 'provenienza' and fonti.provenienza = coperture.membro)
    where coperture.copertura is null and fonti.tipo <> 'avanzo'
)

select
    concat_ws(' ', ente_id, piano, periodo) as dove,
    parti,
    intero
from quote
where parti <> intero or intero <> intero_minimo
union all
select
    fonte as dove,
    cast(null as decimal(18, 2)) as parti,
    cast(null as decimal(18, 2)) as intero
from non_classate
