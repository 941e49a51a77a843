"""What every reader gives, whatever the file: rows as received, with their line, and what is not a row told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.flussi.headers import Header
from ingest.flussi.tracciato import Tracciato, normalised

TEXT = pa.dictionary(pa.int32(), pa.string())
SHEET, LINE = "_foglio", "_riga"
_NUMERIC_TYPES = {"intero", "decimale", "euro"}
_TOTAL = re.compile(r"(sub ?)?(totale|totali|tot)\b|(importo |valore )?complessiv[oi]\b|somma\b")
_NUMBER = re.compile(r"[-+(]?\s*(€\s*)?[-+]?\d[\d.,' ]*(\s*€)?\)?")

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Lines = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class BrokenRow:
    """A row that cannot be told into columns: never loaded, never lost. Its text is not kept: it may name a person.

    Attributes:
        foglio: Sheet, for spreadsheets.
        riga: Line or row of the file, from 1.
        campi_trovati: Fields it has.
        campi_attesi: Fields of the header.
        motivo: Why, in Italian, and what to do.
    """

    foglio: str | None
    riga: int
    campi_trovati: int
    campi_attesi: int
    motivo: str


@dataclass(frozen=True)
class TotalRow:
    """A total line of the file: not a row, but a figure the rows must give.

    Attributes:
        foglio: Sheet, for spreadsheets.
        riga: Line or row of the file, from 1.
        valori: What stands under each field of the layout.
    """

    foglio: str | None
    riga: int
    valori: dict[str, str]


@dataclass(frozen=True)
class Block:
    """Some rows of a file.

    Attributes:
        rows: ``_foglio``, ``_riga``, then a column for each field of the layout that the file has, in the layout's
            order; texts as received without outer blanks, NULL where blank.
        broken: Rows with too many or too few fields.
        totals: Total lines.
    """

    rows: pa.Table
    broken: list[BrokenRow] = field(default_factory=list)
    totals: list[TotalRow] = field(default_factory=list)


TOO_FEW = "La riga ha meno campi dell'intestazione: è tagliata o le manca un separatore. Completarla"
TOO_MANY = (
    "La riga ha più campi dell'intestazione: due righe attaccate, o il separatore dentro un valore. "
    "Dividerla, o mettere il valore tra virgolette"
)
OPEN_QUOTES = "Le virgolette aperte nella riga non si chiudono. Chiuderle o toglierle"
UNREADABLE = "La riga contiene byte che nessun testo ha: il file è rovinato. Esportarlo di nuovo"
NO_HEADER = "La riga ha un valore in una colonna senza intestazione. Dare un nome alla colonna, o togliere il valore"


def clean(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """Strip outer blanks and turn blanks to NULL, looking at the distinct values only."""
    values = column.dictionary
    trimmed = pc.utf8_trim_whitespace(values)
    blank = pc.equal(trimmed, "")
    if not pc.any(blank).as_py() and trimmed.equals(values):
        return column
    encoded = pc.if_else(blank, pa.scalar(None, pa.string()), trimmed).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(column.indices), encoded.dictionary)


def texts(values: Sequence[str | None]) -> pa.DictionaryArray:
    """A column of texts."""
    return pa.array(values, pa.string()).dictionary_encode()


class Assembler:
    """Turns columns by position into blocks: maps them to fields and takes apart what is not a row.

    It remembers, from a block to the next, whether the last line was blank.
    """

    def __init__(self, layout: Tracciato, header: Header, sheet: str | None = None) -> None:
        self._layout = layout
        self._header = header
        self._sheet = sheet
        names = {name: position for position, name in header.fields.items()}
        self._positions = {field.nome: names[field.nome] for field in layout.campi if field.nome in names}
        self._required = [self._positions[field.nome] for field in layout.campi if field.richiesto]
        self._wordy = {
            self._positions[f.nome] for f in layout.campi if f.tipo not in _NUMERIC_TYPES and f.nome in names
        }
        self._last_blank = -1

    def broken(self, line: int, found: int, why: str | None = None) -> BrokenRow:
        """A row that cannot be told into columns."""
        expected = self._header.width
        why = why or (TOO_FEW if found < expected else TOO_MANY)
        return BrokenRow(self._sheet, line, found, expected, why)

    def total(self, line: int, cells: Sequence[str]) -> TotalRow | None:
        """The total line that some cells are, when the first that is not blank says so."""
        first = next((text for text in cells if text.strip()), "")
        if not _TOTAL.match(normalised(first)):
            return None
        found = {p: cells[p].strip() for p in self._header.fields if p < len(cells) and cells[p].strip()}
        return TotalRow(self._sheet, line, {self._header.fields[p]: text for p, text in found.items()})

    def block(self, columns: Sequence[pa.DictionaryArray], lines: Lines, blank_lines: Iterable[int] = ()) -> Block:
        """A block from its columns, by position, and the line of each row.

        Args:
            columns: As many as the file has, also those without a header.
            lines: Line of each row.
            blank_lines: Lines that were blank and are not among the rows.
        """
        columns = [clean(column) for column in columns]
        broken: list[BrokenRow] = []
        totals: list[TotalRow] = []
        keep = self._set_apart(columns, lines, set(blank_lines), broken, totals)
        arrays = {name: columns[position] for name, position in self._positions.items()}
        nowhere = pa.array([None if self._sheet is None else self._sheet], pa.string())
        sheet = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(lines), np.int32)), nowhere)
        if self._sheet is None:
            sheet = pa.DictionaryArray.from_arrays(pa.nulls(len(lines), pa.int32()), pa.array([], pa.string()))
        table = pa.table({SHEET: sheet, LINE: pa.array(lines), **arrays})
        if keep is not None:
            table = table.filter(pa.array(keep)).combine_chunks()
        return Block(table, broken, totals)

    def _set_apart(
        self,
        columns: list[pa.DictionaryArray],
        lines: Lines,
        blank_lines: set[int],
        broken: list[BrokenRow],
        totals: list[TotalRow],
    ) -> Mask | None:
        """Which rows are rows (``None``: all): blank lines, headers said again, totals and strays are not."""
        strays = [
            position
            for position, column in enumerate(columns)
            if position not in self._header.fields and column.null_count < len(column)
        ]
        repeated = self._repeated_headers(columns)
        if not strays and repeated is None and not any(columns[position].null_count for position in self._required):
            return None
        valid = [self._valid(column) for column in columns]
        some = np.logical_or.reduce([valid[position] for position in self._header.fields])
        stray = np.logical_or.reduce([valid[position] for position in strays]) if strays else np.zeros_like(some)
        blank = ~some & ~stray
        blank_lines.update(lines[blank].tolist())
        blank_lines.add(self._last_blank)
        self._last_blank = max(blank_lines)
        keep: Mask = ~blank
        if repeated is not None:
            keep &= ~repeated
        incomplete = ~np.logical_and.reduce([valid[position] for position in self._required])
        for index in np.flatnonzero(keep & incomplete & self._labelled(columns, valid)):
            keep[index] = False
            totals.append(self._total_at(columns, lines, int(index)))
        wordless = ~np.logical_or.reduce([valid[position] for position in self._wordy]) & some & keep
        for index in np.flatnonzero(wordless & ~stray):
            row = self._total_at(columns, lines, int(index))
            if row.riga - 1 in blank_lines and all(_NUMBER.fullmatch(text) for text in row.valori.values()):
                keep[index] = False
                totals.append(row)
        for index in np.flatnonzero(keep & stray):
            keep[index] = False
            found = 1 + max(position for position in range(len(columns)) if valid[position][index])
            broken.append(self.broken(int(lines[index]), found, NO_HEADER))
        return keep

    @staticmethod
    def _valid(column: pa.DictionaryArray) -> Mask:
        return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _labelled(self, columns: list[pa.DictionaryArray], valid: list[Mask]) -> Mask:
        """Rows whose first cell that is not blank begins with a word for totals."""
        answer = np.zeros(len(valid[0]), np.bool_)
        seen = np.zeros(len(valid[0]), np.bool_)
        for position, column in enumerate(columns):
            words = [text is not None and _TOTAL.match(normalised(text)) is not None for text in _few(column)]
            if any(words):
                codes = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
                answer |= ~seen & valid[position] & np.array(words, np.bool_)[codes]
            seen |= valid[position]
        return answer

    def _repeated_headers(self, columns: list[pa.DictionaryArray]) -> Mask | None:
        """Rows that say the header again, as exports made of pages or of files put together do."""
        answer: Mask | None = None
        for position in self._header.fields:
            column = columns[position]
            code = pc.index(column.dictionary, self._header.texts[position].strip()).as_py()
            if code < 0:
                return None
            same = np.asarray(pc.equal(column.indices, code).fill_null(False).to_numpy(zero_copy_only=False), np.bool_)
            answer = same if answer is None else answer & same
        return answer

    def _total_at(self, columns: list[pa.DictionaryArray], lines: Lines, index: int) -> TotalRow:
        found = {name: columns[position][index].as_py() for position, name in self._header.fields.items()}
        return TotalRow(self._sheet, int(lines[index]), {name: text for name, text in found.items() if text})


def _few(column: pa.DictionaryArray) -> list[str | None]:
    """The distinct values, where one may be a word for totals; a long list is searched before it is read."""
    values = column.dictionary
    if len(values) > 1000:
        words = pc.match_substring_regex(values, r"(?i)tot|compless|somma")
        if not pc.any(words).as_py():
            return []
        values = pc.if_else(words, values, pa.scalar(None, pa.string()))
    found: list[str | None] = values.to_pylist()
    return found
