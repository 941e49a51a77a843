"""Italian numbers, dates and units, made from exact values: a float is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from warehouse.tables import ranges

Number = Decimal | int

# Glued to its number: a line never breaks between 1.462.172,40 and €.
NBSP = "\u00a0"
MISSING = "n.d."
# A figure that stands on too few persons: never 0, never blank.
SUPPRESSED = "soppresso"
# After a total that leaves suppressed figures out.
PARTIAL = "*"
MONTHS = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)

# What is written after a number of each unit. A unit that is not here is written as it is called.
SYMBOLS = {
    "eur": "€",
    "eur/ora": "€/ora",
    "eur/persona": "€/utente",
    "eur/abitante": "€/abitante",
    "eur/giorno": "€/giorno",
    "eur_ora": "€/ora",
    "pct": "%",
    "ore_settimana": "ore/settimana",
    "ab_km2": "ab./km²",
    "km2": "km²",
    "unita_offerta": "unità di offerta",
    "numero": "",
    "atti": "",
    "indice": "",
    "anno": "",
    "data": "",
    "mese": "",
    "testo": "",
    "si_no": "",
}
# Units that stand with each figure of a table; the others stand in the heading.
WRITTEN_EACH_TIME = frozenset({"eur", "eur/ora", "eur/persona", "eur/abitante", "eur/giorno", "pct"})
# Digits that a number of a unit always has; a longer one keeps all of its own.
_LEAST_DECIMALS = {"ore": 2}


def symbol(unit: str | None) -> str:
    """What is written after a number of this unit: ``€``, ``ore``, nothing for a bare number."""
    return SYMBOLS.get(unit, unit.replace("_", " ")) if unit else ""


def least_decimals(unit: str | None) -> int:
    """How many digits after the comma a number of this unit always shows."""
    if unit is not None and (unit == "eur" or unit.startswith("eur/")):
        return 2
    return _LEAST_DECIMALS.get(unit or "", 0)


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round half away from zero, as the models do."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def ratio(numerator: Number | None, denominator: Number | None, places: int = 2) -> Decimal | None:
    """A ratio of two exact numbers, rounded once; nothing where one is missing or the second is zero."""
    if numerator is None or not denominator:
        return None
    return round_half_up(Decimal(numerator) / Decimal(denominator), places)


def number(value: Number, places: int | None = None) -> str:
    """A number as an Italian reader writes it: ``1.462.172,40``.

    Args:
        value: An exact number.
        places: Digits after the comma; ``None`` keeps those it has.

    Raises:
        TypeError: It is a float (or a truth value): money must never have been one.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"not an exact number: {value!r}")
    exact = Decimal(value)
    if places is not None:
        exact = round_half_up(exact, places)
    return f"{exact:,f}".translate(str.maketrans(",.", ".,"))


def shortest(value: Decimal, least: int) -> Decimal:
    """The same number without the zeros at its end, but for the first ``least`` digits after the comma."""
    places = max(least, -int(value.normalize().as_tuple().exponent))
    return value.quantize(Decimal(1).scaleb(-places))


def quantity(value: Number | None, unit: str | None) -> str:
    """A number with its unit: ``1.462.172,40 €``, ``64.425,00 ore``, ``75%``, ``2024``; ``n.d.`` if there is none."""
    if value is None:
        return MISSING
    return f"{bare(value, unit)}{glued(unit)}"


def glued(unit: str | None) -> str:
    """A unit as it follows its number."""
    sign = symbol(unit)
    return sign if sign in ("", "%") else NBSP + sign


def bare(value: Number | None, unit: str | None) -> str:
    """A number of a unit without the unit; a year has no thousands."""
    if value is None:
        return MISSING
    if unit == "anno":
        return str(int(value))
    return number(shortest(Decimal(value), least_decimals(unit)))


def euro(value: Number | None) -> str:
    """An amount: ``1.462.172,40 €``."""
    return quantity(value, "eur")


def signed(value: Number | None, unit: str | None) -> str:
    """A difference, with its sign also when it is more: ``+1.037.420,21 €``."""
    return ("+" if value is not None and value > 0 else "") + quantity(value, unit)


def day(value: date) -> str:
    """A date: ``31/12/2024``."""
    return f"{value:%d/%m/%Y}"


def month(value: date) -> str:
    """A month: ``gennaio 2024``."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """A moment written in UTC without saying so, on the clock of this machine: ``31/12/2024, 16:22``."""
    return f"{value.replace(tzinfo=UTC).astimezone():%d/%m/%Y, %H:%M}"


def instant(value: str) -> str:
    """A moment written in UTC, on the clock of this machine: ``22 novembre 2026, ore 16:22``."""
    local = datetime.fromisoformat(value).astimezone()
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, ore {local:%H:%M}"


def lines(numbers: list[int]) -> str:
    """Line numbers in words; where they are scattered, the first and the last of them."""
    found = ranges(numbers)
    if found.isdigit():
        return f"riga {found}"
    if found.count(",") > 3:
        return f"tra le righe {min(numbers)} e {max(numbers)}"
    return f"righe {found}"


def count(n: int, one: str, many: str) -> str:
    """A count with its noun: ``1 controllo``, ``41 controlli``."""
    return f"{number(n)} {one if n == 1 else many}"
