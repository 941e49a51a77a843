"""Compare a transcription with the text it came from: every cell at its line, every printed number accounted for.

The documents themselves are not in the repository (their figures are, their sentences are not), so this is run by
whoever holds them: ``ambito riscontro CARTELLA``.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingest.archive import digest
from ingest.errors import ExtractError, Problem
from ingest.files import read_csv, read_text
from ingest.printed_numbers import NUMBER_WORDS, is_number_word
from ingest.prospetti.declaration import Document
from ingest.prospetti.tables import Cell

EXCLUDED_FILE = "escluse.csv"
_EXCLUDED_HEADER = ["da", "a", "testo", "motivo"]
_MARKUP = re.compile(r"</?[a-z]+>|\*\*|\^\{\*\}")
_TOKEN = re.compile(r"\d(?:[\d.,]*\d)?")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Excluded:
    """Numbers of the source that are not figures (dates, laws, pages), from one line to another."""

    first: int
    last: int
    text: str
    reason: str


def read_excluded(path: Path) -> list[Excluded]:
    """Read ``escluse.csv``: ``da,a,testo,motivo``, where ``*`` as text means every number of those lines.

    Raises:
        ExtractError: The header or a row is not of that form.
    """
    (_, header), *rows = read_csv(path)
    if header != _EXCLUDED_HEADER:
        raise ExtractError([Problem(path, "intestazione diversa da da,a,testo,motivo", "correggerla", line=1)])
    excluded = []
    for line, row in rows:
        if len(row) != len(_EXCLUDED_HEADER) or not (row[0].isdecimal() and row[1].isdecimal() and row[3].strip()):
            raise ExtractError([Problem(path, "riga non valida", "scrivere da,a,testo,motivo", line=line)])
        excluded.append(Excluded(int(row[0]), int(row[1]), row[2], row[3]))
    return excluded


def compare_with_source(
    document: Document, cells: Iterable[Cell], excluded: Iterable[Excluded], source: Path
) -> list[Problem]:
    """Compare the cells of a document with its source text.

    Args:
        document: The declaration.
        cells: Every cell of its tables.
        excluded: Numbers declared not to be figures.
        source: The source's text file, lines separated by line feeds.

    Returns:
        A problem for each cell whose text is not at its line, for each number of the source neither transcribed nor
        excluded, and for a source whose sha256 is not the declared one. Empty when all is well.

    Raises:
        ExtractError: The source is empty or not UTF-8.
    """
    problems = []
    if digest(source.read_bytes()) != document.fonte.sha256:
        problems.append(
            Problem(source, "non è il file trascritto: lo sha256 è diverso", "procurarsi il file dichiarato")
        )
    lines = [_plain(line) for line in read_text(source).split("\n")]
    by_line: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_line[cell.linea].append(cell)
    problems += _misplaced(source, lines, by_line)
    problems += _unaccounted(source, lines, by_line, document, list(excluded))
    return problems


def _plain(line: str) -> str:
    return " ".join(_MARKUP.sub("", line).split())


def _misplaced(source: Path, lines: list[str], by_line: dict[int, list[Cell]]) -> list[Problem]:
    return [
        Problem(
            source,
            "il testo trascritto non è a questa riga",
            "ricontrollare la cella",
            number,
            cell.cella_id,
            cell.testo,
        )
        for number, row in sorted(by_line.items())
        for cell in row
        if number > len(lines) or not _is_there(cell.testo, lines[number - 1])
    ]


def _is_there(text: str, line: str) -> bool:
    # «sei» is not in «seimila», nor «un» in «ogni unità»
    return text in (_WORD.findall(line) if is_number_word(text) else line)


def _tokens(text: str) -> list[str]:
    """The numbers of a text, in digits and in letters; «un» and «uno» are articles more often than not."""
    words = (word.lower() for word in _WORD.findall(text))
    return _TOKEN.findall(text) + [word for word in words if word in NUMBER_WORDS]


def _unaccounted(
    source: Path,
    lines: list[str],
    by_line: dict[int, list[Cell]],
    document: Document,
    excluded: list[Excluded],
) -> list[Problem]:
    in_labels = _label_tokens(by_line, document)
    problems = []
    for number, line in enumerate(lines, start=1):
        tokens = Counter(_tokens(line))
        tokens.subtract(token for cell in by_line.get(number, ()) for token in _tokens(cell.testo))
        reasons = [item for item in excluded if item.first <= number <= item.last]
        for token, times in tokens.items():
            if times <= 0 or token in in_labels[number] or any(item.text in ("*", token) for item in reasons):
                continue
            problems.append(
                Problem(
                    source,
                    "numero stampato né trascritto né escluso",
                    f"trascriverlo, o spiegarlo in {EXCLUDED_FILE}",
                    line=number,
                    value=token,
                )
            )
    return problems


def _label_tokens(by_line: dict[int, list[Cell]], document: Document) -> dict[int, set[str]]:
    """Numbers that stand in printed labels and headings, by line: they are not figures.

    A row's labels count on its line; on a line with no row of the table, those of the rows just before and after it
    (a label goes on below its row, the name of a group stands above it) and the headings.
    """
    tokens: dict[int, set[str]] = defaultdict(set)
    for name, table in document.tabelle.items():
        labels: dict[int, set[str]] = {}
        if table.etichette == "stampate":
            for line, row in by_line.items():
                for cell in (cell for cell in row if cell.tabella == name):
                    labels.setdefault(line, set()).update(_tokens(cell.voce_stampata))
        headings = " ".join([table.titolo, *(column.stampata for column in table.colonne.values())])
        heading = set(_tokens(headings))
        with_rows = sorted(labels)
        for number in range(table.linee[0], table.linee[1] + 1):
            if number in labels:
                tokens[number] |= labels[number]
                continue
            after = bisect(with_rows, number)
            around = with_rows[max(after - 1, 0) : after + 1]
            tokens[number] |= heading.union(*(labels[line] for line in around))
    return tokens
