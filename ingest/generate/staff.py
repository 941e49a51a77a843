"""The staff of an ente: who is employed and until when, the hours worked and the days worked from home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ingest.generate.chance import divide, stream

# profile, how many, services they may work in
_PROFILES: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("assistente sociale", 52, ("TM", "SSD", "SST")),
    ("educatore", 30, ("TM", "SIL", "LO_SPAZIO")),
    ("psicologo", 12, ("TM",)),
    ("amministrativo", 24, ("CPE", "SSD")),
    ("coordinatore", 2, ("TM", "SAAP")),
    ("operatore socio-assistenziale", 6, ("LO_SPAZIO",)),
)
# Months, counted from January of the first year: the ente is founded with half of its staff, the others come later.
_FOUNDED, _LAST_TO_COME = -36, 36
_FULL_TIME = 36
_CAUSES = ("dimissioni", "mobilità", "pensione", "fine contratto")
_AGILE_FROM = 7  # month of the first year
_MOST_AGILE_DAYS = 4


@dataclass(frozen=True)
class Employee:
    """One employment.

    Attributes:
        numero: Number of the person, in the code.
        profilo: Profile.
        settimanali: Hours a week.
        dal: First day, the first of a month.
        al: Last day, the last of a month; None while it lasts.
        causa: Why it ended.
        contratto: Kind of contract.
        servizi: Services worked in, each with its weight.
        agile: Works from home, some days.
    """

    numero: int
    profilo: str
    settimanali: int
    dal: date
    al: date | None
    causa: str | None
    contratto: str
    servizi: tuple[tuple[str, float], ...]
    agile: bool

    @property
    def codice(self) -> str:
        """The code, the same in every layout."""
        return f"DEMO-O{self.numero:03d}"

    def works_in(self, year: int, month: int) -> bool:
        """Whether employed in a month, which is then whole."""
        day = date(year, month, 1)
        return self.dal <= day and (self.al is None or day <= self.al)


def _month(first: int, number: int) -> date:
    """First day of a month, counted from January of the first year."""
    return date(first + number // 12, number % 12 + 1, 1)


def employees(seme: int, first: int) -> Iterator[Employee]:
    """Everybody who ever works for the ente, the same whatever the years asked for."""
    number = 0
    for profile, count, services in _PROFILES:
        for _ in range(count):
            number += 1
            chance = stream(seme, "operatori", number)
            weekly = int(chance.choice([18, 24, 30, 36]))
            founder = chance.random() < 0.5
            joined = _FOUNDED if founder else int(chance.integers(_FOUNDED + 6, _LAST_TO_COME))
            worked = [service for service in services if chance.random() < 0.7] or [services[0]]
            weights = [float(chance.uniform(0.5, 1.5)) for _ in worked]
            luck = stream(seme, "rapporti", number)
            stays = int(luck.integers(14, 110))
            cause = _CAUSES[int(luck.choice(4, p=[0.6, 0.2, 0.1, 0.1]))]
            fixed_term = cause == "fine contratto" or luck.random() < 0.1
            yield Employee(
                numero=number,
                profilo=profile,
                settimanali=weekly,
                dal=_month(first, joined),
                al=_month(first, joined + stays) - timedelta(days=1),
                causa=cause,
                contratto="determinato" if fixed_term else "indeterminato",
                servizi=tuple(zip(worked, weights, strict=True)),
                agile=bool(luck.random() < 0.55),
            )


def roster_frame(seme: int, ente: str, first: int, at: date) -> pl.DataFrame:
    """The layout ``personale``, as it stands on a day: who leaves later is still there."""
    rows = []
    for one in employees(seme, first):
        if one.dal > at:
            continue
        left = one.al is not None and one.al <= at
        rows.append((one, one.al if left else None, one.causa if left else None))
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "data_estrazione": pl.Series([at] * len(rows), dtype=pl.Date),
            "codice_operatore": [one.codice for one, _, _ in rows],
            "profilo": [one.profilo for one, _, _ in rows],
            "contratto": [one.contratto for one, _, _ in rows],
            "tempo": ["pieno" if one.settimanali == _FULL_TIME else "parziale" for one, _, _ in rows],
            "ore_settimanali": [100 * one.settimanali for one, _, _ in rows],
            "dal": pl.Series([one.dal for one, _, _ in rows], dtype=pl.Date),
            "al": pl.Series([last for _, last, _ in rows], dtype=pl.Date),
            "causa_cessazione": pl.Series([cause for _, _, cause in rows], dtype=pl.String),
        }
    )


def staff_frame(seme: int, ente: str, first: int, year: int, months: range) -> pl.DataFrame:
    """The layout ``ore_personale``: who works in which service, each month."""
    rows = []
    for one in employees(seme, first):
        for month in months:
            if not one.works_in(year, month):
                continue
            each = stream(seme, "ore personale", one.numero, year, month)
            season = 0.5 if month == 8 else 0.85 if month == 12 else 1.0
            quarters = round(4 * one.settimanali * 4.33 * season * each.uniform(0.86, 1.04))
            shares = divide(quarters, [weight for _, weight in one.servizi])
            for (service, _), share in zip(one.servizi, shares, strict=True):
                if share > 0:
                    rows.append((f"{year}-{month:02d}", one.codice, one.profilo, service, 25 * share))
    periods, operators, kinds, where, hours = zip(*sorted(rows), strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "periodo": periods,
            "codice_operatore": operators,
            "profilo": kinds,
            "servizio": where,
            "ore": hours,
        }
    )


def agile_frame(seme: int, ente: str, first: int, year: int) -> pl.DataFrame:
    """The layout ``lavoro_agile``: begun in July of the first year, a few days a month, none in August."""
    rows = []
    for one in employees(seme, first):
        for month in range(_AGILE_FROM if year == first else 1, 13):
            if one.agile and month != 8 and one.works_in(year, month):
                days = int(stream(seme, "lavoro agile", one.numero, year, month).integers(0, _MOST_AGILE_DAYS + 1))
                rows.append((f"{year}-{month:02d}", one.codice, days))
    periods, operators, days_worked = zip(*sorted(rows), strict=True)
    return pl.DataFrame(
        {"ente": [ente] * len(rows), "periodo": periods, "codice_operatore": operators, "giorni": days_worked}
    )


@dataclass(frozen=True)
class Event:
    """A day of training or supervision.

    Attributes:
        giorno: Day.
        evento: Its number in the year, in the code.
        tema: What it is about.
        amministrativi: Whether it is for the administrative profile, or for all the others; None for everybody.
        presenti: Share of those it is for who come.
        ore: Hours.
    """

    giorno: date
    evento: int
    tema: str
    amministrativi: bool | None
    presenti: float
    ore: int


# Supervision begins with the teams, then is of each kind; the course on artificial intelligence is held twice, the
# second time for who came after the first.
_EVENTS = (
    Event(date(2024, 10, 8), 1, "codice etico", None, 0.4, 3),
    Event(date(2024, 11, 12), 2, "supervisione organizzativa", False, 0.5, 2),
    Event(date(2024, 12, 3), 3, "altro", None, 0.2, 4),
    Event(date(2025, 3, 18), 1, "codice etico", None, 0.4, 3),
    Event(date(2025, 4, 9), 2, "supervisione monoprofessionale", False, 0.5, 2),
    Event(date(2025, 5, 14), 3, "supervisione organizzativa", False, 0.4, 2),
    Event(date(2025, 6, 11), 4, "intelligenza artificiale", True, 1.0, 6),
    Event(date(2025, 10, 15), 5, "supervisione individuale", False, 0.3, 1),
    Event(date(2025, 10, 22), 5, "supervisione individuale", False, 0.3, 1),
    Event(date(2025, 11, 20), 6, "codice etico", None, 0.4, 3),
    Event(date(2025, 12, 10), 7, "intelligenza artificiale", True, 1.0, 6),
    Event(date(2026, 3, 11), 1, "supervisione organizzativa", False, 0.6, 2),
    Event(date(2026, 6, 16), 2, "codice etico", None, 0.4, 3),
)
_ADMINISTRATIVE = "amministrativo"
_TRAINED_ONCE = "intelligenza artificiale"


def training_frame(seme: int, ente: str, first: int, year: int) -> pl.DataFrame:
    """The layout ``formazione``: who was at which event of a year, among who was employed on its day."""
    rows = []
    for one in employees(seme, first):
        trained = False
        for event in _EVENTS:
            if event.giorno.year != year or not one.works_in(year, event.giorno.month):
                continue
            if event.amministrativi not in (None, one.profilo == _ADMINISTRATIVE):
                continue
            once = event.tema == _TRAINED_ONCE
            luck = stream(seme, "formazione", one.numero, event.giorno.toordinal()).random()
            if luck < event.presenti and not (once and trained):
                trained = trained or once
                rows.append((event.giorno, f"DEMO-E{year}-{event.evento:02d}", event.tema, one.codice, 100 * event.ore))
    days, events, themes, operators, hours = zip(*sorted(rows), strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "data": pl.Series(days, dtype=pl.Date),
            "codice_evento": events,
            "tema": themes,
            "codice_operatore": operators,
            "ore": hours,
        }
    )
