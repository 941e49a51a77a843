"""Printed numbers: what is read, what is refused, and that nothing is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.printed_numbers import PrintedValue, UnreadableNumberError, ValueType, parse_printed


def value(number: str, decimals: int, *, euro: bool = False, percent: bool = False) -> PrintedValue:
    return PrintedValue(Decimal(number), decimals, has_euro=euro, has_percent=percent)


READ = {
    # thousands and decimals
    "0": value("0", 0),
    "90": value("90", 0),
    "14.819": value("14819", 0),
    "5.073.122": value("5073122", 0),
    "28.055,50": value("28055.50", 2),
    "28055,50": value("28055.50", 2),
    "1,06": value("1.06", 2),
    "0,00": value("0.00", 2),
    "0,1234": value("0.1234", 4),
    # the euro sign, before and after, as printed in the documents
    "€ 38.794,65": value("38794.65", 2, euro=True),
    "€ 18.785.179,75": value("18785179.75", 2, euro=True),
    "€. 899.426,89": value("899426.89", 2, euro=True),
    "€. 1.171.075,29": value("1171075.29", 2, euro=True),
    "€. 1000": value("1000", 0, euro=True),
    "€70.000,00": value("70000.00", 2, euro=True),
    "10.000,00€": value("10000.00", 2, euro=True),
    "74.580,00 €": value("74580.00", 2, euro=True),
    "941,50€": value("941.50", 2, euro=True),
    "80.000 €": value("80000", 0, euro=True),
    "64.000,00 Euro": value("64000.00", 2, euro=True),
    "Euro 77.876": value("77876", 0, euro=True),
    "$42.109,40 \\in": value("42109.40", 2, euro=True),
    "\\in 61.290,96 \\in": value("61290.96", 2, euro=True),
    # negatives
    "(49.866)": value("-49866", 0),
    "(2.398.872)": value("-2398872", 0),
    "Euro (49.866)": value("-49866", 0, euro=True),
    "€ (1,50)": value("-1.50", 2, euro=True),
    "-338": value("-338", 0),
    "-1.429": value("-1429", 0),
    "€ -5,00": value("-5.00", 2, euro=True),
    # shares and footnotes
    "12%": value("12", 0, percent=True),
    "75 %": value("75", 0, percent=True),
    "-2,3%": value("-2.3", 1, percent=True),
    "31*": value("31", 0),
    # blanks at the ends, doubled, and hard ones
    "  12 ": value("12", 0),
    "€  1.000,00": value("1000.00", 2, euro=True),
    "€\u00a01.000,00": value("1000.00", 2, euro=True),
    # nothing there
    "//": PrintedValue(placeholder="barre"),
    "-": PrintedValue(placeholder="trattino"),
    "–": PrintedValue(placeholder="trattino"),
    "_": PrintedValue(placeholder="trattino"),
    "€ -": PrintedValue(placeholder="trattino", has_euro=True),
    "€-": PrintedValue(placeholder="trattino", has_euro=True),
    "€ _": PrintedValue(placeholder="trattino", has_euro=True),
    "€": PrintedValue(placeholder="vuoto", has_euro=True),
    "€.": PrintedValue(placeholder="vuoto", has_euro=True),
}

REFUSED = (
    # misprints of the documents
    "34.7060,27",
    "€ 34.7060,27",
    "46.105.16",
    "€ 46.105.16",
    "2.717.147.72",
    "€ 2.717.147.72",
    "cos to",
    # another country's decimals
    "1.17",
    "12.34",
    "0.123",
    "00.123",
    "012.345",
    "1,234.56",
    "1,234,567",
    "1 234",
    "1'234",
    "1.5e3",
    # groups and commas
    "1234.567",
    "1.0000",
    "1..000",
    ".000",
    "1.000.",
    "1.000,",
    ",5",
    "1,",
    "1,2,3",
    "1.00,00",
    "1,000.000",
    # signs
    "(49.866",
    "49.866)",
    "((5))",
    "()",
    "(-5)",
    "-(5)",
    "--5",
    "- 5",
    "5-",
    "+5",
    "−5",
    "%",
    "5%%",
    "5**",
    "*",
    "$",
    "€€ 5",
    # texts
    "",
    "abc",
    "12a",
    "1O",
    "n.d.",
    "---",
    "///",
    "/",
    "N/A",
    "nan",
    "Infinity",
    "1_000",
    "10 20",
    # digits of other scripts are digits to a computer, not to an Italian printer
    "١٢",
    "１２",
    "²",
)


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=READ)
def test_a_printed_number_is_read_exactly(text: str, expected: PrintedValue) -> None:
    found = parse_printed(text)
    assert found == expected
    assert str(found.value) == str(expected.value), "the same number with other digits after the comma"


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_of_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        parse_printed(text)


@pytest.mark.parametrize("text", ["$5,00", "5,00$", "$5"])
def test_a_dollar_is_no_euro(text: str) -> None:
    # «$» is what a formula reader leaves around «\in»; alone it would be another currency
    with pytest.raises(UnreadableNumberError):
        parse_printed(text)


# --- properties ---------------------------------------------------------------------------------------------------


def italian(number: Decimal, *, dots: bool) -> str:
    """The digits of a number as an Italian office prints them, without sign; written apart from the parser."""
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if dots:
        groups = []
        while len(whole) > 3:
            whole, group = whole[:-3], whole[-3:]
            groups.insert(0, group)
        whole = ".".join([whole, *groups])
    return f"{whole},{fraction}" if fraction else whole


# pattern, has_euro, has_percent
DRESSES = (
    ("{}", False, False),
    ("€ {}", True, False),
    ("€. {}", True, False),
    ("€{}", True, False),
    ("Euro {}", True, False),
    ("{}€", True, False),
    ("{} €", True, False),
    ("{} Euro", True, False),
    ("${} \\in", True, False),
    ("\\in {} \\in", True, False),
    ("{}%", False, True),
    ("{} %", False, True),
    ("{}*", False, False),
)
NUMBERS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(min_value=-(10**15), max_value=10**15),
    st.integers(min_value=0, max_value=4),
)


@given(number=NUMBERS, dots=st.booleans(), dress=st.sampled_from(DRESSES), brackets=st.booleans())
def test_any_number_printed_the_italian_way_reads_back(
    number: Decimal, dots: bool, dress: tuple[str, bool, bool], brackets: bool
) -> None:
    pattern, euro, percent = dress
    digits = italian(number, dots=dots)
    if number < 0:
        digits = f"({digits})" if brackets else f"-{digits}"
    found = parse_printed(pattern.format(digits))
    assert found.value == number
    assert found.decimals == -int(number.as_tuple().exponent)
    assert (found.has_euro, found.has_percent, found.placeholder) == (euro, percent, None)


def read_by_hand(text: str) -> Decimal | None:
    """A second reader of plain numbers, without patterns; ``None`` where there is none."""
    negative = False
    if text[:1] == "(" or text[-1:] == ")":
        if text[:1] != "(" or text[-1:] != ")" or len(text) < 2:
            return None
        text, negative = text[1:-1], True
    elif text[:1] == "-":
        text, negative = text[1:], True
    if text.count(",") > 1:
        return None
    whole, comma, fraction = text.partition(",")
    if comma and not (fraction and set(fraction) <= set("0123456789")):
        return None
    first, *groups = whole.split(".")
    if not first or any(set(part) - set("0123456789") for part in (first, *groups)):
        return None
    if groups and (len(first) > 3 or first[0] == "0" or any(len(group) != 3 for group in groups)):
        return None
    number = Decimal("".join([first, *groups]) + ("." + fraction if fraction else ""))
    return -number if negative else number


@given(text=st.text("0123456789.,-()", min_size=1, max_size=12).filter(lambda text: text != "-"))
def test_two_readers_agree_on_every_text_of_digits_and_signs(text: str) -> None:
    try:
        found = parse_printed(text).value
    except UnreadableNumberError:
        found = None
    assert found == read_by_hand(text)


@given(number=NUMBERS, edit=st.sampled_from("0123456789.,-() a%€"), data=st.data())
def test_a_misprint_is_refused_or_is_another_well_printed_number(
    number: Decimal, edit: str, data: st.DataObject
) -> None:
    """One character inserted or dropped: never read as what it was, or as anything but what it now says."""
    printed = italian(number, dots=True)
    place = data.draw(st.integers(min_value=0, max_value=len(printed)))
    drop = data.draw(st.booleans())
    misprint = printed[:place] + ("" if drop else edit) + printed[place + drop :]
    bare = misprint.strip()
    for sign in ("€", "%"):
        bare = bare.removeprefix("€").removesuffix(sign).strip()
    try:
        found = parse_printed(misprint).value
    except UnreadableNumberError:
        return
    assert found == read_by_hand(bare)


@given(text=st.text(max_size=20))
def test_what_is_read_is_made_of_printed_signs_alone(text: str) -> None:
    try:
        parse_printed(text)
    except UnreadableNumberError:
        return
    assert set("".join(text.split())) <= set("0123456789.,-–_/()%*€$\\inEuro")


@given(text=st.text(max_size=20))
def test_a_text_is_kept_and_never_read(text: str) -> None:
    assert parse_printed(text, "testo") == PrintedValue()


# --- dates, months, years -----------------------------------------------------------------------------------------


@given(day=st.dates())
def test_any_date_reads_back(day: date) -> None:
    assert parse_printed(f"{day:%d}/{day:%m}/{day.year:04d}", "data") == PrintedValue(day=day)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2024",
        "29/02/2023",
        "00/01/2024",
        "01/00/2024",
        "12/31/2024",
        "31/04/2024",
        "1/1/2024",
        "31/12/24",
        "2024-12-31",
        "31.12.2024",
        "31/12/2024*",
        "entro il 31/12/2024",
        "2024",
    ],
)
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        parse_printed(text, "data")


def test_a_leap_day_is_a_date() -> None:
    assert parse_printed("29/02/2024", "data").day == date(2024, 2, 29)


MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")


@pytest.mark.parametrize("name", MONTHS)
def test_a_month_is_its_first_day(name: str) -> None:
    assert parse_printed(f"{name}-23", "periodo") == PrintedValue(day=date(2023, MONTHS.index(name) + 1, 1))


def test_a_period_may_be_a_year() -> None:
    assert parse_printed("2024", "periodo") == PrintedValue(value=Decimal(2024))


@pytest.mark.parametrize(
    "text", ["gen", "gen-2023", "gn-23", "13-23", "Jan-23", "gennaio-23", "1024", "20244", "in continuità"]
)
def test_a_period_of_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        parse_printed(text, "periodo")


# --- targets ------------------------------------------------------------------------------------------------------

TARGETS = {
    "(SI/NO)": PrintedValue(placeholder="si_no"),
    "SI/NO": PrintedValue(placeholder="si_no"),
    "31/12/2021": PrintedValue(day=date(2021, 12, 31)),
    "30/06/2021": PrintedValue(day=date(2021, 6, 30)),
    "Almeno 5": value("5", 0),
    "Almeno 2": value("2", 0),
    "Almeno 10/anno": value("10", 0),
    "Almeno 2/anno": value("2", 0),
    "Almeno 6/anno": value("6", 0),
    "Almeno 1 anno": value("1", 0),
    "Almeno 2 anno": value("2", 0),
    "Almeno 3 anno": value("3", 0),
    "Almeno 1000 ore/anno": value("1000", 0),
    "Almeno 2 volte l'anno": value("2", 0),
    "Almeno 2 volte l'anno (SI/NO)": value("2", 0),
    "Max 60gg.": value("60", 0),
    "90%": value("90", 0, percent=True),
    "100%": value("100", 0, percent=True),
    "Almeno 80%": value("80", 0, percent=True),
    "Almeno 10%": value("10", 0, percent=True),
    "Almeno 20%": value("20", 0, percent=True),
    "15% rispetto all'anno 2020": value("15", 0, percent=True),
    "(Riduzione di almeno 5%)": value("5", 0, percent=True),
}


@pytest.mark.parametrize(("text", "expected"), TARGETS.items(), ids=TARGETS)
def test_a_target_is_read(text: str, expected: PrintedValue) -> None:
    assert parse_printed(text, "traguardo") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Almeno",
        "Almeno cinque",
        "Almeno 1.5",
        "Almeno 5 o 6",
        "Minimo 5",
        "5 su 6",
        "31/02/2021",
        "(SI/NO",
        "SI/NO)",
        "SI",
        "Almeno 5)",
        "(Almeno 5",
        "(Almeno 2 (SI/NO)",
        "Almeno 2 (SI/NO))",
        "60 gg lavorativi",
        "rispetto all'anno 2020",
    ],
)
def test_a_target_of_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        parse_printed(text, "traguardo")


# --- numbers in letters -------------------------------------------------------------------------------------------

WORDS = "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
WORDS += " diciassette diciotto diciannove venti"
TENS = "dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((word, number) for number, word in enumerate(WORDS.split(), start=1)),
        *((word, number * 10) for number, word in enumerate(TENS.split(), start=1)),
        ("un", 1),
        ("una", 1),
        ("Quattro", 4),
        ("SEI", 6),
        (" tre ", 3),
    ],
)
def test_a_number_in_letters_is_read(text: str, number: int) -> None:
    assert parse_printed(text, "lettere") == value(str(number), 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "zero",
        "ventuno",
        "mille",
        "due tre",
        "uno/due",
        "sei sub-ambiti",
        "un quarto",
        "metà",
        "due terzi",
        "entrambi",
        "quatro",
        "tré",
        "sex",
        "due,5",
    ],
)
def test_a_word_that_is_not_in_the_table_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        parse_printed(text, "lettere")


@pytest.mark.parametrize("kind", ["numero", "data", "periodo", "traguardo"])
def test_letters_are_read_only_where_they_are_declared(kind: ValueType) -> None:
    with pytest.raises(UnreadableNumberError):
        parse_printed("quattro", kind)
