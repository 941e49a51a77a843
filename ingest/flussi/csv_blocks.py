"""Read a CSV as it comes, in blocks: fast where lines are rows, exact where quotes hide ends of line."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from ingest.flussi.container import Scan
from ingest.flussi.headers import FIRST_ROWS, Candidate, Header, find_header
from ingest.flussi.refused import refused
from ingest.flussi.rows import OPEN_QUOTES, TEXT, UNREADABLE, Assembler, Block, Lines, texts
from ingest.flussi.tracciato import Tracciato

DELIMITERS = {";": ";", ",": ",", "\t": "tab", "|": "|"}
BLOCK_BYTES = 32 << 20
_HEAD_BYTES = 1 << 20
_SLOW_BYTES = 8 << 20
# A value that goes on for more lines than these is a quote that somebody forgot to close.
_JOINED_LINES = 20
_END_OF_LINE = re.compile(rb"\r\n|\n|\r")
_LINE_WITH_LETTERS = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")


@dataclass(frozen=True)
class CsvShape:
    """How a CSV is to be cut.

    Attributes:
        delimiter: Between fields.
        header: Where the header stands and what its columns are.
        width: Fields of most rows: some exports end every row, or only the header, with one more delimiter.
        offset: Byte at which the rows begin.
        first_line: Line of the file at that byte.
    """

    delimiter: str
    header: Header
    width: int
    offset: int
    first_line: int


@dataclass(frozen=True)
class _Line:
    """One line of the file, and the byte after its end."""

    number: int
    text: str
    end: int = 0


@dataclass(frozen=True)
class _Record:
    """One row, which may span lines when a quoted value does."""

    line: int
    lines: int
    fields: list[str]
    why: str | None = None
    end: int = 0


# --- Lines and records, one at a time ---------------------------------------------------------------


def _decoded(content: bytes, scanned: Scan) -> str:
    if scanned.encoding == "UTF-8":
        return content.decode("utf-8", "replace" if scanned.cut else "strict")
    if not scanned.mixed:
        return content.decode("cp1252", "replace")
    return _LINE_WITH_LETTERS.sub(_as_utf8, content).decode("utf-8")


def _as_utf8(line: re.Match[bytes]) -> bytes:
    try:
        line.group().decode("utf-8").encode("cp1252")  # letters that an office writes, see has_utf8
    except UnicodeError:
        return line.group().decode("cp1252", "replace").encode()
    return line.group()


def _records(lines: Iterator[_Line], delimiter: str, width: int | None = None) -> Iterator[_Record]:
    """Rows from lines. A quoted value may hold ends of line, if that gives a row of the right width.

    Otherwise its first line is broken by itself and reading goes on with the next: one quote that is not closed must
    not swallow the rows below.
    """
    ahead: deque[_Line] = deque()

    def line_at(index: int) -> str | None:
        while len(ahead) <= index:
            following = next(lines, None)
            if following is None:
                return None
            ahead.append(following)
        return ahead[index].text

    while (first := line_at(0)) is not None:
        line = ahead[0]
        if '"' not in first:
            ahead.popleft()
            why = UNREADABLE if "\0" in first else None
            yield _Record(line.number, 1, first.split(delimiter), why, line.end)
            continue
        fields, used = _quoted(line_at, delimiter)
        if used > 1 and width is not None and fields is not None and len(fields) != width:
            fields = None
        if fields is None:
            ahead.popleft()
            yield _Record(line.number, 1, first.split(delimiter), OPEN_QUOTES, line.end)
            continue
        end = ahead[used - 1].end
        for _ in range(used):
            ahead.popleft()
        why = UNREADABLE if any("\0" in text for text in fields) else None
        yield _Record(line.number, used, fields, why, end)


def _quoted(line_at: Callable[[int], str | None], delimiter: str) -> tuple[list[str] | None, int]:
    """The fields of a row with quotes and the lines it takes; ``None`` when a quote is not closed."""
    used = 0
    open_at_end = False

    def source() -> Iterator[str]:
        nonlocal used, open_at_end
        while used <= _JOINED_LINES:
            line = line_at(used)
            if line is None:
                break
            used += 1
            yield line + "\n"
        open_at_end = True  # the csv module asks for one more line only inside quotes

    try:
        fields = next(csv.reader(source(), delimiter=delimiter))
    except (csv.Error, StopIteration):  # a field longer than the module takes
        return None, 1
    return (None, 1) if open_at_end else (fields, used)


def _lines(file: BinaryIO, line: int, scanned: Scan) -> Iterator[_Line]:
    """The lines from where the file stands, with their number."""
    end = file.tell()
    for content in _cut(file, _SLOW_BYTES):
        piece = bytes(content)
        start = 0
        for found in _END_OF_LINE.finditer(piece):
            yield _Line(line, _decoded(piece[start : found.start()], scanned), end + found.end())
            line += 1
            start = found.end()
        if start < len(piece):
            yield _Line(line, _decoded(piece[start:], scanned), end + len(piece))
            line += 1
        end += len(piece)


def _cut(file: BinaryIO, size: int) -> Iterator[memoryview]:
    """Pieces of about a size, cut after an end of line. A longer line makes a longer piece."""
    wanted = size
    while content := file.read(wanted):
        if len(content) < wanted:  # the end of the file
            yield memoryview(content)
            return
        end = content.rfind(b"\n") + 1
        if not end:  # old Mac; a last "\r" may be the first half of "\r\n"
            end = content.rfind(b"\r", 0, len(content) - 1) + 1
        if not end:
            file.seek(-len(content), 1)
            wanted *= 2
            continue
        file.seek(end - len(content), 1)
        wanted = size
        yield memoryview(content)[:end]


# --- Recognise ---------------------------------------------------------------------------------------


def first_records(path: Path, scanned: Scan, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows of a CSV, each with its line, as cut by a delimiter."""
    return [(record.line, record.fields) for record in _head(path, scanned, delimiter)[: FIRST_ROWS * 2]][:FIRST_ROWS]


def _head(path: Path, scanned: Scan, delimiter: str) -> list[_Record]:
    with path.open("rb") as file:
        file.seek(3 if scanned.bom else 0)
        content = file.read(_HEAD_BYTES)
    whole = len(content) + (3 if scanned.bom else 0) == scanned.size
    pieces = _END_OF_LINE.split(content)
    if len(pieces) > 1 and not (whole and pieces[-1]):
        pieces.pop()  # what follows the last end of line: nothing, or half a line
    decoded = (_Line(number, _decoded(text, scanned)) for number, text in enumerate(pieces[:500], start=1))
    return list(_records(decoded, delimiter))


def recognise_csv(path: Path, scanned: Scan, layouts: Mapping[str, Tracciato]) -> tuple[Candidate | None, str]:
    """The header of a CSV and the delimiter that shows it."""
    best: tuple[Candidate | None, str] = (None, ";")
    for delimiter in DELIMITERS:
        found = find_header(first_records(path, scanned, delimiter), layouts)
        if found is not None and (best[0] is None or found.order > best[0].order):
            best = (found, delimiter)
    return best


def shape(path: Path, scanned: Scan, header: Header, delimiter: str) -> CsvShape:
    """Where the rows of a CSV begin and how wide they are.

    Raises:
        RefusedError: There are no rows under the header.
    """
    records = _head(path, scanned, delimiter)
    at = next(index for index, record in enumerate(records) if record.line == header.line)
    first_line = records[at].line + records[at].lines
    below = [record.fields for record in records[at + 1 :] if any(text.strip() for text in record.fields)]
    with path.open("rb") as file:
        file.seek(3 if scanned.bom else 0)
        head = file.read(_HEAD_BYTES)
        ends = [match.end() for match in _END_OF_LINE.finditer(head)]
        offset = ends[first_line - 2] if len(ends) >= first_line - 1 else len(head)
        offset += 3 if scanned.bom else 0
        file.seek(offset)
        if not below and not any(bytes(piece).strip(b" \t\r\n\0;,|") for piece in _cut(file, _SLOW_BYTES)):
            raise refused(
                path,
                "sotto l'intestazione non ci sono righe",
                "esportare di nuovo i dati, o non mandare il file se non ce ne sono",
                line=header.line,
            )
    widths = Counter(
        len(fields) for fields in below[:200] if len(fields) >= header.width and not any(fields[header.width :])
    )
    width = widths.most_common(1)[0][0] if widths else len(records[at].fields)
    return CsvShape(delimiter, header, width, offset, first_line)


# --- Blocks ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parsed:
    """A piece of the file cut into columns; ``table`` is ``None`` when a line is not a row there."""

    table: pa.Table | None
    odd: list[tuple[int, str]]
    lines: int


def _parse(content: memoryview, shape: CsvShape, scanned: Scan) -> _Parsed:
    """Cut a piece of the file into columns, all at once. Runs beside the consumer of the piece before."""
    whole = content.obj
    assert isinstance(whole, bytes)
    end = len(content)
    if scanned.nul and whole.find(b"\0", 0, end) >= 0:
        return _Parsed(None, [], 0)
    raw: bytes | memoryview = content
    if scanned.encoding != "UTF-8" or scanned.cut:
        raw = _decoded(bytes(content), scanned).encode()
    names = [str(position) for position in range(shape.width)]
    odd: list[tuple[int, str]] = []

    def set_aside(row: pa_csv.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip"

    table = pa_csv.read_csv(
        pa.py_buffer(raw),
        pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=2 * len(raw) + 1024),
        pa_csv.ParseOptions(
            delimiter=shape.delimiter,
            quote_char='"' if scanned.quotes else False,
            ignore_empty_lines=False,
            newlines_in_values=False,
            invalid_row_handler=set_aside,
        ),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, TEXT), strings_can_be_null=False, null_values=[]),
    )
    lines = table.num_rows + len(odd)
    if scanned.quotes:
        ends = whole.count(b"\n", 0, end) + whole.count(b"\r", 0, end) - whole.count(b"\r\n", 0, end)
        ends += whole[end - 1 : end] not in (b"\n", b"\r")
        # an odd number of quotes, or fewer rows than lines: some value holds an end of line, or a quote is not closed
        if ends != lines or whole.count(b'"', 0, end) % 2:
            return _Parsed(None, [], 0)
    return _Parsed(table.unify_dictionaries().combine_chunks(), odd, lines)


def csv_blocks(
    path: Path, scanned: Scan, shape: CsvShape, layout: Tracciato, progress: Callable[[int, int], None]
) -> Iterator[Block]:
    """The rows of a CSV, in blocks, in the order of the file. At most two blocks are in memory."""
    assembler = Assembler(layout, shape.header)
    at, line = shape.offset, shape.first_line
    with path.open("rb") as file, ThreadPoolExecutor(1) as pool:
        while at < scanned.size:
            file.seek(at)
            pieces = _cut(file, BLOCK_BYTES)
            running: deque[tuple[Future[_Parsed], int]] = deque()
            slow_until = 0
            while not slow_until:
                while len(running) < 2 and (piece := next(pieces, None)) is not None:
                    running.append((pool.submit(_parse, piece, shape, scanned), len(piece)))
                    del piece
                if not running:
                    return
                future, size = running.popleft()
                parsed = future.result()
                del future
                if parsed.table is None:
                    slow_until = at + size
                    break
                yield _fast_block(parsed, shape, assembler, line)
                at += size
                line += parsed.lines
                del parsed
                progress(at, scanned.size)
            for waiting, _ in running:
                waiting.cancel()
            running.clear()
            file.seek(at)
            for block, end, following in _slow_blocks(file, scanned, shape, assembler, line, slow_until):
                yield block
                at, line = end, following
                progress(at, scanned.size)


def _fast_block(parsed: _Parsed, shape: CsvShape, assembler: Assembler, line: int) -> Block:
    assert parsed.table is not None
    lines: Lines = np.arange(line, line + parsed.lines, dtype=np.int64)
    if not parsed.odd:
        return assembler.block(_columns(parsed.table), lines)
    odd_lines = [line + number - 1 for number, _ in parsed.odd]
    records = [
        next(_records(iter([_Line(number, text)]), shape.delimiter), _Record(number, 1, [""]))
        for number, (_, text) in zip(odd_lines, parsed.odd, strict=True)
    ]
    lines = np.delete(lines, np.array(odd_lines, dtype=np.int64) - line)
    blank = [record.line for record in records if not any(text.strip() for text in record.fields)]
    block = assembler.block(_columns(parsed.table), lines, blank)
    return _joined(block, _assembled([record for record in records if record.line not in set(blank)], shape, assembler))


def _columns(table: pa.Table) -> list[pa.DictionaryArray]:
    return [
        column.chunk(0) if column.num_chunks else pa.array([], pa.string()).dictionary_encode()
        for column in table.columns
    ]


def _joined(block: Block, other: Block) -> Block:
    rows = block.rows
    if other.rows.num_rows:
        rows = pa.concat_tables([rows, other.rows]).unify_dictionaries().combine_chunks().sort_by("_riga")
    return Block(
        rows,
        sorted(block.broken + other.broken, key=lambda row: row.riga),
        sorted(block.totals + other.totals, key=lambda row: row.riga),
    )


def _assembled(records: Sequence[_Record], shape: CsvShape, assembler: Assembler) -> Block:
    """A block from rows cut one at a time."""
    broken = []
    totals = []
    kept: list[list[str]] = []
    lines: list[int] = []
    for record in records:
        fields = record.fields
        found = len(fields)
        if record.why is not None:
            broken.append(assembler.broken(record.line, found, record.why))
        elif found == shape.width:
            kept.append(fields)
            lines.append(record.line)
        elif found >= shape.header.width and not any(text.strip() for text in fields[shape.header.width :]):
            kept.append(fields[: shape.header.width] + [""] * (shape.width - shape.header.width))
            lines.append(record.line)
        elif not any(text.strip() for text in fields):  # only blanks, or only delimiters
            kept.append([""] * shape.width)
            lines.append(record.line)
        elif (total := assembler.total(record.line, fields)) is not None:
            totals.append(total)
        else:
            broken.append(assembler.broken(record.line, found))
    columns = [texts([row[position] for row in kept]) for position in range(shape.width)]
    block = assembler.block(columns, np.array(lines, dtype=np.int64))
    return Block(block.rows, broken + block.broken, totals + block.totals)


def _slow_blocks(
    file: BinaryIO, scanned: Scan, shape: CsvShape, assembler: Assembler, line: int, until: int
) -> Iterator[tuple[Block, int, int]]:
    """A piece of a file, one row at a time, with where it ends: only where quotes hide ends of line, or stray bytes.

    It goes past ``until``, to the end of the row that crosses it.
    """
    waiting: list[_Record] = []
    for record in _records(_lines(file, line, scanned), shape.delimiter, shape.width):
        waiting.append(record)
        done = record.end >= until
        if done or len(waiting) == 100_000:
            yield _assembled(waiting, shape, assembler), record.end, record.line + record.lines
            waiting = []
        if done:
            return
