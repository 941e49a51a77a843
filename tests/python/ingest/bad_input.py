"""Ways in which an extract can be wrong, each with the message it must get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.python.ingest.example import FILES, REPAIRS_HEADER, SHOWN, Example, write_document

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Case:
    """One thing wrong.

    Attributes:
        break_: Makes the extract wrong.
        says: Texts that one message must contain: the file, the line, the column and the value, what is wrong.
    """

    name: str
    break_: Callable[[Example], object]
    says: tuple[str, ...]


def _file(name: str, content: bytes) -> Callable[[Example], object]:
    return lambda example: (example.folder / name).write_bytes(content)


def _edit(name: str, old: str, new: str) -> Callable[[Example], object]:
    return lambda example: example.edit(name, old, new)


def _gone(name: str) -> Callable[[Example], object]:
    return lambda example: (example.folder / name).unlink()


def _seed(name: str, content: str) -> Callable[[Example], object]:
    return lambda example: (example.paths.seeds / name).write_text(content, encoding="utf-8")


def _repair(*rows: str) -> Callable[[Example], object]:
    return lambda example: example.repair(*rows)


def _misprint(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")


def _misprint_and_repair(*rows: str) -> Callable[[Example], object]:
    return lambda example: (_misprint(example), example.repair(*rows))


def _cp1252(example: Example) -> None:
    path: Path = example.folder / "costi.csv"
    path.write_bytes(path.read_bytes().replace("€".encode(), "€".encode("cp1252")))


YML, RULES, COSTS = "documento.yml", "quadrature.yml", f"{SHOWN}/costi.csv"
REPAIRS = "seeds/rettifiche.csv"

TABLES = (
    Case("missing-file", _gone("sportello.csv"), (f"{SHOWN}/sportello.csv", "il file manca")),
    Case("empty-file", _file("sportello.csv", b""), (f"{SHOWN}/sportello.csv", "il file è vuoto")),
    Case("blank-file", _file("sportello.csv", b" \n\n\t\n"), (f"{SHOWN}/sportello.csv", "il file è vuoto")),
    Case("commas-alone", _file("sportello.csv", b",,,\n,,,\n"), (f"{SHOWN}/sportello.csv", "il file è vuoto")),
    Case("bom-alone", _file("sportello.csv", BOM), (f"{SHOWN}/sportello.csv", "il file è vuoto")),
    Case("header-alone", _file("sportello.csv", b"linea,tipo,anno,ore\n"), (f"{SHOWN}/sportello.csv", "nessuna cella")),
    Case(
        "folder-for-file",
        lambda e: ((e.folder / "sportello.csv").unlink(), (e.folder / "sportello.csv").mkdir()),
        (f"{SHOWN}/sportello.csv",),
    ),
    Case(
        "unknown-column",
        _edit("costi.csv", "utenti,ore,costo", "utenti,orre,costo"),
        (COSTS, "riga 1", "«orre»", "colonna sconosciuta"),
    ),
    Case(
        "missing-column",
        _edit("costi.csv", "utenti,ore,costo", "utenti,orre,costo"),
        (COSTS, "riga 1", "«ore»", "manca una colonna dichiarata"),
    ),
    Case(
        "column-twice",
        _edit("costi.csv", "utenti,ore,costo", "utenti,ore,utenti"),
        (COSTS, "riga 1", "«utenti»", "colonna ripetuta"),
    ),
    Case(
        "duplicate-cell",
        _edit("costi.csv", '4,dato,Pandino,7,"5,25","€ 800,25"\n', '4,dato,Pandino,7,"5,25","€ 800,25"\n' * 2),
        (COSTS, "riga 4", "«Pandino»", "cella doppia"),
    ),
    Case(
        "wider-row",
        _edit("costi.csv", '7,"5,25"', "7,5,25"),
        (COSTS, "riga 3", "la riga ha 7 campi, l'intestazione 6"),
    ),
    Case("narrower-row", _edit("costi.csv", "Crema,12,", "Crema,"), (COSTS, "riga 2", "la riga ha 5 campi")),
    Case("open-quote", _edit("costi.csv", '"5,25"', '"5,25'), (COSTS, "riga 3", "non è un CSV leggibile")),
    Case("cp1252", _cp1252, (COSTS, "riga 2", "\\x80", "UTF-8")),
    Case("utf-16", _file("costi.csv", FILES["costi.csv"].encode("utf-16")), (COSTS, "riga 1", "UTF-8")),
    Case(
        "unit-of-a-row",
        _edit("testo.csv", ",eur,", ",lire,"),
        (f"{SHOWN}/testo.csv", "riga 2", "«valore»", "«lire»", "l'unità non esiste"),
    ),
    Case(
        "row-without-unit",
        _edit("testo.csv", ",eur,", ",,"),
        (f"{SHOWN}/testo.csv", "riga 2", "«valore»", "l'unità non esiste"),
    ),
    Case(
        "row-without-measure",
        _edit("testo.csv", ",costo_orario,", ",,"),
        (f"{SHOWN}/testo.csv", "riga 2", "misura"),
    ),
    Case(
        "line-after-the-table", _edit("costi.csv", "5,dato", "7,dato"), (COSTS, "riga 4", "«linea»", "«7»", "da 2 a 6")
    ),
    Case("line-before-the-table", _edit("costi.csv", "5,dato", "1,dato"), (COSTS, "riga 4", "«linea»", "«1»")),
    Case("line-not-a-number", _edit("costi.csv", "5,dato", "V,dato"), (COSTS, "riga 4", "«linea»", "«V»")),
    Case("line-blank", _edit("costi.csv", "5,dato", ",dato"), (COSTS, "riga 4", "«linea»")),
    Case(
        "wrong-tipo", _edit("costi.csv", "5,dato", "5,datto"), (COSTS, "riga 4", "«tipo»", "«datto»", "dato o totale")
    ),
    Case(
        "malformed-year",
        _edit("sportello.csv", "dato,2024", "dato,2024-25"),
        (f"{SHOWN}/sportello.csv", "riga 2", "«anno»", "«2024-25»", "non è un anno"),
    ),
    Case("undeclared-file", _file("nuova.csv", b"linea,tipo\n"), (f"{SHOWN}/nuova.csv", "file non dichiarato")),
    Case(
        "excluded-header",
        _file("escluse.csv", b"riga,testo\n1,2\n"),
        (f"{SHOWN}/escluse.csv", "riga 1", "da,a,testo,motivo"),
    ),
    Case(
        "excluded-without-reason",
        _file("escluse.csv", b"da,a,testo,motivo\n1,1,2025,periodo\n2,2,31,\n"),
        (f"{SHOWN}/escluse.csv", "riga 3", "riga non valida"),
    ),
    Case(
        "excluded-open-quote",
        _file("escluse.csv", b'da,a,testo,motivo\n1,1,"2025,periodo\n'),
        (f"{SHOWN}/escluse.csv", "non è un CSV leggibile"),
    ),
)

DECLARATION = (
    Case("declaration-missing", _gone(YML), (f"{SHOWN}/{YML}", "il file manca")),
    Case("declaration-empty", _file(YML, b"\n"), (f"{SHOWN}/{YML}", "il file è vuoto")),
    Case("declaration-only-comments", _file(YML, b"# niente\n"), (f"{SHOWN}/{YML}", "Che fare")),
    Case(
        "broken-yaml",
        _edit(YML, "  titolare: Ente inventato", "  titolare: [Ente inventato"),
        (f"{SHOWN}/{YML}", "riga 9", "non è YAML leggibile"),
    ),
    Case(
        "yaml-control-character",
        _edit(YML, "titolare: Ente inv", "titolare: Ente \x07inv"),
        (f"{SHOWN}/{YML}", "riga 8", "non è YAML leggibile"),
    ),
    Case(
        "yaml-impossible-date",
        _edit(YML, "riga: una voce di avanzo", "riga: 2024-13-45"),
        (f"{SHOWN}/{YML}", "non è YAML leggibile"),
    ),
    Case(
        "yaml-key-twice",
        _edit(YML, "      vincolato: {", "      libero: {dimensioni: {vincolo: altro}}\n      vincolato: {"),
        (f"{SHOWN}/{YML}", "«libero»", "due volte"),
    ),
    Case(
        "unknown-key",
        _edit(YML, "    riga: una voce di avanzo\n", "    riga: una voce di avanzo\n    riquadro: sì\n"),
        (f"{SHOWN}/{YML}", "riga 26", "«tabelle.avanzo.riquadro»", "chiave sconosciuta"),
    ),
    Case(
        "unknown-dimension",
        _edit(YML, "{vincolo: libero}", "{vincoli: libero}"),
        (f"{SHOWN}/{YML}", "riga 33", "vincoli", "valore non ammesso"),
    ),
    Case(
        "missing-key",
        _edit(YML, "ente: asc_insieme\n", ""),
        (f"{SHOWN}/{YML}", "«ente»", "chiave obbligatoria mancante"),
    ),
    Case(
        "unknown-ente",
        _edit(YML, "ente: asc_insieme", "ente: asc_altrove"),
        (f"{SHOWN}/{YML}", "riga 3", "«ente»", "«asc_altrove»", "l'ente non esiste"),
    ),
    Case(
        "unknown-fact",
        _edit(YML, "fatto: avanzo", "fatto: avanzzo"),
        (f"{SHOWN}/{YML}", "riga 26", "«tabelle.avanzo.fatto»", "«avanzzo»", "il fatto non esiste"),
    ),
    Case(
        "unknown-unit-of-a-table",
        _edit(YML, "unita: ore_settimana", "unita: ore_mese"),
        (f"{SHOWN}/{YML}", "riga 50", "«tabelle.sportello.unita»", "«ore_mese»", "l'unità non esiste"),
    ),
    Case(
        "unknown-unit-of-a-column",
        _edit(YML, "unita: ore}", "unita: orre}"),
        (f"{SHOWN}/{YML}", "riga 20", "«tabelle.costi.colonne.ore.unita»", "«orre»", "l'unità non esiste"),
    ),
    Case(
        "column-without-unit",
        _edit(YML, ", unita: ore}", "}"),
        (f"{SHOWN}/{YML}", "«ore»", "non dice la sua unità"),
    ),
    Case(
        "column-without-measure",
        _edit(YML, "misura: ore_erogate, ", ""),
        (f"{SHOWN}/{YML}", "«ore»", "non dice la sua misura"),
    ),
    Case("lines-backwards", _edit(YML, "linee: [18, 20]", "linee: [20, 18]"), (f"{SHOWN}/{YML}", "riga 45", "«linee»")),
    Case(
        "number-of-two-digits",
        _edit(YML, 'documento: "005"', 'documento: "05"'),
        (f"{SHOWN}/{YML}", "riga 1", "«documento»", "non ha la forma richiesta"),
    ),
    Case(
        "number-not-a-text",
        _edit(YML, 'documento: "005"', "documento: 005"),
        (f"{SHOWN}/{YML}", "riga 1", "«documento»", "non è un testo"),
    ),
    Case(
        "year-in-letters",
        _edit(YML, "servizio: SIP, anno: 2025", "servizio: SIP, anno: venti"),
        (f"{SHOWN}/{YML}", "riga 16", "anno"),
    ),
    Case(
        "year-of-five-digits",
        _edit(YML, "servizio: SIP, anno: 2025", "servizio: SIP, anno: 20255"),
        (f"{SHOWN}/{YML}", "riga 16", "anno"),
    ),
    Case(
        "year-of-publication",
        _edit(YML, "anno_pubblicazione: 2025", "anno_pubblicazione: 99999999999"),
        (f"{SHOWN}/{YML}", "riga 4", "«anno_pubblicazione»"),
    ),
    Case("no-tables", lambda e: _no_tables(e), (f"{SHOWN}/{YML}", "tabelle")),
    Case(
        "same-number",
        lambda e: write_document(e.paths.prospetti, "006_doppio", "005"),
        (
            "extracts/prospetti/006_doppio/documento.yml",
            "«documento»",
            "«005»",
            "il numero è già della cartella 005_esempio",
        ),
    ),
    Case(
        "same-number-twice-new",
        lambda e: (
            write_document(e.paths.prospetti, "006_a", "006"),
            write_document(e.paths.prospetti, "006_b", "006"),
        ),
        ("extracts/prospetti/006_b/documento.yml", "«documento»", "«006»", "il numero è già della cartella 006_a"),
    ),
)


def _no_tables(example: Example) -> None:
    for name in ("costi", "avanzo", "risultato", "sportello", "testo"):
        (example.folder / f"{name}.csv").unlink()
    (example.folder / RULES).unlink()
    head = FILES[YML].split("tabelle:")[0]
    (example.folder / YML).write_text(f"{head}tabelle: {{}}\n", encoding="utf-8")


RECONCILIATION = (
    Case(
        "rule-on-no-line",
        _edit(RULES, "    per_colonne: [utenti, ore, costo]\n", "    per_linee: 9-2\n"),
        (f"{SHOWN}/{RULES}", "«costi-totale»"),
    ),
    Case(
        "rule-coefficient-too-fine",
        _edit(RULES, "somma: [{linee: 3-5}]", "somma: [{linee: 3-5, coefficiente: 0.00005}]"),
        (f"{SHOWN}/{RULES}", "coefficiente", "più di quattro decimali"),
    ),
    Case(
        "rule-unknown-table",
        _edit(RULES, "{tabella: costi, linea: 6, colonna: ore}", "{tabella: costo, linea: 6, colonna: ore}"),
        (f"{SHOWN}/{RULES}", "riga 26", "«costo-orario»", "la tabella 005/costo non esiste"),
    ),
    Case(
        "rule-unknown-document",
        _edit(
            RULES,
            "{tabella: costi, linea: 6, colonna: ore}",
            '{documento: "009", tabella: costi, linea: 6, colonna: ore}',
        ),
        (f"{SHOWN}/{RULES}", "riga 26", "la tabella 009/costi non esiste"),
    ),
    Case(
        "rule-unknown-column",
        _edit(RULES, "{tabella: costi, linea: 6, colonna: ore}", "{tabella: costi, linea: 6, colonna: orre}"),
        (f"{SHOWN}/{RULES}", "riga 26", "la colonna «orre» non è in 005/costi"),
    ),
    Case(
        "rule-unknown-cell",
        _edit(RULES, "{tabella: costi, linea: 6, colonna: ore}", "{tabella: costi, linea: 2, colonna: ore}"),
        (f"{SHOWN}/{RULES}", "riga 26", "non c'è nessuna cella in 005/costi, linea 2, colonna «ore»"),
    ),
    Case(
        "rule-unknown-figure",
        _edit(RULES, "figura: {linea: 21, colonna: valore}", "figura: {linea: 20, colonna: valore}"),
        (f"{SHOWN}/{RULES}", "riga 26", "«costo-orario»", "non c'è nessuna cella"),
    ),
    Case(
        "rule-without-terms",
        _edit(RULES, "somma: [{linee: 3-5}]", "somma: [{linee: 30-50}]"),
        (f"{SHOWN}/{RULES}", "riga 2", "«costi-totale-utenti»", "nessuna cella da confrontare"),
    ),
    Case(
        "rule-without-denominator",
        _edit(RULES, "denominatore: [{tabella: costi, linea: 6, colonna: ore}]", "denominatore: []"),
        (f"{SHOWN}/{RULES}", "denominatore"),
    ),
    Case(
        "rule-equal-to-itself",
        _edit(RULES, "uguale_a: {tabella: costi, linea: 6, colonna: costo}", "uguale_a: {linea: 15, colonna: importo}"),
        (f"{SHOWN}/{RULES}", "riga 8", "«uscite-costi»"),
    ),
    Case(
        "rule-id-twice",
        _edit(RULES, "id: avanzo-classi", "id: avanzo-identita"),
        (f"{SHOWN}/{RULES}", "riga 21", "«avanzo-identita»", "id usato due volte"),
    ),
    Case(
        "rule-of-two-kinds",
        _edit(
            RULES,
            "    uguale_a: {tabella: costi, linea: 6, colonna: costo}\n",
            "    uguale_a: {tabella: costi, linea: 6, colonna: costo}\n    somma: [{linea: 14, colonna: importo}]\n",
        ),
        (f"{SHOWN}/{RULES}", "riga 8", "uno solo tra"),
    ),
    Case(
        "rule-of-no-kind",
        _edit(RULES, "    uguale_a: {tabella: costi, linea: 6, colonna: costo}\n", ""),
        (f"{SHOWN}/{RULES}", "riga 8", "uno solo tra"),
    ),
    Case(
        "rule-line-and-lines",
        _edit(RULES, "somma: [{linee: 3-5}]", "somma: [{linee: 3-5, linea: 3}]"),
        (f"{SHOWN}/{RULES}", "riga 7", "«linea» o «linee»"),
    ),
    Case(
        "rule-over-columns-and-lines",
        _edit(RULES, "    per_colonne:", "    per_linee: 3-4\n    per_colonne:"),
        (f"{SHOWN}/{RULES}", "riga 2", "per_linee"),
    ),
    Case(
        "rule-counting-text-without-count",
        _edit(RULES, "somma: [{linee: 3-5}]", 'somma: [{linee: 3-5, testo: "1"}]'),
        (f"{SHOWN}/{RULES}", "riga 7", "va con «conta»"),
    ),
    Case(
        "rule-counting-nothing",
        _edit(RULES, "somma: [{linee: 3-5}]", 'somma: [{linee: 3-5, conta: celle, testo: "mai"}]'),
        (f"{SHOWN}/{RULES}", "riga 2", "«costi-totale-utenti»", "nessuna cella da contare"),
    ),
    Case(
        "rule-counting-no-member",
        _edit(RULES, "somma: [{linee: 3-5}]", "somma: [{linee: 3-5, conta: fondo}]"),
        (f"{SHOWN}/{RULES}", "riga 2", "«costi-totale-utenti»", "nessuna cella da contare"),
    ),
    Case(
        "rule-counting-unknown-things",
        _edit(RULES, "somma: [{linee: 3-5}]", "somma: [{linee: 3-5, conta: gatti}]"),
        (f"{SHOWN}/{RULES}", "riga 7", "conta"),
    ),
    Case(
        "rule-counting-in-a-ratio",
        _edit(
            RULES,
            "denominatore: [{tabella: costi, linea: 6, colonna: ore}]",
            "denominatore: [{tabella: costi, linea: 6, colonna: ore, conta: celle}]",
        ),
        (f"{SHOWN}/{RULES}", "non in un rapporto"),
    ),
    Case(
        "rule-counted-figure",
        _edit(RULES, "figura: {linea: 15, colonna: importo}", "figura: {linea: 15, colonna: importo, conta: celle}"),
        (f"{SHOWN}/{RULES}", "riga 8", "la figura controllata è una cifra stampata"),
    ),
    Case(
        "rule-limit-and-sum",
        _edit(RULES, "somma: [{linee: 3-5}]", "somma: [{linee: 3-5}]\n    al_piu: [{linee: 3-5}]"),
        (f"{SHOWN}/{RULES}", "riga 2", "uno solo tra"),
    ),
    Case(
        "rule-two-limits",
        _edit(RULES, "somma: [{linee: 3-5}]", "piu_di: [{linee: 3-5}]\n    meno_di: [{linee: 3-5}]"),
        (f"{SHOWN}/{RULES}", "riga 2", "uno solo tra"),
    ),
    Case(
        "rule-strict-limit-of-itself",
        _edit(RULES, "somma: [{linee: 3-5}]", "meno_di: [{linee: 3-6}]"),
        (f"{SHOWN}/{RULES}", "riga 2", "la figura controllata è tra le celle"),
    ),
    Case(
        "rule-limit-of-itself",
        _edit(RULES, "somma: [{linee: 3-5}]", "almeno: [{linee: 3-6}]"),
        (f"{SHOWN}/{RULES}", "riga 2", "la figura controllata è tra le celle"),
    ),
    Case("rule-malformed-lines", _edit(RULES, "linee: 3-5", "linee: 3..5"), (f"{SHOWN}/{RULES}", "riga 7", "linee")),
    Case(
        "rule-unknown-key",
        _edit(RULES, "    uguale_a:", "    nota: ciao\n    uguale_a:"),
        (f"{SHOWN}/{RULES}", "riga 12", "nota", "chiave sconosciuta"),
    ),
    Case("rules-a-list", _file(RULES, b"- id: x\n"), (f"{SHOWN}/{RULES}", "non è un elenco di chiavi")),
    Case(
        "rules-broken-yaml",
        _file(RULES, b"regole:\n  - id: [x\n"),
        (f"{SHOWN}/{RULES}", "riga", "non è YAML leggibile"),
    ),
)

REFERENCE = (
    Case("seed-missing", lambda e: (e.paths.seeds / "fatti.csv").unlink(), ("seeds/fatti.csv", "il file manca")),
    Case("seed-without-column", _seed("unita.csv", "unit\neur\n"), ("seeds/unita.csv", "«unita»")),
    Case("seed-open-quote", _seed("rettifiche.csv", f'{REPAIRS_HEADER}R9,"005\n'), (REPAIRS, "non è un CSV leggibile")),
    Case(
        "repair-without-column",
        _seed("rettifiche.csv", "rettifica_id,documento,tabella,linea,colonna,valore\nR9,005,costi,4,costo,1\n"),
        (REPAIRS, "prova"),
    ),
    Case(
        "repair-text-not-there",
        _misprint_and_repair('R9,005,costi,4,costo,"€ 80.0,25",800.25,totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "«€ 80.0,25»", "R9", "il testo atteso non c'è", "€ 8.00,25"),
    ),
    Case(
        "repair-cell-not-there",
        _misprint_and_repair('R9,005,costi,9,costo,"€ 8.00,25",800.25,totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "R9", "nessuna cella"),
    ),
    Case(
        "repair-of-a-readable-text",
        _repair('R9,005,costi,4,costo,"€ 800,25",801.25,totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "«€ 800,25»", "il testo si legge da sé"),
    ),
    Case(
        "repair-of-a-readable-text-same-value",
        _repair('R9,005,costi,4,costo,"€ 800,25",800.25,totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "«€ 800,25»", "il testo si legge da sé"),
    ),
    Case(
        "repair-of-a-dash",
        _repair("R9,005,avanzo,9,libero,-,0,totale,005-avanzo-classi"),
        (REPAIRS, "riga 2", "il testo si legge da sé"),
    ),
    Case(
        "repair-without-proof",
        _misprint_and_repair('R9,005,costi,4,costo,"€ 8.00,25",800.25,,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "«R9»", "senza prova"),
    ),
    Case(
        "repair-without-check",
        _misprint_and_repair('R9,005,costi,4,costo,"€ 8.00,25",800.25,totale, '),
        (REPAIRS, "riga 2", "«R9»", "senza prova"),
    ),
    Case(
        "repair-italian-value",
        _misprint_and_repair('R9,005,costi,4,costo,"€ 8.00,25","800,25",totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "rettifica non valida"),
    ),
    Case(
        "repair-no-number",
        _misprint_and_repair('R9,005,costi,4,costo,"€ 8.00,25",NaN,totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "rettifica non valida"),
    ),
    Case(
        "repair-line-no-number",
        _misprint_and_repair('R9,005,costi,quattro,costo,"€ 8.00,25",800.25,totale,005-costi-totale-costo'),
        (REPAIRS, "riga 2", "rettifica non valida"),
    ),
    Case(
        "repair-twice",
        _misprint_and_repair(
            *(f'R{n},005,costi,4,costo,"€ 8.00,25",800.25,totale,005-costi-totale-costo' for n in (8, 9))
        ),
        (REPAIRS, "riga 3", "R9"),
    ),
    Case("no-document", lambda e: _no_document(e), ("extracts/prospetti", "nessun documento")),
)


def _no_document(example: Example) -> None:
    for file in example.folder.iterdir():
        file.unlink()
    example.folder.rmdir()


CASES = (*TABLES, *DECLARATION, *RECONCILIATION, *REFERENCE)
