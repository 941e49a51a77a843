"""The marts others build on: names, columns and values are promised."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Warehouse

_COST = "utenti_nell_anno ore_erogate costo_eur costo_orario_eur costo_utente_eur popolazione costo_pro_capite_eur"
FACES = {
    "costo_servizi_sub_ambito": f"ente_id anno servizio sub_ambito {_COST} origine_dato",
    "costo_saap_sub_ambito": f"ente_id anno sub_ambito {_COST} origine_dato",
    "spesa_sociale": "ente_id anno_riferimento anno_pubblicazione spesa_sociale_eur pro_capite_eur "
    "popolazione_implicita quota_gestita_pct",
    "avanzo": "ente_id esercizio voce vincolo anno_utilizzo importo_eur",
    "risultato_gestione": "ente_id esercizio avanzo_precedente_eur entrate_eur uscite_eur avanzo_eur",
    "fondi_assegnati": "ente_id anno fondo tipo atto importo_eur",
    "preventivo_consuntivo": "ente_id esercizio area servizio azione voce dettaglio preventivo_eur consuntivo_eur "
    "scostamento_eur",
    "budget_per_fonte": "ente_id esercizio area servizio azione voce fonte importo_eur",
    "celle": "cella_id documento tabella linea voce colonna testo valore unita ente_id anno",
    "quadrature": "quadratura_id documento linea confronto descrizione stampato ricalcolato scarto tolleranza esito "
    "spiegazione",
    "qualita_file": "file_id tracciato ente_id periodo righe_lette righe_caricate righe_in_quarantena stato "
    "caricato_il",
    # from the flussi alone, and from the comparison of the two families
    "ore_servizio_mensili": "ente_id mese servizio sub_ambito ente_gestore utenti_nel_mese ore_erogate costo_eur "
    "costo_orario_eur origine_dato",
    "casi_movimento": "ente_id servizio mese sub_ambito casi_inizio casi_nuovi casi_chiusi casi_fine origine_dato",
    "casi_movimento_annuale": "ente_id servizio anno sub_ambito casi_inizio casi_nuovi casi_chiusi casi_fine "
    "casi_nell_anno mesi_coperti origine_dato",
    "casi_profilo": "ente_id servizio data_riferimento dimensione modalita casi_attivi origine_dato",
    "rette_collocamenti": "ente_id anno tipo_collocamento canale_finanziamento persone_collocate giornate costo_eur "
    "retta_media_giornaliera_eur origine_dato",
    "domande_esiti": "ente_id anno misura esito domande persone importo_concesso_eur origine_dato",
    "attese": "ente_id anno misura domande_con_chiamata attesa_mediana_giorni attesa_p90_giorni persone_in_attesa "
    "origine_dato",
    "ore_personale_servizio": "ente_id anno servizio profilo operatori ore_lavorate origine_dato",
    "spesa_sociale_comuni": "ente_id anno_riferimento codice_istat spesa_lorda_eur compartecipazione_utenti_eur "
    "contributo_ssn_eur spesa_netta_eur popolazione lorda_pro_capite_eur netta_pro_capite_eur is_minimo is_massimo "
    "origine_dato",
    "fondi_residui": "ente_id fondo annualita assegnato_eur incassato_eur speso_eur stornato_eur economie_eur "
    "residuo_eur da_incassare_eur scadenza is_scaduto origine_dato",
    "tempestivita_pagamenti": "ente_id anno trimestre indicatore valore_giorni importo_considerato_eur "
    "fatture_considerate copertura_pct soglia_copertura_pct esito origine_dato",
    "qualita_regole": "file_id regola gravita righe",
    "storia_lotti": "lotto tracciato ente_id periodo file_id righe noto_dal noto_al sostituito_da",
    "quadrature_flussi": "ente_id anno servizio sub_ambito misura stampato da_flusso scarto esito documento linea",
    # objectives
    "indicatori_piano": "ente_id piano indicatore area obiettivo nome formula numeratore denominatore unita traguardo "
    "direzione scadenza scadenza_regola periodo_dal periodo_al is_da_flusso righe_fonte origine_dato",
    "indicatori_valori": "ente_id piano indicatore periodo data_rilevazione tipo_valore valore valore_testo "
    "valore_data esito_stampato unita numeratore denominatore copertura_pct evidenza origine_dato",
    "indicatori_stato": "ente_id piano indicatore periodo valido_dal valido_al esito motivo valore data_rilevazione "
    "scadenza evidenza origine_dato",
    "riscontro_azioni": "ente_id anno area azione stato_azione stato_stampato documento linea origine_dato",
    "prodotti": "prodotto tema nome domanda mart filtro enti_stampati is_sintetico pagina righe_fonte",
    "confronto_enti": "ente_id indicatore servizio anno valore unita numeratore denominatore popolazione_estratto "
    "popolazione_stampata motivo_assenza nota origine_dato",
    # the budget, in the long form and beside it
    "bilancio_voci": "ente_id esercizio fase area servizio azione voce natura importo_eur obiettivo origine_dato",
    "bilancio_aree": "ente_id esercizio fase area importo_eur origine_dato",
    "budget_obiettivi": "ente_id esercizio fase obiettivo importo_eur importo_voci_eur scarto_eur esito",
    "canali_finanziamento": "ente_id esercizio fase canale fonte provenienza entrata_eur avanzo_precedente_eur "
    "quota_vincolata_eur budget_eur uscite_eur avanzo_eur quota_entrate_pct origine_dato",
    "entrate_provenienza": "ente_id esercizio fase provenienza importo_eur quota_pct origine_dato",
    "costi_per_natura": "ente_id esercizio fase natura is_gestione importo_eur quota_pct origine_dato",
    "indicatori_gestione": "ente_id indicatore anno_riferimento anno_pubblicazione valore unita origine_dato",
    "valore_produzione": "ente_id esercizio importo_eur variazione_eur origine_dato",
    "stato_patrimoniale": "ente_id anno voce sezione is_totale saldo_eur variazione_eur",
    "indici_bilancio": "ente_id anno indice valore unita formula valore_ricalcolato scarto formula_che_quadra",
    "investimenti": "ente_id esercizio classe acquisizioni_eur",
    "attivita_servizi": "ente_id servizio servizio_nome indicatore dimensione modalita rilevazione anno valore unita "
    "prodotto voce origine_dato",
    "domande_misure": "ente_id anno misura target tipo_intervento esito domande persone importo_concesso_eur "
    "origine_dato",
    "costo_sub_ambiti": "ente_id anno sub_ambito servizi utenti_nell_anno costo_eur quota_pct origine_dato",
    "personale_in_servizio": "ente_id data_riferimento profilo persone tempo_indeterminato tempo_determinato "
    "collaborazione comando tempo_pieno tempo_parziale origine_dato",
    "piano_occupazionale": "ente_id anno profilo ambito servizio modalita_copertura unita_previste origine_dato",
    "turnover_personale": "ente_id anno persone_inizio assunzioni cessazioni persone_fine organico_medio "
    "tasso_turnover origine_dato",
    "movimenti_personale": "ente_id anno evento profilo ambito valore unita tasso origine_dato",
    "lavoro_agile": "ente_id periodo anno mese aderenti giornate giornate_per_aderente giornate_massime_mese "
    "origine_dato",
    "popolazione_comuni": "ente_id codice_istat data_riferimento classe_eta fascia_eta sesso cittadinanza residenti "
    "origine_dato",
    "popolazione_sub_ambiti": "ente_id sub_ambito anno abitanti stranieri quota_stranieri_pct variazione origine_dato",
    "indici_demografici": "ente_id livello territorio data_riferimento indicatore dettaglio valore unita "
    "valore_estratto estratto_al scarto origine_dato",
    # funds, projects and cash
    "fondi_vincolo": "ente_id anno vincolo importo_eur quota_pct quota_stampata_pct origine_dato",
    "fondi_utilizzo": "ente_id fondo annualita anno_spesa speso_eur speso_progressivo_eur fondo_eur speso_pct "
    "speso_stampato_pct residuo_eur origine_dato",
    "progetti": "ente_id anno_registro numero titolo capofila ruolo finanziatore fonte totale_eur finanziato_eur "
    "assegnato_ambito_eur assegnato_ente_eur cofinanziamento_eur avvio avvio_stampato conclusione "
    "conclusione_stampata note origine_dato",
    "progetti_mensili": "ente_id anno_registro numero mese mesi_alla_conclusione scade_entro_12_mesi "
    "assegnato_ente_eur origine_dato",
    "flussi_risorse": "ente_id esercizio fase livello da_tipo da_nodo a_tipo a_nodo importo_eur origine_dato",
    "crediti_debiti": "ente_id data_riferimento verso anno_competenza controparte_tipo gestione documenti importo_eur "
    "regolato_eur residuo_eur regolato_pct origine_dato",
    "saldi_cassa": "ente_id conto data saldo_eur fido_accordato_eur fido_usato_eur origine_dato",
    "saldi_cassa_mensili": "ente_id conto mese giorni saldo_minimo_eur saldo_medio_eur saldo_finale_eur "
    "fido_usato_massimo_eur giorni_in_fido origine_dato",
    "rette_annuali": "ente_id anno tipo_collocamento costo_eur casi_collocati casi_contati giornate costo_medio_eur "
    "retta_media_giornaliera_eur origine_dato",
    "collocamenti_movimento": "ente_id anno tipo_collocamento dettaglio sub_ambito persone_inizio persone_nuove "
    "persone_uscite persone_fine persone_nell_anno origine_dato",
    "carichi_lavoro": "ente_id anno servizio operatore ruolo somma_pesi casi_assegnati ore_settimana peso_medio "
    "carico_su_ore carico_su_100 base_carico carico_accettabile origine_dato",
}
GRAINS = {
    "costo_servizi_sub_ambito": "ente_id anno servizio sub_ambito",
    "costo_saap_sub_ambito": "ente_id anno sub_ambito",
    "spesa_sociale": "ente_id anno_riferimento",
    "avanzo": "ente_id esercizio voce vincolo anno_utilizzo",
    "risultato_gestione": "ente_id esercizio",
    "fondi_assegnati": "ente_id anno fondo",
    "preventivo_consuntivo": "ente_id esercizio area servizio azione voce",
    "budget_per_fonte": "ente_id esercizio area servizio azione voce fonte",
    "celle": "cella_id",
    "quadrature": "quadratura_id",
    "qualita_file": "file_id",
    "ore_servizio_mensili": "ente_id mese servizio sub_ambito ente_gestore",
    "casi_movimento": "ente_id servizio mese sub_ambito",
    "casi_movimento_annuale": "ente_id servizio anno sub_ambito",
    "casi_profilo": "ente_id servizio data_riferimento dimensione modalita",
    "rette_collocamenti": "ente_id anno tipo_collocamento canale_finanziamento",
    "domande_esiti": "ente_id anno misura esito",
    "attese": "ente_id anno misura",
    "ore_personale_servizio": "ente_id anno servizio profilo",
    "spesa_sociale_comuni": "ente_id anno_riferimento codice_istat",
    "fondi_residui": "ente_id fondo annualita",
    "tempestivita_pagamenti": "ente_id anno trimestre indicatore",
    "qualita_regole": "file_id regola gravita",
    "storia_lotti": "lotto",
    "quadrature_flussi": "ente_id anno servizio sub_ambito misura",
    "indicatori_piano": "ente_id piano indicatore",
    "indicatori_valori": "ente_id piano indicatore periodo data_rilevazione tipo_valore",
    "indicatori_stato": "ente_id piano indicatore periodo valido_dal",
    "riscontro_azioni": "ente_id anno area azione",
    "prodotti": "prodotto",
    "confronto_enti": "ente_id indicatore servizio anno",
    "bilancio_voci": "ente_id esercizio fase area servizio azione voce natura",
    "bilancio_aree": "ente_id esercizio fase area",
    "budget_obiettivi": "ente_id esercizio fase obiettivo",
    "canali_finanziamento": "ente_id esercizio fase canale",
    "entrate_provenienza": "ente_id esercizio fase provenienza",
    "costi_per_natura": "ente_id esercizio fase natura",
    "indicatori_gestione": "ente_id indicatore anno_riferimento",
    "valore_produzione": "ente_id esercizio",
    "stato_patrimoniale": "ente_id anno voce",
    "indici_bilancio": "ente_id anno indice",
    "investimenti": "ente_id esercizio classe",
    "attivita_servizi": "ente_id servizio indicatore dimensione modalita rilevazione anno",
    "domande_misure": "ente_id anno misura target tipo_intervento esito",
    "costo_sub_ambiti": "ente_id anno sub_ambito",
    "personale_in_servizio": "ente_id data_riferimento profilo",
    "piano_occupazionale": "ente_id anno profilo ambito",
    "turnover_personale": "ente_id anno",
    "movimenti_personale": "ente_id anno evento profilo ambito",
    "lavoro_agile": "ente_id periodo",
    "popolazione_comuni": "ente_id codice_istat data_riferimento classe_eta sesso cittadinanza",
    "popolazione_sub_ambiti": "ente_id sub_ambito anno",
    "indici_demografici": "ente_id livello territorio data_riferimento indicatore dettaglio origine_dato",
    "fondi_vincolo": "ente_id anno vincolo",
    "fondi_utilizzo": "ente_id fondo annualita anno_spesa",
    "progetti": "ente_id anno_registro numero",
    "progetti_mensili": "ente_id anno_registro numero mese",
    "flussi_risorse": "ente_id esercizio fase livello da_nodo a_nodo",
    "crediti_debiti": "ente_id data_riferimento verso anno_competenza controparte_tipo",
    "saldi_cassa": "ente_id conto data",
    "saldi_cassa_mensili": "ente_id conto mese",
    "rette_annuali": "ente_id anno tipo_collocamento",
    "collocamenti_movimento": "ente_id anno tipo_collocamento dettaglio sub_ambito",
    "carichi_lavoro": "ente_id anno servizio operatore",
}
# Nothing to compare until an ente sends the flusso of a year that a document prints.
EMPTY = {"quadrature_flussi"}
# Marts whose rows come from printed cells, and those whose rows come from files; some have rows of both kinds.
OF_CELLS = (
    *("costo_servizi_sub_ambito", "costo_saap_sub_ambito", "spesa_sociale", "avanzo", "risultato_gestione"),
    *("fondi_assegnati", "preventivo_consuntivo", "budget_per_fonte"),
    *("bilancio_voci", "bilancio_aree", "canali_finanziamento", "entrate_provenienza", "indicatori_gestione"),
    *("valore_produzione", "budget_obiettivi", "stato_patrimoniale", "indici_bilancio", "investimenti"),
    *("attivita_servizi", "domande_misure", "costo_sub_ambiti"),
    *("ore_personale_servizio", "personale_in_servizio", "piano_occupazionale", "movimenti_personale", "lavoro_agile"),
    *("popolazione_sub_ambiti", "indici_demografici"),
    *("fondi_vincolo", "fondi_utilizzo", "progetti", "progetti_mensili", "flussi_risorse", "crediti_debiti"),
    *("casi_movimento_annuale", "casi_profilo", "rette_annuali", "collocamenti_movimento", "carichi_lavoro"),
    *("indicatori_valori", "riscontro_azioni"),
)
# Of these no layout of the flussi gives anything.
OF_CELLS_ALONE = {
    *("spesa_sociale", "budget_obiettivi", "stato_patrimoniale", "indici_bilancio", "investimenti"),
    *("piano_occupazionale", "progetti", "progetti_mensili", "riscontro_azioni", "carichi_lavoro"),
}
OF_FILES = (
    *(mart for mart in OF_CELLS if mart not in OF_CELLS_ALONE),
    *("ore_servizio_mensili", "casi_movimento", "rette_collocamenti", "saldi_cassa", "saldi_cassa_mensili"),
    *("domande_esiti", "attese", "turnover_personale", "popolazione_comuni", "spesa_sociale_comuni", "fondi_residui"),
    *("tempestivita_pagamenti", "costi_per_natura"),
)
VALUES = {
    ("costo_servizi_sub_ambito", "servizio"): {"SAAP", "SAD", "ADM", "SIP"},
    ("avanzo", "vincolo"): {"vincolato", "finalizzato", "libero"},
    ("fondi_assegnati", "tipo"): {"istituzionale", "misura", "progetto"},
    ("quadrature", "esito"): {"quadra", "arrotondamento", "spiegata", "da_spiegare"},
    ("tempestivita_pagamenti", "esito"): {"valutabile", "n.v."},
    ("tempestivita_pagamenti", "indicatore"): {"itp", "tempo_medio_ponderato", "ritardo_annuale"},
    ("qualita_file", "stato"): {"accettato", "accettato con scarti", "respinto"},
    ("domande_esiti", "esito"): {
        *("ammessa finanziata", "ammessa non finanziata", "non ammessa", "rinuncia", "in valutazione"),
    },
    ("domande_misure", "esito"): {
        *("ammessa finanziata", "ammessa non finanziata", "non ammessa", "rinuncia", "in valutazione"),
    },
    **{(mart, "ente_id"): {"csc", "asc_cremonese", "asc_insieme", "dimostrativo"} for mart in FACES},
    # a file may hold no ente (the population), or more than one
    **{(mart, "ente_id"): {"dimostrativo", None} for mart in ("qualita_file", "storia_lotti")},
    **{(mart, "origine_dato"): {"flusso", "dimostrativo"} for mart in OF_FILES},
    **{(mart, "origine_dato"): {"prospetto", "flusso", "dimostrativo"} for mart in OF_CELLS if mart in OF_FILES},
    ("budget_obiettivi", "esito"): {"dimostrato", "arrotondamento", "non_dimostrato", "senza_voci"},
    **{(mart, "origine_dato"): {"prospetto"} for mart in OF_CELLS_ALONE - {"spesa_sociale"}},
    ("carichi_lavoro", "origine_dato"): {"prospetto"},
    ("indicatori_stato", "esito"): {
        *("raggiunto", "parziale", "non_raggiunto", "in_corso", "scaduto", "non_valutabile"),
    },
    # a plan is printed, or it is of the synthetic ente; the values of a printed one may come from files
    **{
        (mart, "origine_dato"): {"prospetto", "flusso", "dimostrativo"}
        for mart in ("indicatori_piano", "indicatori_stato")
    },
    ("riscontro_azioni", "origine_dato"): {"prospetto"},
    ("celle", "documento"): {"000", "001", "002", "004"},
    ("quadrature", "documento"): {"000", "001", "002", "004"},
}


@pytest.mark.parametrize("mart", FACES)
def test_columns(built: Warehouse, mart: str) -> None:
    found = built.query(
        f"select column_name from duckdb_columns() where schema_name = 'marts' and table_name = '{mart}'"
    )
    assert set(FACES[mart].split()) - {name for (name,) in found} == set()


@pytest.mark.parametrize("mart", FACES)
def test_rows_and_grain(built: Warehouse, manifest: dict[str, Any], mart: str) -> None:
    assert manifest["nodes"][f"model.ambito.{mart}"]["config"]["meta"]["grana"] == GRAINS[mart].split()
    columns = ", ".join(GRAINS[mart].split())
    rows, distinct = built.query(
        f"select count(*), (select count(*) from (select distinct {columns} from marts.{mart})) from marts.{mart}"
    )[0]
    assert rows == distinct
    assert isinstance(rows, int) and (rows > 0) is (mart not in EMPTY)


@pytest.mark.parametrize(("mart", "column"), VALUES)
def test_values(built: Warehouse, mart: str, column: str) -> None:
    if (mart, column) == ("quadrature", "ente_id") or column in _columns(built, mart):
        found = {value for (value,) in built.query(f"select distinct {column} from marts.{mart}")}
        assert (found or mart in EMPTY) and found <= VALUES[mart, column]


def _columns(built: Warehouse, mart: str) -> set[str]:
    query = f"select column_name from duckdb_columns() where schema_name = 'marts' and table_name = '{mart}'"
    return {str(name) for (name,) in built.query(query)}


def test_accepted_values_are_tests_of_the_build(manifest: dict[str, Any]) -> None:
    """The values promised are held by a blocking test, so that tomorrow's document cannot publish others."""
    tested = {
        (node["attached_node"].split(".")[-1], node["column_name"]): set(node["test_metadata"]["kwargs"]["values"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "accepted_values"
    }
    held = ("servizio", "vincolo", "tipo", "esito", "stato", "indicatore", "origine_dato")
    promised = {key: values for key, values in VALUES.items() if key[1] in held}
    assert {key: tested.get(key) for key in promised} == promised


def test_members_of_the_services_mart(built: Warehouse) -> None:
    """Six sub-ambiti for each service and year, and the users from elsewhere, a member of their own."""
    found = built.query(
        "select servizio, anno, count(*) filter (sub_ambito not in ('Fuori distretto', 'Extra-territorio')) "
        "from marts.costo_servizi_sub_ambito where origine_dato = 'prospetto' group by servizio, anno order by all"
    )
    services = ("ADM", "SAAP", "SAD", "SIP")
    assert found == [(service, year, 6) for service in services for year in (2022, 2023, 2024)]


def test_a_cell_is_where_it_says(built: Warehouse) -> None:
    """cella_id is documento/tabella/linea/colonna, with the place of the row where two share a line."""
    wrong = built.query(
        r"""
        select cella_id from marts.celle
        where not regexp_full_match(
            cella_id, documento || '/' || tabella || '/' || linea || '(\.\d+)?/' || colonna
        )
        """
    )
    assert wrong == []


@pytest.mark.parametrize("mart", OF_CELLS)
def test_every_row_names_existing_cells(built: Warehouse, mart: str) -> None:
    lost = built.query(
        f"""
        select cella_id from (select unnest(string_split(celle, ' ')) as cella_id from marts.{mart})
        where cella_id not in (select cella_id from marts.celle)
        """
    )
    assert lost == []
    assert built.query(f"select count(*) from marts.{mart} where origine_dato = 'prospetto'") != [(0,)]
    nameless = "(celle is null or celle = '') = (origine_dato = 'prospetto')"
    assert built.query(f"select count(*) from marts.{mart} where {nameless}") == [(0,)]


@pytest.mark.parametrize("mart", OF_FILES)
def test_every_row_of_a_flusso_names_existing_files(built: Warehouse, mart: str) -> None:
    unnamed = "(file is null or file = '') = (origine_dato <> 'prospetto')"
    assert built.query(f"select count(*) from marts.{mart} where {unnamed}") == [(0,)]
    named = f"select distinct unnest(string_split(file, ' ')) as file_id, ente_id from marts.{mart}"
    assert built.query(f"select count(*) from ({named})") != [(0,)]
    # of this ente or of none, as the population, and accepted
    lost = f"""
        select file_id from ({named}) as n where file_id is not null and not exists (
            select 1 from marts.qualita_file as q
            where q.file_id = n.file_id and coalesce(q.ente_id, n.ente_id) = n.ente_id and q.stato like 'accettato%'
        )
    """
    assert built.query(lost) == []
