"""Italian numbers are made from exact values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import formats


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Decimal("1462172.40"), "eur", "1.462.172,40 €"),
        (Decimal("1462172.4000"), "eur", "1.462.172,40 €"),
        (Decimal("14.1449"), "eur", "14,1449 €"),
        (Decimal("-49866"), "eur", "-49.866,00 €"),
        (Decimal("64425.00"), "ore", "64.425,00 ore"),
        (Decimal("22.70"), "eur/ora", "22,70 €/ora"),
        (Decimal("134.23"), "eur/abitante", "134,23 €/abitante"),
        (Decimal("75.00"), "pct", "75%"),
        (Decimal("2.9339"), "pct", "2,9339%"),
        (237, "persone", "237 persone"),
        (160399, "abitanti", "160.399 abitanti"),
        (2024, "anno", "2024"),
        (Decimal("0.0000"), "persone", "0 persone"),
        (1000, "numero", "1.000"),
        (None, "eur", "n.d."),
        (None, "anno", "n.d."),
    ],
)
def test_a_quantity_is_written_with_its_unit(value: formats.Number | None, unit: str, expected: str) -> None:
    assert formats.quantity(value, unit).replace(formats.NBSP, " ") == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_an_amount_reads_back_exactly(value: Decimal) -> None:
    text = formats.euro(value)
    number, _, sign = text.partition(formats.NBSP)
    assert sign == "€"
    assert Decimal(number.replace(".", "").replace(",", ".")) == value
    assert len(number.rpartition(",")[2]) == 2


@pytest.mark.parametrize("value", [1.5, True, "1"])
def test_what_is_not_exact_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        formats.number(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"), [("0.125", "0,13"), ("-0.125", "-0,13"), ("2.675", "2,68"), ("0.005", "0,01")]
)
def test_rounding_is_half_away_from_zero(value: str, expected: str) -> None:
    assert formats.number(Decimal(value), 2) == expected


def test_a_ratio_is_rounded_once_and_missing_where_a_term_is() -> None:
    assert formats.ratio(Decimal("6537420.22"), Decimal("287760.50")) == Decimal("22.72")
    assert formats.ratio(Decimal(1), 0) is None
    assert formats.ratio(None, 3) is None
    assert formats.ratio(1, None) is None


def test_differences_carry_their_sign() -> None:
    assert formats.signed(Decimal("0.01"), "eur") == f"+0,01{formats.NBSP}€"
    assert formats.signed(Decimal("-0.01"), "eur") == f"-0,01{formats.NBSP}€"
    assert formats.signed(Decimal("0.00"), "eur") == f"0,00{formats.NBSP}€"


def test_lines_are_shortened() -> None:
    assert formats.lines([1061]) == "riga 1061"
    assert formats.lines([1063, 1058, 1059, 1060, 1059]) == "righe 1058-1060, 1063"
    assert formats.lines([1, 3, 5, 7, 9]) == "tra le righe 1 e 9"


def test_dates() -> None:
    assert formats.day(date(2024, 12, 31)) == "31/12/2024"
    assert formats.instant("2024-12-31T12:00:00Z").startswith("31 dicembre 2024, ore ")


def test_counts() -> None:
    assert formats.count(1, "voce", "voci") == "1 voce"
    assert formats.count(1168, "voce", "voci") == "1.168 voci"
