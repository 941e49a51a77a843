-- Grain: one row per ente, sub_ambito and anno.
with celle as (
    select * from {{ ref('int_celle_conformate') }}
    where
        fatto = 'popolazione_sub_ambiti'
        and tipo_riga = 'dato'
        -- the table of foreigners repeats the residents: a check holds that they are the same
        and not (tabella = 'stranieri' and misura = 'residenti')
),

date_prospetti as (
    select * from {{ ref('date_prospetti') }}
),

righe as (
    select * from {{ ref('int_residenti_sub_ambiti_righe') }}
),

sub_ambiti as (
    select * from {{ ref('sub_ambiti') }}
),

stampati as (
    select
        celle.ente_id,
        celle.sub_ambito,
        cast(celle.anno as integer) as anno,
        max(date_prospetti.data_riferimento) as data_riferimento,
        {{ cifra('residenti', 'integer') }} as abitanti,
        {{ cifra('stranieri', 'integer') }} as stranieri,
        {{ cifra('quota_stranieri', 'decimal(7, 2)') }} as quota_stranieri_stampata_pct,
        {{ cifra('variazione', 'integer') }} as variazione_stampata,
        {{ cifra('variazione_pct', 'decimal(9, 2)') }} as variazione_per_cento_stampata,
        {{ elenco('celle.cella_id') }} as celle
    from celle
    left join date_prospetti
        on celle.documento = date_prospetti.documento and celle.tabella = date_prospetti.tabella
    group by celle.ente_id, celle.sub_ambito, celle.anno
),

contati as (
    select
        ente_id,
        sub_ambito,
        anno,
        max(data_riferimento) as data_riferimento,
        cast(sum(residenti) as integer) as abitanti,
        case
            when max(case when cittadinanza = 'totale' then 1 else 0 end) = 0
                then cast(sum(case when cittadinanza = 'straniera' then residenti else 0 end) as integer)
        end as stranieri,
        {{ elenco('file_id') }} as file
    from righe
    group by ente_id, sub_ambito, anno
),

tutti as (
    select
        ente_id,
        sub_ambito,
        anno,
        data_riferimento,
        abitanti,
        stranieri,
        quota_stranieri_stampata_pct,
        variazione_stampata,
        variazione_per_cento_stampata,
        'prospetto' as origine_dato,
        celle,
        cast(null as string) as file
    from stampati
    union all
    -- the documents prevail: of a year they print, the population says nothing here
    select
        contati.ente_id,
        contati.sub_ambito,
        contati.anno,
        contati.data_riferimento,
        contati.abitanti,
        contati.stranieri,
        cast(null as decimal(7, 2)) as quota_stranieri_stampata_pct,
        cast(null as integer) as variazione_stampata,
        cast(null as decimal(9, 2)) as variazione_per_cento_stampata,
        {{ origine_flusso('contati.ente_id') }} as origine_dato,
        cast(null as string) as celle,
        contati.file
    from contati
    where {{ documento_tace('contati', 'stampati', ['ente_id', 'anno']) }}
),

primi as (
    select
        ente_id,
        sub_ambito,
        min(anno) as primo_anno
    from tutti
    group by ente_id, sub_ambito
),

confrontati as (
    select
        tutti.*,
        primi.primo_anno,
        inizio.abitanti as abitanti_primo_anno,
        inizio.celle as celle_primo_anno
    from tutti
    inner join primi on tutti.ente_id = primi.ente_id and tutti.sub_ambito = primi.sub_ambito
    -- the first year has nothing before it to be compared with
    left join tutti as inizio
        on
            primi.ente_id = inizio.ente_id
            and primi.sub_ambito = inizio.sub_ambito
            and primi.primo_anno = inizio.anno
            and tutti.anno > primi.primo_anno
)

select
    confrontati.ente_id,
    confrontati.sub_ambito,
    sub_ambiti.tipo,
    confrontati.anno,
    confrontati.data_riferimento,
    confrontati.abitanti,
    confrontati.stranieri,
    cast({{ divisione('100 * confrontati.stranieri', 'confrontati.abitanti', 2) }} as decimal(7, 2))
        as quota_stranieri_pct,
    confrontati.quota_stranieri_stampata_pct,
    confrontati.primo_anno,
    cast(confrontati.abitanti - confrontati.abitanti_primo_anno as integer) as variazione,
    cast(
        {{ divisione(
            '100 * (confrontati.abitanti - confrontati.abitanti_primo_anno)', 'confrontati.abitanti_primo_anno', 2
        ) }} as decimal(9, 2)
    ) as variazione_per_cento,
    confrontati.variazione_stampata,
    confrontati.variazione_per_cento_stampata,
    confrontati.origine_dato,
    confrontati.celle,
    confrontati.celle_primo_anno,
    confrontati.file
from confrontati
left join sub_ambiti on confrontati.sub_ambito = sub_ambiti.sub_ambito
