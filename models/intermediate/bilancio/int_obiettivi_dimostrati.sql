-- Grain: one row per ente, esercizio, fase and obiettivo, with the sum of the lines it is said to cover. It is proven
-- where they make the printed figure to the cent; a total of n unrounded figures may be 0,005 x (n + 1) off.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'budget_obiettivi' and tipo_riga = 'dato' and misura = 'importo'
),

obiettivi as (
    select * from {{ ref('obiettivi_budget') }}
),

somme as (
    select
        ente_id,
        esercizio,
        fase,
        obiettivo,
        count(importo_eur) as voci,
        cast(sum(importo_eur) as decimal(18, 2)) as importo_voci_eur,
        {{ elenco('cella_id') }} as celle_voci
    from {{ ref('int_obiettivi_voci') }}
    group by ente_id, esercizio, fase, obiettivo
)

select
    celle.ente_id,
    celle.anno as esercizio,
    celle.fase,
    obiettivi.obiettivo,
    obiettivi.numero,
    cast(celle.valore as decimal(18, 2)) as importo_eur,
    celle.segnaposto,
    somme.voci,
    somme.importo_voci_eur,
    cast(celle.valore as decimal(18, 2)) - somme.importo_voci_eur as scarto_eur,
    case
        when somme.importo_voci_eur is null or celle.valore is null then 'senza_voci'
        when cast(celle.valore as decimal(18, 2)) = somme.importo_voci_eur then 'dimostrato'
        when abs(cast(celle.valore as decimal(18, 2)) - somme.importo_voci_eur) * 200 <= somme.voci + 1
            then 'arrotondamento'
        else 'non_dimostrato'
    end as esito,
    celle.cella_id,
    somme.celle_voci
from celle
-- left join: an objective nobody declared must surface as a NULL, which the contract refuses
left join obiettivi on celle.voce_di_riga = obiettivi.etichetta
left join somme
    on
        celle.ente_id = somme.ente_id
        and celle.anno = somme.esercizio
        and celle.fase = somme.fase
        and obiettivi.obiettivo = somme.obiettivo
