-- Grain: one row per ente, livello, territorio, data_riferimento, indicatore and dettaglio.
-- Regrains: the residents of a territorio -> its indices, the comuni of an ambito -> how many there are of each size.
with territori as (
    select * from {{ ref('int_residenti_territori') }}
),

indici as (
    {%- for indicatore, unita, numeratore, denominatore in (
        ('indice_vecchiaia', 'indice', 'residenti_65_e_oltre', 'residenti_0_14'),
        ('indice_dipendenza', 'indice', '(residenti_0_14 + residenti_65_e_oltre)', 'residenti_15_64'),
        ('indice_dipendenza_anziani', 'indice', 'residenti_65_e_oltre', 'residenti_15_64'),
        ('quota_0_14', 'pct', 'residenti_0_14', 'residenti'),
        ('quota_65_e_oltre', 'pct', 'residenti_65_e_oltre', 'residenti'),
        ('quota_stranieri', 'pct', 'stranieri', 'residenti'),
    ) %}
        select
            ente_id,
            livello,
            territorio,
            codice_istat,
            data_riferimento,
            '{{ indicatore }}' as indicatore,
            cast(null as string) as dettaglio,
            cast({{ divisione('100 * ' ~ numeratore, denominatore, 2) }} as decimal(18, 2)) as valore,
            '{{ unita }}' as unita,
            file
        from territori
        union all
    {%- endfor %}
    select
        ente_id,
        livello,
        territorio,
        codice_istat,
        data_riferimento,
        'residenti' as indicatore,
        cast(null as string) as dettaglio,
        cast(residenti as decimal(18, 2)) as valore,
        'abitanti' as unita,
        file
    from territori
),

ambiti as (
    select * from territori
    where livello = 'ambito'
),

comuni as (
    select
        ambiti.ente_id,
        ambiti.livello,
        ambiti.territorio,
        ambiti.data_riferimento,
        ambiti.file,
        territori.residenti
    from ambiti
    inner join territori
        on
            ambiti.ente_id = territori.ente_id
            and ambiti.data_riferimento = territori.data_riferimento
            and territori.livello = 'comune'
),

comuni_contati as (
    {%- for dettaglio, condizione in {
        'tutti': 'residenti >= 0',
        'sotto 5.000 abitanti': 'residenti < 5000',
        'da 5.000 a 10.000 abitanti': 'residenti between 5000 and 10000',
        'oltre 10.000 abitanti': 'residenti > 10000',
    }.items() %}
        select
            ente_id,
            livello,
            territorio,
            cast(null as string) as codice_istat,
            data_riferimento,
            'comuni' as indicatore,
            '{{ dettaglio }}' as dettaglio,
            cast(count(case when {{ condizione }} then 1 end) as decimal(18, 2)) as valore,
            'comuni' as unita,
            file
        from comuni
        group by ente_id, livello, territorio, data_riferimento, file
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from indici
where valore is not null
union all
select * from comuni_contati
