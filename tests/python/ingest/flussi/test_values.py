"""A value is read exactly, or it is not read: nothing is guessed, rounded or shifted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.flussi.tracciato import Campo, normalised, tracciati
from ingest.flussi.values import pattern, typed
from tests.python.ingest.flussi.office import Office, row

CENTS = Campo(nome="importo", tipo="euro", descrizione="", esempio="")
HOURS = Campo(nome="ore", tipo="decimale", decimali=2, descrizione="", esempio="")
RATE = Campo(nome="tariffa", tipo="decimale", decimali=4, descrizione="", esempio="")
WHOLE = Campo(nome="giorni", tipo="intero", descrizione="", esempio="")
DAY = Campo(nome="dal", tipo="data", descrizione="", esempio="")
MONTH = Campo(nome="periodo", tipo="mese", descrizione="", esempio="")
YEAR = Campo(nome="anno", tipo="anno", descrizione="", esempio="")
COMUNE = Campo(nome="comune", tipo="codice_istat", descrizione="", esempio="")
CODE = Campo(nome="codice", tipo="codice", descrizione="", esempio="")
WORDS = Campo(nome="voce", tipo="testo", descrizione="", esempio="")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def read(con: duckdb.DuckDBPyConnection, field: Campo, *texts: str) -> list[object]:
    """What each text is read as; ``None`` where it is refused, by the pattern of its type or by the reading."""
    values = con.execute(
        f"select {typed(field, 'testo')} from (select unnest(?::varchar[]) as testo, "
        "unnest(range(len(?::varchar[]))) as posto) order by posto",
        [texts, texts],
    ).fetchall()
    return [value if re.match(pattern(field), text) else None for text, (value,) in zip(texts, values, strict=True)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1234,5", "1234.50"),
        ("1234.56", "1234.56"),
        ("1.234", "1234.00"),  # Italian: a thousand and more
        ("1.234.567,89", "1234567.89"),
        ("1234.567", None),  # three decimals with a dot, and no thousands
        ("1234.500", "1234.50"),
        ("12,50", "12.50"),
        ("12,500", "12.50"),  # zeros at the end say nothing
        ("12,505", None),  # not rounded away
        ("0,001", None),
        ("0", "0.00"),
        ("-0,01", "-0.01"),
        ("-1.234,56", "-1234.56"),
        ("+5", "5.00"),
        ("5+3", None),
        ("1,", "1.00"),
        (",5", None),
        ("€ 1.234,56", "1234.56"),
        ("1.234,56 €", "1234.56"),
        ("1.234,56\N{NO-BREAK SPACE}€", "1234.56"),  # as Italian spreadsheets write it
        ("1.234,56\N{NARROW NO-BREAK SPACE}€", "1234.56"),
        ("€ 5 €", "5.00"),
        ("5 EUR", None),
        ("1 234,50", None),
        ("1'234,50", None),
        ("1,234.56", None),  # English
        ("1,234,567", None),
        ("12.34.56", None),
        ("1.2345,00", None),
        ("34.7060,27", None),
        ("1e3", None),
        ("1E3", None),
        ("NaN", None),
        ("inf", None),
        ("0x10", None),
        ("uno", None),
        ("12a", None),
        ("(12,50)", None),
        ("12,50-", None),
        ("--5", None),
        ("=1+1", None),
        ("٣", None),  # a digit, but of no Italian keyboard
        ("9999999999999999,99", "9999999999999999.99"),  # the largest the column holds
        ("10000000000000000", None),
        ("9" * 60, None),
    ],
)
def test_an_amount(con: duckdb.DuckDBPyConnection, text: str, value: str | None) -> None:
    assert read(con, CENTS, text) == [None if value is None else Decimal(value)]


def test_hours_have_no_currency_and_rates_four_decimals(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, HOURS, "€ 5", "5 €", "5,25", "5,255") == [None, None, Decimal("5.25"), None]
    assert read(con, RATE, "22,70", "22,7055", "22,70551", "22.7055", "22,705500") == [
        Decimal("22.7000"),
        Decimal("22.7055"),
        None,
        Decimal("22.7055"),
        Decimal("22.7055"),
    ]


def test_a_whole_number(con: duckdb.DuckDBPyConnection) -> None:
    read_as = {"0": 0, "12": 12, "1.234": 1234, "12,0": 12, "12,5": None, "12.0": None, "-3": -3, "3000000000": None}
    assert read(con, WHOLE, *read_as) == list(read_as.values())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("31/01/2024", date(2024, 1, 31)),
        ("1/2/2024", date(2024, 2, 1)),  # day first
        ("01-02-2024", date(2024, 2, 1)),
        ("01.02.2024", date(2024, 2, 1)),
        ("2024-02-01", date(2024, 2, 1)),
        ("2024-02-01 00:00:00", date(2024, 2, 1)),
        ("2024-02-01 00:00", date(2024, 2, 1)),
        ("29/02/2024", date(2024, 2, 29)),
        ("29/02/2023", None),
        ("30/02/2024", None),
        ("31/04/2024", None),
        ("2024-13-01", None),
        ("12/31/2024", None),  # month first
        ("00/01/2024", None),
        ("01/01/24", None),
        ("2024-02-01 10:30:00", None),
        ("1/2-2024", None),
        ("1 febbraio 2024", None),
        ("45292", None),  # a serial number of a spreadsheet
        ("31/12/1899", None),
        ("01/01/1900", date(1900, 1, 1)),
        ("31/12/2100", date(2100, 12, 31)),
        ("01/01/2101", None),
        ("01/01/0024", None),
        ("01/01/20244", None),
    ],
)
def test_a_date(con: duckdb.DuckDBPyConnection, text: str, value: date | None) -> None:
    assert read(con, DAY, text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01", "2024-01"),
        ("202401", "2024-01"),
        ("1/2024", "2024-01"),
        ("01/2024", "2024-01"),
        ("2024-01-01", "2024-01"),
        ("2024-01-01 00:00:00", "2024-01"),
        ("01/01/2024", "2024-01"),
        ("1/12/2024", "2024-12"),
        ("gennaio 2024", "2024-01"),
        ("Dicembre  2024", "2024-12"),
        ("AGOSTO 2024", "2024-08"),
        ("2024-13", None),
        ("2024-00", None),
        ("202413", None),
        ("13/2024", None),
        ("0/2024", None),
        ("2/1/2024", None),  # a day, not a month
        ("2024-01-02", None),
        ("31/01/2024", None),
        ("genaio 2024", None),
        ("gennaio", None),
        ("2024", None),
        ("1899-12", None),
        ("2100-01", None),
    ],
)
def test_a_month(con: duckdb.DuckDBPyConnection, text: str, value: str | None) -> None:
    assert read(con, MONTH, text) == [value]


def test_every_month_by_its_name(con: duckdb.DuckDBPyConnection) -> None:
    names = ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"]
    names += ["luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"]
    assert read(con, MONTH, *(f"{name} 2024" for name in names)) == [f"2024-{n:02d}" for n in range(1, 13)]


def test_a_year_a_comune_a_code_and_a_text(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, YEAR, "2024", "24", "2.024", "20244", "duemila") == [2024, None, None, None, None]
    # a spreadsheet takes the leading zero away
    assert read(con, COMUNE, "019035", "19035", "9035", "0190355", "19O35") == ["019035", "019035", None, None, None]
    assert read(con, CODE, "A-1/b_2.3", "F2024", "Rossi", "A 1", "A1;") == ["A-1/b_2.3", "F2024", None, None, None]
    assert read(con, WORDS, "a  b\tc", "x" * 200, "x" * 201) == ["a b c", "x" * 200, None]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=Decimal("-9999999999999"), max_value=Decimal("9999999999999"), places=2),
            st.booleans(),
            st.sampled_from(["", "€ ", "+"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_number_written_in_italian_is_read_back_the_same(numbers: list[tuple[Decimal, bool, str]]) -> None:
    def italian(value: Decimal, thousands: bool, before: str) -> str:
        text = f"{abs(value):,.2f}" if thousands else f"{abs(value):.2f}"
        sign = "-" if value < 0 else before.replace("€ ", "")
        return ("€ " if before == "€ " else "") + sign + text.translate(str.maketrans(",.", ".,"))

    with duckdb.connect() as con:
        found = read(con, CENTS, *(italian(*number) for number in numbers))
    assert found == [value for value, _, _ in numbers]
    assert all(isinstance(value, Decimal) for value in found)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="0123456789.,-+€ e", min_size=1, max_size=14), min_size=1, max_size=40))
def test_no_text_is_read_as_a_number_it_is_not(texts: list[str]) -> None:
    """What is read, written back, has the digits of the text, in their order."""
    with duckdb.connect() as con:
        for text, value in zip(texts, read(con, CENTS, *(t.strip() for t in texts)), strict=True):
            if value is None:
                continue
            assert isinstance(value, Decimal)
            digits = re.sub(r"\D", "", text).lstrip("0").rstrip("0")
            assert f"{abs(value):f}".replace(".", "").lstrip("0").rstrip("0") == digits


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dates(date(1900, 1, 1), date(2100, 12, 31)), min_size=1, max_size=40))
def test_a_date_is_read_back_the_same_however_it_is_written(days: list[date]) -> None:
    with duckdb.connect() as con:
        for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
            assert read(con, DAY, *(day.strftime(form) for day in days)) == days


# --- the same, through a load -------------------------------------------------------------------------------------


def test_what_is_loaded_is_what_was_written(office: Office) -> None:
    amounts = {f"N{n:05d}": Decimal(n * 123_456_789 + n) / 100 * (-1) ** n for n in range(1, 60)}
    lines = [
        row("contabilita", n, importo=f"{value:,.2f}".translate(str.maketrans(",.", ".,")))
        for n, value in enumerate(amounts.values(), start=1)
    ]
    assert office.send("conti.csv", "contabilita", lines).ok
    assert dict(office.current("contabilita", "id_riga, importo")) == amounts


def test_a_number_that_could_be_two_is_refused_only_where_the_column_has_decimal_dots(office: Office) -> None:
    lines = [row("contabilita", n, importo="10,00") for n in range(1, 31)]
    italian = [*lines, row("contabilita", 31, importo="1.234"), row("contabilita", 32, importo="1234,50")]
    assert office.send("italiano.csv", "contabilita", italian).ok
    assert ("N00031", Decimal("1234.00")) in office.current("contabilita", "id_riga, importo")
    dotted = [*lines, row("contabilita", 31, importo="€ 1.234"), row("contabilita", 32, importo="1234.50 €")]
    outcome = office.send("misto.csv", "contabilita", dotted)
    assert (outcome.righe_caricate, outcome.righe_in_quarantena) == (31, 1)
    assert office.findings("misto.csv") == [(32, "importo", "€ 1.234", "numero_ambiguo", "errore")]
    assert "Scrivere i decimali con la virgola" in office.messages()[0]


@pytest.mark.parametrize(
    ("layout", "field"), [(t.tracciato, f.nome) for t in tracciati().values() for f in t.campi if f.tipo == "elenco"]
)
def test_a_closed_list_is_read_by_every_declared_name(layout: str, field: str) -> None:
    """No other name means two things, and none is said twice."""
    values = tracciati()[layout].campo(field).valori or {}
    names = [normalised(text) for value, others in values.items() for text in {value, *others}]
    assert len(set(names)) == len(names)
    assert all(names)


def test_accents_case_and_other_names_of_a_closed_list(office: Office) -> None:
    written = ["comunità", "Comunita", "COMUNITÀ", "comunita' educativa", "Comunità  Minori"]
    lines = [row("collocamenti", n, tipo_collocamento=text) for n, text in enumerate(written)]
    lines += [row("collocamenti", 90, canale_finanziamento="Fondi comunali", ente="CSC")]
    assert office.send("c.csv", "collocamenti", lines).ok
    assert {*office.current("collocamenti", "tipo_collocamento, canale_finanziamento, ente")} == {
        ("comunità", "comuni", "csc")
    }


def test_blanks_are_nothing(office: Office) -> None:
    lines = [row("contabilita", 1, importo="  12,50 ", fonte="   ", servizio="\N{NO-BREAK SPACE}")]
    assert office.send("conti.csv", "contabilita", lines).ok
    assert office.current("contabilita", "importo, fonte, servizio") == [(Decimal("12.50"), None, None)]
