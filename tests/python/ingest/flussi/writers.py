"""The same rows written as each kind of file an office sends."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from ingest.flussi.read import Block, Source, blocks, recognise
from ingest.flussi.tracciato import tracciati

LAYOUTS = tracciati()
TARIFFE = ["ente", "servizio", "ente_gestore", "valida_dal", "valida_al", "tariffa_oraria"]
ROWS = [
    ["csc", "SAAP", "Cooperativa A", "01/01/2024", "31/08/2024", "22,70"],
    ["csc", "SAAP", "Cooperativa A", "01/09/2024", "", "23,10"],
    ["csc", "SAD", "Società È più", "01/01/2024", "", "19,95"],
]


def read(path: Path) -> tuple[Source, list[dict[str, Any]], Block]:
    """A file as recognised, its rows (``_foglio`` and ``_riga`` with them) and all that was set apart."""
    source = recognise(path, LAYOUTS)
    found = list(blocks(source))
    rows = [row for block in found for row in block.rows.to_pylist()]
    apart = Block(
        found[0].rows if found else None,
        [row for block in found for row in block.broken],
        [row for block in found for row in block.totals],
    )
    return source, rows, apart


def values(rows: list[dict[str, Any]], header: Sequence[str] = TARIFFE) -> list[list[str | None]]:
    return [[row.get(name) for name in header] for row in rows]


def stripped(rows: Sequence[Sequence[str]]) -> list[list[str | None]]:
    return [[text.strip() or None for text in row] for row in rows]


def csv_text(
    rows: Sequence[Sequence[str]], header: Sequence[str] = TARIFFE, delimiter: str = ";", **options: Any
) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, **{"lineterminator": "\n", **options})
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()) -> Path:
    """Sheets of typed cells; ``merged``: ranges of the first sheet, which keep the value of their first cell."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        for number, (name, rows) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name)
            for place in merged if number == 0 else ():
                sheet.merge_range(place, "")
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, str) and value:
                        sheet.write_string(row, column, value)
                    elif value is not None and value != "":
                        sheet.write(row, column, value)
    return path


def write_ods(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], spans: dict[tuple[int, int], int] = {}) -> Path:  # noqa: B006
    """A minimal ODS. ``spans``: how many rows a cell of the first sheet is merged over."""
    tables = []
    for number, (name, rows) in enumerate(sheets.items()):
        down = spans if number == 0 else {}
        lines = []
        for row, cells in enumerate(rows):
            line = []
            for column, value in enumerate(cells):
                tall = down.get((row, column))
                attributes = f' table:number-columns-spanned="1" table:number-rows-spanned="{tall}"' if tall else ""
                covered = any(c == column and r < row < r + height for (r, c), height in down.items())
                tag = "table:covered-table-cell" if covered else "table:table-cell"
                if isinstance(value, float | int):
                    kind, text = f' office:value-type="float" office:value="{value}"', str(value)
                elif hasattr(value, "isoformat"):
                    kind = f' office:value-type="date" office:date-value="{value.isoformat()}"'
                    text = value.isoformat()
                else:
                    kind, text = (' office:value-type="string"', str(value)) if value else ("", "")
                inner = f"<text:p>{escape(text)}</text:p>" if text and not covered else ""
                line.append(f"<{tag}{attributes}{kind if inner else ''}>{inner}</{tag}>")
            lines.append(f"<table:table-row>{''.join(line)}</table:table-row>")
        tables.append(f'<table:table table:name="{escape(name)}">{"".join(lines)}</table:table>')
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def write_parquet(path: Path, columns: dict[str, Sequence[Any] | pa.Array]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path
