-- Grain: one row per printed cell of a channel of funding. Joins: the channel, its source and where the money is from.
-- Left joins: a channel nobody declared must surface as a NULL, which the contract of the mart refuses.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        fatto in ('risultato_gestione', 'canali_finanziamento')
        and tipo_riga = 'dato'
        and misura in ('entrata', 'avanzo_precedente_parte', 'quota_vincolata')
),

canali as (
    select * from {{ ref('canali') }}
),

fonti as (
    select
        fonte,
        provenienza
    from {{ ref('fonti') }}
)

select
    celle.ente_id,
    celle.anno as esercizio,
    celle.fase,
    canali.canale,
    canali.fonte,
    coalesce(fonti.provenienza, canali.provenienza) as provenienza,
    celle.misura,
    celle.valore,
    celle.cella_id
from celle
left join canali on celle.voce_di_riga = canali.etichetta
left join fonti on canali.fonte = fonti.fonte
