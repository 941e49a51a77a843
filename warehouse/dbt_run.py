"""Run dbt in this process, with progress and messages a person can act on."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import AmbitoError
from ingest.imports import imported, in_turn
from ingest.paths import Paths
from warehouse import data_tests

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Of a project that was built whole, and did not change since, they are there already.
_VIEWS = "config.materialized:view"

Progress = Callable[[int, int, str], None]
_DBT = "dbt.cli.main"  # most commands do not need it
_QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "info")


class BuildFailedError(AmbitoError):
    """A model did not build or a test is red: nothing is published."""


@dataclass(frozen=True)
class DbtResult:
    """What dbt did: how many nodes ran, and the manifest with the compiled SQL of each."""

    nodes: int
    manifest: dict[str, Any]


class ParsedAhead:
    """The project read by dbt in the background, while the extracts are being loaded: some three seconds."""

    def __init__(self, paths: Paths) -> None:
        """Nothing is done yet."""
        self._paths = paths
        self._found: Future[Manifest | None] | None = None

    def start(self) -> None:
        """Start reading, after the libraries that are being imported; asked twice, it is the same reading."""
        if self._found is None:
            self._found = in_turn(self._parse)

    def manifest(self) -> Manifest | None:
        """What was read; ``None`` when nobody started, or when the project is wrong: the build will say how."""
        return self._found.result() if self._found is not None else None

    def _parse(self) -> Manifest | None:
        arguments = ["parse", *_QUIET, "--no-write-json", *_places(self._paths)]
        # not ``imported``: in its turn it would wait for its own turn to end
        parsed = importlib.import_module(_DBT).dbtRunner().invoke(arguments)
        return parsed.result if parsed.success else None


def run_dbt_build(
    paths: Paths,
    select: list[str] | None = None,
    progress: Progress = lambda *_: None,
    *,
    full_refresh: bool = False,
    as_of: datetime | None = None,
    manifest: Manifest | None = None,
) -> DbtResult:
    """Build the models and test what is in them.

    The unit tests are of the code and not of the data: ``make test`` runs them, an office's build does not.

    Args:
        paths: Where things are.
        select: What to build, in dbt's words, of the project that was last built whole: the manifest stays that one,
            and its tests are asked as they were compiled then (``warehouse.data_tests``). ``None`` means everything.
        progress: Told how many nodes are done, of how many, and the last one.
        full_refresh: Make the incremental models anew.
        as_of: The instant (UTC) to show, not the present.
        manifest: The project as it was read ahead, with no instant; without it, it is read now.

    Raises:
        BuildFailedError: With each model that failed and each red test: its name, what it guards, the first rows.
    """
    if select is None:
        words = ["build", "--exclude", data_tests.HELD_BY_CONTRACTS, "--exclude-resource-type", "unit_test"]
        words += ["--full-refresh"] if full_refresh else []
        words += ["--vars", json.dumps({"al": f"{as_of:%Y-%m-%d %H:%M:%S.%f}"})] if as_of is not None else []
        ran = _run_dbt(paths, words, manifest, progress, 0)
        if ran.failed:
            raise BuildFailedError("\n".join(ran.failed))
        return DbtResult(ran.done, whole_manifest(paths))
    known = whole_manifest(paths)
    tests = data_tests.below(known, select)
    words = ["run", "--select", *select, "--exclude", _VIEWS, "--no-write-json"]
    ran = _run_dbt(paths, words, manifest, progress, len(tests))
    if not ran.done:
        raise BuildFailedError(
            f"dbt non ha trovato niente da costruire tra: {' '.join(select)}. Che fare: cancellare {_target(paths)}."
        )
    # a model may fail for what a test of a model before it says better; what it left as it was is not asked of
    tests = [test for test in tests if not ran.missing.intersection(test["depends_on"]["nodes"])]
    nodes = ran.done + len(tests)
    red = data_tests.ask(paths, tests, lambda name, asked: progress(ran.done + asked, nodes, name))
    if ran.failed or red:
        raise BuildFailedError("\n".join([*red, *ran.failed]))
    return DbtResult(nodes, known)


def whole_manifest(paths: Paths) -> dict[str, Any]:
    """The manifest of the last whole build, with the compiled SQL of models and tests.

    Raises:
        OSError: There was none.
    """
    found: dict[str, Any] = json.loads((_target(paths) / "manifest.json").read_text(encoding="utf-8"))
    return found


def was_built_whole(paths: Paths) -> bool:
    """Whether what dbt wrote at the last whole build is there: it can be removed by hand."""
    return (_target(paths) / "manifest.json").exists()


@dataclass(frozen=True)
class _Ran:
    """What dbt did: nodes, what to tell of those that failed, and those that are not as they should be."""

    done: int
    failed: list[str]
    missing: set[str]


def _run_dbt(paths: Paths, words: list[str], manifest: Manifest | None, progress: Progress, others: int) -> _Ran:
    """Run dbt; ``others`` is how many nodes come after it.

    Raises:
        BuildFailedError: It could not work.
    """
    done = 0
    total = 0

    def on_event(event: Any) -> None:
        nonlocal done, total
        if event.info.name == "LogStartLine":
            total = max(total, int(event.data.total) + others)
        elif event.info.name == "NodeFinished":
            done += 1
            progress(done, total, str(event.data.node_info.node_name))

    runner = imported(_DBT).dbtRunner(manifest, callbacks=[on_event])
    result = runner.invoke([*words, *_QUIET, *_places(paths)])
    if result.exception is not None:
        raise BuildFailedError(f"dbt non ha potuto lavorare: {result.exception}")
    ended = getattr(result.result, "results", [])
    failed = [_explain(paths, item) for item in ended if item.status in ("error", "fail", "runtime error")]
    if not result.success and not failed:
        raise BuildFailedError("dbt ha fallito senza dire perché.")
    return _Ran(done, failed, {item.node.unique_id for item in ended if item.status not in ("success", "pass")})


def _explain(paths: Paths, item: Any) -> str:
    node = item.node.to_dict()
    if node["resource_type"] != "test":
        where = Path(node["original_file_path"])
        return f"{where}: il modello «{node['name']}» non si costruisce: {(item.message or '').strip()}"
    if item.status == "error":
        return data_tests.cannot_be_asked(node, item.message or "")
    return data_tests.explain(paths, node, item.failures)


def _target(paths: Paths) -> Path:
    return paths.build / "target"


def _places(paths: Paths) -> list[str]:
    """Where dbt reads and writes."""
    os.environ["AMBITO_DATA"] = str(paths.data)  # the profile reads it
    where = {
        "--project-dir": paths.root,
        "--profiles-dir": paths.root,
        "--target-path": _target(paths),
        "--log-path": paths.build / "logs",
    }
    return [str(word) for pair in where.items() for word in pair]
