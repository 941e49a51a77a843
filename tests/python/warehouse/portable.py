"""The subset of SQL that DuckDB and Spark share, as rules over the compiled SQL of the models.

What a macro dispatches per engine (``divisione``, ``elenco``) is exempt, and nothing else: the exact text that the
macro gives for the arguments written in the model is taken out of the compiled SQL before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from sqlglot import exp, parse_one, tokenize
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import Token, TokenType

_DISPATCH = re.compile(r"adapter\.dispatch\('(\w+)'")


class _NullsSmall(DuckDB):
    NULL_ORDERING = "nulls_are_small"


class _NullsLarge(DuckDB):
    NULL_ORDERING = "nulls_are_large"


@dataclass(frozen=True)
class Sql:
    """One statement read three ways. Where the two trees disagree on NULLS, the text did not say it."""

    tokens: list[Token]
    small: exp.Expr
    large: exp.Expr


def read(sql: str) -> Sql:
    return Sql(
        tokenize(sql, dialect="duckdb"), parse_one(sql, dialect=_NullsSmall), parse_one(sql, dialect=_NullsLarge)
    )


Rule = Callable[[Sql], Iterable[str]]


def _nodes(*kinds: type[exp.Expr]) -> Rule:
    return lambda sql: (node.sql(dialect="duckdb") for node in sql.small.find_all(*kinds))


def _functions(*names: str) -> Rule:
    return lambda sql: (
        token.text
        for token, after in _pairs(sql.tokens)
        if token.text.lower() in names and after is not None and after.token_type is TokenType.L_PAREN
    )


def _pairs(tokens: list[Token]) -> Iterable[tuple[Token, Token | None]]:
    return zip(tokens, [*tokens[1:], None], strict=True)


def _backslashes(sql: Sql) -> Iterable[str]:
    return (token.text for token in sql.tokens if token.token_type is TokenType.STRING and "\\" in token.text)


def _quoted(sql: Sql) -> Iterable[str]:
    return (token.text for token in sql.tokens if token.token_type is TokenType.IDENTIFIER)


def _bare_varchar(sql: Sql) -> Iterable[str]:
    # Spark wants a length after varchar and has no text; both engines read string
    for before, token, after in zip(sql.tokens, sql.tokens[1:], [*sql.tokens[2:], None], strict=False):
        typed = before.text.lower() == "as" or before.token_type is TokenType.DCOLON
        sized = after is not None and after.token_type is TokenType.L_PAREN
        if typed and not sized and token.text.lower() in ("varchar", "text"):
            yield f"{before.text} {token.text}"


def _by_name(sql: Sql) -> Iterable[str]:
    return (node.sql(dialect="duckdb") for node in sql.small.find_all(exp.SetOperation) if node.args.get("by_name"))


def _asof(sql: Sql) -> Iterable[str]:
    return (node.sql() for node in sql.small.find_all(exp.Join) if str(node.args.get("method") or "").upper() == "ASOF")


def _hugeint(sql: Sql) -> Iterable[str]:
    huge = (exp.DataType.Type.INT128, exp.DataType.Type.UINT128)
    return (node.sql(dialect="duckdb") for node in sql.small.find_all(exp.DataType) if node.this in huge)


def _outside_cast(node: exp.Expr) -> exp.Expr | None:
    """The cast directly around an expression; parentheses, FILTER and OVER do not count."""
    parent = node.parent
    while isinstance(parent, (exp.Paren, exp.Filter, exp.Window)):
        parent = parent.parent
    return parent if isinstance(parent, (exp.Cast, exp.TryCast)) else None


def _uncast_sum(sql: Sql) -> Iterable[str]:
    return (node.sql(dialect="duckdb") for node in sql.small.find_all(exp.Sum) if _outside_cast(node) is None)


def _uncast_date_trunc(sql: Sql) -> Iterable[str]:
    for node in sql.small.find_all(exp.DateTrunc, exp.TimestampTrunc):
        cast = _outside_cast(node)
        if cast is None or not cast.args["to"].is_type("date"):
            yield node.sql(dialect="duckdb")


def _unsaid_nulls(sql: Sql) -> Iterable[str]:
    for small, large in zip(sql.small.find_all(exp.Ordered), sql.large.find_all(exp.Ordered), strict=True):
        if small.args.get("nulls_first") != large.args.get("nulls_first"):
            yield small.this.sql(dialect="duckdb")


RULES: dict[str, Rule] = {
    "avg: a DOUBLE on DuckDB, another scale on Spark": _nodes(exp.Avg),
    "division: only by the macro divisione": _nodes(exp.Div, exp.IntDiv),
    "concat: a NULL part gives NULL on Spark; concat_ws": _functions("concat"),
    "regexp_replace: the first match on DuckDB, all on Spark": _functions("regexp_replace"),
    "backslash in a literal: an escape on Spark": _backslashes,
    "array, list, map or struct, and their indexes": _nodes(exp.Array, exp.Struct, exp.Bracket, exp.Map, exp.ToMap),
    "list(): only by the macro elenco": _nodes(exp.ArrayAgg, exp.GroupConcat),
    "union by name": _by_name,
    "strftime, strptime: other format letters on Spark": _functions("strftime", "strptime", "try_strptime"),
    "double-quoted identifier: a text on Spark": _quoted,
    "asof join": _asof,
    "hugeint": _hugeint,
    "bare varchar: string": _bare_varchar,
    "date_trunc: cast it to date": _uncast_date_trunc,
    "order by: say nulls first or last": _unsaid_nulls,
    "sum: cast it": _uncast_sum,
}


def violations(sql: str) -> list[tuple[str, str]]:
    """Each rule broken, with the piece of SQL that breaks it."""
    tree = read(sql)
    return [(rule, found) for rule, check in RULES.items() for found in check(tree)]


class _Adapter:
    """Stands for dbt's adapter: it dispatches to DuckDB."""

    def __init__(self, found: dict[str, Any]) -> None:
        self._found = found

    def dispatch(self, name: str, *_: str) -> Callable[..., str]:
        chosen: Callable[..., str] = self._found[f"duckdb__{name}"]
        return chosen


def _variable(_: str, default: Any = None) -> Any:
    """A variable of dbt: nobody gives one here."""
    return default


@cache
def macros(folder: Path) -> tuple[dict[str, Any], frozenset[str]]:
    """The macros, callable, and the names of those dispatched per engine."""
    found: dict[str, Any] = {}
    environment = Environment(extensions=["jinja2.ext.do"])
    environment.globals.update({"adapter": _Adapter(found), "return": lambda value: value, "var": _variable})
    dispatched: set[str] = set()
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        dispatched |= set(_DISPATCH.findall(text))
        module = environment.from_string(text).module
        found |= {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return found, frozenset(dispatched)


def shared_sql(manifest: dict[str, Any], node: dict[str, Any], folder: Path) -> str:
    """The compiled SQL of a node, with each dispatched macro as a call and each relation as a plain name."""
    sql = str(node["compiled_code"])
    outputs = _dispatched_outputs(str(node["raw_code"]), folder)
    for output in sorted(outputs, key=len, reverse=True):  # a macro inside another goes with it
        missing = f"{node['name']}: the text of the macro is not in the compiled SQL:\n{output}"
        assert output in sql or any(output in other for other in outputs if other != output), missing
        sql = sql.replace(output, f"{outputs[output]}(0)")
    for other in (*manifest["nodes"].values(), *manifest["sources"].values()):
        if other.get("relation_name"):
            sql = sql.replace(other["relation_name"], f"{other['schema']}.{other['name']}")
    return sql


def _dispatched_outputs(raw: str, folder: Path) -> dict[str, str]:
    """What each dispatched macro called in a model gives there, with its name."""
    found, dispatched = macros(folder)
    outputs: dict[str, str] = {}

    def recorder(name: str) -> Callable[..., str]:
        def record(*arguments: Any, **named: Any) -> str:
            text = str(found[name](*arguments, **named)).strip()
            outputs[text] = name
            return text

        return record

    if "_dbt_generic_test_kwargs" in raw:  # its arguments are names of columns, never a macro
        return {}
    context = {**found, **{name: recorder(name) for name in dispatched}}
    context |= {name: lambda *_, **__: "" for name in ("ref", "source", "config")}
    context |= {"var": _variable, "is_incremental": lambda: False, "target": {"type": "duckdb"}, "this": ""}
    Environment(extensions=["jinja2.ext.do"]).from_string(raw).render(context)
    return outputs
