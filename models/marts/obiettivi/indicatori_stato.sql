-- Grain: one row per ente, piano, indicatore, periodo and valido_dal: an outcome and the days on which it held.
with giudicati as (
    select * from {{ ref('int_indicatori_giudicati') }}
),

-- a day on which nothing that is told changes begins nothing
confrontati as (
    select
        giudicati.*,
        concat_ws(
            '|',
            giudicati.esito,
            giudicati.motivo,
            coalesce(giudicati.tipo_valore, ''),
            coalesce(cast(giudicati.data_rilevazione as string), '')
        ) as detto,
        lag(
            concat_ws(
                '|',
                giudicati.esito,
                giudicati.motivo,
                coalesce(giudicati.tipo_valore, ''),
                coalesce(cast(giudicati.data_rilevazione as string), '')
            )
        )
            over (
                partition by giudicati.ente_id, giudicati.piano, giudicati.indicatore, giudicati.periodo
                order by giudicati.valido_dal nulls last
            )
            as detto_prima
    from giudicati
),

cambiati as (
    select * from confrontati
    where detto_prima is null or detto <> detto_prima
)

select
    ente_id,
    piano,
    indicatore,
    periodo,
    valido_dal,
    cast(
        lead(valido_dal) over (partition by ente_id, piano, indicatore, periodo order by valido_dal nulls last)
        - interval '1' day as date
    ) as valido_al,
    esito,
    motivo,
    cast(valore as decimal(18, 4)) as valore,
    valore_testo,
    valore_data,
    unita,
    cast(numeratore as decimal(18, 2)) as numeratore,
    cast(denominatore as decimal(18, 2)) as denominatore,
    data_rilevazione,
    tipo_valore,
    evidenza,
    scadenza,
    termine_il,
    origine_dato,
    celle,
    file
from cambiati
