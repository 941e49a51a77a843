"""A layout is told by its header; a file that fits none, or two, or that names persons, is refused and told why."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from ingest.errors import ExtractError
from ingest.flussi.headers import is_personal
from ingest.flussi.read import recognise
from ingest.flussi.recognise import RefusedError
from ingest.flussi.tracciato import Tracciato, normalised

from .writers import LAYOUTS, ROWS, TARIFFE, csv_text, write_ods, write_parquet, write_xlsx


def refusal(path: Path, layouts: dict[str, Tracciato] = LAYOUTS) -> str:
    with pytest.raises(RefusedError) as refused:
        recognise(path, layouts)
    assert isinstance(refused.value, ExtractError)
    for problem in refused.value.problems:
        assert problem.file == path and problem.what and problem.action
    return str(refused.value)


def written(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_by_its_names_and_by_its_synonyms(tmp_path: Path, name: str) -> None:
    fields = LAYOUTS[name].campi
    sample = [field.esempio for field in fields]
    headers = [
        [field.nome for field in fields],
        [field.nome.upper().replace("_", " ") for field in fields],
        [field.nome.replace("_", "-").title() for field in reversed(fields)],
        *([(field.sinonimi or [field.nome])[k % max(len(field.sinonimi), 1)] for field in fields] for k in range(5)),
    ]
    for header in headers:
        source = recognise(written(tmp_path, csv_text([sample], header)), LAYOUTS)
        assert source.tracciato.tracciato == name
        assert source.campi == [field.nome for field in fields]


@pytest.mark.parametrize("name", LAYOUTS)
def test_optional_columns_may_be_missing_and_required_ones_may_not(tmp_path: Path, name: str) -> None:
    fields = LAYOUTS[name].campi
    required = [field.nome for field in fields if field.richiesto]
    path = written(tmp_path, csv_text([["1"] * len(required)], required))
    assert recognise(path, LAYOUTS).tracciato.tracciato == name
    for missing in required:
        rest = [column for column in required if column != missing]
        if len(rest) < 2:
            continue
        message = refusal(written(tmp_path, csv_text([["1"] * len(rest)], rest)))
        assert "non è di nessun tracciato" in message


def test_no_header_of_a_layout_looks_like_one_of_a_person() -> None:
    """But for the synonyms that declare a person's code, and the year of birth, which names nobody."""
    for layout in LAYOUTS.values():
        for field in layout.campi:
            assert (
                field.persona
                or field.nome == "anno_nascita"
                or not any(map(is_personal, (field.nome, *field.sinonimi)))
            ), field.nome


@pytest.mark.parametrize(
    "header",
    [
        "Nome",
        "COGNOME",
        "Nominativo",
        "Nome e cognome",
        "Cognome e Nome assistito",
        "codice_fiscale",
        "Codice Fiscale",
        "CodFisc",
        "C.F.",
        "CF",
        "Data di nascita",
        "DATA_NASCITA",
        "Nato il",
        "Luogo di nascita",
        "Comune di nascita",
        "Indirizzo",
        "Indirizzo di residenza",
        "Via",
        "Telefono",
        "Tel.",
        "Cellulare",
        "E-mail",
        "email genitore",
        "IBAN",
        "Tessera sanitaria",
        "nome utente",
    ],
)
def test_columns_that_say_who_a_person_is_are_refused(tmp_path: Path, header: str) -> None:
    message = refusal(written(tmp_path, csv_text([[*ROWS[0], "x"]], [*TARIFFE, header])))
    assert f"colonna «{header}»" in message and "dati delle persone" in message and "riga 1" in message
    assert "x" not in message.split("«")[0]
    for write in (write_xlsx, write_ods):
        kind = "xlsx" if write is write_xlsx else "ods"
        message = refusal(write(tmp_path / f"t.{kind}", {"A": [[*TARIFFE, header], [*ROWS[0], "x"]]}))
        assert f"colonna «{header}»" in message and "foglio «A»" in message
    message = refusal(write_parquet(tmp_path / "t.parquet", {n: ["x"] for n in [*TARIFFE, header]}))
    assert f"colonna «{header}»" in message


def test_a_list_of_persons_of_no_layout_is_refused_for_that(tmp_path: Path) -> None:
    assert "dati delle persone" in refusal(written(tmp_path, "numero,cognome,nome\n1,Rossi,Ada\n"))
    sheets = {"Dati": [TARIFFE, ROWS[0]], "Anagrafica": [["numero", "cognome", "nome"], [1, "Rossi", "Ada"]]}
    assert "foglio «Anagrafica»" in refusal(write_xlsx(tmp_path / "t.xlsx", sheets))


@pytest.mark.parametrize("header", ["Nome struttura", "Nome del Comune", "Anno di nascita", "Note", "Nome gestore"])
def test_other_unknown_columns_are_refused_as_unknown(tmp_path: Path, header: str) -> None:
    message = refusal(written(tmp_path, csv_text([[*ROWS[0], "x"]], [*TARIFFE, header])))
    assert f"non sono del tracciato le colonne «{header}»" in message
    assert "il più vicino è tariffe" in message and "persone" not in message


def test_a_declared_synonym_with_a_tax_code_is_accepted(tmp_path: Path) -> None:
    header = [field.nome for field in LAYOUTS["ore_servizio"].campi]
    header[header.index("codice_utente")] = "Codice Fiscale utente"
    path = written(tmp_path, csv_text([["1"] * len(header)], header))
    assert recognise(path, LAYOUTS).tracciato.tracciato == "ore_servizio"


def test_the_nearest_layout_and_what_differs(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, "Titolo\nente;servizio;gestore;dal;decorrenza;note\nx;x;x;x;x;x\n"))
    assert "il più vicino è tariffe" in message and "riga 2" in message
    assert "mancano le colonne tariffa_oraria" in message
    assert "le colonne «note»" in message
    assert "valida_dal c'è 2 volte («dal», «decorrenza»)" in message
    assert "ambito tracciato tariffe" in message


def test_a_header_that_fits_two_layouts_is_refused(tmp_path: Path) -> None:
    twins = {name: LAYOUTS["tariffe"].model_copy(update={"tracciato": name}) for name in ("tariffe", "gemello")}
    message = refusal(written(tmp_path, csv_text(ROWS)), twins)
    assert "va bene per più tracciati: tariffe, gemello" in message


def test_layouts_never_fit_the_same_header() -> None:
    """Whatever optional columns are left out: the required ones of each are never all columns of another."""
    for one in LAYOUTS.values():
        for other in LAYOUTS.values():
            if one is other:
                continue
            names = [{normalised(t) for f in layout.campi for t in (f.nome, *f.sinonimi)} for layout in (one, other)]
            fields = [f for f in one.campi if f.richiesto]
            reachable = [any(normalised(t) in names[1] for t in (f.nome, *f.sinonimi)) for f in fields]
            back = [any(normalised(t) in names[0] for t in (f.nome, *f.sinonimi)) for f in other.campi if f.richiesto]
            assert not (all(reachable) and all(back)), (one.tracciato, other.tracciato)


def test_sheets_of_two_layouts_are_refused(tmp_path: Path) -> None:
    fields = LAYOUTS["ore_personale"].campi
    sheets = {"T": [TARIFFE, ROWS[0]], "P": [[f.nome for f in fields], [f.esempio for f in fields]]}
    message = refusal(write_xlsx(tmp_path / "t.xlsx", sheets))
    assert "fogli sono di tracciati diversi («T» tariffe, «P» ore_personale)" in message


def test_a_sheet_with_a_wrong_header_beside_a_right_one_is_refused(tmp_path: Path) -> None:
    sheets = {"T": [TARIFFE, ROWS[0]], "U": [[*TARIFFE[:5], "costo"], ROWS[1]]}
    message = refusal(write_xlsx(tmp_path / "t.xlsx", sheets))
    assert "foglio «U»" in message and "tariffa_oraria" in message


def test_a_hidden_sheet_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("vuoto")
        sheet = book.add_worksheet("Segreto")
        sheet.write_row(0, 0, TARIFFE)
        sheet.write_row(1, 0, ROWS[0])
        sheet.hide()
    source = recognise(path, LAYOUTS)
    assert [shape.name for shape in source.fogli] == ["Segreto"]
    assert "nascosto" in source.avvisi[0]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
HEADER = ";".join(TARIFFE)
BMP = b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + b"\0" * 60


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("vuoto.csv", b"", "il file è vuoto"),
        ("vuoto.xlsx", b"", "il file è vuoto"),
        ("bianco.csv", b"\xef\xbb\xbf \r\n\n", "il file è vuoto"),
        ("zeri.csv", b"\0" * 5000, "il file è vuoto"),
        ("solo_intestazione.csv", HEADER.encode(), "non ci sono righe"),
        ("intestazione_e_vuote.csv", f"{HEADER}\n;;;;;\n\n  \n".encode(), "non ci sono righe"),
        ("prosa.csv", b"Gentile ufficio,\nin allegato i dati.\n", "l'intestazione di nessun tracciato"),
        ("foto.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "un'immagine"),
        ("foto.xlsx", b"\xff\xd8\xff\xe0" + b"\0" * 50, "un'immagine"),
        ("foto2.csv", BMP, "un'immagine"),
        ("stampa.csv", b"%PDF-1.7\n", "un PDF"),
        ("pagina.xls", b"<html><table><tr><td>ente</td></tr></table></html>", "una pagina web"),
        ("unicode.csv", "\ufeff".encode("utf-16-le") + csv_text(ROWS).encode("utf-16-le"), "UTF-16"),
        ("unicode2.csv", csv_text(ROWS).encode("utf-16-be"), "UTF-16"),
        ("rotto.xlsx", b"PK\x03\x04" + b"x" * 100, "rovinato"),
        ("rotto.parquet", b"PAR1" + b"x" * 100, "rovinato"),
        ("gz.csv", b"\x1f\x8b\x08" + b"x" * 100, "archivio compresso"),
        ("binario.csv", bytes(range(256)) * 20, "non è testo"),
        ("protetto.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("word.doc", OLE + "WordDocument".encode("utf-16-le"), "documento"),
        ("rotto.xls", OLE + "Workbook".encode("utf-16-le"), "rovinato"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_not_a_table_is_told_for_what_it_is(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    assert told in refusal(written(tmp_path, content, name))


def test_zips_that_are_no_spreadsheet(tmp_path: Path) -> None:
    for name, member, told in [
        ("dati.zip", "dati.csv", "archivio compresso"),
        ("lettera.docx", "word/document.xml", "un altro tipo di documento"),
    ]:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, "x")
            if name.endswith("docx"):
                archive.writestr("[Content_Types].xml", "<x/>")
        assert told in refusal(tmp_path / name)


def test_a_spreadsheet_cut_in_half(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", {"A": [TARIFFE, *ROWS]})
    path.write_bytes(path.read_bytes()[:-200])
    assert "rovinato o incompleto" in refusal(path)


def test_empty_spreadsheets(tmp_path: Path) -> None:
    assert "il file è vuoto" in refusal(write_xlsx(tmp_path / "a.xlsx", {"A": [], "B": []}))
    assert "non ci sono righe" in refusal(write_xlsx(tmp_path / "b.xlsx", {"A": [["titolo"], TARIFFE, []]}))
    assert "nessun tracciato" in refusal(write_xlsx(tmp_path / "c.xlsx", {"A": [["solo un titolo"]]}))


def test_parquet_without_rows_or_with_nested_columns(tmp_path: Path) -> None:
    assert "non ha righe" in refusal(write_parquet(tmp_path / "a.parquet", {name: [] for name in TARIFFE}))
    nested = {name: [["x"]] for name in TARIFFE}
    assert "valori semplici" in refusal(write_parquet(tmp_path / "b.parquet", nested))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "non si apre" in refusal(tmp_path / "manca.csv")
    assert "non si apre" in refusal(tmp_path)


def test_a_header_below_the_first_rows_is_not_looked_for(tmp_path: Path) -> None:
    assert recognise(written(tmp_path, "titolo\n" * 29 + csv_text(ROWS)), LAYOUTS).forma is not None
    assert "nelle prime 30 righe" in refusal(written(tmp_path, "titolo\n" * 30 + csv_text(ROWS)))
