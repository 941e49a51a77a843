"""Single rows behind printed margins add up to them: users, hours and cost, to the cent."""

from __future__ import annotations

import csv
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import AmbitoError
from ingest.generate import Margin, generate_margini
from tests.conftest import Warehouse

CENT = Decimal("0.01")
COMUNI = {"Uno": "998001", "Due": "998002", "Extra": "999999"}


def number(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as file:
        return [{name.lower(): text for name, text in row.items()} for row in csv.DictReader(file, delimiter=";")]


def verify(files: Sequence[Path], margins: Sequence[Margin], comuni: dict[str, str]) -> None:
    """Read the files back and add them up; and hold every rule that the layouts declare."""
    tariffs = defaultdict(list)
    for row in read(files[0]):
        start, end = (datetime.strptime(row[name], "%d/%m/%Y").date() for name in ("valida_dal", "valida_al"))
        tariffs[row["servizio"], row["ente_gestore"]].append((start, end, number(row["tariffa_oraria"])))
    for spans in tariffs.values():
        spans.sort()
        assert all(before[1] < after[0] for before, after in pairwise(spans))
    users: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    hours: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    cost: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    providers: dict[tuple[str, str], set[str]] = defaultdict(set)
    of_month: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    keys = set()
    for row in (row for path in files[1:] for row in read(path)):
        ore, tariff = number(row["ore"]), number(row["tariffa_oraria"])
        assert ore > 0 and ore == ore.quantize(CENT) and tariff == tariff.quantize(CENT)
        year, month = (int(part) for part in row["periodo"].split("-"))
        first = date(year, month, 1)
        in_force = [
            value for start, end, value in tariffs[row["servizio"], row["ente_gestore"]] if start <= first <= end
        ]
        assert tariff in in_force
        keys.add(tuple(text for name, text in row.items() if name != "ore"))
        key = (str(year), row["servizio"], row["codice_istat_comune"])
        users[key].add(row["codice_utente"])
        hours[key] += ore
        cost[key] += (ore * tariff).quantize(CENT, ROUND_HALF_UP)
        providers[str(year), row["servizio"]] |= {name for service, name in tariffs if service == row["servizio"]}
        of_month[row["periodo"], row["codice_utente"]] += ore
        assert not row["codice_utente"].startswith("DEMO-")
    assert len(keys) == sum(len(read(path)) for path in files[1:])
    assert max(of_month.values()) <= 24 * 28
    assert all(len(names) >= 2 for names in providers.values())
    for margin in margins:
        key = (str(margin.anno), margin.servizio, comuni[margin.sub_ambito])
        assert (len(users[key]), hours[key], cost[key]) == (margin.utenti, margin.ore, margin.costo)
    assert len(users) == len(margins)
    together = [user for codes in users.values() for user in codes]
    assert len(together) == len(set(together)), "a user in two margins"


@st.composite
def margin(draw: st.DrawFn, place: str) -> Margin:
    users = draw(st.integers(1, 60))
    hundredths = draw(st.integers(100 * users, 100 * users * draw(st.sampled_from([2, 40, 900, 8000]))))
    # any average between 5 and 150 euro, to the cent of the total
    cents = draw(st.integers(5 * hundredths, 150 * hundredths))
    service, year = draw(st.sampled_from(["SAAP", "SIP"])), draw(st.sampled_from([2023, 2024]))
    return Margin(year, service, place, users, Decimal(hundredths) / 100, Decimal(cents) / 100)


@settings(max_examples=150, deadline=None)
@given(st.tuples(*(margin(place) for place in COMUNI)), st.integers(0, 10))
def test_any_margins_come_back_to_the_cent(margins: tuple[Margin, ...], seme: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = generate_margini(Path(folder), margins, "prova", COMUNI, seme=seme)
        verify(files, margins, COMUNI)


@pytest.mark.parametrize(
    ("users", "hours", "cost"),
    [
        (1, "1.00", "5.00"),  # one row, nothing to spread
        (1, "0.01", "0.03"),
        (7, "7.00", "105.01"),
        (3, "3.00", "3.01"),  # under the least realistic tariff
        (2, "16128.00", "362880.07"),  # every hour of every month
        (240, "82904.25", "1885067.53"),
        (1, "17.13", "406.52"),
        (5, "10.00", "1989.99"),  # the greatest tariff
        (4, "100.00", "0.00"),
    ],
)
def test_margins_at_the_edges(tmp_path: Path, users: int, hours: str, cost: str) -> None:
    margins = [Margin(2024, "SAD", "Uno", users, Decimal(hours), Decimal(cost))]
    verify(generate_margini(tmp_path, margins, "prova", COMUNI), margins, COMUNI)


@pytest.mark.parametrize(
    ("users", "hours", "cost"),
    [(0, "1.00", "5.00"), (2, "0.01", "1.00"), (1, "9000.00", "90000.00"), (1, "1.00", "250.00"), (1, "1.005", "5.00")],
)
def test_margins_that_no_rows_can_give_are_refused(tmp_path: Path, users: int, hours: str, cost: str) -> None:
    margins = [Margin(2024, "SAD", "Uno", users, Decimal(hours), Decimal(cost))]
    with pytest.raises(AmbitoError, match="SAD 2024, Uno"):
        generate_margini(tmp_path, margins, "prova", COMUNI)


def test_every_printed_margin_of_the_cremasca_comes_back(built: Warehouse, tmp_path: Path) -> None:
    margins = [
        Margin(*row)  # type: ignore[arg-type]
        for row in built.query(
            """
            select anno, servizio, sub_ambito, utenti_nell_anno, ore_erogate, costo_eur
            from marts.costo_servizi_sub_ambito where ente_id = 'csc' and origine_dato = 'prospetto' order by all
            """
        )
    ]
    assert len(margins) > 70
    comuni = {name: f"998{place:03d}" for place, name in enumerate(sorted({each.sub_ambito for each in margins}))}
    files = generate_margini(tmp_path, margins, "prova", comuni)
    verify(files, margins, comuni)
    rows = [row for path in files[1:] for row in read(path)]
    tariffs = {row["tariffa_oraria"] for row in rows}
    assert len(tariffs) > 10 and len(rows) > 10_000
    rounded = [row for row in rows if number(row["ore"]) * number(row["tariffa_oraria"]) % CENT]
    assert len(rounded) > 1_000, "nothing is left to round"
    july = [row for row in rows if row["servizio"] == "SAAP" and row["periodo"][5:] in ("07", "08")]
    assert not july
