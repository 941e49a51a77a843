"""The dbt tests of what a partial build made, asked with the SQL that the last whole build compiled.

dbt takes thirty milliseconds to prepare a test that DuckDB answers in two: in a build that makes a dozen tables again,
most of the time. As long as the project does not change its SQL does not change, and is kept in the manifest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import AmbitoError
from ingest.paths import Paths

# Where DuckDB writes a mart, its contract refuses an empty column by itself: the same question would be asked twice, in
# a third of all the nodes. The tests are for the engines that do not enforce contracts.
HELD_BY_CONTRACTS = "test_name:not_null,path:models/marts"
_MEMORY_LIMIT = "600MB"  # as in profiles.yml
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

Node = dict[str, Any]


class UnknownRootError(AmbitoError):
    """What changed is not in the manifest: nothing can be said to stand on it."""


def below(manifest: dict[str, Any], roots: list[str]) -> list[Node]:
    """The tests of what stands on some sources or models, and of those themselves.

    Args:
        manifest: Of the last whole build.
        roots: In dbt's words: ``source:raw+``, ``source:raw.TABLE+`` or ``MODEL+``.

    Raises:
        UnknownRootError: One of them is not in the manifest.
    """
    waiting = [identity for root in roots for identity in _named(manifest, root)]
    reached = set(waiting)
    while waiting:
        children = [child for child in manifest["child_map"][waiting.pop()] if child not in reached]
        reached.update(children)
        waiting += children
    return [node for identity, node in manifest["nodes"].items() if identity in reached and _asked(node)]


def _named(manifest: dict[str, Any], root: str) -> list[str]:
    name = root.removesuffix("+").removeprefix("source:")
    found = [identity for identity, node in manifest["nodes"].items() if node["name"] == name]
    for identity, source in manifest["sources"].items():
        if name in (source["source_name"], f"{source['source_name']}.{source['name']}"):
            found.append(identity)
    if not found:
        raise UnknownRootError(f"Il progetto compilato non ha «{root}». Che fare: cancellare la cartella «target».")
    return found


def _asked(node: Node) -> bool:
    held = (node.get("test_metadata") or {}).get("name") == "not_null" and _of_marts(node)
    return node["resource_type"] == "test" and not held


def _of_marts(node: Node) -> bool:
    return Path(node["original_file_path"]).parts[:2] == ("models", "marts")


def ask(paths: Paths, tests: list[Node], progress: Callable[[str, int], None]) -> list[str]:
    """Ask some tests of the database being built; ``logs/verifiche.log`` says how each ended.

    Args:
        paths: Where things are.
        tests: Nodes of the manifest, compiled.
        progress: Told the test just done and how many are.

    Returns:
        One message for each red test, and for each that could not be asked.
    """
    red = []
    log = log_path(paths)
    log.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(paths.database)) as con, log.open("w", encoding="utf-8") as ended:
        con.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        for number, test in enumerate(tests, start=1):
            state, message = _asked_of(con, paths, test)
            if message:
                red.append(message)
            ended.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {state} {test['name']}\n")
            progress(test["name"], number)
    return red


def log_path(paths: Paths) -> Path:
    """Where the last partial build says how each of its tests ended."""
    return paths.build / "logs" / "verifiche.log"


def _asked_of(con: duckdb.DuckDBPyConnection, paths: Paths, test: Node) -> tuple[str, str]:
    """How a test ended, and what to tell of it: nothing when it is green."""
    if not test.get("compiled_code"):
        return "errore", cannot_be_asked(test, "non è compilato. Che fare: cancellare la cartella «target»")
    try:
        failures = con.execute(f"select {test['config']['fail_calc']} from ({_sql(test)})").fetchall()[0][0]
    except duckdb.Error as error:
        return "errore", cannot_be_asked(test, str(error))
    return ("rosso", explain(paths, test, failures)) if failures else ("verde", "")


def _sql(test: Node) -> str:
    # a comment on the last line must not swallow the parenthesis
    return f"{test['compiled_code']}\n"


def cannot_be_asked(test: Node, message: str) -> str:
    """What to tell of a test that ended in an error: neither green nor red."""
    return f"{Path(test['original_file_path'])}: il test «{test['name']}» non si può eseguire: {message.strip()}"


def explain(paths: Paths, test: Node, failures: int) -> str:
    """What to tell of a red test: where it is, what it guards, the first rows that it found."""
    where = Path(test["original_file_path"])
    lines = [f"{where}: test rosso «{test['name']}» ({failures} righe). {_purpose(test)}".rstrip()]
    return "\n".join(lines + _sample(paths, test))


def _purpose(test: Node) -> str:
    """What a red test means, in Italian: its own description, or that of its kind."""
    if test.get("description"):
        return str(test["description"])
    kind = (test.get("test_metadata") or {}).get("name", "")
    column = f" «{test['column_name']}»" if test.get("column_name") else ""
    return _KINDS.get(kind, "").format(column=column)


def _sample(paths: Paths, test: Node) -> list[str]:
    if not test.get("compiled_code"):
        return []
    try:
        with duckdb.connect(str(paths.database)) as con:
            result = con.execute(f"select * from ({_sql(test)}) limit {_SAMPLE_ROWS}")
            names = [column[0] for column in result.description or []]
            return [
                "    " + ", ".join(f"{n}={v}" for n, v in zip(names, row, strict=True)) for row in result.fetchall()
            ]
    except duckdb.Error:
        return []
