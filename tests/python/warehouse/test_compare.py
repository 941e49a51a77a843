"""Which figures moved from a version to another: all of those that did, and no other."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.compare import moved
from warehouse.versions import Version

HOURS = "create table marts.ore_servizio_mensili (ente_id varchar, mese date, servizio varchar, sub_ambito varchar, "
HOURS += "ente_gestore varchar, utenti_nel_mese integer, ore_erogate decimal(14, 2), costo_eur decimal(18, 2), "
HOURS += "nota varchar)"
PLAIN = "create table marts.avanzo (ente_id varchar, esercizio integer, importo_eur decimal(18, 2))"
GRAIN = {
    "marts.ore_servizio_mensili": ["ente_id", "mese", "servizio", "sub_ambito", "ente_gestore"],
    "marts.avanzo": ["ente_id", "esercizio"],
}
JANUARY = "('csc', date '2024-01-01', 'SAAP', 'Crema', 'Coop', 10, 100.00, 2270.00, 'a')"
FEBRUARY = "('csc', date '2024-02-01', 'SAAP', 'Crema', 'Coop', 11, 110.00, 2497.00, 'a')"


def version(folder: Path, name: str, *statements: str, grain: dict[str, list[str]] | None = None) -> Version:
    """A version with the given tables, and its record as ``describe_models`` makes it."""
    path = folder / f"ambito-{name}.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        for statement in statements:
            con.execute(statement)
        columns = con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall()
    models: dict[str, Any] = {}
    for table, column, kind in columns:
        relation = f"marts.{table}"
        model = models.setdefault(
            relation, {"tipo": "mart", "grana": (grain or GRAIN).get(relation, []), "colonne": {}}
        )
        model["colonne"][column] = {"tipo": kind}
    return Version(name, path, {"modelli": models})


def compared(folder: Path, before: list[str], after: list[str]) -> list[tuple[Any, ...]]:
    return [astuple(figure) for figure in moved(version(folder, "1", *before), version(folder, "2", *after))]


def key(month: str) -> dict[str, Any]:
    year, number = (int(part) for part in month.split("-"))
    return {
        "ente_id": "csc",
        "mese": date(year, number, 1),
        "servizio": "SAAP",
        "sub_ambito": "Crema",
        "ente_gestore": "Coop",
    }


def insert(*rows: str) -> str:
    return f"insert into marts.ore_servizio_mensili values {', '.join(rows)}"


def test_a_corrected_month_shows_the_figures_that_moved_and_no_other(tmp_path: Path) -> None:
    corrected = JANUARY.replace("100.00, 2270.00", "101.50, 2304.05")
    found = compared(tmp_path, [HOURS, insert(JANUARY, FEBRUARY)], [HOURS, insert(FEBRUARY, corrected)])
    assert found == [
        ("ore_servizio_mensili", key("2024-01"), "ore_erogate", Decimal("100.00"), Decimal("101.50"), "mossa"),
        ("ore_servizio_mensili", key("2024-01"), "costo_eur", Decimal("2270.00"), Decimal("2304.05"), "mossa"),
    ]


def test_the_same_figures_did_not_move(tmp_path: Path) -> None:
    other_words = FEBRUARY.replace("'a'", "'b'")
    assert compared(tmp_path, [HOURS, insert(JANUARY, FEBRUARY)], [HOURS, insert(JANUARY, other_words)]) == []


def test_a_row_that_comes_and_one_that_goes(tmp_path: Path) -> None:
    found = compared(tmp_path, [HOURS, insert(JANUARY)], [HOURS, insert(FEBRUARY)])
    assert [(figure[1]["mese"].month, *figure[2:]) for figure in found] == [
        (1, "utenti_nel_mese", 10, None, "tolta"),
        (1, "ore_erogate", Decimal("100.00"), None, "tolta"),
        (1, "costo_eur", Decimal("2270.00"), None, "tolta"),
        (2, "utenti_nel_mese", None, 11, "nuova"),
        (2, "ore_erogate", None, Decimal("110.00"), "nuova"),
        (2, "costo_eur", None, Decimal("2497.00"), "nuova"),
    ]


def test_a_figure_that_is_hidden_or_appears_moved(tmp_path: Path) -> None:
    hidden = JANUARY.replace("10, 100.00", "null, 100.00")
    found = compared(tmp_path, [HOURS, insert(JANUARY)], [HOURS, insert(hidden)])
    assert [figure[2:] for figure in found] == [("utenti_nel_mese", 10, None, "mossa")]


def test_a_key_may_be_empty(tmp_path: Path) -> None:
    before = JANUARY.replace("'Coop'", "null")
    found = compared(tmp_path, [HOURS, insert(before)], [HOURS, insert(before.replace("2270.00", "2271.00"))])
    assert [(figure[1]["ente_gestore"], *figure[2:]) for figure in found] == [
        (None, "costo_eur", Decimal("2270.00"), Decimal("2271.00"), "mossa")
    ]


def test_marts_in_their_order_and_rows_by_their_key(tmp_path: Path) -> None:
    rows = [f"('csc', {year}, {year}.00)" for year in (2024, 2022, 2023)]
    before = [PLAIN, f"insert into marts.avanzo values {', '.join(rows)}", HOURS, insert(JANUARY)]
    after = [*before[:2], "update marts.avanzo set importo_eur = importo_eur + 1", HOURS]
    after.append(insert(JANUARY.replace("10, 100", "12, 100")))
    found = compared(tmp_path, before, after)
    assert [(figure[0], figure[1].get("esercizio")) for figure in found] == [
        ("avanzo", 2022),
        ("avanzo", 2023),
        ("avanzo", 2024),
        ("ore_servizio_mensili", None),
    ]


@pytest.mark.parametrize("change", ["new", "gone", "grain", "type", "no grain"])
def test_what_cannot_be_compared_is_left_out(tmp_path: Path, change: str) -> None:
    rows = "insert into marts.avanzo values ('csc', 2024, {}.00)"
    before, after = [PLAIN, rows.format(1)], [PLAIN, rows.format(2)]
    grains = [GRAIN, GRAIN]
    if change == "new":
        before = [HOURS]
    if change == "gone":
        after = [HOURS]
    if change == "grain":
        grains = [GRAIN, {"marts.avanzo": ["ente_id"]}]
    if change == "no grain":
        grains = [{}, {}]
    if change == "type":
        after = [PLAIN.replace("importo_eur decimal(18, 2)", "importo_eur decimal(18, 4)"), rows.format(2)]
    old = version(tmp_path, "1", *before, grain=grains[0] or {"": []})
    new = version(tmp_path, "2", *after, grain=grains[1] or {"": []})
    assert [*moved(old, new)] == []


def test_many_figures_are_all_found(tmp_path: Path) -> None:
    grown = "insert into marts.avanzo select 'csc', n, n + {} from range(3500) as t (n)"
    assert len(compared(tmp_path, [PLAIN, grown.format(0)], [PLAIN, grown.format(1)])) == 3500


def test_comparing_leaves_both_versions_as_they_were(tmp_path: Path) -> None:
    old, new = (version(tmp_path, name, HOURS, insert(JANUARY)) for name in ("1", "2"))
    before = [found.database.read_bytes() for found in (old, new)]
    assert [*moved(old, new)] == []
    assert [found.database.read_bytes() for found in (old, new)] == before
