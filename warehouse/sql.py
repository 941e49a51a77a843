"""Run one query on the published marts, in a sandbox."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path

import duckdb
import polars
from rich.console import Console

from ingest.errors import AmbitoError
from warehouse.tables import print_rows
from warehouse.versions import Version

MEMORY = "512MB"
# A table is read by a person; more rows than these would cost more time and memory than the query itself.
MOST_ROWS = 10_000
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


class Format(StrEnum):
    """How a result is shown."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


class QueryError(AmbitoError):
    """The query is not one, or it is not allowed, or it took too much."""


def sandbox(version: Version, seconds: int = 30) -> duckdb.DuckDBPyConnection:
    """Open a published version where a query can do nothing but read it.

    No file, no network, no extension, no change of these settings; bounded time and memory; nothing spilled to disk.

    Args:
        version: The version.
        seconds: The longest a query may take; that of the first sandbox a process opens on this version.
    """
    con = duckdb.connect(str(version.database), read_only=True)
    # connections of one process to one file share its settings: a second sandbox finds them locked already
    if con.execute("select current_setting('lock_configuration')").fetchall() == [(True,)]:
        return con
    for setting in (
        f"memory_limit = '{MEMORY}'",
        "threads = 2",
        "temp_directory = ''",
        f"max_execution_time = {seconds * 1000}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        con.execute(f"set {setting}")
    return con


def select_only(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """The one reading statement of a text.

    Raises:
        QueryError: It does not parse, there is more than one statement, or it does something other than read.
    """
    try:
        statements = con.extract_statements(query)
    except duckdb.Error as error:
        raise QueryError(f"L'interrogazione non si legge: {_first_lines(error)}") from error
    if len(statements) != 1:
        raise QueryError("Si esegue una interrogazione sola alla volta: togliere le altre.")
    if statements[0].type not in _READING:
        raise QueryError("Si possono solo leggere i mart pubblicati: usare SELECT.")
    return str(statements[0].query).strip().rstrip(";")


def run(version: Version, query: str, format: Format, output: Path | None, *, seconds: int, console: Console) -> None:
    """Run a query and show or write its result.

    Args:
        version: The published version to read.
        query: One SELECT.
        format: How to show it; numbers are Italian in ``table``, plain in the others.
        output: File to write, or ``None`` for the screen.
        seconds: The longest it may take.
        console: Where tables are printed.

    Raises:
        QueryError: With what DuckDB says.
    """
    with sandbox(version, seconds) as con:
        statement = select_only(con, query)
        try:
            content = _result(con, statement, format, console if output is None else None, output)
        except duckdb.Error as error:
            raise QueryError(f"L'interrogazione non è riuscita: {reason(error, seconds)}") from error
        except polars.exceptions.PolarsError as error:
            raise QueryError(f"Il risultato non si scrive in {format}: usare --format json. ({error})") from error
    if output is not None:
        try:
            output.write_bytes(content)
        except OSError as error:
            raise QueryError(
                f"Non si può scrivere {output}: {error.strerror}. Che fare: scegliere un altro file."
            ) from error
    elif format is not Format.table:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _result(
    con: duckdb.DuckDBPyConnection, statement: str, format: Format, console: Console | None, output: Path | None
) -> bytes:
    if format is Format.table:
        result = con.execute(statement)
        header = [column[0] for column in result.description or []]
        text = io.StringIO()
        target = console or Console(file=text, width=250)
        rows = result.fetchmany(MOST_ROWS + 1)
        print_rows(target, header, rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            target.print(f"Ce ne sono altre: qui le prime {MOST_ROWS}. Che fare: restringere, o usare --format csv.")
        return text.getvalue().encode()
    if format is Format.json:
        # DuckDB writes decimals as exact numbers; Python's own JSON would make them floats. The name is one that no
        # column has: a column of that name would be taken instead of the whole row
        rows = con.execute(f"select to_json(_riga_intera)::varchar from (\n{statement}\n) as _riga_intera").fetchall()
        return ("[" + ",\n ".join(row[0] for row in rows) + "]\n").encode()
    frame = con.sql(statement).pl()
    buffer = io.BytesIO()
    if format is Format.csv:
        frame.write_csv(buffer)
    else:
        frame.write_parquet(buffer)
    return buffer.getvalue()


def reason(error: duckdb.Error, seconds: int = 30) -> str:
    """Why a query failed, in Italian where it is a limit of the sandbox; else what DuckDB says."""
    if isinstance(error, duckdb.InterruptException):
        return f"ha superato il tempo massimo ({seconds} s). Che fare: restringerla, o dare più tempo con --seconds."
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"ha superato {MEMORY} di memoria. Che fare: restringerla o aggregare prima di unire."
    if isinstance(error, duckdb.PermissionException):
        return f"non si leggono file né rete, solo i mart pubblicati. ({_first_lines(error)})"
    return _first_lines(error)


def _first_lines(error: duckdb.Error) -> str:
    return " ".join(str(error).split("\n\nLINE")[0].split())
