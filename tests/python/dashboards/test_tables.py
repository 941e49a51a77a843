"""Tables are Italian, safe and readable aloud."""

from __future__ import annotations

from decimal import Decimal

from dashboards import tables
from dashboards.formats import NBSP
from dashboards.tables import Field


def test_a_table_has_headings_units_and_its_total() -> None:
    columns = [
        Field("nome", "Sub-ambito", help="Chi è."),
        Field("ore", "Ore erogate", "ore"),
        Field("costo", "Costo", "eur"),
    ]
    html = tables.html(
        columns,
        [{"nome": "Pandino", "ore": Decimal("64425.00"), "costo": None}],
        total={"nome": "Totale", "costo": Decimal("1.50")},
        title="Prova",
    )
    assert '<th scope="row" class="label" data-label="Sub-ambito">Pandino</th>' in html
    assert '<td class="number" data-label="Ore erogate">64.425,00</td>' in html
    assert 'title="Chi è."' in html
    assert ">n.d.<" in html
    assert f">1,50{NBSP}€<" in html
    assert "<caption>Prova</caption>" in html


def test_text_of_a_document_never_becomes_markup() -> None:
    html = tables.html([Field("voce", 'Vo"ce')], [{"voce": "<script>x</script> & 'y'"}], title="<b>")
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html
    assert 'data-label="Vo&quot;ce"' in html


def test_the_unit_may_come_from_the_row_and_differences_are_signed() -> None:
    field = Field("scarto", "Scarto", unit_in="unita", signed=True)
    assert field.text({"scarto": Decimal("0.2161"), "unita": "pct"}) == "+0,2161%"
    assert field.text({"scarto": Decimal("-106.0000"), "unita": "persone"}) == f"-106{NBSP}persone"
    assert Field("v", "Variazione", "pct", signed=True, places=1).text({"v": Decimal("35.00")}) == "+35,0%"
    assert Field("anno_utilizzo", "Anno", "anno").text({"anno_utilizzo": None}) == ""
    assert Field("e", "Nota").text({"e": True}) == "sì"
