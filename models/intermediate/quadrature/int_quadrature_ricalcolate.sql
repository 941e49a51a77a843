-- Regrains: one row per check and term -> one row per check, with the figure recomputed and its tolerance.
with termini as (
    select * from {{ ref('int_quadrature_termini_valorizzati') }}
),

quadrature as (
    select * from {{ ref('stg_prospetti__quadrature') }}
),

celle as (
    select * from {{ ref('stg_prospetti__celle') }}
),

unita as (
    select
        unita,
        esatta
    from {{ ref('unita') }}
),

somme as (
    select
        quadratura_id,
        cast(
            sum(case when ruolo in ('addendo', 'conteggio') then coefficiente * valore end) as decimal(18, 4)
        ) as addendi,
        cast(sum(case when ruolo = 'numeratore' then coefficiente * valore end) as decimal(18, 4)) as numeratore,
        cast(sum(case when ruolo = 'denominatore' then coefficiente * valore end) as decimal(18, 4)) as denominatore,
        cast(max(case when ruolo = 'fattore' then coefficiente * valore end) as decimal(18, 4)) as fattore,
        cast(sum(case when ruolo = 'addendo' then abs(coefficiente) * errore end) as decimal(18, 5)) as errore_addendi,
        cast(sum(case when ruolo = 'numeratore' then abs(coefficiente) * errore end) as decimal(18, 5)) as errore_num,
        cast(sum(case when ruolo = 'denominatore' then abs(coefficiente) * errore end) as decimal(18, 5)) as errore_den,
        cast(max(case when ruolo = 'fattore' then abs(coefficiente) * errore end) as decimal(18, 5)) as errore_fattore,
        max(errore) as errore_massimo,
        max(case when ruolo = 'denominatore' then unita end) as unita_divisore,
        count(*) - count(valore) as senza_valore,
        {{ elenco('rettifica_id') }} as rettifiche,
        {{ elenco("concat_ws(':', documento, cast(linea as string))") }} as confronto,
        {{ elenco('cella_id') }} as celle_confronto
    from termini
    group by quadratura_id
),

figure as (
    select
        quadrature.quadratura_id,
        quadrature.documento,
        quadrature.tipo,
        quadrature.descrizione,
        quadrature.cella_id,
        celle.tabella,
        celle.colonna,
        celle.linea,
        celle.ente_id,
        celle.unita,
        -- a printed dash is nothing, as it is among the terms
        coalesce(celle.valore, case when celle.segnaposto is not null then cast(0 as decimal(18, 4)) end) as stampato,
        case
            when unita.esatta or celle.segnaposto is not null then cast(0 as decimal(18, 5))
            else {{ mezza_cifra('celle.decimali') }}
        end as errore,
        nullif(concat_ws(' ', celle.rettifica_id, somme.rettifiche), '') as rettifiche,
        somme.confronto,
        somme.celle_confronto,
        somme.addendi,
        somme.errore_addendi,
        somme.errore_massimo,
        somme.denominatore,
        somme.unita_divisore,
        -- a factor is a unit value and a multiplier a power of ten: cut to that, the product stays exact in 38 digits;
        -- 19 digits on one side, because DuckDB multiplies two narrow decimals in 18
        cast(somme.numeratore as decimal(19, 4))
        * coalesce(cast(somme.fattore as decimal(9, 4)), cast(1 as decimal(9, 4)))
        * cast(quadrature.moltiplicatore as decimal(8, 4)) as numeratore,
        (
            cast(somme.errore_num as decimal(19, 5)) * coalesce(cast(abs(somme.fattore) as decimal(9, 4)), 1)
            + cast(abs(somme.numeratore) as decimal(19, 4)) * coalesce(cast(somme.errore_fattore as decimal(9, 5)), 0)
        ) * cast(quadrature.moltiplicatore as decimal(8, 4)) as errore_num,
        somme.errore_den,
        somme.senza_valore
    from quadrature
    left join celle on quadrature.cella_id = celle.cella_id
    left join unita on celle.unita = unita.unita
    left join somme on quadrature.quadratura_id = somme.quadratura_id
),

ricalcolate as (
    select
        *,
        case
            when senza_valore > 0 then cast(null as decimal(18, 4))
            when tipo = 'rapporto'
                then {{ divisione('numeratore', 'denominatore', 4) }}
            else addendi
        end as ricalcolato
    from figure
)

select
    quadratura_id,
    documento,
    tipo,
    descrizione,
    cella_id,
    tabella,
    colonna,
    linea,
    ente_id,
    unita,
    stampato,
    ricalcolato,
    cast(stampato - ricalcolato as decimal(18, 4)) as scarto,
    case when tipo = 'rapporto' then denominatore end as divisore,
    unita_divisore,
    -- the divisor that the printed ratio implies: the population behind a per-capita, for instance
    case when tipo = 'rapporto' then {{ divisione('numeratore', 'stampato', 2) }} end as divisore_implicito,
    rettifiche,
    confronto,
    celle_confronto,
    errore as mezza_cifra,
    cast(
        case tipo
            -- the same figure twice: alike to the last digit, or to the coarser of the two roundings
            when 'uguale' then case when errore = errore_massimo then 0 else greatest(errore, errore_massimo) end
            -- a sum, or a limit; what is counted is exact
            when 'somma' then errore + coalesce(errore_addendi, 0)
            when 'almeno' then errore + coalesce(errore_addendi, 0)
            when 'al_piu' then errore + coalesce(errore_addendi, 0)
            -- a strict limit is of the figures as printed: alike, they do not show what the text says
            when 'piu_di' then 0
            when 'meno_di' then 0
            else
                errore
                + {{ divisione('errore_num', 'abs(denominatore)', 4) }}
                + {{ divisione('cast(abs(ricalcolato) as decimal(19, 4)) * errore_den', 'abs(denominatore)', 4) }}
        end as decimal(18, 4)
    ) as tolleranza
from ricalcolate
