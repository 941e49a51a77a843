"""Every page, on a desk and on a phone: it is drawn whole, it is right, it asks nothing of the network."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import PHONE, WIDE, Server, Visit

pytestmark = pytest.mark.browser

# Link on the front page, title, figures and number of charts of the pages that the documents fill.
PAGES = {
    "panoramica": (
        "Panoramica",
        "Panoramica",
        ["2.717.147,72 €", "70.000,00 €", "21.530.405,26 €", "6.537.420,22 €", "3.048"],
        0,
    ),
    "costo-servizi": (
        "Costo dei servizi",
        "Costo dei servizi per sub-ambito",
        ["1.462.172,40 €", "64.425,00", "237", "22,70 €/ora", "6.169,50 €/utente", "6.537.420,21 €", "+41,1%"],
        2,
    ),
    "avanzo": (
        "Avanzo",
        "Avanzo di gestione",
        ["2.717.147,72 €", "1.827.149,91 €", "819.997,81 €", "70.000,00 €", "16.068.032,03 €"],
        3,
    ),
    "spesa-sociale": (
        "Spesa sociale",
        "Spesa sociale",
        ["21.530.405,26 €", "134,23 €/abitante", "160.393", "160.405", "75%", "stampata nella colonna 2024"],
        1,
    ),
    "preventivo-consuntivo": (
        "Preventivo e consuntivo",
        "Preventivo e consuntivo",
        ["18.659.956,38 €", "16.068.032,02 €", "+1.037.420,21 €"],
        2,
    ),
    "quadrature": (
        "Quadrature",
        "Quadrature",
        ["Da spiegare", "883 persone", "989 persone", "-106 persone", "€ 34.7060,27"],
        0,
    ),
}


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("address", PAGES)
def test_page(server: Server, visit: Callable[..., Visit], address: str, width: int) -> None:
    link, title, figures, charts = PAGES[address]
    seen = visit(server, width)
    seen.follow(link, title)
    shown = seen.text('[data-testid="stMain"]')
    for figure in figures:
        assert figure in shown, figure
    sources = seen.page.locator(".ambito-source b", has_text="Fonte")
    assert sources.count() >= max(charts, 1)
    assert "documento 001" in seen.text(".ambito-source")
    assert "sintetic" not in seen.text("h3, .ambito-synthetic")

    drawn = seen.page.locator('[data-testid="stVegaLiteChart"] svg.marks')
    assert drawn.count() == charts
    for position in range(charts):
        seen.chart_is_whole(position)

    seen.screenshot(f"{address}-schermo", whole=False)
    picture = seen.screenshot(address)
    assert picture.stat().st_size > 20_000
    seen.fits()
    seen.check()


def test_second_tab_is_the_budget_by_source(server: Server, visit: Callable[..., Visit]) -> None:
    for width in (WIDE, PHONE):
        seen = visit(server, width)
        seen.open("preventivo-consuntivo")
        seen.page.get_by_role("tab", name="Budget per fonte").click()
        seen.page.locator(".st-key-grafico-fonti svg.marks").wait_for()
        seen.rerun()
        assert "2.969.686,00 €" in seen.text(".st-key-tabella-budget")
        seen.chart_is_whole(0)
        seen.screenshot("budget-per-fonte")
        seen.fits()
        seen.check()


def test_a_direct_link_opens_its_page_on_a_server_that_never_ran(
    own_server: Server, visit: Callable[..., Visit]
) -> None:
    seen = visit(own_server)
    seen.open("costo-servizi?anno=2023")
    assert seen.page.locator("h1").inner_text() == "Costo dei servizi per sub-ambito"
    assert "Costo SAAP 2023" in seen.text(".ambito-card-label")
    assert seen.page.title() == "Costo dei servizi · Ambito"
    assert seen.page.evaluate("document.documentElement.lang") == "it"
    seen.check()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_extra_territorio_stands_apart(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("costo-servizi")
    seen.choose("servizio", "SIP, Servizio Incontri Protetti")
    rows = seen.page.locator(".st-key-tabella-costo tbody th").all_inner_texts()
    assert rows[-1] == "Extra-territorio"
    assert "In grigio chi sta fuori dai sub-ambiti" in seen.text(".ambito-source")
    assert "non avranno mai un pro-capite" in seen.text(".ambito-notes")
    seen.choose("misura", "Costo per ora (€/ora)")
    assert "La linea tratteggiata" in seen.text(".ambito-source")
    seen.chart_is_whole(0)
    seen.screenshot("costo-servizi-SIP")
    seen.fits()
    seen.check()


def test_filters_narrow_and_never_break(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("preventivo-consuntivo")
    seen.choose("area-pc", "Servizi aziendali")
    seen.choose("servizio-pc", "TM")
    seen.choose("azione-pc", "Servizio Affidi")
    assert set(seen.page.locator(".st-key-tabella-pc tbody td[data-label=Azione]").all_inner_texts()) == {
        "Servizio Affidi"
    }
    # the action chosen does not exist in the other area: it is dropped, nothing breaks
    seen.choose("area-pc", "Ufficio di Piano")
    assert seen.page.locator(".st-key-tabella-pc tbody tr").count() == 9
    seen.check()


def test_quadrature_are_filtered_by_outcome_and_document(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("quadrature")
    assert "Le domande da fare all'ufficio" in seen.text("h3")
    seen.page.locator(".st-key-esito").get_by_role("radio", name=re.compile(r"^Tutti \(\d+\)$")).click()
    seen.page.locator(".st-key-righe-quadrature").wait_for()
    seen.rerun()
    assert seen.page.locator(".st-key-tabella-quadrature tbody tr").count() == 200
    first = seen.page.locator(".st-key-tabella-quadrature tbody tr").first.inner_text()
    assert first.startswith("Da spiegare")
    seen.choose("documento", "000, Relazione sulla gestione del bilancio al 31/12/2023")
    assert seen.page.locator(".st-key-tabella-quadrature tbody tr").count() == 158
    seen.check()
