-- Every member the seed etichette names exists in the seed of its dimension.
{%- set dimensioni = {
    'area': 'aree',
    'servizio': 'servizi',
    'azione': 'azioni',
    'fonte': 'fonti',
    'sub_ambito': 'sub_ambiti',
    'fase': 'fasi',
    'natura': 'nature',
    'profilo': 'profili',
    'esito': 'esiti',
    'stato_azione': 'stati_azione',
} %}
with etichette as (
    select
        dimensione,
        etichetta,
        membro
    from {{ ref('etichette') }}
    where dimensione <> 'voce'
),

membri as (
    {%- for dimensione, seme in dimensioni.items() %}
        select
            '{{ dimensione }}' as dimensione,
            {{ dimensione }} as membro
        from {{ ref(seme) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    etichette.dimensione,
    etichette.etichetta,
    etichette.membro
from etichette
left join membri on etichette.dimensione = membri.dimensione and etichette.membro = membri.membro
where membri.membro is null
