"""Loading: nothing is lost, nothing is done twice, and every file received is kept."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from ingest.prospetti.load import load_prospetti
from tests.conftest import Warehouse
from tests.python.ingest.example import (
    CELLS,
    CELLS_BY_TABLE,
    FILES,
    SHOWN,
    Example,
    Rows,
    edit,
    raw_rows,
    write_document,
)
from warehouse import build as building


def cells(example: Example) -> dict[str, tuple[str, Decimal | None]]:
    """Text and value of each loaded cell."""
    with duckdb.connect(str(example.paths.database)) as con:
        return {
            key: (text, value)
            for key, text, value in con.execute("select cella_id, testo, valore from raw.celle").fetchall()
        }


def read_folders(example: Example) -> list[str]:
    """Load again; the documents that were really read."""
    said: list[str] = []
    with duckdb.connect(str(example.paths.database)) as con:
        assert not load_prospetti(example.paths, con, progress=said.append).problems
    return [Path(words.removeprefix("leggo ")).name for words in said]


def of_document(rows: Rows, number: str) -> Rows:
    return {name: [row for row in table if number in row] for name, table in rows.items()}


# --- nothing is lost ----------------------------------------------------------------------------------------------


def test_every_cell_read_is_loaded_or_in_quarantine(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")
    example.edit("avanzo.csv", "100,00 €", "cento €")
    report = example.load()
    assert [f.file for f in report.files] == [f"{SHOWN}/{name}.csv" for name in CELLS_BY_TABLE]
    for outcome, read in zip(report.files, CELLS_BY_TABLE.values(), strict=True):
        assert outcome.righe_lette == read == outcome.righe_caricate + outcome.righe_in_quarantena
        assert outcome.stato == ("accettato con scarti" if outcome.righe_in_quarantena else "accettato")
    assert sum(f.righe_in_quarantena for f in report.files) == len(report.quarantined) == 2
    loaded = cells(example)
    assert len(loaded) == CELLS
    assert {key for key, (_, value) in loaded.items() if value is None} == {
        "005/costi/4/costo",  # in quarantine
        "005/avanzo/10/libero",  # in quarantine
        "005/avanzo/9/libero",  # a printed dash
        "005/sportello/20/ore",  # printed bars
    }


def test_a_misprint_is_quarantined_with_its_place_and_its_reason(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")
    report = example.load()
    assert not report.ok
    assert not report.problems
    (item,) = report.quarantined
    assert (item.cella_id, item.file, item.riga_file) == ("005/costi/4/costo", f"{SHOWN}/costi.csv", 3)
    assert (item.documento, item.tabella, item.linea, item.colonna, item.testo) == (
        "005",
        "costi",
        4,
        "costo",
        "€ 8.00,25",
    )
    assert item.regola == "leggibile come numero"
    assert "«€ 8.00,25» non si legge come numero in eur" in item.messaggio
    assert "seeds/rettifiche.csv" in item.messaggio
    with duckdb.connect(str(example.paths.database)) as con:
        (row,) = con.execute(
            "select documento, tabella, linea, colonna, testo, messaggio from raw.celle_in_quarantena"
        ).fetchall()
    assert row == ("005", "costi", 4, "costo", "€ 8.00,25", item.messaggio)
    assert cells(example)["005/costi/4/costo"] == ("€ 8.00,25", None)


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("costi.csv", "€ 800,25", "12%", "il segno stampato non va con l'unità eur"),
        ("costi.csv", "5,25", "€ 5,25", "il segno stampato non va con l'unità ore"),
        ("costi.csv", "5,25", "5%", "il segno stampato non va con l'unità ore"),
        ("sportello.csv", "2024,36", "2024,trentasei", "non si legge come numero in ore_settimana"),
        ("sportello.csv", "2024,36", "2024,36.5", "non si legge come numero in ore_settimana"),
        # what the database cannot hold is refused, not stored as nothing
        ("costi.csv", "€ 800,25", "€ 123.456.789.012.345,25", "più di 14 cifre intere"),
        ("costi.csv", "€ 800,25", "€ 800,25001", "4 decimali"),
    ],
)
def test_a_figure_that_cannot_be_is_quarantined(example: Example, file: str, old: str, new: str, reason: str) -> None:
    path = example.folder / file
    quoted = (
        f'"{new}"' if f'"{old}"' not in path.read_text(encoding="utf-8") and "," in new and "2024" not in new else new
    )
    edit(path, old, quoted)
    report = example.load()
    assert not report.problems
    (item,) = report.quarantined
    assert reason in item.messaggio
    assert cells(example)[item.cella_id][1] is None


def test_the_largest_number_is_kept_to_the_cent(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 99.999.999.999.999,9999")
    assert example.load().ok
    assert cells(example)["005/costi/4/costo"][1] == Decimal("99999999999999.9999")


def test_a_quarantined_cell_is_told_again_until_it_is_corrected(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")
    first = example.load()
    second = example.load()
    assert not second.changed
    assert second.quarantined == first.quarantined
    example.edit("costi.csv", "€ 8.00,25", "€ 800,25")
    assert example.load().ok


def test_a_repaired_cell_has_its_value_and_its_repair(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")
    example.repair('R9,005,costi,4,costo,"€ 8.00,25",800.25,totale,005-costi-totale-costo')
    assert example.load().ok
    assert cells(example)["005/costi/4/costo"] == ("€ 8.00,25", Decimal("800.2500"))
    with duckdb.connect(str(example.paths.database)) as con:
        repaired = con.execute("select cella_id, rettifica_id, decimali from raw.celle where rettifica_id is not null")
        assert repaired.fetchall() == [("005/costi/4/costo", "R9", 2)]


def test_a_declared_placeholder_is_no_figure_and_no_misprint(example: Example) -> None:
    example.edit("sportello.csv", "2024,36", "2024,in  corso di avvio")
    example.edit(
        "documento.yml",
        "    misura: ore_di_apertura\n",
        "    misura: ore_di_apertura\n    segnaposto: {in corso di avvio: non ancora aperto}\n",
    )
    assert example.load().ok
    with duckdb.connect(str(example.paths.database)) as con:
        found = con.execute("select testo, valore, segnaposto from raw.celle where cella_id = '005/sportello/19/ore'")
        assert found.fetchall() == [("in corso di avvio", None, "dichiarato")]


def test_a_cell_carries_unit_ente_year_and_labels(loaded_example: Example) -> None:
    with duckdb.connect(str(loaded_example.paths.database)) as con:
        rows = con.execute(
            """
            select
                cella_id, misura, unita, ente_id, anno, anno_pubblicazione,
                sub_ambito, servizio, vincolo, tipo_riga, voce_stampata
            from raw.celle where linea in (4, 9, 20, 21)
            """
        ).fetchall()
    of = {row[0]: row[1:] for row in rows}
    assert of["005/costi/4/ore"] == (
        "ore_erogate",
        "ore",
        "asc_insieme",
        2025,
        2025,
        "Pandino",
        "SIP",
        None,
        "dato",
        "Pandino",
    )
    assert of["005/avanzo/9/vincolato"][1:4] == ("eur", "asc_insieme", 2025)
    assert of["005/avanzo/9/vincolato"][7] == "vincolato"
    assert of["005/sportello/20/ore"][3] == 2025
    assert of["005/testo/21/valore"][:2] == ("costo_orario", "eur")


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_file_saved_by_a_spreadsheet_loads_the_same(example: Example, ending: str, bom: bytes) -> None:
    before = cells(example)
    for name in FILES:
        path = example.folder / name
        path.write_bytes(bom + path.read_text(encoding="utf-8").replace("\n", ending).encode())
    assert example.load().ok
    assert cells(example) == before


def test_columns_may_stand_in_any_order(example: Example) -> None:
    before = cells(example)
    path = example.folder / "sportello.csv"
    path.write_text("ore,anno,tipo,linea\n36,2024,dato,19\n//,2025,dato,20\n", encoding="utf-8")
    assert example.load().ok
    assert cells(example) == before


# --- nothing is done twice ----------------------------------------------------------------------------------------


def test_the_same_files_again_change_nothing(example: Example) -> None:
    before = example.raw()
    report = example.load()
    assert report.ok
    assert not report.changed
    assert {f.stato for f in report.files} == {"invariato"}
    assert sum(f.righe_lette for f in report.files) == CELLS
    assert example.raw() == before
    assert read_folders(example) == []


def test_a_changed_document_is_the_only_one_read_again(example: Example) -> None:
    write_document(example.paths.prospetti, "006_altro", "006")
    assert read_folders(example) == ["006_altro"]
    before = example.raw()
    example.edit("sportello.csv", "2024,36", "2024,37")
    assert read_folders(example) == ["005_esempio"]
    after = example.raw()
    assert of_document(after, "006") == of_document(before, "006")
    assert [row for row in after["celle"] if row not in before["celle"]] == [
        row for row in after["celle"] if row[0] == "005/sportello/19/ore"
    ]


def test_new_repairs_are_applied_to_files_that_did_not_change(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")
    assert len(example.load().quarantined) == 1
    example.repair('R9,005,costi,4,costo,"€ 8.00,25",800.25,totale,005-costi-totale-costo')
    assert example.load().ok


def test_changed_rules_are_expanded_again(example: Example) -> None:
    before = example.raw()
    example.edit("quadrature.yml", "per_colonne: [utenti, ore, costo]", "per_colonne: [utenti, ore]")
    assert example.load().changed
    after = example.raw()
    gone = {row[0] for row in before["quadrature"]} - {row[0] for row in after["quadrature"]}
    assert gone == {"005-costi-totale-costo"}
    assert after["celle"] == before["celle"]


def test_a_removed_document_is_forgotten(example: Example) -> None:
    before = example.raw()
    folder = write_document(example.paths.prospetti, "006_altro", "006")
    assert example.load().ok
    assert len(example.raw()["celle"]) == 2 * CELLS
    shutil.rmtree(folder)
    report = example.load()
    assert report.ok
    assert report.changed
    assert example.raw() == before


def test_a_renamed_folder_keeps_its_cells(example: Example) -> None:
    before = example.raw()
    example.folder.rename(example.folder.with_name("005_rinominato"))
    report = example.load()
    assert not report.problems
    after = example.raw()
    assert len(after["documenti"]) == 1
    for table in ("celle", "tabelle", "quadrature", "quadrature_termini"):
        assert after[table] == before[table]


def test_a_renumbered_document_leaves_nothing_of_its_old_number(example: Example) -> None:
    example.edit("documento.yml", 'documento: "005"', 'documento: "007"')
    assert example.load().ok
    after = example.raw()
    assert {row[1] for row in after["celle"]} == {"007"}
    assert of_document(after, "005") == {name: [] for name in after}


def test_a_refused_document_keeps_the_others_out_and_says_which(example: Example) -> None:
    before = example.raw()
    write_document(example.paths.prospetti, "006_altro", "006")
    example.edit("costi.csv", "3,dato", "3,datto")
    report = example.load()
    assert {f.file: f.stato for f in report.files if "006" not in f.file} == {SHOWN: "respinto"}
    assert {f.stato for f in report.files if "006" in f.file} == {"valido, non caricato"}
    assert all(f.righe_caricate == 0 for f in report.files)
    assert not report.changed
    assert example.raw() == before


def test_one_folder_alone_can_be_loaded_without_touching_the_others(example: Example) -> None:
    before = example.raw()
    folder = write_document(example.paths.prospetti, "006_altro", "006")
    example.edit("sportello.csv", "2024,36", "2024,37")
    report = example.load(folder)
    assert report.ok
    assert {Path(f.file).parent.name for f in report.files} == {"006_altro"}
    assert of_document(example.raw(), "005") == of_document(before, "005")


def test_one_folder_alone_is_not_asked_for_the_repairs_of_another(example: Example) -> None:
    folder = write_document(example.paths.prospetti, "006_altro", "006")
    edit(folder / "costi.csv", "€ 800,25", "€ 8.00,25")
    example.repair('R9,006,costi,4,costo,"€ 8.00,25",800.25,totale,006-costi-totale-costo')
    assert example.load(example.folder).ok


# --- the archive --------------------------------------------------------------------------------------------------


def test_every_file_is_archived_unchanged_under_its_sha256(example: Example) -> None:
    example.edit("sportello.csv", "2024,36", "2024,37")
    assert example.load().ok
    archived = {path.name: path.read_bytes() for path in example.paths.archive.rglob("*") if path.is_file()}
    assert all(hashlib.sha256(content).hexdigest() == name for name, content in archived.items())
    received = [text.encode() for text in FILES.values()]
    received.append((example.folder / "sportello.csv").read_bytes())
    assert set(archived.values()) == set(received), "both versions of the changed file are kept, and nothing else"


def test_tables_of_an_earlier_version_are_made_anew(loaded_example: Example) -> None:
    before = raw_rows(loaded_example.paths.database)
    with duckdb.connect(str(loaded_example.paths.database)) as con:
        con.execute("alter table raw.celle drop column rettifica_id")
    assert loaded_example.load().ok
    assert raw_rows(loaded_example.paths.database) == before


def test_a_loaded_file_names_its_archived_bytes(loaded_example: Example) -> None:
    with duckdb.connect(str(loaded_example.paths.database)) as con:
        files = con.execute("select file_id, percorso from raw.file").fetchall()
    assert len(files) == len(CELLS_BY_TABLE)
    for file_id, path in files:
        archived = loaded_example.paths.archive / file_id[:2] / file_id
        assert archived.read_bytes() == (loaded_example.root / path).read_bytes()


# --- the command line ---------------------------------------------------------------------------------------------


def test_json_names_every_file_with_its_counts(example: Example) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 8.00,25")
    done = Warehouse(example.root, example.data).ambito("load", "--json")
    outcomes = json.loads(done.stdout)
    assert [list(outcome) for outcome in outcomes] == [
        ["file", "tracciato", "stato", "righe_lette", "righe_caricate", "righe_in_quarantena"]
    ] * len(CELLS_BY_TABLE)
    assert outcomes[0] == {
        "file": f"{SHOWN}/costi.csv",
        "tracciato": "prospetto",
        "stato": "accettato con scarti",
        "righe_lette": 12,
        "righe_caricate": 11,
        "righe_in_quarantena": 1,
    }
    # the messages stay on the other stream, and say how many and where
    assert done.returncode == 1
    assert f"in quarantena: {SHOWN}/costi.csv, riga 3, colonna «costo» (documento 005, linea 4)" in done.stderr
    assert "1 celle in quarantena." in done.stderr
    again = json.loads(Warehouse(example.root, example.data).ambito("load", "--json").stdout)
    assert again == [outcome | {"stato": "invariato"} for outcome in sorted(outcomes, key=lambda o: o["file"])]


@pytest.mark.parametrize("folder", ["extracts/prospetti/999_nessuno", "nessuna", "extracts/prospetti"])
def test_a_folder_that_is_not_there_or_holds_all_the_documents_is_a_wrong_use(example: Example, folder: str) -> None:
    done = Warehouse(example.root, example.data).ambito("load", folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_of_something_else_is_refused_file_by_file(example: Example) -> None:
    before = example.raw()
    done = Warehouse(example.root, example.data).ambito("load", "seeds")
    assert done.returncode == 1
    assert "seeds/enti.csv: " in done.stderr
    assert "Traceback" not in done.stderr
    assert {name: found for name, found in example.raw().items() if name in before} == before


def test_two_loads_at_once_wait_or_say_so(example: Example) -> None:
    for number in range(6, 12):
        write_document(example.paths.prospetti, f"{number:03d}_copia", f"{number:03d}")
    warehouse = Warehouse(example.root, example.data)
    loads = [warehouse.start("load") for _ in range(2)]
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in loads]
    for err, code in ends:
        assert code == 0 or "Un'altra elaborazione sta lavorando" in err
        assert "Traceback" not in err
    assert 0 in [code for _, code in ends]
    assert len(example.raw()["celle"]) == 7 * CELLS


def test_a_load_that_finds_another_at_work_says_so(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_WAIT_SECONDS", 0.1)
    lock = FileLock(example.paths.build / "ambito.lock")
    with lock, pytest.raises(building.BusyError, match="aspettare che finisca e riprovare"):
        building.load(example.paths)
    building.load(example.paths)


def test_a_load_waits_for_one_that_ends_soon(example: Example) -> None:
    lock = FileLock(example.paths.build / "ambito.lock", thread_local=False)
    lock.acquire()
    threading.Timer(0.5, lock.release).start()
    assert building.load(example.paths).ok
