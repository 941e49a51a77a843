"""The extracts of the demonstration ente: the same every time, the same persons and money everywhere."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.errors import AmbitoError
from ingest.files import read_csv
from ingest.flussi.headers import find_header
from ingest.flussi.tracciato import tracciati
from ingest.generate import generate
from ingest.generate.services import SERVICES
from ingest.paths import ROOT
from tests.python.ingest.generate.conftest import Generation, value_of

CENT = Decimal("0.01")
YEARS = (2023, 2024, 2025)


def fingerprints(files: Iterable[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def cost(row: dict[str, object]) -> Decimal:
    ore, tariffa = row["ore"], row["tariffa_oraria"]
    assert isinstance(ore, Decimal) and isinstance(tariffa, Decimal)
    return (ore * tariffa).quantize(CENT, ROUND_HALF_UP)


def total(values: Iterable[object]) -> Decimal:
    return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))


def hours(generation: Generation, year: int) -> list[dict[str, object]]:
    periods = [str(year)] if year < YEARS[-1] else [f"{year}-{month:02d}" for month in range(1, 13)]
    return [row for each in periods for row in generation.good("ore_servizio", generation.last("ore_servizio", each))]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(generation: Generation, tmp_path: Path) -> None:
    again = generate(tmp_path / "ancora")
    assert fingerprints(again) == fingerprints(generation.files)
    other = generate(tmp_path / "altro", seme=7)
    assert [path.name for path in other] == [path.name for path in generation.files]
    # tariffs are few and could be drawn alike
    same = fingerprints(other).items() & fingerprints(generation.files).items()
    assert not same


def test_persons_do_not_change_when_the_population_grows(tmp_path: Path) -> None:
    small = generate(tmp_path / "piccola", scala=0.2)
    large = generate(tmp_path / "grande", scala=0.4)

    def rows(files: list[Path]) -> set[str]:
        (path,) = [path for path in files if path.name.endswith("ore_servizio_2023.csv")]
        return {line for line in path.read_text(encoding="cp1252").splitlines() if "DEMO-U0001" in line}

    # which rows are spoiled is drawn for the whole file: all the good ones are there
    missing = rows(small) - rows(large)
    assert rows(small) and len(missing) < len(rows(small)) * 0.02


def test_all_the_layouts_are_there_in_several_formats(generation: Generation) -> None:
    assert {extract.layout.tracciato for extract in generation.extracts} == set(tracciati())
    assert {path.suffix for path in generation.files} == {".csv", ".xlsx", ".parquet"}
    assert sorted(generation.files) == generation.files
    starts = [path.read_bytes()[:3] for path in generation.files if path.suffix == ".csv"]
    assert b"\xef\xbb\xbf" in starts
    encoded = [path for path in generation.files if path.suffix == ".csv" and not _is_utf8(path)]
    assert encoded, "no file in cp1252 has an accent"


def _is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_every_header_fits_its_layout_and_no_other(generation: Generation) -> None:
    for extract in generation.extracts:
        if extract.path.suffix != ".csv":
            continue
        first = extract.path.read_bytes().split(b"\n", 1)[0].decode("utf-8-sig")
        separator = next(mark for mark in "\t;," if mark in first)
        found = find_header([(1, first.split(separator))], tracciati())
        assert found is not None and [match.layout.tracciato for match in found.fits] == [extract.layout.tracciato]


def test_codes_say_that_they_are_invented(generation: Generation) -> None:
    prefixes = {
        "utente": "DEMO-U",
        "operatore": "DEMO-O",
        "fascicolo": "DEMO-F",
        "domanda": "DEMO-D",
        "fornitore": "DEMO-FORN-",
    }
    for extract in generation.extracts:
        for field in extract.layout.campi:
            if field.persona:
                codes = {str(row[field.nome]) for _, row in extract.rows if row[field.nome]}
                assert all(code.startswith(prefixes[field.persona]) for code in codes)


def test_keys_are_unique_and_required_values_there_but_for_the_spoiled_rows(generation: Generation) -> None:
    for extract in generation.extracts:
        spoiled = generation.spoiled.get(extract.path.name, {})
        rows = [row for line, row in extract.rows if line not in spoiled]
        keys = Counter(tuple(row[name] for name in extract.layout.chiave) for row in rows)
        assert max(keys.values()) == 1, extract.path.name
        for field in extract.layout.campi:
            if field.richiesto:
                assert all(row[field.nome] not in (None, "") for row in rows), (extract.path.name, field.nome)


def test_spoiled_rows_are_few_known_and_within_the_thresholds(generation: Generation) -> None:
    rows = sum(len(extract.rows) for extract in generation.extracts if extract.layout.tracciato == "ore_servizio")
    listed = [row for file in generation.spoiled.values() for row in file.values()]
    of_hours = [row for row in listed if row["tracciato"] == "ore_servizio"]
    assert 0.003 < len(of_hours) / rows < 0.007
    assert len({row["motivo"] for row in listed}) == 8
    for extract in generation.extracts:
        spoiled = generation.spoiled.get(extract.path.name, {})
        assert 100 * len(spoiled) < extract.layout.soglia_respinto_pct * len(extract.rows)
        cells = dict(extract.rows)
        for line, row in spoiled.items():
            if row["motivo"] != "riga ripetuta":
                assert (cells[line][row["colonna"]] or "") == row["valore"]


def test_one_month_is_corrected_and_one_comes_late(generation: Generation) -> None:
    names = [path.name for path in generation.files]
    march = [name for name in names if "ore_servizio_2025-03" in name]
    assert len(march) == 2
    before, after = (generation.good("ore_servizio", name) for name in march)
    assert len(before) < len(after) and total(cost(row) for row in before) != total(cost(row) for row in after)
    assert names.index(generation.last("ore_servizio", "2025-05")) > names.index(
        generation.last("ore_servizio", "2025-06")
    )


def test_assistance_at_school_follows_the_school_year(generation: Generation) -> None:
    months = Counter(str(row["periodo"])[5:] for row in hours(generation, 2024) if row["servizio"] == "SAAP")
    assert "07" not in months and "08" not in months
    assert months["10"] > 100
    home = Counter(str(row["periodo"])[5:] for row in hours(generation, 2024) if row["servizio"] == "SAD")
    assert len(home) == 12


def test_every_hour_is_at_a_tariff_in_force_and_a_month_of_change_has_two(generation: Generation) -> None:
    tariffs = generation.good("tariffe", generation.last("tariffe", r"2025-\d\d"))
    in_force: dict[tuple[object, ...], list[tuple[date, date]]] = defaultdict(list)
    for row in tariffs:
        start, end = row["valida_dal"], row["valida_al"] or date(9999, 12, 31)
        assert isinstance(start, date) and isinstance(end, date)
        in_force[row["servizio"], row["ente_gestore"], row["tariffa_oraria"]].append((start, end))
    together: dict[tuple[object, ...], set[object]] = defaultdict(set)
    for year in YEARS:
        for row in hours(generation, year):
            month = str(row["periodo"])
            tariff = row["tariffa_oraria"]
            spans = in_force[row["servizio"], row["ente_gestore"], tariff]
            assert any(f"{start:%Y-%m}" <= month <= f"{end:%Y-%m}" for start, end in spans), row
            together[month, row["servizio"], row["ente_gestore"]].add(tariff)
    assert {len(found) for found in together.values()} == {1, 2}


def test_invoices_are_the_monthly_cost_of_the_provider(generation: Generation) -> None:
    by_contract: dict[tuple[str, object, object], Decimal] = defaultdict(Decimal)
    for year in YEARS:
        for row in hours(generation, year):
            by_contract[str(row["periodo"]), row["ente_gestore"], row["servizio"]] += cost(row)
    # services of December of the last year are billed after the extraction
    expected = Counter(amount for (month, *_), amount in by_contract.items() if month != "2025-12")
    invoices = [
        row for year in YEARS for row in generation.good("fatture", generation.last("fatture", str(year)))
        if len(str(row["fornitore"])) == len("DEMO-FORN-01") and row["importo"] > 0  # type: ignore[operator]
    ]  # fmt: skip
    assert Counter(row["importo"] for row in invoices) == expected


def test_the_outcome_of_the_accounts_is_the_cost_of_the_services_and_the_spending_of_the_funds(
    generation: Generation,
) -> None:
    for year in YEARS:
        accounts = [
            row
            for row in generation.good("contabilita", generation.last("contabilita", str(year)))
            if row["fase"] == "consuntivo"
        ]
        movements = generation.good("movimenti_fondi", generation.last("movimenti_fondi", str(year)))
        of_year = hours(generation, year)
        for service in SERVICES:
            booked = total(row["importo"] for row in accounts if row["voce"] == service)
            assert booked == total(cost(row) for row in of_year if row["servizio"] == service)
        funds = {row["fonte"] for row in accounts}
        for fund in funds:
            spent = total(row["importo"] for row in movements if (row["fondo"], row["tipo"]) == (fund, "spesa"))
            booked = total(row["importo"] for row in accounts if row["fonte"] == fund and row["natura"] != "entrata")
            assert spent == booked, (year, fund)
            of = {
                kind: total(row["importo"] for row in movements if (row["fondo"], row["tipo"]) == (fund, kind))
                for kind in ("assegnazione", "storno", "economia")
            }
            income = total(row["importo"] for row in accounts if row["fonte"] == fund and row["natura"] == "entrata")
            assert income == of["assegnazione"] - of["storno"] - of["economia"], (year, fund)


def test_no_fund_spends_or_cashes_more_than_it_has(generation: Generation) -> None:
    sums: dict[tuple[object, object], Counter[object]] = defaultdict(Counter)
    for year in YEARS:
        for row in generation.good("movimenti_fondi", generation.last("movimenti_fondi", str(year))):
            sums[row["fondo"], row["annualita"]][row["tipo"]] += row["importo"]  # type: ignore[assignment]
    for key, of in sums.items():
        assert of["spesa"] <= of["assegnazione"] - of["storno"] - of["economia"], key
        assert of["incasso"] <= of["assegnazione"] - of["storno"], key
    assert any(of["storno"] for of in sums.values()) and any(of["economia"] for of in sums.values())


def test_credits_are_what_the_funds_have_still_to_cash_and_debts_what_the_invoices_have_still_to_pay(
    generation: Generation,
) -> None:
    movements = [
        row
        for year in YEARS
        for row in generation.good("movimenti_fondi", generation.last("movimenti_fondi", str(year)))
    ]
    bills = {
        row["id_fattura"]: row
        for year in YEARS
        for row in generation.good("fatture", generation.last("fatture", str(year)))
    }
    for year in YEARS:
        end = date(year, 12, 31)
        rows = generation.good("crediti_debiti", generation.last("crediti_debiti", str(end)))
        left = {
            side: total(row["importo"] for row in rows if row["verso"] == side)
            - total(row["regolato"] for row in rows if row["verso"] == side)
            for side in ("credito", "debito")
        }
        signs = {"assegnazione": 1, "storno": -1, "incasso": -1}
        known = [row for row in movements if row["data"] <= end]  # type: ignore[operator]
        assert left["credito"] == sum(signs.get(str(row["tipo"]), 0) * row["importo"] for row in known)  # type: ignore[operator, misc]
        received = [row for row in bills.values() if row["data_ricezione"] <= end]  # type: ignore[operator]
        paid = [row for row in received if row["data_pagamento"] and row["data_pagamento"] <= end]  # type: ignore[operator]
        to_come = [row for row in rows if row["verso"] == "debito" and _is_to_come(row, bills, end)]
        owed = total(row["importo"] for row in received) - total(row["importo_pagato"] for row in paid)
        assert left["debito"] == owed + total(row["importo"] for row in to_come)
        assert to_come and all(row["regolato"] is None for row in to_come)


def _is_to_come(row: dict[str, object], bills: dict[object, dict[str, object]], end: date) -> bool:
    """A debt of the year whose invoice comes in the next."""
    bill = bills.get(row["id_documento"])
    return bill is None or bill["data_ricezione"] > end  # type: ignore[operator]


def test_cash_moves_by_what_is_cashed_and_paid(generation: Generation) -> None:
    """Of each month: what the funds bring in, less the invoices paid, less what nobody bills and is spent anyway."""
    balances: dict[tuple[object, object], Decimal] = {}
    for year in YEARS:
        for row in generation.good("saldi_cassa", generation.last("saldi_cassa", str(year))):
            assert isinstance(row["saldo"], Decimal)
            balances[row["conto"], row["data"]] = row["saldo"]
    assert {account for account, _ in balances} == {"C1", "C2"}
    assert len(balances) == 2 * (365 + 366 + 365)
    assert min(balances.values()) < 0
    in_all = {day: balances["C1", day] + balances["C2", day] for _, day in balances}
    for year in YEARS[1:]:
        before, after = date(year - 1, 12, 31), date(year, 12, 31)
        movements = generation.good("movimenti_fondi", generation.last("movimenti_fondi", str(year)))
        cashed = total(row["importo"] for row in movements if row["tipo"] == "incasso")
        paid = total(
            row["importo_pagato"]
            for of in YEARS
            for row in generation.good("fatture", generation.last("fatture", str(of)))
            if row["data_pagamento"] and row["data_pagamento"].year == year  # type: ignore[attr-defined]
        )
        accounts = generation.good("contabilita", generation.last("contabilita", str(year)))
        outcome = [row for row in accounts if row["fase"] == "consuntivo" and row["natura"] != "entrata"]
        billed = [
            row
            for row in outcome
            if row["voce"] in SERVICES or (str(row["voce"]).startswith("Rette") and row["voce"] != "Rette: affido")
        ]
        others = total(row["importo"] for row in outcome) - total(row["importo"] for row in billed)
        assert in_all[after] - in_all[before] == cashed - paid - others, year


def test_expenditure_of_the_comuni_holds_the_services_of_their_residents(generation: Generation) -> None:
    for year in YEARS:
        spent = generation.good("spesa_sociale_comuni", generation.last("spesa_sociale_comuni", str(year)))
        school = total(row["spesa_lorda"] for row in spent if row["voce"] == "Assistenza scolastica")
        residents = [
            row
            for row in hours(generation, year)
            if row["servizio"] == "SAAP" and row["codice_istat_comune"] != "999999"
        ]
        assert school == total(cost(row) for row in residents)


def test_persons_are_the_same_across_layouts(generation: Generation) -> None:
    comuni: dict[object, set[object]] = defaultdict(set)
    for layout in ("ore_servizio", "prese_in_carico", "collocamenti", "domande"):
        for row in generation.good(layout):
            comuni[row["codice_utente"]].add(row["codice_istat_comune"])
    assert all(len(places) == 1 for places in comuni.values())
    served = {row["codice_utente"] for row in generation.good("ore_servizio")}
    for layout in ("prese_in_carico", "collocamenti", "domande"):
        assert served & {row["codice_utente"] for row in generation.good(layout)}
    known = {row[0] for _, row in read_csv(ROOT / "seeds" / "comuni.csv")[1:] if row[3] == "dimostrativo"}
    assert set().union(*comuni.values()) == known | {"999999"}


def test_placements_that_exclude_each_other_do_not_overlap(generation: Generation) -> None:
    rows = generation.good("collocamenti", generation.last("collocamenti", "2025"))
    spans: dict[object, list[tuple[date, date]]] = defaultdict(list)
    for row in rows:
        if row["tipo_collocamento"] in ("affido", "comunità", "mamma con bambino"):
            start, end = row["dal"], row["al"] or date(9999, 12, 31)
            assert isinstance(start, date) and isinstance(end, date) and start <= end
            spans[row["codice_utente"]].append((start, end))
    assert any(len(found) > 1 for found in spans.values())
    for found in spans.values():
        found.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_case_files_of_an_extraction_are_those_of_the_next_but_for_what_happened_since(generation: Generation) -> None:
    for year in YEARS[:-1]:
        files = [generation.last("prese_in_carico", str(each)) for each in (year, year + 1)]
        before, after = (
            {row["codice_fascicolo"]: row for row in generation.good("prese_in_carico", file)} for file in files
        )
        assert before.keys() <= after.keys()
        for code, row in before.items():
            assert after[code]["data_apertura"] == row["data_apertura"]
            closed = after[code]["data_chiusura"]
            assert closed == row["data_chiusura"] or (row["data_chiusura"] is None and closed > date(year, 12, 31))  # type: ignore[operator]


def test_applications_and_measures_are_realistic(generation: Generation) -> None:
    rows = generation.good("domande")
    outcomes = Counter(row["esito"] for row in rows)
    assert set(outcomes) == set(tracciati()["domande"].campo("esito").valori or {})
    assert any(row["data_chiamata"] is None and row["esito"] == "ammessa finanziata" for row in rows)
    for row in rows:
        for later in ("data_esito", "data_chiamata"):
            assert row[later] is None or row["data_domanda"] <= row[later]  # type: ignore[operator]
        assert row["importo_concesso"] is None or row["esito"] == "ammessa finanziata"


def test_residents_are_counted_each_first_of_january(generation: Generation) -> None:
    by_date: Counter[object] = Counter()
    for row in generation.good("popolazione"):
        by_date[row["data"]] += row["residenti"]  # type: ignore[assignment]
    assert sorted(by_date) == [date(year, 1, 1) for year in (*YEARS, YEARS[-1] + 1)]  # type: ignore[type-var]
    assert all(40_000 < people < 60_000 for people in by_date.values())


def test_lines_of_the_budget_are_of_the_seeds(generation: Generation) -> None:
    known = {(row[0], row[1]) for _, row in read_csv(ROOT / "seeds" / "azioni.csv")[1:]}
    assert {(row["azione"], row["area"]) for row in generation.good("contabilita")} <= known
    funds = {row[0] for _, row in read_csv(ROOT / "seeds" / "fonti.csv")[1:]}
    assert {row["fondo"] for row in generation.good("movimenti_fondi")} <= funds


def test_wrong_arguments_and_a_folder_with_other_files_are_refused(tmp_path: Path) -> None:
    for arguments in ({"scala": 0.0}, {"anni": (2025, 2023)}, {"seme": -1}):
        with pytest.raises(AmbitoError, match="Che fare"):
            generate(tmp_path / "x", **arguments)  # type: ignore[arg-type]
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "ore.csv").write_text("", encoding="utf-8")
    with pytest.raises(AmbitoError, match=r"altri file .*ore\.csv"):
        generate(tmp_path / "y")


def test_many_persons_come_in_yearly_files_a_chunk_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.generate.demo._MANY_PERSONS", 100)
    files = generate(tmp_path / "grande", scala=0.3)
    names = [path.name[4:] for path in files if "ore_servizio" in path.name]
    assert names == [f"ore_servizio_{year}.csv" for year in YEARS]
    monkeypatch.undo()
    small = generate(tmp_path / "piccola", scala=0.3)

    def costs(paths: list[Path]) -> Decimal:
        layout = tracciati()["movimenti_fondi"]
        (path,) = [path for path in paths if "movimenti_fondi_2023" in path.name]
        with path.open(encoding="cp1252", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return total(value_of(layout, "importo", row["IMPORTO"]) for row in rows if "circa" not in row["IMPORTO"])

    assert costs(files) == costs(small)


def test_hours_and_days_at_home_are_of_who_is_employed(generation: Generation) -> None:
    """Each month of an employment has its hours, and no month outside of one; who works from home is employed too."""
    roster = generation.good("personale", generation.last("personale", "2025"))
    spans = {row["codice_operatore"]: (row["dal"], row["al"] or date(9999, 12, 31)) for row in roster}
    assert len(spans) == len(roster) > 30
    worked = {(row["codice_operatore"], str(row["periodo"])) for row in generation.good("ore_personale")}
    months = [date(year, month, 1) for year in YEARS for month in range(1, 13)]
    employed = {
        (code, f"{month:%Y-%m}")
        for code, (start, end) in spans.items()
        for month in months
        if start <= month <= end  # type: ignore[operator]
    }
    assert worked == employed
    agile = {(row["codice_operatore"], str(row["periodo"])) for row in generation.good("lavoro_agile")}
    assert agile and agile < employed
    # who leaves later is still there in the extraction before
    before = generation.good("personale", generation.last("personale", "2023"))
    assert {row["codice_operatore"] for row in before} < set(spans)
    assert all(row["al"] is None or row["al"] <= date(2023, 12, 31) for row in before)  # type: ignore[operator]


def test_who_is_trained_is_employed_that_day_and_events_have_one_theme(generation: Generation) -> None:
    roster = generation.good("personale", generation.last("personale", "2025"))
    spans = {row["codice_operatore"]: (row["dal"], row["al"] or date(9999, 12, 31)) for row in roster}
    rows = generation.good("formazione")
    themes: dict[object, set[object]] = defaultdict(set)
    for row in rows:
        start, end = spans[row["codice_operatore"]]
        assert start <= row["data"] <= end, row  # type: ignore[operator]
        themes[row["codice_evento"]].add(row["tema"])
    assert all(len(of) == 1 for of in themes.values())
    assert {theme for of in themes.values() for theme in of} == set(
        tracciati()["formazione"].campo("tema").valori or {}
    )
    # the course on artificial intelligence is followed once, by the administrative profile
    administrative = {row["codice_operatore"] for row in roster if row["profilo"] == "amministrativo"}
    course = Counter(row["codice_operatore"] for row in rows if row["tema"] == "intelligenza artificiale")
    assert set(course) <= administrative and set(course.values()) == {1}


def test_a_practice_once_documented_stays_and_sites_are_of_the_territory(generation: Generation) -> None:
    known = {row[0] for _, row in read_csv(ROOT / "seeds" / "comuni.csv")[1:] if row[3] == "dimostrativo"}
    by_year: dict[object, dict[object, object]] = defaultdict(dict)
    for row in generation.good("plessi"):
        assert row["codice_istat_comune"] in known
        assert (row["buona_prassi"] == "si") == (row["documentata_il"] is not None) == (row["evidenza"] is not None)
        by_year[row["anno"]][row["codice_plesso"]] = row["documentata_il"]
    assert sorted(by_year) == [2024, 2025, 2026]  # type: ignore[type-var]
    for year in (2024, 2025):
        before, after = by_year[year], by_year[year + 1]
        assert before.keys() == after.keys()
        assert all(day is None or after[site] == day for site, day in before.items())


def test_reports_are_delivered_by_the_day_of_the_register(generation: Generation) -> None:
    rows = generation.good("report")
    assert {row["tipo"] for row in rows} == set(tracciati()["report"].campo("tipo").valori or {})
    for row in rows:
        assert row["data_consegna"] is None or row["data_consegna"] <= row["aggiornato_al"]  # type: ignore[operator]
    # in time, late, never come although due, not due yet
    states = {
        row["data_consegna"] <= row["dovuto_il"] if row["data_consegna"] else (row["dovuto_il"] < row["aggiornato_al"],)  # type: ignore[operator]
        for row in rows
    }
    assert states == {True, False, (True,), (False,)}
