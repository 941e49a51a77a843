"""From the CSV of a printed table to its cells: bytes in, cells out, nothing repaired."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from ingest.errors import ExtractError, Problem
from ingest.files import read_csv
from ingest.printed_numbers import PrintedValue, UnreadableNumberError, parse_printed
from ingest.prospetti.declaration import YEAR_DIMENSIONS, Dimension, Document, Table

ROW_KINDS = ("dato", "totale")
FIXED_COLUMNS = ("linea", "tipo")
# What a value can hold: decimal(18, 4).
MAX_WHOLE_DIGITS, MAX_DECIMALS = 14, 4


@dataclass(frozen=True)
class Cell:
    """One printed cell.

    Attributes:
        cella_id: ``documento/tabella/linea/colonna``; a second row on the same line has ``linea.2``.
        linea: Line of the figure in the source's text, from 1.
        riga: Position of the row in its table, from 1: the order in which the table is printed.
        tipo_riga: ``dato`` or ``totale``.
        voce_stampata: The row's labels as printed, joined by `` | ``.
        testo: The text exactly as printed.
        valore: Its number, exact; ``None`` for placeholders, dates, texts and quarantined cells.
        decimali: Digits printed after the comma.
        segnaposto: Why there is no number (see ``PrintedValue``).
        dimensioni: Labels as printed, by dimension.
    """

    cella_id: str
    documento: str
    tabella: str
    linea: int
    riga: int
    tipo_riga: str
    voce_stampata: str
    colonna: str
    colonna_stampata: str
    fatto: str | None
    misura: str
    unita: str
    testo: str
    valore: Decimal | None
    valore_data: date | None
    decimali: int
    segnaposto: str | None
    dimensioni: dict[Dimension, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Quarantined:
    """A cell that could not be read: where it stands, what is printed there, and why it was refused."""

    cella_id: str
    file: str
    riga_file: int
    documento: str
    tabella: str
    linea: int
    colonna: str
    testo: str
    regola: str
    messaggio: str


@dataclass(frozen=True)
class TableCells:
    """The cells of one table and those refused. A refused cell is in both: ``cells`` has it with no value."""

    cells: list[Cell]
    quarantined: list[Quarantined]


def read_table(path: Path, document: Document, name: str, units: frozenset[str]) -> TableCells:
    """Read one table's CSV.

    Source: CSV, ``,`` separated, UTF-8, header ``linea,tipo`` then the declared columns in any order; one row per
    printed row. An empty field is a cell with nothing printed: no cell comes of it.

    Args:
        path: The CSV.
        document: The declaration it belongs to.
        name: The table's name in the declaration.
        units: Units that exist.

    Raises:
        ExtractError: Missing or empty file, bad encoding, header or width that differ, line outside the table,
            duplicate cell, unknown unit. Every problem of the file is named, with its line.
    """
    table = document.tabelle[name]
    header, rows = _read_rows(path, table)
    problems: list[Problem] = []
    cells: list[Cell] = []
    quarantined: list[Quarantined] = []
    seen: set[tuple[int, str]] = set()
    rows_per_line: Counter[int] = Counter()
    placeholders = {_squeeze(text) for text in (*document.segnaposto, *table.segnaposto)}

    for position, (file_line, fields) in enumerate(rows, start=1):
        row = dict(zip(header, fields, strict=True))
        line, kind = _line_and_kind(path, file_line, row, table, problems)
        if line is None or kind is None:
            continue
        labels = {column: _squeeze(row[column]) for column in table.colonne if table.colonne[column].dimensione}
        label = " | ".join(text for text in labels.values() if text)
        if (line, label) in seen:
            problems.append(
                Problem(
                    path,
                    f"cella doppia: la riga {line} del documento con questa etichetta c'è già",
                    "togliere il doppione, o distinguere le etichette",
                    line=file_line,
                    value=label or str(line),
                )
            )
            continue
        seen.add((line, label))
        rows_per_line[line] += 1
        suffix = f".{rows_per_line[line]}" if rows_per_line[line] > 1 else ""
        row_dimensions = _row_dimensions(path, file_line, table, labels, problems)
        attributes = {column.attributo: row[key].strip() for key, column in table.colonne.items() if column.attributo}

        for key, column in table.colonne.items():
            text = _squeeze(row[key])
            if not column.is_value or not text:
                continue
            unit = attributes.get("unita") or column.unita or table.unita or ""
            if unit not in units:
                problems.append(
                    Problem(
                        path,
                        "l'unità non esiste",
                        "usare un'unità di seeds/unita.csv, o aggiungerla lì",
                        line=file_line,
                        column=key,
                        value=unit,
                    )
                )
                continue
            measure = attributes.get("misura") or column.misura or table.misura or ""
            if not measure:
                problems.append(
                    Problem(
                        path, "la riga non dice la sua misura", "scriverla nella colonna della misura", file_line, key
                    )
                )
                continue
            cell_id = f"{document.documento}/{name}/{line}{suffix}/{key}"
            try:
                if text in placeholders:
                    printed = PrintedValue(placeholder="dichiarato")
                else:
                    printed = parse_printed(text, column.tipo)
                    _check_signs(text, printed, unit)
                    _check_size(printed)
            except UnreadableNumberError as error:
                printed = PrintedValue()
                quarantined.append(
                    Quarantined(
                        cell_id,
                        path.name,
                        file_line,
                        document.documento,
                        name,
                        line,
                        key,
                        text,
                        f"leggibile come {column.tipo}",
                        _reason(str(error), text, column.tipo, unit),
                    )
                )
            cells.append(
                Cell(
                    cella_id=cell_id,
                    documento=document.documento,
                    tabella=name,
                    linea=line,
                    riga=position,
                    tipo_riga=kind,
                    voce_stampata=label,
                    colonna=key,
                    colonna_stampata=column.stampata,
                    fatto=None if column.fatto == "nessuno" else table.fatto,
                    misura=measure,
                    unita=unit,
                    testo=text,
                    valore=printed.value,
                    valore_data=printed.day,
                    decimali=printed.decimals,
                    segnaposto=printed.placeholder,
                    dimensioni=dict(table.dimensioni) | dict(column.dimensioni) | row_dimensions,
                )
            )
    if problems:
        raise ExtractError(problems)
    if not cells:
        raise ExtractError([Problem(path, "la tabella non ha nessuna cella", "trascrivere le righe della tabella")])
    return TableCells(cells, quarantined)


def _read_rows(path: Path, table: Table) -> tuple[list[str], list[tuple[int, list[str]]]]:
    (_, header), *rows = read_csv(path)
    if len(header) == 1 and ";" in header[0]:
        raise ExtractError(
            [Problem(path, "i campi sono separati da punto e virgola", "salvare il file con la virgola", line=1)]
        )
    expected = [*FIXED_COLUMNS, *table.colonne]
    problems = [
        Problem(path, "colonna sconosciuta", "toglierla o dichiararla in documento.yml", line=1, column=column)
        for column in header
        if column not in expected
    ]
    problems += [
        Problem(path, "manca una colonna dichiarata", "aggiungerla al CSV o toglierla da documento.yml", 1, column)
        for column in expected
        if column not in header
    ]
    problems += [
        Problem(path, "colonna ripetuta", "ogni colonna ha un nome solo suo", line=1, column=column)
        for column, times in Counter(header).items()
        if times > 1
    ]
    problems += [
        Problem(
            path,
            f"la riga ha {len(fields)} campi, l'intestazione {len(header)}",
            "contare le virgole; un testo con una virgola va tra virgolette",
            line=line,
            value=",".join(fields)[:80],
        )
        for line, fields in rows
        if len(fields) != len(header)
    ]
    if problems:
        raise ExtractError(problems)
    return header, rows


def _line_and_kind(
    path: Path, file_line: int, row: dict[str, str], table: Table, problems: list[Problem]
) -> tuple[int | None, str | None]:
    first, last = table.linee
    text = row["linea"].strip()
    if not text.isdecimal() or not first <= int(text) <= last:
        problems.append(
            Problem(
                path,
                f"la linea non sta nella tabella (da {first} a {last})",
                "scrivere la riga del documento su cui è stampata la cifra",
                line=file_line,
                column="linea",
                value=text,
            )
        )
        return None, None
    kind = row["tipo"].strip()
    if kind not in ROW_KINDS:
        problems.append(Problem(path, "tipo di riga sconosciuto", "scrivere dato o totale", file_line, "tipo", kind))
        return None, None
    return int(text), kind


def _row_dimensions(
    path: Path, file_line: int, table: Table, labels: dict[str, str], problems: list[Problem]
) -> dict[Dimension, str | int]:
    dimensions: dict[Dimension, str | int] = {}
    for key, text in labels.items():
        dimension = table.colonne[key].dimensione
        if dimension is None or dimension == "etichetta" or not text:
            continue
        if dimension in YEAR_DIMENSIONS:
            if not (text.isdecimal() and len(text) == 4):
                problems.append(
                    Problem(path, "non è un anno", "scrivere l'anno con quattro cifre", file_line, key, text)
                )
                continue
            dimensions[dimension] = int(text)
        else:
            dimensions[dimension] = text
    return dimensions


def _check_signs(text: str, printed: PrintedValue, unit: str) -> None:
    # A percent sign in a column of euro (or the reverse) is a shifted column, not a figure.
    if (printed.has_percent and unit != "pct") or (printed.has_euro and unit != "eur"):
        raise UnreadableNumberError(f"il segno stampato non va con l'unità {unit}")


def _check_size(printed: PrintedValue) -> None:
    # What the database cannot hold would be stored as nothing, or rounded: it is refused instead.
    if printed.decimals > MAX_DECIMALS or abs(printed.value or 0) >= 10**MAX_WHOLE_DIGITS:
        raise UnreadableNumberError(f"più di {MAX_WHOLE_DIGITS} cifre intere o di {MAX_DECIMALS} decimali")


def _reason(error: str, text: str, value_type: str, unit: str) -> str:
    if error != text:
        return f"«{text}»: {error}. Controllare la colonna e l'unità dichiarata."
    if value_type == "lettere":
        return (
            f"«{text}» non è un numero in lettere tra quelli che si leggono: un, uno, una, da due a venti, le decine "
            "fino a cento. Trascrivere la sola parola del numero, o escluderla in escluse.csv."
        )
    return (
        f"«{text}» non si legge come {value_type} in {unit}. Se è un errore di stampa dimostrabile, aggiungere una "
        "riga in seeds/rettifiche.csv; se non è una cifra, dichiararlo tra i segnaposto."
    )


def _squeeze(text: str) -> str:
    return " ".join(text.split())
