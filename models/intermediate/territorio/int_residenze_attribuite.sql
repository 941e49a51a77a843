-- Grain: one row per ente, code of residence and validity: the sub_ambito it stands for.
-- The code 999999 says outside the ambito. A code that is not here has no known sub_ambito: «Non attribuito».
with comuni_sub_ambiti as (
    select * from {{ ref('comuni_sub_ambiti') }}
),

sub_ambiti as (
    select * from {{ ref('sub_ambiti') }}
    where tipo = 'extra_territorio'
),

residenze as (
    select
        ente_id,
        codice_istat,
        sub_ambito,
        valido_dal,
        valido_al
    from comuni_sub_ambiti
    union all
    select
        ente_id,
        '999999' as codice_istat,
        sub_ambito,
        valido_dal,
        valido_al
    from sub_ambiti
)

select
    ente_id,
    codice_istat,
    sub_ambito,
    coalesce(cast(valido_dal as date), cast('0001-01-01' as date)) as valido_dal,
    coalesce(cast(valido_al as date), cast('9999-12-31' as date)) as valido_al
from residenze
