"""Published versions: immutable files, a pointer to the one served, and the record of each.

A reader asks for the current version, opens that file and keeps it while it reads: the file never changes, a later
publication only moves the pointer. The pointer is a small text file replaced in one step (a link would not do on
Windows), and a record beside each version says what it holds.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import AmbitoError
from ingest.paths import Paths
from warehouse.lineage import Lineage

POINTER = "corrente.json"


class NothingPublishedError(AmbitoError):
    """No version has been published yet."""


class UnknownVersionError(AmbitoError):
    """The version asked for is not among those published."""


@dataclass(frozen=True)
class Version:
    """One published version.

    Attributes:
        name: Time of publication and first digits of what it was built from: ``20241231T101500Z-1a2b3c4d``.
        database: The DuckDB file with schema ``marts``; never changed once published.
        record: What the version holds: documents, models with their compiled SQL, columns, counts.
    """

    name: str
    database: Path
    record: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """What it was built from: the same extracts, code and seeds give the same fingerprint."""
        return str(self.record["impronta"])

    @cached_property
    def lineage(self) -> Lineage:
        """The way of each column back to the loaded tables; what was found of it is kept."""
        return Lineage(self.record["modelli"])

    @property
    def served(self) -> bool:
        """Whether it was published to be served, and not to show the marts as they were."""
        return bool(self.record.get("servita", True))


def database_path(paths: Paths, name: str) -> Path:
    """Where the database of a version stands."""
    return paths.published / f"ambito-{name}.duckdb"


def record_path(paths: Paths, name: str) -> Path:
    """Where the record of a version stands."""
    return paths.published / f"ambito-{name}.json"


def current(paths: Paths) -> Version:
    """The version served now.

    Raises:
        NothingPublishedError: Nothing has been published under this data folder.
    """
    try:
        name = json.loads((paths.published / POINTER).read_text(encoding="utf-8"))["versione"]
        return read(paths, name)
    except (FileNotFoundError, UnknownVersionError, ValueError, KeyError, TypeError) as error:  # or not readable
        raise NothingPublishedError(
            f"Nessuna versione pubblicata in {paths.published}. Che fare: eseguire «ambito build»."
        ) from error


def read(paths: Paths, name: str) -> Version:
    """One version, by name.

    Raises:
        UnknownVersionError: It was never published, or its files were removed.
    """
    database, record = database_path(paths, name), record_path(paths, name)
    if not database.exists() or not record.exists():
        raise UnknownVersionError(f"La versione «{name}» non c'è. Che fare: vedere l'elenco con «ambito versions».")
    return Version(name, database, json.loads(record.read_text(encoding="utf-8")))


def published(paths: Paths) -> list[Version]:
    """Every version still there, oldest first."""
    names = sorted(path.stem.removeprefix("ambito-") for path in paths.published.glob("ambito-*.duckdb"))
    return [read(paths, name) for name in names if record_path(paths, name).exists()]


def at(paths: Paths, instant: datetime) -> Version:
    """The version that was known at an instant: the last one published by then, rollbacks apart.

    Raises:
        UnknownVersionError: Nothing was published by then.
    """
    by_then = f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    earlier = [version for version in published(paths) if version.name.split("-")[0] <= by_then and version.served]
    if not earlier:
        raise UnknownVersionError(
            f"Nessuna versione era pubblicata il {instant:%d/%m/%Y alle %H:%M:%S} UTC. Che fare: vedere l'elenco con "
            "«ambito versions»."
        )
    return earlier[-1]


def switch(paths: Paths, name: str) -> Version:
    """Make a version the one served. Readers of another keep it until they look again.

    Raises:
        UnknownVersionError: There is no such version.
    """
    version = read(paths, name)
    partial = paths.published / f".{POINTER}.{os.getpid()}"
    with partial.open("w", encoding="utf-8") as file:
        json.dump({"versione": name}, file)
        file.flush()
        os.fsync(file.fileno())
    _move(partial, paths.published / POINTER)
    return version


def _move(source: Path, target: Path) -> None:
    """Replace a file; Windows refuses for the instant in which a reader has it open, so once more, and again."""
    for _ in range(50):
        try:
            source.replace(target)
            return
        except PermissionError:
            time.sleep(0.02)
    source.replace(target)


def connect(version: Version) -> duckdb.DuckDBPyConnection:
    """Open a published version to read. Every reader of a process must open it the same way, so there is one way."""
    return duckdb.connect(str(version.database), read_only=True)
