"""The page of the objectives: on the day asked for, each indicator says how it stands, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from dashboards import labels
from tests.browser.conftest import PHONE, WIDE, Server, Visit
from warehouse import versions

pytestmark = pytest.mark.browser
TITLE = "Obiettivi e indicatori"


def counted(server: Server, plan: str, day: date) -> dict[str, int]:
    with versions.connect(versions.current(server.paths)) as con:
        rows = con.execute(
            "select esito, count(*) from marts.indicatori_stato where piano = ? and valido_dal <= ? "
            "and coalesce(valido_al, ?) >= ? group by esito",
            [plan, day, day, day],
        ).fetchall()
    return {str(outcome): int(count) for outcome, count in rows}


def cards(seen: Visit) -> dict[str, str]:
    shown = seen.page.locator(".ambito-card").all()
    return {
        card.locator(".ambito-card-label").inner_text(): card.locator(".ambito-card-value").inner_text()
        for card in shown
    }


def at(seen: Visit, day: date) -> None:
    """Write a day in the field, and leave it: then the page is drawn again."""
    for part, written in (("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}")):
        seen.page.locator(f'.st-key-giorno-obiettivi [data-type="{part}"]').click()
        seen.page.keyboard.type(written, delay=50)
    seen.page.locator("h1").click()
    seen.rerun()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_synthetic_plan_on_two_days(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("obiettivi?ente=dimostrativo")
    assert seen.page.locator("h1").inner_text() == TITLE
    expect(seen.page.locator(".ambito-synthetic")).to_be_visible()
    at(seen, date(2025, 6, 1))
    seen.page.get_by_role("button", name="30 settembre 2025").click()
    expect(seen.page.locator("h3").first).to_contain_text("30/09/2025")
    seen.rerun()
    for day in (date(2025, 9, 30), date(2026, 3, 16)):
        at(seen, day)
        found = counted(server, "indicatori-2024-2026", day)
        assert cards(seen) == {label: str(found.get(name, 0)) for name, label in labels.RESULTS.items()}
        assert all("dati sintetici" in title for title in seen.page.locator("h3").all_inner_texts())
    # the report of 2025 is late: nobody delivered the dashboard by the 15th of March
    seen.choose("esito-obiettivi", "Scaduto")
    rows = seen.page.locator(".st-key-tabella-indicatori tbody tr")
    assert rows.count() == counted(server, "indicatori-2024-2026", date(2026, 3, 16))["scaduto"]
    assert "2025 consuntivo" in rows.filter(has_text="2.5c").inner_text()
    seen.screenshot("obiettivi-dimostrativo")
    seen.fits()
    seen.check()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_printed_plans(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("obiettivi")
    at(seen, date(2025, 1, 1))
    seen.choose("piano", "Obiettivi strategici, esito nel consuntivo 2024")
    assert cards(seen)["Raggiunto"] == "11" and cards(seen)["In parte"] == "2"
    assert "documento 001" in seen.text(".ambito-source")
    panel = seen.page.locator(".st-key-provenienza-indicatori")
    assert panel.locator('tbody [data-label="Testo stampato"]').all_inner_texts() == ["SI"]
    seen.screenshot("obiettivi-001")
    seen.fits()
    at(seen, date(2023, 3, 1))
    seen.choose("piano", "Piano obiettivi e indicatori 2021-2023")
    assert "almeno 5 eventi" in seen.text(".st-key-tabella-indicatori")
    seen.fits()
    seen.check()


def test_a_day_before_the_plan_has_nothing_to_judge(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("obiettivi?ente=asc_insieme")
    at(seen, date(2025, 12, 31))
    assert "comincia il 01/01/2026" in seen.text('[data-testid="stAlert"]')
    at(seen, date(2026, 9, 30))
    assert "almeno 90%" in seen.text(".st-key-tabella-indicatori")
    seen.check()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_actions_of_a_programme(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("obiettivi?ente=asc_cremonese")
    assert seen.page.locator(".st-key-tabella-azioni tbody tr").count() == 81
    assert cards(seen)["Non attuata"] == "1"
    seen.choose("area-azioni", "Amministrativa")
    assert "Obiettivo non raggiunto" not in seen.text(".st-key-tabella-azioni")
    seen.screenshot("obiettivi-azioni")
    seen.fits()
    seen.check()
