"""Tariffs of the providers and hours delivered to each person, month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.generate.chance import stream
from ingest.generate.persons import CHUNK, PROFILES, Ints, Persons, Population

SERVICES = ("SAAP", "SAD", "ADM", "SIP")
PROVIDERS: dict[str, tuple[str, ...]] = {
    "SAAP": ("Cooperativa Demo Uno", "Cooperativa Demo Due", "Cooperativa Demo Tre"),
    "SAD": ("Cooperativa Demo Due", "Cooperativa Demo Quattro"),
    "ADM": ("Cooperativa Demo Uno", "Cooperativa Demo Quattro"),
    "SIP": ("Cooperativa Demo Tre", "Cooperativa Demo Cinque"),
}
# A service and who delivers it.
CONTRACTS = [(service, provider) for service in SERVICES for provider in PROVIDERS[service]]
_FIRST_CONTRACT = np.array([CONTRACTS.index((service, PROVIDERS[service][0])) for service in SERVICES])
_CONTRACTS_OF = np.array([len(PROVIDERS[service]) for service in SERVICES])
_CONTRACT_SERVICE = np.array([SERVICES.index(service) for service, _ in CONTRACTS])

# Share of the usual hours delivered in each month: assistance at school follows the school year.
_SEASONS = np.array(
    [
        [1.0, 1.0, 1.0, 0.9, 1.0, 0.3, 0.0, 0.0, 0.6, 1.0, 1.0, 0.8],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.8, 1.0, 1.0, 1.0, 0.95],
        [1.0, 1.0, 1.0, 0.95, 1.0, 0.9, 0.8, 0.45, 0.9, 1.0, 1.0, 0.85],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.6, 1.0, 1.0, 1.0, 0.9],
    ]
)
_USUAL_HOURS = np.array([34.0, 11.0, 8.0, 3.5])
_MOST_HOURS = 110.0
_FIRST_TARIFFS = {"SAAP": 2145, "SAD": 2090, "ADM": 2285, "SIP": 2340}  # cents
_RISES = ((1, 1), (3, 16), (9, 1))
_MISSED = 0.06  # months in which a person gets no hours


@dataclass(frozen=True)
class Tariff:
    """An hourly tariff of a contract, in cents, from one day to another (the last has no end)."""

    servizio: str
    gestore: str
    dal: date
    al: date | None
    centesimi: int


def tariffs(population: Population) -> list[Tariff]:
    """Every contract's tariffs: one rise a year, in January, in the middle of March or with the school year."""
    found = []
    for place, (service, provider) in enumerate(CONTRACTS):
        chance = stream(population.seme, "tariffe", place)
        cents = _FIRST_TARIFFS[service] + 5 * int(chance.integers(0, 14))
        steps = [(date(population.primo_anno, 1, 1), cents)]
        for nth, year in enumerate(population.years):
            month, day = _RISES[(place + nth + 1) % len(_RISES)]
            if (nth, month) == (0, 1):
                continue
            cents = 5 * round(cents * (1 + chance.uniform(0.015, 0.04)) / 5)
            steps.append((date(year, month, day), cents))
        for at, (start, value) in enumerate(steps):
            end = steps[at + 1][0] - timedelta(days=1) if at + 1 < len(steps) else None
            found.append(Tariff(service, provider, start, end, value))
    return found


def tariff_frame(ente: str, known: list[Tariff]) -> pl.DataFrame:
    """The layout ``tariffe``."""
    return pl.DataFrame(
        {
            "ente": [ente] * len(known),
            "servizio": [tariff.servizio for tariff in known],
            "ente_gestore": [tariff.gestore for tariff in known],
            "valida_dal": pl.Series([tariff.dal for tariff in known], dtype=pl.Date),
            "valida_al": pl.Series([tariff.al for tariff in known], dtype=pl.Date),
            "tariffa_oraria": [tariff.centesimi * 100 for tariff in known],
        }
    )


def known_on(all_tariffs: list[Tariff], day: date) -> list[Tariff]:
    """The tariffs an office knows on a day: those begun, the last of each contract still open."""
    return [
        tariff
        if tariff.al is None or tariff.al < day
        else Tariff(tariff.servizio, tariff.gestore, tariff.dal, None, tariff.centesimi)
        for tariff in all_tariffs
        if tariff.dal <= day
    ]


@dataclass(frozen=True)
class Hours:
    """Rows of hours of one year.

    Attributes:
        persona: Position in the chunk.
        mese: From 0 to 11.
        contratto: Position in ``CONTRACTS``.
        comune: Position in ``Territory.codici``.
        ore: In hundredths of an hour.
        tariffa: In cents.
    """

    persona: Ints
    mese: Ints
    contratto: Ints
    comune: Ints
    ore: Ints
    tariffa: Ints

    def only(self, kept: npt.NDArray[np.bool_]) -> Hours:
        """Some of the rows."""
        return Hours(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    @property
    def costo(self) -> Ints:
        """Cost of each row in cents, rounded half away from zero."""
        return (self.ore * self.tariffa + 50) // 100


@dataclass(frozen=True)
class _Episodes:
    """Persons in a service: which, from which month, until before which, with how many hours a month."""

    persona: Ints
    servizio: Ints
    contratto: Ints
    entrata: Ints
    uscita: Ints
    ore: npt.NDArray[np.float64]


class Deliveries:
    """The hours of a population."""

    def __init__(self, population: Population) -> None:
        """Nothing is drawn yet."""
        self.population = population
        self.tariffs = tariffs(population)

    def hours(self, year: int, chunk: int, persons: Persons) -> Hours:
        """The hours of some persons in a year."""
        episodes = self._episodes(chunk, persons)
        there = stream(self.population.seme, "presenze", year, chunk)
        chance = stream(self.population.seme, "ore", year, chunk)
        months = 12 * (year - self.population.primo_anno) + np.arange(12)
        size = (len(episodes.persona), 12)
        season = _SEASONS[episodes.servizio]
        present = (episodes.entrata[:, None] <= months) & (months < episodes.uscita[:, None]) & (season > 0)
        present &= there.random(size, dtype=np.float32) >= _MISSED
        varied = chance.random(size, dtype=np.float32) * 0.6 + 0.7
        row, month = np.nonzero(present)
        quarters = np.rint(4 * episodes.ore[row] * season[row, month] * varied[row, month]).astype(np.int64)
        quarters = np.clip(quarters, 2, int(4 * _MOST_HOURS))
        contract = episodes.contratto[row]
        now, before = self._prices
        at = months[month]
        # in the month of a rise the hours before it are on a line of their own, at the old tariff
        twice = before[contract, at] > 0
        lines = np.repeat(np.arange(len(row)), 1 + twice)
        older = np.zeros(len(lines), dtype=bool)
        older[1:] = lines[1:] == lines[:-1]
        half = quarters // 2
        amount = np.where(older, half[lines], np.where(twice[lines], quarters[lines] - half[lines], quarters[lines]))
        person = episodes.persona[row][lines]
        return Hours(
            persona=person,
            mese=month[lines],
            contratto=contract[lines],
            comune=persons.comune[person],
            ore=25 * amount,
            tariffa=np.where(older, before[contract, at][lines], now[contract, at][lines]),
        )

    def frame(self, year: int, persons: Persons, hours: Hours) -> pl.DataFrame:
        """The layout ``ore_servizio``."""
        places = pl.Series(self.population.territory.codici)
        return pl.DataFrame(
            {
                "ente": pl.Series([self.population.territory.ente]).gather(np.zeros(len(hours.mese), dtype=np.int64)),
                "periodo": pl.Series([f"{year}-{month:02d}" for month in range(1, 13)]).gather(hours.mese),
                "servizio": pl.Series([service for service, _ in CONTRACTS]).gather(hours.contratto),
                "codice_utente": pl.Series(persons.codici).gather(hours.persona),
                "codice_istat_comune": places.gather(hours.comune),
                "ente_gestore": pl.Series([provider for _, provider in CONTRACTS]).gather(hours.contratto),
                "ore": hours.ore,
                "tariffa_oraria": hours.tariffa * 100,
            }
        )

    @cached_property
    def _prices(self) -> tuple[Ints, Ints]:
        """Tariff of each contract at the end of each month, and the one it replaced within the month (or 0)."""
        first = self.population.primo_anno
        shape = (len(CONTRACTS), 12 * len(self.population.years))
        now, before = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for tariff in self.tariffs:
            place = CONTRACTS.index((tariff.servizio, tariff.gestore))
            at = 12 * (tariff.dal.year - first) + tariff.dal.month - 1
            if tariff.dal.day > 1:
                before[place, at] = now[place, at]
            now[place, at:] = tariff.centesimi
        return now, before

    def _episodes(self, chunk: int, persons: Persons) -> _Episodes:
        chance = stream(self.population.seme, "servizi", chunk)
        kept = slice(0, len(persons))
        spread = np.exp(chance.normal(0.0, 0.42, (2, CHUNK)))[:, kept]
        luck = chance.random((2, CHUNK))[:, kept]
        first = np.flatnonzero(persons.of(*SERVICES))
        # some pupils also have an educator at home, some of those at home also meet their family in a protected place
        home = np.flatnonzero(persons.of("SAAP") & (persons.sorte < 0.07))
        meeting = np.flatnonzero(persons.of("ADM") & (persons.sorte < 0.16))
        person = np.concatenate([first, home, meeting])
        service = np.concatenate(
            [
                persons.profilo[first],
                np.full(len(home), SERVICES.index("ADM")),
                np.full(len(meeting), SERVICES.index("SIP")),
            ]
        )
        second = np.concatenate(
            [np.zeros(len(first), dtype=np.int64), np.ones(len(home) + len(meeting), dtype=np.int64)]
        )
        provider = (luck[second, person] * _CONTRACTS_OF[service]).astype(np.int64)
        enters = persons.entrata[person]
        leaves = persons.uscita[person]
        # the second service comes later than the first, and lasts less
        enters = enters + second * ((leaves - enters) // 3)
        order = np.argsort(person, kind="stable")
        return _Episodes(
            persona=person[order],
            servizio=service[order],
            contratto=(_FIRST_CONTRACT[service] + provider)[order],
            entrata=enters[order],
            uscita=leaves[order],
            ore=(_USUAL_HOURS[service] * spread[second, person])[order],
        )

    def all(self, year: int) -> Iterator[tuple[Persons, Hours]]:
        """The hours of a year, a chunk of persons at a time."""
        for number, persons in self.population.chunks():
            yield persons, self.hours(year, number, persons)


assert PROFILES[: len(SERVICES)] == SERVICES  # a person's reason to come is the service's position too
