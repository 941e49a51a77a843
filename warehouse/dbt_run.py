"""Run dbt in this process, with progress and messages a person can act on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import AmbitoError
from ingest.imports import import_ahead, imported
from ingest.paths import Paths

_SAMPLE_ROWS = 10
_KINDS = {
    "not_null": "La colonna{column} non può essere vuota.",
    "unique": "I valori della colonna{column} non si ripetono.",
    "relationships": "I valori della colonna{column} devono esistere nella tabella a cui si riferiscono.",
    "accepted_values": "I valori della colonna{column} devono essere tra quelli ammessi.",
    "grana": "Una sola riga per ogni chiave.",
    "una_provenienza": "Ogni riga viene da celle stampate o da file, e lo dice.",
    "stampate_piene": "Le righe che vengono da un documento hanno tutto ciò che il documento stampa.",
}
# Where DuckDB writes a mart, its contract refuses an empty column by itself: the same question would be asked twice, in
# a third of all the nodes. The tests are for the engines that do not enforce contracts.
_HELD_BY_CONTRACTS = "test_name:not_null,path:models/marts"
# Of a project that was built whole, and did not change since, they are there already.
_VIEWS = "config.materialized:view"

Progress = Callable[[int, int, str], None]
_DBT = "dbt.cli.main"  # most commands do not need it


class BuildFailedError(AmbitoError):
    """A model did not build or a test is red: nothing is published."""


@dataclass(frozen=True)
class DbtResult:
    """What dbt did: how many nodes ran, and the manifest with the compiled SQL of each."""

    nodes: int
    manifest: dict[str, Any]


def warm_up() -> None:
    """Start importing dbt, which takes two seconds, while the extracts are being loaded."""
    import_ahead(_DBT)


def run_dbt_build(
    paths: Paths,
    select: str | None = None,
    progress: Progress = lambda *_: None,
    *,
    full_refresh: bool = False,
    as_of: datetime | None = None,
) -> DbtResult:
    """Build the models and test what is in them.

    The unit tests are of the code and not of the data: ``make test`` runs them, an office's build does not.

    Args:
        paths: Where things are.
        select: What to build, in dbt's words, of the project that was last built whole: the manifest stays that one.
            ``None`` means everything.
        progress: Told how many nodes are done, of how many, and the last one.
        full_refresh: Make the incremental models anew.
        as_of: The instant (UTC) to show, not the present.

    Raises:
        BuildFailedError: With each model that failed and each red test: its name, what it guards, the first rows.
    """
    target, logs = paths.build / "target", paths.build / "logs"
    done = 0
    total = 0

    def on_event(event: Any) -> None:
        nonlocal done, total
        if event.info.name == "LogStartLine":
            total = max(total, int(event.data.total))
        elif event.info.name == "NodeFinished":
            done += 1
            progress(done, total, str(event.data.node_info.node_name))

    os.environ["AMBITO_DATA"] = str(paths.data)
    arguments = ["build", "--quiet", "--log-level", "none", "--log-level-file", "info"]
    left_out = [_HELD_BY_CONTRACTS]
    if select is not None:
        # a test stands below what it is of; with tests chosen so, leaving a view out leaves its tests in
        arguments += ["--select", *select.split(), "--indirect-selection", "empty"]
        left_out.append(_VIEWS)
        if (target / "manifest.json").exists():
            arguments.append("--no-write-json")  # dbt would write it twice, half a second each
    arguments += ["--exclude", *left_out, "--exclude-resource-type", "unit_test"]
    if full_refresh:
        arguments.append("--full-refresh")
    if as_of is not None:
        arguments += ["--vars", json.dumps({"al": f"{as_of:%Y-%m-%d %H:%M:%S.%f}"})]
    where = ["--project-dir", str(paths.root), "--profiles-dir", str(paths.root)]
    where += ["--target-path", str(target), "--log-path", str(logs)]
    result = imported(_DBT).dbtRunner(callbacks=[on_event]).invoke([*arguments, *where])
    if result.exception is not None:
        raise BuildFailedError(f"dbt non ha potuto lavorare: {result.exception}")
    failed = [
        item for item in getattr(result.result, "results", []) if item.status in ("error", "fail", "runtime error")
    ]
    if failed or not result.success:
        raise BuildFailedError(
            "\n".join(_explain(paths, item) for item in failed) or "dbt ha fallito senza dire perché."
        )
    if not done:
        raise BuildFailedError(f"dbt non ha trovato niente da costruire tra: {select}. Che fare: cancellare {target}.")
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return DbtResult(done, manifest)


def _explain(paths: Paths, item: Any) -> str:
    node = item.node
    where = Path(node.original_file_path)
    if node.resource_type != "test":
        return f"{where}: il modello «{node.name}» non si costruisce: {(item.message or '').strip()}"
    if item.status == "error":
        return f"{where}: il test «{node.name}» non si può eseguire: {(item.message or '').strip()}"
    lines = [f"{where}: test rosso «{node.name}» ({item.failures} righe). {_purpose(node)}".rstrip()]
    lines += _sample(paths, node.compiled_code)
    return "\n".join(lines)


def _purpose(node: Any) -> str:
    """What a red test means, in Italian: its own description, or that of its kind."""
    if node.description:
        return str(node.description)
    metadata = getattr(node, "test_metadata", None)
    column = f" «{node.column_name}»" if getattr(node, "column_name", None) else ""
    return _KINDS.get(metadata.name, "").format(column=column) if metadata is not None else ""


def _sample(paths: Paths, sql: str | None) -> list[str]:
    if not sql:
        return []
    try:
        with duckdb.connect(str(paths.database)) as con:
            result = con.execute(f"select * from ({sql}) limit {_SAMPLE_ROWS}")
            names = [column[0] for column in result.description or []]
            return [
                "    " + ", ".join(f"{n}={v}" for n, v in zip(names, row, strict=True)) for row in result.fetchall()
            ]
    except duckdb.Error:
        return []
