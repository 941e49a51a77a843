"""Where a figure comes from, what is downloaded, and what happens when something else is published."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import PHONE, WIDE, Server, Visit, publish_another
from warehouse import versions

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_panel_shows_the_printed_cell(server: Server, visit: Callable[..., Visit], width: int) -> None:
    seen = visit(server, width)
    seen.open("costo-servizi")
    seen.choose("provenienza-riga-costo", "Pandino")
    panel = seen.page.locator(".st-key-provenienza-costo")
    expect(panel.locator(".ambito-figure span")).to_have_text("1.462.172,40 €")
    cells = panel.locator("tbody tr")
    assert cells.count() == 1
    assert cells.locator('[data-label="Testo stampato"]').inner_text() == "€ 1.462.172,40"
    assert cells.locator('[data-label="Riga"]').inner_text() == "1061"
    assert cells.locator('[data-label="Documento"]').inner_text().startswith("001")
    assert "Pandino" in cells.inner_text()

    # a ratio shows the cells of both its terms
    seen.choose("provenienza-cifra-costo", "Costo per ora")
    expect(panel.locator("tbody tr")).to_have_count(2)
    assert "64.425,00" in panel.inner_text()

    # the row stays chosen when the table is sorted by another measure
    seen.choose("misura", "Costo per utente (€/utente)")
    expect(panel.locator('tbody tr [data-label="Voce"]').first).to_have_text("Pandino")
    seen.check()


def test_a_repaired_figure_says_so(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("quadrature")
    assert "€ 46.105.16" in seen.text(".ambito-table")
    assert "46.105,16 €" in seen.text(".ambito-table")
    seen.check()


def test_downloads_hold_what_is_shown_to_the_cent(server: Server, visit: Callable[..., Visit], tmp_path: Path) -> None:
    seen = visit(server)
    seen.open("costo-servizi")
    shown = [
        row.locator("th, td").all_inner_texts() for row in seen.page.locator(".st-key-tabella-costo tbody tr").all()
    ]
    assert len(shown) == 6

    content = seen.download("csv-costo", tmp_path, "ambito_costo-SAAP-2024_", ".csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [
        "Sub-ambito",
        "Costo (€)",
        "Ore erogate (ore)",
        "Utenti nell'anno (persone)",
        "Costo per ora (€/ora)",
        "Costo per utente (€/utente)",
    ]
    by_name = {row[0]: row[1:] for row in rows[1:]}
    assert by_name["Pandino"] == ["1462172,40", "64425,00", "237", "22,70", "6169,50"]
    assert [row[0] for row in rows[1:]] == [row[0] for row in shown]
    assert sum(Decimal(row[1].replace(",", ".")) for row in rows[1:]) == Decimal("6537420.22")

    book = CalamineWorkbook.from_filelike(
        io.BytesIO(seen.download("xlsx-costo", tmp_path, "ambito_costo-SAAP-2024_", ".xlsx"))
    )
    header, *found = book.get_sheet_by_name("Dati").to_python()
    assert header == rows[0]
    assert {row[0]: [Decimal(repr(value)) for value in row[1:]] for row in found} == {
        name: [Decimal(value.replace(",", ".")) for value in values] for name, values in by_name.items()
    }
    about = dict(book.get_sheet_by_name("Da dove viene").to_python())
    assert "documento 001" in about["Fonte"]
    assert about["Versione dei dati"].startswith(versions.current(server.paths).name)
    seen.check()


def test_a_new_publication_is_seen_at_the_next_look(own_server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(own_server)
    seen.open("avanzo")
    before = versions.current(own_server.paths)
    assert "70.000,00 €" in seen.text(".ambito-card-value")
    assert before.name in seen.text(".ambito-version")

    after = publish_another(
        own_server,
        lambda con: con.execute(
            "update marts.avanzo set importo_eur = 71234.56 where vincolo = 'libero' and ente_id = 'csc'"
        ),
    )
    # what is on the screen stays until the reader looks again
    assert "70.000,00 €" in seen.text(".ambito-card-value")
    seen.page.locator(".st-key-classe").get_by_role("radio", name="Libero").click()
    expect(seen.page.locator(".ambito-version")).to_have_text(after.name)
    expect(seen.page.locator(".ambito-card-value").last).to_have_text("71.234,56 €")
    seen.check()

    versions.switch(own_server.paths, before.name)
    seen.open("avanzo")
    assert "70.000,00 €" in seen.text(".ambito-card-value")
    seen.check()


def test_without_data_the_page_says_what_to_do(own_server: Server, visit: Callable[..., Visit]) -> None:
    pointer = own_server.paths.published / versions.POINTER
    pointer.rename(pointer.with_suffix(".via"))
    seen = visit(own_server)
    seen.page.goto(own_server.address)
    expect(seen.page.locator("h1")).to_have_text("Ambito")
    expect(seen.page.get_by_text("Non ci sono ancora dati da mostrare")).to_be_visible()
    expect(seen.page.locator("code", has_text="ambito build").first).to_be_visible()
    assert "Traceback" not in seen.text("body")
    seen.check()

    pointer.with_suffix(".via").rename(pointer)
    seen.open()
    assert seen.page.locator("h1").inner_text() == "Panoramica"
