-- Grain: one row per ente, livello, territorio, data_riferimento, indicatore, dettaglio and origine_dato.
-- What the documents print stands beside what the population of ISTAT gives: neither takes the place of the other.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where tabella = 'testo' and tipo_riga = 'dato'
),

cifre as (
    select * from {{ ref('indicatori_territorio') }}
),

enti as (
    select
        enti.ente_id,
        ambiti.nome as ambito
    from {{ ref('enti') }} as enti
    inner join {{ ref('ambiti') }} as ambiti on enti.ambito_id = ambiti.ambito_id
),

estratti as (
    select * from {{ ref('int_indici_territori') }}
),

stampati as (
    select
        celle.ente_id,
        cifre.livello,
        coalesce(cifre.territorio, enti.ambito) as territorio,
        cast(celle.anno as integer) as anno,
        case when cifre.giorno = 'fine anno' then make_date(cast(celle.anno as integer), 12, 31) end
            as data_riferimento,
        make_date(cast(celle.anno_pubblicazione as integer), 12, 31) as pubblicato_entro,
        cifre.indicatore,
        cifre.dettaglio,
        cast(celle.valore as decimal(18, 2)) as valore,
        celle.unita,
        celle.cella_id
    from celle
    inner join cifre
        on celle.documento = cifre.documento and celle.misura = cifre.misura and celle.voce_di_riga = cifre.voce
    inner join enti on celle.ente_id = enti.ente_id
),

-- the extract nearest to the day of the printed figure, or to the publication of one that has none
confrontati as (
    select
        stampati.*,
        estratti.codice_istat,
        estratti.valore as valore_estratto,
        estratti.data_riferimento as estratto_al,
        row_number() over (
            partition by stampati.cella_id
            order by
                abs({{ giorni_tra(
                    'estratti.data_riferimento', 'coalesce(stampati.data_riferimento, stampati.pubblicato_entro)'
                ) }}) nulls last,
                estratti.data_riferimento nulls last
        ) as vicinanza
    from stampati
    left join estratti
        on
            stampati.ente_id = estratti.ente_id
            and stampati.livello = estratti.livello
            and stampati.territorio = estratti.territorio
            and stampati.indicatore = estratti.indicatore
            and coalesce(stampati.dettaglio, '') = coalesce(estratti.dettaglio, '')
)

select
    ente_id,
    livello,
    territorio,
    codice_istat,
    anno,
    data_riferimento,
    indicatore,
    dettaglio,
    valore,
    unita,
    valore_estratto,
    estratto_al,
    cast(valore - valore_estratto as decimal(18, 2)) as scarto,
    'prospetto' as origine_dato,
    cella_id as celle,
    cast(null as string) as file
from confrontati
where vicinanza = 1
union all
select
    ente_id,
    livello,
    territorio,
    codice_istat,
    cast(extract(year from data_riferimento) as integer) as anno,
    data_riferimento,
    indicatore,
    dettaglio,
    valore,
    unita,
    cast(null as decimal(18, 2)) as valore_estratto,
    cast(null as date) as estratto_al,
    cast(null as decimal(18, 2)) as scarto,
    {{ origine_flusso() }} as origine_dato,
    cast(null as string) as celle,
    file
from estratti
