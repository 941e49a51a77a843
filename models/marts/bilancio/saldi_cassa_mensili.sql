-- Grain: one row per ente, conto and mese.
with saldi as (
    select
        *,
        cast(date_trunc('month', data) as date) as mese
    from {{ ref('saldi_cassa') }}
),

ordinati as (
    select
        *,
        row_number() over (partition by ente_id, conto, mese order by data desc nulls last) as dall_ultimo
    from saldi
),

somme as (
    select
        ente_id,
        conto,
        mese,
        count(*) as giorni,
        cast(sum(saldo_eur) as decimal(18, 2)) as somma_eur,
        min(saldo_eur) as saldo_minimo_eur,
        max(case when dall_ultimo = 1 then saldo_eur end) as saldo_finale_eur,
        max(fido_accordato_eur) as fido_accordato_eur,
        max(fido_usato_eur) as fido_usato_massimo_eur,
        cast(sum(case when fido_usato_eur > 0 then 1 else 0 end) as integer) as giorni_in_fido,
        max(origine_dato) as origine_dato,
        {{ elenco('file') }} as file
    from ordinati
    group by ente_id, conto, mese
)

select
    ente_id,
    conto,
    mese,
    cast(giorni as integer) as giorni,
    saldo_minimo_eur,
    -- a mean over the days that are there, each one as long as the others
    cast({{ divisione('somma_eur', 'giorni', 2) }} as decimal(18, 2)) as saldo_medio_eur,
    saldo_finale_eur,
    fido_accordato_eur,
    fido_usato_massimo_eur,
    giorni_in_fido,
    origine_dato,
    file
from somme
