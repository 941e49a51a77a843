"""The catalogue page: what it finds, in which order, and that every condition it publishes can be asked."""

from __future__ import annotations

import pytest

from dashboards import labels, tables
from dashboards.data import Column, Mart, Snapshot
from dashboards.views.prodotti import is_about, order
from tests.conftest import Warehouse
from warehouse import versions


@pytest.fixture(scope="module")
def snapshot(built: Warehouse) -> Snapshot:
    return Snapshot(versions.current(built.paths))


def test_products_are_in_the_order_of_their_numbers() -> None:
    codes = ["1.10", "S2", "E10", "1.4", "E2", "O1", "4.5"]
    assert sorted(codes, key=lambda code: order({"prodotto": code})) == ["E2", "E10", "O1", "S2", "1.4", "1.10", "4.5"]


def test_a_product_is_found_by_all_the_words() -> None:
    product = {"prodotto": "E7", "nome": "Avanzo per voce", "domanda": "Quanto è libero?", "mart": "avanzo"}
    assert is_about(product, "  AVANZO libero ")
    assert is_about(product, "e7")
    assert is_about(product, "")
    assert not is_about(product, "avanzo vincolato")


def test_a_unit_may_stand_in_another_column() -> None:
    columns = {name: Column(name, "", unit) for name, unit in (("valore", "vedi unita"), ("costo_eur", "eur"))}
    value, cost = tables.fields(Mart("m", "", "", (), columns, ()), "valore", "costo_eur")
    assert (value.unit, value.unit_in) == (None, "unita")
    assert (cost.unit, cost.unit_in) == ("eur", None)


def test_every_product_gives_its_rows_and_has_a_theme_with_a_name(snapshot: Snapshot) -> None:
    for product in snapshot.mart("prodotti").rows:
        assert product["tema"] in labels.THEMES
        chosen = snapshot.selected(product["mart"], product["filtro"])
        every = snapshot.mart(product["mart"]).rows
        assert 0 < len(chosen) <= len(every)
        assert (len(chosen) == len(every)) or product["filtro"]
