"""A partial build asks the tests that dbt would, in the words that dbt compiled, and tells of them as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.paths import Paths
from tests.conftest import Warehouse
from tests.python.warehouse.test_unit_tests import dbt
from warehouse import data_tests, dbt_run
from warehouse.build import _BUILT_ON

HOURS = ["source:raw.flusso_ore_servizio+", *_BUILT_ON["file"]]


@pytest.mark.parametrize("roots", [HOURS, ["source:raw+"]], ids=["ore_servizio", "tutto"])
def test_they_are_those_that_dbt_would_ask(warehouse: Warehouse, manifest: dict[str, Any], roots: list[str]) -> None:
    words = ["--select", *roots, "--exclude", data_tests.HELD_BY_CONTRACTS, "--resource-type", "test"]
    listed = dbt(warehouse, "ls", *words, "--output", "name", "--quiet")
    assert listed.returncode == 0, listed.stdout
    names = [test["name"] for test in data_tests.below(manifest, roots)]
    assert sorted(names) == sorted(listed.stdout.split())
    assert len(set(names)) > 50


def test_each_was_compiled_and_has_no_condition_of_its_own(manifest: dict[str, Any]) -> None:
    """What dbt would do beside counting the rows is nothing."""
    for test in data_tests.below(manifest, ["source:raw+"]):
        config = test["config"]
        assert test["compiled_code"], test["name"]
        assert (config["severity"].lower(), config["error_if"], config["limit"]) == ("error", "!= 0", None), test[
            "name"
        ]
        assert not config["store_failures"], test["name"]


def test_what_is_not_in_the_project_is_not_passed_over(manifest: dict[str, Any]) -> None:
    with pytest.raises(data_tests.UnknownRootError, match="flusso_inventato"):
        data_tests.below(manifest, ["source:raw.flusso_inventato+"])


def _test(name: str, sql: str | None, **more: Any) -> dict[str, Any]:
    config = {"fail_calc": "count(*)"}
    return {
        "name": name,
        "original_file_path": "models/marts/prova.yml",
        "compiled_code": sql,
        "config": config,
        **more,
    }


def test_green_red_and_neither(tmp_path: Path) -> None:
    paths = Paths(root=tmp_path, data=tmp_path)
    paths.build.mkdir()
    with duckdb.connect(str(paths.database)) as con:
        con.execute("create table t as select * from (values (1, 'uno'), (2, 'due'), (2, 'tre')) as v (x, y)")
    told: list[tuple[str, int]] = []
    tests = [
        _test("verde", "select * from t where x > 2 -- un commento alla fine"),
        _test("rossa", "select x, y from t where x = 2 order by y", description="Nessun due."),
        _test(
            "di_serie",
            "select x from t group by x having count(*) > 1",
            test_metadata={"name": "unique"},
            column_name="x",
        ),
        _test("rotta", "select z from t"),
        _test("mai_compilata", None),
    ]
    red, serial, broken, missing = data_tests.ask(paths, tests, lambda name, done: told.append((name, done)))
    assert red.splitlines() == [
        f"{Path('models/marts/prova.yml')}: test rosso «rossa» (2 righe). Nessun due.",
        "    x=2, y=due",
        "    x=2, y=tre",
    ]
    assert "«di_serie» (1 righe). I valori della colonna «x» non si ripetono." in serial
    assert "il test «rotta» non si può eseguire" in broken and '"z"' in broken
    assert "«mai_compilata»" in missing and "cancellare la cartella «target»" in missing
    assert told == [(test["name"], number) for number, test in enumerate(tests, start=1)]
    log = data_tests.log_path(paths).read_text(encoding="utf-8").splitlines()
    assert [line.split()[1:] for line in log] == [
        ["verde", "verde"],
        ["rosso", "rossa"],
        ["rosso", "di_serie"],
        ["errore", "rotta"],
        ["errore", "mai_compilata"],
    ]


def test_a_model_that_fails_does_not_hide_what_a_test_says(
    warehouse: Warehouse, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests of what was built are asked all the same; those of what was not are not: it is that of before."""
    failed = "model.ambito.costo_servizi_sub_ambito"
    monkeypatch.setattr(dbt_run, "_run_dbt", lambda *_: dbt_run._Ran(3, ["il modello non si costruisce"], {failed}))
    with duckdb.connect(str(warehouse.paths.database)) as con:
        con.execute("insert into marts.ore_servizio_mensili from marts.ore_servizio_mensili limit 1")
        con.execute("insert into marts.costo_servizi_sub_ambito from marts.costo_servizi_sub_ambito limit 1")
    with pytest.raises(dbt_run.BuildFailedError) as raised:
        dbt_run.run_dbt_build(warehouse.paths, HOURS)
    words = str(raised.value)
    assert "test rosso «grana_ore_servizio_mensili" in words
    assert "«grana_costo_servizi_sub_ambito" not in words
    assert words.splitlines()[-1] == "il modello non si costruisce"


def test_a_selection_with_nothing_in_it_is_no_green_build(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt_run, "_run_dbt", lambda *_: dbt_run._Ran(0, [], set()))
    with pytest.raises(dbt_run.BuildFailedError, match="non ha trovato niente da costruire"):
        dbt_run.run_dbt_build(warehouse.paths, HOURS)
