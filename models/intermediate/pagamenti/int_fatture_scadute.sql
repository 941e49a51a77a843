-- Regrains: one row per invoice -> one row per invoice, anno and parte (pagata, non_pagata) of the indicatore di
-- ritardo annuale: what falls due in the year, paid or not, and what is paid in the year before falling due.
with fatture as (
    select
        *,
        cast(extract(year from scade_il) as integer) as anno_scadenza,
        cast(extract(year from pagata_il) as integer) as anno_pagamento,
        -- end of the year in which it falls due, or the day up to which the payments are known
        least(make_date(cast(extract(year from scade_il) as integer), 12, 31), situazione_al) as fine_periodo
    from {{ ref('int_fatture_correnti') }}
),

pagate as (
    select
        *,
        anno_scadenza as anno,
        'pagata' as parte,
        {{ giorni_tra('scade_il', 'pagata_il') }} - giorni_sospensione as giorni,
        importo_pagato_eur as importo_considerato_eur
    from fatture
    where scade_il <= situazione_al and pagata_il <= fine_periodo
),

-- unpaid at the end of the year, whole or in part: a suspended term is neither late nor early
non_pagate as (
    select
        *,
        anno_scadenza as anno,
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

-- paid before falling due, when they do not fall due in the same year
pagate_prima as (
    select
        *,
        anno_pagamento as anno,
        'pagata' as parte,
        {{ giorni_tra('scade_il', 'pagata_il') }} - giorni_sospensione as giorni,
        importo_pagato_eur as importo_considerato_eur
    from fatture
    where pagata_il < scade_il and (anno_pagamento <> anno_scadenza or scade_il > situazione_al)
),

tutte as (
    select * from pagate
    union all
    select * from non_pagate
    where importo_considerato_eur <> 0
    union all
    select * from pagate_prima
)

select
    ente_id,
    id_fattura,
    anno,
    parte,
    giorni,
    importo_considerato_eur,
    origine_dato,
    file_id,
    foglio,
    riga
from tutte
