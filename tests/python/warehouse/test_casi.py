"""The marts of cases, affidi, workloads and rette, against the transcriptions and the loaded rows, read another way."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.warehouse.printed import number, read_csv

DOCUMENT = ROOT / "extracts" / "prospetti" / "001_csc_consuntivo_2024"
YEARS = (2022, 2023, 2024)
CENT = Decimal("0.01")


def _printed(table: str, label: str = "voce") -> dict[str, dict[int, Decimal]]:
    """The figures of a table by label and year, totals left out."""
    return {
        row[label]: {year: value for year in YEARS if (value := number(row[f"anno_{year}"])) is not None}
        for row in read_csv(DOCUMENT / f"{table}.csv")
        if row["tipo"] == "dato"
    }


def _text(measure: str) -> Decimal | None:
    (found,) = [row["valore"] for row in read_csv(DOCUMENT / "testo.csv") if row["misura"] == measure]
    return number(found)


def _rounded(above: Decimal, below: Decimal) -> Decimal:
    return (above / below).quantize(CENT, ROUND_HALF_UP)


def _published(built: Warehouse, query: str) -> list[tuple[Any, ...]]:
    return list(built.query(query))


def _rows(built: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(built.paths.database), read_only=True) as con:
        return con.execute(query).fetchall()


def test_the_printed_movement(built: Warehouse) -> None:
    start, new, closed, end, within = _printed("tm_movimento").values()
    found = _published(
        built,
        "select anno, sub_ambito, casi_inizio, casi_nuovi, casi_chiusi, casi_fine, casi_nell_anno "
        "from marts.casi_movimento_annuale where ente_id = 'csc' and servizio = 'TM' order by anno",
    )
    assert found == [
        (year, "Tutto l'ambito", *(figures[year] for figures in (start, new, closed, end, within))) for year in YEARS
    ]
    for year in YEARS:
        assert start[year] + new[year] - closed[year] == end[year]
        assert start[year] + new[year] == within[year]
    # the one break between two years, and the only one, is a registered question for the office
    breaks = {year: start[year] - end[year - 1] for year in YEARS[1:] if start[year] != end[year - 1]}
    assert breaks == {2024: 8}
    known = _published(
        built, "select esito, e_nota, scarto from marts.quadrature where quadratura_id = '001-tm-apertura-2024'"
    )
    assert known == [("da_spiegare", True, 8)]


def test_the_printed_profile(built: Warehouse) -> None:
    found = {
        (dimension, value, day.year): cases
        for dimension, value, day, cases in _published(
            built,
            "select dimensione, modalita, data_riferimento, casi_attivi from marts.casi_profilo "
            "where ente_id = 'csc' and servizio = 'TM' and extract(month from data_riferimento) = 12 "
            "and extract(day from data_riferimento) = 31",
        )
    }
    expected: dict[tuple[str, str, int], Decimal | None] = {
        ("cittadinanza", "non italiana", 2024): _text("minori_stranieri"),
        ("fascia_eta", "18 e oltre", 2024): _text("maggiorenni_in_carico"),
    }
    for label, of_label in _printed("tm_provvedimenti").items():
        short = "solo procura" if label.startswith("Solo Procura") else label.removeprefix("Provvedimento - ")
        expected |= {("tipo_provvedimento", short, year): value for year, value in of_label.items()}
    for label, of_label in _printed("tm_sub_ambito", "sub_ambito").items():
        place = "Bagnolo Cremasco" if label == "SA Bagnolo" else label.removeprefix("SA ")
        expected |= {("sub_ambito", place, year): value for year, value in of_label.items()}
    assert found == expected
    assert len(expected) == 2 + 7 * 3 + 7 * 3


def test_the_printed_affidi_and_day_centre(built: Warehouse) -> None:
    affidi = _printed("tm_affidi")
    found = {
        tuple(key): figures
        for *key, figures in (
            (kind, detail, place, year, tuple(figures))
            for kind, detail, place, year, *figures in _published(
                built,
                "select tipo_collocamento, dettaglio, sub_ambito, anno, persone_inizio, persone_nuove, persone_uscite, "
                "persone_fine, persone_nell_anno from marts.collocamenti_movimento where ente_id = 'csc'",
            )
        )
    }
    whole = "Tutto l'ambito"
    expected: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for year in YEARS:
        end = _text("minori_affidi_in_carico") if year == 2024 else None
        new, closed, within = (
            affidi[f"N° {name}"][year] for name in ("nuovi affidi", "affidi chiusi", "affidi in carico")
        )
        expected["affido", "tutti", whole, year] = (None, new, closed, end, within)
        for label, detail in (
            ("N° affidi etero famigliari", "eterofamiliare"),
            ("N° affidi a parenti", "a parenti"),
            ("N° affidi ad associazione", "ad associazione"),
            ("N° affidi ad altre strutture", "ad altre strutture"),
        ):
            expected["affido", detail, whole, year] = (None, None, None, None, affidi[label][year])
    for row in read_csv(DOCUMENT / "centro_diurno.csv"):
        if row["tipo"] == "dato":
            place = row["sub_ambito"].capitalize().replace("cremasco", "Cremasco")
            within, end = Decimal(row["inseriti"]), Decimal(row["presenti"])
            expected["centro diurno", "tutti", place, 2024] = (None, None, None, end, within)
    assert found == expected
    assert len(expected) == 3 * 5 + 7


def test_the_printed_rette(built: Warehouse) -> None:
    costs, cases = _printed("rette_costi"), _printed("rette_casi")
    names = {
        "Costo rette minori (affidi)": ("affido", "Minori affido"),
        "Costo rette minori (comunità)": ("comunità", "Minori comunità"),
        "Costo rette minori CDM": ("centro diurno", "Minori CDM"),
        "Costo rette minori (spese extra retta)": ("extra retta", None),
        "Costo incontri protetti": ("incontri protetti", None),
        "Costo rette mamme": ("mamma con bambino", "Mamme comunità"),
    }
    assert set(names) == set(costs) and {label for _, label in names.values() if label} == set(cases)
    expected = set()
    for label, (kind, counted) in names.items():
        for year in YEARS:
            placed = cases[counted][year] if counted else None
            mean = _rounded(costs[label][year], placed) if placed else None
            expected.add((year, kind, costs[label][year], placed, mean, "non detto", None))
    found = _published(
        built,
        "select anno, tipo_collocamento, costo_eur, casi_collocati, costo_medio_eur, casi_contati, giornate "
        "from marts.rette_annuali where ente_id = 'csc'",
    )
    assert set(found) == expected and len(found) == len(expected)
    # with the totals that the document prints, read from the same table, and never loaded as rows
    totals = {year: number(row[f"anno_{year}"]) for row in read_csv(DOCUMENT / "rette_costi.csv") for year in YEARS}
    for year in YEARS:
        assert sum(row[2] for row in found if row[0] == year) == totals[year]


def test_the_weighting_is_recomputed_on_its_base(built: Warehouse) -> None:
    rows = read_csv(DOCUMENT / "tm_pesatura.csv")
    # every whole base but one misses the printed loads of some operator
    bases = [
        base
        for base in range(1, 40)
        if all(
            abs(
                100 * Decimal(row["somma_pesi"]) / Decimal(row["ore_settimanali"]) / base
                - Decimal(row["carico_rapportato"])
            )
            <= Decimal("0.5")
            for row in rows
        )
    ]
    (base,) = bases
    limit = _text("peso_accettabile")
    assert limit is not None and limit != base
    expected = []
    for row in rows:
        weight, cases, hours = (Decimal(row[name]) for name in ("somma_pesi", "casi", "ore_settimanali"))
        of_cases, of_hours, of_hundred = weight / cases, weight / hours, 100 * weight / hours / base
        for exact, name in ((of_cases, "peso_medio"), (of_hours, "carico_su_ore"), (of_hundred, "carico_rapportato")):
            assert abs(exact - Decimal(row[name])) <= Decimal("0.5"), (row["voce"], name)
        expected.append(
            (
                *(row["voce"], None, weight, cases, hours),
                *(Decimal(row["peso_medio"]), of_cases.quantize(CENT, ROUND_HALF_UP)),
                *(Decimal(row["carico_su_ore"]), of_hours.quantize(CENT, ROUND_HALF_UP)),
                *(Decimal(row["carico_rapportato"]), of_hundred.quantize(CENT, ROUND_HALF_UP)),
                *(base, limit, of_hours > limit),
            )
        )
    found = _published(
        built,
        "select operatore, ruolo, somma_pesi, casi_assegnati, ore_settimana, peso_medio, peso_medio_ricalcolato, "
        "carico_su_ore, carico_su_ore_ricalcolato, carico_su_100, carico_su_100_ricalcolato, base_carico, "
        "carico_accettabile, is_oltre_accettabile from marts.carichi_lavoro order by operatore",
    )
    assert found == expected


@pytest.fixture(scope="module")
def placements(built: Warehouse) -> list[tuple[Any, ...]]:
    """The current placements as loaded: ente, person, kind, first and last day, daily fee."""
    return _rows(
        built,
        "select ente, codice_utente, tipo_collocamento, dal, al, retta_giornaliera from raw.flusso_collocamenti "
        "join raw.lotti on _lotto = lotto where noto_al is null",
    )


def test_the_persons_of_the_flussi_are_followed_one_by_one(built: Warehouse, placements: list[tuple[Any, ...]]) -> None:
    counted = _rows(
        built,
        "select ente_id, tipo_collocamento, anno, persone_inizio, persone_nuove, persone_uscite, persone_fine, "
        "persone_nell_anno, contato_fino_al from marts.collocamenti_movimento where origine_dato = 'dimostrativo'",
    )
    assert {kind for _, kind, *_ in counted} == {"affido", "centro diurno"}
    ends: dict[tuple[str, str, int], int] = {}
    for ente, kind, year, start, new, gone, end, within, until in counted:
        first, last = date(year, 1, 1), date(year, 12, 31)
        mine = [
            (person, begun, ended)
            for owner, person, of_kind, begun, ended, _ in placements
            if (owner, of_kind) == (ente, kind) and begun <= min(last, until) and (ended or until) >= first
        ]
        everybody = {person for person, _, _ in mine}
        before = {person for person, begun, _ in mine if begun < first}
        after = {person for person, _, ended in mine if ended is None or ended > last}
        found = (len(before), len(everybody - before), len(everybody - after), len(after), len(everybody))
        assert (start, new, gone, end, within) == found, (kind, year)
        assert end == start + new - gone
        ends[ente, kind, year] = end
        if (ente, kind, year - 1) in ends:
            assert ends[ente, kind, year - 1] == start
    assert len(counted) > 10


def test_the_cost_of_the_flussi_is_days_by_fee(built: Warehouse, placements: list[tuple[Any, ...]]) -> None:
    rows = _rows(
        built,
        "select ente_id, anno, tipo_collocamento, costo_eur, casi_collocati, giornate, costo_medio_eur, "
        "contato_fino_al from marts.rette_annuali where origine_dato = 'dimostrativo'",
    )
    until = max(row[-1] for row in rows)
    cost: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    days: dict[tuple[Any, ...], int] = defaultdict(int)
    persons: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for ente, person, kind, begun, ended, fee in placements:
        for year in range(begun.year, (ended or until).year + 1):
            count = (min(ended or until, date(year, 12, 31)) - max(begun, date(year, 1, 1))).days + 1
            key = (ente, year, kind)
            cost[key] += count * fee
            days[key] += count
            persons[key].add(person)
    assert {(ente, year, kind): tuple(figures) for ente, year, kind, *figures, _ in rows} == {
        key: (cost[key], len(persons[key]), days[key], _rounded(cost[key], Decimal(len(persons[key])))) for key in cost
    }
    # the channels of a kind add up to it
    assert _rows(
        built,
        "select count(*) from marts.rette_annuali as intero join (select ente_id, anno, tipo_collocamento, "
        "sum(costo_eur) as costo_eur, sum(giornate) as giornate from marts.rette_collocamenti group by all) as parti "
        "using (ente_id, anno, tipo_collocamento) "
        "where intero.costo_eur <> parti.costo_eur or intero.giornate <> parti.giornate",
    ) == [(0,)]


def test_what_a_reader_sees_of_the_flussi(built: Warehouse) -> None:
    """The suppression does not take everything: the recent years of the demonstration ente are there to be read."""
    for mart, measure in (("rette_annuali", "costo_eur"), ("collocamenti_movimento", "persone_nell_anno")):
        shown = _published(
            built,
            f"select count({measure}), count(*) from marts.{mart} where ente_id = 'dimostrativo' and anno >= 2023",
        )[0]
        assert 2 * int(shown[0]) > int(shown[1]), mart
    assert _published(
        built,
        "select count(*) from marts.casi_profilo join marts.casi_movimento_annuale as anni on casi_profilo.ente_id = "
        "anni.ente_id and casi_profilo.servizio = anni.servizio and year(data_riferimento) = anno and modalita = "
        "anni.sub_ambito where dimensione = 'sub_ambito' and casi_attivi is distinct from casi_fine "
        "and casi_profilo.origine_dato <> 'prospetto'",
    ) == [(0,)]
