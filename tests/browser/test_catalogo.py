"""The catalogue: a question is found, its rows are shown as the marts have them, and traced to the printed cell."""

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
