"""The synthetic persons: who they are, where they live, and which services they enter and leave.

Persons come in chunks of fixed size, each drawn from its own stream: memory does not grow with the population, and a
larger population only adds persons to a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.generate.chance import stream
from ingest.generate.territory import Territory

CHUNK = 16_384
PERSONS_AT_SCALE_ONE = 1_100

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# What brings a person in, with its share and the ages at which they come.
PROFILES = ("SAAP", "SAD", "ADM", "SIP", "TM", "SIL")
_SHARES = (0.44, 0.25, 0.14, 0.05, 0.07, 0.05)
_AGES = ((3, 17), (62, 95), (3, 16), (2, 14), (2, 16), (18, 58))
# Mean stay, in months.
_STAYS = (60.0, 34.0, 18.0, 14.0, 26.0, 14.0)
_OUTSIDE_SHARE = 0.012
# Italian, of the European Union, of elsewhere.
CITIZENSHIPS = ("italiana", "comunitaria", "non comunitaria")
_CITIZENSHIP_SHARES = ((0.78, 0.06, 0.16), (0.97, 0.01, 0.02), (0.66, 0.08, 0.26))


@dataclass(frozen=True)
class Persons:
    """Some persons, numbered from ``primo``. Months are counted from January of the first year; before it, below 0.

    Attributes:
        primo: Number of the first.
        profilo: Position in ``PROFILES``.
        comune: Position in ``Territory.codici``.
        nascita: Year of birth.
        cittadinanza: Position in ``CITIZENSHIPS``.
        entrata: Month in which they enter.
        uscita: First month in which they are no longer there.
        sorte: One number in [0, 1) each: whatever else is decided once for all.
    """

    primo: int
    profilo: Ints
    comune: Ints
    nascita: Ints
    cittadinanza: Ints
    entrata: Ints
    uscita: Ints
    sorte: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.profilo)

    @property
    def codici(self) -> list[str]:
        """Their codes: invented, and said so by how they begin."""
        return [f"DEMO-U{self.primo + at:06d}" for at in range(1, len(self) + 1)]

    def of(self, *profiles: str) -> Flags:
        """Which came for one of these reasons."""
        return np.isin(self.profilo, [PROFILES.index(name) for name in profiles])


@dataclass(frozen=True)
class Population:
    """All the persons of one generation.

    Attributes:
        seme: The seed.
        scala: 1 is 1100 persons, about 600 of them served in a year.
        primo_anno: First year.
        ultimo_anno: Last year.
        territory: Where they live.
    """

    seme: int
    scala: float
    primo_anno: int
    ultimo_anno: int
    territory: Territory

    @property
    def size(self) -> int:
        """How many persons."""
        return max(round(PERSONS_AT_SCALE_ONE * self.scala), 1)

    @property
    def years(self) -> range:
        """The years, both ends in."""
        return range(self.primo_anno, self.ultimo_anno + 1)

    def chunks(self) -> Iterator[tuple[int, Persons]]:
        """The persons, a chunk at a time."""
        for number in range(-(-self.size // CHUNK)):
            yield number, self._chunk(number)

    def _chunk(self, number: int) -> Persons:
        chance = stream(self.seme, "persone", number)
        months = 12 * len(self.years)
        profile = chance.choice(len(PROFILES), CHUNK, p=_SHARES)
        low, high = np.array(_AGES).T
        age = chance.integers(low[profile], high[profile] + 1)
        school = profile == PROFILES.index("SAAP")
        stays = 1 + chance.gamma(2.0, np.array(_STAYS)[profile] / 2).astype(np.int64)
        # assistance at school lasts whole school years, and no longer than school
        stays = np.where(school, 10 + 12 * np.minimum(stays // 12, 19 - age), stays)
        # whoever stays longer began earlier: as many are there at the beginning as at the end
        enters = np.floor(chance.random(CHUNK) * (months + stays)).astype(np.int64) - stays
        enters = np.where(school, 12 * (enters // 12) + 8, enters)
        leaves = np.maximum(enters + stays, 1)
        weights = np.array(self.territory.residenti, dtype=float)
        places = np.append(weights / weights.sum() * (1 - _OUTSIDE_SHARE), _OUTSIDE_SHARE)
        comune = chance.choice(len(places), CHUNK, p=places)
        group = np.array([0, 1, 2, 2, 2, 0])[profile]
        ranks = np.cumsum(np.array(_CITIZENSHIP_SHARES), axis=1)[group]
        citizenship = (chance.random(CHUNK)[:, None] > ranks[:, :2]).sum(axis=1)
        luck = chance.random(CHUNK)
        kept = slice(0, min(CHUNK, self.size - number * CHUNK))
        return Persons(
            primo=number * CHUNK,
            profilo=profile[kept].astype(np.int64),
            comune=comune[kept].astype(np.int64),
            nascita=(self.primo_anno + enters // 12 - age)[kept],
            cittadinanza=citizenship[kept].astype(np.int64),
            entrata=enters[kept],
            uscita=leaves[kept],
            sorte=luck[kept],
        )
