"""The models keep to the SQL that DuckDB and Spark share."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.paths import ROOT
from tests.python.warehouse.portable import RULES, macros, shared_sql, violations

# At least one statement for each rule that it must catch, and none of them is caught by another rule.
RED = [
    ("avg", "select avg(costo_eur) as media from t"),
    ("division", "select cast(costo_eur as decimal(18, 2)) / ore_erogate as costo_orario from t"),
    ("division", "select 2 * costo // ore as costo_orario from t"),
    ("concat", "select concat(voce, dettaglio) as voce from t"),
    ("regexp_replace", "select regexp_replace(testo, 'a', 'b') as testo from t"),
    ("backslash", r"select voce like 'a\_%' as e_simile from t"),
    ("array", "select [1, 2] as elenco from t"),
    ("array", "select {'a': 1} as elenco from t"),
    ("array", "select celle[1] as prima from t"),
    ("array", "select list_value(1, 2) as elenco from t"),
    ("list", "select list(cella_id) as celle from t"),
    ("list", "select array_agg(cella_id) as celle from t"),
    ("list", "select string_agg(cella_id, ' ') as celle from t"),
    ("union", "select a from t union all by name select a from u"),
    ("strftime", "select strftime(giorno, '%Y') as anno from t"),
    ("strftime", "select strptime(giorno, '%Y') as anno from t"),
    ("double-quoted", 'select "Importo" as importo_eur from t'),
    ("double-quoted", 'select t.anno as "ANNO" from t'),
    ("asof", "select t.a from t asof join u on t.giorno >= u.giorno"),
    ("hugeint", "select cast(costo as hugeint) as costo from t"),
    ("bare varchar", "select cast(anno as varchar) as anno from t"),
    ("bare varchar", "select anno::text as anno from t"),
    ("date_trunc", "select date_trunc('month', giorno) as mese from t"),
    ("date_trunc", "select cast(date_trunc('month', giorno) as timestamp) as mese from t"),
    ("order by", "select a from t order by a"),
    ("order by", "select a from t order by a desc"),
    ("order by", "select row_number() over (partition by a order by b) as n from t"),
    ("sum", "select sum(importo_eur) as importo_eur from t"),
    ("sum", "select coalesce(sum(importo_eur), 0) as importo_eur from t"),
]
GREEN = [
    "select cast(sum(a) as decimal(18, 2)) as a, cast(sum(b) filter (where c > 0) as decimal(18, 2)) as b from t",
    "select cast(sum(a) over (partition by b) as decimal(18, 2)) as a from t",
    "select row_number() over (partition by a order by b desc nulls last) as n from t order by n nulls first",
    "select concat_ws(' ', a, b) as a, a || b as c, cast(d as string) as d, cast(e as varchar(3)) as e from t",
    "select cast(date_trunc('month', giorno) as date) as mese, a * b as testo from t union all select c, d from u",
    "select text, varchar from t",
]


@pytest.mark.parametrize(("rule", "sql"), RED)
def test_each_rule_catches_its_example(rule: str, sql: str) -> None:
    broken = {name for name, _ in violations(sql)}
    assert broken == {name for name in RULES if name.startswith(rule)}


def test_every_rule_has_an_example() -> None:
    assert [name for name in RULES if not any(name.startswith(rule) for rule, _ in RED)] == []


@pytest.mark.parametrize("sql", GREEN)
def test_shared_sql_passes(sql: str) -> None:
    assert violations(sql) == []


def _written_here(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Models, singular tests, and the generic tests of the project: all SQL that must run on both engines."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "test")]
    ours = [
        node
        for node in nodes
        if node["resource_type"] == "model"
        or not node.get("test_metadata")
        or (ROOT / "tests" / "generic" / f"{node['test_metadata']['name']}.sql").exists()
    ]
    assert len(ours) > 60
    return ours


def test_the_models_keep_to_the_shared_sql(manifest: dict[str, Any]) -> None:
    found = [
        f"{node['original_file_path']} ({node['name']}): {rule}: {piece}"
        for node in _written_here(manifest)
        for rule, piece in violations(shared_sql(manifest, node, ROOT / "macros"))
    ]
    assert found == []


def test_only_the_text_of_a_dispatched_macro_is_exempt(manifest: dict[str, Any]) -> None:
    found, dispatched = macros(ROOT / "macros")
    assert dispatched == {"divisione", "elenco", "giorni_tra"}
    text = str(found["divisione"]("costo_eur", "ore_erogate", 2)).strip()
    node = {
        "name": "prova",
        "raw_code": "select {{ divisione('costo_eur', 'ore_erogate', 2) }} as a, costo_eur / ore_erogate as b from t",
        "compiled_code": f"select {text} as a, costo_eur / ore_erogate as b from t",
    }
    broken = violations(shared_sql(manifest, node, ROOT / "macros"))
    assert [(rule.split(":")[0], piece) for rule, piece in broken] == [("division", "costo_eur / ore_erogate")]
    # the same text written by hand in a model is not the macro
    by_hand = {"name": "prova", "raw_code": f"select {text} as a from t", "compiled_code": f"select {text} as a from t"}
    assert {rule.split(":")[0] for rule, _ in violations(shared_sql(manifest, by_hand, ROOT / "macros"))} == {
        "division",
        "hugeint",
    }


def test_every_dispatched_macro_has_both_engines() -> None:
    found, dispatched = macros(ROOT / "macros")
    assert [name for name in dispatched if not {f"duckdb__{name}", f"default__{name}"} <= set(found)] == []
