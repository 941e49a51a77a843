-- A measure has at most one cell in each group the marts make of it. Guards max() in the macro cifra: with two
-- cells it would keep the larger and lose the other, for instance when two documents print the same year.
with celle as (
    select
        fatto,
        misura,
        ente_id,
        anno,
        servizio,
        sub_ambito,
        tipo_riga,
        voce,
        documento,
        tabella,
        riga,
        cella_id
    from {{ ref('int_celle_conformate') }}
    where
        fatto in (
            'costo_servizi_sub_ambito', 'spesa_sociale', 'risultato_gestione', 'preventivo_consuntivo',
            'casi_movimento_annuale', 'casi_profilo', 'collocamenti_movimento', 'rette_annuali', 'carichi_lavoro'
        )
),

gruppi as (
    select
        fatto,
        misura,
        ente_id,
        anno,
        servizio,
        sub_ambito,
        case when fatto = 'preventivo_consuntivo' then concat_ws('/', documento, tabella, cast(riga as string)) end
            as riga_di_scheda,
        -- the marts whose rows are the kinds, the measures or the operators that the lines of a table name
        case when fatto in ('casi_profilo', 'collocamenti_movimento', 'rette_annuali', 'carichi_lavoro') then voce end
            as voce,
        count(*) as celle
    from celle
    where
        (fatto = 'costo_servizi_sub_ambito' and sub_ambito is not null)
        or (fatto = 'risultato_gestione' and misura in ('avanzo_precedente', 'entrate', 'uscite', 'avanzo'))
        or fatto in ('spesa_sociale', 'preventivo_consuntivo')
        or (
            tipo_riga = 'dato'
            and fatto in (
                'casi_movimento_annuale', 'casi_profilo', 'collocamenti_movimento', 'rette_annuali', 'carichi_lavoro'
            )
        )
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select
    fatto,
    misura,
    ente_id,
    anno,
    servizio,
    sub_ambito,
    riga_di_scheda,
    voce,
    celle
from gruppi
where celle > 1
