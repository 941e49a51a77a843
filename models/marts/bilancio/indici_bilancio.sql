-- Grain: one row per ente, anno and indice.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'indici_bilancio' and misura in ('indice_bilancio', 'margine_tesoreria', 'saldo')
),

formule as (
    select * from {{ ref('formule_indici') }}
),

patrimonio as (
    select * from {{ ref('int_patrimonio_aggregati') }}
),

stampati as (
    select
        celle.ente_id,
        celle.anno,
        formule.indice,
        celle.voce_di_riga as nome,
        celle.unita,
        celle.valore,
        formule.formula,
        formule.formula_alternativa,
        celle.cella_id
    from celle
    -- left join: an index nobody declared must surface as a NULL, which the contract refuses
    left join formule on celle.voce_di_riga = formule.etichetta
),

termini as (
    select
        stampati.*,
        patrimonio.celle as celle_bilancio,
        case stampati.indice
            when 'disponibilita_liquide' then patrimonio.finanziari_breve
            when 'indebitamento_corrente_netto' then patrimonio.finanziari_breve
            when 'posizione_finanziaria_netta' then patrimonio.finanziari_breve + patrimonio.finanziari_lungo
            when 'margine_tesoreria'
                then
                    patrimonio.finanziari_breve + patrimonio.rimanenze + patrimonio.crediti + patrimonio.ratei_attivi
                    - patrimonio.debiti_breve - patrimonio.debiti_tributari - patrimonio.ratei_passivi
            when 'liquidita_primaria'
                then patrimonio.finanziari_breve + patrimonio.crediti + patrimonio.ratei_attivi
            when 'liquidita_secondaria'
                then
                    patrimonio.finanziari_breve + patrimonio.rimanenze + patrimonio.crediti + patrimonio.ratei_attivi
            when 'indebitamento'
                then patrimonio.debiti_breve + patrimonio.debiti_tributari + patrimonio.medio_lungo
            when 'copertura_immobilizzi' then patrimonio.patrimonio_netto + patrimonio.medio_lungo
            when 'indebitamento_previdenziale' then 100 * patrimonio.debiti_tributari
        end as numeratore,
        case stampati.indice
            when 'liquidita_primaria'
                then patrimonio.debiti_breve + patrimonio.debiti_tributari + patrimonio.ratei_passivi
            when 'liquidita_secondaria'
                then patrimonio.debiti_breve + patrimonio.debiti_tributari + patrimonio.ratei_passivi
            when 'indebitamento' then patrimonio.patrimonio_netto
            when 'copertura_immobilizzi' then patrimonio.immobilizzazioni
            when 'indebitamento_previdenziale'
                then
                    patrimonio.immobilizzazioni + patrimonio.rimanenze + patrimonio.crediti + patrimonio.ratei_attivi
                    + patrimonio.finanziari_breve
            else cast(1 as decimal(18, 2))
        end as denominatore,
        -- the other perimeter: the ratei e risconti left out
        case stampati.indice
            when 'margine_tesoreria'
                then
                    patrimonio.finanziari_breve + patrimonio.rimanenze + patrimonio.crediti
                    - patrimonio.debiti_breve - patrimonio.debiti_tributari
            when 'liquidita_primaria'
                then patrimonio.finanziari_breve + patrimonio.crediti + patrimonio.ratei_attivi
            when 'liquidita_secondaria'
                then
                    patrimonio.finanziari_breve + patrimonio.rimanenze + patrimonio.crediti + patrimonio.ratei_attivi
        end as numeratore_alternativo,
        case stampati.indice
            when 'margine_tesoreria' then cast(1 as decimal(18, 2))
            when 'liquidita_primaria' then patrimonio.debiti_breve + patrimonio.debiti_tributari
            when 'liquidita_secondaria' then patrimonio.debiti_breve + patrimonio.debiti_tributari
        end as denominatore_alternativo
    from stampati
    left join patrimonio on stampati.ente_id = patrimonio.ente_id and stampati.anno = patrimonio.anno
),

ricalcolati as (
    select
        *,
        {{ divisione('numeratore', 'denominatore', 2) }} as valore_ricalcolato,
        {{ divisione('numeratore_alternativo', 'denominatore_alternativo', 2) }} as valore_alternativo
    from termini
)

select
    ente_id,
    cast(anno as integer) as anno,
    indice,
    nome,
    cast(valore as decimal(18, 2)) as valore,
    unita,
    formula,
    cast(valore_ricalcolato as decimal(18, 2)) as valore_ricalcolato,
    cast(valore - valore_ricalcolato as decimal(18, 2)) as scarto,
    formula_alternativa,
    cast(valore_alternativo as decimal(18, 2)) as valore_alternativo,
    cast(valore - valore_alternativo as decimal(18, 2)) as scarto_alternativo,
    case
        when valore = valore_ricalcolato then 'formula'
        when valore = valore_alternativo then 'alternativa'
        when valore_ricalcolato is not null then 'nessuna'
    end as formula_che_quadra,
    'prospetto' as origine_dato,
    cella_id as celle,
    celle_bilancio
from ricalcolati
