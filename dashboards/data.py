"""What the pages show: one published version, its marts read once, and the cells and checks behind each figure.

Everything is keyed by the name of the version, whose file never changes: a run of a page reads one version from its
first line to its last, and the next run looks at the pointer again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from ingest.errors import AmbitoError
from warehouse import trace as tracing
from warehouse import versions
from warehouse.versions import Version

Row = Mapping[str, Any]

# The trace locks the settings of the database instance, which all connections of the process share: one at a time.
_one_reader = threading.Lock()


class MissingMartError(AmbitoError):
    """The published version was built before this mart existed."""


@dataclass(frozen=True)
class Column:
    """A column of a mart: what the database and the record say of it."""

    name: str
    description: str
    unit: str | None


@dataclass(frozen=True)
class Mart:
    """A published mart, whole. Its rows are shared by all readers: never changed in place."""

    name: str
    description: str
    grain: tuple[str, ...]
    columns: dict[str, Column]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Snapshot:
    """The version shown by one run of a page.

    Attributes:
        version: The published version.
        pages: The pages by address, to link one from another.
    """

    version: Version
    pages: dict[str, Any] = field(default_factory=dict)

    def mart(self, name: str) -> Mart:
        """A mart.

        Raises:
            MissingMartError: This version does not hold it.
        """
        return _mart(self.version.name, name, self.version)

    def cells(self) -> dict[str, Row]:
        """The printed cells, by identity."""
        return _index(self.version.name, "celle", self)

    def checks_on(self, cells: Iterable[str]) -> list[Row]:
        """The quadrature in which these cells take part, and those on the totals that the first ones check."""
        return _checks_on(self.mart("quadrature").rows, set(cells))

    def tables(self) -> dict[tuple[str, str], Row]:
        """The transcribed tables, by document and table, with their titles."""
        return {(row["documento"], row["tabella"]): row for row in self.mart("dim_prospetti").rows}

    def entities(self) -> dict[str, str]:
        """The names of the enti."""
        return {row["ente_id"]: row["nome"] for row in self.mart("dim_enti").rows}

    def trace(self, mart: Mart, column: str, row: Row) -> tracing.Trace:
        """The way back of one figure."""
        return _trace(self.version.name, f"marts.{mart.name}.{column}", condition(mart, row), self.version)


def condition(mart: Mart, row: Row) -> str:
    """The SQL condition that picks this row of the mart, by its grain."""
    return " and ".join(f'"{key}" is not distinct from {_literal(row[key])}' for key in mart.grain)


def cells_of(rows: Iterable[Row]) -> list[str]:
    """The identities of the printed cells behind some rows, each once, in order."""
    return list(dict.fromkeys(cell for row in rows for cell in (row.get("celle") or "").split()))


def total(rows: Iterable[Row], column: str) -> Any:
    """The sum of a column over the rows that have it; nothing where none has it."""
    values = [row[column] for row in rows if row[column] is not None]
    return sum(values[1:], values[0]) if values else None


def years(rows: Iterable[Row], column: str) -> list[int]:
    """The years of some rows, the latest first."""
    return sorted({int(row[column]) for row in rows}, reverse=True)


def where(rows: Iterable[Row], **chosen: Any) -> list[Row]:
    """The rows with these values."""
    return [row for row in rows if all(row[column] == value for column, value in chosen.items())]


def _checks_on(checks: Sequence[Row], cells: set[str]) -> list[Row]:
    def involved(check: Row) -> set[str]:
        return {check["cella_id"], *(check["celle"] or "").split()}

    near = [check for check in checks if involved(check) & cells]
    # the total of a table is checked against other tables: what fails there matters to whoever reads the table
    totals = {check["cella_id"] for check in near if check["tipo"] == "somma"}
    return [check for check in checks if involved(check) & (cells | totals)]


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


@st.cache_resource(max_entries=64, show_spinner="Leggo i dati…")
def _mart(version_name: str, name: str, _version: Version) -> Mart:
    model = _version.record["modelli"].get(f"marts.{name}")
    if model is None:
        raise MissingMartError(
            f"La versione pubblicata {version_name} non ha la tabella «{name}». Che fare: eseguire «ambito build»."
        )
    with _one_reader, versions.connect(_version) as con:
        about = con.execute("select comment from duckdb_tables() where table_name = ?", [name]).fetchall()
        result = con.execute(f'select * from marts."{name}"')
        header = [column[0] for column in result.description or []]
        rows = tuple(dict(zip(header, row, strict=True)) for row in result.fetchall())
    declared = model["colonne"]
    columns = {
        column: Column(column, declared.get(column, {}).get("descrizione", ""), declared.get(column, {}).get("unita"))
        for column in header
    }
    return Mart(name, about[0][0] or "", tuple(model["grana"] or list(columns)[:1]), columns, rows)


@st.cache_resource(max_entries=8, show_spinner=False)
def _index(version_name: str, name: str, _snapshot: Snapshot) -> dict[str, Row]:
    mart = _snapshot.mart(name)
    return {row[mart.grain[0]]: row for row in mart.rows}


@st.cache_data(max_entries=256, show_spinner="Cerco le celle stampate…")
def _trace(version_name: str, column: str, condition: str, _version: Version) -> tracing.Trace:
    with _one_reader:
        return tracing.trace(_version, column, condition, limit=1)


Page = Callable[[Snapshot], None]
