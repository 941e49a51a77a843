"""What the services cost, added up from the single rows: the money of every other layout comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ingest.generate.cases import PLACEMENTS, STRUCTURES_PER_KIND, CaseWork
from ingest.generate.persons import Ints
from ingest.generate.services import CONTRACTS, SERVICES, Deliveries


@dataclass(frozen=True)
class Ledger:
    """Costs in cents. Months are counted from January of the first year.

    Attributes:
        anni: The years.
        contratti: Month × contract.
        servizi: Year × service × place of residence.
        rette: Month × kind of placement × structure.
        rette_comuni: Year × place of residence.
        misure: Amounts granted, by year of the decision and measure.
    """

    anni: range
    contratti: Ints
    servizi: Ints
    rette: Ints
    rette_comuni: Ints
    misure: dict[tuple[int, str], int]

    def service_cost(self, year: int, service: str) -> int:
        """Cost of a service in a year."""
        return int(self.servizi[year - self.anni.start, SERVICES.index(service)].sum())

    def rette_cost(self, year: int, kind: str) -> int:
        """Cost of a kind of placement in a year."""
        first = 12 * (year - self.anni.start)
        return int(self.rette[first : first + 12, PLACEMENTS.index(kind)].sum())


def add_up(deliveries: Deliveries, work: CaseWork, seen_on: dict[int, date]) -> Ledger:
    """Go through all the persons once and add up what they cost.

    Args:
        deliveries: Hours of the services.
        work: Placements and applications.
        seen_on: For each year, the day on which its last extraction of the applications is made.
    """
    population = deliveries.population
    years = population.years
    places = len(population.territory.codici)
    months = 12 * len(years)
    contracts = np.zeros((months, len(CONTRACTS)), dtype=np.int64)
    services = np.zeros((len(years), len(SERVICES), places), dtype=np.int64)
    rette = np.zeros((months, len(PLACEMENTS), STRUCTURES_PER_KIND), dtype=np.int64)
    rette_places = np.zeros((len(years), places), dtype=np.int64)
    measures: dict[tuple[int, str], int] = {}
    service_of = np.array([SERVICES.index(service) for service, _ in CONTRACTS])
    starts = np.datetime64(f"{years.start}-01", "M") + np.arange(months + 1)
    firsts = starts[:-1].astype("datetime64[D]")
    lasts = starts[1:].astype("datetime64[D]") - np.timedelta64(1, "D")
    for number, persons in population.chunks():
        for at, year in enumerate(years):
            hours = deliveries.hours(year, number, persons)
            np.add.at(contracts, (12 * at + hours.mese, hours.contratto), hours.costo)
            np.add.at(services[at], (service_of[hours.contratto], hours.comune), hours.costo)
            asked = work.application_frame(persons, number, year, seen_on[year]).drop_nulls("importo_concesso")
            for measure, decided, amount in asked.select("misura", "data_esito", "importo_concesso").iter_rows():
                measures[decided.year, measure] = measures.get((decided.year, measure), 0) + amount
        placed = work.placements(number, persons)
        for month in range(months):
            days = (np.minimum(placed.al, lasts[month]) - np.maximum(placed.dal, firsts[month])).astype(np.int64) + 1
            cost = np.maximum(days, 0) * placed.retta
            np.add.at(rette[month], (placed.tipo, placed.struttura), cost)
            np.add.at(rette_places[month // 12], persons.comune[placed.persona], cost)
    return Ledger(years, contracts, services, rette, rette_places, measures)
