"""Load the printed documents into ``raw``: one transaction a load, work only for what is new or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ingest.archive import digest, keep
from ingest.errors import ExtractError, Problem
from ingest.paths import Paths
from ingest.printed_numbers import UnreadableNumberError, parse_printed
from ingest.prospetti.declaration import (
    DECLARATION_FILE,
    DIMENSIONS,
    RULES_FILE,
    YEAR_DIMENSIONS,
    Document,
    read_declaration,
)
from ingest.prospetti.reconciliation import CellIndex, CellKey, expand, read_rules
from ingest.prospetti.source_check import EXCLUDED_FILE, read_excluded
from ingest.prospetti.tables import MAX_DECIMALS, MAX_WHOLE_DIGITS, Cell, Quarantined, read_table
from ingest.reference import SEEDS_READ, Reference, Repair, read_reference

_DECIMAL = f"decimal({MAX_WHOLE_DIGITS + MAX_DECIMALS}, {MAX_DECIMALS})"

# raw: as received, plus where it comes from. Types are declared once, here.
TABLES: dict[str, dict[str, str]] = {
    "documenti": {
        "documento": "varchar",
        "cartella": "varchar",
        "titolo": "varchar",
        "ente_id": "varchar",
        "anno_pubblicazione": "integer",
        "file_fonte": "varchar",
        "sha256_fonte": "varchar",
        "titolare": "varchar",
        "licenza": "varchar",
        "nota": "varchar",
        "impronta": "varchar",
    },
    "tabelle": {
        "documento": "varchar",
        "tabella": "varchar",
        "titolo": "varchar",
        "linea_da": "integer",
        "linea_a": "integer",
        "riga": "varchar",
        "fatto": "varchar",
        "nota": "varchar",
    },
    "file": {
        "file_id": "varchar",
        "documento": "varchar",
        "tabella": "varchar",
        "percorso": "varchar",
        "celle_lette": "integer",
        "celle_caricate": "integer",
        "celle_in_quarantena": "integer",
        "stato": "varchar",
    },
    "celle": {
        "cella_id": "varchar",
        "documento": "varchar",
        "tabella": "varchar",
        "linea": "integer",
        "riga": "integer",
        "tipo_riga": "varchar",
        "voce_stampata": "varchar",
        "colonna": "varchar",
        "colonna_stampata": "varchar",
        "fatto": "varchar",
        "misura": "varchar",
        "unita": "varchar",
        "testo": "varchar",
        "valore": _DECIMAL,
        "valore_data": "date",
        "decimali": "integer",
        "segnaposto": "varchar",
        "rettifica_id": "varchar",
        "ente_id": "varchar",
        **{name: "integer" if name in YEAR_DIMENSIONS else "varchar" for name in DIMENSIONS},
    },
    "celle_in_quarantena": {
        "cella_id": "varchar",
        "file": "varchar",
        "riga_file": "integer",
        "documento": "varchar",
        "tabella": "varchar",
        "linea": "integer",
        "colonna": "varchar",
        "testo": "varchar",
        "regola": "varchar",
        "messaggio": "varchar",
    },
    "quadrature": {
        "quadratura_id": "varchar",
        "documento": "varchar",
        "tipo": "varchar",
        "descrizione": "varchar",
        "cella_id": "varchar",
        "moltiplicatore": _DECIMAL,
    },
    "quadrature_termini": {
        "quadratura_id": "varchar",
        "documento": "varchar",
        "ordine": "integer",
        "ruolo": "varchar",
        "cella_id": "varchar",
        "coefficiente": _DECIMAL,
    },
}
# What a document has in the database beside its own row.
_OF_DOCUMENT = ("tabelle", "file", "celle", "celle_in_quarantena")
_POLARS: dict[str, Any] = {
    "varchar": pl.String,
    "integer": pl.Int32,
    "date": pl.Date,
    _DECIMAL: pl.Decimal(MAX_WHOLE_DIGITS + MAX_DECIMALS, MAX_DECIMALS),
}


@dataclass(frozen=True)
class FileOutcome:
    """How one file ended.

    Attributes:
        stato: ``accettato``, ``accettato con scarti`` (some cells in quarantine), ``invariato``, ``respinto``, or
            ``valido, non caricato`` (nothing wrong in it, but another document of the same load was refused).
        righe_lette: Cells read; the same unit for the next two, whose sum it is.
    """

    file: str
    tracciato: str
    stato: str
    righe_lette: int
    righe_caricate: int
    righe_in_quarantena: int


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Attributes:
        files: One outcome a file, in the order of the documents.
        quarantined: The cells refused in this load or still refused from before.
        problems: What made a document be refused; empty when all were accepted.
        changed: Whether ``raw`` is different from before.
    """

    files: list[FileOutcome]
    quarantined: list[Quarantined]
    problems: list[Problem]
    changed: bool

    @property
    def ok(self) -> bool:
        """Every document accepted and no cell in quarantine."""
        return not self.problems and not self.quarantined


@dataclass(frozen=True)
class _Parsed:
    document: Document
    cells: list[Cell]
    quarantined: list[Quarantined]
    outcomes: list[FileOutcome]
    files: list[dict[str, Any]]


Progress = Callable[[str], None]


def load_prospetti(
    paths: Paths,
    con: duckdb.DuckDBPyConnection,
    *,
    only: Iterable[Path] = (),
    progress: Progress = lambda _: None,
) -> LoadReport:
    """Load every document under ``extracts/prospetti`` that is new or changed, and forget those no longer there.

    A document is refused whole when its files are wrong, and then the whole load changes nothing: the report says
    what to correct. A cell that cannot be read is loaded without a value and stands in ``raw.celle_in_quarantena``. The
    load is one transaction: killed at any instant, the database is as before or as after.

    Args:
        paths: Where things are.
        con: A connection to the database being built.
        only: Folders of documents; empty means all of them.
        progress: Told, in Italian, what is being read.

    Returns:
        The report; its ``problems`` are the documents, rules and repairs that were refused.

    Raises:
        ExtractError: The seeds are wrong or there is no document at all.
    """
    create_tables(con)
    try:
        reference = read_reference(paths.seeds)
    except ExtractError as error:
        raise ExtractError(_shown(paths, error.problems)) from error
    chosen = {folder.resolve() for folder in only}
    folders = [folder for folder in _folders(paths) if not chosen or folder.resolve() in chosen]
    known = dict(con.execute("select cartella, impronta from raw.documenti").fetchall())
    parser = _parser_fingerprint(paths)

    outcomes: list[FileOutcome] = []
    problems: list[Problem] = []
    numbers: dict[str, str] = {}
    changed = False
    with _Transaction(con) as transaction:
        for folder in folders:
            fingerprint = _fingerprint(folder, parser)
            if known.get(folder.name) == fingerprint:
                outcomes += _unchanged(con, folder.name)
                continue
            progress(f"leggo {paths.shown(folder)}")
            try:
                parsed = _parse(paths, folder, reference)
                _refuse_same_number(paths, folder, parsed.document, numbers, con)
            except ExtractError as error:
                problems += error.problems
                outcomes.append(FileOutcome(str(paths.shown(folder)), "prospetto", "respinto", 0, 0, 0))
                continue
            _archive(paths, folder, parsed.document)
            _store(con, folder, parsed, fingerprint)
            outcomes += parsed.outcomes
            changed = True
        if not chosen:
            changed |= _forget(con, {folder.name for folder in folders})
        if changed and not problems:
            problems += _check_repairs(paths, con, reference.repairs, partial=bool(chosen))
            problems += _store_rules(paths, con, partial=bool(chosen))
        if problems:
            transaction.undo()
    if problems:
        problems = _shown(paths, problems)
        outcomes = [
            replace(outcome, stato="valido, non caricato", righe_caricate=0)
            if "accettato" in outcome.stato
            else outcome
            for outcome in outcomes
        ]
        changed = False
    return LoadReport(outcomes, _quarantined(con), problems, changed)


def _shown(paths: Paths, problems: list[Problem]) -> list[Problem]:
    return [replace(problem, file=paths.shown(problem.file)) for problem in problems]


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create schema ``raw`` and its tables where they are missing.

    Tables of an earlier Ambito, with other columns, are made anew: the extracts are read again.
    """
    found: dict[str, dict[str, str]] = {}
    for table, name, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'raw'"
    ).fetchall():
        found.setdefault(table, {})[name] = kind.lower().replace(",", ", ")
    con.execute("begin transaction")
    con.execute("create schema if not exists raw")
    if any(found.get(table, columns) != columns for table, columns in TABLES.items()):
        for table in TABLES:
            con.execute(f"drop table if exists raw.{table}")
    for table, columns in TABLES.items():
        body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        con.execute(f"create table if not exists raw.{table} ({body})")
    con.execute("commit")


def read_document(paths: Paths, folder: Path) -> tuple[Document, list[Cell]]:
    """Read one document without loading it: its declaration and its cells."""
    parsed = _parse(paths, folder, read_reference(paths.seeds))
    return parsed.document, parsed.cells


def _folders(paths: Paths) -> list[Path]:
    folders = sorted(path for path in paths.prospetti.glob("*") if path.is_dir())
    if not folders:
        raise ExtractError(
            [
                Problem(
                    paths.shown(paths.prospetti),
                    "nessun documento",
                    "aggiungere una cartella con documento.yml",
                )
            ]
        )
    return folders


def _parser_fingerprint(paths: Paths) -> str:
    """Changes when the code that reads, or the seeds it reads with, change: then everything is read again."""
    hasher = hashlib.sha256()
    code = sorted(Path(__file__).resolve().parent.parent.rglob("*.py"))
    for path in [*code, *(paths.seeds / name for name in SEEDS_READ)]:
        hasher.update(path.name.encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()


def _fingerprint(folder: Path, parser: str) -> str:
    hasher = hashlib.sha256(parser.encode())
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):  # an editor's lock is not data
            hasher.update(path.name.encode() + b"\0" + digest(path.read_bytes()).encode())
    return hasher.hexdigest()


def _parse(paths: Paths, folder: Path, reference: Reference) -> _Parsed:
    document = read_declaration(folder, units=reference.units, facts=reference.facts, enti=reference.enti)
    problems: list[Problem] = []
    cells: list[Cell] = []
    quarantined: list[Quarantined] = []
    outcomes: list[FileOutcome] = []
    files: list[dict[str, Any]] = []
    expected = _expected(document)
    problems += [
        Problem(path, "file non dichiarato", "dichiararlo in documento.yml o toglierlo")
        for path in sorted(folder.iterdir())
        if path.name not in expected and not path.name.startswith(".")
    ]
    if (folder / EXCLUDED_FILE).exists():
        read_excluded(folder / EXCLUDED_FILE)
    repairs = {repair.cella: repair for repair in reference.repairs}
    for name in document.table_names:
        path = folder / f"{name}.csv"
        try:
            table = read_table(path, document, name, reference.units)
        except ExtractError as error:
            problems += error.problems
            continue
        refused = [item for item in table.quarantined if not _is_repaired(item, repairs)]
        state = "accettato con scarti" if refused else "accettato"
        shown = str(paths.shown(path))
        read = len(table.cells)
        outcomes.append(FileOutcome(shown, "prospetto", state, read, read - len(refused), len(refused)))
        files.append(
            {
                "file_id": digest(path.read_bytes()),
                "documento": document.documento,
                "tabella": name,
                "percorso": shown,
                "celle_lette": read,
                "celle_caricate": read - len(refused),
                "celle_in_quarantena": len(refused),
                "stato": state,
            }
        )
        cells += table.cells
        quarantined += [replace(item, file=shown) for item in refused]
    if problems:
        raise ExtractError(problems)
    return _Parsed(document, _repaired(cells, repairs), quarantined, outcomes, files)


def _expected(document: Document) -> set[str]:
    return {f"{name}.csv" for name in document.table_names} | {EXCLUDED_FILE, DECLARATION_FILE, RULES_FILE}


def _archive(paths: Paths, folder: Path, document: Document) -> None:
    for name in sorted(_expected(document)):
        if (folder / name).exists():
            keep(paths.archive, (folder / name).read_bytes())


def _key(cell: Cell | Quarantined) -> tuple[str, str, int, str]:
    return cell.documento, cell.tabella, cell.linea, cell.colonna


def _is_repaired(item: Quarantined, repairs: dict[tuple[str, str, int, str], Repair]) -> bool:
    repair = repairs.get(_key(item))
    return repair is not None and repair.expected == item.testo


def _repaired(cells: list[Cell], repairs: dict[tuple[str, str, int, str], Repair]) -> list[Cell]:
    """Give the proven value to the cells that could not be read. A text that reads is never repaired."""
    result = []
    for cell in cells:
        repair = repairs.get(_key(cell))
        unread = cell.valore is None and cell.segnaposto is None and cell.valore_data is None
        if repair is not None and unread and repair.expected == cell.testo:
            result.append(replace(cell, valore=repair.value, decimali=max(0, -int(repair.value.as_tuple().exponent))))
        else:
            result.append(cell)
    return result


def _refuse_same_number(
    paths: Paths, folder: Path, document: Document, numbers: dict[str, str], con: duckdb.DuckDBPyConnection
) -> None:
    stored = con.execute(
        "select cartella from raw.documenti where documento = ? and cartella <> ?",
        [document.documento, folder.name],
    ).fetchall()
    others = [name for (name,) in stored if (paths.prospetti / name).is_dir()]
    first = numbers.setdefault(document.documento, folder.name)
    if first != folder.name:
        others.append(first)
    if others:
        raise ExtractError(
            [
                Problem(
                    folder / DECLARATION_FILE,
                    f"il numero è già della cartella {others[0]}",
                    "dare al documento un numero suo",
                    column="documento",
                    value=document.documento,
                )
            ]
        )


def _store(con: duckdb.DuckDBPyConnection, folder: Path, parsed: _Parsed, fingerprint: str) -> None:
    document = parsed.document
    header = {
        "documento": document.documento,
        "cartella": folder.name,
        "titolo": document.titolo,
        "ente_id": document.ente,
        "anno_pubblicazione": document.anno_pubblicazione,
        "file_fonte": document.fonte.file,
        "sha256_fonte": document.fonte.sha256,
        "titolare": document.fonte.titolare,
        "licenza": document.fonte.licenza,
        "nota": document.nota or None,
        "impronta": fingerprint,
    }
    tables = [
        {
            "documento": document.documento,
            "tabella": name,
            "titolo": table.titolo,
            "linea_da": table.linee[0],
            "linea_a": table.linee[1],
            "riga": table.riga,
            "fatto": table.fatto,
            "nota": table.nota or None,
        }
        for name, table in document.tabelle.items()
    ]
    _delete(con, folder.name)
    # the number may be that of a folder now renamed or gone: what it had, its own row too, is replaced
    for table in (*_OF_DOCUMENT, "documenti"):
        con.execute(f"delete from raw.{table} where documento = ?", [document.documento])
    _insert(con, "documenti", [header])
    _insert(con, "tabelle", tables)
    _insert(con, "file", parsed.files)
    _insert(con, "celle", [_cell_row(document, cell) for cell in parsed.cells])
    _insert(con, "celle_in_quarantena", [asdict(item) for item in parsed.quarantined])


def _delete(con: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Delete what the database has of a folder, under whatever number it was loaded."""
    for table in _OF_DOCUMENT:
        con.execute(
            f"delete from raw.{table} where documento in (select documento from raw.documenti where cartella = ?)",
            [folder],
        )
    con.execute("delete from raw.documenti where cartella = ?", [folder])


def _cell_row(document: Document, cell: Cell) -> dict[str, Any]:
    row = asdict(cell)
    dimensions = row.pop("dimensioni")
    row.update({name: dimensions.get(name) for name in DIMENSIONS})
    row["ente_id"] = document.ente
    row["anno_pubblicazione"] = dimensions.get("anno_pubblicazione", document.anno_pubblicazione)
    return row


def _store_rules(paths: Paths, con: duckdb.DuckDBPyConnection, *, partial: bool) -> list[Problem]:
    """Expand the rules of every document again: one may name the cells of another."""
    columns = "cella_id, documento, tabella, linea, colonna, voce_stampata, testo"
    cells = con.execute(f"select {columns}, {', '.join(DIMENSIONS)} from raw.celle order by linea, riga").fetchall()
    index = CellIndex(
        CellKey(cell, document, table, line, column, label, text, dict(zip(DIMENSIONS, members, strict=True)))
        for cell, document, table, line, column, label, text, *members in cells
    )
    checks: list[dict[str, Any]] = []
    terms: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name, document in con.execute("select cartella, documento from raw.documenti order by documento").fetchall():
        folder = paths.prospetti / name
        try:
            rules, lines = read_rules(folder)
            found_checks, found_terms = expand(folder, document, rules, lines, index, partial=partial)
        except ExtractError as error:
            problems += error.problems
            continue
        checks += [asdict(check) for check in found_checks]
        terms += [{**asdict(term), "documento": document} for term in found_terms]
    con.execute("delete from raw.quadrature")
    con.execute("delete from raw.quadrature_termini")
    _insert(con, "quadrature", checks)
    _insert(con, "quadrature_termini", terms)
    return problems


def _check_repairs(
    paths: Paths, con: duckdb.DuckDBPyConnection, repairs: tuple[Repair, ...], *, partial: bool
) -> list[Problem]:
    """Mark the repaired cells. A repair whose expected text is not there, or that is not needed, is a problem."""
    problems = []
    con.execute("update raw.celle set rettifica_id = null where rettifica_id is not null")
    loaded = {number for (number,) in con.execute("select documento from raw.documenti").fetchall()}
    for repair in repairs:
        document, table, line, column = repair.cella
        if partial and document not in loaded:
            continue  # asked for one folder alone: the document of this repair comes later
        found = con.execute(
            """
            select cella_id, testo, valore, rettifica_id from raw.celle
            where documento = ? and tabella = ? and linea = ? and colonna = ?
            """,
            [document, table, line, column],
        ).fetchall()
        matching = [cell for cell in found if cell[1] == repair.expected and cell[2] == repair.value]
        unread = not any(_reads_by_itself(cell[1]) for cell in matching)
        if len(matching) != 1 or not unread or matching[0][3] is not None:
            printed = found[0][1] if found else "nessuna cella"
            what = "il testo si legge da sé"
            if printed != repair.expected:
                what = "il testo atteso non c'è"
            elif matching and unread:
                what = f"la cella ha già la rettifica {matching[0][3]}" if matching[0][3] else "le celle sono più d'una"
            problems.append(
                Problem(
                    paths.seeds / "rettifiche.csv",
                    f"la rettifica {repair.rettifica_id} non si applica: {what} in {document}/{table}/{line}/{column} "
                    f"(c'è «{printed}»)",
                    "correggere la rettifica o toglierla",
                    line=repair.line,
                    value=repair.expected,
                )
            )
            continue
        con.execute("update raw.celle set rettifica_id = ? where cella_id = ?", [repair.rettifica_id, matching[0][0]])
    return problems


def _reads_by_itself(text: str) -> bool:
    try:
        parse_printed(text)
    except UnreadableNumberError:
        return False
    return True


def _forget(con: duckdb.DuckDBPyConnection, present: set[str]) -> bool:
    stored = {folder for (folder,) in con.execute("select cartella from raw.documenti").fetchall()}
    for folder in stored - present:
        _delete(con, folder)
    return bool(stored - present)


def _unchanged(con: duckdb.DuckDBPyConnection, folder: str) -> list[FileOutcome]:
    rows = con.execute(
        """
        select f.percorso, f.celle_lette, f.celle_caricate, f.celle_in_quarantena
        from raw.file as f inner join raw.documenti as d on f.documento = d.documento
        where d.cartella = ? order by f.percorso
        """,
        [folder],
    ).fetchall()
    return [FileOutcome(path, "prospetto", "invariato", *counts) for path, *counts in rows]


def _quarantined(con: duckdb.DuckDBPyConnection) -> list[Quarantined]:
    columns = ", ".join(TABLES["celle_in_quarantena"])
    rows = con.execute(f"select {columns} from raw.celle_in_quarantena order by cella_id").fetchall()
    return [Quarantined(*row) for row in rows]


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    schema = {name: _POLARS[kind] for name, kind in TABLES[table].items()}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    con.register("_rows", frame)
    con.execute(f"insert into raw.{table} by name select * from _rows")
    con.unregister("_rows")


class _Transaction:
    """Commit at the end of the block, or roll back on an exception or when ``undo`` was called."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._undo = False

    def undo(self) -> None:
        self._undo = True

    def __enter__(self) -> _Transaction:
        self._con.execute("begin transaction")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._con.execute("rollback" if kind is not None or self._undo else "commit")
