"""The macro ``divisione``: exact, half away from zero, once; NULL over nothing."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.paths import ROOT
from tests.python.warehouse.portable import macros

# As wide as the euro of the marts are, and four digits after the point as the cells have.
AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _divide(
    con: duckdb.DuckDBPyConnection, above: Decimal | None, below: Decimal | None, digits: int
) -> Decimal | None:
    found, _ = macros(ROOT / "macros")
    sql = str(found["divisione"]("a", "b", digits))
    query = f"select {sql}, typeof({sql}) from (select ?::decimal(18, 4) as a, ?::decimal(18, 4) as b)"
    value, kind = con.execute(query, [above, below]).fetchall()[0]
    assert kind == f"DECIMAL(18,{digits})"
    assert value is None or isinstance(value, Decimal)
    return value


@given(above=AMOUNTS, below=AMOUNTS.filter(bool), digits=st.sampled_from([0, 2, 4]))
@example(above=Decimal("1"), below=Decimal("8"), digits=2)  # 0.125: up
@example(above=Decimal("-1"), below=Decimal("8"), digits=2)  # and away from zero
@example(above=Decimal("1"), below=Decimal("-8"), digits=2)
@example(above=Decimal("-1"), below=Decimal("-8"), digits=2)
@example(above=Decimal("5"), below=Decimal("1000"), digits=2)
@example(above=Decimal("2.5"), below=Decimal("1"), digits=0)
@example(above=Decimal("0"), below=Decimal("-3"), digits=2)
@settings(max_examples=150, deadline=None)
def test_against_decimal(con: duckdb.DuckDBPyConnection, above: Decimal, below: Decimal, digits: int) -> None:
    with localcontext(Context(prec=80)):
        expected = (above / below).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if abs(expected) >= 10 ** (18 - digits):
        return  # does not fit the type, and the build would stop
    assert _divide(con, above, below, digits) == expected


@pytest.mark.parametrize(
    ("above", "below"), [(Decimal(1), Decimal(0)), (Decimal(0), Decimal(0)), (None, Decimal(1)), (Decimal(1), None)]
)
def test_nothing_over_or_under_is_null(
    con: duckdb.DuckDBPyConnection, above: Decimal | None, below: Decimal | None
) -> None:
    assert _divide(con, above, below, 2) is None


def test_a_result_that_does_not_fit_stops_rather_than_wraps(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error):
        _divide(con, Decimal("99999999999999.9999"), Decimal("0.0001"), 4)
