"""Wrong extracts through the command line, beside the real documents: exit code 1, the published version untouched."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.python.ingest.bad_input import DECLARATION, RECONCILIATION, TABLES, Case
from tests.python.ingest.example import FOLDER, Example, raw_rows, write_document

# All of them are refused in process by test_bad_input; here those the issue names, through the command.
THROUGH_THE_COMMAND_LINE = (
    ("missing-file", "load"),
    ("empty-file", "load"),
    ("unknown-column", "build"),
    ("duplicate-cell", "load"),
    ("wider-row", "load"),
    ("cp1252", "build"),
    ("unknown-unit-of-a-table", "load"),
    ("broken-yaml", "load"),
    ("rule-unknown-cell", "build"),
)
CASES = {case.name: case for case in (*TABLES, *DECLARATION, *RECONCILIATION)}


@pytest.fixture(scope="module")
def served(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One copy for all: a refused document changes nothing in it, and is taken away after each test."""
    base = tmp_path_factory.mktemp("servito")
    copy = Warehouse(root=base / "progetto", data=base / "dati")
    shutil.copytree(built.root, copy.root)
    shutil.copytree(built.data, copy.data)
    yield copy
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def fifth(served: Warehouse) -> Iterator[Example]:
    folder = write_document(served.paths.prospetti)
    yield Example(served.root, served.data)
    shutil.rmtree(folder)


def published(warehouse: Warehouse) -> dict[str, str]:
    """Every published file with the digest of its bytes."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(warehouse.paths.published).iterdir()
        if path.is_file()
    }


@pytest.mark.parametrize(("name", "command"), THROUGH_THE_COMMAND_LINE)
def test_the_command_names_what_is_wrong_and_changes_nothing(
    served: Warehouse, fifth: Example, name: str, command: str
) -> None:
    case: Case = CASES[name]
    raw, files, version = raw_rows(served.paths.database), published(served), served.served()
    case.break_(fifth)
    done = served.ambito(command)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    named = [line for line in done.stderr.splitlines() if all(text in line for text in case.says)]
    assert named, done.stderr
    assert "Che fare: " in named[0]
    assert "Niente è stato caricato" in done.stderr
    assert raw_rows(served.paths.database) == raw
    assert published(served) == files
    assert served.served() == version
    assert served.query("select count(*) from marts.celle where documento = '005'") == [(0,)]


def test_a_real_document_broken_is_named_too(warehouse: Warehouse) -> None:
    raw, files = raw_rows(warehouse.paths.database), published(warehouse)
    table = warehouse.document("001") / "avanzo_dettaglio.csv"
    warehouse.edit(table, "398,dato,ISD,", "9398,dato,ISD,")
    done = warehouse.ambito("build")
    assert done.returncode == 1
    assert "avanzo_dettaglio.csv, riga 3, colonna «linea», valore «9398»" in done.stderr
    assert raw_rows(warehouse.paths.database) == raw
    assert published(warehouse) == files


def test_no_folder_is_left_behind(served: Warehouse) -> None:
    assert not (served.paths.prospetti / FOLDER).exists()
