"""The pages that the files fill: the demonstration ente everywhere marked, the real ones told what to send."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from dashboards import formats
from dashboards.contents import ENTRIES, THEMES
from dashboards.formats import euro
from tests.browser.conftest import PHONE, WIDE, Server, Visit, publish_another
from warehouse import versions

pytestmark = pytest.mark.browser

# Address, title and the layouts that fill it.
PAGES = {
    "costo-servizi": ("Costo dei servizi per sub-ambito", ["ore_servizio", "tariffe"]),
    "casi": ("Casi in carico", ["prese_in_carico"]),
    "rette": ("Rette e collocamenti", ["collocamenti"]),
    "domande": ("Domande e attese", ["domande"]),
    "personale": ("Personale", ["ore_personale"]),
    "fondi": ("Fondi e scadenze", ["movimenti_fondi"]),
    "preventivo-consuntivo": ("Preventivo e consuntivo", ["contabilita"]),
    "avanzo": ("Avanzo di gestione", ["movimenti_fondi"]),
    "pagamenti": ("Tempestività dei pagamenti", ["fatture"]),
    "spesa-sociale": ("Spesa sociale", ["spesa_sociale_comuni", "popolazione"]),
}
# What each page must show, as SQL on the marts: a number and its unit, or a text.
FIGURES = {
    "costo-servizi": """
        select sum(costo_eur), 'eur' from marts.costo_servizi_sub_ambito
        where ente_id = 'dimostrativo' and servizio = 'SAAP' and anno = (
            select max(anno) from marts.costo_servizi_sub_ambito where ente_id = 'dimostrativo' and servizio = 'SAAP'
        ) having count(*) = count(costo_eur)
        union all
        select ore_erogate, 'ore' from marts.costo_servizi_sub_ambito
        where ente_id = 'dimostrativo' and servizio = 'SAAP' and ore_erogate is not null and anno = (
            select max(anno) from marts.costo_servizi_sub_ambito where ente_id = 'dimostrativo' and servizio = 'SAAP'
        )
    """,
    "casi": """
        select casi_attivi, 'numero' from marts.casi_profilo
        where servizio = 'TM' and dimensione = 'fascia_eta' and casi_attivi is not null
            and data_riferimento = (select max(data_riferimento) from marts.casi_profilo where servizio = 'TM')
        union all
        select unnest([casi_inizio, casi_nuovi, casi_chiusi, casi_fine, casi_nell_anno]), 'numero'
        from marts.casi_movimento_annuale
        where servizio = 'TM' and misure_soppresse is null
            and anno = (select max(anno) from marts.casi_movimento_annuale where servizio = 'TM')
    """,
    "rette": """
        select coalesce(costo_eur, 0), case when costo_eur is null then 'soppresso' else 'eur' end
        from marts.rette_collocamenti where anno = (select max(anno) from marts.rette_collocamenti)
    """,
    "domande": """
        select attesa_mediana_giorni, 'numero' from marts.attese
        where anno = (select max(anno) from marts.attese) and attesa_mediana_giorni is not null
    """,
    "personale": """
        select ore_lavorate, 'ore' from marts.ore_personale_servizio
        where anno = (select max(anno) from marts.ore_personale_servizio) and ore_lavorate is not null
    """,
    "fondi": """
        select sum(residuo_eur), 'eur' from marts.fondi_residui where ente_id = 'dimostrativo'
        union all select sum(da_incassare_eur), 'eur' from marts.fondi_residui where ente_id = 'dimostrativo'
        union all select residuo_eur, 'eur' from marts.fondi_residui
            where ente_id = 'dimostrativo' and residuo_eur <> 0
    """,
    "preventivo-consuntivo": """
        select sum(preventivo_eur), 'eur' from marts.preventivo_consuntivo
        where ente_id = 'dimostrativo' and esercizio = (
            select max(esercizio) from marts.preventivo_consuntivo where ente_id = 'dimostrativo'
        )
    """,
    "avanzo": """
        select unnest([avanzo_eur, entrate_eur, uscite_eur]), 'eur' from marts.risultato_gestione
        where ente_id = 'dimostrativo'
        qualify row_number() over (order by esercizio desc) = 1
    """,
    "pagamenti": """
        select unnest([valore_giorni, copertura_pct]), unnest(['giorni', 'pct']) from marts.tempestivita_pagamenti
        where trimestre = 0 and anno = (select max(anno) from marts.tempestivita_pagamenti)
        union all
        select importo_considerato_eur, 'eur' from marts.tempestivita_pagamenti
        where anno = (select max(anno) from marts.tempestivita_pagamenti)
    """,
    "spesa-sociale": """
        select spesa_lorda_eur, 'eur' from marts.spesa_sociale_comuni where ente_id = 'dimostrativo'
            and anno_riferimento = (select max(anno_riferimento) from marts.spesa_sociale_comuni)
        union all
        select lorda_pro_capite_eur, 'eur/abitante' from marts.spesa_sociale_comuni where ente_id = 'dimostrativo'
            and anno_riferimento = (select max(anno_riferimento) from marts.spesa_sociale_comuni)
            and (is_minimo or is_massimo)
    """,
}


def asked(server: Server, query: str) -> list[tuple[Any, ...]]:
    with versions.connect(versions.current(server.paths)) as con:
        return con.execute(query).fetchall()


def plain(text: str) -> str:
    return text.replace(formats.NBSP, " ")


@pytest.mark.parametrize("address", PAGES)
def test_page_of_the_demonstration_ente(server: Server, visit: Callable[..., Visit], address: str) -> None:
    seen = visit(server)
    seen.open(f"{address}?ente=dimostrativo")
    assert seen.page.locator("h1").inner_text() == PAGES[address][0]
    # marked: a warning, each title, each chart, each table
    expect(seen.page.locator(".ambito-synthetic")).to_be_visible()
    titles = seen.page.locator("h3").all_inner_texts()
    assert titles and all("dati sintetici" in title for title in titles), titles
    captions = seen.page.locator('[class*="st-key-tabella-"] caption').all_text_contents()
    assert captions and all("dati sintetici" in caption for caption in captions), captions

    shown = seen.text('[data-testid="stMain"]')
    found = asked(server, FIGURES[address])
    assert found
    for value, unit in found:
        if unit == "soppresso":
            assert formats.SUPPRESSED in shown
        else:
            written = formats.bare(value, unit) if unit in ("ore", "numero") else formats.quantity(value, unit)
            assert plain(written) in shown, (value, unit)
    assert "generati dal programma" in seen.text(".ambito-source")

    for width in (WIDE, PHONE):
        seen.resize(width)
        drawn = seen.page.locator('[data-testid="stVegaLiteChart"]')
        for position in range(drawn.count()):
            assert "Dati sintetici" in drawn.nth(position).text_content()
            seen.chart_is_whole(position)
        seen.screenshot(f"{address}-dimostrativo")
        seen.fits()
    seen.check()


@pytest.mark.parametrize(
    ("address", "table", "figures"),
    [
        (
            "casi",
            "casi-anni",
            "select unnest([casi_inizio, casi_nuovi, casi_chiusi, casi_fine, casi_nell_anno]), 'numero' "
            "from marts.casi_movimento_annuale where ente_id = 'csc'",
        ),
        (
            "casi",
            "profilo",
            "select casi_attivi, 'numero' from marts.casi_profilo where ente_id = 'csc' and servizio = 'TM' "
            "and dimensione = 'fascia_eta' and data_riferimento = date '2024-12-31'",
        ),
        (
            "casi",
            "carichi",
            "select unnest([somma_pesi, carico_su_ore_ricalcolato]), 'punti' from marts.carichi_lavoro",
        ),
        ("rette", "tipi", "select costo_eur, 'eur' from marts.rette_annuali where ente_id = 'csc' and anno = 2024"),
        (
            "rette",
            "movimento",
            "select persone_nell_anno, 'numero' from marts.collocamenti_movimento "
            "where ente_id = 'csc' and tipo_collocamento = 'affido'",
        ),
    ],
)
def test_what_the_documents_print_of_cases_and_rette(
    server: Server, visit: Callable[..., Visit], address: str, table: str, figures: str
) -> None:
    seen = visit(server)
    seen.open(address)
    shown = plain(seen.text(f".st-key-tabella-{table}"))
    found = asked(server, figures)
    assert found
    for value, unit in found:
        written = formats.quantity(value, unit) if unit == "eur" else formats.bare(value, unit)
        assert plain(written) in shown, (value, unit)
    assert seen.page.locator(".ambito-synthetic").count() == 0
    assert "documento 001" in seen.text(".ambito-source")
    for width in (WIDE, PHONE):
        seen.resize(width)
        if table in ("carichi", "movimento"):
            seen.screenshot(f"{address}-csc")
        seen.fits()
    seen.check()


def test_an_ente_without_data_is_told_what_to_send(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server, PHONE)
    for address, (title, layouts) in PAGES.items():
        seen.open(f"{address}?ente=asc_insieme")
        assert seen.page.locator("h1").inner_text() == title
        said = seen.text('[data-testid="stAlert"]')
        assert "ASC InSieme" in said
        for layout in layouts:
            assert f"docs/tracciati/{layout}.md" in said
        assert seen.page.locator(".ambito-synthetic").count() == 0
        seen.fits()
    seen.screenshot("senza-dati")
    seen.check()


def test_the_front_page_shows_what_each_ente_has(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("?ente=asc_insieme")
    assert "Di ASC InSieme non ci sono ancora cifre" in seen.text('[data-testid="stAlert"]')
    rows = [row.locator("th, td").all_inner_texts() for row in seen.page.locator(".st-key-tabella-enti tbody tr").all()]
    by_page = {row[0]: row[1:] for row in rows}
    assert by_page["Costo dei servizi"][0] == "2022-2024"
    assert by_page["Casi in carico"][0] == "2022-2024"
    assert by_page["Domande e attese"][0] == "–"
    first, last = asked(server, "select min(year(mese)), max(year(mese)) from marts.casi_movimento")[0]
    assert by_page["Casi in carico"][-1] == f"{first}-{last}"
    assert seen.page.locator(".st-key-guida a").count() == len(ENTRIES) - len(THEMES[""])
    seen.open("?ente=dimostrativo")
    residuo = asked(server, "select sum(residuo_eur) from marts.fondi_residui where ente_id = 'dimostrativo'")[0][0]
    assert plain(euro(residuo)) in seen.text(".ambito-card-value")
    expect(seen.page.locator(".ambito-synthetic")).to_be_visible()
    for width in (WIDE, PHONE):
        seen.resize(width)
        seen.screenshot("panoramica-dimostrativo")
        seen.fits()
    seen.check()


def test_the_ente_chosen_stays_from_page_to_page(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("casi")
    assert seen.page.locator(".st-key-ente").get_by_role("combobox").input_value() == "Comunità Sociale Cremasca"
    seen.choose("ente", "Ente dimostrativo (dati sintetici)")
    assert seen.page.url.endswith("?ente=dimostrativo")
    seen.page.get_by_test_id("stSidebar").get_by_role("link", name="Fondi e scadenze").click()
    expect(seen.page.locator("h1")).to_have_text("Fondi e scadenze")
    seen.rerun()
    expect(seen.page.locator(".ambito-synthetic")).to_be_visible()
    assert "ente=dimostrativo" in seen.page.url
    seen.choose("ente", "Comunità Sociale Cremasca")
    assert seen.page.locator(".ambito-synthetic").count() == 0
    assert "ente=" not in seen.page.url
    seen.check()


def test_what_is_hidden_is_said_and_never_zero(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("personale?ente=dimostrativo")
    expected = {
        (service, profile): (formats.SUPPRESSED, formats.SUPPRESSED)
        if hidden
        else (formats.bare(hours, "ore"), formats.bare(workers, "persone"))
        for service, profile, hours, workers, hidden in asked(
            server,
            """
            select servizio, profilo, ore_lavorate, operatori, misure_soppresse from marts.ore_personale_servizio
            where anno = (select max(anno) from marts.ore_personale_servizio)
            """,
        )
    }
    rows = [
        row.locator("th, td").all_inner_texts() for row in seen.page.locator(".st-key-tabella-personale tbody tr").all()
    ]
    assert {(row[0], row[1]): (row[2], row[3]) for row in rows} == expected
    assert formats.SUPPRESSED in {hours for hours, _ in expected.values()}
    # said once among the warnings, with what it means
    assert seen.text(".ambito-notes").count("Non è zero") == 1
    total = seen.page.locator(".st-key-tabella-personale tfoot td").all_inner_texts()
    assert total[1] == formats.SUPPRESSED or total[1].endswith(formats.PARTIAL)
    # the panel does not tell either
    service, profile = next(key for key, shown in expected.items() if shown[0] == formats.SUPPRESSED)
    seen.choose("provenienza-riga-personale", f"{service} · {profile}")
    panel = seen.page.locator(".st-key-provenienza-personale")
    expect(panel.locator(".ambito-figure span")).to_have_text(formats.SUPPRESSED)
    assert panel.locator("tbody tr").count() == 0
    seen.check()


def test_downloads_say_that_the_data_are_synthetic_and_what_is_hidden(
    server: Server, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    seen = visit(server)
    seen.open("personale?ente=dimostrativo")
    year = asked(server, "select max(anno) from marts.ore_personale_servizio")[0][0]

    content = seen.download("csv-personale", tmp_path, f"ambito_personale-{year}-dati-sintetici_", ".csv")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert header == ["Servizio", "Profilo", "Ore lavorate (ore)", "Operatori (persone)", "Origine del dato"]
    assert {row[-1] for row in rows} == {"dati sintetici"}
    hours = {(row[0], row[1]): row[2] for row in rows}
    for service, profile, worked in asked(
        server, f"select servizio, profilo, ore_lavorate from marts.ore_personale_servizio where anno = {year}"
    ):
        read = hours[service, profile]
        assert read == formats.SUPPRESSED if worked is None else Decimal(read.replace(",", ".")) == worked

    workbook = seen.download("xlsx-personale", tmp_path, f"ambito_personale-{year}-dati-sintetici_", ".xlsx")
    about = dict(CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_name("Da dove viene").to_python())
    assert about["Che cosa contiene"].endswith("(dati sintetici)")
    assert "non riguardano nessuno" in about["Avvertenza"]
    assert "meno di 3 persone" in about["Cifre soppresse"]
    assert "tracciato ore_personale" in about["Fonte"]
    seen.check()


def test_a_figure_leads_to_its_files(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("fondi?ente=dimostrativo")
    panel = seen.page.locator(".st-key-provenienza-fondi")
    chosen = panel.locator(".st-key-provenienza-riga-fondi").get_by_role("combobox").input_value()
    fund, year = chosen.rsplit(" · ", 1)
    found = asked(
        server,
        f"""
        select nome, righe_caricate from marts.qualita_file
        where list_contains((
            select string_split(file, ' ') from marts.fondi_residui
            where ente_id = 'dimostrativo' and fondo = '{fund}' and annualita = {year}
        ), file_id)
        """,
    )
    rows = {
        row.locator('[data-label="File"]').inner_text(): row.locator('[data-label="Righe caricate"]').inner_text()
        for row in panel.locator("tbody tr").all()
    }
    assert found
    assert rows == {name: formats.number(loaded) for name, loaded in found}
    assert "fondi_residui" in panel.locator(".ambito-way").inner_text()
    seen.page.get_by_role("link", name="Vai ai file ricevuti").click()
    expect(seen.page.locator("h1")).to_have_text("File ricevuti")
    seen.check()


def test_the_files_received_add_up(server: Server, visit: Callable[..., Visit]) -> None:
    seen = visit(server)
    seen.open("file-ricevuti?ente=dimostrativo")
    expect(seen.page.locator(".ambito-synthetic")).to_be_visible()
    files, read, loaded, stopped = asked(
        server,
        """
        select count(*), sum(righe_lette), sum(righe_caricate), sum(righe_in_quarantena) from marts.qualita_file
        where ente_id = 'dimostrativo' or (ente_id is null and sintetico)
        """,
    )[0]
    assert read == loaded + stopped
    values = seen.page.locator(".ambito-card-value").all_inner_texts()
    assert values == [formats.number(int(number)) for number in (files, read, loaded, stopped)]
    assert seen.page.locator(".st-key-tabella-file tbody tr").count() == min(files, 200)
    assert "Come mandare una correzione" in seen.text("h3")
    for layout in ("ore_servizio", "fatture"):
        assert f"docs/tracciati/{layout}.md" in seen.text(".st-key-tabella-tracciati")
    for width in (WIDE, PHONE):
        seen.resize(width)
        seen.screenshot("file-ricevuti-dimostrativo")
        seen.fits()

    # the real enti see their own files and none of the synthetic ones
    seen.resize(WIDE)
    seen.choose("ente", "Comunità Sociale Cremasca")
    names = seen.text('.st-key-tabella-file [data-label="File"]')
    assert not any(name in names for (name,) in asked(server, "select nome from marts.qualita_file where sintetico"))
    seen.check()


def test_what_a_document_prints_stands_beside_what_a_file_gives(
    own_server: Server, visit: Callable[..., Visit]
) -> None:
    with versions.connect(versions.current(own_server.paths)) as con:
        header = [name for (name, *_) in con.execute("describe marts.quadrature_flussi").fetchall()]
    row = {
        "ente_id": "csc",
        "anno": 2024,
        "servizio": "SAAP",
        "sub_ambito": "Pandino",
        "misura": "ore_erogate",
        "unita": "ore",
        "stampato": Decimal("64425.00"),
        "da_flusso": Decimal("64420.50"),
        "scarto": Decimal("4.50"),
        "esito": "da_spiegare",
        "origine_dato": "flusso",
    }
    hidden = {**row, "sub_ambito": "Crema", "da_flusso": None, "scarto": None, "esito": None}
    hidden |= {"misure_soppresse": "da_flusso scarto esito persone_da_flusso", "soglia_persone": 5}

    def change(con: Any) -> None:
        for one in (row, hidden):
            places = ", ".join("?" for _ in header)
            con.execute(f"insert into marts.quadrature_flussi values ({places})", [one.get(name) for name in header])

    publish_another(own_server, change)
    seen = visit(own_server, PHONE)
    seen.open("quadrature")
    cells = {
        line.locator('[data-label="Sub-ambito"]').inner_text(): line.inner_text().replace(formats.NBSP, " ")
        for line in seen.page.locator(".st-key-tabella-confronto tbody tr").all()
    }
    assert "Da spiegare" in cells["Pandino"]
    assert "64.425,00 ore" in cells["Pandino"]
    assert "+4,50 ore" in cells["Pandino"]
    assert cells["Crema"].count("soppresso") == 3
    assert "meno di 5 persone" in seen.text(".ambito-notes")
    seen.screenshot("quadrature-documenti-e-file")
    seen.fits()
    seen.check()
