-- Grain: one row per ente, indicatore and anno_riferimento.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        tipo_riga = 'dato'
        and (fatto in ('indicatori_gestione', 'spesa_sociale') or tabella = 'testo')
),

indicatori as (
    select * from {{ ref('indicatori_bilancio') }}
),

righe as (
    select * from {{ ref('int_indicatori_gestione_righe') }}
),

-- a figure that stands in a table and in the text too is read from the table
stampati as (
    select
        celle.ente_id,
        indicatori.indicatore,
        celle.anno as anno_riferimento,
        celle.anno_pubblicazione,
        celle.unita,
        cast(celle.valore as decimal(18, 2)) as valore,
        'prospetto' as origine_dato,
        celle.cella_id as celle,
        cast(null as string) as file
    from celle
    inner join indicatori
        on
            celle.misura = indicatori.indicatore
            and case when celle.tabella = 'testo' then 'testo' else 'tabella' end = indicatori.dove
),

somme as (
    select
        ente_id,
        indicatore,
        anno_riferimento,
        cast(sum(numeratore) as decimal(18, 2)) as numeratore,
        cast(sum(denominatore) as decimal(18, 2)) as denominatore,
        {{ origine_flusso() }} as origine_dato,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, indicatore, anno_riferimento
),

-- the documents prevail: of an indicator and year they print, the flussi say nothing here
calcolati as (
    select
        somme.ente_id,
        somme.indicatore,
        somme.anno_riferimento,
        cast(null as integer) as anno_pubblicazione,
        indicatori.unita,
        case
            when indicatori.unita = 'pct'
                then
                    case
                        when somme.denominatore > 0
                            then
                                {{ divisione(
                                    'cast(somme.numeratore as decimal(20, 2)) * 100', 'somme.denominatore', 2
                                ) }}
                    end
            else somme.numeratore
        end as valore,
        somme.origine_dato,
        cast(null as string) as celle,
        somme.file
    from somme
    inner join indicatori on somme.indicatore = indicatori.indicatore
    where {{ documento_tace('somme', 'stampati', ['ente_id', 'indicatore', 'anno_riferimento']) }}
),

tutti as (
    select * from stampati
    union all
    select * from calcolati
)

select
    tutti.ente_id,
    tutti.indicatore,
    cast(tutti.anno_riferimento as integer) as anno_riferimento,
    cast(tutti.anno_pubblicazione as integer) as anno_pubblicazione,
    indicatori.nome,
    indicatori.formula,
    cast(tutti.valore as decimal(18, 2)) as valore,
    tutti.unita,
    tutti.origine_dato,
    tutti.celle,
    tutti.file
from tutti
inner join indicatori on tutti.indicatore = indicatori.indicatore
