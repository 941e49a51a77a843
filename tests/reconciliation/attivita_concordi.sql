-- The cells that make one row of attivita_servizi say the same figure, in the same unit, of the same product; those of
-- domande_misure are at most one for each quantity. Guards max(): with two figures it would keep the larger.
with attivita as (
    select * from {{ ref('int_attivita_celle') }}
),

stampate as (
    select * from {{ ref('domande_stampate') }}
),

celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
)

select
    concat_ws(' ', ente_id, servizio, indicatore, dimensione, modalita, rilevazione, cast(anno as string)) as riga,
    {{ elenco('cella_id') }} as celle
from attivita
group by ente_id, servizio, indicatore, dimensione, modalita, rilevazione, anno
having
    min(valore) <> max(valore)
    or count(valore) not in (0, count(*))
    or min(unita) <> max(unita)
    or min(coalesce(prodotto, '')) <> max(coalesce(prodotto, ''))
union all
select
    concat_ws(
        ' ', celle.ente_id, cast(celle.anno as string), stampate.misura_domanda, stampate.target,
        stampate.tipo_intervento, stampate.esito, stampate.grandezza
    ) as riga,
    {{ elenco('celle.cella_id') }} as celle
from stampate
inner join celle
    on
        stampate.documento = celle.documento
        and stampate.tabella = celle.tabella
        and stampate.misura = celle.misura
        and stampate.voce = celle.voce_di_riga
        and (stampate.dettaglio is null or stampate.dettaglio = celle.dettaglio)
group by
    celle.ente_id,
    celle.anno,
    stampate.misura_domanda,
    stampate.target,
    stampate.tipo_intervento,
    stampate.esito,
    stampate.grandezza
having count(*) > 1
