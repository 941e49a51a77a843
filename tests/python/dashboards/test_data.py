"""What the pages read of a published version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from dashboards import data, panels
from dashboards.data import Snapshot, cells_of, where
from dashboards.views import avanzo, costo_servizi
from tests.conftest import Warehouse
from warehouse import versions

MARTS = (
    "casi_movimento",
    "casi_movimento_annuale",
    "casi_profilo",
    "rette_collocamenti",
    "domande_esiti",
    "attese",
    "ore_personale_servizio",
    "fondi_residui",
    "tempestivita_pagamenti",
    "spesa_sociale_comuni",
    "costo_servizi_sub_ambito",
    "avanzo",
    "risultato_gestione",
    "spesa_sociale",
    "preventivo_consuntivo",
    "budget_per_fonte",
    "indicatori_piano",
    "indicatori_valori",
    "indicatori_stato",
    "riscontro_azioni",
)


@pytest.fixture(scope="module")
def snapshot(built: Warehouse) -> Snapshot:
    return Snapshot(versions.current(built.paths))


def test_columns_carry_the_comments_of_the_database_and_their_unit(snapshot: Snapshot) -> None:
    mart = snapshot.mart("costo_servizi_sub_ambito")
    assert mart.columns["ore_erogate"].unit == "ore"
    assert mart.columns["ore_erogate"].description
    assert "Una riga per" in mart.description
    assert mart.grain == ("ente_id", "anno", "servizio", "sub_ambito")


@pytest.mark.parametrize("name", MARTS)
def test_the_grain_picks_one_row(snapshot: Snapshot, name: str) -> None:
    mart = snapshot.mart(name)
    conditions = {data.condition(mart, row) for row in mart.rows}
    assert len(conditions) == len(mart.rows)
    with versions.connect(snapshot.version) as con:
        for condition in conditions:
            found = con.execute(f"select count(*) from marts.{name} where {condition}").fetchall()
            assert found == [(1,)], condition


def test_a_missing_mart_says_what_to_do(snapshot: Snapshot) -> None:
    with pytest.raises(data.MissingMartError, match="ambito build"):
        snapshot.mart("inesistente")


def test_a_figure_is_traced_to_its_printed_cell(snapshot: Snapshot) -> None:
    mart = snapshot.mart("costo_servizi_sub_ambito")
    (row,) = where(mart.rows, ente_id="csc", anno=2024, servizio="SAAP", sub_ambito="Pandino")
    (cell,) = snapshot.trace(mart, "costo_eur", row).righe[0].celle
    assert (cell.documento, cell.linea, cell.testo) == ("001", 1061, "€ 1.462.172,40")


def test_readers_do_not_stand_in_each_other_s_way(snapshot: Snapshot) -> None:
    mart = snapshot.mart("preventivo_consuntivo")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: snapshot.trace(mart, "preventivo_eur", row), mart.rows[:24]))
    assert all(len(trace.righe) == 1 for trace in found)


def test_the_source_names_document_table_and_lines(snapshot: Snapshot) -> None:
    rows = where(snapshot.mart("costo_servizi_sub_ambito").rows, ente_id="csc", anno=2024, servizio="SAAP")
    said = panels.source(snapshot, rows)
    assert "documento 001" in said
    assert "righe 1058-1063" in said
    assert "Comunità Sociale Cremasca" in said


def test_checks_on_a_table_include_those_on_its_totals(snapshot: Snapshot) -> None:
    rows = where(snapshot.mart("costo_servizi_sub_ambito").rows, ente_id="csc", anno=2024, servizio="SAAP")
    found = {check["quadratura_id"] for check in snapshot.checks_on(cells_of(rows))}
    assert "001-saap-totale-costo_2024" in found
    assert "001-saap-utenti-indicatore-2024" in found
    assert "001-saap-totale-costo_2023" not in found


def test_totals_are_sums_and_ratios_of_sums(snapshot: Snapshot) -> None:
    rows = where(snapshot.mart("costo_servizi_sub_ambito").rows, ente_id="csc", anno=2024, servizio="SAAP")
    whole = costo_servizi.totals(rows)
    assert whole["costo_eur"] == Decimal("6537420.22")
    assert whole["utenti_nell_anno"] == 989
    assert whole["costo_orario_eur"] == Decimal("22.72")
    assert whole["costo_pro_capite_eur"] is None
    assert costo_servizi.totals([])["costo_eur"] is None


def test_a_change_over_the_years_is_missing_where_a_year_is(snapshot: Snapshot) -> None:
    mart = snapshot.mart("costo_servizi_sub_ambito")
    kinds = {row["sub_ambito"]: row["tipo"] for row in snapshot.mart("dim_sub_ambiti").rows}
    rows = where(mart.rows, ente_id="csc", servizio="SIP")
    column = panels.Field("costo_eur", "Costo", "eur")
    fields, lines = costo_servizi.trend(rows, column, kinds)
    assert [field.label for field in fields] == ["Sub-ambito", "2022", "2023", "2024", "Variazione 2022-2024"]
    by_name = {line["sub_ambito"]: line for line in lines}
    assert [line["sub_ambito"] for line in lines][-2:] == ["Extra-territorio", "Totale ricalcolato"]
    assert by_name["Extra-territorio"]["2022"] is None
    assert by_name["Extra-territorio"]["variazione"] is None
    assert by_name["Crema"]["variazione"] == Decimal("-8.5")


def test_the_avanzo_divides_into_its_classes(snapshot: Snapshot) -> None:
    rows = where(snapshot.mart("avanzo").rows, ente_id="csc", esercizio=2024)
    classes = avanzo.by_class(rows)
    assert [name for name, _, _ in classes] == [
        "Vincolato",
        "Finalizzato 2025",
        "Finalizzato 2026",
        "Finalizzato 2027",
        "Libero",
    ]
    assert sum(amount for _, _, amount in classes) == Decimal("2717147.72")
    assert sum((bar.value for bar in avanzo.largest_items(rows)), Decimal(0)) == Decimal("2717147.72")
