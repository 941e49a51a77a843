"""What the synthetic office states of the indicators of its plan, and the lists that others are computed from.

Of what is stated and what is computed every outcome appears, on some day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from ingest.generate.chance import stream
from ingest.generate.territory import Territory

PLAN = "indicatori-2024-2026"
PLAN_YEARS = range(2024, 2027)


@dataclass(frozen=True)
class Stated:
    """A value that somebody states of an indicator.

    Attributes:
        codice: The indicator.
        anno: The year it measures.
        giorno: When it was known.
        valore: A number, ``si`` or ``no``, a day, or numerator and denominator of a share.
        momento: Which of the two deliveries of the year, where there are two.
    """

    codice: str
    anno: int
    giorno: date
    valore: int | str | date | tuple[int, int]
    momento: str = "intero"


_STATED = (
    Stated("1.1", 2024, date(2024, 12, 31), (2, 2)),
    Stated("1.1", 2025, date(2025, 12, 31), (1, 2)),
    Stated("1.1a", 2024, date(2024, 12, 20), "si"),
    Stated("1.1a", 2025, date(2025, 12, 31), "no"),
    Stated("1.1b", 2024, date(2024, 12, 31), "no"),
    Stated("1.1b", 2024, date(2025, 2, 15), "si"),  # late
    Stated("1.2", 2024, date(2024, 3, 20), "si"),
    Stated("1.2a", 2024, date(2024, 6, 30), 14),
    Stated("1.2b", 2024, date(2024, 6, 30), 9),
    Stated("1.2c", 2024, date(2024, 6, 30), 11),
    Stated("1.2d", 2024, date(2024, 6, 30), 3),
    Stated("1.3a", 2024, date(2024, 9, 30), (5, 6)),
    Stated("1.3b", 2024, date(2024, 12, 31), 12),  # nothing to compare it with
    Stated("1.3b", 2025, date(2025, 12, 31), 15),
    Stated("1.3b", 2026, date(2026, 9, 30), 13),
    Stated("1.4a", 2024, date(2024, 9, 1), 2),
    Stated("1.4b", 2024, date(2024, 12, 31), 1),
    Stated("1.4b", 2026, date(2026, 3, 31), 2),
    Stated("1.4c", 2025, date(2025, 12, 31), 96),
    Stated("1.5b", 2025, date(2025, 6, 30), 2),
    Stated("2.2", 2025, date(2025, 12, 31), 48_000),
    Stated("2.2a", 2025, date(2025, 12, 31), (7, 9)),
    Stated("2.5c", 2025, date(2026, 4, 1), date(2026, 4, 1), "consuntivo"),  # late, after the register
    Stated("3.1", 2025, date(2025, 12, 31), "no"),
    Stated("3.2", 2025, date(2025, 12, 31), (3, 5)),
    Stated("3.3a", 2025, date(2025, 12, 31), (4, 6)),
    Stated("3.5a", 2024, date(2024, 12, 31), (118, 131)),
    Stated("3.5a", 2025, date(2025, 12, 31), (140, 149)),
    Stated("3.5b", 2024, date(2024, 12, 31), (204, 260)),
    Stated("3.5c", 2024, date(2024, 12, 31), (37, 41)),
    Stated("4.2", 2024, date(2024, 12, 31), (95, 410)),
    Stated("4.2", 2025, date(2025, 12, 31), (180, 455)),
    Stated("4.5", 2024, date(2024, 12, 31), 3),
    Stated("4.5", 2025, date(2025, 12, 31), 2),
)
_ROLES = ("direzione", "responsabile di area", "responsabile amministrativo", "coordinamento", "ufficio di piano")


@dataclass(frozen=True)
class Report:
    """A report owed.

    Attributes:
        tipo: Kind.
        anno: Year it speaks of.
        dovuto: Last day to deliver it.
        consegnato: When it was delivered; None if never.
        relazione: Whether words or slides explain it.
        dettaglio: Whether it has the tables by territory.
    """

    tipo: str
    anno: int
    dovuto: date
    consegnato: date | None
    relazione: bool = True
    dettaglio: bool = True


# In 2024 all is in time; in 2025 something is late, something lacks a part or never comes; 2026 is not over.
REPORTS = (
    Report("primo monitoraggio", 2024, date(2024, 5, 31), date(2024, 5, 29)),
    Report("secondo monitoraggio", 2024, date(2024, 9, 30), date(2024, 9, 30)),
    Report("cruscotto intermedio", 2024, date(2024, 9, 30), date(2024, 9, 27)),
    Report("consuntivo", 2024, date(2025, 3, 15), date(2025, 3, 10)),
    Report("cruscotto consuntivo", 2024, date(2025, 3, 15), date(2025, 3, 14)),
    Report("primo monitoraggio", 2025, date(2025, 5, 31), date(2025, 5, 30)),
    Report("secondo monitoraggio", 2025, date(2025, 9, 30), date(2025, 10, 6), relazione=False),
    Report("cruscotto intermedio", 2025, date(2025, 9, 30), date(2025, 10, 6)),
    Report("consuntivo", 2025, date(2026, 3, 15), date(2026, 3, 13)),
    Report("cruscotto consuntivo", 2025, date(2026, 3, 15), None),
    Report("primo monitoraggio", 2026, date(2026, 5, 31), date(2026, 5, 28)),
    Report("secondo monitoraggio", 2026, date(2026, 9, 30), date(2026, 9, 29)),
    Report("cruscotto intermedio", 2026, date(2026, 9, 30), date(2026, 9, 29)),
    Report("consuntivo", 2026, date(2027, 3, 15), None),
    Report("cruscotto consuntivo", 2026, date(2027, 3, 15), None),
    *(
        Report("rendicontazione pnrr", 2024, due, due - timedelta(days=early))
        for due, early in ((date(2024, 4, 30), 4), (date(2024, 7, 31), 0), (date(2024, 10, 31), 2))
    ),
    *(
        Report("rendicontazione pnrr", 2025, due, due - timedelta(days=early))
        for due, early in ((date(2025, 4, 30), 1), (date(2025, 7, 31), -9), (date(2025, 10, 31), 3))
    ),
    Report("rendicontazione pnrr", 2026, date(2026, 4, 30), date(2026, 4, 24)),
)
# School sites of the territory, and by the end of which year how many of them have a documented practice.
_SITES = 65
_DOCUMENTED = {2024: 40, 2025: 52, 2026: 60}


def known_until(year: int) -> date:
    """Day of the lists about a year of the plan: of the last year they come at its monitoring."""
    return date(year, 9, 30) if year == PLAN_YEARS[-1] else date(year + 1, 3, 31)


def report_frame(seme: int, ente: str, year: int) -> pl.DataFrame:
    """The layout ``report``: what was owed of a year and when it came."""
    at = known_until(year)
    rows = [each for each in REPORTS if each.anno == year]
    days = [each.consegnato if each.consegnato and each.consegnato <= at else None for each in rows]
    protocols = stream(seme, "report", year).integers(100, 9000, len(rows))
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "anno": [year] * len(rows),
            "codice_report": [f"DEMO-R{year}-{number:02d}" for number in range(1, len(rows) + 1)],
            "aggiornato_al": pl.Series([at] * len(rows), dtype=pl.Date),
            "tipo": [each.tipo for each in rows],
            "dovuto_il": pl.Series([each.dovuto for each in rows], dtype=pl.Date),
            "data_consegna": pl.Series(days, dtype=pl.Date),
            "relazione": pl.Series(
                [day and ("si" if each.relazione else "no") for each, day in zip(rows, days, strict=True)],
                dtype=pl.String,
            ),
            "dettaglio_territorio": pl.Series(
                [day and ("si" if each.dettaglio else "no") for each, day in zip(rows, days, strict=True)],
                dtype=pl.String,
            ),
            "evidenza": pl.Series(
                [
                    day and f"Protocollo dimostrativo n. {number}/{day.year}"
                    for day, number in zip(days, protocols, strict=True)
                ],
                dtype=pl.String,
            ),
        }
    )


def site_frame(seme: int, ente: str, territory: Territory, year: int) -> pl.DataFrame:
    """The layout ``plessi``: the school sites at the end of a year, or at the monitoring of the last."""
    at = min(known_until(year), date(year, 12, 31))
    rows = []
    for number in range(1, _SITES + 1):
        since = next((of for of, documented in _DOCUMENTED.items() if number <= documented), None)
        chance = stream(seme, "plessi", number)
        # a practice is documented while schools are open and before the list is drawn up
        day = since and date(since, 1, 15) + timedelta(days=int(chance.integers(0, 140)))
        rows.append((number, territory.comuni[number % len(territory.comuni)], day if day and day <= at else None))
    days = [day for _, _, day in rows]
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "anno": [year] * len(rows),
            "codice_plesso": [f"DEMO-P{number:03d}" for number, _, _ in rows],
            "aggiornato_al": pl.Series([at] * len(rows), dtype=pl.Date),
            "codice_istat_comune": [comune for _, comune, _ in rows],
            "buona_prassi": ["si" if day else "no" for day in days],
            "documentata_il": pl.Series(days, dtype=pl.Date),
            "evidenza": pl.Series(
                [day and f"Scheda dimostrativa n. {number}/{day.year}" for number, _, day in rows], dtype=pl.String
            ),
        }
    )


def stated_frame(seme: int, ente: str, year: int) -> pl.DataFrame:
    """The layout ``rilevazioni``: what is stated of a year of the plan."""
    chance = stream(seme, "rilevazioni", year)
    rows = [each for each in _STATED if each.anno == year]
    acts = chance.integers(1, 900, len(rows))
    shares = [each.valore if isinstance(each.valore, tuple) else None for each in rows]
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "codice_piano": [PLAN] * len(rows),
            "codice_indicatore": [each.codice for each in rows],
            "anno": [each.anno for each in rows],
            "momento": [each.momento for each in rows],
            "data_rilevazione": pl.Series([each.giorno for each in rows], dtype=pl.Date),
            "valore": pl.Series([_ten_thousandths(each.valore) for each in rows], dtype=pl.Int64),
            "valore_testo": pl.Series(
                [each.valore if isinstance(each.valore, str) else None for each in rows], dtype=pl.String
            ),
            "valore_data": pl.Series(
                [each.valore if isinstance(each.valore, date) else None for each in rows], dtype=pl.Date
            ),
            "numeratore": pl.Series([share and 100 * share[0] for share in shares], dtype=pl.Int64),
            "denominatore": pl.Series([share and 100 * share[1] for share in shares], dtype=pl.Int64),
            "evidenza": [
                f"Atto dimostrativo n. {number}/{each.giorno.year}" for each, number in zip(rows, acts, strict=True)
            ],
            "ruolo_dichiarante": [_ROLES[at] for at in chance.integers(0, len(_ROLES), len(rows))],
        }
    )


def _ten_thousandths(value: int | str | date | tuple[int, int]) -> int | None:
    """A number with the four digits of the layout; a share is rounded to the hundredth."""
    if isinstance(value, tuple):
        return int(round(Decimal(100 * value[0]) / value[1], 2) * 10_000)
    return value * 10_000 if isinstance(value, int) else None
