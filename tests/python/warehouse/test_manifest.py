"""What every model and every column of a mart says of itself: the manifest of the build, and the published comments."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse

TYPES = re.compile(r"varchar|integer|date|timestamp|boolean|decimal\(\d+, ?\d+\)")
QUANTITY = re.compile(r"integer|decimal\(.*\)")
# A unit per one of something: «eur/ora». The unit itself is in the seed.
PER = {"ora", "giorno", "persona", "abitante"}


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(found) > 20
    return found


def _marts(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = [node for node in _models(manifest) if node["schema"] == "marts"]
    assert len(found) > 15
    return found


def _columns(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for mart in _marts(manifest):
        assert mart["columns"], mart["name"]
        for column in mart["columns"].values():
            yield f"{mart['name']}.{column['name']}", column


def _is_sentence(text: str, name: str) -> bool:
    """Italian words that end with a full stop and say more than the name."""
    words = re.sub(r"[\W_]+", " ", text).strip().lower()
    return text.strip().endswith(".") and words not in ("", name.replace("_", " ").lower())


def test_every_mart_and_column_is_described(manifest: dict[str, Any]) -> None:
    # one word is enough where it says what the name, in snake case, already implies: «Sede.»; never the name of another
    bare = [name for name, column in _columns(manifest) if not column["description"].strip().endswith(".")]
    assert bare == []
    short = [mart["name"] for mart in _marts(manifest) if not _is_sentence(mart["description"], mart["name"])]
    assert short == []


def test_a_description_is_more_than_the_name(manifest: dict[str, Any]) -> None:
    copies = [
        name for name, column in _columns(manifest) if not _is_sentence(column["description"], name.split(".")[1])
    ]
    assert copies == []


def test_every_column_says_its_source(manifest: dict[str, Any]) -> None:
    assert [name for name, column in _columns(manifest) if not column["config"]["meta"].get("fonte", "").strip()] == []


def test_every_quantity_says_its_unit(manifest: dict[str, Any]) -> None:
    with (ROOT / "seeds" / "unita.csv").open(encoding="utf-8", newline="") as file:
        units = {row["unita"] for row in csv.DictReader(file)}
    wrong = []
    for name, column in _columns(manifest):
        unit = column["config"]["meta"].get("unita")
        if unit is None:
            if QUANTITY.fullmatch(column["data_type"]):
                wrong.append(name)
        elif unit.startswith("vedi "):  # the unit is in another column of the same row
            if unit.removeprefix("vedi ") not in manifest["nodes"][f"model.ambito.{name.split('.')[0]}"]["columns"]:
                wrong.append(name)
        else:
            base, _, per = unit.partition("/")
            if base not in units or (per and per not in PER):
                wrong.append(name)
    assert wrong == []


def test_every_mart_has_an_enforced_contract(manifest: dict[str, Any], built: Warehouse) -> None:
    assert [mart["name"] for mart in _marts(manifest) if not mart["contract"]["enforced"]] == []
    wrong = [name for name, column in _columns(manifest) if not TYPES.fullmatch(column["data_type"] or "")]
    assert wrong == []


def test_a_column_never_empty_has_both_a_contract_and_a_test(manifest: dict[str, Any]) -> None:
    """On DuckDB the contract holds and a build leaves the test out; other engines have only the test."""
    contracts = {
        f"{mart['name']}.{column['name']}"
        for mart in _marts(manifest)
        for column in mart["columns"].values()
        if any(constraint["type"] == "not_null" for constraint in column["constraints"])
    }
    tests = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "not_null"
        and node["original_file_path"].startswith("models/marts/")
    ]
    assert [node["name"] for node in tests if node["config"].get("where")] == []  # a contract knows no condition
    tested = {f"{node['attached_node'].split('.')[-1]}.{node['column_name']}" for node in tests}
    assert len(contracts) > 400
    assert contracts == tested


def test_every_mart_has_its_grain_and_a_test_of_it(manifest: dict[str, Any]) -> None:
    tested = {
        node["attached_node"]: node["test_metadata"]["kwargs"]["colonne"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "grana"
    }
    for mart in _marts(manifest):
        grain = mart["config"]["meta"].get("grana")
        assert grain, mart["name"]
        assert set(grain) <= set(mart["columns"]), mart["name"]
        assert tested.get(mart["unique_id"]) == grain, mart["name"]


def test_every_model_begins_with_its_grain(manifest: dict[str, Any]) -> None:
    first = {node["original_file_path"]: node["raw_code"].splitlines()[0] for node in _models(manifest)}
    assert {path: line for path, line in first.items() if not re.match(r"-- (Grain|Regrains): \w+", line)} == {}


def test_the_grain_in_words_names_its_columns(manifest: dict[str, Any]) -> None:
    """The first line of a mart names every column of its grain."""
    wrong = {}
    for mart in _marts(manifest):
        head = " ".join(line for line in mart["raw_code"].splitlines()[:2] if line.startswith("--"))
        missing = [
            column
            for column in mart["config"]["meta"]["grana"]
            if column.removesuffix("_id") not in head and column not in head
        ]
        if missing:
            wrong[mart["name"]] = missing
    # what a cell, a check or a repair is needs no name of a column
    assert {name: columns for name, columns in wrong.items() if name != "quarantena"} == {}


def test_every_test_and_model_is_enabled(manifest: dict[str, Any]) -> None:
    assert manifest["disabled"] == {}
    severities = {
        node["config"]["severity"].lower() for node in manifest["nodes"].values() if node["resource_type"] == "test"
    }
    assert severities == {"error"}


def test_every_model_with_logic_has_a_unit_test(manifest: dict[str, Any]) -> None:
    tested = {
        node.split(".")[-1] for unit in manifest["unit_tests"].values() for node in unit["depends_on"]["nodes"][:1]
    }
    models = {unit["model"] for unit in manifest["unit_tests"].values()}
    assert tested <= models
    logic = {
        node["name"]
        for node in _models(manifest)
        if re.search(r"\bcase\b|\bover\b|divisione\(|cifra\(|nullif|group by", node["raw_code"])
    }
    assert logic - models == set()


@pytest.fixture(scope="module")
def published(built: Warehouse) -> dict[str, dict[str, tuple[str, str]]]:
    """Type and comment of each column, by mart, in the published database."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for table, column, kind, comment in built.query(
        "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = 'marts'"
    ):
        found.setdefault(str(table), {})[str(column)] = (str(kind), str(comment or ""))
    return found


def test_the_published_database_carries_the_words(
    manifest: dict[str, Any], built: Warehouse, published: dict[str, dict[str, tuple[str, str]]]
) -> None:
    tables = dict(built.query("select table_name, comment from duckdb_tables() where schema_name = 'marts'"))
    assert tables == {mart["name"]: mart["description"] for mart in _marts(manifest)}
    for mart in _marts(manifest):
        for column in mart["columns"].values():
            words, meta = published[mart["name"]][column["name"]][1], column["config"]["meta"]
            assert words.startswith(column["description"]), (mart["name"], column["name"])
            assert f"Fonte: {meta['fonte']}." in words
            assert ("Unità: " in words.removeprefix(column["description"])) == ("unita" in meta)


def test_the_published_types_are_those_of_the_contract(
    manifest: dict[str, Any], published: dict[str, dict[str, tuple[str, str]]]
) -> None:
    def plain(kind: str) -> str:
        return kind.lower().replace(" ", "")

    assert {
        table: {name: plain(kind) for name, (kind, _) in columns.items()} for table, columns in published.items()
    } == {
        mart["name"]: {column["name"]: plain(column["data_type"]) for column in mart["columns"].values()}
        for mart in _marts(manifest)
    }


def test_no_floating_point_anywhere(published: dict[str, dict[str, tuple[str, str]]]) -> None:
    kinds = {kind for columns in published.values() for kind, _ in columns.values()}
    assert [kind for kind in kinds if not TYPES.fullmatch(kind.lower())] == []


def test_unit_in_the_name_and_in_the_type(manifest: dict[str, Any]) -> None:
    """Money ends _eur, in decimal(18,2); hours begin ore_, in decimal(14,2); shares end _pct. And the reverse."""
    wrong = []
    for name, column in _columns(manifest):
        short, kind = column["name"], column["data_type"].replace(" ", "")
        unit = column["config"]["meta"].get("unita", "")
        expected = {
            "eur": (short.endswith("_eur"), unit.startswith("eur"), kind == "decimal(18,2)"),
            "ore": (short.startswith("ore_"), unit == "ore", kind == "decimal(14,2)"),
            "pct": (short.endswith("_pct"), unit == "pct", kind.startswith("decimal(")),
        }
        for said, united, typed in expected.values():
            if said != united or (said and not typed):
                wrong.append(name)
    assert wrong == []


def test_shares_go_from_0_to_100(built: Warehouse, published: dict[str, dict[str, tuple[str, str]]]) -> None:
    shares = [(table, name) for table, columns in published.items() for name in columns if name.endswith("_pct")]
    assert shares
    for table, name in shares:
        assert built.query(f"select count(*) from marts.{table} where {name} not between 0 and 100") == [(0,)]
