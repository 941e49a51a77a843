"""What changed from one published version to another: which figures of which marts moved, and from what to what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse import versions

_NUMBERS = ("DECIMAL", "INTEGER", "BIGINT")


@dataclass(frozen=True)
class Moved:
    """One figure that is not what it was.

    Attributes:
        mart: Name of the mart.
        chiave: The key of the row, by column.
        colonna: The measure.
        prima: The figure before; ``None`` where there was none, or it was suppressed.
        dopo: The figure now.
        riga: ``nuova`` or ``tolta`` when the row is only in one version, else ``mossa``.
    """

    mart: str
    chiave: dict[str, Any]
    colonna: str
    prima: Any
    dopo: Any
    riga: str


def moved(old: versions.Version, new: versions.Version) -> Iterator[Moved]:
    """The figures that differ, mart by mart, in the order of their keys.

    Marts are compared by their grain; one that is not in both versions, or has another grain, is left out.
    """
    before, after = (version.record["modelli"] for version in (old, new))
    with duckdb.connect() as con:
        for name, version in (("vecchia", old), ("nuova", new)):
            database = str(version.database).replace("'", "''")
            con.execute(f"attach '{database}' as {name} (read_only)")
        for relation, model in sorted(after.items()):
            earlier = before.get(relation)
            key = model["grana"]
            if model["tipo"] != "mart" or earlier is None or not key or earlier["grana"] != key:
                continue
            measures = [
                column
                for column, found in model["colonne"].items()
                if column not in key
                and found["tipo"].startswith(_NUMBERS)
                and earlier["colonne"].get(column, {}).get("tipo") == found["tipo"]
            ]
            if measures:
                yield from _moved_in(con, relation, key, measures)


def _moved_in(con: duckdb.DuckDBPyConnection, relation: str, key: list[str], measures: list[str]) -> Iterator[Moved]:
    same = " and ".join(f"v.{name} is not distinct from n.{name}" for name in key)
    differ = " or ".join(f"v.{name} is distinct from n.{name}" for name in measures)
    keys = ", ".join(f"coalesce(n.{name}, v.{name})" for name in key)
    values = ", ".join(f"v.{name}, n.{name}" for name in measures)
    cursor = con.execute(
        f"""
        select v._c is not null, n._c is not null, {keys}, {values}
        from (select *, true as _c from vecchia.{relation}) as v
        full outer join (select *, true as _c from nuova.{relation}) as n on {same}
        where v._c is null or n._c is null or {differ}
        order by {", ".join(str(position + 3) for position in range(len(key)))}
        """
    )
    while rows := cursor.fetchmany(1000):
        for was, is_now, *rest in rows:
            found = dict(zip(key, rest[: len(key)], strict=True))
            kind = "mossa" if was and is_now else "nuova" if is_now else "tolta"
            pairs = rest[len(key) :]
            for position, measure in enumerate(measures):
                earlier, later = pairs[2 * position], pairs[2 * position + 1]
                if earlier != later:
                    yield Moved(relation.split(".")[1], found, measure, earlier, later, kind)
