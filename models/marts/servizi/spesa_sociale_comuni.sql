-- Grain: one row per ente, anno_riferimento and comune (codice_istat).
with righe as (
    select * from {{ ref('int_spesa_sociale_righe') }}
),

popolazione as (
    select * from {{ ref('int_popolazione_comuni') }}
),

sommate as (
    select
        ente_id,
        anno_riferimento,
        codice_istat,
        cast(sum(spesa_lorda_eur) as decimal(18, 2)) as spesa_lorda_eur,
        cast(sum(compartecipazione_utenti_eur) as decimal(18, 2)) as compartecipazione_utenti_eur,
        cast(sum(contributo_ssn_eur) as decimal(18, 2)) as contributo_ssn_eur,
        -- a contribution left blank is one that was not received
        cast(
            sum(spesa_lorda_eur - coalesce(compartecipazione_utenti_eur, 0) - coalesce(contributo_ssn_eur, 0))
            as decimal(18, 2)
        ) as spesa_netta_eur,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, anno_riferimento, codice_istat
),

con_popolazione as (
    select
        sommate.*,
        popolazione.popolazione,
        popolazione.data as popolazione_al,
        cast({{ divisione('sommate.spesa_lorda_eur', 'popolazione.popolazione', 2) }} as decimal(18, 2))
            as lorda_pro_capite_eur,
        cast({{ divisione('sommate.spesa_netta_eur', 'popolazione.popolazione', 2) }} as decimal(18, 2))
            as netta_pro_capite_eur
    from sommate
    left join popolazione
        on
            sommate.codice_istat = popolazione.codice_istat
            and make_date(sommate.anno_riferimento, 1, 1) >= popolazione.data
            and make_date(sommate.anno_riferimento, 1, 1) < popolazione.prima_del
)

select
    ente_id,
    anno_riferimento,
    codice_istat,
    spesa_lorda_eur,
    compartecipazione_utenti_eur,
    contributo_ssn_eur,
    spesa_netta_eur,
    popolazione,
    popolazione_al,
    lorda_pro_capite_eur,
    netta_pro_capite_eur,
    lorda_pro_capite_eur = min(lorda_pro_capite_eur) over (partition by ente_id, anno_riferimento) as is_minimo,
    lorda_pro_capite_eur = max(lorda_pro_capite_eur) over (partition by ente_id, anno_riferimento) as is_massimo,
    {{ origine_flusso() }} as origine_dato,
    file
from con_popolazione
