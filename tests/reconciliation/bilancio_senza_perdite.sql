-- Every figure that feeds a mart of the budget is in it, once: as many values and the same sum, from the printed cells
-- and from the current rows of the accounts.
-- Guards: an inner join with a seed that lacks a label, a filter that drops a row.
{%- set del_canale = "fatto in ('risultato_gestione', 'canali_finanziamento') and tipo_riga = 'dato' and misura = " %}
{%- set letture = [
    (
        'bilancio_voci', 'importo_eur',
        "fatto in ('preventivo_consuntivo', 'budget_per_fonte') and tipo_riga = 'dato' "
        ~ "and misura in ('preventivo', 'consuntivo', 'budget')"
    ),
    ('bilancio_aree', 'importo_eur', "fatto = 'bilancio_aree' and tipo_riga = 'dato'"),
    ('budget_obiettivi', 'importo_eur', "fatto = 'budget_obiettivi' and tipo_riga = 'dato'"),
    ('canali_finanziamento', 'entrata_eur', del_canale ~ "'entrata'"),
    ('canali_finanziamento', 'avanzo_precedente_eur', del_canale ~ "'avanzo_precedente_parte'"),
    ('canali_finanziamento', 'quota_vincolata_eur', del_canale ~ "'quota_vincolata'"),
    (
        'valore_produzione', 'importo_eur',
        "(fatto = 'valore_produzione' or tabella = 'testo') and tipo_riga = 'dato' and misura = 'valore_produzione'"
    ),
    ('stato_patrimoniale', 'saldo_eur', "fatto = 'stato_patrimoniale' and misura = 'saldo'"),
    ('stato_patrimoniale', 'variazione_eur', "fatto = 'stato_patrimoniale' and misura = 'variazione'"),
    ('indici_bilancio', 'valore', "fatto = 'indici_bilancio' and misura <> 'variazione'"),
    ('investimenti', 'acquisizioni_eur', "fatto = 'investimenti' and tipo_riga = 'dato'"),
] %}
with celle as (
    select * from {{ ref('stg_prospetti__celle') }}
),

spese as (
    select
        contabilita.ente_id,
        contabilita.esercizio,
        contabilita.fase,
        contabilita.natura,
        contabilita.importo_eur
    from {{ ref('stg_flussi__contabilita') }} as contabilita
    inner join {{ ref('stg_flussi__lotti') }} as lotti on contabilita.lotto = lotti.lotto
    where {{ lotti_validi() }}
),

indicatori as (
    select * from {{ ref('indicatori_bilancio') }}
),

attese as (
    {%- for mart, colonna, condizione in letture %}
        select
            '{{ mart }}.{{ colonna }}' as che_cosa,
            count(valore) as valori,
            cast(sum(valore) as decimal(18, 2)) as importo
        from celle
        where {{ condizione }}
        union all
    {%- endfor %}
    select
        'indicatori_gestione.valore' as che_cosa,
        count(celle.valore) as valori,
        cast(sum(celle.valore) as decimal(18, 2)) as importo
    from celle
    inner join indicatori
        on
            celle.misura = indicatori.indicatore
            and (celle.tabella = 'testo') = (indicatori.dove = 'testo')
    where
        celle.tipo_riga = 'dato'
        and (celle.fatto in ('indicatori_gestione', 'spesa_sociale') or celle.tabella = 'testo')
    union all
    select
        concat_ws('/', 'costi_per_natura', ente_id, cast(esercizio as string), fase, natura) as che_cosa,
        1 as valori,
        cast(sum(importo_eur) as decimal(18, 2)) as importo
    from spese
    where natura <> 'entrata'
    group by ente_id, esercizio, fase, natura
    union all
    -- the accounts alone: the movements of the funds are held by canali_fanno_il_totale
    select
        concat_ws('/', 'canali', ente_id, cast(esercizio as string), fase) as che_cosa,
        1 as valori,
        cast(sum(importo_eur) as decimal(18, 2)) as importo
    from spese
    where natura = 'entrata' and fase <> 'consuntivo'
    group by ente_id, esercizio, fase
    union all
    select
        concat_ws('/', 'valore_produzione', ente_id, cast(esercizio as string)) as che_cosa,
        1 as valori,
        cast(sum(importo_eur) as decimal(18, 2)) as importo
    from spese
    where natura = 'entrata' and fase = 'consuntivo'
    group by ente_id, esercizio
),

trovate as (
    {%- for mart, colonna, condizione in letture %}
        select
            '{{ mart }}.{{ colonna }}' as che_cosa,
            count({{ colonna }}) as valori,
            cast(sum({{ colonna }}) as decimal(18, 2)) as importo,
            0 as is_stampato
        from {{ ref(mart) }}
        where origine_dato = 'prospetto'
        union all
    {%- endfor %}
    select
        'indicatori_gestione.valore' as che_cosa,
        count(valore) as valori,
        cast(sum(valore) as decimal(18, 2)) as importo,
        0 as is_stampato
    from {{ ref('indicatori_gestione') }}
    where origine_dato = 'prospetto'
    union all
    select
        concat_ws('/', 'costi_per_natura', ente_id, cast(esercizio as string), fase, natura) as che_cosa,
        count(*) as valori,
        cast(sum(importo_eur) as decimal(18, 2)) as importo,
        0 as is_stampato
    from {{ ref('costi_per_natura') }}
    group by ente_id, esercizio, fase, natura
    union all
    select
        concat_ws('/', 'canali', ente_id, cast(esercizio as string), fase) as che_cosa,
        1 as valori,
        cast(sum(budget_eur) as decimal(18, 2)) as importo,
        max(case when origine_dato = 'prospetto' then 1 else 0 end) as is_stampato
    from {{ ref('canali_finanziamento') }}
    where fase <> 'consuntivo'
    group by ente_id, esercizio, fase
    union all
    select
        concat_ws('/', 'valore_produzione', ente_id, cast(esercizio as string)) as che_cosa,
        count(*) as valori,
        cast(sum(importo_eur) as decimal(18, 2)) as importo,
        max(case when origine_dato = 'prospetto' then 1 else 0 end) as is_stampato
    from {{ ref('valore_produzione') }}
    group by ente_id, esercizio
)

select
    coalesce(attese.che_cosa, trovate.che_cosa) as che_cosa,
    attese.valori as valori_attesi,
    trovate.valori,
    attese.importo as importo_atteso,
    trovate.importo
from attese
full outer join trovate on attese.che_cosa = trovate.che_cosa
where
    -- a row printed by a document is not the row of the accounts of that year
    coalesce(trovate.is_stampato, 0) = 0
    and (
        coalesce(attese.valori, 0) <> coalesce(trovate.valori, 0)
        or coalesce(attese.importo, 0) <> coalesce(trovate.importo, 0)
    )
