-- Grain: one row per employment, anno and evento that befell it.
-- The rows behind each row of movimenti_personale that comes from a flusso; an evento is a column of
-- turnover_personale.
with anni as (
    select * from {{ ref('int_personale_anni_righe') }}
),

eventi as (
    {%- for evento, condizione in {
        'assunzioni': 'is_assunzione',
        'cessazioni': 'is_cessazione',
        'dimissioni': "causa_cessazione = 'dimissioni'",
        'mobilita_in_uscita': "causa_cessazione = 'mobilità'",
        'pensionamenti': "causa_cessazione = 'pensione'",
        'fine_contratto': "causa_cessazione = 'fine contratto'",
        'altre_cessazioni': "causa_cessazione = 'altro'",
    }.items() %}
        select
            ente_id,
            anno,
            '{{ evento }}' as evento,
            'tutti' as profilo,
            cast(null as string) as ambito,
            giorni_anno,
            file_id,
            foglio,
            riga
        from anni
        where {{ condizione }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from eventi
