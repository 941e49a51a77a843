"""Charts speak Italian and cut nothing."""

from __future__ import annotations

from decimal import Decimal

from dashboards import charts
from dashboards.charts import Bar


def test_axes_and_figures_are_italian() -> None:
    chart = charts.bars([Bar("Pandino", Decimal("1462172.40"), "eur")], "Costo (€)").to_dict()
    assert chart["config"]["locale"]["number"]["thousands"] == "."
    assert chart["config"]["locale"]["number"]["decimal"] == ","
    assert chart["config"]["locale"]["time"]["months"][0] == "gennaio"
    # the menu of the chart would open an editor outside this machine
    assert chart["usermeta"]["embedOptions"]["actions"] is False
    (values,) = chart["datasets"].values() if "datasets" in chart else [chart["data"]["values"]]
    assert values[0]["testo"] == "1.462.172,40\u00a0€"


def test_long_names_are_wrapped_never_cut() -> None:
    name = "Rafforzamento interventi inclusione (eq. Multidisciplinare e PIS)"
    chart = charts.bars([Bar(name, 1, "eur"), Bar("Breve", 2, "eur")], "Importo").to_dict()
    (values,) = chart["datasets"].values() if "datasets" in chart else [chart["data"]["values"]]
    assert values[0]["nome"].replace("\n", " ") == name
    assert values[0]["nome"].count("\n") >= 2
    assert values[0]["intero"] == name


def test_a_waterfall_starts_where_the_step_before_ended() -> None:
    chart = charts.bars([Bar("a", Decimal(3), "eur"), Bar("b", Decimal(-1), "eur", start=Decimal(3))], "€").to_dict()
    (values,) = chart["datasets"].values() if "datasets" in chart else [chart["data"]["values"]]
    assert [(value["da"], value["a"]) for value in values] == [(0, 3), (3, 2)]


def test_an_empty_chart_does_not_break() -> None:
    assert charts.bars([], "€").to_dict()["layer"]
