-- Grain: one row per ente, anno, servizio and operatore: the yearly weighting of the cases, as printed and recomputed.
-- The base of the load over 100 is not printed: it is the whole number that the printed loads give, all together.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato' and (fatto = 'carichi_lavoro' or (tabella = 'testo' and misura = 'peso_accettabile'))
),

soglie as (
    select
        ente_id,
        anno,
        cast(max(valore) as decimal(10, 2)) as carico_accettabile,
        {{ elenco('cella_id') }} as cella_soglia
    from celle
    where misura = 'peso_accettabile'
    group by ente_id, anno
),

stampati as (
    select
        ente_id,
        anno,
        servizio,
        voce as operatore,
        {{ cifra('somma_pesi', 'decimal(10, 2)') }} as somma_pesi,
        {{ cifra('casi_assegnati', 'integer') }} as casi_assegnati,
        {{ cifra('peso_medio', 'decimal(10, 2)') }} as peso_medio,
        {{ cifra('ore_settimanali', 'decimal(14, 2)') }} as ore_settimana,
        {{ cifra('carico_su_ore', 'decimal(10, 2)') }} as carico_su_ore,
        {{ cifra('carico_rapportato_a_cento', 'decimal(10, 2)') }} as carico_su_100,
        {{ elenco('cella_id') }} as celle
    from celle
    where fatto = 'carichi_lavoro'
    group by ente_id, anno, servizio, voce
),

basi as (
    select
        ente_id,
        anno,
        servizio,
        {{ divisione(
            '100 * sum(somma_pesi)', 'sum(cast(ore_settimana * carico_su_100 as decimal(18, 2)))', 0
        ) }} as base
    from stampati
    group by ente_id, anno, servizio
)

select
    stampati.ente_id,
    cast(stampati.anno as integer) as anno,
    stampati.servizio,
    stampati.operatore,
    cast(null as string) as ruolo,
    stampati.somma_pesi,
    stampati.casi_assegnati,
    stampati.ore_settimana,
    stampati.peso_medio,
    cast({{ divisione('stampati.somma_pesi', 'stampati.casi_assegnati', 2) }} as decimal(10, 2))
        as peso_medio_ricalcolato,
    stampati.carico_su_ore,
    cast({{ divisione('stampati.somma_pesi', 'stampati.ore_settimana', 2) }} as decimal(10, 2))
        as carico_su_ore_ricalcolato,
    stampati.carico_su_100,
    cast({{ divisione('100 * stampati.somma_pesi', 'stampati.ore_settimana * basi.base', 2) }} as decimal(10, 2))
        as carico_su_100_ricalcolato,
    cast(basi.base as integer) as base_carico,
    soglie.carico_accettabile,
    -- not on the printed load, which is rounded
    stampati.somma_pesi > soglie.carico_accettabile * stampati.ore_settimana as is_oltre_accettabile,
    'prospetto' as origine_dato,
    concat_ws(' ', stampati.celle, soglie.cella_soglia) as celle
from stampati
left join basi
    on
        stampati.ente_id = basi.ente_id
        and stampati.anno = basi.anno
        and stampati.servizio = basi.servizio
left join soglie on stampati.ente_id = soglie.ente_id and stampati.anno = soglie.anno
