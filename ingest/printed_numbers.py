"""Printed Italian numbers, read by explicit patterns; whatever fits none is refused.

The patterns are the list in the documentation ("Testo come stampato"), not a heuristic: a text such as
``34.7060,27`` or ``46.105.16`` looks like a number and is not one, and guessing it is the bug this prevents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ValueType = Literal["numero", "data", "periodo", "traguardo", "lettere", "testo"]

# Thousands by dots in groups of three, or no dots at all; decimals after one comma. ``0.123`` is no thousands: it is
# a decimal point, and not ours to read.
_NUMBER = r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"
_EURO = r"(?:€\.?|Euro|\\in)"
# Euro sign before (``€. 1,00``, ``€1,00``) or after (``1,00€``, ``1,00 €``). ``\in`` and ``$`` are what a
# formula reader made of the euro sign: ``$42.109,40 \in``.
_AMOUNT = re.compile(
    rf"\$?\s*(?P<euro_before>{_EURO})?\s*(?P<minus>-)?(?P<open>\()?(?P<number>{_NUMBER})(?P<close>\))?"
    rf"\s*(?P<percent>%)?\s*(?P<euro_after>{_EURO})?(?P<footnote>\*)?\s*\$?"
)
# A dash or underscore, with or without the euro sign, is what a spreadsheet prints for "nothing here".
_DASH = re.compile(rf"{_EURO}?\s*[-–_]")
_EURO_ALONE = re.compile(_EURO)
_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_MONTH = re.compile(r"(gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)-(\d{2})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
# Targets of the plans: «Almeno 10/anno», «Max 60gg.», «15% rispetto all'anno 2020», «(Riduzione di almeno 5%)».
_TARGET = re.compile(
    rf"\(?(?:riduzione di )?(?:almeno |max )?(?P<number>{_NUMBER})(?P<percent>%)?"
    r"(?:\s?gg\.)?(?: ore)?(?:/anno| anno| volte l'anno| eventi annuali)?(?: \(SI/NO\))?"
    r"(?: rispetto all'anno \d{4})?\)?",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"\(SI/NO\)|SI/NO")
# Numbers in letters, in columns that declare them: the small cardinals and the tens, word by word. What is not here
# («un quarto», «metà», «un paio», «ventuno») is no number of ours to read.
_ONE = {"un": 1, "uno": 1, "una": 1}
NUMBER_WORDS = {
    "due": 2,
    "tre": 3,
    "quattro": 4,
    "cinque": 5,
    "sei": 6,
    "sette": 7,
    "otto": 8,
    "nove": 9,
    "dieci": 10,
    "undici": 11,
    "dodici": 12,
    "tredici": 13,
    "quattordici": 14,
    "quindici": 15,
    "sedici": 16,
    "diciassette": 17,
    "diciotto": 18,
    "diciannove": 19,
    "venti": 20,
    "trenta": 30,
    "quaranta": 40,
    "cinquanta": 50,
    "sessanta": 60,
    "settanta": 70,
    "ottanta": 80,
    "novanta": 90,
    "cento": 100,
}


@dataclass(frozen=True)
class PrintedValue:
    """What a printed text says.

    Attributes:
        value: The number, exact; ``None`` for a placeholder, a date or a text.
        decimals: Digits printed after the comma: the rounding of the figure, hence the tolerance of its checks.
        day: The date, for ``data`` and for a month (its first day).
        placeholder: Why there is no number: ``trattino`` (-), ``barre`` (//), ``vuoto`` (a euro sign alone),
            ``si_no`` (a target of yes or no), ``dichiarato`` (a text the document declares as no figure).
        has_euro: A euro sign is printed with it.
        has_percent: A percent sign is printed with it.
    """

    value: Decimal | None = None
    decimals: int = 0
    day: date | None = None
    placeholder: str | None = None
    has_euro: bool = False
    has_percent: bool = False


class UnreadableNumberError(ValueError):
    """The text fits no pattern of its type; it goes to quarantine as it is."""


def parse_printed(text: str, value_type: ValueType = "numero") -> PrintedValue:
    """Read a printed text as what its column declares.

    Args:
        text: The text as printed, blanks at the ends ignored.
        value_type: ``numero``, ``data`` (31/12/2024), ``periodo`` (gen-23 or 2024), ``traguardo`` (Almeno 5/anno,
            or a date, or SI/NO), ``lettere`` (quattro) or ``testo`` (kept, never read).

    Returns:
        The value, exact, with its printed decimals; a placeholder has ``value`` ``None``.

    Raises:
        UnreadableNumberError: No pattern fits. Nothing is guessed.
    """
    text = " ".join(text.split())
    if value_type == "testo":
        return PrintedValue()
    placeholder = _placeholder(text)
    if placeholder is not None:
        return PrintedValue(placeholder=placeholder, has_euro="€" in text)
    if value_type == "numero":
        return _parse_amount(text)
    if value_type == "data":
        return PrintedValue(day=_parse_date(text))
    if value_type == "periodo":
        return _parse_period(text)
    if value_type == "lettere":
        return _parse_words(text)
    return _parse_target(text)


def _placeholder(text: str) -> str | None:
    if text == "//":
        return "barre"
    if _DASH.fullmatch(text):
        return "trattino"
    if _EURO_ALONE.fullmatch(text):
        return "vuoto"
    return None


def _to_decimal(number: str) -> tuple[Decimal, int]:
    whole, _, fraction = number.partition(",")
    digits = whole.replace(".", "")
    return Decimal(f"{digits}.{fraction}" if fraction else digits), len(fraction)


def _parse_amount(text: str) -> PrintedValue:
    match = _AMOUNT.fullmatch(text)
    is_dollar = "$" in text and "\\in" not in text  # a dollar alone is another currency
    if match is None or is_dollar or bool(match["open"]) != bool(match["close"]) or (match["minus"] and match["open"]):
        raise UnreadableNumberError(text)
    value, decimals = _to_decimal(match["number"])
    if match["minus"] or match["open"]:
        value = -value
    return PrintedValue(
        value=value,
        decimals=decimals,
        has_euro=bool(match["euro_before"] or match["euro_after"]),
        has_percent=bool(match["percent"]),
    )


def _parse_date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise UnreadableNumberError(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError as error:
        raise UnreadableNumberError(text) from error


def _parse_period(text: str) -> PrintedValue:
    month = _MONTH.fullmatch(text)
    if month is not None:
        return PrintedValue(day=date(2000 + int(month[2]), _MONTHS.index(month[1]) + 1, 1))
    if _YEAR.fullmatch(text):
        return PrintedValue(value=Decimal(text))
    raise UnreadableNumberError(text)


def is_number_word(word: str) -> bool:
    """Whether ``lettere`` reads it, «un» and «uno» too."""
    return word.lower() in _ONE or word.lower() in NUMBER_WORDS


def _parse_words(text: str) -> PrintedValue:
    number = (_ONE | NUMBER_WORDS).get(text.lower())
    if number is None:
        raise UnreadableNumberError(text)
    return PrintedValue(value=Decimal(number))


def _parse_target(text: str) -> PrintedValue:
    if _DATE.fullmatch(text):
        return PrintedValue(day=_parse_date(text))
    if _YES_NO.fullmatch(text):
        return PrintedValue(placeholder="si_no")
    match = _TARGET.fullmatch(text)
    if match is None or text.count("(") != text.count(")"):
        raise UnreadableNumberError(text)
    value, decimals = _to_decimal(match["number"])
    return PrintedValue(value=value, decimals=decimals, has_percent=bool(match["percent"]))
