-- Every member the seed etichette names exists in the seed of its dimension.
with etichette as (
    select
        dimensione,
        etichetta,
        membro
    from {{ ref('etichette') }}
    where dimensione <> 'voce'
),

membri as (
    select
        'area' as dimensione,
        area as membro
    from {{ ref('aree') }}
    union all
    select
        'servizio' as dimensione,
        servizio as membro
    from {{ ref('servizi') }}
    union all
    select
        'azione' as dimensione,
        azione as membro
    from {{ ref('azioni') }}
    union all
    select
        'fonte' as dimensione,
        fonte as membro
    from {{ ref('fonti') }}
    union all
    select
        'sub_ambito' as dimensione,
        sub_ambito as membro
    from {{ ref('sub_ambiti') }}
    union all
    select
        'fase' as dimensione,
        fase as membro
    from {{ ref('fasi') }}
)

select
    etichette.dimensione,
    etichette.etichetta,
    etichette.membro
from etichette
left join membri on etichette.dimensione = membri.dimensione and etichette.membro = membri.membro
where membri.membro is null
