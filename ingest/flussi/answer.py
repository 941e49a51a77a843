"""The answer to the office that sent a file: what to fix first, what each rule found, every cell with its address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ingest.flussi.tables import QUARANTINE
from ingest.flussi.tracciato import Tracciato

TO_FIX, RULES, CELLS = "Da correggere", "Regole", "Celle"
MAX_ROWS = 1_048_576
_FETCHED = 10_000
_STATES = {
    "accettato": "accettato: tutte le righe sono state caricate",
    "accettato con scarti": "accettato con scarti: le righe con errori sono in quarantena, le altre sono caricate",
    "respinto": "respinto: nessuna riga è stata caricata, e i dati di prima restano validi",
}


@dataclass(frozen=True)
class FileAnswer:
    """What the office is told about its file as a whole.

    Attributes:
        file: Its name.
        tracciato: Its layout; ``None`` when none was recognised.
        stato: ``accettato``, ``accettato con scarti`` or ``respinto``.
        righe_lette: Rows read.
        righe_caricate: Rows loaded.
        righe_in_quarantena: Rows in quarantine.
        messaggi: What concerns the whole file.
        colonne: Column of each field in a spreadsheet, from 0, by sheet: then cells have an address such as C12.
    """

    file: str
    tracciato: Tracciato | None
    stato: str
    righe_lette: int
    righe_caricate: int
    righe_in_quarantena: int
    messaggi: Sequence[str] = ()
    colonne: dict[str, dict[str, int]] = field(default_factory=dict)


class RuleCount(Protocol):
    """A rule and the rows it refused or warned about."""

    @property
    def regola(self) -> str:
        """Its name."""

    @property
    def colonna(self) -> str:
        """The column it looks at."""

    @property
    def gravita(self) -> str:
        """``errore`` or ``avviso``."""

    @property
    def descrizione(self) -> str:
        """What it asks, in Italian."""

    @property
    def righe(self) -> int:
        """Rows refused or warned about."""


@dataclass(frozen=True)
class _Fix:
    """What the rows refused by a rule have in common."""

    rule: str
    severity: str
    column: str | None
    rows: int
    sheet: str | None
    row: int | None
    value: str | None
    message: str


def write_answer(
    path: Path, answer: FileAnswer, rules: Iterable[RuleCount], con: duckdb.DuckDBPyConnection, file_id: str
) -> None:
    """Write the XLSX that goes back to the office, whole or not at all.

    Args:
        path: Where to write it.
        answer: The file as a whole.
        rules: Every rule, also those that found nothing.
        con: A connection to the database with ``raw.quarantena``.
        file_id: The file there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}")
    # rows go to disk as they are written: a file may have a million cells to fix
    with xlsxwriter.Workbook(str(partial), {"constant_memory": True}) as book:
        book.set_properties({"title": f"Esito di {answer.file}", "author": "Ambito"})
        styles = _Styles(book)
        fixes = list(_fixes(con, file_id))
        _to_fix(book.add_worksheet(TO_FIX), styles, answer, fixes)
        _rules(book.add_worksheet(RULES), styles, rules)
        _cells(book.add_worksheet(CELLS), styles, answer, con, file_id)
    partial.replace(path)


class _Styles:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.count = book.add_format({"num_format": "#,##0", "valign": "top", "align": "left"})
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})


def _fixes(con: duckdb.DuckDBPyConnection, file_id: str) -> Iterator[_Fix]:
    """For each rule and column: its rows, and the first one as an example. Errors first, then the most rows."""
    found = con.execute(
        f"""
        select regola, gravita, colonna, count(*) as righe,
            arg_min({{'foglio': foglio, 'riga': riga, 'valore': valore, 'messaggio': messaggio}}, coalesce(riga, 0))
        from raw.{QUARANTINE} where file_id = ?
        group by regola, gravita, colonna
        order by gravita <> 'errore', righe desc, regola, colonna
        """,
        [file_id],
    ).fetchall()
    for rule, severity, column, rows, example in found:
        yield _Fix(
            rule, severity, column, rows, example["foglio"], example["riga"], example["valore"], example["messaggio"]
        )


def _where(answer: FileAnswer, sheet: str | None, row: int | None, column: str | None) -> str:
    """An address in words: "riga 12", or "foglio «Gennaio», cella C12"."""
    if row is None:
        return "tutto il file"
    cell = _cell(answer, sheet, row, column)
    place = f"cella {cell}" if cell else f"riga {row}"
    return f"foglio «{sheet}», {place}" if sheet else place


def _cell(answer: FileAnswer, sheet: str | None, row: int | None, column: str | None) -> str:
    """The address of a cell in a spreadsheet, such as C12; empty elsewhere."""
    position = answer.colonne.get(sheet or "", {}).get(column or "")
    if position is None or row is None:
        return ""
    return f"{xl_col_to_name(position)}{row}"


def _to_fix(sheet: Any, styles: _Styles, answer: FileAnswer, fixes: list[_Fix]) -> None:
    titles = [
        ("Quante righe", 14),
        ("Gravità", 12),
        ("Colonna", 24),
        ("Dove, per esempio", 32),
        ("Valore", 28),
        ("Che cosa non va e che fare", 90),
        ("Regola", 28),
    ]
    for column, (_, width) in enumerate(titles):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(2, 0)
    row = 0
    sheet.write_string(row, 0, f"Esito di {answer.file}: {_STATES.get(answer.stato, answer.stato)}", styles.title)
    row += 1
    _header(sheet, row, titles, styles)
    row += 1
    # errors above warnings: those keep rows out of the warehouse
    for fix in fixes:
        sheet.write_number(row, 0, fix.rows, styles.count)
        texts = [
            fix.severity,
            fix.column or "",
            _where(answer, fix.sheet, fix.row, fix.column),
            fix.value or "",
            fix.message,
            fix.rule,
        ]
        for column, text in enumerate(texts, start=1):
            _write(sheet, row, column, text, styles.text)
        row += 1
    if not fixes:
        _write(sheet, row, 0, "Non c'è nulla da correggere.", None)
        row += 1
    row += 1
    layout = answer.tracciato
    facts: list[tuple[str, str | int]] = [
        ("File", answer.file),
        ("Tracciato", f"{layout.titolo} ({layout.tracciato})" if layout else "non riconosciuto"),
        ("Stato", answer.stato),
        ("Righe lette", answer.righe_lette),
        ("Righe caricate", answer.righe_caricate),
        ("Righe in quarantena", answer.righe_in_quarantena),
    ]
    if layout is not None:
        facts.append(("Respinto oltre", f"{layout.soglia_respinto_pct}% di righe in quarantena"))
    facts += [("Avvertenza", message) for message in answer.messaggi]
    if answer.stato != "accettato":
        facts.append(
            (
                "Che fare",
                "Correggere il file intero e mandarlo di nuovo: quello nuovo sostituisce questo, scarti compresi",
            )
        )
    for label, value in facts:
        _write(sheet, row, 0, label, styles.bold)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, styles.count)
        else:
            _write(sheet, row, 1, value, None)
        row += 1


def _rules(sheet: Any, styles: _Styles, rules: Iterable[RuleCount]) -> None:
    titles = [("Regola", 30), ("Colonna", 26), ("Gravità", 12), ("Righe segnalate", 16), ("Che cosa dice", 100)]
    for column, (_, width) in enumerate(titles):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    _header(sheet, 0, titles, styles)
    row = 0
    for rule in rules:
        row += 1
        _write(sheet, row, 0, rule.regola, None)
        _write(sheet, row, 1, rule.colonna or "", None)
        _write(sheet, row, 2, rule.gravita, None)
        sheet.write_number(row, 3, rule.righe, styles.count)
        _write(sheet, row, 4, rule.descrizione, styles.text)
    sheet.autofilter(0, 0, row, len(titles) - 1)


def _cells(sheet: Any, styles: _Styles, answer: FileAnswer, con: duckdb.DuckDBPyConnection, file_id: str) -> None:
    titles = [
        ("Foglio", 18),
        ("Riga", 10),
        ("Cella", 10),
        ("Colonna", 24),
        ("Valore", 28),
        ("Gravità", 12),
        ("Regola", 28),
        ("Che cosa non va e che fare", 100),
    ]
    for column, (_, width) in enumerate(titles):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    _header(sheet, 0, titles, styles)
    # on the same connection, which sees what its transaction has not committed yet
    total = int(con.execute(f"select count(*) from raw.{QUARANTINE} where file_id = ?", [file_id]).fetchall()[0][0])
    shown = total if total < MAX_ROWS else MAX_ROWS - 2  # the header, and the note that says there are more
    cursor = con.execute(
        f"""
        select foglio, riga, colonna, valore, gravita, regola, messaggio from raw.{QUARANTINE}
        where file_id = ? order by gravita <> 'errore', foglio nulls first, riga nulls first, colonna, regola
        limit {shown}
        """,
        [file_id],
    )
    row = 0
    while batch := cursor.fetchmany(_FETCHED):
        for name, line, column, value, severity, rule, message in batch:
            row += 1
            if name:
                _write(sheet, row, 0, name, None)
            if line is not None:
                sheet.write_number(row, 1, line, styles.count)
            texts = (_cell(answer, name, line, column), column, value, severity, rule, message)
            for position, text in enumerate(texts, start=2):
                if text:
                    _write(sheet, row, position, text, None)
    if shown < total:
        row += 1
        note = (
            f"Sono mostrate {shown} segnalazioni su {total}: un foglio non ne contiene di più. "
            f"Correggere prima queste, a partire dal foglio «{TO_FIX}»"
        )
        _write(sheet, row, 0, note, styles.bold)
    sheet.autofilter(0, 0, row, len(titles) - 1)


def _header(sheet: Any, row: int, titles: list[tuple[str, int]], styles: _Styles) -> None:
    for column, (text, _) in enumerate(titles):
        sheet.write_string(row, column, text, styles.head)


def _write(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write a text as a text: a value such as ``=1+1`` is what the file held, and must never be computed."""
    sheet.write_string(row, column, text[:32_767], style)
