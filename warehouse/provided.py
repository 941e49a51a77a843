"""The flussi that Ambito makes itself: the demonstration ente, and the population of ISTAT."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.flussi import territorio
from ingest.flussi.load import flussi_in
from ingest.flussi.tables import FILES, LOTS
from ingest.flussi.tracciato import FOLDER as LAYOUTS
from ingest.generate import generate
from ingest.paths import ROOT, Paths
from ingest.reference import read_domains

DEMONSTRATION = "Ambito, dati dimostrativi generati"
# Small enough to load in seconds, large enough that most of its figures stand on enough persons to be shown.
_SCALE = 3.0
_MADE_FROM = "impronta"


def files(
    paths: Paths, *, demonstration: bool, say: Callable[[str], None] = lambda _: None
) -> list[tuple[list[Path], str]]:
    """The files to load, with their origin; made when they are not there or when what makes them changed."""
    population = paths.provided / "popolazione"
    codes = set(read_domains(paths.seeds)[0]["comuni"])
    installed = territorio.population_files()
    if not installed:
        say(territorio.NOT_INSTALLED)
    made_from = _fingerprint([Path(territorio.__file__), paths.seeds / "comuni.csv"], [str(f.year) for f in installed])
    _make(population, made_from, lambda folder: territorio.write_extracts(folder, codes))
    found = [(flussi_in(population), territorio.SENDER)]
    if demonstration:
        folder = paths.provided / "dimostrativo"
        code = sorted((ROOT / "ingest" / "generate").glob("*.py"))
        seeds = [paths.seeds / f"{name}.csv" for name in ("comuni", "comuni_sub_ambiti", "servizi", "fonti", "aree")]
        made_from = _fingerprint([*code, *seeds, *sorted(LAYOUTS.glob("*.yml"))], [])
        _make(
            folder, made_from, lambda target: generate(target, scala=_SCALE), lambda: say("genero l'ente dimostrativo")
        )
        found.append((flussi_in(folder), DEMONSTRATION))
    return found


def show_demonstration(con: duckdb.DuckDBPyConnection, shown: bool) -> None:
    """Take the demonstration ente out of what is current, or put it back. Its history stays.

    What is taken out is closed, and nothing replaces it: no other lotto is so.
    """
    synthetic = f"file_id in (select file_id from raw.{FILES} where sintetico)"
    if shown:
        # of each period the last one alone: others may have been generated while it was left out
        con.execute(
            f"""
            update raw.{LOTS} set noto_al = null
            where noto_al is not null and sostituito_da is null and {synthetic} and lotto in (
                select max(lotto) from raw.{LOTS} where sostituito_da is null
                group by tracciato, ente_id, periodo
            )
            """
        )
    else:
        con.execute(
            f"update raw.{LOTS} set noto_al = ? where noto_al is null and {synthetic}",
            [datetime.now(UTC).replace(tzinfo=None)],
        )


def _make(
    folder: Path,
    made_from: str,
    make: Callable[[Path], object],
    tell: Callable[[], None] = lambda: None,
) -> None:
    """Make the files of a folder whole or not at all, and only when they are not already those."""
    mark = folder / f".{_MADE_FROM}"
    if mark.exists() and mark.read_text(encoding="ascii") == made_from:
        return
    tell()
    partial = folder.with_name(f".{folder.name}.parziale")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    make(partial)
    (partial / mark.name).write_text(made_from, encoding="ascii")
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)


def _fingerprint(inputs: list[Path], words: list[str]) -> str:
    hasher = hashlib.sha256(repr(words).encode())
    for path in inputs:
        hasher.update(path.name.encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()
