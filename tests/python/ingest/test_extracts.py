"""The transcriptions in the repository: every cell read again by another method, from the CSV itself."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from ingest.paths import ROOT, Paths
from ingest.prospetti.declaration import Document
from ingest.prospetti.load import read_document
from ingest.prospetti.tables import Cell
from tests.conftest import Warehouse

FOLDERS = sorted(path for path in (ROOT / "extracts" / "prospetti").iterdir() if path.is_dir())


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name[:3], scope="module")
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Document, list[Cell]]:
    folder: Path = request.param
    document, cells = read_document(Paths(ROOT, tmp_path_factory.mktemp("archivio")), folder)
    return folder, document, cells


def repaired_cells() -> set[tuple[str, str, int, str]]:
    with (ROOT / "seeds" / "rettifiche.csv").open(encoding="utf-8", newline="") as file:
        return {(r["documento"], r["tabella"], int(r["linea"]), r["colonna"]) for r in csv.DictReader(file)}


def printed_fields(folder: Path) -> list[tuple[str, int, str, str]]:
    """Every figure of the CSVs (table, line, column, text): the fields that are neither labels nor attributes."""
    tables = yaml.safe_load((folder / "documento.yml").read_text(encoding="utf-8"))["tabelle"]
    fields = []
    for name, table in tables.items():
        figures = [
            key for key, column in table["colonne"].items() if not {"dimensione", "attributo"} & set(column or {})
        ]
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                fields += [(name, int(row["linea"]), key, " ".join(row[key].split())) for key in figures]
    return [field for field in fields if field[3]]


def test_every_printed_figure_is_a_cell_and_no_other(read: tuple[Path, Document, list[Cell]]) -> None:
    folder, _, cells = read
    assert sorted((c.tabella, c.linea, c.colonna, c.testo) for c in cells) == sorted(printed_fields(folder))
    assert len({c.cella_id for c in cells}) == len(cells)


def test_the_value_printed_again_has_the_digits_of_the_text(read: tuple[Path, Document, list[Cell]]) -> None:
    _, document, cells = read
    repaired = repaired_cells()
    numbers = 0
    for cell in cells:
        kind = document.tabelle[cell.tabella].colonne[cell.colonna].tipo
        if (
            cell.valore is None
            or kind in ("traguardo", "lettere")
            or (cell.documento, cell.tabella, cell.linea, cell.colonna) in repaired
        ):
            continue
        numbers += 1
        # rendered from the scaled integer, not with the format language
        sign, digits, exponent = cell.valore.as_tuple()
        text = "".join(map(str, digits)).rjust(-int(exponent) + 1, "0")
        cut = len(text) + int(exponent)
        whole, fraction = text[:cut], text[cut:]
        ungrouped = whole + ("," + fraction if fraction else "")
        grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ".", whole) + ("," + fraction if fraction else "")
        printed = re.sub(r"[^\d.,]", "", cell.testo.replace("€.", "€"))
        assert printed in (ungrouped, grouped), f"{cell.cella_id}: «{cell.testo}» was read as {cell.valore}"
        assert bool(sign) == ("(" in cell.testo or "-" in cell.testo), cell.cella_id
        assert cell.decimali == (len(printed) - printed.index(",") - 1 if "," in printed else 0), cell.cella_id
    assert numbers or document.documento == "004"


LETTERS = {"un": 1, "uno": 1, "due": 2, "tre": 3, "quattro": 4, "sei": 6}


def test_the_value_of_a_number_in_letters(read: tuple[Path, Document, list[Cell]]) -> None:
    _, document, cells = read
    found = [c for c in cells if document.tabelle[c.tabella].colonne[c.colonna].tipo == "lettere"]
    assert found and [(c.valore, c.decimali) for c in found] == [(LETTERS[c.testo], 0) for c in found]


def test_a_cell_without_value_says_why(read: tuple[Path, Document, list[Cell]]) -> None:
    _, document, cells = read
    for cell in cells:
        kind = document.tabelle[cell.tabella].colonne[cell.colonna].tipo
        has = [cell.valore is not None, cell.valore_data is not None, cell.segnaposto is not None, kind == "testo"]
        assert sum(has) == 1, f"{cell.cella_id}: «{cell.testo}» is {cell.valore} {cell.valore_data} {cell.segnaposto}"
        if cell.segnaposto in ("trattino", "vuoto", "barre"):
            assert not re.search(r"\w", cell.testo.replace("_", "").replace("Euro", "")), cell.cella_id
        if cell.valore_data is not None and kind != "periodo":
            day = cell.valore_data
            assert cell.testo == f"{day.day:02d}/{day.month:02d}/{day.year}", cell.cella_id


def test_what_is_read_is_what_is_published(built: Warehouse, read: tuple[Path, Document, list[Cell]]) -> None:
    _, document, cells = read
    published = built.query(
        f"""
        select cella_id, linea, testo, valore, unita, ente_id from marts.celle
        where documento = '{document.documento}'
        """
    )
    expected = {
        (
            cell.cella_id,
            cell.linea,
            cell.testo,
            None if cell.valore is None else cell.valore.quantize(Decimal("0.0001")),
            cell.unita,
            document.ente,
        )
        for cell in cells
    }
    assert set(published) == expected


def test_every_repair_is_of_a_text_that_cannot_be_read(built: Warehouse) -> None:
    with duckdb.connect(str(built.paths.database), read_only=True) as con:
        rows = con.execute(
            "select rettifica_id, testo, valore from raw.celle where rettifica_id is not null"
        ).fetchall()
    assert sorted(rows) == [
        ("R001", "€ 34.7060,27", Decimal("34706.2700")),
        ("R002", "€ 46.105.16", Decimal("46105.1600")),
        ("R003", "€ 2.717.147.72", Decimal("2717147.7200")),
    ]
