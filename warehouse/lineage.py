"""The way of a column, from the mart back to the loaded table, read from the compiled SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlglot import exp, parse_one
from sqlglot.lineage import Node, lineage
from sqlglot.schema import MappingSchema

from ingest.paths import Paths


@dataclass(frozen=True)
class Step:
    """One column of one model, with the columns it is made from.

    Attributes:
        model: Name of the model, seed or loaded table.
        column: Name of the column.
        kind: ``mart``, ``intermediate``, ``staging``, ``seed`` or ``raw``.
        path: File that defines it, for models and seeds.
        expression: The SQL that makes it, as written in the model.
        sources: The columns of other models it comes from; empty for seeds and loaded tables.
    """

    model: str
    column: str
    kind: str
    path: str
    expression: str
    sources: list[Step] = field(default_factory=list)

    def walk(self) -> list[Step]:
        """This step and all those behind it, each once, nearest first."""
        seen: dict[tuple[str, str], Step] = {}
        queue = [self]
        while queue:
            step = queue.pop(0)
            if (step.model, step.column) not in seen:
                seen[step.model, step.column] = step
                queue += step.sources
        return list(seen.values())


def describe_models(paths: Paths, manifest: dict[str, Any]) -> dict[str, Any]:
    """What the record of a version keeps of each model, so that a column can be traced without the build.

    Returns:
        For each relation ``schema.name``: its kind, file, compiled SQL, columns with type and what is declared of them;
        where declared, also what hides persons (``riservatezza``) and the view of its single rows (``righe``).
    """
    with duckdb.connect(str(paths.database)) as con:
        types: dict[str, dict[str, str]] = {}
        for schema, table, column, kind in con.execute(
            """
            select schema_name, table_name, column_name, data_type from duckdb_columns()
            where database_name = current_database() and not internal order by all
            """
        ).fetchall():
            types.setdefault(f"{schema}.{table}", {})[column] = kind
    described = {}
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        if node["resource_type"] not in ("model", "seed", "source"):
            continue
        relation = f"{node['schema']}.{node.get('alias') or node['identifier']}"
        meta = node.get("config", {}).get("meta", {})
        described[relation] = {
            "tipo": _kind(node),
            "file": node["original_file_path"] if node["resource_type"] != "source" else "",
            "descrizione": node["description"],
            "grana": meta.get("grana", []),
            **{name: meta[name] for name in ("riservatezza", "righe", "avvertenza") if name in meta},
            "sql": _compiled(paths, node),
            "colonne": {
                column: {
                    "tipo": kind,
                    "descrizione": node["columns"].get(column, {}).get("description", ""),
                    **node["columns"].get(column, {}).get("config", {}).get("meta", {}),
                }
                for column, kind in types.get(relation, {}).items()
            },
        }
    return described


def _compiled(paths: Paths, node: dict[str, Any]) -> str:
    """The compiled SQL of a model: of this run, or on disk from the last one when this run had no need of it."""
    if node["resource_type"] != "model":
        return ""
    if node.get("compiled_code"):
        return str(node["compiled_code"])
    compiled = paths.build / "target" / "compiled" / str(node["package_name"])
    return (compiled / str(node["original_file_path"])).read_text(encoding="utf-8")


def _kind(node: dict[str, Any]) -> str:
    if node["resource_type"] == "model":
        return "mart" if node["schema"] == "marts" else str(node["schema"])
    return "raw" if node["resource_type"] == "source" else "seed"


class Lineage:
    """The lineage of every column of the models of a published version."""

    def __init__(self, models: dict[str, Any]) -> None:
        """Take the models as ``describe_models`` gives them."""
        self._models = models
        self._schema = MappingSchema(dialect="duckdb")
        for relation, model in models.items():
            self._schema.add_table(relation, {name: column["tipo"] for name, column in model["colonne"].items()})
        self._steps: dict[tuple[str, str], Step] = {}
        self._roots: dict[str, dict[str, Node]] = {}

    def of(self, relation: str, column: str) -> Step:
        """The way of one column: ``marts.avanzo``, ``importo_eur``."""
        key = (relation, column)
        if key not in self._steps:
            self._steps[key] = self._step(relation, column)
        return self._steps[key]

    def _step(self, relation: str, column: str) -> Step:
        model = self._models[relation]
        name = relation.split(".")[1]
        if not model["sql"]:
            return Step(name, column, model["tipo"], model["file"], "")
        root = self._columns(relation)[column]
        sources = sorted({source for node in root.walk() for source in _physical(node)})
        return Step(
            name,
            column,
            model["tipo"],
            model["file"],
            _definition(root),
            [self.of(table, source_column) for table, source_column in sources if table in self._models],
        )

    def _columns(self, relation: str) -> dict[str, Node]:
        """The lineage of all the columns of a model within its SQL, which is read and qualified once."""
        if relation not in self._roots:
            sql = _without_catalog(self._models[relation]["sql"])
            self._roots[relation] = lineage(None, sql, schema=self._schema, dialect="duckdb", trim_selects=False)
        return self._roots[relation]


def _without_catalog(sql: str) -> str:
    """The compiled SQL with ``schema.table`` names: the database's name is that of its file."""
    tree = parse_one(sql, dialect="duckdb")
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    return tree.sql(dialect="duckdb")


def _physical(node: Node) -> list[tuple[str, str]]:
    """The column of a stored relation that a leaf of the lineage stands for."""
    if node.downstream or not isinstance(node.source, exp.Table):
        return []
    table = node.source
    return [(f"{table.db}.{table.name}", node.name.split(".")[-1].strip('"'))]


def _definition(root: Node) -> str:
    """The first expression on the way that computes something, rather than handing the column on."""
    node = root
    while True:
        expression = node.expression
        inner = expression.this if isinstance(expression, exp.Alias) else expression
        if not isinstance(inner, exp.Column) or len(node.downstream) != 1 or not node.downstream[0].downstream:
            return str(inner.sql(dialect="duckdb"))
        node = node.downstream[0]
