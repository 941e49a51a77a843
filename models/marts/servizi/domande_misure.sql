-- Grain: one row per ente, anno, misura, target, tipo_intervento and esito.
-- Where a document prints the applications of a measure and year, its figures are the rows; otherwise those of the
-- flussi.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
),

stampate as (
    select * from {{ ref('domande_stampate') }}
),

righe as (
    select * from {{ ref('int_domande_righe') }}
),

classificate as (
    select
        celle.ente_id,
        cast(celle.anno as integer) as anno,
        stampate.misura_domanda as misura,
        stampate.target,
        stampate.tipo_intervento,
        stampate.esito,
        stampate.grandezza,
        celle.valore,
        celle.cella_id
    from celle
    inner join stampate
        on
            celle.documento = stampate.documento
            and celle.tabella = stampate.tabella
            and celle.misura = stampate.misura
            and celle.voce_di_riga = stampate.voce
            and (stampate.dettaglio is null or celle.dettaglio = stampate.dettaglio)
),

dai_documenti as (
    select
        ente_id,
        anno,
        misura,
        target,
        tipo_intervento,
        esito,
        cast(max(case when grandezza = 'domande' then valore end) as integer) as domande,
        cast(max(case when grandezza = 'importo' then valore end) as decimal(18, 2)) as importo_concesso_eur,
        {{ elenco('cella_id') }} as celle
    from classificate
    group by ente_id, anno, misura, target, tipo_intervento, esito
),

dai_flussi as (
    select
        ente_id,
        anno,
        misura,
        target,
        tipo_intervento,
        esito,
        cast(count(codice_domanda) as integer) as domande,
        cast(count(distinct codice_utente) as integer) as persone,
        cast(sum(importo_concesso_eur) as decimal(18, 2)) as importo_concesso_eur,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno, misura, target, tipo_intervento, esito
)

select
    ente_id,
    anno,
    misura,
    target,
    tipo_intervento,
    esito,
    domande,
    cast(null as integer) as persone,
    importo_concesso_eur,
    'prospetto' as origine_dato,
    celle,
    cast(null as string) as file,
    -- printed in an approved document: it is public already, and nothing of it is hidden
    cast(null as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from dai_documenti
union all
select
    dai_flussi.ente_id,
    dai_flussi.anno,
    dai_flussi.misura,
    dai_flussi.target,
    dai_flussi.tipo_intervento,
    dai_flussi.esito,
    dai_flussi.domande,
    dai_flussi.persone,
    dai_flussi.importo_concesso_eur,
    {{ origine_flusso('dai_flussi.ente_id') }} as origine_dato,
    cast(null as string) as celle,
    dai_flussi.file,
    -- as in domande_esiti
    cast(5 as integer) as soglia_persone,
    cast(null as string) as misure_soppresse
from dai_flussi
where {{ documento_tace('dai_flussi', 'dai_documenti', ['ente_id', 'anno', 'misura']) }}
