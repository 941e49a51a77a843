"""What the pages compute of the marts from the files: sums that know what is hidden, states, comparisons."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from dashboards import charts, exports, formats, panels, tables
from dashboards.charts import Point
from dashboards.contents import ENTRIES, THEMES
from dashboards.data import HIDDEN, PARTIAL, Row, Snapshot, grouped, is_whole, sums
from dashboards.tables import Field
from dashboards.views import (
    casi,
    costo_servizi,
    domande,
    file_ricevuti,
    fondi,
    pagamenti,
    panoramica,
    personale,
    rette,
    spesa_sociale,
)
from ingest.flussi.tracciato import tracciati
from tests.conftest import Warehouse
from warehouse import versions

HOURS = Field("ore", "Ore", "ore")


@pytest.fixture(scope="module")
def snapshot(built: Warehouse) -> Snapshot:
    return Snapshot(versions.current(built.paths)).of("dimostrativo")


def hidden(**values: Any) -> dict[str, Any]:
    """A row whose missing values are hidden."""
    return {**values, HIDDEN: " ".join(name for name, value in values.items() if value is None) or None}


# --- sums and what they leave out ---


def test_a_sum_says_what_it_leaves_out() -> None:
    rows = [hidden(ore=Decimal("10.00")), hidden(ore=Decimal("5.50")), hidden(ore=None)]
    whole = sums(rows, ["ore"])
    assert whole == {"ore": Decimal("15.50"), HIDDEN: None, PARTIAL: "ore"}
    assert HOURS.text(whole) == "15,50*"
    assert not is_whole(whole, "ore")


def test_a_sum_that_leaves_out_more_than_it_holds_is_hidden() -> None:
    rows = [hidden(ore=Decimal("10.00")), hidden(ore=None), hidden(ore=None)]
    whole = sums(rows, ["ore"])
    assert whole == {"ore": None, HIDDEN: "ore", PARTIAL: None}
    assert HOURS.text(whole) == "soppresso"
    # a row of zero hides nobody and adds nothing: one hidden beside it is more than what is added
    assert HOURS.text(sums([hidden(ore=0), hidden(ore=None)], ["ore"])) == "soppresso"


def test_a_sum_with_nothing_hidden_is_whole_and_a_missing_value_is_not_hidden() -> None:
    whole = sums([hidden(ore=1), {"ore": None, HIDDEN: None}], ["ore"])
    assert whole == {"ore": 1, HIDDEN: None, PARTIAL: None}
    assert HOURS.text({"ore": None, HIDDEN: None}) == "n.d."
    assert sums([], ["ore"])["ore"] is None


def test_ratios_of_partial_sums_are_partial_too() -> None:
    rows = [
        {"costo_eur": Decimal("100.00"), "ore_erogate": Decimal(5), "utenti_nell_anno": 6, HIDDEN: None},
        {"costo_eur": Decimal("50.00"), "ore_erogate": Decimal(5), "utenti_nell_anno": 9, HIDDEN: None},
        {
            "costo_eur": None,
            "ore_erogate": None,
            "utenti_nell_anno": None,
            HIDDEN: "costo_eur ore_erogate utenti_nell_anno costo_orario_eur costo_utente_eur costo_pro_capite_eur",
        },
    ]
    whole = costo_servizi.totals(rows)
    assert whole["costo_orario_eur"] == Decimal("15.00")
    assert set(whole[PARTIAL].split()) == {
        "costo_eur",
        "ore_erogate",
        "utenti_nell_anno",
        "costo_orario_eur",
        "costo_utente_eur",
    }


def test_years_with_hidden_figures_are_not_compared() -> None:
    rows = [
        {"sub_ambito": place, "anno": year, "costo_eur": cost, "ore_erogate": None, "utenti_nell_anno": None}
        | {HIDDEN: "costo_eur" if cost is None else None}
        for place, year, cost in [
            ("Nord", 2023, Decimal(100)),
            ("Nord", 2024, Decimal(110)),
            ("Sud", 2023, None),
            ("Sud", 2024, Decimal(50)),
        ]
    ]
    _, lines = costo_servizi.trend(rows, Field("costo_eur", "Costo", "eur"), {})
    by_name = {line["sub_ambito"]: line for line in lines}
    assert by_name["Nord"]["variazione"] == Decimal("10.0")
    assert by_name["Sud"]["variazione"] is None
    assert by_name["Totale ricalcolato"]["variazione"] is None
    assert Field("2023", "2023", "eur").text(by_name["Sud"]) == "soppresso"
    assert Field("2023", "2023", "eur").text(by_name["Totale ricalcolato"]) == f"100,00{formats.NBSP}€*"


# --- how it is written ---


def test_what_is_hidden_is_written_in_tables_and_downloads() -> None:
    columns = [Field("nome", "Servizio"), HOURS, Field("mese", "Mese", "mese"), Field("il", "Caricato il")]
    rows: list[Row] = [
        {
            "nome": "TM",
            "ore": None,
            "mese": date(2024, 3, 1),
            "il": datetime(2024, 4, 1, 12, 0),
            HIDDEN: "ore",
        },
        {"nome": "SIL", "ore": Decimal("1.50"), "mese": date(2024, 4, 1), "il": None, HIDDEN: None},
    ]
    html = tables.html(columns, rows, title="Prova")
    assert '<span class="ambito-suppressed">soppresso</span>' in html
    assert ">marzo 2024<" in html
    read = list(csv.reader(io.StringIO(exports.to_csv(columns, rows).decode("utf-8-sig")), delimiter=";"))
    assert read[1][:3] == ["TM", "soppresso", "2024-03"]
    assert read[2][:3] == ["SIL", "1,50", "2024-04"]
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(exports.to_xlsx(columns, rows, [], datetime(2024, 5, 1, tzinfo=UTC)))
    ).get_sheet_by_name("Dati")
    _, first, second = sheet.to_python()
    assert (first[1], second[1]) == ("soppresso", 1.5)
    assert first[2] == date(2024, 3, 1)


def test_a_figure_alone_has_its_unit() -> None:
    assert HOURS.alone({"ore": Decimal("2.50")}) == f"2,50{formats.NBSP}ore"
    assert HOURS.alone({"ore": None, HIDDEN: "ore"}) == "soppresso"
    assert Field("e", "Costo", "eur").alone({"e": Decimal(1)}) == f"1,00{formats.NBSP}€"


def test_the_note_on_what_is_hidden_names_the_thresholds_that_apply() -> None:
    assert panels.suppression([{HIDDEN: None, "soglia_persone": 5}]) == ""
    said = panels.suppression([{HIDDEN: "ore", "soglia_persone": 5}, {HIDDEN: "ore", "soglia_persone": 3}])
    assert "meno di 3 o di 5 persone" in said
    assert "Non è zero" in said


def test_a_month_without_a_value_is_a_gap_and_what_is_below_is_not_negative() -> None:
    points = [
        Point(date(2024, 1, 1), 4, "casi", "Aperti"),
        Point(date(2024, 1, 1), 3, "casi", "Chiusi", below=True),
        Point(date(2024, 2, 1), None, "casi", "Aperti"),
        Point(date(2024, 3, 1), 9, "casi", "Aperti", partial=True),
    ]
    chart = charts.months(points, "Casi", colors={"Aperti": charts.BLUE, "Chiusi": charts.ORANGE}).to_dict()
    (values,) = chart["datasets"].values() if "datasets" in chart else [chart["data"]["values"]]
    assert [value["valore"] for value in values] == [4.0, -3.0, None, 9.0]
    assert values[1]["testo"] == f"3{formats.NBSP}casi"
    assert values[3]["testo"] == f"9{formats.NBSP}casi*"
    assert values[3]["serie"] == charts.VISIBLE
    marked = charts.marked(charts.months(points, "Casi", colors={"Aperti": charts.BLUE}), "Dati sintetici").to_dict()
    assert marked["title"]["text"] == "Dati sintetici"


# --- page by page ---


def test_every_page_is_in_the_menu_with_layouts_that_exist(snapshot: Snapshot) -> None:
    assert len(ENTRIES) == sum(len(entries) for entries in THEMES.values())
    for entry in ENTRIES.values():
        assert set(entry.layouts) <= set(tracciati())
        for mart in entry.marts:
            assert "ente_id" in snapshot.mart(mart).columns, mart


def test_the_front_page_knows_what_each_ente_has(snapshot: Snapshot) -> None:
    assert panoramica.held(snapshot, ENTRIES["casi"], "csc") == "2022-2024"
    assert panoramica.held(snapshot, ENTRIES["domande"], "csc") == "ancora niente"
    assert panoramica.held(snapshot, ENTRIES["costo-servizi"], "csc") == "2022-2024"
    assert panoramica.held(snapshot, ENTRIES["avanzo"], "csc") == "2024"
    assert panoramica.held(snapshot, ENTRIES["quadrature"]) == ""
    years = {row["anno"] for row in snapshot.rows("domande_esiti")} | {row["anno"] for row in snapshot.rows("attese")}
    assert panoramica.held(snapshot, ENTRIES["domande"]) == f"{min(years)}-{max(years)}"


@pytest.mark.parametrize(
    ("deadline", "at", "state"),
    [
        (date(2025, 12, 31), date(2025, 6, 30), "in scadenza"),
        (date(2026, 6, 30), date(2025, 6, 30), "in scadenza"),
        (date(2026, 7, 1), date(2025, 6, 30), "dopo"),
        (date(2025, 2, 28), date(2024, 2, 29), "in scadenza"),
        (date(2025, 3, 1), date(2024, 2, 29), "dopo"),
        (date(2024, 1, 31), date(2024, 2, 29), "scaduto"),
        (None, date(2024, 2, 29), "senza"),
    ],
)
def test_a_deadline_is_counted_from_the_day_of_the_situation(deadline: date | None, at: date, state: str) -> None:
    row = {
        "scadenza": deadline,
        "situazione_al": at,
        "is_scaduto": None if deadline is None else deadline < at,
        "vincolo": "vincolato",
    }
    assert fondi.with_state(row)["stato"] == state


def test_what_is_left_of_a_fund_is_a_share_of_the_assigned() -> None:
    row = {"residuo_eur": Decimal("250.00"), "assegnato_eur": Decimal("1000.00")}
    assert fondi.left_over(row) == f"250,00{formats.NBSP}€ (25%)"
    assert fondi.left_over({**row, "assegnato_eur": Decimal(0)}) == f"250,00{formats.NBSP}€"


def test_the_cases_of_a_day_come_from_a_dimension_of_which_nothing_is_hidden() -> None:
    day, before = date(2024, 12, 31), date(2023, 12, 31)
    rows = [
        {"data_riferimento": at, "dimensione": dimension, **hidden(casi_attivi=cases)}
        for at, dimension, cases in [
            (day, "cittadinanza", None),
            (day, "cittadinanza", 20),
            (day, "fascia_eta", 14),
            (day, "fascia_eta", 12),
            (before, "fascia_eta", None),
        ]
    ]
    assert casi.stock_by_day(rows) == {before: None, day: 26}
    assert casi.said(None) == "soppresso"


def test_the_movement_of_a_year_is_summed_over_what_is_not_hidden() -> None:
    rows = [
        {
            "anno": year,
            **hidden(casi_inizio=10, casi_nuovi=new, casi_chiusi=2, casi_fine=8 + (new or 0), casi_nell_anno=12),
        }
        for year, new in [(2024, 6), (2024, None), (2023, 5)]
    ]
    before, year = casi.by_year(rows)
    assert (before["anno"], before["casi_nuovi"], year["casi_inizio"], year["casi_nuovi"]) == (2023, 5, 20, 6)
    assert is_whole(before, "casi_nuovi")
    assert not is_whole(year, "casi_nuovi")
    assert is_whole(year, "casi_chiusi")
    assert casi.partial_note([before]) == ""
    assert "sole cifre visibili" in casi.partial_note([before, year])


def test_the_profile_of_the_demonstration_ente_adds_up(snapshot: Snapshot) -> None:
    rows = snapshot.rows("casi_profilo", servizio="TM")
    stock = casi.stock_by_day(rows)
    for day, of_day in grouped(rows, "data_riferimento").items():
        for of_dimension in grouped(of_day, "dimensione").values():
            whole = sums(of_dimension, ["casi_attivi"])
            if stock[day] is not None and is_whole(whole, "casi_attivi"):
                assert whole["casi_attivi"] == stock[day]


def test_persons_are_not_summed_over_kinds_and_services() -> None:
    placed = [
        hidden(costo_eur=Decimal("100.00"), giornate=10, persone_collocate=5, retta_media_giornaliera_eur=Decimal(10)),
        hidden(costo_eur=Decimal("50.00"), giornate=2, persone_collocate=6, retta_media_giornaliera_eur=Decimal(25)),
    ]
    whole = rette.totals(placed)
    assert whole["retta_media_giornaliera_eur"] == Decimal("12.50")
    assert whole["persone_collocate"] == ""
    assert personale.totals([hidden(ore_lavorate=Decimal(8), operatori=4)])["operatori"] == ""


def test_the_hours_of_the_staff_year_by_year() -> None:
    rows = [
        {"servizio": "TM", "profilo": "educatore", "anno": year, "soglia_persone": 3, **hidden(ore_lavorate=hours)}
        for year, hours in [(2023, Decimal(8)), (2024, None)]
    ]
    fields, (line,) = personale.trend(rows, [2022, 2023, 2024])
    assert [field.text(line) for field in fields] == ["TM", "educatore", "n.d.", "8,00", "soppresso"]


def test_applications_are_ordered_with_what_is_hidden_last() -> None:
    rows = [
        {"misura": name, **hidden(domande=count)}
        for name, count in [("ADI", None), ("B2", 10), ("B1", 12), ("B2", 8), ("B2", None)]
    ]
    found = domande.by_name(rows, "misura")
    assert [(row["nome"], row["domande"]) for row in found] == [("B2", 18), ("B1", 12), ("ADI", None)]
    assert not is_whole(found[0], "domande")


@pytest.mark.parametrize(
    ("days", "outcome", "covered", "least", "value", "verdict"),
    [
        (Decimal("-7.99"), "valutabile", Decimal("96.10"), Decimal(95), "-7,99 giorni", "valutabile"),
        (
            Decimal("-9.09"),
            "n.v.",
            Decimal("86.18"),
            Decimal(95),
            "-9,09 giorni (n.v.)",
            "non valutabile: copertura 86,18%, minimo 95%",
        ),
        (None, "n.v.", None, Decimal(95), "n.d. (n.v.)", "non valutabile"),
    ],
)
def test_an_indicator_that_cannot_be_used_is_shown_and_says_so(
    days: Decimal | None, outcome: str, covered: Decimal | None, least: Decimal, value: str, verdict: str
) -> None:
    row = {"valore_giorni": days, "esito": outcome, "copertura_pct": covered, "soglia_copertura_pct": least}
    assert pagamenti.value(row).replace(formats.NBSP, " ") == value
    assert pagamenti.verdict(row) == verdict


def test_the_per_capita_of_all_the_comuni_needs_the_population_of_all() -> None:
    rows: list[dict[str, Any]] = [
        {
            "spesa_lorda_eur": Decimal("1000.00"),
            "spesa_netta_eur": Decimal("900.00"),
            "compartecipazione_utenti_eur": Decimal("100.00"),
            "contributo_ssn_eur": None,
            "popolazione": people,
        }
        for people in (10, 40)
    ]
    whole = spesa_sociale.comuni_totals(rows)
    assert (whole["lorda_pro_capite_eur"], whole["netta_pro_capite_eur"]) == (Decimal("40.00"), Decimal("36.00"))
    assert whole["contributo_ssn_eur"] is None
    rows[0]["popolazione"] = None
    whole = spesa_sociale.comuni_totals(rows)
    assert whole["lorda_pro_capite_eur"] is None
    assert whole["popolazione"] is None


def test_rules_are_counted_over_the_files() -> None:
    found = [
        {
            "file_id": file,
            "tracciato": "fatture",
            "regola": rule,
            "gravita": severity,
            "righe": rows,
            "colonne": columns,
        }
        for file, rule, severity, rows, columns in [
            ("a", "obbligatorio", "errore", 2, "importo"),
            ("b", "obbligatorio", "errore", 3, "fornitore importo"),
            ("b", "pagato_entro_dovuto", "avviso", 9, None),
        ]
    ]
    first, second = file_ricevuti.by_rule(found)
    assert (first["righe"], first["file"], first["colonne"]) == (5, 2, "fornitore, importo")
    assert first["titolo"] == tracciati()["fatture"].titolo
    assert second["gravita"] == "avviso"
    assert second["cosa"] == "Pagato entro dovuto"


def test_a_file_is_named_with_what_replaced_it() -> None:
    lots = [
        {"file_id": "a", "sostituito_da": new, "tracciato": "ore_servizio", "periodo": period, "righe": 10}
        | {"noto_al": datetime(2024, 5, 1)}
        for new, period in [("b", "2024-02"), ("b", "2024-01"), ("escluso", "2024-03")]
    ]
    rows = file_ricevuti.replacements(lots, {"a": "ore.csv", "b": "ore_corretto.csv"})
    assert {(row["nuovo"], row["periodi"], row["righe"]) for row in rows} == {
        ("ore_corretto.csv", "2024-01, 2024-02", 20),
        ("tolto dai dati in vigore", "2024-03", 10),
    }


def test_a_file_without_ente_is_everybody_s_but_the_synthetic_ones(snapshot: Snapshot) -> None:
    real, invented = snapshot.of("csc"), snapshot
    everybody = {"ente_id": None, "sintetico": False}
    assert file_ricevuti.is_of(everybody, real)
    assert not file_ricevuti.is_of(everybody, invented)
    assert file_ricevuti.is_of({"ente_id": None, "sintetico": True}, invented)
    assert file_ricevuti.is_of({"ente_id": "csc asc_insieme", "sintetico": False}, real)
    assert not file_ricevuti.is_of({"ente_id": "asc_insieme", "sintetico": False}, real)


def test_the_source_names_the_files(snapshot: Snapshot) -> None:
    rows = snapshot.rows("fondi_residui")
    said = panels.source(snapshot, rows)
    assert "tracciato movimenti_fondi" in said
    assert "generati dal programma" in said
    assert "documento" not in said
