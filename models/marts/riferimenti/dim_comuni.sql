-- Grain: one row per comune (codice_istat).
with comuni as (
    select * from {{ ref('comuni') }}
),

residenze as (
    select * from {{ ref('int_residenze_attribuite') }}
    where valido_al = cast('9999-12-31' as date)
)

select
    comuni.codice_istat,
    comuni.codice_catastale,
    comuni.comune,
    comuni.ente_id,
    coalesce(residenze.sub_ambito, 'Non attribuito') as sub_ambito,
    comuni.capofila_di,
    cast(comuni.popolazione_censimento_2011 as integer) as popolazione_censimento_2011,
    cast(comuni.valido_dal as date) as valido_dal,
    cast(comuni.valido_al as date) as valido_al,
    comuni.fonte as riferimento
from comuni
left join residenze on comuni.ente_id = residenze.ente_id and comuni.codice_istat = residenze.codice_istat
