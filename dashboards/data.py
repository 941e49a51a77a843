"""What the pages show: one published version, its marts read once, and the cells and checks behind each figure.

Everything is keyed by the name of the version, whose file never changes: a run of a page reads one version from its
first line to its last, and the next run looks at the pointer again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import streamlit as st

from ingest.errors import AmbitoError
from warehouse import trace as tracing
from warehouse import versions
from warehouse.versions import Version

Row = Mapping[str, Any]
SYNTHETIC = "dimostrativo"
# Keys of a row: the columns hidden in it, and (in a row of totals) those that leave hidden values out.
HIDDEN = "misure_soppresse"
PARTIAL = "misure_parziali"
# The column that says to which year a row belongs, whatever its name.
_YEARS = ("anno", "esercizio", "anno_riferimento", "annualita", "mese", "data_riferimento")

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
    """A published mart, whole. Its rows are shared by all readers: never changed in place.

    Attributes:
        warning: What a reader must know before using it; empty where nothing is declared.
    """

    name: str
    description: str
    warning: str
    grain: tuple[str, ...]
    columns: dict[str, Column]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Holding:
    """What a mart holds of an ente: how many rows, and their first and last year where they have one."""

    rows: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Snapshot:
    """The version shown by one run of a page.

    Attributes:
        version: The published version.
        pages: The pages by address, to link one from another.
        ente: The ente whose rows are shown; empty where a page shows them all.
    """

    version: Version
    pages: dict[str, Any] = field(default_factory=dict)
    ente: str = ""

    def of(self, ente: str) -> Snapshot:
        """The same version, on one ente."""
        return replace(self, ente=ente)

    @property
    def synthetic(self) -> bool:
        """What is shown is invented."""
        return self.ente == SYNTHETIC

    @property
    def ente_name(self) -> str:
        """The name of the ente shown."""
        return self.entities().get(self.ente, self.ente)

    def mart(self, name: str) -> Mart:
        """A mart.

        Raises:
            MissingMartError: This version does not hold it.
        """
        return _mart(self.version.name, name, self.version)

    def rows(self, name: str, **chosen: Any) -> list[Row]:
        """The rows of a mart that are of the ente shown and have these values; none in a version without the mart."""
        if name not in self.holdings().get(self.ente, {}):
            return []
        return where(self.mart(name).rows, ente_id=self.ente, **chosen)

    def selected(self, name: str, condition: str | None) -> list[Row]:
        """The rows of a mart that meet a SQL condition of the published catalogue; all of them without one."""
        mart = self.mart(name)
        return list(mart.rows if not condition else _selected(self.version.name, name, condition, self.version))

    def holdings(self) -> dict[str, dict[str, Holding]]:
        """What the version holds of each ente: rows and years of each mart."""
        return _holdings(self.version.name, self.version)

    def files(self) -> dict[str, Row]:
        """The files of flussi, by identity."""
        return _index(self.version.name, "qualita_file", self)

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


def files_of(rows: Iterable[Row]) -> list[str]:
    """The identities of the files of flussi behind some rows, each once, in order."""
    return list(dict.fromkeys(file for row in rows for file in (row.get("file") or "").split()))


def is_hidden(row: Row, column: str) -> bool:
    """Whether a value is hidden because too few persons stand behind it (or one of its neighbours)."""
    return column in (row.get(HIDDEN) or "").split()


def is_partial(row: Row, column: str) -> bool:
    """Whether a total leaves out values that are hidden."""
    return column in (row.get(PARTIAL) or "").split()


def hidden_among(rows: Iterable[Row], column: str) -> int:
    """In how many rows a column is hidden."""
    return sum(is_hidden(row, column) for row in rows)


def total(rows: Iterable[Row], column: str) -> Any:
    """The sum of a column over the rows that have it; nothing where none has it. What is hidden is not in it."""
    values = [row[column] for row in rows if row[column] is not None]
    return sum(values[1:], values[0]) if values else None


def sums(rows: Sequence[Row], columns: Iterable[str]) -> dict[str, Any]:
    """The sums of some columns as a row of their own, which knows what it leaves out because it is hidden.

    A sum that leaves out more rows than it adds up would only mislead: it is hidden too.
    """
    found: dict[str, Any] = {}
    for column in columns:
        added = sum(bool(row[column]) for row in rows)
        found[column] = total(rows, column) if hidden_among(rows, column) <= added else None
    return with_hidden(found, [column for column in found if hidden_among(rows, column)])


def with_hidden(totals: dict[str, Any], touched: Sequence[str]) -> dict[str, Any]:
    """A row of totals in which these columns leave something out: hidden where nothing is left."""
    return {
        **totals,
        HIDDEN: " ".join(column for column in touched if totals[column] is None) or None,
        PARTIAL: " ".join(column for column in touched if totals[column] is not None) or None,
    }


def is_whole(row: Row, column: str) -> bool:
    """Whether nothing hidden is left out of a value, or of a sum."""
    return not is_partial(row, column) and not is_hidden(row, column)


def grouped(rows: Iterable[Row], *keys: str) -> dict[Any, list[Row]]:
    """The rows by the value of a column, or of several, in the order in which the values come."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys), []).append(row)
    return found


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


def _read(con: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], tuple[Row, ...]]:
    """The names of the columns of a query, and its rows."""
    result = con.execute(query)
    header = [column[0] for column in result.description or []]
    return header, tuple(dict(zip(header, row, strict=True)) for row in result.fetchall())


@st.cache_resource(max_entries=64, show_spinner="Leggo i dati…")
def _mart(version_name: str, name: str, _version: Version) -> Mart:
    model = _version.record["modelli"].get(f"marts.{name}")
    if model is None:
        raise MissingMartError(
            f"La versione pubblicata {version_name} non ha la tabella «{name}». Che fare: eseguire «ambito build»."
        )
    with _one_reader, versions.connect(_version) as con:
        about = con.execute("select comment from duckdb_tables() where table_name = ?", [name]).fetchall()
        header, rows = _read(con, f'select * from marts."{name}"')
    declared = model["colonne"]
    columns = {
        column: Column(column, declared.get(column, {}).get("descrizione", ""), declared.get(column, {}).get("unita"))
        for column in header
    }
    warning = model.get("avvertenza") or ""
    return Mart(name, about[0][0] or "", warning, tuple(model["grana"] or list(columns)[:1]), columns, rows)


@st.cache_resource(max_entries=32, show_spinner="Leggo i dati…")
def _selected(version_name: str, name: str, condition: str, _version: Version) -> tuple[Row, ...]:
    with _one_reader, versions.connect(_version) as con:
        return _read(con, f'select * from marts."{name}" where {condition} order by all')[1]


@st.cache_resource(max_entries=8, show_spinner=False)
def _index(version_name: str, name: str, _snapshot: Snapshot) -> dict[str, Row]:
    mart = _snapshot.mart(name)
    return {row[mart.grain[0]]: row for row in mart.rows}


@st.cache_resource(max_entries=8, show_spinner=False)
def _holdings(version_name: str, _version: Version) -> dict[str, dict[str, Holding]]:
    found: dict[str, dict[str, Holding]] = {}
    with _one_reader, versions.connect(_version) as con:
        columns: dict[str, list[str]] = {}
        for table, column in con.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by all"
        ).fetchall():
            columns.setdefault(table, []).append(column)
        for table, names in columns.items():
            if "ente_id" not in names or table.startswith("dim_"):
                continue
            of_year = next((name for name in _YEARS if name in names), None)
            year = f"year({of_year})" if of_year in ("mese", "data_riferimento") else of_year or "null::integer"
            query = f'select ente_id, count(*), min({year}), max({year}) from marts."{table}" group by ente_id'
            for ente, rows, first, last in con.execute(query).fetchall():
                if ente is not None:
                    found.setdefault(ente, {})[table] = Holding(rows, first, last)
    return found


@st.cache_data(max_entries=256, show_spinner="Cerco le celle stampate…")
def _trace(version_name: str, column: str, condition: str, _version: Version) -> tracing.Trace:
    with _one_reader:
        return tracing.trace(_version, column, condition, limit=1)


Page = Callable[[Snapshot], None]
