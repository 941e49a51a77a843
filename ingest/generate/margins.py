"""Single rows behind printed margins: users, hours and cost of a sub-ambito come back exactly, to the cent.

How it closes. Amounts are whole numbers: hours in hundredths, money in cents. Most users are served at realistic
tariffs around the printed average, each row rounded to the cent; what is still missing, hours ``h`` and cents ``c``, is
left to the users with most hours, at the two tariffs of whole euros around ``c / h``. At a tariff of ``k`` whole euros
a row of ``q`` hundredths of an hour costs exactly ``k * q`` cents, with nothing to round: ``c - k * h`` hundredths at
``k + 1`` euros and the others at ``k`` close the account, whatever the figures. Nothing is searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from ingest.errors import AmbitoError
from ingest.flussi.tracciato import tracciati
from ingest.generate.chance import stream
from ingest.generate.files import GESTIONALE, SEMPLICE, write

# Least hours a month holds (February), in hundredths: no row and no person passes it.
_MOST_IN_MONTH = 28 * 24 * 100
_CLOSING_SHARE = 0.12
# Realistic tariffs are so far, in cents, below and above the whole euros around the average; the second from September.
_BELOW, _ABOVE = (37, 14), (112, 136)
_LEAST_TARIFF, _MOST_TARIFF = 3, 199
_SCHOOL_MONTHS = (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)
_SCHOOL_SERVICE = "SAAP"
_CHANGE_MONTH = 9


@dataclass(frozen=True)
class Margin:
    """A printed row: users, hours and cost of a service in a year and sub-ambito."""

    anno: int
    servizio: str
    sub_ambito: str
    utenti: int
    ore: Decimal
    costo: Decimal


@dataclass(frozen=True)
class _Row:
    month: int
    user: str
    slot: tuple[str, int]  # kind of provider and whole euros it stands by
    hundredths: int
    cents: int  # of the tariff


@dataclass
class _Rows:
    """Rows of one margin, and what they add up to."""

    rows: list[_Row] = field(default_factory=list)
    hundredths: int = 0
    cost: int = 0

    def add(self, month: int, user: str, slot: tuple[str, int], hundredths: int, cents: int) -> None:
        self.rows.append(_Row(month, user, slot, hundredths, cents))
        self.hundredths += hundredths
        self.cost += (hundredths * cents + 50) // 100


def generate_margini(
    destination: Path,
    margini: Sequence[Margin],
    ente: str,
    comune_of: Mapping[str, str],
    *,
    seme: int = 2026,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write ``tariffe`` and ``ore_servizio`` (a file a year) whose rows add up to the margins.

    Args:
        destination: Folder to write into, made when missing.
        margini: The printed figures, each (anno, servizio, sub_ambito) once.
        ente: The ente the rows are of.
        comune_of: ISTAT code of the comune where the users of each sub-ambito live.
        seme: Seed of what is drawn.
        progress: Told, in Italian, what is being written.

    Returns:
        The files, in the order in which they are to be loaded.

    Raises:
        AmbitoError: A margin that no rows can give: no user, more hours than its users' months hold, a tariff over 199.
    """
    plans = {margin: _plan(margin, seme, place) for place, margin in enumerate(margini)}
    keys = [(margin.anno, margin.servizio, margin.sub_ambito) for margin in margini]
    if len(set(keys)) < len(keys):
        raise AmbitoError("Margini ripetuti. Che fare: dare una sola volta ogni anno, servizio e sub-ambito.")
    providers = _providers(plans)
    destination.mkdir(parents=True, exist_ok=True)
    layouts = tracciati()
    tariffs = destination / "001_tariffe.csv"
    progress(f"scrivo {tariffs.name}")
    columns = [column.nome for column in layouts["tariffe"].campi]
    write(tariffs, layouts["tariffe"], SEMPLICE, [(_tariff_frame(ente, providers).select(columns), [])])
    paths = [tariffs]
    for number, year in enumerate(sorted({margin.anno for margin in margini}), 2):
        path = destination / f"{number:03d}_ore_servizio_{year}.csv"
        progress(f"scrivo {path.name}")
        frame = _hours_frame(ente, year, plans, providers, comune_of)
        columns = [column.nome for column in layouts["ore_servizio"].campi]
        write(path, layouts["ore_servizio"], GESTIONALE, [(frame.select(columns), [])])
        paths.append(path)
    return paths


def _plan(margin: Margin, seme: int, place: int) -> list[_Row]:
    """The rows of one margin."""
    hundredths, cents = _whole(margin, margin.ore), _whole(margin, margin.costo)
    most = 12 * _MOST_IN_MONTH
    if margin.utenti < 1 or not margin.utenti <= hundredths <= margin.utenti * most or cents < 0:
        raise _impossible(margin, "le ore non stanno negli utenti, o il costo è negativo")
    if cents // hundredths >= _MOST_TARIFF:
        raise _impossible(margin, f"la tariffa media supera {_MOST_TARIFF} euro")
    chance = stream(seme, "margini", margin.anno, margin.servizio, place)
    weights = [int(1000 * each) for each in chance.uniform(0.35, 1.65, margin.utenti)]
    shares = sorted(_spread(hundredths, weights, most, 1), reverse=True)
    users = [f"{margin.servizio}-{margin.anno}-{place:03d}-{number:04d}" for number in range(1, margin.utenti + 1)]
    months = [_months(margin.servizio, share, chance.random(), int(chance.integers(0, 12))) for share in shares]
    # the users with most hours close the account: no other user has more, so that it stays near the average
    euros = cents // hundredths
    realistic = _LEAST_TARIFF <= euros < _MOST_TARIFF - 3
    closing = 1
    while closing < len(shares) and (not realistic or sum(shares[:closing]) < hundredths * _CLOSING_SHARE):
        closing += 1
    found = _Rows()
    for user, by_month in list(zip(users, months, strict=True))[closing:]:
        # above the average when what is spent so far is below it, and the other way round
        low = found.cost * hundredths >= cents * found.hundredths
        kind, offsets = ("basso", [-each for each in _BELOW]) if low else ("alto", list(_ABOVE))
        for month, share in by_month.items():
            tariff = 100 * euros + offsets[month >= _CHANGE_MONTH]
            found.add(month, user, (kind, euros), share, tariff)
    left_hours, left_cents = hundredths - found.hundredths, cents - found.cost
    whole, above = divmod(left_cents, left_hours)
    for user, by_month in list(zip(users, months, strict=True))[:closing]:
        for month, share in by_month.items():
            dearer = min(share, above)
            above -= dearer
            if dearer:
                found.add(month, user, ("intero", whole + 1), dearer, 100 * (whole + 1))
            if share > dearer:
                found.add(month, user, ("intero", whole), share - dearer, 100 * whole)
    assert (found.hundredths, found.cost) == (hundredths, cents)
    return found.rows


def _whole(margin: Margin, value: Decimal) -> int:
    scaled = value * 100
    if scaled != int(scaled):
        raise _impossible(margin, "una cifra ha più di due decimali")
    return int(scaled)


def _impossible(margin: Margin, why: str) -> AmbitoError:
    where = f"{margin.servizio} {margin.anno}, {margin.sub_ambito}"
    return AmbitoError(f"Margine che nessuna riga può dare ({where}): {why}. Che fare: controllare la cifra stampata.")


def _spread(total: int, weights: Sequence[int], most: int, least: int) -> list[int]:
    """A whole amount divided in proportion, every share between ``least`` and ``most``: it always adds up.

    The caller makes sure that it can: ``least * n <= total <= most * n``.
    """
    whole = sum(weights)
    spare = total - least * len(weights)
    shares = [min(least + spare * weight // whole, most) for weight in weights]
    missing = total - sum(shares)
    for at in range(len(shares)):
        if not missing:
            break
        given = min(missing, most - shares[at])
        shares[at] += given
        missing -= given
    return shares


def _months(service: str, hundredths: int, luck: float, start: int) -> dict[int, int]:
    """The hours of one user by month: in a row, within the school year for the assistance at school."""
    usual = list(_SCHOOL_MONTHS) if service == _SCHOOL_SERVICE else list(range(1, 13))
    if hundredths > len(usual) * _MOST_IN_MONTH:
        usual = list(range(1, 13))
    needed = -(-hundredths // _MOST_IN_MONTH)
    # at least a quarter of an hour a month, and two users out of five come or leave during the year
    wanted = len(usual) if luck < 0.6 else max(3, int(len(usual) * luck * 0.8))
    count = max(min(wanted, hundredths // 25), needed, 1)
    first = start % (len(usual) - count + 1)
    chosen = usual[first : first + count]
    weights = [30 if service == _SCHOOL_SERVICE and month == 6 else 60 if month in (8, 9) else 100 for month in chosen]
    if hundredths < 100 * count or hundredths > count * _MOST_IN_MONTH // 2:
        return dict(zip(chosen, _spread(hundredths, weights, _MOST_IN_MONTH, 1), strict=True))
    # quarters of an hour, and the odd hundredths in the first month
    quarters = _spread(hundredths // 25, weights, _MOST_IN_MONTH // 25 - 1, 1)
    shares = [25 * each for each in quarters]
    shares[0] += hundredths % 25
    return dict(zip(chosen, shares, strict=True))


_Provider = dict[tuple[int, str, tuple[str, int]], str]


def _providers(plans: Mapping[Margin, list[_Row]]) -> _Provider:
    """A name for each tariff plan of a service and year: a provider has one tariff at a time."""
    found: _Provider = {}
    for year, service in sorted({(margin.anno, margin.servizio) for margin in plans}):
        slots = sorted(
            {
                row.slot
                for margin, rows in plans.items()
                if (margin.anno, margin.servizio) == (year, service)
                for row in rows
            }
        )
        if len(slots) == 1:  # a second provider has a tariff too, and no hours
            slots.append(("intero", slots[0][1] + 1))
        for at, slot in enumerate(slots, 1):
            found[year, service, slot] = f"Gestore {service} {at:02d}"
    return found


def _tariff_steps(slot: tuple[str, int]) -> Iterator[tuple[int, int | None, int]]:
    """First month, last month (``None``: December) and cents of the tariffs of a slot in a year."""
    kind, euros = slot
    if kind == "intero":
        yield 1, None, 100 * euros
        return
    offsets = [-each for each in _BELOW] if kind == "basso" else list(_ABOVE)
    yield 1, _CHANGE_MONTH - 1, 100 * euros + offsets[0]
    yield _CHANGE_MONTH, None, 100 * euros + offsets[1]


def _tariff_frame(ente: str, providers: _Provider) -> pl.DataFrame:
    rows = [
        (service, name, date(year, first, 1), date(year, last, 31) if last else date(year, 12, 31), 100 * cents)
        for (year, service, slot), name in providers.items()
        for first, last, cents in _tariff_steps(slot)
    ]
    services, names, starts, ends, cents = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "servizio": services,
            "ente_gestore": names,
            "valida_dal": pl.Series(starts, dtype=pl.Date),
            "valida_al": pl.Series(ends, dtype=pl.Date),
            "tariffa_oraria": cents,
        }
    )


def _hours_frame(
    ente: str, year: int, plans: Mapping[Margin, list[_Row]], providers: _Provider, comune_of: Mapping[str, str]
) -> pl.DataFrame:
    rows = [
        (
            f"{year}-{row.month:02d}",
            margin.servizio,
            row.user,
            comune_of[margin.sub_ambito],
            providers[year, margin.servizio, row.slot],
            row.hundredths,
            100 * row.cents,
        )
        for margin, plan in plans.items()
        if margin.anno == year
        for row in plan
    ]
    periods, services, users, comuni, names, hundredths, tariffs = zip(*sorted(rows), strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "periodo": periods,
            "servizio": services,
            "codice_utente": users,
            "codice_istat_comune": comuni,
            "ente_gestore": names,
            "ore": hundredths,
            "tariffa_oraria": tariffs,
        }
    )
