"""Residents of the invented comuni by sex, age and citizenship, and the social expenditure of each comune."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.generate.chance import stream
from ingest.generate.persons import Ints
from ingest.generate.territory import Territory

_LAST_AGE = 100


def residents(territory: Territory, seme: int, first: int, year: int) -> Ints:
    """Residents on 1 January: comune × sex (F, M) × age × citizenship (italiana, straniera).

    Each year everybody is a year older: the age pyramid moves on by one, with births at its foot and deaths along it.
    """
    elapsed = year - first
    ages = np.arange(_LAST_AGE + 1)
    born = ages - elapsed  # age they had in the first year; below 0, born since
    cohorts = _cohorts(born)
    alive = 1 / (1 + np.exp((ages - 86) / 5.5))
    whole = 2 * (_cohorts(ages) * alive).sum()
    counts = np.zeros((len(territory.comuni), 2, _LAST_AGE + 1, 2), dtype=np.int64)
    for place, size in enumerate(territory.residenti):
        # by year of birth, so that the same persons are there the year after
        noise = stream(seme, "residenti", place).uniform(0.85, 1.15, (2, 2, 160))
        for sex in range(2):
            weight = cohorts * (alive if sex else alive**0.75)
            foreign = np.clip(0.17 - np.abs(ages - 32) * 0.0028, 0.004, None)
            for citizenship, share in enumerate((1 - foreign, foreign)):
                expected = weight * share * size / whole * noise[sex, citizenship, born + 40]
                counts[place, sex, :, citizenship] = np.rint(expected)
    return counts


def _cohorts(born: Ints) -> npt.NDArray[np.float64]:
    """How many were born of each age (in the first year): many around 54, fewer since."""
    return np.exp(-(((born - 54) / 27.0) ** 2)) * 1.1 + 0.42 * (born < 54)


def resident_frame(territory: Territory, seme: int, first: int, year: int) -> pl.DataFrame:
    """The layout ``popolazione``."""
    counts = residents(territory, seme, first, year)
    place, sex, age, citizenship = (axis.ravel() for axis in np.indices(counts.shape))
    return pl.DataFrame(
        {
            "codice_istat_comune": pl.Series(territory.comuni).gather(place),
            "data": pl.Series([date(year, 1, 1)] * counts.size, dtype=pl.Date),
            "sesso": pl.Series(["F", "M"]).gather(sex),
            "eta": age,
            "cittadinanza": pl.Series(["italiana", "straniera"]).gather(citizenship),
            "residenti": counts.ravel(),
        }
    )


_EXPENSES: tuple[tuple[str, str, float, float, float], ...] = (
    # area, voce, euro an inhabitant, share paid by users, share paid by the health service
    ("disabili", "Integrazione rette CDD e CSS", 9.5, 0.06, 0.22),
    ("dipendenze", "Progetti di prevenzione", 0.4, 0.0, 0.0),
    ("anziani", "Integrazione rette RSA", 12.0, 0.0, 0.0),
    ("anziani", "Pasti a domicilio", 3.1, 0.55, 0.0),
    ("immigrati", "Mediazione culturale", 0.7, 0.0, 0.0),
    ("povertà", "Contributi economici", 6.2, 0.0, 0.0),
    ("multiutenza", "Segretariato e servizio sociale", 11.5, 0.0, 0.0),
)
# Costs that come from the services: area, voce, share paid by users.
SERVICE_EXPENSES = {
    "SAAP": ("disabili", "Assistenza scolastica", 0.0),
    "SAD": ("anziani", "Assistenza domiciliare", 0.18),
    "ADM": ("famiglia e minori", "Assistenza educativa domiciliare", 0.0),
    "SIP": ("famiglia e minori", "Incontri protetti", 0.0),
    "rette": ("famiglia e minori", "Rette di affidi e comunità", 0.03),
}


def expense_frame(territory: Territory, seme: int, first: int, year: int, costs: dict[str, list[int]]) -> pl.DataFrame:
    """The layout ``spesa_sociale_comuni``: what the comuni spend, the services among it at their cost.

    Args:
        territory: The comuni.
        seme: The seed.
        first: First year of the generation.
        year: Year of the expenditure.
        costs: Cost in cents of each service, by comune.
    """
    rows: list[tuple[str, str, str, int, int, int]] = []
    people = residents(territory, seme, first, year).sum(axis=(1, 2, 3)).tolist()
    for place, comune in enumerate(territory.comuni):
        chance = stream(seme, "spesa", year, place)
        for service, (area, item, users) in SERVICE_EXPENSES.items():
            gross = costs[service][place]
            rows.append((comune, area, item, gross, int(gross * users), 0))
        for area, item, each, users, health in _EXPENSES:
            gross = round(people[place] * each * 100 * chance.uniform(0.8, 1.25) * (1 + 0.02 * (year - first)))
            rows.append((comune, area, item, gross, int(gross * users), int(gross * health)))
    comuni, areas, items, gross_amounts, users_amounts, health_amounts = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "ente": [territory.ente] * len(rows),
            "anno": [year] * len(rows),
            "codice_istat_comune": comuni,
            "area": areas,
            "voce": items,
            "spesa_lorda": gross_amounts,
            "compartecipazione_utenti": users_amounts,
            "contributo_ssn": health_amounts,
        }
    )
