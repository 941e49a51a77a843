"""Wrong data turns the build red, by name and with its rows, and nothing is published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Warehouse
from tests.python.warehouse.test_fixed_faces import EMPTY, FACES, GRAINS, OF_CELLS, OF_FILES


def _build_rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse.paths.database), read_only=True) as con:
        return con.execute(query).fetchall()


def _line(file: Path, number: int) -> str:
    (found,) = [text for text in file.read_text(encoding="utf-8").splitlines() if text.startswith(f"{number},")]
    return found


def test_wrong_figures_and_rows_stop_the_publication(warehouse: Warehouse) -> None:
    """Twelve faults in one build, so that one build is paid for; each is told by its own check."""
    served, files = warehouse.served(), sorted(warehouse.paths.published.iterdir())
    document = warehouse.document("001")
    # a figure of a total
    warehouse.edit(document / "saap_sub_ambito.csv", "€ 6.537.420,21", "€ 6.537.421,21")
    # a row dropped
    sad = document / "sad_sub_ambito.csv"
    (dropped,) = [text for text in sad.read_text(encoding="utf-8").splitlines() if ",Sergnano," in text]
    warehouse.edit(sad, dropped + "\n", "")
    # the figures of two columns swapped
    adm = document / "adm_sub_ambito.csv"
    (row,) = [text for text in adm.read_text(encoding="utf-8").splitlines() if ",Crema," in text]
    fields = row.split(",", 4)
    first, last = fields[3], row.rsplit(',"', 2)[0].rsplit(",", 1)[1]
    assert first.isdigit() and last.isdigit() and first != last
    head, tail = row.rsplit(f",{last},", 1)
    warehouse.edit(adm, row, head.replace(f",{first},", f",{last},", 1) + f",{first}," + tail)
    # a figure behind a known difference: the fund of the L. 178, 10.000 euro over what the scheda has
    warehouse.edit(document / "fondi_istituzionali.csv", "€. 455.882,69", "€. 455.882,70")
    # a row printed twice
    avanzo = document / "avanzo_dettaglio.csv"
    warehouse.edit(
        avanzo, _line(avanzo, 398), _line(avanzo, 398) + "\n" + _line(avanzo, 398).replace("398,", "399,", 1)
    )
    # a list that does not begin: one strategy less than the text says
    warehouse.edit(
        warehouse.document("004") / "indicatori.csv", "Eventi sul Codice Etico,1.,", "Eventi sul Codice Etico,2.,"
    )
    # a part greater than its whole
    penal = "Équipe Penale: giovani in carico a fine anno,giovani_in_carico,persone,2024,"
    warehouse.edit(document / "testo.csv", f"{penal}39", f"{penal}73")
    # a number in letters that is another, in the text and among what it counts, and a strict limit that two equal
    # figures do not keep
    letters = warehouse.document("002") / "testo_lettere.csv"
    warehouse.edit(letters, "numero,,sei", "numero,,sette")
    warehouse.edit(warehouse.document("002") / "aree_strategiche.csv", "384,dato,Progetti,3.\n", "")
    warehouse.edit(warehouse.document("000") / "testo_lettere.csv", "persone,,un\n", "persone,,tre\n")
    # a source of the budget that is not what its channel gives
    budget = warehouse.document("002") / "budget_progettazione.csv"
    warehouse.edit(budget, _line(budget, 605), _line(budget, 605).removesuffix('"€ 15.000,00"') + '"€ 15.000,01"')
    # a repair whose proof proves something else
    repairs = warehouse.root / "seeds" / "rettifiche.csv"
    text = repairs.read_text(encoding="utf-8")
    repairs.write_text(text.replace("001-risultato-gestionale", "001-saap-totale-utenti_2024"), encoding="utf-8")

    built = warehouse.ambito("build")

    assert built.returncode == 1
    said = built.stderr
    assert "Traceback" not in said
    for red in ("differenze_nuove", "differenze_superate", "avanzo_identita", "prove_delle_rettifiche", "grana_avanzo"):
        assert f"test rosso «{red}" in said, said
    # what each red test guards, and its rows
    assert "Una differenza che nessuno ha registrato ferma la pubblicazione" in said
    assert "rettifica_id=R003, quadratura_prova=001-saap-totale-utenti_2024, esito=quadra" in said
    assert "quadratura_id=001-l178-preventivo, scarto_registrato=-10000.0000, scarto_trovato=-10000.0100" in said
    assert "voce=ISD, vincolo=finalizzato, anno_utilizzo=2025, righe=2" in said
    # the sample is of ten rows; the rest is in the database being built
    new = dict(
        _build_rows(
            warehouse, "select quadratura_id, scarto from marts.quadrature where esito = 'da_spiegare' and not e_nota"
        )
    )
    assert f"({len(new)} righe)" in said
    assert str(new["001-saap-totale-costo_2024"]) == "0.9900"  # it was a cent of rounding the other way
    assert {
        f"001-sad-totale-{measure}_{year}" for measure in ("utenti", "ore", "costo") for year in (2022, 2023, 2024)
    } <= set(new)
    assert {"001-adm-totale-utenti_2022", "001-adm-totale-utenti_2024"} <= set(new)
    assert {"004-strategie", "001-penale-fine-anno-nell-anno", "002-canale-diocesi"} <= set(new)
    assert str(new["001-penale-fine-anno-nell-anno"]) == "1.0000"
    assert {"002-sub-ambiti", "002-aree-strategiche", "000-equipe-casa-rimasti"} <= set(new)
    assert str(new["000-equipe-casa-rimasti"]) == "0.0000"
    # nothing is published, and what was is still served
    assert warehouse.served() == served
    assert sorted(warehouse.paths.published.iterdir()) == files
    assert warehouse.query(
        "select costo_eur from marts.costo_saap_sub_ambito where sub_ambito = 'Pandino' and anno = 2024"
    )


# --- every test of the build that is SQL of ours: one fault each, on a copy of the database, undone after -------------

_PRINTED = "select max({1}) from marts.{0} where origine_dato = 'prospetto'"
_VALUE = f"update marts.{{0}} set {{1}} = {{1}} + 1 where origine_dato = 'prospetto' and {{1}} = ({_PRINTED})"

# An ente with nothing else from the flussi: 10 euro assigned in 2024 and 4 spent, in the raw tables...
_RAW_MOVEMENTS = """
    insert into raw.lotti (lotto, file_id, tracciato, ente_id, periodo, righe, noto_dal)
    values (-1, 'prova', 'movimenti_fondi', 'asc_insieme', '2024', 2, timestamp '2025-02-01 00:00:00');
    insert into raw.flusso_movimenti_fondi
        (_lotto, _file_id, _riga, ente, id_movimento, fondo, annualita, data, tipo, importo, vincolo)
    values
        (-1, 'prova', 2, 'asc_insieme', 'm1', 'FSR', 2024, date '2024-03-01', 'assegnazione', 10, 'vincolato'),
        (-1, 'prova', 3, 'asc_insieme', 'm2', 'FSR', 2024, date '2024-04-01', 'spesa', 4, 'vincolato');
"""
# ... and in the marts, where 6 are left
_MOVEMENTS = f"""
    {_RAW_MOVEMENTS}
    insert into marts.risultato_gestione (ente_id, esercizio, entrate_eur, uscite_eur, avanzo_eur, origine_dato, file)
    values ('asc_insieme', 2024, 10, 4, 6, 'flusso', 'prova');
    insert into marts.avanzo (ente_id, esercizio, voce, vincolo, importo_eur, origine_dato, file)
    values ('asc_insieme', 2024, 'FSR (2024)', 'vincolato', 6, 'flusso', 'prova');
"""
_RESULT = "insert into marts.risultato_gestione (ente_id, esercizio, avanzo_precedente_eur, entrate_eur, uscite_eur, "
_RESULT += "avanzo_eur, origine_dato, file) values ('asc_insieme', 2025, {0}, 0, 0, {0}, 'flusso', 'prova');"
_FILE = "insert into marts.qualita_file (file_id, nome, righe_lette, righe_caricate, righe_in_quarantena, stato, "
_FILE += "caricato_il, sintetico) values ('prova', 'prova.csv', {}, now()::timestamp, false)"
_LOT = "insert into raw.lotti (lotto, file_id, tracciato, ente_id, periodo, righe, noto_dal) "
_LOT += "values (-1, 'prova', '{}', 'asc_insieme', '2024', 1, timestamp '2025-02-01 00:00:00');"
_DEMO = "ente_id = 'dimostrativo'"
_SHARES = f"{_DEMO} and periodo = '2025' and tipo_valore = 'calcolato'"
_STATE = f"{_DEMO} and indicatore = '1.5a'"
_SAID = f"{_DEMO} and indicatore = '4.2'"
_A_STOCK = (
    f"select * from marts.casi_movimento where {_DEMO} and casi_inizio > 0 and casi_nuovi > 0 order by all limit 1"
)
_THE_ROW = "(ente_id, servizio, mese, sub_ambito) = (select (ente_id, servizio, mese, sub_ambito) from riga)"
# The columns that a document prints on each of its rows.
PRINTED = {
    "preventivo_consuntivo": ["azione_stampata", "voce_stampata", "linea"],
    "budget_per_fonte": ["azione_stampata", "voce_stampata", "linea"],
    "fondi_assegnati": ["fondo_stampato"],
}
_STATED = "servizio = 'BANCA_ACQUA' and modalita = 'attivati' and ente_id = 'dimostrativo'"
FAULTS = {
    "attivita_classificate": [
        # a line of the seed whose label is no longer the printed one, one that is gone, one too many
        "update riferimenti.attivita set voce = 'N. utenti SAD' where voce = 'N° utenti con servizio SAD attivo'",
        "delete from riferimenti.attivita where misura = 'proroghe'",
        "delete from riferimenti.domande_stampate where tabella = 'fna_b2_domande' and dettaglio = 'MIX'",
        "update riferimenti.attivita set voce = null where voce = 'Accordo RSA: donne richiedenti'",
        # a label of the running text, and a new line of a table
        "update raw.celle set voce = 'Pro.vi: domande' where voce = 'Pro.vi: domande presentate, tutte finanziate'",
        "insert into raw.celle select * replace ('nuova' as cella_id, 'altro' as misura) from raw.celle "
        "where tabella = 'sil_indicatori' limit 1",
    ],
    "attivita_concordi": [
        f"update raw.celle set {fault}"
        for fault in (
            "valore = 641 where tabella = 'testo' and voce = 'Accordo RSA: richieste'",
            "valore = null where tabella = 'testo' and voce = 'Accordo RSA: richieste'",
            "unita = 'persone' where tabella = 'testo' and voce = 'Accordo RSA: richieste'",
        )
    ]
    + [
        "update riferimenti.attivita set prodotto = 'S30' where voce = 'Accordo RSA: richieste'",
        "update riferimenti.attivita set prodotto = null where voce = 'Accordo RSA: richieste'",
        "update riferimenti.domande_stampate set esito = 'non ammessa' where voce like '%ammesse e non finanziate'",
    ],
    "attivita_senza_perdite": [
        f"update marts.attivita_servizi set valore = valore + 1 where {_STATED}",
        f"update marts.attivita_servizi set unita = 'atti' where {_STATED}",
        # it would be shown where another of its group is of too few persons, or nobody says of how many it is
        f"update marts.attivita_servizi set persone = persone + 1 where {_STATED}",
        f"update marts.attivita_servizi set persone = null where {_STATED}",
        f"update marts.attivita_servizi set modalita = null, dimensione = null where {_STATED}",
        f"delete from marts.attivita_servizi where {_STATED}",
        "insert into marts.attivita_servizi select * replace (2099 as anno) from marts.attivita_servizi "
        f"where {_STATED}",
        "update raw.flusso_attivita set valore = valore + 1 where modalita = 'attivati'",
        "delete from raw.flusso_attivita where modalita = 'attivati'",
    ],
    "attivita_unita": [
        "update riferimenti.indicatori_attivita set unita = 'casi' where indicatore = 'percorsi_nuovi'",
        "update riferimenti.indicatori_attivita set indicatore = 'percorsi' where indicatore = 'percorsi_nuovi'",
        "update riferimenti.indicatori_attivita set servizio = 'SIL' where indicatore = 'percorsi_nuovi'",
    ],
    "avanzo_dai_movimenti": [
        f"{_MOVEMENTS} {fault}"
        for fault in (
            "update marts.avanzo set importo_eur = 7 where ente_id = 'asc_insieme'",
            "delete from marts.avanzo where ente_id = 'asc_insieme'",
            "update marts.risultato_gestione set entrate_eur = 11 where ente_id = 'asc_insieme'",
            "update marts.risultato_gestione set avanzo_precedente_eur = 1 where ente_id = 'asc_insieme'",
            # a movement that no mart has seen, and one that is no longer current
            "update raw.flusso_movimenti_fondi set importo = 5 where id_movimento = 'm2' and _lotto = -1",
            "update raw.lotti set noto_al = timestamp '2025-03-01 00:00:00' where lotto = -1",
            # the year after begins from what the year before did not leave
            _RESULT.format(6) + "update marts.risultato_gestione set avanzo_precedente_eur = 5, entrate_eur = 1 "
            "where esercizio = 2025 and ente_id = 'asc_insieme'; insert into marts.avanzo by name select * replace "
            "(2025 as esercizio) from marts.avanzo where ente_id = 'asc_insieme'",
            # items of an avanzo with no result of that year
            "delete from marts.risultato_gestione where ente_id = 'asc_insieme'",
        )
    ],
    "avanzo_identita": [
        _VALUE.format("avanzo", "importo_eur"),
        _VALUE.format("risultato_gestione", "uscite_eur"),
        "delete from marts.avanzo where vincolo = 'libero'",
        "delete from marts.avanzo",
        "delete from marts.risultato_gestione where esercizio = 2024",
    ],
    "bilancio_aree_dalle_voci": [
        _VALUE.format("bilancio_aree", "importo_eur"),
        # the known difference of an area, of another amount
        "update marts.bilancio_aree set importo_eur = importo_eur + 1 where area = 'Progettazione' "
        "and esercizio = 2021",
        "update marts.quadrature set esito = 'quadra' where quadratura_id = '002-totale-progettazione-budget_2021'",
        "update marts.bilancio_voci set area = 'Ufficio di Piano' where voce = 'SAAP' and esercizio = 2024",
        f"update marts.bilancio_aree set importo_eur = importo_eur + 0.01 where {_DEMO}",
        f"delete from marts.bilancio_aree where {_DEMO} and area = 'Progettazione' and esercizio = 2024",
    ],
    "bilancio_senza_perdite": [
        *(
            f"delete from marts.{mart} where origine_dato = 'prospetto' "
            f"and {column} = ({_PRINTED.format(mart, column)})"
            for mart, column in (
                ("bilancio_voci", "importo_eur"),
                ("bilancio_aree", "importo_eur"),
                ("budget_obiettivi", "importo_eur"),
                ("canali_finanziamento", "entrata_eur"),
                ("canali_finanziamento", "avanzo_precedente_eur"),
                ("canali_finanziamento", "quota_vincolata_eur"),
                ("valore_produzione", "importo_eur"),
                ("stato_patrimoniale", "saldo_eur"),
                ("stato_patrimoniale", "variazione_eur"),
                ("indici_bilancio", "valore"),
                ("investimenti", "acquisizioni_eur"),
                ("indicatori_gestione", "valore"),
            )
        ),
        # the amounts of two channels in one: as much, and one value less
        "update marts.canali_finanziamento set entrata_eur = case canale when 'FSOL' then null else entrata_eur + "
        "814105 end where esercizio = 2024 and canale in ('FSOL', 'FSR') and origine_dato = 'prospetto'",
        "delete from marts.costi_per_natura where natura = 'gestione'",
        f"update marts.canali_finanziamento set budget_eur = budget_eur + 1 where {_DEMO} and fase = 'preventivo'",
        f"update marts.valore_produzione set importo_eur = importo_eur + 1 where {_DEMO}",
        "delete from riferimenti.indicatori_bilancio where indicatore = 'tfr_debito'; "
        "insert into marts.indicatori_gestione by name select * replace (1 as anno_riferimento) from "
        "marts.indicatori_gestione where indicatore = 'pro_capite'",
        _LOT.format("contabilita") + "insert into raw.flusso_contabilita (_lotto, _file_id, ente, esercizio, fase, "
        "natura, importo) values (-1, 'prova', 'asc_insieme', 2024, 'preventivo', 'entrata', 1)",
    ],
    "bilancio_voci_stessi_euro": [
        _VALUE.format("bilancio_voci", "importo_eur"),
        _VALUE.format("preventivo_consuntivo", "consuntivo_eur"),
        _VALUE.format("budget_per_fonte", "importo_eur"),
        "update marts.bilancio_voci set fase = 'consuntivo' where voce = 'SAAP' and esercizio = 2024 "
        "and fase = 'preventivo'",
        "delete from marts.bilancio_voci where esercizio = 2021",
        f"delete from marts.bilancio_voci where {_DEMO} and fase = 'assestato'",
        f"update marts.preventivo_consuntivo set preventivo_eur = preventivo_eur + 1 where {_DEMO}",
    ],
    "canali_fanno_il_totale": [
        _VALUE.format("canali_finanziamento", "entrata_eur"),
        _VALUE.format("canali_finanziamento", "budget_eur"),
        _VALUE.format("entrate_provenienza", "importo_eur"),
        "update marts.canali_finanziamento set quota_vincolata_eur = quota_vincolata_eur + 1",
        f"delete from marts.entrate_provenienza where {_DEMO}",
        *(
            f"update marts.canali_finanziamento set {column} = {column} + 1 where {_DEMO} and fase = 'consuntivo'"
            for column in ("avanzo_precedente_eur", "uscite_eur", "avanzo_eur")
        ),
        "update marts.canali_finanziamento set avanzo_precedente_eur = avanzo_precedente_eur + 1 "
        "where esercizio = 2024 and origine_dato = 'prospetto'",
        f"update marts.risultato_gestione set entrate_eur = entrate_eur + 1 where {_DEMO}",
    ],
    "casi_movimento_quadra": [
        f"create temp table riga as {_A_STOCK}; {fault}"
        for fault in (
            # the row no longer follows from what it says of itself, ...
            f"update marts.casi_movimento set casi_nuovi = casi_nuovi + 1 where {_THE_ROW}",
            # ... nor from the case files, ...
            f"update marts.casi_movimento set casi_inizio = casi_inizio + 1, casi_chiusi = casi_chiusi + 1 "
            f"where {_THE_ROW}",
            f"update marts.casi_movimento set casi_nuovi = casi_nuovi + 1, casi_fine = casi_fine + 1 where {_THE_ROW}",
            f"delete from marts.casi_movimento where {_THE_ROW}",
            "update raw.flusso_prese_in_carico set data_chiusura = null where data_chiusura is not null and _lotto in "
            "(select lotto from raw.lotti where noto_al is null)",
            # ... nor from the month before
            "insert into marts.casi_movimento by name select * replace (mese + interval 20 year as mese) from riga",
        )
    ],
    "celle_senza_perdite": [
        _VALUE.format("costo_servizi_sub_ambito", "costo_eur"),
        _VALUE.format("preventivo_consuntivo", "preventivo_eur"),
        _VALUE.format("preventivo_consuntivo", "consuntivo_eur"),
        _VALUE.format("budget_per_fonte", "importo_eur"),
        _VALUE.format("fondi_assegnati", "importo_eur"),
        _VALUE.format("spesa_sociale", "spesa_sociale_eur"),
        _VALUE.format("avanzo", "importo_eur"),
        _VALUE.format("rette_annuali", "costo_eur"),
        "delete from marts.costo_servizi_sub_ambito where sub_ambito = 'Pandino'",
        "delete from marts.budget_per_fonte",
    ],
    "conti_senza_perdite": [
        _RAW_MOVEMENTS,
        _LOT.format("contabilita") + "insert into raw.flusso_contabilita (_lotto, _file_id, ente, esercizio, fase, "
        "natura, importo) values (-1, 'prova', 'asc_insieme', 2024, 'consuntivo', 'gestione', 1)",
        _LOT.format("fatture") + "insert into raw.flusso_fatture (_lotto, _file_id, ente, data_pagamento, "
        "importo_pagato) values (-1, 'prova', 'asc_insieme', date '2024-03-01', 1)",
        *(
            f"insert into marts.preventivo_consuntivo (ente_id, esercizio, area, azione, voce, {phase}_eur, "
            "origine_dato, file) values ('asc_insieme', 2024, 'Progettazione', 'A', 'V', 1, 'flusso', 'prova')"
            for phase in ("preventivo", "assestato", "consuntivo")
        ),
        "insert into marts.budget_per_fonte (ente_id, esercizio, area, azione, voce, fonte, importo_eur, origine_dato, "
        "file) values ('asc_insieme', 2024, 'Progettazione', 'A', 'V', 'FSR', 1, 'flusso', 'prova')",
        "insert into marts.fondi_assegnati (ente_id, anno, fondo, tipo, provenienza, importo_eur, origine_dato, file) "
        "values ('asc_insieme', 2024, 'FSR', 'istituzionale', 'Regione', 1, 'flusso', 'prova')",
    ],
    "differenze_nuove": [
        "update marts.quadrature set esito = 'da_spiegare' where quadratura_id = '001-saap-totale-costo_2024'",
        "update marts.quadrature set e_nota = false where quadratura_id = '001-l178-preventivo'",
    ],
    "differenze_superate": [
        "delete from marts.quadrature where quadratura_id = '001-l178-preventivo'",
        "update marts.quadrature set scarto = -9999 where quadratura_id = '001-l178-preventivo'",
        "update marts.quadrature set scarto = null where quadratura_id = '001-l178-preventivo'",
        "update marts.quadrature set esito = 'quadra' where quadratura_id = '001-l178-preventivo'",
        "insert into riferimenti.differenze (quadratura_id, scarto, classe) values ('001-mai-vista', '1', 'spiegata')",
    ],
    "etichette_conosciute": [
        f"delete from riferimenti.etichette where dimensione = '{dimension}' and etichetta = "
        f"(select min(etichetta) from riferimenti.etichette where dimensione = '{dimension}')"
        for dimension in ("area", "servizio", "sub_ambito")
    ]
    + [
        "delete from riferimenti.etichette where etichetta = 'COMUNI'",
        "delete from riferimenti.etichette where etichetta = 'FNA (Fondo Non Autosufficienze)'",
        "delete from riferimenti.etichette where dimensione = 'azione'",
        "delete from riferimenti.etichette where dimensione = 'fase'",
        "update raw.celle set sub_ambito = 'Pandinoo' where sub_ambito = 'Pandino' and tabella = 'saap_sub_ambito'",
    ],
    "finanziamento_quadra": [
        f"update marts.indicatori_valori set numeratore = numeratore + 1 where {_SHARES} and indicatore = '2.1c'",
        f"update marts.indicatori_valori set denominatore = denominatore + 1 where {_SHARES} and indicatore = '2.1d'",
        f"delete from marts.indicatori_valori where {_SHARES} and indicatore = '2.1e'",
        "delete from riferimenti.coperture where membro = 'Regione'",
        "insert into riferimenti.fonti (fonte, tipo, provenienza) values ('Nuova', 'progetto', 'Marte')",
    ],
    "indicatori_stato_copre": [
        f"{fault} where {_STATE} and valido_dal = date '{day}'"
        for fault, day in (
            ("delete from marts.indicatori_stato", "2024-01-01"),
            ("delete from marts.indicatori_stato", "2025-12-31"),
            ("update marts.indicatori_stato set valido_al = valido_al + 1", "2024-12-31"),
            ("update marts.indicatori_stato set valido_al = valido_al - 1", "2024-12-31"),
            ("update marts.indicatori_stato set valido_al = null", "2024-12-31"),
            ("update marts.indicatori_stato set valido_al = date '2030-01-01'", "2026-09-30"),
            ("update marts.indicatori_stato set valido_dal = date '2024-01-02'", "2024-01-01"),
        )
    ]
    + [
        f"delete from marts.indicatori_stato where {_STATE}",
        f"insert into marts.indicatori_stato select * replace (date '2025-03-01' as valido_dal) "
        f"from marts.indicatori_stato where {_STATE} and valido_dal = date '2024-12-31'",
        "insert into marts.indicatori_stato select * replace ('2099' as periodo) from marts.indicatori_stato "
        f"where {_STATE} limit 1",
    ],
    "rilevazioni_senza_perdite": [
        f"delete from marts.indicatori_valori where {_SAID} and data_rilevazione = date '2025-12-31'",
        f"update marts.indicatori_valori set valore = valore + 1 where {_SAID}",
        f"insert into marts.indicatori_valori select * from marts.indicatori_valori where {_SAID} limit 1",
        "update marts.indicatori_valori set valore_testo = null where indicatore = '1.2'",
        "update marts.indicatori_valori set valore_data = null where indicatore = '2.5c'",
        "update raw.flusso_rilevazioni set valore = 1 where codice_indicatore = '4.2'",
    ],
    "traguardi_stampati": [
        "update marts.indicatori_piano set traguardo = 91 where indicatore = '002:768'",
        "update marts.indicatori_piano set traguardo = null where ente_id = 'asc_insieme' and indicatore = '1.5a'",
        "update marts.indicatori_piano set unita = 'eur' where indicatore = '002:775'",
        "delete from marts.indicatori_piano where indicatore = '002:799'",
        "update raw.celle set valore = 3 where cella_id = '004/testo/68/valore'",
    ],
    "flussi_senza_perdite": [
        _FILE.format("10, 8, 1, 'accettato con scarti'"),
        _FILE.format("1, 1, 0, 'accettato'"),
        _FILE.format("1, 0, 1, 'accettato con scarti'"),
        _FILE.format("1, 0, 0, 'respinto'"),
        _LOT.format("fatture"),
        "insert into raw.flusso_fatture (_lotto, _file_id) values (-1, 'prova')",
        # a row of another layout is not the row of the lotto
        _LOT.format("fatture") + "insert into raw.flusso_contabilita (_lotto, _file_id) values (-1, 'prova')",
        # the row in quarantine has only a warning
        _FILE.format("1, 0, 1, 'accettato con scarti'")
        + "; insert into raw.quarantena (file_id, riga, gravita) values ('prova', 2, 'avviso')",
    ],
    "membri_esistono": [
        "update riferimenti.etichette set membro = 'Atlantide' where membro = 'Pandino'",
        "delete from riferimenti.fonti where fonte = 'FSR'",
        "delete from riferimenti.fasi",
    ],
    "misure_dichiarate": [
        "update raw.celle set misura = 'csoto' where fatto = 'costo_servizi_sub_ambito' and misura = 'costo'",
        "update raw.celle set misura = 'avanzo_prec' where misura = 'avanzo_precedente'",
        "update riferimenti.fatti set altre_misure = null where fatto = 'budget_per_fonte'",
    ],
    "ore_servizio_senza_perdite": [
        "delete from intermediate.int_ore_servizio_mensili where lotto = "
        "(select min(lotto) from intermediate.int_ore_servizio_mensili)",
        "update intermediate.int_ore_servizio_mensili set righe = righe + 1 where lotto = "
        "(select max(lotto) from intermediate.int_ore_servizio_mensili)",
        "insert into intermediate.int_ore_servizio_mensili from "
        "(select * from intermediate.int_ore_servizio_mensili order by lotto limit 1)",
        _LOT.format("ore_servizio"),
    ],
    "prove_delle_rettifiche": [
        "update marts.quadrature set esito = 'arrotondamento' where quadratura_id = '001-risultato-gestionale'",
        "delete from marts.quadrature where quadratura_id = '001-risultato-gestionale'",
        "update riferimenti.rettifiche set quadratura_prova = '001-saap-totale-ore_2024' where rettifica_id = 'R003'",
        "update raw.celle set rettifica_id = null where rettifica_id = 'R001'",
    ],
    "una_cella_per_misura": [
        "insert into raw.celle select * replace ('altra' as cella_id) from raw.celle "
        f"where fatto = '{fact}' and tipo_riga = 'dato' and misura = '{measure}' limit 1"
        for fact, measure in (
            ("costo_servizi_sub_ambito", "costo"),
            ("spesa_sociale", "pro_capite"),
            ("risultato_gestione", "uscite"),
            ("preventivo_consuntivo", "consuntivo"),
            ("casi_movimento_annuale", "nuovi_casi"),
            ("casi_profilo", "casi_fine_anno"),
            ("collocamenti_movimento", "minori_inseriti"),
            ("collocamenti_movimento", "affidi_per_tipo"),
            ("rette_annuali", "casi_collocati"),
            ("carichi_lavoro", "somma_pesi"),
        )
    ],
    "flussi_risorse_quadra": [
        # a flow of each level, lost or changed, of the printed year and of the others
        *(
            f"delete from marts.flussi_risorse where {where} and {kind} and da_nodo = (select max(da_nodo) from "
            f"marts.flussi_risorse where {where} and {kind})"
            for where in ("origine_dato = 'prospetto'", "origine_dato = 'dimostrativo'")
            for kind in ("da_tipo = 'canale'", "a_tipo = 'area' and fase = 'consuntivo'", "a_tipo = 'avanzo'")
        ),
        "delete from marts.flussi_risorse where a_nodo = 'Avanzo libero'",
        "delete from marts.flussi_risorse where da_nodo = 'Avanzo gestionale 2023 vincolato'",
        "delete from marts.flussi_risorse where fase = 'preventivo' and da_nodo = 'FSR'",
        "delete from marts.flussi_risorse where da_nodo = 'Differenza da spiegare'",
        "delete from marts.flussi_risorse where a_nodo = 'Arrotondamenti'",
        "delete from marts.flussi_risorse where origine_dato = 'dimostrativo' and fase = 'consuntivo'",
        # what a node of the differences would hide
        "update marts.flussi_risorse set importo_eur = importo_eur - 1 where a_nodo = 'Progettazione' and esercizio = "
        "2024 and ente_id = 'csc'; insert into marts.flussi_risorse by name select * replace ('differenza' as a_tipo, "
        "'Differenza da spiegare' as a_nodo, 1 as importo_eur) from marts.flussi_risorse where a_nodo = "
        "'Progettazione' and esercizio = 2024 and ente_id = 'csc'",
        _VALUE.format("risultato_gestione", "entrate_eur"),
        _VALUE.format("avanzo", "importo_eur"),
        _VALUE.format("budget_per_fonte", "importo_eur"),
        "update raw.celle set valore = valore + 1 where tabella = 'budget_udp' and tipo_riga = 'totale' and "
        "misura = 'budget' and anno = 2021",
    ],
    "cassa_senza_perdite": [
        _LOT.format("crediti_debiti") + "insert into raw.flusso_crediti_debiti (_lotto, _file_id, ente, "
        "data_riferimento, verso, importo) values (-1, 'prova', 'asc_insieme', date '2024-12-31', 'credito', 1)",
        _LOT.format("saldi_cassa") + "insert into raw.flusso_saldi_cassa (_lotto, _file_id, ente, conto, data, saldo) "
        "values (-1, 'prova', 'asc_insieme', 'C1', date '2024-12-31', 1)",
        "update marts.crediti_debiti set residuo_eur = residuo_eur + 1 where verso = 'debito' and residuo_eur > 0",
        f"delete from marts.crediti_debiti where verso = 'credito' and {_DEMO} and residuo_eur <> 0",
        "delete from marts.saldi_cassa where data = date '2024-02-29'",
        "delete from marts.saldi_cassa_mensili where mese = date '2024-02-01' and conto = 'C2'",
    ],
    **{
        f"grana:{mart}": [f"insert into marts.{mart} select * from marts.{mart} order by {grain.split()[0]} limit 1"]
        for mart, grain in GRAINS.items()
        if mart not in EMPTY
    },
    "grana:quadrature_flussi": [
        2 * "insert into marts.quadrature_flussi (ente_id, anno, misura, unita, tolleranza, esito, "
        "origine_dato, persone_da_flusso) values ('csc', 2024, 'preventivo_eur', 'eur', 0, 'quadra', 'flusso', 0);"
    ],
    **{
        f"una_provenienza:{mart}": [
            f"update marts.{mart} set {fault}"
            for fault in (
                "file = 'x' where origine_dato = 'prospetto'",
                "celle = null where origine_dato = 'prospetto'",
                "celle = null, file = 'x' where origine_dato = 'prospetto'",
                "file = null where origine_dato <> 'prospetto'",
                "file = null, celle = 'x' where origine_dato <> 'prospetto'",
            )
        ]
        for mart in OF_CELLS
        if mart in OF_FILES and mart != "costo_saap_sub_ambito"
    },
    **{
        f"stampate_piene:{mart}": [
            f"update marts.{mart} set {column} = null where origine_dato = 'prospetto'" for column in columns
        ]
        for mart, columns in PRINTED.items()
    },
}


@pytest.fixture(scope="module")
def scratch(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database of the build, to break inside transactions that are undone. The name is its catalog's."""
    copy = tmp_path_factory.mktemp("rotto") / built.paths.database.name
    shutil.copy2(built.paths.database, copy)
    with duckdb.connect(str(copy)) as con:
        yield con


def _sql_of(manifest: dict[str, Any], name: str) -> str:
    test, _, mart = name.partition(":")
    (node,) = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (
            (not mart and node["name"] == test)
            or (
                mart
                and (node.get("test_metadata") or {}).get("name") == test
                and node["attached_node"] == f"model.ambito.{mart}"
            )
        )
    ]
    return str(node["compiled_code"])


@pytest.mark.parametrize(
    ("test", "sane"),
    [
        ("avanzo_dai_movimenti", _MOVEMENTS),
        (
            "avanzo_dai_movimenti",
            f"{_MOVEMENTS} {_RESULT.format(6)} insert into marts.avanzo by name select * replace (2025 as esercizio) "
            "from marts.avanzo where ente_id = 'asc_insieme'",
        ),
        (
            "flussi_senza_perdite",
            _FILE.format("3, 2, 1, 'accettato con scarti'") + f"; {_RAW_MOVEMENTS} insert into raw.quarantena "
            "(file_id, riga, colonna, gravita) values ('prova', 9, 'data', 'errore'), ('prova', 9, 'tipo', 'errore'), "
            "('prova', null, null, 'errore'), ('prova', 2, 'data', 'avviso')",
        ),
        # the same bytes read again under other rules: the first reading is not the rows of the file
        (
            "flussi_senza_perdite",
            _FILE.format("1, 1, 0, 'accettato'")
            + f"; {_RAW_MOVEMENTS} "
            + _LOT.format("fatture").replace("-1", "-2").replace("2025", "2026")
            + "insert into raw.flusso_fatture (_lotto, _file_id) values (-2, 'prova')",
        ),
        ("flussi_senza_perdite", _FILE.format("1, 0, 1, 'respinto'")),
    ],
)
def test_sane_rows_leave_it_green(
    scratch: duckdb.DuckDBPyConnection, manifest: dict[str, Any], test: str, sane: str
) -> None:
    """What the faults start from is no fault."""
    scratch.execute("begin transaction")
    try:
        scratch.execute(sane)
        assert scratch.execute(_sql_of(manifest, test)).fetchall() == []
    finally:
        scratch.execute("rollback")


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        pytest.param(test, fault, id=f"{test}-{number}")
        for test, faults in FAULTS.items()
        for number, fault in enumerate(faults, start=1)
    ],
)
def test_each_fault_turns_its_test_red(
    scratch: duckdb.DuckDBPyConnection, manifest: dict[str, Any], test: str, fault: str
) -> None:
    sql = _sql_of(manifest, test)
    assert scratch.execute(sql).fetchall() == []
    scratch.execute("begin transaction")
    try:
        scratch.execute(fault)
        assert scratch.execute(sql).fetchall() != []
    finally:
        scratch.execute("rollback")


def test_every_test_of_ours_has_a_fault(manifest: dict[str, Any]) -> None:
    singular = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and not node.get("test_metadata")
    }
    assert singular == {name for name in FAULTS if ":" not in name}
    attachable = ("una_provenienza", "stampate_piene")
    attached = {
        f"{node['test_metadata']['name']}:{node['attached_node'].split('.')[-1]}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") in attachable
    }
    assert attached == {name for name in FAULTS if name.split(":")[0] in attachable}
    assert set(GRAINS) == set(FACES)
