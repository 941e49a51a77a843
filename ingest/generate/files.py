"""Files as an office sends them: several formats, headers and ways of writing the same value.

Columns come from the layout.

Values travel as typed frames: texts, dates, whole numbers; a decimal is a whole number of its last digit (cents). The
same frame always gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

import polars as pl
import xlsxwriter

from ingest.flussi.tracciato import Campo, Tracciato
from ingest.generate.dirt import Spoiled

_MONTHS = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
]
_NUMERIC = ("anno", "intero", "decimale", "euro")
# Excel writes when a workbook was made: the same workbook must be the same bytes.
_CREATED = datetime(2026, 1, 1)
_SPOILED_HEADER = ("file", "riga", "tracciato", "colonna", "valore", "motivo")


@dataclass(frozen=True)
class Style:
    """One way of writing a file.

    Attributes:
        formato: Its extension.
        separatore: Between the fields of a CSV.
        codifica: Of a CSV.
        intestazione: The names of the layout, the same in capitals, or the first declared synonym.
        mese: How a month is written.
        data: How a date is written, as text.
        migliaia: Amounts have dots between thousands.
        titoli: Lines above the header of a sheet.
        totale: A total line at the foot of a sheet.
        testo: The cells of a sheet are texts, also numbers and dates.
        sinonimi: Values of closed lists are written by another of their declared names.
    """

    formato: Literal["csv", "xlsx", "parquet"]
    separatore: str = ";"
    codifica: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
    intestazione: Literal["nome", "maiuscole", "sinonimi"] = "nome"
    mese: Literal["iso", "barra", "parola"] = "iso"
    data: str = "%d/%m/%Y"
    migliaia: bool = False
    titoli: tuple[str, ...] = ()
    totale: bool = False
    testo: bool = False
    sinonimi: bool = False


GESTIONALE = Style("csv", codifica="cp1252", intestazione="maiuscole", migliaia=True)
PORTALE = Style("csv", separatore=",", codifica="utf-8-sig", mese="barra", data="%Y-%m-%d")
TABULATO = Style("csv", separatore="\t", data="%d.%m.%Y", sinonimi=True)
SEMPLICE = Style("csv")
FOGLIO = Style(
    "xlsx",
    intestazione="sinonimi",
    mese="parola",
    titoli=("Ente dimostrativo (dati sintetici)", "Estrazione per l'Ufficio di Piano"),
    totale=True,
    sinonimi=True,
)
FOGLIO_DI_TESTI = Style("xlsx", titoli=("Dati sintetici",), testo=True, migliaia=True)
COLONNARE = Style("parquet")


def partial_path(path: Path) -> Path:
    """Where a file stands until it is whole: a killed generation leaves no file that looks like one."""
    return path.with_name(f".{path.name}.parziale")


def write(path: Path, layout: Tracciato, style: Style, parts: Iterable[tuple[pl.DataFrame, list[Spoiled]]]) -> int:
    """Write one file, a part at a time (a sheet and a Parquet are held whole).

    Args:
        path: Where.
        layout: Names and order of the columns, and their types.
        style: How.
        parts: Rows, with the cells to spoil in them (positions within the part).

    Returns:
        How many rows it has.
    """
    partial = partial_path(path)
    if style.formato == "csv":
        rows = _write_csv(partial, layout, style, parts)
    else:
        frames, spoiled, rows = [], [], 0
        for frame, cells in parts:
            frames.append(frame)
            spoiled += [cell.moved(rows) for cell in cells]
            rows += frame.height
        whole = pl.concat(frames)
        if style.formato == "xlsx":
            _write_xlsx(partial, layout, style, whole, spoiled)
        else:
            _write_parquet(partial, layout, whole)
    partial.replace(path)
    return rows


def first_line(style: Style) -> int:
    """Line (or row of the sheet) of the first row of data, from 1. A Parquet has no header row."""
    if style.formato == "parquet":
        return 1
    return 2 if style.formato == "csv" else len(style.titoli) + 3 if style.titoli else 2


def headers(layout: Tracciato, style: Style) -> list[str]:
    """The header, in the order of the layout."""
    if style.intestazione == "maiuscole":
        return [field.nome.upper() for field in layout.campi]
    if style.intestazione == "sinonimi":
        return [(field.sinonimi or [field.nome])[0].replace("_", " ").capitalize() for field in layout.campi]
    return [field.nome for field in layout.campi]


def as_text(frame: pl.DataFrame, layout: Tracciato, style: Style, spoiled: list[Spoiled]) -> pl.DataFrame:
    """The rows as the texts of a file, with the spoiled cells in place."""
    columns = [_text(frame[field.nome], field, style) for field in layout.campi]
    texts = pl.DataFrame(columns)
    for name in {cell.colonna for cell in spoiled if cell.testo is not None}:
        cells = [cell for cell in spoiled if cell.colonna == name and cell.testo is not None]
        column = texts[name].clone()
        column.scatter([cell.posto for cell in cells], [cell.testo or None for cell in cells])
        texts = texts.with_columns(column)
    return texts


def decimal_text(units: int, decimals: int, *, thousands: bool = False) -> str:
    """An Italian number: at least two decimals where it has any, no zeros past them."""
    sign, units = ("-", -units) if units < 0 else ("", units)
    whole, rest = divmod(units, 10**decimals)
    digits = f"{whole:,}".replace(",", ".") if thousands else str(whole)
    if not decimals:
        return sign + digits
    decimals_text = f"{rest:0{decimals}d}"
    return f"{sign}{digits},{decimals_text[:2]}{decimals_text[2:].rstrip('0')}"


def _text(column: pl.Series, field: Campo, style: Style) -> pl.Series:
    if column.dtype == pl.Date:
        return column.dt.strftime(style.data)
    if field.tipo in ("decimale", "euro"):
        # few distinct values: each is written once
        values = column.unique().drop_nulls().to_list()
        texts = [decimal_text(value, field.decimali, thousands=style.migliaia) for value in values]
        return column.replace_strict(values, texts, return_dtype=pl.String)
    if field.tipo in _NUMERIC:
        return column.cast(pl.String)
    if field.tipo == "mese" and style.mese != "iso":
        values = column.unique().drop_nulls().to_list()
        return column.replace_strict(values, [_month(value, style) for value in values], return_dtype=pl.String)
    if style.sinonimi and field.valori:
        others = {value: names[0] for value, names in field.valori.items() if names}
        return column.replace(list(others), list(others.values()))
    return column


def _month(text: str, style: Style) -> str:
    year, month = text.split("-")
    return f"{month}/{year}" if style.mese == "barra" else f"{_MONTHS[int(month) - 1]} {year}"


def _write_csv(path: Path, layout: Tracciato, style: Style, parts: Iterable[tuple[pl.DataFrame, list[Spoiled]]]) -> int:
    rows = 0
    encoding = "utf-8" if style.codifica == "utf-8-sig" else style.codifica
    with path.open("wb") as file:
        if style.codifica == "utf-8-sig":
            file.write(b"\xef\xbb\xbf")
        file.write((style.separatore.join(headers(layout, style)) + "\n").encode(encoding))
        for frame, spoiled in parts:
            rows += frame.height
            _append_csv(file, as_text(frame, layout, style, spoiled), style.separatore, encoding)
    return rows


def _append_csv(file: IO[bytes], texts: pl.DataFrame, separator: str, encoding: str) -> None:
    if encoding == "utf-8":
        texts.write_csv(file, include_header=False, separator=separator)
        return
    text = io.BytesIO()
    texts.write_csv(text, include_header=False, separator=separator)
    content = text.getvalue()
    # most parts have no accents, and are the same bytes in both encodings
    file.write(content if content.isascii() else content.decode("utf-8").encode(encoding))


def _write_parquet(path: Path, layout: Tracciato, frame: pl.DataFrame) -> None:
    decimals = [
        _text(frame[field.nome], field, SEMPLICE)
        .str.replace(",", ".", literal=True)
        .str.to_decimal(scale=field.decimali)
        .alias(field.nome)
        for field in layout.campi
        if field.tipo in ("decimale", "euro")
    ]
    frame.with_columns(decimals).write_parquet(path, compression="zstd", statistics=False)


def _write_xlsx(path: Path, layout: Tracciato, style: Style, frame: pl.DataFrame, spoiled: list[Spoiled]) -> None:
    texts = as_text(frame, layout, style, spoiled)
    changed = {(cell.posto, cell.colonna) for cell in spoiled if cell.testo is not None}
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        book.set_properties({"title": layout.titolo, "comments": "Dati sintetici", "created": _CREATED})
        sheet = book.add_worksheet("Dati")
        bold = book.add_format({"bold": True})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for line, title in enumerate(style.titoli):
            sheet.write_string(line, 0, title, bold)
        first = first_line(style) - 1
        for at, text in enumerate(headers(layout, style)):
            sheet.write_string(first - 1, at, text, bold)
        for at, field in enumerate(layout.campi):
            values = frame[field.nome].to_list()
            for row, text in enumerate(texts[field.nome].to_list()):
                if text is None:
                    continue
                if style.testo or (row, field.nome) in changed or field.tipo not in (*_NUMERIC, "data"):
                    sheet.write_string(first + row, at, text)
                elif field.tipo == "data":
                    sheet.write_datetime(first + row, at, values[row], dates)
                else:
                    sheet.write_number(first + row, at, _number(values[row], field))
        if style.totale:
            _write_total(sheet, layout, frame, changed, first + frame.height)


def _write_total(
    sheet: xlsxwriter.worksheet.Worksheet,
    layout: Tracciato,
    frame: pl.DataFrame,
    changed: set[tuple[int, str]],
    row: int,
) -> None:
    """The total of what can be added up, as the sheet's formula would give it: spoiled cells are no numbers."""
    sheet.write_string(row, 0, "Totale")
    for at, field in enumerate(layout.campi):
        if field.tipo == "euro" or field.unita in ("ore", "abitanti"):
            values = frame[field.nome].to_list()
            added = (
                value for place, value in enumerate(values) if value is not None and (place, field.nome) not in changed
            )
            sheet.write_number(row, at, _number(sum(added), field))


def _number(value: int, field: Campo) -> float | int:
    return value / 10**field.decimali if field.tipo in ("decimale", "euro") else value


class SpoiledList:
    """The list of what was spoiled, written beside the extracts and never loaded."""

    def __init__(self, path: Path | None) -> None:
        """Begin the list; without a path it is only counted."""
        self._file = None if path is None else path.open("w", encoding="utf-8", newline="")
        self._writer = None if self._file is None else csv.writer(self._file, lineterminator="\n")
        self.rows = 0
        if self._writer:
            self._writer.writerow(_SPOILED_HEADER)

    def add(self, file: str, tracciato: str, cell: Spoiled, line: int) -> None:
        """Note one spoiled row."""
        self.rows += 1
        if self._writer:
            self._writer.writerow([file, line, tracciato, cell.colonna, cell.testo or "", cell.motivo])

    def close(self) -> None:
        """End the list."""
        if self._file:
            self._file.close()
