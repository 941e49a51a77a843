-- Regrains: one row per invoice -> one row per invoice, indicatore, anno, trimestre and parte: the amount paid, the
-- amount left unpaid at the end of the year, and the invoice received, which makes the coverage. Trimestre 0 is the year.
with fatture as (
    select
        *,
        cast(extract(year from ricevuta_il) as integer) as anno_ricezione,
        cast(extract(quarter from ricevuta_il) as integer) as trimestre_ricezione,
        cast(extract(year from scade_il) as integer) as anno_scadenza,
        cast(extract(year from pagata_il) as integer) as anno_pagamento,
        cast(extract(quarter from pagata_il) as integer) as trimestre_pagamento,
        -- end of the year in which it falls due, or the day up to which the payments are known
        least(make_date(cast(extract(year from scade_il) as integer), 12, 31), situazione_al) as fine_periodo
    from {{ ref('int_fatture_correnti') }}
),

-- 1 and 2: the invoices paid in the period, late (or early) against the due date and against the receipt
pagate as (
    select
        fatture.*,
        indicatori.indicatore,
        fatture.anno_pagamento as anno,
        case periodi.periodo when 'anno' then 0 else fatture.trimestre_pagamento end as trimestre,
        'pagata' as parte,
        case indicatori.indicatore
            when 'itp' then {{ giorni_tra('fatture.scade_il', 'fatture.pagata_il') }}
            else {{ giorni_tra('fatture.ricevuta_il', 'fatture.pagata_il') }}
        end - fatture.giorni_sospensione as giorni,
        fatture.importo_pagato_eur as importo_considerato_eur
    from fatture
    cross join (values ('itp'), ('tempo_medio_ponderato')) as indicatori (indicatore)
    cross join (values ('anno'), ('trimestre')) as periodi (periodo)
    where fatture.pagata_il is not null
),

-- 3: due in the year and paid by its end
scadute_pagate as (
    select
        *,
        'ritardo_annuale' as indicatore,
        anno_scadenza as anno,
        0 as trimestre,
        'pagata' as parte,
        {{ giorni_tra('scade_il', 'pagata_il') }} - giorni_sospensione as giorni,
        importo_pagato_eur as importo_considerato_eur
    from fatture
    where scade_il <= situazione_al and pagata_il <= fine_periodo
),

-- 3: due in the year and unpaid at its end, whole or in part; a suspended term is not late and not early
scadute_non_pagate as (
    select
        *,
        'ritardo_annuale' as indicatore,
        anno_scadenza as anno,
        0 as trimestre,
        'non_pagata' as parte,
        greatest({{ giorni_tra('scade_il', 'fine_periodo') }} - giorni_sospensione, 0) as giorni,
        case
            when pagata_il is null or pagata_il > fine_periodo then importo_eur
            when abs(importo_pagato_eur) >= abs(importo_eur) then cast(0 as decimal(18, 2))
            else cast(importo_eur - importo_pagato_eur as decimal(18, 2))
        end as importo_considerato_eur
    from fatture
    where scade_il <= situazione_al
),

-- 3: paid in the year before falling due, when they do not fall due in the same year
pagate_prima as (
    select
        *,
        'ritardo_annuale' as indicatore,
        anno_pagamento as anno,
        0 as trimestre,
        'pagata' as parte,
        {{ giorni_tra('scade_il', 'pagata_il') }} - giorni_sospensione as giorni,
        importo_pagato_eur as importo_considerato_eur
    from fatture
    where pagata_il < scade_il and (anno_pagamento <> anno_scadenza or scade_il > situazione_al)
),

ricevute as (
    select
        fatture.*,
        periodi.indicatore,
        fatture.anno_ricezione as anno,
        case periodi.periodo when 'anno' then 0 else fatture.trimestre_ricezione end as trimestre,
        'ricevuta' as parte,
        cast(null as integer) as giorni,
        cast(null as decimal(18, 2)) as importo_considerato_eur
    from fatture
    cross join
        (values
            ('itp', 'anno'),
            ('itp', 'trimestre'),
            ('tempo_medio_ponderato', 'anno'),
            ('tempo_medio_ponderato', 'trimestre'),
            ('ritardo_annuale', 'anno')
        ) as periodi (indicatore, periodo)
),

tutte as (
    select * from pagate
    union all
    select * from scadute_pagate
    union all
    select * from scadute_non_pagate
    where importo_considerato_eur <> 0
    union all
    select * from pagate_prima
    union all
    select * from ricevute
)

select
    ente_id,
    id_fattura,
    indicatore,
    anno,
    trimestre,
    parte,
    giorni,
    importo_considerato_eur,
    case when parte = 'ricevuta' then importo_eur end as importo_dovuto_eur,
    case when parte = 'ricevuta' then importo_pagato_eur end as importo_pagato_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from tutte
