"""The way back of a figure: from a column of a mart, through the models, to the printed cells behind each row."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import duckdb
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from ingest.errors import AmbitoError
from warehouse.lineage import Lineage, Step
from warehouse.sql import reason, sandbox, select_only
from warehouse.tables import italian, print_rows
from warehouse.versions import Version


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
class TracedRow:
    """A row of the mart: its key, the value of the column, and the cells it comes from."""

    chiave: dict[str, Any]
    valore: Any
    celle: list[TracedCell]


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


def trace(version: Version, column: str, where: str | None = None, *, limit: int = 20) -> Trace:
    """Follow a column of a published mart.

    Args:
        version: The published version.
        column: ``marts.MART.COLONNA`` (the schema may be left out).
        where: A condition on the rows of the mart, in SQL; none means all rows.
        limit: How many rows to follow.

    Raises:
        TraceError: No such mart or column (the near ones are named), or a condition DuckDB refuses.
    """
    mart, name = _resolve(version, column)
    model = version.record["modelli"][f"marts.{mart}"]
    declared = model["colonne"][name]
    step = Lineage(version.record["modelli"]).of(f"marts.{mart}", name)
    with sandbox(version) as con:
        rows, others = _rows(con, mart, name, model, where, limit)
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
    con: duckdb.DuckDBPyConnection, mart: str, name: str, model: dict[str, Any], where: str | None, limit: int
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
    rows = [
        TracedRow({key: row[key] for key in keys}, row[name], _cells(con, row, declared, model["colonne"]))
        for row in found
    ]
    return rows, total - len(rows)


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
    console.print("Le celle stampate", style="bold")
    for row in found.righe:
        key = ", ".join(f"{name}={italian(value)}" for name, value in row.chiave.items())
        console.print(f"{key}: {italian(row.valore) or 'NULL'}", markup=False, highlight=False)
        if row.celle:
            print_rows(
                console,
                ("documento", "linea", "tabella", "voce", "colonna", "testo stampato", "valore", "unità"),
                [
                    (c.documento, c.linea, c.tabella, c.voce, c.colonna, c.testo, c.shown_value, c.unita)
                    for c in row.celle
                ],
            )
        else:
            console.print("    nessuna cella stampata: il valore manca o viene da un seme", style="dim")
    if found.altre:
        console.print(f"... e altre {found.altre} righe (--limit)", style="dim")


def _tree(step: Step, branch: Tree | None = None) -> Tree:
    label = f"{step.kind} {step.model}.{step.column}" + (f"  ({step.path})" if step.path else "")
    if step.expression and step.expression.split(".")[-1].strip('"') != step.column:
        label += f"\n    = {step.expression}"
    node = Tree(Text(label)) if branch is None else branch.add(Text(label))
    for source in step.sources:
        _tree(source, node)
    return node
