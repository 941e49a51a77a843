"""Tell which layout a file is of, by its header, and how it is to be read; or say why it cannot come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.flussi.container import Container, Scan, container, scan
from ingest.flussi.csv_blocks import DELIMITERS, CsvShape, first_records, recognise_csv, shape
from ingest.flussi.headers import Candidate, Header, find_header, personal_columns, refuse_header, refuse_persons
from ingest.flussi.parquet_blocks import open_parquet
from ingest.flussi.refused import RefusedError, refused
from ingest.flussi.sheets import SheetShape, Workbook
from ingest.flussi.template import INSTRUCTIONS
from ingest.flussi.tracciato import Tracciato

__all__ = ["RefusedError", "Source", "recognise"]


@dataclass(frozen=True)
class Source:
    """A file whose layout was recognised.

    Attributes:
        path: The file.
        tracciato: Its layout.
        formato: What it is: ``CSV ; UTF-8``, ``CSV tab cp1252``, ``XLSX``, ``XLS``, ``ODS``, ``Parquet``.
        scansione: Its identity and what its bytes say.
        contenitore: What it really is.
        forma: How a CSV is cut.
        fogli: Sheets to read, for a spreadsheet.
        intestazione: Columns of a Parquet.
        avvisi: What the sender should know though the file is read (Italian).
    """

    path: Path
    tracciato: Tracciato
    formato: str
    scansione: Scan
    contenitore: Container
    forma: CsvShape | None = None
    fogli: tuple[SheetShape, ...] = ()
    intestazione: Header | None = None
    avvisi: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Of the bytes received."""
        return self.scansione.sha256

    @property
    def campi(self) -> list[str]:
        """Fields of the layout that the file has, in the layout's order. Sheets may have different optional ones."""
        headers = [shape.header for shape in self.fogli]
        headers += [header for header in (self.forma.header if self.forma else None, self.intestazione) if header]
        present = {name for header in headers for name in header.fields.values()}
        return [column.nome for column in self.tracciato.campi if column.nome in present]


def recognise(path: Path, layouts: Mapping[str, Tracciato], scanned: Scan | None = None) -> Source:
    """Recognise the layout of a file.

    Args:
        path: The file.
        layouts: The layouts it may be of, by name.
        scanned: What ``scan`` said of it, when it was already asked.

    Raises:
        RefusedError: It cannot be read, fits no layout or several, or holds columns that say who a person is.
    """
    kind = container(path)
    scanned = scanned or scan(path)
    if kind == "CSV":
        return _csv(path, layouts, scanned)
    if kind == "Parquet":
        names = list(open_parquet(path).schema_arrow.names)
        found = _one_layout(path, [(0, names)], find_header([(0, names)], layouts, least=1))
        return Source(path, found.layout, "Parquet", scanned, kind, intestazione=found.header)
    return _workbook(path, kind, layouts, scanned)


def _one_layout(
    path: Path, rows: list[tuple[int, list[str]]], found: Candidate | None, *, sheet: str | None = None
) -> Candidate:
    persons = personal_columns(rows, found)
    if persons:
        raise refuse_persons(path, persons, sheet=sheet)
    if found is None or len(found.fits) != 1:
        raise refuse_header(path, found, sheet=sheet)
    return found


def _csv(path: Path, layouts: Mapping[str, Tracciato], scanned: Scan) -> Source:
    candidate, delimiter = recognise_csv(path, scanned, layouts)
    if candidate is None:
        for other in DELIMITERS:  # a list of persons with no column of any layout, however it is cut
            _refuse_list_of_persons(path, first_records(path, scanned, other))
    found = _one_layout(path, [], candidate)
    notes = []
    if scanned.mixed:
        notes.append(
            "Il file mescola due codifiche (UTF-8 e cp1252): ogni riga è letta con la sua. Controllare gli accenti"
        )
    if scanned.cut:
        notes.append("Il file finisce a metà di un carattere: sembra tagliato. Esportarlo di nuovo")
    form = shape(path, scanned, found.header, delimiter)
    name = f"CSV {DELIMITERS[delimiter]} {scanned.encoding}"
    return Source(path, found.layout, name, scanned, "CSV", forma=form, avvisi=notes)


def _refuse_list_of_persons(path: Path, rows: list[tuple[int, list[str]]]) -> None:
    if persons := personal_columns(rows, None):
        raise refuse_persons(path, persons)


def _workbook(path: Path, kind: Container, layouts: Mapping[str, Tracciato], scanned: Scan) -> Source:
    book = Workbook(path, kind)
    shapes: list[SheetShape] = []
    kept: list[Candidate] = []
    notes: list[str] = []
    empty: list[SheetShape] = []
    for name in book.sheets():
        rows = book.first_rows(name)
        if name == INSTRUCTIONS or not any(text.strip() for _, cells in rows for text in cells):
            continue
        found = find_header(rows, layouts)
        if found is None:
            persons = personal_columns(rows, None)
            if persons:
                raise refuse_persons(path, persons, sheet=name)
            notes.append(f"Il foglio «{name}» non è stato letto: non ha l'intestazione di un tracciato")
            continue
        found = _one_layout(path, rows, found, sheet=name)
        form = SheetShape(name, found.header)
        if not book.has_rows(name, found.header.line):
            empty.append(form)
            continue
        if book.is_hidden(name):
            notes.append(f"Il foglio «{name}» è nascosto, ma ha l'intestazione di un tracciato ed è stato letto")
        shapes.append(form)
        kept.append(found)
    if not shapes and empty:
        raise refused(
            path,
            f"nel foglio «{empty[0].name}» sotto l'intestazione non ci sono righe",
            "compilarlo, o non mandare il file se non ci sono dati",
            line=empty[0].header.line,
        )
    if not shapes:
        raise refuse_header(path, None) if notes else refused(path, "il file è vuoto", "esportare di nuovo i dati")
    names = sorted({found.layout.tracciato for found in kept})
    if len(names) > 1:
        which = ", ".join(f"«{s.name}» {f.layout.tracciato}" for s, f in zip(shapes, kept, strict=True))
        raise refused(path, f"i fogli sono di tracciati diversi ({which})", "mandare un file per tracciato")
    return Source(path, kept[0].layout, kind, scanned, kind, fogli=tuple(shapes), avvisi=notes)
