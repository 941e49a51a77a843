"""The marts of the staff and of the territory, recomputed without their SQL: from transcriptions and raw rows."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.warehouse.printed import number, read_csv, squeezed

FOLDERS = {path.name[:3]: path for path in (ROOT / "extracts" / "prospetti").iterdir() if path.is_dir()}
CENT = Decimal("0.01")


def table(document: str, name: str) -> list[dict[str, str]]:
    with (FOLDERS[document] / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["tipo"] == "dato"]


def figure(text: str) -> Decimal:
    found = number(text)
    assert found is not None, text
    return found


def sentence(document: str, measure: str, label: str) -> tuple[dict[str, str], Decimal]:
    """The one line of the running text with a measure and a label: no line, or two, is a slip in the seed."""
    (row,) = [
        row for row in table(document, "testo") if row["misura"] == measure and squeezed(row["voce"]) == squeezed(label)
    ]
    return row, figure(row["valore"])


def ratio(numerator: int | Decimal, denominator: int) -> Decimal:
    return (100 * Decimal(numerator) / Decimal(denominator)).quantize(CENT, ROUND_HALF_UP)


@pytest.fixture(scope="module")
def build(built: Warehouse) -> duckdb.DuckDBPyConnection:
    """The database of the build: nothing is suppressed there."""
    return duckdb.connect(str(built.paths.database), read_only=True)


def current(build: duckdb.DuckDBPyConnection, layout: str, columns: str) -> list[tuple[Any, ...]]:
    return build.execute(
        f"select {columns} from raw.flusso_{layout} where _lotto in (select lotto from raw.lotti where noto_al is null)"
    ).fetchall()


# --- staff ---


def members(dimension: str) -> dict[str, str]:
    return {
        row["etichetta"]: row["membro"]
        for row in read_csv(ROOT / "seeds" / "etichette.csv")
        if row["dimensione"] == dimension
    }


def test_the_staff_is_the_two_printed_tables(built: Warehouse) -> None:
    profile = members("profilo")
    expected = {
        (date(2020, 11, 30), profile[row["profilo"]]): tuple(
            figure(row[column])
            for column in (
                *("persone", "tempo_indeterminato", "tempo_determinato", "collaboratore_a_progetto", "comando"),
                *("tempo_pieno", "part_time"),
            )
        )
        for row in table("002", "personale_2020")
    } | {
        (date(2024, 12, 31), profile[row["voce"]]): (
            *(figure(row[column]) for column in ("persone", "indeterminato", "determinato")),
            *(None, None),  # the table of that year has no such columns
            *(figure(row[column]) for column in ("tempo_pieno", "part_time")),
        )
        for row in table("001", "personale_2024")
    }
    assert len(expected) == 14
    found = built.query(
        "select data_riferimento, profilo, persone, tempo_indeterminato, tempo_determinato, collaborazione, comando, "
        "tempo_pieno, tempo_parziale from marts.personale_in_servizio "
        "where origine_dato = 'prospetto' and data_riferimento is not null"
    )
    assert {(row[0], row[1]): row[2:] for row in found} == expected
    # the days are those that the documents print
    for document, text in (("002", "30/11/2020"), ("001", "31/12/2024")):
        (source,) = [row for row in read_csv(ROOT / "seeds" / "date_prospetti.csv") if row["documento"] == document]
        assert "/".join(reversed(source["data_riferimento"].split("-"))) == text


def test_every_sentence_on_the_staff_is_a_row(built: Warehouse) -> None:
    """Each figure the seed names is in its mart once, and no figure that the text gives of the staff is left out."""
    expected: dict[tuple[Any, ...], set[Decimal]] = defaultdict(set)
    undated = {}
    named = set()
    for seed in read_csv(ROOT / "seeds" / "eventi_personale.csv"):
        row, value = sentence(seed["documento"], seed["misura"], seed["voce"])
        assert f"{seed['documento']}:{row['linea']}" == seed["fonte"]
        named.add((seed["documento"], row["linea"], row["valore"]))
        if seed["evento"] == "in_servizio":
            undated[seed["profilo"]] = value
        else:
            key = (seed["documento"], row["anno"], seed["evento"], seed["profilo"], seed["ambito"], row["unita"])
            expected[key].add(value)
    assert undated == {"tutti": 43, "profili tecnici": 35, "profili amministrativi": 8}
    found = built.query(
        "select ente_id, anno, evento, profilo, ambito, unita, valore from marts.movimenti_personale "
        "where origine_dato = 'prospetto'"
    )
    document = {"csc": "001", "asc_cremonese": "000"}
    assert {
        (document[str(ente)], str(year or ""), event, profile, place or "", unit): {Decimal(str(value))}
        for ente, year, event, profile, place, unit, value in found
    } == expected
    staff = ("dimissioni", "assunzioni", "posti_vacanti", "posizioni_scoperte", "mobilita_in_uscita", "sostituzioni")
    printed = {
        (each, row["linea"], row["valore"])
        for each in FOLDERS
        for row in table(each, "testo")
        if row["misura"] in staff
    }
    assert printed <= named


def test_plan_hours_and_days_at_home_as_printed(built: Warehouse) -> None:
    profile = members("profilo")
    found = built.query(
        "select profilo, ambito, unita_previste, modalita_copertura, anno from marts.piano_occupazionale"
    )
    assert sorted(found) == sorted(
        (profile[row["profilo"]], row["ambito"], int(row["unita_previste"]), row["modalita"], int(row["anno"]))
        for row in table("002", "piano_occupazionale")
    )
    hours = {
        int(row["anno"]): figure(row["valore"])
        for row in table("001", "testo")
        if row["misura"] == "ore_lavoro" and row["linea"] == "541"
    }
    assert len(hours) == 2
    found = built.query("select anno, ore_lavorate from marts.ore_personale_servizio where origine_dato = 'prospetto'")
    assert {row[0]: row[1] for row in found} == hours
    (home,) = built.query(
        "select periodo, aderenti, giornate, giornate_massime_mese from marts.lavoro_agile "
        "where origine_dato = 'prospetto'"
    )
    joined = [
        figure(row["valore"])
        for row in table("001", "testo")
        if row["misura"] in ("aderenti_lavoro_agile", "giornate_agili_massime_mese")
    ]
    assert home == ("2024", joined[0], None, joined[1])


def test_the_turnover_is_counted_from_the_roster(build: duckdb.DuckDBPyConnection) -> None:
    roster = current(build, "personale", "dal, al, causa_cessazione, data_estrazione, profilo")
    assert len(roster) > 100
    expected = {}
    for year in range(min(row[0].year for row in roster), max(row[3] for row in roster).year + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        there = [row for row in roster if row[0] <= last and (row[1] is None or row[1] >= first)]
        left = Counter(row[2] for row in there if row[1] is not None and row[1] <= last)
        days = sum((min(row[1] or last, last) - max(row[0], first)).days + 1 for row in there)
        whole = (last - first).days + 1
        expected[year] = (
            sum(row[0] < first for row in there),
            sum(row[0] >= first for row in there),
            left["dimissioni"],
            left["mobilità"],
            left["pensione"],
            left["fine contratto"],
            sum(left.values()),
            sum(row[1] is None or row[1] > last for row in there),
            (Decimal(days) / whole).quantize(CENT, ROUND_HALF_UP),
            (Decimal(100 * sum(left.values()) * whole) / days).quantize(CENT, ROUND_HALF_UP),
        )
    found = build.execute(
        "select anno, persone_inizio, assunzioni, dimissioni, mobilita_in_uscita, pensionamenti, fine_contratto, "
        "cessazioni, persone_fine, organico_medio, tasso_turnover from marts.turnover_personale"
    ).fetchall()
    assert {row[0]: row[1:] for row in found} == expected
    assert len(expected) > 3 and any(row[6] > 3 for row in expected.values())
    # the same persons by profile, by contract and by time
    stocks = build.execute(
        "select year(data_riferimento), sum(persone), sum(tempo_indeterminato + tempo_determinato + collaborazione + "
        "comando), sum(tempo_pieno + tempo_parziale) from marts.personale_in_servizio "
        "where origine_dato = 'dimostrativo' group by 1"
    ).fetchall()
    assert {row[0]: set(row[1:]) for row in stocks} == {year: {row[7]} for year, row in expected.items()}
    # and event by event
    events = build.execute(
        "select anno, evento, valore, tasso from marts.movimenti_personale where origine_dato = 'dimostrativo'"
    ).fetchall()
    names = ("assunzioni", "dimissioni", "mobilita_in_uscita", "pensionamenti", "fine_contratto", "cessazioni")
    assert {(year, event): value for year, event, value, _ in events} == {
        (year, name): value
        for year, row in expected.items()
        for name, value in zip(names, row[1:7], strict=True)
        if value
    }
    rates = {year: rate for year, event, _, rate in events if event == "cessazioni"}
    assert rates == {year: row[9] for year, row in expected.items() if row[6]}


def test_days_at_home_are_those_of_the_flusso(build: duckdb.DuckDBPyConnection) -> None:
    days: dict[str, int] = defaultdict(int)
    persons: dict[str, set[str]] = defaultdict(set)
    for month, code, count in current(build, "lavoro_agile", "periodo, codice_operatore, giorni"):
        for period in (month, month[:4]):
            days[period] += count
            persons[period].add(code)
    found = build.execute(
        "select periodo, aderenti, giornate from marts.lavoro_agile where origine_dato = 'dimostrativo'"
    ).fetchall()
    assert found and {row[0]: row[1:] for row in found} == {
        period: (len(persons[period]), days[period]) for period in days
    }


# --- territory ---


def test_population_of_the_sub_ambiti_as_printed(built: Warehouse) -> None:
    sub_ambito = members("sub_ambito")
    foreigners = {sub_ambito[row["sub_ambito"]]: row for row in table("000", "stranieri")}
    expected = {}
    for row in table("000", "demografia_sub_ambiti"):
        name = sub_ambito[row["sub_ambito"]]
        first = int(figure(row["abitanti_2019"]))
        for year in range(2019, 2024):
            people = int(figure(row[f"abitanti_{year}"]))
            of = foreigners.get(name) if year == 2023 else None
            count = int(figure(of["stranieri"])) if of else None
            expected[name, year] = (
                people,
                count,
                None if count is None else ratio(count, people),
                figure(of["quota_pct"]) if of else None,
                None if year == 2019 else people - first,
                None if year == 2019 else ratio(people - first, first),
                figure(row["variazione"]) if year == 2023 else None,
                figure(row["variazione_pct"]) if year == 2023 else None,
            )
    found = built.query(
        "select sub_ambito, anno, abitanti, stranieri, quota_stranieri_pct, quota_stranieri_stampata_pct, variazione, "
        "variazione_per_cento, variazione_stampata, variazione_per_cento_stampata from marts.popolazione_sub_ambiti "
        "where origine_dato = 'prospetto'"
    )
    assert {(row[0], row[1]): row[2:] for row in found} == expected
    assert len(expected) == 8 * 5


def test_the_indices_are_those_of_the_raw_residents(build: duckdb.DuckDBPyConnection) -> None:
    """Every index of every comune and ambito, from the rows of the extract."""
    comuni = {row["codice_istat"]: row for row in read_csv(ROOT / "seeds" / "comuni.csv")}
    counts: dict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    for code, day, age, citizenship, people in current(
        build, "popolazione", "codice_istat_comune, data, eta, cittadinanza, residenti"
    ):
        for place in (comuni[code]["comune"], "*"):
            of = counts[comuni[code]["ente_id"], place, day]
            of["residenti"] += people
            of["giovani" if age < 15 else "adulti" if age < 65 else "anziani"] += people
            of[citizenship] += people
    expected = {}
    for key, of in counts.items():
        young, adult, old, people = of["giovani"], of["adulti"], of["anziani"], of["residenti"]
        expected[*key, "residenti"] = Decimal(people)
        expected[*key, "indice_vecchiaia"] = ratio(old, young)
        expected[*key, "indice_dipendenza"] = ratio(young + old, adult)
        expected[*key, "indice_dipendenza_anziani"] = ratio(old, adult)
        expected[*key, "quota_0_14"] = ratio(young, people)
        expected[*key, "quota_65_e_oltre"] = ratio(old, people)
        if not of["totale"]:
            expected[*key, "quota_stranieri"] = ratio(of["straniera"], people)
    found = build.execute(
        "select ente_id, case when livello = 'ambito' then '*' else territorio end, data_riferimento, indicatore, "
        "valore from marts.indici_demografici "
        "where origine_dato <> 'prospetto' and livello <> 'sub_ambito' and indicatore <> 'comuni'"
    ).fetchall()
    assert {row[:4]: row[4] for row in found} == expected
    assert expected["csc", "*", date(2023, 1, 1), "residenti"] == 160_402
    total = build.execute("select sum(residenti) from marts.popolazione_comuni").fetchall()[0][0]
    assert total == sum(of["residenti"] for (_, place, _), of in counts.items() if place == "*")
    whole = build.execute(
        "select anno, sum(abitanti), sum(stranieri) from marts.popolazione_sub_ambiti "
        "where ente_id = 'dimostrativo' group by anno"
    ).fetchall()
    assert {year: (people, foreigners) for year, people, foreigners in whole} == {
        day.year: (of["residenti"], of["straniera"])
        for (ente, place, day), of in counts.items()
        if (ente, place) == ("dimostrativo", "*")
    }


def test_every_sentence_on_the_territory_is_a_row(built: Warehouse) -> None:
    found = {
        str(row[0]): row[1:]
        for row in built.query(
            "select celle, livello, indicatore, dettaglio, valore, unita, valore_estratto, scarto, estratto_al "
            "from marts.indici_demografici where origine_dato = 'prospetto'"
        )
    }
    seeds = read_csv(ROOT / "seeds" / "indicatori_territorio.csv")
    assert len(found) == len(seeds)
    by_figure = Counter((row[0], row[1], row[2] or "", row[3], row[4]) for row in found.values())
    expected: Counter[tuple[Any, ...]] = Counter()
    for seed in seeds:
        row, value = sentence(seed["documento"], seed["misura"], seed["voce"])
        assert f"{seed['documento']}:{row['linea']}" == seed["fonte"]
        expected[seed["livello"], seed["indicatore"], seed["dettaglio"], value, row["unita"]] += 1
    assert by_figure == expected
    ageing = next(row for row in found.values() if row[0] == "ambito" and row[1] == "indice_vecchiaia")
    printed, extract, difference = (Decimal(str(ageing[place])) for place in (3, 5, 6))
    assert printed == Decimal("201.8") and difference == printed - extract
    assert ageing[7] == date(2023, 1, 1)
    # the size classes bear the bounds that the document prints
    bounds = [f"{int(figure(row['valore'])):,}".replace(",", ".") for row in table("002", "testo")
              if row["linea"] == "153" and row["misura"] == "soglia_abitanti"]  # fmt: skip
    assert {f"sotto {bounds[0]} abitanti", f"da {bounds[1]} a {bounds[2]} abitanti"} == {
        str(row[2]) for row in found.values() if row[1] == "comuni" and row[2] and "abitanti" in str(row[2])
    }
