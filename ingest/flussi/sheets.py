"""Read a spreadsheet as an office keeps it: titles above, merged cells, blank rows, totals at the foot."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fastexcel
import numpy as np
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingest.flussi.container import Container
from ingest.flussi.headers import FIRST_ROWS, Header
from ingest.flussi.refused import refused
from ingest.flussi.rows import Assembler, Block, texts
from ingest.flussi.tracciato import Tracciato

_ROWS_PER_BLOCK = 50_000
# How a spreadsheet shows the errors that calamine names.
_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/D",
    "Name": "#NOME?",
    "Null": "#NULLO!",
    "Num": "#NUM!",
    "Ref": "#RIF!",
    "Value": "#VALORE!",
    "GettingData": "#DATI",
}


@dataclass(frozen=True)
class SheetShape:
    """A sheet whose header was recognised."""

    name: str
    header: Header


def cell_text(value: Any) -> str:
    """A typed cell as the text an Italian office would write: the value parser reads one form only."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "sì" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        # 15 digits are what a spreadsheet shows: 0,1 + 0,2 is 0,3
        text = format(value, ".15g")
        return _plain(Decimal(text)) if "e" in text or text == "-0" else text.replace(".", ",")
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return str(value.isoformat())
    return str(value)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace(".", ",")


class Workbook:
    """An open spreadsheet."""

    def __init__(self, path: Path, kind: Container) -> None:
        self._path = path
        self._kind = kind
        self._last: CalamineSheet | None = None
        try:
            if path.suffix.lower() == f".{kind.lower()}":
                self._book = CalamineWorkbook.from_path(str(path))
            else:  # the name lies: calamine looks inside only when it is given the content
                with path.open("rb") as file:
                    self._book = CalamineWorkbook.from_object(file)
        except PasswordError as error:
            raise self._protected() from error
        except (CalamineError, OSError, ValueError) as error:
            raise self._unreadable() from error

    def _protected(self) -> Exception:
        return refused(self._path, "il file è protetto da una password", "salvarlo senza password e mandarlo di nuovo")

    def _unreadable(self) -> Exception:
        what = f"il file {self._kind} è rovinato o incompleto"
        return refused(self._path, what, "aprirlo con Excel o LibreOffice, salvarlo di nuovo e mandarlo")

    def sheets(self) -> list[str]:
        """Names of the sheets that hold cells, in the order of the tabs."""
        return [sheet.name for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]

    def is_hidden(self, name: str) -> bool:
        """Whether the sheet is hidden."""
        sheet = next(sheet for sheet in self._book.sheets_metadata if sheet.name == name)
        return sheet.visible != SheetVisibleEnum.Visible

    def first_rows(self, name: str) -> list[tuple[int, list[str]]]:
        """The first rows of a sheet, each with its number: a header is not looked for below."""
        return list(islice(self.rows(name, headers=True), FIRST_ROWS))

    def has_rows(self, name: str, below: int) -> bool:
        """Whether a sheet has some cell below a row."""
        return any(row > below and any(text.strip() for text in cells) for row, cells in self.rows(name, headers=True))

    def height(self, name: str) -> int:
        """Rows of a sheet."""
        return int(self._sheet(name).total_height)

    def _sheet(self, name: str) -> CalamineSheet:
        if self._last is not None and self._last.name == name:
            return self._last
        self._last = None  # one sheet in memory at a time
        try:
            self._last = self._book.get_sheet_by_name(name)
            return self._last
        except PasswordError as error:
            raise self._protected() from error
        except (CalamineError, OSError, ValueError) as error:
            raise self._unreadable() from error

    def rows(self, name: str, *, headers: bool = False) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet as texts, each with its number from 1.

        A merged range gives its value to every row of its first column, and to no other column: two fields of a row
        never hold one value. A cell in error holds its error, and not a blank that would pass for a missing value.
        """
        sheet = self._sheet(name)
        start = sheet.start
        if start is None:
            return
        down = self._merged_down(sheet, name)
        errors = {} if headers else self._errors(name, start)
        carried: dict[int, tuple[int, str]] = {}
        for row, values in enumerate(sheet.iter_rows()):
            cells = [""] * start[1] + [cell_text(value) for value in values]
            for column, text in errors.get(row, ()):
                cells[column] = text
            for column, last in down.get(row, ()):
                carried[column] = (last, cells[column] if column < len(cells) else "")
            for column, (last, text) in list(carried.items()):
                if row > last:
                    del carried[column]
                elif column < len(cells):
                    cells[column] = text
            yield row + 1, cells

    def _merged_down(self, sheet: CalamineSheet, name: str) -> dict[int, list[tuple[int, int]]]:
        """Ranges merged over several rows: by first row, their first column and last row."""
        ranges = sheet.merged_cell_ranges
        if ranges is None:
            ranges = _ods_spans(self._path, name)
        down: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in ranges:
            if bottom > top:
                down.setdefault(top, []).append((left, bottom))
        return down

    def _errors(self, name: str, start: tuple[int, int]) -> dict[int, list[tuple[int, str]]]:
        """Cells in error, by row: calamine gives them as blanks, so the other reader of the same library tells."""
        if self._kind == "XLSX" and not _may_have_errors(self._path):
            return {}
        try:
            found = fastexcel.read_excel(str(self._path) if self._named() else self._path.read_bytes())
            _, errors = found.load_sheet(name, header_row=None, dtypes="string").to_arrow_with_errors()
        except (fastexcel.FastExcelError, OSError):
            return {}
        cells: dict[int, list[tuple[int, str]]] = {}
        for error in errors.errors if errors is not None else ():
            kind = re.search(r"Error\((\w+)\)", error.detail)
            row, column = error.position
            text = _ERRORS.get(kind[1], "#ERRORE") if kind else "#ERRORE"
            cells.setdefault(row + start[0], []).append((column + start[1], text))
        return cells

    def _named(self) -> bool:
        return self._path.suffix.lower() == f".{self._kind.lower()}"


def _may_have_errors(path: Path) -> bool:
    """Whether a sheet of an XLSX has a cell of type error, told by its text alone."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as file:
                    before = b""
                    while piece := file.read(4 << 20):
                        if b't="e"' in before + piece:
                            return True
                        before = piece[-8:]
    return False


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def _ods_spans(path: Path, sheet: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Merged ranges of a sheet of an ODS, which calamine does not tell."""
    spans: list[tuple[tuple[int, int], tuple[int, int]]] = []
    row = column = 0
    inside = False
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        for event, element in ElementTree.iterparse(file, events=("start", "end")):
            if element.tag == f"{_TABLE}table":
                if event == "start":
                    inside, row = element.get(f"{_TABLE}name") == sheet, 0
                element.clear() if event == "end" else None
            elif not inside:
                continue
            elif element.tag == f"{_TABLE}table-row":
                if event == "start":
                    column = 0
                else:
                    row += int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                    element.clear()
            elif event == "start" and element.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                tall = int(element.get(f"{_TABLE}number-rows-spanned", "1"))
                wide = int(element.get(f"{_TABLE}number-columns-spanned", "1"))
                if tall > 1 or wide > 1:
                    spans.append(((row, column), (row + tall - 1, column + wide - 1)))
                column += int(element.get(f"{_TABLE}number-columns-repeated", "1"))
    return spans


def sheet_blocks(
    path: Path,
    kind: Container,
    shapes: tuple[SheetShape, ...],
    layout: Tracciato,
    size: int,
    progress: Callable[[int, int], None],
) -> Iterator[Block]:
    """The rows of the sheets whose header was recognised, in blocks."""
    book = Workbook(path, kind)
    for done, shape in enumerate(shapes):
        height = max(book.height(shape.name), 1)
        assembler = Assembler(layout, shape.header, shape.name)
        rows = ((row, cells) for row, cells in book.rows(shape.name) if row > shape.header.line)
        while batch := list(islice(rows, _ROWS_PER_BLOCK)):
            width = max(shape.header.width, max(len(cells) for _, cells in batch))
            columns = [
                texts([cells[position] if position < len(cells) else "" for _, cells in batch])
                for position in range(width)
            ]
            yield assembler.block(columns, np.array([row for row, _ in batch], dtype=np.int64))
            progress(int(size * (done + min(batch[-1][0] / height, 1)) / len(shapes)), size)
    progress(size, size)
