"""The way back of a figure: from a column of a mart, through the models, to the printed cells or the file rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from ingest.errors import AmbitoError
from warehouse.lineage import Step
from warehouse.sql import reason, sandbox, select_only
from warehouse.tables import italian, print_rows
from warehouse.versions import Version

# Enough to open the file and look: the count says how many there are.
_MOST_FILE_ROWS = 12


class TraceError(AmbitoError):
    """The column does not exist, or the condition is not one."""


@dataclass(frozen=True)
class TracedCell:
    """A printed cell behind a row: where it is printed and what is printed there."""

    cella_id: str
    documento: str
    tabella: str
    linea: int
    voce: str
    colonna: str
    testo: str
    valore: Decimal | None
    decimali: int
    unita: str
    misura: str

    @property
    def shown_value(self) -> Decimal | None:
        """The value with the digits that are printed, no more."""
        return None if self.valore is None else self.valore.quantize(Decimal(1).scaleb(-self.decimali))


@dataclass(frozen=True)
class TracedFile:
    """A file behind a row, and which of its rows.

    Attributes:
        file_id: First 16 digits of its sha256.
        nome: Its name; ``tracciato`` and ``caricato_il`` say what it is and when it came.
        quante: Rows of it behind the row of the mart; ``None`` where the database of the build is not at hand.
        righe: The first of them: sheet (empty for a CSV) and row, as the office counts them.
    """

    file_id: str
    nome: str
    tracciato: str
    caricato_il: str
    quante: int | None
    righe: list[tuple[str, int]]


@dataclass(frozen=True)
class TracedRow:
    """A row of the mart: its key, the value of the column, and the cells or the files it comes from.

    Attributes:
        chiave: Key of the row.
        valore: Value of the column.
        celle: Printed cells behind it.
        file: Files of flussi behind it.
        soppresso: The value is hidden because too few persons stand behind it; its rows are not shown either.
    """

    chiave: dict[str, Any]
    valore: Any
    celle: list[TracedCell]
    file: list[TracedFile]
    soppresso: bool


@dataclass(frozen=True)
class Trace:
    """The way of a column and the rows followed.

    Attributes:
        colonna: ``marts.MART.COLONNA``.
        descrizione: What it means, from the model's documentation.
        unita: Its unit, where it is a quantity.
        via: The column and those it is made from, back to the loaded table.
        righe: The rows followed, with their cells.
        altre: Rows that match and were not followed, because of the limit.
    """

    colonna: str
    descrizione: str
    unita: str | None
    via: Step
    righe: list[TracedRow]
    altre: int


def trace(
    version: Version, column: str, where: str | None = None, *, limit: int = 20, build: Path | None = None
) -> Trace:
    """Follow a column of a published mart.

    Args:
        version: The published version.
        column: ``marts.MART.COLONNA`` (the schema may be left out).
        where: A condition on the rows of the mart, in SQL; none means all rows.
        limit: How many rows to follow.
        build: The database of the build, on the machine that has it: single rows of files are there and nowhere else.

    Raises:
        TraceError: No such mart or column (the near ones are named), or a condition DuckDB refuses.
    """
    mart, name = _resolve(version, column)
    model = version.record["modelli"][f"marts.{mart}"]
    declared = model["colonne"][name]
    step = version.lineage.of(f"marts.{mart}", name)
    with sandbox(version) as con:
        rows, others = _rows(con, mart, name, model, where, limit, build)
    return Trace(f"marts.{mart}.{name}", declared["descrizione"], declared.get("unita"), step, rows, others)


def _resolve(version: Version, column: str) -> tuple[str, str]:
    parts = column.strip().lower().split(".")
    if len(parts) == 3 and parts[0] == "marts":
        parts = parts[1:]
    marts = sorted(name.split(".")[1] for name in version.record["modelli"] if name.startswith("marts."))
    if len(parts) != 2 or parts[0] not in marts:
        raise TraceError(
            f"«{column}» non è una colonna di un mart. Si scrive marts.MART.COLONNA; i mart: {', '.join(marts)}."
        )
    columns = version.record["modelli"][f"marts.{parts[0]}"]["colonne"]
    if parts[1] not in columns:
        raise TraceError(f"marts.{parts[0]} non ha la colonna «{parts[1]}». Le sue colonne: {', '.join(columns)}.")
    return parts[0], parts[1]


def _rows(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    name: str,
    model: dict[str, Any],
    where: str | None,
    limit: int,
    build: Path | None,
) -> tuple[list[TracedRow], int]:
    query = f'select * from marts."{mart}"'
    if where:
        select_only(con, f"{query}\nwhere {where}")  # its parentheses close in it: it cannot leave ours
        query += f"\nwhere (\n{where}\n)"
    query = select_only(con, query)
    keys = model["grana"] or list(model["colonne"])[:1]
    order = ", ".join(f'"{key}"' for key in keys)
    try:
        total = con.execute(f"select count(*) from ({query})").fetchall()[0][0]
        result = con.execute(f"select * from ({query}) order by {order} limit {limit}")
        header = [column[0] for column in result.description or []]
        found = [dict(zip(header, row, strict=True)) for row in result.fetchall()]
    except duckdb.Error as error:
        raise TraceError(f"La condizione non va: {reason(error)}") from error
    declared = model["colonne"][name]
    with _opened(build) as built:
        rows = []
        for row in found:
            hidden = name in (row.get("misure_soppresse") or "").split()
            files = [] if hidden else _files(con, built, row, keys, model)
            key = {key: row[key] for key in keys}
            rows.append(TracedRow(key, row[name], _cells(con, row, declared, model["colonne"]), files, hidden))
    return rows, total - len(rows)


@contextmanager
def _opened(build: Path | None) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The database of the build, if it is there and nobody is writing it."""
    if build is None or not build.exists():
        yield None
        return
    try:
        con = duckdb.connect(str(build), read_only=True)
    except duckdb.Error:
        yield None
        return
    with con:
        yield con


def _files(
    con: duckdb.DuckDBPyConnection,
    built: duckdb.DuckDBPyConnection | None,
    row: dict[str, Any],
    keys: list[str],
    model: dict[str, Any],
) -> list[TracedFile]:
    """The files behind a row and, with the database of the build, which of their rows."""
    identities = (row.get("file") or row.get("file_id") or "").split()
    if not identities:
        return []
    found = con.execute(
        """
        select file_id, nome, tracciato, caricato_il from marts.qualita_file where list_contains(?, file_id)
        order by caricato_il, file_id
        """,
        [identities],
    ).fetchall()
    single = _single_rows(built, model.get("righe"), {key: row[key] for key in keys})
    return [
        TracedFile(
            identity,
            name,
            layout or "",
            f"{loaded:%d/%m/%Y %H:%M}",
            None if single is None else len(single.get(identity, [])),
            [] if single is None else single.get(identity, [])[:_MOST_FILE_ROWS],
        )
        for identity, name, layout, loaded in found
    ]


def _single_rows(
    built: duckdb.DuckDBPyConnection | None, view: str | None, key: dict[str, Any]
) -> dict[str, list[tuple[str, int]]] | None:
    """The rows of the files that make a row of a mart, by file."""
    if built is None or view is None:
        return None
    columns = {
        name
        for (name,) in built.execute(
            "select column_name from duckdb_columns() where schema_name = 'intermediate' and table_name = ?", [view]
        ).fetchall()
    }
    if not key or not columns.issuperset(key):  # with part of the key they would be the rows of other figures too
        return None
    same = " and ".join(f'"{name}" is not distinct from ?' for name in key)
    rows = built.execute(
        f"""
        select distinct file_id, coalesce(foglio, ''), riga from intermediate."{view}" where {same} order by all
        """,
        list(key.values()),
    ).fetchall()
    single: dict[str, list[tuple[str, int]]] = {}
    for identity, sheet, line in rows:
        single.setdefault(identity, []).append((sheet, line))
    return single


def _cells(
    con: duckdb.DuckDBPyConnection, row: dict[str, Any], declared: dict[str, Any], columns: dict[str, Any]
) -> list[TracedCell]:
    """The cells behind one value: those of the row, of the measures the column is declared to come from."""
    holders = declared.get("celle") or [name for name in ("celle", "cella_id") if name in columns][:1]
    identities = [identity for holder in holders for identity in (row[holder] or "").split()]
    found = con.execute(
        """
        select cella_id, documento, tabella, linea, voce, colonna_stampata, testo, valore, decimali, unita, misura
        from marts.celle where list_contains(?, cella_id)
        order by documento, linea, cella_id
        """,
        [identities],
    ).fetchall()
    measures = declared.get("misure")
    return [TracedCell(*cell) for cell in found if measures is None or cell[-1] in measures]


def as_json(found: Trace) -> str:
    """The trace as JSON; decimals as text, so that no digit is lost."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=str)


def show(found: Trace, console: Console) -> None:
    """Print a trace for a person."""
    console.print(found.colonna, style="bold", markup=False, highlight=False)
    unit = f" Unità: {found.unita}." if found.unita else ""
    console.print(found.descrizione + unit, markup=False, highlight=False)
    console.print()
    console.print("La via, dal mart alla tabella caricata", style="bold")
    console.print(_tree(found.via), highlight=False)
    console.print()
    console.print("Le celle stampate, o le righe dei file", style="bold")
    for row in found.righe:
        key = ", ".join(f"{name}={italian(value)}" for name, value in row.chiave.items())
        console.print(f"{key}: {italian(row.valore) or 'NULL'}", markup=False, highlight=False)
        if row.soppresso:
            console.print("    soppresso: dietro la cifra ci sono troppe poche persone", style="dim")
        elif row.file:
            print_rows(
                console,
                ("file", "tracciato", "caricato il (UTC)", "righe", "le prime"),
                [(f.nome, f.tracciato, f.caricato_il, f.quante, _places(f.righe)) for f in row.file],
            )
        elif row.celle:
            print_rows(
                console,
                ("documento", "linea", "tabella", "voce", "colonna", "testo stampato", "valore", "unità"),
                [
                    (c.documento, c.linea, c.tabella, c.voce, c.colonna, c.testo, c.shown_value, c.unita)
                    for c in row.celle
                ],
            )
        else:
            console.print("    nessuna cella stampata né file: il valore manca o viene da un seme", style="dim")
    if found.altre:
        console.print(f"... e altre {found.altre} righe (--limit)", style="dim")


def _places(rows: list[tuple[str, int]]) -> str:
    return ", ".join(f"{sheet} riga {line}" if sheet else str(line) for sheet, line in rows)


def _tree(step: Step, branch: Tree | None = None) -> Tree:
    label = f"{step.kind} {step.model}.{step.column}" + (f"  ({step.path})" if step.path else "")
    if step.expression and step.expression.split(".")[-1].strip('"') != step.column:
        label += f"\n    = {step.expression}"
    node = Tree(Text(label)) if branch is None else branch.add(Text(label))
    for source in step.sources:
        _tree(source, node)
    return node
