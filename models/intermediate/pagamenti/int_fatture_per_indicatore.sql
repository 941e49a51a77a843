-- Regrains: one row per invoice -> one row per invoice, indicatore, anno, trimestre and parte: the amount paid, the
-- amount left unpaid at the end of the year, and the invoice received, which makes the coverage. Trimestre 0: the year.
with fatture as (
    select * from {{ ref('int_fatture_correnti') }}
),

-- two readings of the invoices paid in the period: against the due date, and against the receipt
pagate as (
    select
        fatture.ente_id,
        fatture.id_fattura,
        indicatori.indicatore,
        cast(extract(year from fatture.pagata_il) as integer) as anno,
        case periodi.periodo
            when 'anno' then 0
            else cast(extract(quarter from fatture.pagata_il) as integer)
        end as trimestre,
        'pagata' as parte,
        case indicatori.indicatore
            when 'itp' then {{ giorni_tra('fatture.scade_il', 'fatture.pagata_il') }}
            else {{ giorni_tra('fatture.ricevuta_il', 'fatture.pagata_il') }}
        end - fatture.giorni_sospensione as giorni,
        fatture.importo_pagato_eur as importo_considerato_eur,
        cast(null as decimal(18, 2)) as importo_dovuto_eur,
        cast(null as decimal(18, 2)) as importo_pagato_eur,
        fatture.origine_dato,
        fatture.file_id,
        fatture.foglio,
        fatture.riga
    from fatture
    cross join (values ('itp'), ('tempo_medio_ponderato')) as indicatori (indicatore)
    cross join (values ('anno'), ('trimestre')) as periodi (periodo)
    where fatture.pagata_il is not null
),

scadute as (
    select
        ente_id,
        id_fattura,
        'ritardo_annuale' as indicatore,
        anno,
        0 as trimestre,
        parte,
        giorni,
        importo_considerato_eur,
        cast(null as decimal(18, 2)) as importo_dovuto_eur,
        cast(null as decimal(18, 2)) as importo_pagato_eur,
        origine_dato,
        file_id,
        foglio,
        riga
    from {{ ref('int_fatture_scadute') }}
),

ricevute as (
    select
        fatture.ente_id,
        fatture.id_fattura,
        periodi.indicatore,
        cast(extract(year from fatture.ricevuta_il) as integer) as anno,
        case periodi.periodo
            when 'anno' then 0
            else cast(extract(quarter from fatture.ricevuta_il) as integer)
        end as trimestre,
        'ricevuta' as parte,
        cast(null as integer) as giorni,
        cast(null as decimal(18, 2)) as importo_considerato_eur,
        fatture.importo_eur as importo_dovuto_eur,
        fatture.importo_pagato_eur,
        fatture.origine_dato,
        fatture.file_id,
        fatture.foglio,
        fatture.riga
    from fatture
    cross join (
        values
        ('itp', 'anno'),
        ('itp', 'trimestre'),
        ('tempo_medio_ponderato', 'anno'),
        ('tempo_medio_ponderato', 'trimestre'),
        ('ritardo_annuale', 'anno')
    ) as periodi (indicatore, periodo)
)

select * from pagate
union all
select * from scadute
union all
select * from ricevute
