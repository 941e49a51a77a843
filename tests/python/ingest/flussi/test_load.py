"""A load: what it says, what it leaves behind, and what is left when it is killed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from ingest.archive import keep_file
from ingest.flussi.load import flussi_in
from ingest.flussi.tracciato import tracciati
from ingest.paths import ROOT
from tests.python.ingest.flussi.office import Office, Rows, csv_text, row, rows


def facts(office: Office) -> Rows:
    """What is in ``raw``, but for when it was written."""
    with duckdb.connect(str(office.paths.database)) as con:
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
        found: Rows = {}
        for (name,) in sorted(tables):
            columns = con.execute(
                "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ? "
                "and data_type <> 'TIMESTAMP'",
                [name],
            ).fetchall()
            listed = ", ".join(column for (column,) in columns)
            if name == "lotti":
                listed += ", noto_al is null"
            if name != "percorsi":
                found[name] = con.execute(f"select {listed} from raw.{name} order by all").fetchall()
        return found


def leftovers(office: Office) -> list[Path]:
    """Files that a load makes while it works."""
    work = [path for path in (office.paths.build / "carichi").rglob("*") if path.is_file()]
    return [*work, *office.paths.archive.rglob(".*"), *office.paths.answers.rglob(".*")]


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_a_file_without_persons_is_archived_as_received(office: Office) -> None:
    path = office.write("tariffe.csv", "tariffe", rows("tariffe", 3))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    office.load(path, sender="Ufficio tariffe")
    found = office.query(
        "select sha256, file_id, archivio, pseudonimizzato, mittente, nome, formato from raw.file_flussi"
    )
    assert found == [
        (sha256, sha256[:16], f"{sha256[:2]}/{sha256}", False, "Ufficio tariffe", "tariffe.csv", "CSV ; UTF-8")
    ]
    assert (office.paths.archive / sha256[:2] / sha256).read_bytes() == path.read_bytes()
    assert leftovers(office) == []


def test_a_file_with_persons_is_archived_hashed_under_the_sha256_of_the_original(office: Office) -> None:
    path = office.write("ore.csv", "ore_servizio", [*rows("ore_servizio", 9), row("ore_servizio", 10, ore="mille")])
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    office.load(path)
    assert office.query("select archivio, pseudonimizzato, sha256 from raw.file_flussi") == [
        (f"{sha256[:2]}/{sha256}.parquet", True, sha256)
    ]
    archived = office.paths.archive / sha256[:2] / f"{sha256}.parquet"
    assert [*office.paths.archive.rglob("*.*")] == [archived]
    with duckdb.connect() as con:
        kept = con.execute(
            f"select _riga, ore, codice_utente from read_parquet('{archived}') order by _riga"
        ).fetchall()
    assert [(line, text) for line, text, _ in kept] == [(n, "12,50") for n in range(2, 11)] + [(11, "mille")]
    loaded = office.query("select _riga, codice_utente from raw.flusso_ore_servizio order by _riga")
    assert [(line, code) for line, _, code in kept][:9] == loaded


def test_a_refused_file_about_persons_is_archived_hashed_as_well(office: Office) -> None:
    outcome = office.send("ore.csv", "ore_servizio", rows("ore_servizio", 3, ore="mille"))
    assert outcome.stato == "respinto"
    assert len([*office.paths.archive.rglob("*.parquet")]) == 1


def test_what_is_already_archived_is_not_written_again(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"uno")
    assert keep_file(tmp_path / "archive", source, "abcd") == "ab/abcd"
    source.write_bytes(b"due")
    assert keep_file(tmp_path / "archive", source, "abcd") == "ab/abcd"
    assert (tmp_path / "archive" / "ab" / "abcd").read_bytes() == b"uno"


# --- files that cannot come in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vuoto"),
        (b"a;b;c\n1;2;3\n", "intestazione"),
        (b"%PDF-1.4 ...", "PDF"),
        (b"ente;servizio;ente_gestore;valida_dal;tariffa_oraria\n", "non ci sono righe"),
        (b"ente;servizio;ente_gestore;valida_dal\ncsc;SAAP;Coop;01/01/2024\n", "mancano le colonne tariffa_oraria"),
    ],
)
def test_a_file_that_cannot_come_in_is_recorded_with_why(office: Office, content: bytes, words: str) -> None:
    path = office.paths.flussi / "file.csv"
    path.write_bytes(content)
    before = facts(office) if office.paths.database.exists() else {}
    (outcome,) = office.load(path)
    assert (outcome.stato, outcome.righe_lette) == ("respinto", 0)
    assert words in outcome.messaggi[0]
    assert "Che fare: " in outcome.messaggi[0]
    assert office.query("select stato, messaggio from raw.file_flussi") == [("respinto", outcome.messaggi[0])]
    assert office.query("select regola, gravita from raw.quarantena") == [("file_non_leggibile", "errore")]
    assert outcome.risposta is not None
    assert outcome.risposta.exists()
    assert not before or office.query("select count(*) from raw.lotti") == [(0,)]


def test_a_column_that_says_who_a_person_is_is_named(office: Office) -> None:
    lines = [line | {"cognome": "Verdi"} for line in rows("ore_servizio", 2)]
    path = office.write("ore.csv", "ore_servizio", lines, [*lines[0]])
    (outcome,) = office.load(path)
    assert outcome.stato == "respinto"
    assert "colonna «cognome»" in outcome.messaggi[0]
    assert "togliere la colonna" in outcome.messaggi[0]


def test_one_file_that_is_refused_does_not_stop_the_others(office: Office) -> None:
    bad = office.write_text("a.csv", "niente")
    outcomes = office.load(bad, office.write("b.csv", "tariffe", rows("tariffe", 2)))
    assert [outcome.stato for outcome in outcomes] == ["respinto", "accettato"]


def test_the_rates_are_loaded_before_the_hours_that_need_them(office: Office) -> None:
    hours = office.write("a_ore.csv", "ore_servizio", rows("ore_servizio", 2, ente_gestore="Coop", tariffa_oraria="23"))
    rates = office.write("z_tariffe.csv", "tariffe", [row("tariffe", ente_gestore="Coop", tariffa_oraria="22")])
    assert [outcome.stato for outcome in office.load(hours, rates)] == ["respinto", "accettato"]
    assert {rule for _, _, _, rule, _ in office.findings()} == {"tariffa_in_vigore"}


def test_the_drop_folder_is_read_with_the_folders_in_it_and_without_hidden_files(office: Office) -> None:
    folder = office.paths.flussi
    (folder / "marzo").mkdir()
    for name in ("b.csv", "marzo/a.csv", ".nascosto.csv", "~$b.xlsx", "README.md"):
        (folder / name).write_text("x", encoding="utf-8")
    assert [path.relative_to(folder).as_posix() for path in flussi_in(folder)] == ["b.csv", "marzo/a.csv"]
    assert flussi_in(folder / "non c'è") == []


def test_a_workbook_keeps_the_sheet_of_each_row(office: Office) -> None:
    path = office.paths.flussi / "tariffe.xlsx"
    names = [field.nome for field in tracciati()["tariffe"].campi]
    lines = rows("tariffe", 4)
    with xlsxwriter.Workbook(str(path)) as book:
        for name, part in (("Uno", lines[:2]), ("Due", lines[2:])):
            sheet = book.add_worksheet(name)
            for at, texts in enumerate([names, *([line[column] for column in names] for line in part)]):
                sheet.write_row(at, 0, texts)
        sheet.write(1, 5, "venti")
    (outcome,) = office.load(path)
    assert outcome.righe_lette == 4
    assert office.query("select foglio, riga, colonna from raw.quarantena") == [("Due", 2, "tariffa_oraria")]
    assert outcome.risposta is not None
    cells = CalamineWorkbook.from_path(str(outcome.risposta)).get_sheet_by_name("Celle").to_python()
    assert cells[1][:4] == ["Due", 2, "F2", "tariffa_oraria"]


# --- the command line -----------------------------------------------------------------------------------------------


def test_json_tells_every_file_and_the_exit_code_whether_something_is_wrong(office: Office) -> None:
    office.write("buono.csv", "tariffe", rows("tariffe", 3))
    bad = office.write("scarti.csv", "contabilita", [*rows("contabilita", 10), row("contabilita", 11, importo="mille")])
    done = office.warehouse.ambito("load", str(office.paths.flussi), "--json", "--mittente", "Ufficio")
    assert done.returncode == 1, "there are scraps"
    first, second = json.loads(done.stdout)
    wanted = ["file", "tracciato", "stato", "righe_lette", "righe_caricate", "righe_in_quarantena"]
    assert [list(found)[:6] for found in (first, second)] == [wanted, wanted]
    assert [first[name] for name in wanted] == ["extracts/flussi/buono.csv", "tariffe", "accettato", 3, 3, 0]
    assert [second[name] for name in wanted] == [
        "extracts/flussi/scarti.csv",
        "contabilita",
        "accettato con scarti",
        11,
        10,
        1,
    ]
    assert "extracts/flussi/scarti.csv: 1 righe in quarantena: che cosa correggere è in " in done.stderr
    assert Path(second["risposta"]).exists()
    assert office.query("select distinct mittente from raw.file_flussi") == [("Ufficio",)]
    told_again = office.warehouse.ambito("load", str(bad))
    assert told_again.returncode == 1
    assert "1 righe in quarantena" in told_again.stderr
    bad.unlink()
    again = office.warehouse.ambito("load", str(office.paths.flussi))
    assert again.returncode == 0, again.stderr
    assert "invariato" in again.stdout


def test_the_list_shows_the_sequence(office: Office) -> None:
    assert office.warehouse.ambito("load", "--list").returncode == 0, "nothing loaded yet"
    office.send("gennaio.csv", "ore_servizio", rows("ore_servizio", 3))
    office.send("corretto.csv", "ore_servizio", rows("ore_servizio", 4))
    before = office.raw()
    done = office.warehouse.ambito("load", "--list")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if "ore_servizio" in line]
    assert len(lines) == 2
    assert "gennaio.csv" in lines[0]
    assert lines[0].rstrip().endswith("corretto.csv")
    assert "2024-01" in lines[1]
    listed = json.loads(office.warehouse.ambito("load", "--list", "--json").stdout)
    assert [(lot["file"], lot["righe"], lot["sostituito_da"]) for lot in listed] == [
        ("gennaio.csv", 3, "corretto.csv"),
        ("corretto.csv", 4, None),
    ]
    assert office.raw() == before


def test_a_path_that_is_not_there_is_a_wrong_use(office: Office) -> None:
    done = office.warehouse.ambito("load", str(office.paths.flussi / "nessuno.csv"))
    assert done.returncode == 2
    assert "non c'è" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_loads_nothing(office: Office) -> None:
    done = office.warehouse.ambito("load", str(office.paths.flussi), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_two_loads_at_once_wait_or_say_so(office: Office) -> None:
    path = office.write("ore.csv", "ore_servizio", rows("ore_servizio", 50))
    loads = [office.warehouse.start("load", str(path)) for _ in range(2)]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in loads]
    for err, code in ends:
        assert code == 0 or "Un'altra elaborazione sta lavorando" in err
        assert "Traceback" not in err
    assert 0 in [code for _, code in ends]
    assert office.query("select count(*), count(distinct _lotto) from raw.flusso_ore_servizio") == [(50, 1)]


# --- killed ---------------------------------------------------------------------------------------------------------

# Loads as the command line does, and dies by SIGKILL before the given call of a function, or after the commit. Nobody
# judges: what is tested is what is left, and Great Expectations takes five seconds to come.
DIE_AT = """
import os, signal, sys
from pathlib import Path
from ingest.flussi import checks, load
from ingest.paths import Paths
from warehouse import build

load.warm_up = lambda: None
checks.Checks._judge = lambda self: {}
where, calls = sys.argv[1], int(sys.argv[2])
after = where == "committed"
owner, name = (load._Transaction, "__exit__") if where in ("commit", "committed") else (load._Loader, where)
if where == "replace":
    owner, name = Path, "replace"
if where == "open_lots":
    owner = load
original = getattr(owner, name)

def dying(*arguments, **options):
    global calls
    calls -= 1
    if calls == 0 and after:
        original(*arguments, **options)
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **options)

setattr(owner, name, dying)
build.load(Paths.from_environment(), (Path(sys.argv[3]),))
"""


@pytest.fixture
def corrected(office: Office) -> tuple[Office, Path]:
    """A month loaded with its scraps, and the file that corrects it."""
    office.send("gennaio.csv", "ore_servizio", [*rows("ore_servizio", 9), row("ore_servizio", 10, ore="mille")])
    return office, office.write("corretto.csv", "ore_servizio", rows("ore_servizio", 12, ore="11"))


@pytest.mark.parametrize(
    ("where", "calls", "loaded"),
    [
        ("_as_text", 1, False),
        ("_check", 1, False),  # the rows are aside
        ("_store", 1, False),
        ("open_lots", 1, False),
        ("_whose", 1, False),  # the rows are in, the old lotto is closed
        ("replace", 1, False),  # a copy for the archive, not yet in its place
        ("_record", 1, False),
        ("_answer", 1, False),
        ("replace", 2, False),  # the answer, not yet in its place
        ("commit", 1, False),
        ("committed", 1, True),
    ],
)
def test_killed_at_any_instant_it_is_as_before_or_as_after(
    corrected: tuple[Office, Path], where: str, calls: int, loaded: bool
) -> None:
    office, path = corrected
    before = facts(office)
    done = subprocess.run(
        [sys.executable, "-c", DIE_AT, where, str(calls), str(path)],
        env={**os.environ, "AMBITO_ROOT": str(office.root), "AMBITO_DATA": str(office.data), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    found = facts(office)
    assert (found == before) == (not loaded)
    (outcome,) = office.load(path)
    assert outcome.stato == ("invariato" if loaded else "accettato")
    after = facts(office)
    assert not loaded or after == found
    assert [len(after[name]) for name in ("lotti", "file_flussi", "flusso_ore_servizio")] == [2, 2, 21]
    assert len(office.current("ore_servizio", "ore")) == 12
    assert leftovers(office) == []
    assert len([*office.paths.answers.glob("corretto_*.xlsx")]) == 1, "also who was killed after the commit answered"
    assert len([*office.paths.archive.rglob("*.parquet")]) == 2


@pytest.mark.parametrize("seconds", [0.5, 2.5])
def test_the_command_killed_while_it_works(corrected: tuple[Office, Path], seconds: float) -> None:
    office, path = corrected
    path.write_text(csv_text(tracciati()["ore_servizio"], rows("ore_servizio", 60_000)), encoding="utf-8")
    before = facts(office)
    process = office.warehouse.start("load", str(path))
    assert process.stderr is not None
    for line in process.stderr:
        if "ore di servizio" in line:
            break
    time.sleep(seconds)
    process.kill()
    process.communicate(timeout=60)
    found = facts(office)
    assert found == before or len(found["flusso_ore_servizio"]) == 60_009
    done = office.warehouse.ambito("load", str(path))
    assert done.returncode == 0, done.stderr
    assert len(facts(office)["flusso_ore_servizio"]) == 60_009
    assert len(office.current("ore_servizio", "ore")) == 60_000
    assert leftovers(office) == []
