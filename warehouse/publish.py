"""Publish the marts as a new immutable version: copied aside, checked, moved into place, then served."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import AmbitoError
from ingest.paths import Paths
from warehouse import versions
from warehouse.suppression import suppress, verify

MARTS = "marts"


class PublishError(AmbitoError):
    """The copy of the marts is not what was built; nothing was published."""


def publish(
    paths: Paths,
    fingerprint: str,
    models: dict[str, Any],
    *,
    progress: Callable[[str], None] = lambda _: None,
    serve: bool = True,
    source: Path | None = None,
) -> versions.Version:
    """Copy schema ``marts`` of the database being built into a new version and serve it.

    Only marts are copied: no raw, no staging, no seed; and of the marts not the figures that stand on too few persons
    (``warehouse.suppression``). The pointer moves last, so that a crash at any instant leaves the version served
    before.

    Args:
        paths: Where things are.
        fingerprint: What the build was made from.
        models: The models on the way to the marts, as ``lineage.describe_models`` gives them.
        progress: Told, in Italian, what is being done.
        serve: Whether the new version becomes the one served.
        source: The database with the marts, when it is not the one being built.

    Raises:
        PublishError: A mart is empty of columns, or a copied table has other rows than the built one.
        SuppressionError: It cannot be told what must be hidden, or it is not hidden.
    """
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"
    paths.published.mkdir(parents=True, exist_ok=True)
    _clean(paths)
    partial = paths.published / f".ambito-{name}.{os.getpid()}.partial"
    progress(f"pubblico la versione {name}")
    try:
        summary = _copy_marts(source or paths.database, partial, models)
        record = {
            "versione": name,
            "pubblicata_il": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "impronta": fingerprint,
            "servita": serve,
            **summary,
            "modelli": models,
        }
        _write(versions.record_path(paths, name), json.dumps(record, ensure_ascii=False, indent=1))
        partial.chmod(0o444)
        partial.replace(versions.database_path(paths, name))
    finally:
        _remove(partial)
    return versions.switch(paths, name) if serve else versions.read(paths, name)


def _clean(paths: Paths) -> None:
    """Remove what a killed publication left: a half copy and its log, a pointer, a record with no database."""
    for pattern in (".ambito-*.partial*", f".{versions.POINTER}.*"):
        for path in paths.published.glob(pattern):
            _remove(path)
    for path in paths.published.glob("ambito-*.json"):
        if not path.with_suffix(".duckdb").exists():
            _remove(path)


def _remove(path: Path) -> None:
    if path.exists():
        path.chmod(0o644)  # Windows does not remove what is read-only
        path.unlink()


def _copy_marts(source: Path, target: Path, models: dict[str, Any]) -> dict[str, Any]:
    with duckdb.connect(str(source)) as con:
        con.execute(f"attach '{_quoted(target)}' as pubblicazione")
        tables = con.execute(
            """
            select table_name, comment from duckdb_tables()
            where database_name = current_database() and schema_name = ? order by table_name
            """,
            [MARTS],
        ).fetchall()
        if not tables:
            raise PublishError("Nessun mart da pubblicare. Che fare: eseguire «ambito build».")
        suppression = suppress(con, models)
        # one write to the disk for the whole version, not one for each of a thousand descriptions
        con.execute("begin transaction")
        con.execute(f"create schema pubblicazione.{MARTS}")
        rows = {}
        for table, comment in tables:
            # ordered after hiding: the order of the rows must not tell what was hidden
            visible = suppression.copy_query(con, table)
            con.execute(f"create table pubblicazione.{MARTS}.{table} as from ({visible}) order by all")
            built, copied = (
                con.execute(f"select count(*) from {where}{MARTS}.{table}").fetchall()[0][0]
                for where in ("", "pubblicazione.")
            )
            if built != copied:
                raise PublishError(
                    f"La copia di {MARTS}.{table} ha {copied} righe invece di {built}. Niente è cambiato."
                )
            rows[table] = built
            _comment(con, "table", f"pubblicazione.{MARTS}.{table}", comment)
            for column, declared in models.get(f"{MARTS}.{table}", {}).get("colonne", {}).items():
                _comment(con, "column", f'pubblicazione.{MARTS}.{table}."{column}"', described(declared))
        con.execute("commit")
        verify(con, "pubblicazione", suppression.declarations)
        outcomes = dict(
            con.execute(f"select esito, count(*) from {MARTS}.quadrature group by esito order by esito").fetchall()
        )
        documents = con.execute(
            "select documento, titolo, file_fonte, sha256_fonte from raw.documenti order by documento"
        ).fetchall()
        con.execute("detach pubblicazione")
    keys = ("documento", "titolo", "file", "sha256")
    return {
        "righe": rows,
        "quadrature": outcomes,
        "soppressione": suppression.counts,
        "documenti": [dict(zip(keys, row, strict=True)) for row in documents],
    }


def described(column: dict[str, Any]) -> str:
    """What the database says of a column: its meaning, its unit where it has one, its source."""
    words = [str(column["descrizione"])]
    unit = column.get("unita")
    if unit:
        words.append(f"Unità: {unit}." if " " not in unit else f"Unità: {unit.replace('vedi', 'nella colonna')}.")
    if column.get("fonte"):
        words.append(f"Fonte: {column['fonte']}.")
    return " ".join(words)


def _comment(con: duckdb.DuckDBPyConnection, kind: str, name: str, words: str | None) -> None:
    if words:
        con.execute(f"comment on {kind} {name} is '{_quoted(words)}'")


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)
