-- Regrains: one row per printed line of the balance sheet -> one row per ente and anno, a column per aggregate of the
-- formulas. A line printed blank in a year that has others is nothing, not unknown.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where fatto = 'stato_patrimoniale' and tipo_riga = 'dato' and misura = 'saldo'
),

voci as (
    select * from {{ ref('voci_patrimoniali') }}
),

saldi as (
    select
        celle.ente_id,
        celle.anno,
        voci.aggregato,
        celle.valore,
        celle.cella_id
    from celle
    inner join voci on celle.voce_di_riga = voci.voce
)

select
    ente_id,
    anno,
    {%- for aggregato in [
        'immobilizzazioni', 'rimanenze', 'crediti', 'ratei_attivi', 'debiti_breve', 'debiti_tributari', 'ratei_passivi',
        'medio_lungo', 'finanziari_lungo', 'finanziari_breve',
    ] %}
        cast(sum(case when aggregato = '{{ aggregato }}' then valore else 0 end) as decimal(18, 2)) as {{ aggregato }},
    {%- endfor %}
    -- the reclassified sheet prints what finances the enterprise with the opposite sign
    cast(sum(case when aggregato = 'patrimonio_netto' then -valore else 0 end) as decimal(18, 2)) as patrimonio_netto,
    {{ elenco('cella_id') }} as celle
from saldi
group by ente_id, anno
