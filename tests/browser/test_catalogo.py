"""The catalogue and the comparison: a question is found and answered; the enti stand side by side, or say why not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, PHONE, WIDE, Server, Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_question_is_found_and_answered(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("prodotti")
    box = seen.page.get_by_label("Cerca")
    box.fill("SAAP sub-ambito")
    box.press("Enter")
    expect(seen.page.locator("h3").first).to_have_text(re.compile("S13"), timeout=PATIENCE)
    seen.settled()
    shown = seen.text('[data-testid="stMain"]')
    for figure in ("1.462.172,40", "64.425,00", "237", "servizio = 'SAAP'", "001:1055-1074"):
        assert figure in shown, figure
    assert "documento 001" in seen.text(".ambito-source")
    seen.screenshot(f"catalogo-{width}")
    seen.fits()
    seen.check()


def test_a_word_nobody_wrote_says_what_to_do(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server, WIDE)
    seen.open("prodotti")
    box = seen.page.get_by_label("Cerca")
    box.fill("zzz")
    box.press("Enter")
    expect(seen.page.get_by_text("Nessuna domanda del catalogo")).to_be_visible(timeout=PATIENCE)
    seen.check()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_enti_stand_side_by_side(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("confronto-enti")
    shown = seen.text('[data-testid="stMain"]')
    # 2024: the last year that two enti have; the cost of an hour of ADM, from the printed sums
    for words in (
        "Costo di un'ora di servizio, ADM, 2024",
        "24,34",
        "341.497,05",
        "ASC InSieme",
        "nessun file la porta",
    ):
        assert words in shown, words
    seen.screenshot(f"confronto-{width}")
    seen.fits()
    seen.check()
