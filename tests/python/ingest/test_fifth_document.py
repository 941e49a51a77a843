"""A fifth document is files alone: no Python, no SQL, no seed, and its cells are loaded, typed and reconciled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from subprocess import CompletedProcess

import pytest

from tests.conftest import Warehouse
from tests.python.ingest.example import CELLS, FOLDER, write_document

EUR = Decimal


@pytest.fixture(scope="module")
def fifth(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The four documents and the invented one, built and published."""
    base = tmp_path_factory.mktemp("quinto")
    copy = Warehouse(root=base / "progetto", data=base / "dati")
    shutil.copytree(built.root, copy.root)
    shutil.copytree(built.data, copy.data)
    write_document(copy.paths.prospetti)
    done = copy.ambito("build")
    assert done.returncode == 0, done.stderr
    yield copy
    shutil.rmtree(base, ignore_errors=True)


def test_it_is_published_as_a_new_version(built: Warehouse, fifth: Warehouse) -> None:
    assert fifth.served() != built.served()


def test_only_files_were_added(built: Warehouse, fifth: Warehouse) -> None:
    def project(warehouse: Warehouse) -> dict[str, bytes]:
        return {
            str(path.relative_to(warehouse.root)): path.read_bytes()
            for path in warehouse.root.rglob("*")
            if path.is_file() and FOLDER not in path.parts
        }

    assert project(fifth) == project(built)


def test_its_cells_are_typed(fifth: Warehouse) -> None:
    rows = fifth.query(
        """
        select cella_id, linea, testo, valore, unita, ente_id, anno from marts.celle
        where documento = '005' order by linea, cella_id
        """
    )
    assert len(rows) == CELLS
    of = {row[0]: row[1:] for row in rows}
    assert of["005/costi/4/utenti"] == (4, "7", EUR("7.0000"), "persone", "asc_insieme", 2025)
    assert of["005/costi/4/ore"] == (4, "5,25", EUR("5.2500"), "ore", "asc_insieme", 2025)
    assert of["005/costi/4/costo"] == (4, "€ 800,25", EUR("800.2500"), "eur", "asc_insieme", 2025)
    assert of["005/sportello/19/ore"] == (19, "36", EUR("36.0000"), "ore_settimana", "asc_insieme", 2024)
    assert of["005/sportello/20/ore"] == (20, "//", None, "ore_settimana", "asc_insieme", 2025)
    assert of["005/testo/21/valore"] == (21, "126,94 €", EUR("126.9400"), "eur", "asc_insieme", 2025)


def test_its_services_are_in_the_mart(fifth: Warehouse) -> None:
    assert fifth.query(
        """
        select anno, servizio, sub_ambito, utenti_nell_anno, ore_erogate, costo_eur, costo_orario_eur, origine_dato
        from marts.costo_servizi_sub_ambito where ente_id = 'asc_insieme' order by sub_ambito
        """
    ) == [
        (2025, "SIP", "Crema", 12, EUR("10.25"), EUR("1200.50"), EUR("117.12"), "prospetto"),
        (2025, "SIP", "Pandino", 7, EUR("5.25"), EUR("800.25"), EUR("152.43"), "prospetto"),
        (2025, "SIP", "Soncino", 9, EUR("8.13"), EUR("1000.00"), EUR("123.00"), "prospetto"),
    ]


def test_its_result_and_its_avanzo_are_in_the_marts(fifth: Warehouse) -> None:
    assert fifth.query(
        """
        select esercizio, avanzo_precedente_eur, entrate_eur, uscite_eur, avanzo_eur
        from marts.risultato_gestione where ente_id = 'asc_insieme'
        """
    ) == [(2025, EUR("200.00"), EUR("3150.75"), EUR("3000.75"), EUR("350.00"))]
    assert fifth.query(
        """
        select esercizio, voce, vincolo, importo_eur from marts.avanzo
        where ente_id = 'asc_insieme' order by voce, vincolo
        """
    ) == [  # a printed dash is no avanzo
        (2025, "Fondo inventato", "vincolato", EUR("250.00")),
        (2025, "Riserva libera", "libero", EUR("100.00")),
    ]


def test_its_checks_have_their_outcomes(fifth: Warehouse) -> None:
    rows = fifth.query(
        """
        select quadratura_id, linea, stampato, ricalcolato, scarto, esito, confronto from marts.quadrature
        where documento = '005' order by quadratura_id
        """
    )
    of = {row[0]: row[1:] for row in rows}
    assert {key: row[4] for key, row in of.items()} == {
        "005-avanzo-classi": "quadra",
        "005-avanzo-identita": "quadra",
        "005-costi-totale-costo": "quadra",
        "005-costi-totale-ore": "arrotondamento",
        "005-costi-totale-utenti": "quadra",
        "005-costo-orario": "quadra",
        "005-uscite-costi": "quadra",
    }
    assert of["005-costi-totale-ore"][:4] == (6, EUR("23.6400"), EUR("23.6300"), EUR("0.0100"))
    assert str(of["005-costi-totale-ore"][5]).split() == ["005:3", "005:4", "005:5"]
    assert str(of["005-costo-orario"][5]).split() == ["005:6"]


def test_nothing_else_changed(built: Warehouse, fifth: Warehouse) -> None:
    names = "select table_name from information_schema.tables where table_schema = 'marts' order by table_name"
    assert fifth.query(names) == built.query(names)
    for (mart,) in built.query(names):
        # what an ente has beside the others: where it had no figure and now has one, its row is another
        figures = "where valore is not null" if mart == "confronto_enti" else ""
        before = built.query(f"select * from marts.{mart} {figures}")
        after = fifth.query(f"select * from marts.{mart} {figures}")
        added = list(after)
        for row in before:
            assert row in added, f"marts.{mart}: a row of the other documents changed"
            added.remove(row)
        assert all("005" in str(row) for row in added), f"marts.{mart}: rows that are not of the new document"


@pytest.fixture(scope="module")
def red(fifth: Warehouse) -> Iterator[tuple[str, CompletedProcess[str]]]:
    """The version served before, and a build with a total two euro off and a cell that cannot be read."""
    version = fifth.served()
    table = fifth.paths.prospetti / FOLDER / "costi.csv"
    good = table.read_text(encoding="utf-8")
    fifth.edit(table, "€ 3.000,75", "€ 3.002,75")
    fifth.edit(table, '"5,25"', "5.25")
    yield version, fifth.ambito("build")
    table.write_text(good, encoding="utf-8")


def test_a_total_two_euro_off_stops_the_publication(fifth: Warehouse, red: tuple[str, CompletedProcess[str]]) -> None:
    version, done = red
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "differenze_nuove" in done.stderr
    (named,) = [line for line in done.stderr.splitlines() if "quadratura_id=005-costi-totale-costo" in line]
    assert "stampato=3002.7500, ricalcolato=3000.7500, scarto=2.0000" in named
    assert fifth.served() == version
    assert fifth.query("select testo from marts.celle where cella_id = '005/costi/6/costo'") == [("€ 3.000,75",)]


def test_a_check_on_a_cell_that_cannot_be_read_is_no_good_check(red: tuple[str, CompletedProcess[str]]) -> None:
    (named,) = [line for line in red[1].stderr.splitlines() if "quadratura_id=005-costi-totale-ore" in line]
    assert "ricalcolato=None" in named


def test_a_cell_in_quarantine_is_told_when_the_build_is_red(red: tuple[str, CompletedProcess[str]]) -> None:
    assert f"in quarantena: extracts/prospetti/{FOLDER}/costi.csv, riga 3, colonna «ore»" in red[1].stderr
