"""The marts of the budget, made again from the transcriptions by another reader."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.warehouse.printed import Printed, cells, number, read_csv

EXTRACTS = ROOT / "extracts" / "prospetti"
CREMONESE, OUTCOME, PLAN = sorted(EXTRACTS.iterdir())[:3]
CENT = Decimal("0.01")
# A printed column of the lines, and the esercizio and phase it is.
PHASES = {
    "budget_2020": (2020, "assestato"),
    "budget_2021": (2021, "preventivo"),
    "preventivo": (2024, "preventivo"),
    "consuntivo": (2024, "consuntivo"),
}
# The objectives of the plan, by number, and the lines of the schede that are theirs.
LINES = {
    1: {*range(566, 572), 471, 477, 478},
    2: {*range(460, 464), 468, 469, 470, 472, 474, 475, 476, 547, 548},
    3: set(range(434, 446)),
    4: set(range(450, 456)),
    5: {*range(500, 527), *range(540, 546), *range(552, 565), *range(575, 595)},
    6: set(range(530, 539)),
    7: set(range(490, 494)),
    9: set(range(479, 486)),
    10: {*range(632, 661), *range(664, 669)},
    14: {662, 663},
    15: set(range(675, 679)),
}


def _table(document: Any, *names: str) -> list[Printed]:
    return [cell for cell in cells(document) if cell.table in names]


def _lines() -> list[Printed]:
    """The amounts of the lines of the schede, not those of their sources nor the totals."""
    return [
        cell
        for document in (OUTCOME, PLAN)
        for cell in cells(document)
        if cell.table.startswith(("scheda_", "budget_")) and cell.table != "budget_pluriennale" and not cell.total
        if cell.column in PHASES
    ]


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(CENT, ROUND_HALF_UP)


def test_the_lines_are_those_printed(built: Warehouse) -> None:
    expected = {(cell.document, cell.line, *PHASES[cell.column]): cell.value for cell in _lines()}
    rows = built.query(
        "select celle, linea, esercizio, fase, importo_eur from marts.bilancio_voci where origine_dato = 'prospetto'"
    )
    assert {(cell.split("/")[0], line, year, phase): value for cell, line, year, phase, value in rows} == expected
    assert len(rows) == len(expected) > 600


def test_the_nature_is_the_one_the_words_say(built: Warehouse) -> None:
    """What is called a cost of staff is staff; the rent of a service is no cost of the company."""
    found = built.query(
        "select distinct coalesce(dettaglio, ''), voce_stampata, natura from marts.bilancio_voci "
        "where origine_dato = 'prospetto'"
    )
    for detail, item, nature in found:
        words = f"{detail} {item}".lower()
        staff = "costo del personale" in words or "costo di personale" in words or "costo personale" in words
        assert (nature == "personale") == (staff or item == "Personale" or item.endswith("- personale")), (detail, item)
        assert (nature == "gestione") == (item in ("IRAP", "Affitto sede Via Goldaniga", "Spese generali")), item
    assert {nature for *_, nature in found} == {"personale", "servizi", "trasferimenti", "gestione", None}


def test_the_areas_are_those_printed(built: Warehouse) -> None:
    years = {**PHASES, "budget_2022": (2022, "preventivo"), "budget_2023": (2023, "preventivo")}
    printed = [*_table(OUTCOME, "costo_per_aree"), *_table(PLAN, "budget_pluriennale")]
    expected = {
        (*years[cell.column], cell.labels[0].removeprefix("AREA ").lower()): cell.value
        for cell in printed
        if not cell.total
    }
    rows = built.query(
        "select esercizio, fase, lower(area), importo_eur from marts.bilancio_aree where origine_dato = 'prospetto'"
    )
    assert {tuple(row[:3]): row[3] for row in rows} == expected
    assert len(rows) == 25


def test_an_objective_is_proven_by_its_lines_alone(built: Warehouse) -> None:
    amounts = {
        (PHASES[cell.column], cell.line): cell.value or Decimal(0) for cell in _lines() if cell.document == "002"
    }
    rows = built.query(
        "select esercizio, fase, numero, importo_eur, importo_voci_eur, esito from marts.budget_obiettivi order by all"
    )
    assert len(rows) == 45
    proven: dict[int, set[int]] = defaultdict(set)
    for year, phase, objective, printed, covered, outcome in rows:
        lines = LINES.get(objective, set()) if phase != "pre_consuntivo" else set()
        total = sum((amounts.get(((year, phase), line), Decimal(0)) for line in lines), Decimal(0))
        assert covered == (total if lines else None), (year, objective)
        if not lines:
            assert outcome == "senza_voci"
        elif printed == total:
            assert outcome == "dimostrato"
            proven[year].add(objective)
        else:
            assert outcome == ("arrotondamento" if abs(printed - total) <= CENT else "non_dimostrato")
    assert proven == {2020: set(LINES), 2021: {3, 4, 6, 7, 14, 15}}
    assert [(row[2], row[3] - row[4]) for row in rows if row[5] == "arrotondamento"] == [(5, Decimal("-0.01"))]
    # what four objectives of 2021 have too little, the others have too much: to the cent of the rounding
    left = [row[3] - row[4] for row in rows if row[5] == "non_dimostrato"]
    assert len(left) == 4 and abs(sum(left)) <= CENT


def test_the_lines_say_the_objective_that_is_proven(built: Warehouse) -> None:
    of_line = {line: objective for objective, lines in LINES.items() for line in lines}
    rows = built.query(
        "select v.linea, v.esercizio, o.numero from marts.bilancio_voci as v "
        "left join (select distinct obiettivo, numero from marts.budget_obiettivi) as o using (obiettivo) "
        "where v.esercizio < 2022 and v.origine_dato = 'prospetto'"
    )
    proven = {2020: set(LINES), 2021: {3, 4, 5, 6, 7, 14, 15}}
    for line, year, objective in rows:
        expected = of_line.get(line)
        assert objective == (expected if expected in proven[year] else None), (line, year)


def _subsets(amounts: dict[int, Decimal], target: Decimal) -> list[frozenset[int]]:
    """Every set of lines that makes the target, the two halves of the lines met in the middle."""
    lines = [line for line, amount in sorted(amounts.items()) if amount]
    halves: list[dict[Decimal, list[frozenset[int]]]] = []
    for half in (lines[::2], lines[1::2]):
        sums = [(Decimal(0), frozenset[int]())]
        for line in half:
            sums += [(total + amounts[line], chosen | {line}) for total, chosen in sums]
        by_sum: dict[Decimal, list[frozenset[int]]] = defaultdict(list)
        for total, chosen in sums:
            by_sum[total].append(chosen)
        halves.append(by_sum)
    return [
        one | other for total, ones in halves[0].items() for one in ones for other in halves[1].get(target - total, [])
    ]


# Where the lines of an objective are looked for: the schede that its name speaks of.
POOLS = {
    2: [range(460, 487), range(547, 549)],
    3: [range(434, 446)],
    4: [range(450, 456)],
    7: [range(490, 494)],
    9: [range(460, 487), range(547, 549)],
    10: [range(632, 669)],
    14: [range(632, 669)],
    15: [range(675, 679)],
}


@pytest.mark.parametrize("objective", POOLS)
def test_no_other_lines_would_prove_it(objective: int) -> None:
    """In the year in which it closes, one set of lines makes the figure: it is no coincidence among many."""
    lines = {cell.line: cell.value for cell in _lines() if cell.document == "002" and cell.column == "budget_2020"}
    pool = {line: lines[line] for part in POOLS[objective] for line in part if lines.get(line)}
    (printed,) = [
        cell.value
        for cell in _table(PLAN, "confronto_obiettivi")
        if cell.line == 712 + objective and cell.column == "po_2020"
    ]
    assert printed is not None
    found = _subsets({line: value for line, value in pool.items() if value is not None}, printed)
    assert found == [frozenset(line for line in LINES[objective] if pool.get(line))]


@pytest.mark.parametrize("objective", [2, 10])
def test_no_lines_at_all_prove_it_in_2021(objective: int) -> None:
    """Not a wrong attribution: no set of whole lines of those schede makes the figure."""
    lines = {cell.line: cell.value for cell in _lines() if cell.document == "002" and cell.column == "budget_2021"}
    pool = {line: value for part in POOLS[objective] for line in part if (value := lines.get(line))}
    (printed,) = [
        cell.value
        for cell in _table(PLAN, "confronto_obiettivi")
        if cell.line == 712 + objective and cell.column == "budget_2021"
    ]
    assert printed is not None and _subsets(pool, printed) == []


def test_the_area_without_a_page_is_two_objectives(built: Warehouse) -> None:
    ((both,),) = built.query(
        "select sum(importo_eur) from marts.budget_obiettivi where numero in (8, 11) and esercizio = 2021"
    )
    ((area,),) = built.query(
        "select importo_eur from marts.bilancio_aree where area = 'Progettazione' and esercizio = 2021"
    )
    assert both == area


@pytest.mark.parametrize(("document", "table", "year"), [(PLAN, "canali_2021", 2021), (OUTCOME, "canali_2024", 2024)])
def test_the_channels_are_those_printed(built: Warehouse, document: Any, table: str, year: int) -> None:
    rows = {int(row["linea"]): row for row in read_csv(document / f"{table}.csv") if row["tipo"] == "dato"}
    income = {line: number(row["importo"]) for line, row in rows.items() if row["misura"] == "entrata"}
    total = sum((value for value in income.values() if value is not None), Decimal(0))
    found = built.query(
        "select celle, entrata_eur, quota_entrate_pct from marts.canali_finanziamento "
        f"where esercizio = {year} and origine_dato = 'prospetto'"
    )
    seen = {int(cell.split("/")[2]): (value, share) for cells_, value, share in found for cell in cells_.split()}
    assert set(seen) == {line for line, row in rows.items() if row["misura"] != "uscite"}
    for line, value in income.items():
        assert seen[line] == (value, None if value is None else _share(value, total)), line
    kept = built.query(
        "select sum(importo_eur), sum(quota_pct) from marts.entrate_provenienza "
        f"where esercizio = {year} and origine_dato = 'prospetto'"
    )
    assert kept[0][0] == total and abs(kept[0][1] - 100) <= Decimal("0.05")


def test_the_printed_shares_of_costs_and_the_years_of_the_spending(built: Warehouse) -> None:
    found = {
        (name, year): (published, value, unit)
        for name, year, published, value, unit in built.query(
            "select indicatore, anno_riferimento, anno_pubblicazione, valore, unita from marts.indicatori_gestione "
            "where ente_id = 'csc'"
        )
    }
    expected: dict[tuple[str, int | None], tuple[int, Decimal | None, str]] = {}
    for row in read_csv(OUTCOME / "indicatori_spesa_sociale.csv"):
        for year in (2022, 2023, 2024):  # collected a year in arrears
            expected[row["misura"], year - 1] = (year, number(row[f"colonna_{year}"]), row["unita"])
    for row in read_csv(OUTCOME / "indicatori_gestione.csv"):
        for year in (2022, 2023, 2024):
            expected[row["misura"], year] = (2024, number(row[f"anno_{year}"]), row["unita"])
    for row in read_csv(OUTCOME / "testo.csv"):
        if int(row["linea"]) in (446, 468, 525, 562, 584) or row["misura"] in (
            "capitale_sociale",
            "fondo_riserva_straordinaria",
        ):
            year_ = int(row["anno"]) if row["anno"] else None
            expected[row["misura"], year_] = (2024, number(row["valore"]), row["unita"])
    assert found == expected


def test_the_indices_are_made_again_from_the_sheet(built: Warehouse) -> None:
    """With the lines of the sheet, by their place in the document."""
    sheet: dict[tuple[int, int], Decimal] = {}
    for cell in _table(CREMONESE, "stato_patrimoniale"):
        if cell.column != "variazione" and cell.value is not None:
            sheet[int(cell.column[-4:]), cell.line] = cell.value

    def of(year: int, *lines: int) -> Decimal:
        return sum((sheet.get((year, line), Decimal(0)) for line in lines), Decimal(0))

    for year in (2022, 2023):
        cash, short = of(year, 399), of(year, 385, 386, 387, 388)
        current = cash + of(year, 381, 382, 383)
        expected = {
            "disponibilita_liquide": cash,
            "indebitamento_corrente_netto": cash,
            "posizione_finanziaria_netta": of(year, 398, 399),
            "margine_tesoreria": cash + of(year, 384) - of(year, 390),
            "liquidita_primaria": current / of(year, 390),
            "liquidita_secondaria": (current + of(year, 380)) / of(year, 390),
            "indebitamento": (short + of(year, 395)) / -of(year, 397),
            "copertura_immobilizzi": (of(year, 395) - of(year, 397)) / of(year, 379),
            "indebitamento_previdenziale": 100 * of(year, 387) / (cash + of(year, 379, 384)),
        }
        rows = built.query(
            "select indice, valore, valore_ricalcolato, formula_che_quadra from marts.indici_bilancio "
            f"where anno = {year}"
        )
        for index, printed, again, which in rows:
            assert again == expected[index].quantize(CENT, ROUND_HALF_UP), (index, year)
            other = year == 2022 and index in ("margine_tesoreria", "liquidita_primaria", "liquidita_secondaria")
            assert which == ("alternativa" if other else "formula") and (printed == again) is not other
        # of 2022 the document leaves the totals of the net position blank
        assert len(rows) == (9 if year == 2023 else 7)


def test_the_balance_sheet_closes(built: Warehouse) -> None:
    """The lines add up to what the subtotals say: none is lost, and is_totale tells them apart."""
    for year in (2022, 2023):
        rows = built.query(
            "select sezione, is_totale, voce, saldo_eur from marts.stato_patrimoniale "
            f"where anno = {year} and saldo_eur is not null"
        )
        for section in {row[0] for row in rows} - {"Mezzi propri e posizione finanziaria"}:
            lines = sum((row[3] for row in rows if row[0] == section and not row[1]), Decimal(0))
            assert [lines] == [row[3] for row in rows if row[2] == section and row[1]], (year, section)
        invested = next(row[3] for row in rows if row[2] == "Capitale investito")
        assert -invested == sum((row[3] for row in rows if row[0].startswith("Mezzi") and not row[1]), Decimal(0))


def test_the_production_of_each_year(built: Warehouse) -> None:
    expected = {
        (document, int(row["anno"])): number(row["importo"])
        for document in ("asc_cremonese",)
        for row in read_csv(CREMONESE / "valore_produzione.csv")
    }
    expected |= {
        ("csc", int(row["anno"])): number(row["valore"])
        for row in read_csv(PLAN / "testo.csv")
        if row["misura"] == "valore_produzione"
    }
    rows = built.query(
        "select ente_id, esercizio, importo_eur, variazione_eur from marts.valore_produzione "
        "where origine_dato = 'prospetto'"
    )
    assert {(ente, year): value for ente, year, value, _ in rows} == expected
    for ente, year, value, change in rows:
        before = expected.get((ente, year - 1))
        assert change == (None if before is None else value - before)


def test_the_natures_share_out_the_expenses(built: Warehouse) -> None:
    """The lines of the accounts, summed here: the shares are of their own year and phase."""
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    rows = built.query("select esercizio, fase, natura, importo_eur, quota_pct from marts.costi_per_natura")
    for year, phase, _, amount, _ in rows:
        sums[year, phase] += amount
    for year, phase, nature, amount, share in rows:
        assert share == _share(amount, sums[year, phase]), (year, phase, nature)
    totals = built.query(
        "select esercizio, fase, sum(importo_eur) from marts.bilancio_voci where ente_id = 'dimostrativo' group by all"
    )
    assert {(year, phase): total for year, phase, total in totals} == dict(sums)
    managed = dict(
        built.query(
            "select anno_riferimento, valore from marts.indicatori_gestione "
            "where ente_id = 'dimostrativo' and indicatore = 'incidenza_costi_gestione'"
        )
    )
    assert managed == {
        year: share for year, phase, nature, _, share in rows if (phase, nature) == ("consuntivo", "gestione")
    }
