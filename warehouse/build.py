"""From the extracts to a published version: load what is new, run and test the models, publish if all is green."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from ingest.errors import AmbitoError
from ingest.paths import Paths
from ingest.prospetti.load import LoadReport, load_prospetti
from warehouse import versions
from warehouse.dbt_run import run_dbt_build
from warehouse.lineage import describe_models
from warehouse.publish import publish

# What a build depends on beside the extracts. The versions of the engines are part of it.
_DBT_PROJECT = ("models", "macros", "tests/generic", "tests/reconciliation", "seeds")
_DBT_FILES = ("dbt_project.yml", "profiles.yml")
_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")
# Table of schema raw that says which project the database was last built with.
_MEMORY = "costruzione"
# Killed work on the same database is over in seconds; another build is not waited for any longer than this.
_WAIT_SECONDS = 5


class BusyError(AmbitoError):
    """Another process is loading or building the same warehouse."""


class LoadRefusedError(AmbitoError):
    """Some extract was refused: nothing was loaded, built or published."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        load: What was loaded.
        version: The version served at the end.
        published: Whether it is new; ``False`` when there was nothing to do.
        nodes: Models, seeds and tests that ran.
    """

    load: LoadReport
    version: versions.Version
    published: bool
    nodes: int


Say = Callable[[str], None]
Steps = Callable[[int, int, str], None]


@contextmanager
def exclusive(paths: Paths) -> Iterator[None]:
    """Be the only one to write this warehouse. The lock is the operating system's: a killed process leaves none.

    Raises:
        BusyError: Another process holds it.
    """
    paths.build.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(paths.build / "ambito.lock", timeout=_WAIT_SECONDS):
            yield
    except Timeout as error:
        raise BusyError(
            f"Un'altra elaborazione sta lavorando in {paths.data}. Che fare: aspettare che finisca e riprovare."
        ) from error


def load(paths: Paths, only: tuple[Path, ...] = (), say: Say = lambda _: None) -> LoadReport:
    """Load the extracts that are new or changed into the database being built.

    Raises:
        BusyError: Another process is at work.
        AmbitoError: The database cannot be opened, or the seeds are wrong.
    """
    with exclusive(paths):
        return _load(paths, only, say)


def build(
    paths: Paths,
    say: Say = lambda _: None,
    steps: Steps = lambda *_: None,
    loaded: Callable[[LoadReport], None] = lambda _: None,
) -> BuildReport:
    """Load, run and test the models, publish. Does nothing that is not needed.

    Args:
        paths: Where things are.
        say: Told, in Italian, each step.
        steps: Told how many models and tests are done, of how many, and the last one.
        loaded: Told what was loaded, before the models: a cell in quarantine may be why a test is red.

    Raises:
        LoadRefusedError: An extract was refused.
        BuildFailedError: A model did not build or a test is red.
        BusyError: Another process is at work.
    """
    with exclusive(paths):
        report = _load(paths, (), say)
        if report.problems:
            listed = "\n".join(str(problem) for problem in report.problems)
            raise LoadRefusedError(f"{listed}\nNiente è stato caricato né pubblicato.")
        loaded(report)
        project = _project_fingerprint(paths)
        fingerprint = _fingerprint(paths, project)
        served = _served(paths)
        if served is not None and served.fingerprint == fingerprint:
            say("niente di nuovo: la versione servita è già aggiornata")
            return BuildReport(report, served, published=False, nodes=0)
        for version in versions.published(paths):
            if version.fingerprint == fingerprint:
                say(f"niente da costruire: torno a servire la versione {version.name}, degli stessi dati e modelli")
                return BuildReport(report, versions.switch(paths, version.name), published=False, nodes=0)
        say("costruisco e verifico i modelli")
        needed = _needed(paths, project)
        if needed is None:
            _remember(paths, "")  # from here to green, the seeds and models in the database are of no known project
        result = run_dbt_build(paths, needed, steps)
        _remember(paths, project)
        version = publish(paths, fingerprint, describe_models(paths, result.manifest), progress=say)
        return BuildReport(report, version, published=True, nodes=result.nodes)


def _load(paths: Paths, only: tuple[Path, ...], say: Say) -> LoadReport:
    say("leggo gli estratti")
    try:
        with duckdb.connect(str(paths.database)) as con:
            return load_prospetti(paths, con, only=only, progress=say)
    except duckdb.IOException as error:
        raise BusyError(
            f"Il database in costruzione non si apre ({paths.database}): forse un altro programma lo tiene aperto, o "
            f"è rovinato. Che fare: chiudere il programma e riprovare; se è rovinato, cancellarlo: si rifà. ({error})"
        ) from error


def _served(paths: Paths) -> versions.Version | None:
    try:
        return versions.current(paths)
    except versions.NothingPublishedError:
        return None


def _fingerprint(paths: Paths, project: str) -> str:
    """What the marts are made from: the project and the documents as loaded."""
    hasher = hashlib.sha256(project.encode())
    with duckdb.connect(str(paths.database)) as con:
        rows = con.execute("select documento, impronta from raw.documenti order by documento").fetchall()
    for document, stamp in rows:
        hasher.update(f"{document}={stamp}\n".encode())
    return hasher.hexdigest()


def _needed(paths: Paths, project: str) -> str | None:
    """What dbt must build: with the models and seeds of the last time, only what stands on the loaded documents."""
    with duckdb.connect(str(paths.database)) as con:
        found = con.execute(
            "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = ?", [_MEMORY]
        ).fetchall()
        same = bool(found) and con.execute(f"select progetto from raw.{_MEMORY}").fetchall() == [(project,)]
    return "source:raw+" if same else None


def _remember(paths: Paths, project: str) -> None:
    """Note, in the database itself, the models and seeds it was last built with, all green."""
    with duckdb.connect(str(paths.database)) as con:
        con.execute(f"create or replace table raw.{_MEMORY} as select ?::varchar as progetto", [project])


def _project_fingerprint(paths: Paths) -> str:
    """What the marts are made from beside the documents: models, tests and seeds, this code, the engines."""
    hasher = hashlib.sha256()
    files = [path for folder in _DBT_PROJECT for path in (paths.root / folder).rglob("*") if path.is_file()]
    files += [paths.root / name for name in _DBT_FILES]
    # with its folder: a model moved from one layer to another is another model
    named = [(path.relative_to(paths.root).as_posix(), path) for path in files]
    named += [(path.name, path) for path in Path(__file__).parent.glob("*.py")]
    for name, path in sorted(named):
        hasher.update(name.encode() + b"\0" + path.read_bytes())
    for engine in _ENGINES:
        hasher.update(f"{engine}=={installed(engine)}\n".encode())
    return hasher.hexdigest()
