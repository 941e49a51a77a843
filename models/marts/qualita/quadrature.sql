-- Grain: one row per check (quadratura_id).
with ricalcolate as (
    select * from {{ ref('int_quadrature_ricalcolate') }}
),

differenze as (
    select
        quadratura_id,
        cast(scarto as decimal(18, 4)) as scarto_noto,
        classe,
        spiegazione
    from {{ ref('differenze') }}
),

classificate as (
    select
        ricalcolate.*,
        differenze.spiegazione,
        case
            when ricalcolate.scarto is null then 'da_spiegare'
            -- a limit holds on its own side, and the same figure does for one that is not strict
            when ricalcolate.tipo in ('almeno', 'piu_di') and ricalcolate.scarto > 0 then 'quadra'
            when ricalcolate.tipo in ('al_piu', 'meno_di') and ricalcolate.scarto < 0 then 'quadra'
            when ricalcolate.tipo not in ('piu_di', 'meno_di') and ricalcolate.scarto = 0 then 'quadra'
            -- a ratio is printed rounded: it holds when it rounds to what is printed
            when ricalcolate.tipo = 'rapporto' and abs(ricalcolate.scarto) <= ricalcolate.mezza_cifra then 'quadra'
            when
                ricalcolate.tipo not in ('piu_di', 'meno_di') and abs(ricalcolate.scarto) <= ricalcolate.tolleranza
                then 'arrotondamento'
            when differenze.classe = 'spiegata' and differenze.scarto_noto = ricalcolate.scarto then 'spiegata'
            else 'da_spiegare'
        end as esito,
        coalesce(differenze.scarto_noto = ricalcolate.scarto, false) as e_nota
    from ricalcolate
    left join differenze on ricalcolate.quadratura_id = differenze.quadratura_id
)

select
    quadratura_id,
    documento,
    cast(linea as integer) as linea,
    confronto,
    descrizione,
    cast(stampato as decimal(18, 4)) as stampato,
    cast(ricalcolato as decimal(18, 4)) as ricalcolato,
    cast(scarto as decimal(18, 4)) as scarto,
    cast(tolleranza as decimal(18, 4)) as tolleranza,
    cast(divisore as decimal(18, 4)) as divisore,
    cast(divisore_implicito as decimal(18, 2)) as divisore_implicito,
    unita_divisore,
    esito,
    spiegazione,
    tipo,
    tabella,
    colonna,
    unita,
    ente_id,
    -- the total that proves a repair is no independent check of it
    rettifiche as prova_di_rettifica,
    e_nota,
    cella_id,
    celle_confronto as celle
from classificate
