"""One small generation, read back as text by a reader of its own."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import python_calamine

from ingest.flussi.tracciato import Tracciato, normalised, tracciati
from ingest.generate import generate

MONTHS = ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"]
MONTHS += ["luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"]


@dataclass(frozen=True)
class Extract:
    """A file of the generation: its rows with their line, as texts or cells under the names of the layout."""

    path: Path
    layout: Tracciato
    rows: list[tuple[int, dict[str, object]]]


@dataclass(frozen=True)
class Generation:
    files: list[Path]
    spoiled: dict[str, dict[int, dict[str, str]]]
    extracts: list[Extract]

    def good(self, layout: str, *names: str) -> list[dict[str, object]]:
        """The rows of a layout that are not spoiled, as values; of some files, or of all."""
        return [
            {name: value_of(extract.layout, name, cell) for name, cell in row.items()}
            for extract in self.extracts
            if extract.layout.tracciato == layout and (not names or extract.path.name in names)
            for line, row in extract.rows
            if line not in self.spoiled.get(extract.path.name, {})
        ]

    def last(self, layout: str, period: str) -> str:
        """Name of the file that stays, of those of a layout and period."""
        return [path.name for path in self.files if re.match(rf"\d+_{layout}_{period}\.", path.name)][-1]


def value_of(layout: Tracciato, name: str, cell: object) -> object:
    """The value of a cell, by the plainest reading of its type."""
    field = layout.campo(name)
    if cell is None or cell == "":
        return None
    text = str(cell)
    if field.tipo == "data":
        if isinstance(cell, date):
            return cell
        patterns = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
        for pattern in patterns:
            try:
                return datetime.strptime(text, pattern).date()
            except ValueError:
                continue
        raise AssertionError(text)
    if field.tipo in ("decimale", "euro"):
        if isinstance(cell, float | int):
            return Decimal(repr(cell))
        return Decimal(text.replace(".", "").replace(",", "."))
    if field.tipo in ("intero", "anno"):
        return int(float(text))
    if field.tipo == "mese" and "/" in text:
        month, year = text.split("/")
        return f"{year}-{month}"
    if field.tipo == "mese" and " " in text:
        month, year = text.split()
        return f"{year}-{MONTHS.index(month) + 1:02d}"
    if field.valori:
        known = {normalised(other): value for value, others in field.valori.items() for other in (value, *others)}
        return known[normalised(text)]
    return text


def read(path: Path, layout: Tracciato) -> Extract:
    """Read a file with the standard library (CSV), calamine (XLSX) or polars (Parquet)."""
    names = {normalised(text): field.nome for field in layout.campi for text in (field.nome, *field.sinonimi)}
    if path.suffix == ".parquet":
        return Extract(path, layout, list(enumerate(pl.read_parquet(path).to_dicts(), 1)))
    if path.suffix == ".csv":
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
        separator = next(mark for mark in "\t;," if mark in text.split("\n", 1)[0])
        table: list[list[object]] = [list(row) for row in csv.reader(text.splitlines(), delimiter=separator)]
    else:
        table = (
            python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
    header = next(at for at, row in enumerate(table) if normalised(str(row[-1])) in names)
    columns = [names[normalised(str(text))] for text in table[header]]
    assert columns == [field.nome for field in layout.campi]
    rows = [
        (line, dict(zip(columns, row, strict=True)))
        for line, row in enumerate(table[header + 1 :], header + 2)
        if row[0] != "Totale"
    ]
    return Extract(path, layout, rows)


@pytest.fixture(scope="session")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    base = tmp_path_factory.mktemp("generati")
    files = generate(base / "estratti", sporco=base / "sporco.csv")
    spoiled: dict[str, dict[int, dict[str, str]]] = {}
    with (base / "sporco.csv").open(encoding="utf-8", newline="") as listed:
        for row in csv.DictReader(listed):
            spoiled.setdefault(row["file"], {})[int(row["riga"])] = row
    layouts = tracciati()
    extracts = [read(path, layouts[re.sub(r"^\d+_(.*)_\d{4}.*$", r"\1", path.name)]) for path in files]
    return Generation(files, spoiled, extracts)
