"""Coherent extracts of the demonstration ente: three years, all the layouts, as an office would have received them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from ingest.errors import AmbitoError
from ingest.flussi.tracciato import tracciati
from ingest.generate.activity import activity_frame
from ingest.generate.cases import CaseWork
from ingest.generate.cash import balance_frame, credit_debt_frame
from ingest.generate.chance import stream
from ingest.generate.dirt import RATE, Spoiled, spoil
from ingest.generate.files import (
    COLONNARE,
    FOGLIO,
    FOGLIO_DI_TESTI,
    GESTIONALE,
    PORTALE,
    SEMPLICE,
    TABULATO,
    SpoiledList,
    Style,
    first_line,
    partial_path,
    write,
)
from ingest.generate.ledger import Ledger, add_up
from ingest.generate.money import Accounts, bills, invoice_frame
from ingest.generate.objectives import PLAN_YEARS, report_frame, site_frame, stated_frame
from ingest.generate.persons import Persons, Population
from ingest.generate.residents import expense_frame, resident_frame
from ingest.generate.services import SERVICES, Deliveries, known_on, tariff_frame
from ingest.generate.staff import agile_frame, roster_frame, staff_frame, training_frame
from ingest.generate.territory import read_territory
from ingest.paths import ROOT

ENTE = "dimostrativo"
# Past this many persons, what is about persons comes in plain CSV, hours in one file a year.
_MANY_PERSONS = 8_000
# In the last year one month of hours is sent again corrected, and one comes late.
_CORRECTED, _LATE = 3, 5
# Share of rows spoiled where the figures are typed by hand.
_BY_HAND = 0.03


@dataclass(frozen=True)
class Delivery:
    """One file that the office receives.

    Attributes:
        arriva: When: files are loaded in this order.
        tracciato: Its layout.
        periodo: The period in its name.
        stile: How it is written.
        righe: Its rows, a part at a time.
        sporco: Share of rows spoiled.
    """

    arriva: date
    tracciato: str
    periodo: str
    stile: Style
    righe: Callable[[], Iterable[pl.DataFrame]]
    sporco: float = RATE


def generate(
    destination: Path,
    *,
    seme: int = 2026,
    scala: float = 1.0,
    anni: tuple[int, int] = (2023, 2025),
    sporco: Path | None = None,
    seeds: Path = ROOT / "seeds",
    progress: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write the extracts of the demonstration ente. The same arguments give the same bytes.

    Args:
        destination: Folder to write into, made when missing.
        seme: Seed of everything that is drawn.
        scala: 1 is 1100 persons, about 600 of them served in a year; only what is about persons grows.
        anni: First and last year.
        sporco: Where to list the rows spoiled on purpose: file, line, layout, column, text, reason. It is a CSV that
            stands outside of ``destination``, as it is not to be loaded.
        seeds: Reference data, for the comuni of the ente.
        progress: Told, in Italian, what is being written.

    Returns:
        The files, in the order in which they are to be loaded, which is that of their names.

    Raises:
        AmbitoError: The arguments make no sense, or the folder holds other files.
    """
    first, last = anni
    if first > last or first < 1991 or last > 2099 or not 0 < scala <= 20_000 or seme < 0:
        raise AmbitoError(
            "ambito generate: seme, scala o anni non validi. "
            "Che fare: anni in ordine tra 1991 e 2099, scala tra 0 e 20000."
        )
    population = Population(seme, scala, first, last, read_territory(seeds, ENTE))
    plan = _Plan(population, progress)
    deliveries = sorted(plan.deliveries(), key=lambda each: (each.arriva, each.tracciato, each.periodo))
    digits = max(3, len(str(len(deliveries))))
    paths = [
        destination / f"{number:0{digits}d}_{each.tracciato}_{each.periodo}.{each.stile.formato}"
        for number, each in enumerate(deliveries, 1)
    ]
    _refuse_others(destination, paths)
    destination.mkdir(parents=True, exist_ok=True)
    spoiled = SpoiledList(sporco)
    try:
        for path, delivery in zip(paths, deliveries, strict=True):
            progress(f"scrivo {path.name}")
            _write(path, delivery, seme, spoiled)
    finally:
        spoiled.close()
    return paths


def _refuse_others(destination: Path, paths: list[Path]) -> None:
    wanted = {path.name for path in paths} | {partial_path(path).name for path in paths}
    others = (
        sorted(found.name for found in destination.iterdir() if found.name not in wanted)
        if destination.is_dir()
        else []
    )
    if others:
        raise AmbitoError(
            f"{destination}: la cartella contiene altri file (per esempio {others[0]}). "
            "Che fare: scegliere una cartella vuota, o togliere gli estratti generati prima con altri parametri."
        )


def _write(path: Path, delivery: Delivery, seme: int, spoiled: SpoiledList) -> None:
    layout = tracciati()[delivery.tracciato]
    # the texts of a spoiled row have no place in the typed columns of a Parquet
    rate = 0.0 if delivery.stile.formato == "parquet" else delivery.sporco
    line = first_line(delivery.stile)

    def parts() -> Iterator[tuple[pl.DataFrame, list[Spoiled]]]:
        rows = 0
        for number, frame in enumerate(delivery.righe()):
            frame = frame.select(field.nome for field in layout.campi)
            cells: list[Spoiled] = []
            if rate:
                chance = stream(seme, "sporco", delivery.tracciato, delivery.periodo, number)
                frame, cells = spoil(frame, layout, chance, rate)
            for cell in cells:
                spoiled.add(path.name, delivery.tracciato, cell, line + rows + cell.posto)
            rows += frame.height
            yield frame, cells

    write(path, layout, delivery.stile, parts())


class _Plan:
    """Which files come, when, and with which rows."""

    def __init__(self, population: Population, progress: Callable[[str], None]) -> None:
        self._people = population
        self._progress = progress
        self._hours = Deliveries(population)
        self._cases = CaseWork(population)
        self._many = population.size > _MANY_PERSONS
        self._last = population.ultimo_anno
        self._known: tuple[Ledger, Accounts] | None = None

    @property
    def _money(self) -> tuple[Ledger, Accounts]:
        if self._known is None:
            self._progress("sommo i costi dei servizi")
            ledger = add_up(self._hours, self._cases, {year: self._seen_on(year) for year in self._people.years})
            self._known = ledger, Accounts(ledger, self._people.seme, ENTE)
        return self._known

    def _seen_on(self, year: int) -> date:
        """Day of the extraction of a year's applications: the last year is not over."""
        return date(year, 12, 31) if year == self._last else date(year + 1, 3, 31)

    def deliveries(self) -> Iterator[Delivery]:
        """Every file."""
        people = self._people
        yield from self._tariffs()
        for nth, year in enumerate(people.years):
            yield from self._of_hours(year)
            yield from self._of_persons(year, nth)
            yield from self._of_staff(year, nth)
            yield from self._of_money(year, nth)
            yield from self._counted(year, nth)
        yield from self._stated()
        for nth, year in enumerate(range(people.primo_anno, self._last + 2)):
            style = (SEMPLICE, COLONNARE, PORTALE, SEMPLICE)[nth % 4]
            yield Delivery(date(year, 4, 10), "popolazione", str(year), style, self._residents(year), RATE / 10)

    def _stated(self) -> Iterator[Delivery]:
        """What is stated of the indicators, after each year; of the last year of the plan, at its monitoring."""
        last = PLAN_YEARS[-1]
        styles = (GESTIONALE, SEMPLICE, PORTALE)
        for year, style in zip(PLAN_YEARS, styles, strict=True):
            if not self._people.primo_anno <= year <= self._last + 1:
                continue
            arrives = date(year, 10, 5) if year == last else date(year + 1, 4, 2)
            yield Delivery(arrives, "rilevazioni", str(year), style, partial(self._stated_of, year), 0.0)
            yield Delivery(arrives, "report", str(year), style, partial(self._reports_of, year))
            yield Delivery(arrives, "plessi", str(year), style, partial(self._sites_of, year))
            yield Delivery(arrives, "formazione", str(year), style, partial(self._training_of, year))

    def _stated_of(self, year: int) -> list[pl.DataFrame]:
        return [stated_frame(self._people.seme, ENTE, year)]

    def _counted(self, year: int, nth: int) -> Iterator[Delivery]:
        """What the registers of the services say of a year."""
        people = self._people
        comuni = len(people.territory.comuni)
        style = (FOGLIO, SEMPLICE, GESTIONALE)[nth % 3]
        yield Delivery(
            date(year + 1, 3, 3), "attivita", str(year), style,
            lambda: [activity_frame(people.seme, ENTE, people.primo_anno, year, comuni)], _BY_HAND,
        )  # fmt: skip

    def _reports_of(self, year: int) -> list[pl.DataFrame]:
        return [report_frame(self._people.seme, ENTE, year)]

    def _sites_of(self, year: int) -> list[pl.DataFrame]:
        return [site_frame(self._people.seme, ENTE, self._people.territory, year)]

    def _training_of(self, year: int) -> list[pl.DataFrame]:
        return [training_frame(self._people.seme, ENTE, self._people.primo_anno, year)]

    # --- tariffs and hours ------------------------------------------------------------------------

    def _tariffs(self) -> Iterator[Delivery]:
        """All the tariffs of the ente at the end of a year, and in the last year at each rise."""
        last = self._last
        days = [(date(year, 12, 20), str(year), PORTALE) for year in self._people.years if year < last]
        rises = sorted(
            {tariff.dal for tariff in self._hours.tariffs if tariff.dal.year == last and tariff.dal.month > 1}
        )
        days += [(date(last, 1, 8), f"{last}-01", GESTIONALE)]
        days += [(day + timedelta(days=3), f"{day:%Y-%m}", GESTIONALE) for day in rises]
        for day, period, style in days:
            known = known_on(self._hours.tariffs, day)
            yield Delivery(day, "tariffe", period, style, partial(lambda rows: [tariff_frame(ENTE, rows)], known))

    def _of_hours(self, year: int) -> Iterator[Delivery]:
        staff = "ore_personale"
        if year < self._last:
            arrives = date(year + 1, 1, 22)
            style = GESTIONALE if self._many or year % 2 else TABULATO
            yield Delivery(arrives, "ore_servizio", str(year), style, self._service(year))
            yield Delivery(arrives, staff, str(year), PORTALE, self._staff(year, range(1, 13)))
            return
        if self._many:
            yield Delivery(date(year + 1, 1, 22), "ore_servizio", str(year), GESTIONALE, self._service(year))
        for month in range(1, 13):
            period = f"{year}-{month:02d}"
            arrives = date(year + month // 12, month % 12 + 1, 10)
            styles = (GESTIONALE, FOGLIO, PORTALE, GESTIONALE, FOGLIO_DI_TESTI, TABULATO)
            sheet = (FOGLIO, SEMPLICE, GESTIONALE)[month % 3]
            yield Delivery(arrives, staff, period, sheet, self._staff(year, range(month, month + 1)))
            if self._many:
                continue
            style = styles[month % len(styles)]
            first = self._service(year, month, wrong=month == _CORRECTED)
            late = timedelta(days=58 if month == _LATE else 0)
            yield Delivery(arrives + late, "ore_servizio", period, style, first)
            if month == _CORRECTED:
                again = arrives + timedelta(days=66)
                yield Delivery(again, "ore_servizio", period, FOGLIO, self._service(year, month), 0.0)

    def _service(
        self, year: int, month: int | None = None, *, wrong: bool = False
    ) -> Callable[[], Iterator[pl.DataFrame]]:
        def rows() -> Iterator[pl.DataFrame]:
            for number, (persons, hours) in enumerate(self._hours.all(year)):
                if month is not None:
                    hours = hours.only(hours.mese == month - 1)
                frame = self._hours.frame(year, persons, hours)
                if wrong:  # hours of some persons forgotten, of others typed twice as long
                    luck = pl.Series(stream(self._people.seme, "errori", year, number).random(frame.height))
                    ore = pl.when(luck < 0.05).then(pl.col("ore") * 2).otherwise(pl.col("ore")).alias("ore")
                    frame = frame.with_columns(ore).filter(luck < 0.96)
                yield frame

        return rows

    def _staff(self, year: int, months: range) -> Callable[[], list[pl.DataFrame]]:
        return lambda: [staff_frame(self._people.seme, ENTE, self._people.primo_anno, year, months)]

    def _of_staff(self, year: int, nth: int) -> Iterator[Delivery]:
        seme, first = self._people.seme, self._people.primo_anno
        end, arrives = date(year, 12, 31), date(year + 1, 1, 16)
        style = (FOGLIO, GESTIONALE, SEMPLICE)[nth % 3]
        yield Delivery(arrives, "personale", str(year), style, lambda: [roster_frame(seme, ENTE, first, end)])
        style = (PORTALE, SEMPLICE, FOGLIO)[nth % 3]
        yield Delivery(arrives, "lavoro_agile", str(year), style, lambda: [agile_frame(seme, ENTE, first, year)])

    # --- persons ----------------------------------------------------------------------------------

    def _of_persons(self, year: int, nth: int) -> Iterator[Delivery]:
        end = date(year, 12, 31)
        arrives = date(year + 1, 1, 25)
        cases, placements = self._cases.case_frame, self._cases.placement_frame
        style = SEMPLICE if self._many else (TABULATO, FOGLIO, GESTIONALE)[nth % 3]
        yield Delivery(arrives, "prese_in_carico", str(year), style, self._each(lambda p, n: cases(p, n, end)))
        style = SEMPLICE if self._many else (GESTIONALE, FOGLIO_DI_TESTI, PORTALE)[nth % 3]
        yield Delivery(arrives, "collocamenti", str(year), style, self._each(lambda p, n: placements(p, n, end)))
        style = SEMPLICE if self._many else (FOGLIO, PORTALE, GESTIONALE)[nth % 3]
        day = self._seen_on(year)
        asked = self._cases.application_frame
        yield Delivery(
            day + timedelta(days=26), "domande", str(year), style, self._each(lambda p, n: asked(p, n, year, day))
        )

    def _each(self, rows: Callable[[Persons, int], pl.DataFrame]) -> Callable[[], Iterator[pl.DataFrame]]:
        return lambda: (rows(persons, number) for number, persons in self._people.chunks())

    # --- money ------------------------------------------------------------------------------------

    def _of_money(self, year: int, nth: int) -> Iterator[Delivery]:
        seme, first = self._people.seme, self._people.primo_anno
        end = date(year, 12, 31)
        style = (GESTIONALE, FOGLIO, PORTALE)[nth % 3]
        yield Delivery(
            date(year + 1, 2, 5), "movimenti_fondi", str(year), style, lambda: [self._money[1].movement_frame(year)]
        )
        if year == self._last:
            yield Delivery(
                date(year, 1, 15), "contabilita", f"{year}-preventivo", SEMPLICE,
                lambda: [self._money[1].account_frame(year, ("preventivo",))],
            )  # fmt: skip
        phases = ("preventivo", "assestato", "consuntivo")
        style = (FOGLIO_DI_TESTI, GESTIONALE, FOGLIO)[nth % 3]
        yield Delivery(
            date(year + 1, 5, 4), "contabilita", str(year), style, lambda: [self._money[1].account_frame(year, phases)]
        )
        # invoices of a year are sent at its end, and again when those still unpaid are paid
        style = (PORTALE, GESTIONALE, FOGLIO)[nth % 3]
        yield Delivery(
            date(year + 1, 1, 28), "fatture", str(year), style,
            lambda: [invoice_frame(self._money[0], seme, ENTE, year, end)],
        )  # fmt: skip
        if year < self._last:
            later = date(year + 1, 6, 30)
            yield Delivery(
                later, "fatture", str(year), style, lambda: [invoice_frame(self._money[0], seme, ENTE, year, later)]
            )
        style = (FOGLIO, SEMPLICE, PORTALE)[nth % 3]
        yield Delivery(date(year + 1, 1, 14), "saldi_cassa", str(year), style, self._balances(year))
        style = (GESTIONALE, PORTALE, SEMPLICE)[nth % 3]
        yield Delivery(date(year + 1, 2, 26), "crediti_debiti", str(end), style, self._credits(end))
        style = (SEMPLICE, GESTIONALE, FOGLIO)[nth % 3]
        yield Delivery(
            date(year + 1, 9, 20), "spesa_sociale_comuni", str(year), style,
            lambda: [expense_frame(self._people.territory, seme, first, year, self._by_comune(year))],
        )  # fmt: skip

    def _balances(self, year: int) -> Callable[[], list[pl.DataFrame]]:
        def rows() -> list[pl.DataFrame]:
            ledger, accounts = self._money
            return [balance_frame(ledger, bills(ledger, self._people.seme), accounts, ENTE, year)]

        return rows

    def _credits(self, on: date) -> Callable[[], list[pl.DataFrame]]:
        def rows() -> list[pl.DataFrame]:
            ledger, accounts = self._money
            return [credit_debt_frame(bills(ledger, self._people.seme), accounts, ENTE, on)]

        return rows

    def _by_comune(self, year: int) -> dict[str, list[int]]:
        ledger = self._money[0]
        at = year - self._people.primo_anno
        costs = {service: ledger.servizi[at, place].tolist() for place, service in enumerate(SERVICES)}
        return {**costs, "rette": ledger.rette_comuni[at].tolist()}

    def _residents(self, year: int) -> Callable[[], list[pl.DataFrame]]:
        people = self._people
        return lambda: [resident_frame(people.territory, people.seme, people.primo_anno, year)]
