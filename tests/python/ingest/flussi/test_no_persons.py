"""No name and no codice fiscale is ever stored: what was sent is looked for in every byte that a load leaves."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ingest.flussi.pseudonyms import key_path
from ingest.flussi.tracciato import tracciati
from tests.python.ingest.flussi.office import Office, Row, csv_text, row

LETTERS = "BCDFGHLMNPRSTVZ"
MONTHS = "ABCDEHLMPRST"


def tax_code(number: int) -> str:
    """An invented codice fiscale, another for each number."""
    first, second = LETTERS[number % 15], LETTERS[number // 15 % 15]
    return f"{first}{second}QMR{first}{number % 100:02d}{MONTHS[number % 12]}{10 + number % 20}A{100 + number % 900}S"


class Sent:
    """Gives codici fiscali, and remembers them all."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def __call__(self, words: str = "{}") -> str:
        self.codes.append(tax_code(len(self.codes)))
        code = self.codes[-1]
        return words.format(code if len(self.codes) % 3 else code.lower())


@pytest.fixture
def sent() -> Sent:
    return Sent()


def full_of_them(layout: str, sent: Sent, count: int = 12) -> list[Row]:
    """Rows with a codice fiscale for every code of a person, and some in columns that should have none."""
    declared = tracciati()[layout]
    lines = []
    for number in range(count):
        line = row(layout, number)
        line |= {name: sent() for name in declared.persone}
        if number % 4 == 0:
            for field in declared.campi:
                if field.tipo in ("testo", "codice", "elenco", "data", "euro") and not field.persona:
                    line[field.nome] = sent("sig. {}, nato" if field.tipo == "testo" else "{}")
        lines.append(line)
    return lines


def insides(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file; also unpacked, where it packs others or compresses its columns."""
    content = path.read_bytes()
    yield str(path), content
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                yield f"{path}!{name}", book.read(name)
    if content.startswith(b"PAR1"):
        yield f"{path}!rows", json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path)) as con:
            for schema, table in con.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                text = repr(con.execute(f"select * from {schema}.{table}").fetchall())
                yield f"{path}!{table}", text.encode()


def check_nowhere(office: Office, sent: Sent, *streams: str) -> None:
    """None of the codes that were sent is in the data folder, in a name or in what was said."""
    assert sent.codes
    paths = [path for path in office.data.rglob("*") if path.is_file()]
    assert office.paths.database in paths
    places = [(name, text) for path in paths for name, text in insides(path)]
    places += [("stdout, stderr", stream.encode()) for stream in streams]
    places += [("names", str(path.relative_to(office.data)).encode()) for path in paths]
    for name, content in places:
        upper = content.upper()
        wide = upper.replace(b"\0", b"")
        for code in sent.codes:
            assert code.encode() not in upper, f"{code} in {name}"
            assert code.encode() not in wide, f"{code} in {name}"


def load(office: Office, *paths: Path) -> subprocess.CompletedProcess[str]:
    """As a user does, so that nothing said is missed, leaving the write-ahead log where it is."""
    done = office.warehouse.ambito("load", *(str(path) for path in paths or (office.paths.flussi,)))
    assert "Traceback" not in done.stderr, done.stderr
    return done


# --- every layout ---------------------------------------------------------------------------------------------------


def test_codici_fiscali_in_every_layout_are_nowhere(office: Office, sent: Sent) -> None:
    for layout in tracciati():
        office.write(f"{layout}.csv", layout, full_of_them(layout, sent))
    done = load(office)
    assert done.returncode == 1
    assert len(sent.codes) > 150
    check_nowhere(office, sent, done.stdout, done.stderr)
    # and they were really read: a person each, and a reason each for those in the wrong column
    assert office.query("select count(*) from raw.file_flussi where righe_lette = 12") == [(len(tracciati()),)]
    ((told,),) = office.query("select count(*) from raw.quarantena where valore like '%[codice fiscale rimosso]%'")
    assert isinstance(told, int)
    assert told > 50
    again = load(office)
    listed = office.warehouse.ambito("load", "--list")
    check_nowhere(office, sent, again.stdout, again.stderr, listed.stdout)


def test_loaded_persons_are_hashes_and_stay_as_many(office: Office, sent: Sent) -> None:
    lines = [row("ore_servizio", n, codice_utente=sent()) for n in range(50)]
    again = [line | {"codice_utente": line["codice_utente"].swapcase(), "ente_gestore": "Altra"} for line in lines]
    assert office.send("ore.csv", "ore_servizio", lines + again).ok
    found = office.query(
        "select count(*), count(distinct codice_utente), max(length(codice_utente)) from raw.flusso_ore_servizio"
    )
    assert found == [(100, 50, 12)]
    check_nowhere(office, sent)


def test_the_key_is_in_no_file_but_its_own(office: Office) -> None:
    office.write("ore.csv", "ore_servizio", [row("ore_servizio", n) for n in range(5)])
    done = load(office)
    key = key_path(office.paths).read_bytes().strip()
    for path in office.data.rglob("*"):
        if path.is_file() and path != key_path(office.paths):
            assert all(key not in content for _, content in insides(path)), path
    assert key.decode() not in done.stdout + done.stderr


# --- where a reader would not look ----------------------------------------------------------------------------------


def test_a_codice_fiscale_in_the_name_of_a_file_or_of_its_folder(office: Office, sent: Sent) -> None:
    folder = office.paths.flussi / sent("fascicolo_{}")
    folder.mkdir()
    text = csv_text(tracciati()["tariffe"], [row("tariffe", n) for n in range(3)])
    (folder / sent("tariffe_{}_2024.csv")).write_text(text, encoding="utf-8")
    (folder / sent("{}.csv")).write_text(text.replace("csc", "inventato"), encoding="utf-8")
    (folder / sent("rotto-{}.csv")).write_text("niente", encoding="utf-8")
    for _ in range(2):
        done = load(office)
        check_nowhere(office, sent, done.stdout, done.stderr)
    assert len(office.query("select * from raw.file_flussi")) == 3


@pytest.mark.parametrize("layout", ["contabilita", "ore_servizio"])
@pytest.mark.parametrize("place", ["title", "broken row", "total", "open quotes"])
def test_a_codice_fiscale_outside_the_rows_of_a_csv(office: Office, sent: Sent, layout: str, place: str) -> None:
    head, *lines = csv_text(tracciati()[layout], [row(layout, n) for n in range(30)]).splitlines()
    blank = ";" * head.count(";")
    texts = [head, *lines]
    if place == "title":
        texts.insert(0, sent("Estratto per {}") + blank)
    if place == "broken row":
        texts.append(lines[0] + sent(";in più {}"))
    if place == "total":
        texts.append(sent("Totale {}") + blank)
    if place == "open quotes":
        texts.append(sent('"virgolette aperte {}'))
    (outcome,) = office.load(office.write_text("estratto.csv", "\n".join(texts) + "\n"))
    assert outcome.righe_caricate == 30
    # the file cannot be kept as it is: what is kept is what was read of it
    assert office.query("select pseudonimizzato from raw.file_flussi") == [(True,)]
    check_nowhere(office, sent, repr(outcome))


@pytest.mark.parametrize("place", ["sheet", "title", "total", "comment", "other sheet", "properties"])
def test_a_codice_fiscale_in_a_workbook_outside_the_table(office: Office, sent: Sent, place: str) -> None:
    path = office.paths.flussi / "conti.xlsx"
    names = [field.nome for field in tracciati()["contabilita"].campi]
    lines = [row("contabilita", n) for n in range(30)]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(sent() if place == "sheet" else "Conti")
        sheet.write(0, 0, sent("Conti di {}") if place == "title" else "Conti")
        for at, texts in enumerate([names, *([line[name] for name in names] for line in lines)], start=2):
            sheet.write_row(at, 0, texts)
        # a total that is wrong, and a value in a column without a name: both are told with their sheet
        sheet.write_row(33, 0, [sent("Totale {}") if place == "total" else "Totale", *[""] * 10, "1,00"])
        sheet.write_row(34, 0, [*row("contabilita", 99).values(), "in più"])
        if place == "comment":
            sheet.write_comment(3, 0, sent("visto con {}"))
        if place == "other sheet":
            book.add_worksheet("Note").write(0, 0, sent("chiedere a {}"))
        if place == "properties":
            book.set_properties({"comments": sent()})
    (outcome,) = office.load(path)
    assert {rule for _, _, _, rule, _ in office.findings()} == {"totale_al_piede", "campi_della_riga"}
    assert office.query("select righe_caricate, pseudonimizzato from raw.file_flussi") == [(30, True)]
    check_nowhere(office, sent, repr(outcome))


def test_codici_fiscali_in_a_parquet(office: Office, sent: Sent) -> None:
    lines = full_of_them("ore_servizio", sent)
    pq.write_table(pa.Table.from_pylist(lines), office.paths.flussi / "ore.parquet", compression="zstd")
    done = load(office)
    assert office.query("select righe_lette from raw.file_flussi") == [(12,)]
    check_nowhere(office, sent, done.stdout, done.stderr)


# --- files that are refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["cognome", "Nome", "codice fiscale", "C.F.", "NOMINATIVO", "data di nascita", "telefono", "indirizzo", "email"],
)  # fmt: skip
def test_a_column_that_names_persons_is_refused_and_nothing_of_it_is_kept(
    office: Office, sent: Sent, header: str
) -> None:
    lines = [row("tariffe", n) | {header: sent("Verdi Giuseppa {}")} for n in range(4)]
    path = office.write("tariffe.csv", "tariffe", lines, [*lines[0]])
    (outcome,) = office.load(path)
    assert outcome.stato == "respinto"
    assert header in outcome.messaggi[0]
    assert not [path for path in office.paths.archive.rglob("*") if path.is_file()]
    assert office.query("select archivio, righe_caricate from raw.file_flussi") == [(None, 0)]
    check_nowhere(office, sent, repr(outcome))
    assert "giuseppa" not in repr(office.raw()).lower()


def test_a_list_of_persons_without_a_header_is_refused_and_none_is_named(office: Office, sent: Sent) -> None:
    texts = [f"Verdi;Giuseppa;{sent()};10,5" for _ in range(5)]
    office.write_text("elenco.csv", "\n".join(texts))
    done = load(office)
    assert done.returncode == 1
    check_nowhere(office, sent, done.stdout, done.stderr)
    assert "giuseppa" not in (repr(office.raw()) + done.stdout + done.stderr).lower()


def test_without_a_key_nothing_of_the_file_is_stored(tmp_path: Path, sent: Sent) -> None:
    office = Office.create(tmp_path, key=False)
    path = office.write("ore.csv", "ore_servizio", full_of_them("ore_servizio", sent))
    done = load(office, path)
    assert done.returncode == 1
    assert "manca la chiave" in done.stderr
    check_nowhere(office, sent, done.stdout, done.stderr)
    kept = {path.relative_to(office.data).parts[0] for path in office.data.rglob("*") if path.is_file()}
    assert kept == {"build"}, "no archive, no answer"
    assert [path.name for path in office.paths.build.rglob("*") if path.is_file() and "lock" not in path.name] == [
        "ambito.duckdb"
    ]


def test_the_search_finds_what_is_there(office: Office, sent: Sent) -> None:
    """A search that finds nothing must be one that would have found it."""
    office.load()
    code = sent("{}").upper()
    check_nowhere(office, sent)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", f"<si>{code}</si>" * 9)
    table = io.BytesIO()
    pq.write_table(pa.table({"codice": [code.lower()] * 99}), table, compression="zstd")
    for content in (code.lower().encode(), code.encode("utf-16-le"), packed.getvalue(), table.getvalue()):
        hidden = office.data / "nascosto"
        hidden.write_bytes(content)
        with pytest.raises(AssertionError, match=code):
            check_nowhere(office, sent)
        hidden.unlink()
    with duckdb.connect(str(office.paths.database)) as con:
        con.execute("insert into raw.quarantena (valore) values (?)", [code])
    with pytest.raises(AssertionError, match=code):
        check_nowhere(office, sent)
    shutil.rmtree(office.data)
