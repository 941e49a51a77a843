-- Every figure of activity is classified once, and every line of the seeds has its cells.
-- Guards: a cell of a table of activity that no mart would show, a figure of the running text that a slip in its label
-- would drop, and a figure that two lines would count twice.
with celle as (
    select
        cella_id,
        documento,
        tabella,
        misura,
        voce_di_riga,
        dettaglio
    from {{ ref('int_celle_conformate') }}
    where tipo_riga = 'dato'
),

righe as (
    select
        'attivita' as seme,
        documento,
        tabella,
        misura,
        voce,
        dettaglio
    from {{ ref('attivita') }}
    union all
    select
        'domande_stampate' as seme,
        documento,
        tabella,
        misura,
        voce,
        dettaglio
    from {{ ref('domande_stampate') }}
),

classificate as (
    select
        righe.seme,
        righe.documento,
        righe.tabella,
        righe.misura,
        righe.voce,
        righe.dettaglio,
        celle.cella_id
    from righe
    left join celle
        on
            righe.documento = celle.documento
            and righe.tabella = celle.tabella
            and righe.misura = celle.misura
            and (righe.voce is null or righe.voce = celle.voce_di_riga)
            and (righe.dettaglio is null or righe.dettaglio = celle.dettaglio)
),

-- the running text holds figures of every theme: what is not named there is another mart's
tabelle as (
    select distinct
        documento,
        tabella
    from righe
    where tabella <> 'testo'
)

select
    'riga del seme senza celle' as difetto,
    concat_ws(' ', seme, documento, tabella, misura, voce, dettaglio) as dove
from classificate
where cella_id is null
union all
select
    'cella in due righe dello stesso seme' as difetto,
    concat_ws(' ', seme, cella_id) as dove
from classificate
where cella_id is not null
group by seme, cella_id
having count(*) > 1
union all
select
    'cella senza riga' as difetto,
    celle.cella_id as dove
from celle
inner join tabelle on celle.documento = tabelle.documento and celle.tabella = tabelle.tabella
where not exists (
        select 1 as una from classificate
        where celle.cella_id = classificate.cella_id
    )
