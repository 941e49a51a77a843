"""From the extracts to a published version: load what is new, run and test the models, publish if all is green."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version as installed
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from ingest.errors import AmbitoError, Problem
from ingest.flussi.history import Lot, history
from ingest.flussi.load import FlussoOutcome, flussi_in, load_flussi
from ingest.flussi.tables import create_tables as create_flussi_tables
from ingest.flussi.tracciato import tracciati
from ingest.paths import Paths
from ingest.prospetti.load import TABLES as PROSPETTI_TABLES
from ingest.prospetti.load import FileOutcome, LoadReport, load_prospetti
from ingest.prospetti.tables import Quarantined
from warehouse import provided, versions
from warehouse.dbt_run import ParsedAhead, run_dbt_build, was_built_whole
from warehouse.lineage import describe_models
from warehouse.publish import publish

# What a build depends on beside the extracts. The versions of the engines are part of it.
_DBT_PROJECT = ("models", "macros", "tests/generic", "tests/reconciliation", "seeds")
_DBT_FILES = ("dbt_project.yml", "profiles.yml")
_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")
# Table of schema raw that says which project the database was last built with.
_MEMORY = "costruzione"
_PROJECT = "progetto"
# What to build when a source changed, beside the tables of the rows of each layout.
_BUILT_ON = {
    "prospetti": [f"source:raw.{table}+" for table in PROSPETTI_TABLES],
    "file": ["source:raw.file_flussi+", "source:raw.quarantena+", "storia_lotti+"],
}
# The rest of the gigabyte a load may use is for the file being read and for Great Expectations.
_MEMORY_LIMIT = "900MB"
# Killed work on the same database is over in seconds; another build is not waited for any longer than this.
_WAIT_SECONDS = 5


class BusyError(AmbitoError):
    """Another process is loading or building the same warehouse."""


class LoadRefusedError(AmbitoError):
    """Some extract was refused: nothing was loaded, built or published."""


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Attributes:
        prospetti: The printed documents; ``None`` when only flussi were asked for.
        flussi: One outcome a file.
    """

    prospetti: LoadReport | None = None
    flussi: list[FlussoOutcome] = field(default_factory=list)

    @property
    def files(self) -> list[FileOutcome | FlussoOutcome]:
        """Every file, printed tables first."""
        return [*(self.prospetti.files if self.prospetti else []), *self.flussi]

    @property
    def problems(self) -> list[Problem]:
        """What made a printed document be refused; empty when all were accepted."""
        return self.prospetti.problems if self.prospetti else []

    @property
    def quarantined(self) -> list[Quarantined]:
        """The printed cells in quarantine."""
        return self.prospetti.quarantined if self.prospetti else []

    @property
    def ok(self) -> bool:
        """Every document and every file accepted, whole. What is invented on purpose to be wrong does not count."""
        return (self.prospetti is None or self.prospetti.ok) and all(f.ok or f.fornito for f in self.flussi)


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        load: What was loaded.
        version: The version served at the end.
        published: Whether it is new; ``False`` when there was nothing to do.
        nodes: Models, seeds and tests that ran.
    """

    load: Loaded
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


def load(paths: Paths, only: tuple[Path, ...] = (), say: Say = lambda _: None, sender: str | None = None) -> Loaded:
    """Load the extracts that are new or changed into the database being built.

    Args:
        paths: Where things are.
        only: Folders of documents, files or folders of flussi; empty means the documents and the drop folder.
        say: Told, in Italian, each step.
        sender: Who sent the flussi.

    Raises:
        BusyError: Another process is at work.
        AmbitoError: The database cannot be opened, or the seeds are wrong.
    """
    with exclusive(paths):
        return _load(paths, only, say, sender)


def load_history(paths: Paths) -> list[Lot]:
    """Every load of a flusso, in the order in which it became known.

    Raises:
        BusyError: Another process is at work.
    """
    with exclusive(paths), _database(paths) as con:
        create_flussi_tables(con)
        return history(con)


def build(
    paths: Paths,
    say: Say = lambda _: None,
    steps: Steps = lambda *_: None,
    loaded: Callable[[Loaded], None] = lambda _: None,
    *,
    demonstration: bool = True,
    as_of: datetime | None = None,
) -> BuildReport:
    """Load, run and test the models, publish. Does nothing that is not needed.

    Args:
        paths: Where things are.
        say: Told, in Italian, each step.
        steps: Told how many models and tests are done, of how many, and the last one.
        loaded: Told what was loaded, before the models: a cell in quarantine may be why a test is red.
        demonstration: Whether the demonstration ente is in the warehouse.
        as_of: Build the marts as they were known at this instant (UTC): published, and not served.

    Raises:
        LoadRefusedError: An extract was refused.
        BuildFailedError: A model did not build or a test is red.
        BusyError: Another process is at work.
    """
    with exclusive(paths):
        project = _project_fingerprint(paths)
        ahead = ParsedAhead(paths)
        before = _remembered(paths)
        if as_of is None and before.get(_PROJECT) != project:
            ahead.start()
        something_new = ahead.start if as_of is None else lambda: None  # a past state is read as a project of its own
        report = _load(paths, (), say, None, demonstration=demonstration, something_new=something_new)
        if report.problems:
            listed = "\n".join(str(problem) for problem in report.problems)
            raise LoadRefusedError(f"{listed}\nNiente è stato caricato né pubblicato.")
        loaded(report)
        stamps = _stamps(paths)
        fingerprint = _fingerprint(project, stamps, as_of)
        served = _served(paths)
        if served is not None and served.fingerprint == fingerprint:
            say("niente di nuovo: la versione servita è già aggiornata")
            return BuildReport(report, served, published=False, nodes=0)
        same = next((version for version in versions.published(paths) if version.fingerprint == fingerprint), None)
        if same is not None:
            say(f"niente da costruire: la versione {same.name} è degli stessi dati e modelli")
            version = same if as_of else versions.switch(paths, same.name)
            return BuildReport(report, version, published=False, nodes=0)
        say("costruisco e verifico i modelli")
        if as_of is not None:
            with _aside(paths) as copy:
                result = run_dbt_build(copy, None, steps, full_refresh=True, as_of=as_of)
                models = describe_models(copy, result.manifest)
                version = publish(paths, fingerprint, models, progress=say, serve=False, source=copy.database)
            return BuildReport(report, version, published=True, nodes=result.nodes)
        needed = _needed(before, project, stamps) if was_built_whole(paths) else None
        if needed is None:
            _remember(paths, "", {})  # from here to green, the seeds and models in the database are of no known project
        result = run_dbt_build(paths, needed, steps, full_refresh=needed is None, manifest=ahead.manifest())
        _remember(paths, project, stamps)
        models = describe_models(paths, result.manifest)
        version = publish(paths, fingerprint, models, progress=say)
        return BuildReport(report, version, published=True, nodes=result.nodes)


def _load(
    paths: Paths,
    only: tuple[Path, ...],
    say: Say,
    sender: str | None,
    *,
    demonstration: bool | None = None,
    something_new: Callable[[], None] = lambda: None,
) -> Loaded:
    say("leggo gli estratti")
    folders = tuple(path for path in only if path.resolve().parent == paths.prospetti.resolve())
    files = [file for path in only if path not in folders for file in (flussi_in(path) if path.is_dir() else [path])]
    with _database(paths) as con:
        create_flussi_tables(con)
        con.execute(f"set temp_directory = '{str(paths.build / 'scambio').replace(chr(39), chr(39) * 2)}'")
        con.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        con.execute("set preserve_insertion_order = false")
        printed = load_prospetti(paths, con, only=folders, progress=say) if folders or not only else None
        if printed is not None and printed.problems:
            return Loaded(printed)
        outcomes: list[FlussoOutcome] = []
        if demonstration is not None:  # the whole warehouse: also what Ambito provides itself
            for given, origin in provided.files(paths, demonstration=demonstration, say=say):
                say(f"leggo i dati che Ambito fornisce ({origin}, {len(given)} file)")
                found = load_flussi(paths, con, given, sender=origin)
                outcomes += [replace(outcome, fornito=True) for outcome in found]
            provided.show_demonstration(con, demonstration)
        if not only:
            files = flussi_in(paths.flussi)

        def told(words: str) -> None:
            something_new()
            say(words)

        outcomes += load_flussi(paths, con, files, sender=sender, progress=told)
        return Loaded(printed, outcomes)


@contextmanager
def _database(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        con = duckdb.connect(str(paths.database))
    except duckdb.IOException as error:
        raise BusyError(
            f"Il database in costruzione non si apre ({paths.database}): forse un altro programma lo tiene aperto, o "
            f"è rovinato. Che fare: chiudere il programma e riprovare; se è rovinato, cancellarlo: si rifà. ({error})"
        ) from error
    with con:
        yield con


@contextmanager
def _aside(paths: Paths) -> Iterator[Paths]:
    """A copy of the database to build a past state in: the one of the version served keeps its models and its rows."""
    copy = Paths(root=paths.root, data=paths.build / "passato")
    shutil.rmtree(copy.data, ignore_errors=True)  # of a build that was killed
    copy.build.mkdir(parents=True)
    try:
        shutil.copy2(paths.database, copy.database)
        yield copy
    finally:
        shutil.rmtree(copy.data, ignore_errors=True)


def _served(paths: Paths) -> versions.Version | None:
    try:
        return versions.current(paths)
    except versions.NothingPublishedError:
        return None


def _stamps(paths: Paths) -> dict[str, str]:
    """For each source of the marts, a digest of what is loaded of it."""
    queries = {
        "prospetti": "select documento, impronta from raw.documenti order by documento",
        "file": "select file_id, stato from raw.file_flussi order by file_id",
    }
    for layout in tracciati().values():
        queries[layout.tracciato] = (
            "select lotto, file_id, noto_al, sostituito_da from raw.lotti "
            f"where tracciato = '{layout.tracciato}' order by lotto"
        )
    with _database(paths) as con:
        create_flussi_tables(con)
        return {
            name: hashlib.sha256(repr(con.execute(query).fetchall()).encode()).hexdigest()
            for name, query in queries.items()
        }


def _fingerprint(project: str, stamps: dict[str, str], as_of: datetime | None) -> str:
    """What the marts are made from: the project, the documents and the flussi as loaded, the instant they show."""
    hasher = hashlib.sha256(project.encode())
    for name, stamp in sorted(stamps.items()):
        hasher.update(f"{name}={stamp}\n".encode())
    if as_of is not None:
        hasher.update(f"al={as_of.isoformat()}\n".encode())
    return hasher.hexdigest()


def _needed(before: dict[str, str], project: str, stamps: dict[str, str]) -> list[str] | None:
    """What dbt must build: with the models and seeds of the last time, only what stands on what was loaded since."""
    if before.get(_PROJECT) != project:
        return None
    selected: list[str] = []
    for name, stamp in stamps.items():
        if before.get(name) == stamp:
            continue
        if name in _BUILT_ON:
            selected += _BUILT_ON[name]
        else:
            selected += [f"source:raw.flusso_{name}+", *_BUILT_ON["file"]]
    return list(dict.fromkeys(selected)) or ["source:raw+"]


def _remembered(paths: Paths) -> dict[str, str]:
    """The project and the sources the database was last built with, all green; empty when it never was."""
    with _database(paths) as con:
        columns = con.execute(
            "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?", [_MEMORY]
        ).fetchall()
        if columns != [("nome",), ("impronta",)]:
            return {}
        return dict(con.execute(f"select nome, impronta from raw.{_MEMORY}").fetchall())


def _remember(paths: Paths, project: str, stamps: dict[str, str]) -> None:
    """Note, in the database itself, the models, the seeds and the sources it was last built with, all green."""
    with _database(paths) as con:
        con.execute(f"create or replace table raw.{_MEMORY} (nome varchar, impronta varchar)")
        con.executemany(f"insert into raw.{_MEMORY} values (?, ?)", [(_PROJECT, project), *stamps.items()])


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
