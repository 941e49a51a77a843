"""What the synthetic offices state of the indicators of their plan: every outcome appears, on some day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from ingest.generate.chance import stream

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
    Stated("1.5a", 2024, date(2024, 12, 31), (40, 65)),
    Stated("1.5a", 2025, date(2025, 12, 31), (52, 65)),
    Stated("1.5a", 2026, date(2026, 6, 30), (60, 65)),
    Stated("1.5b", 2025, date(2025, 6, 30), 2),
    Stated("2.2", 2025, date(2025, 12, 31), 48_000),
    Stated("2.2a", 2025, date(2025, 12, 31), (7, 9)),
    Stated("2.5", 2024, date(2025, 3, 10), (3, 3)),
    Stated("2.5", 2025, date(2026, 3, 14), (2, 3)),
    Stated("2.5a", 2024, date(2025, 3, 10), "si"),
    Stated("2.5a", 2025, date(2026, 3, 14), "no"),
    Stated("2.5b", 2024, date(2025, 3, 10), "si"),  # of 2025 nobody says anything
    Stated("2.5c", 2024, date(2024, 9, 27), date(2024, 9, 27), "monitoraggio"),
    Stated("2.5c", 2024, date(2025, 3, 14), date(2025, 3, 14), "consuntivo"),
    Stated("2.5c", 2025, date(2025, 10, 6), date(2025, 10, 6), "monitoraggio"),  # late
    Stated("2.5c", 2026, date(2026, 9, 29), date(2026, 9, 29), "monitoraggio"),
    Stated("3.1", 2025, date(2025, 12, 31), "no"),
    Stated("3.2", 2025, date(2025, 12, 31), (3, 5)),
    Stated("3.3a", 2025, date(2025, 12, 31), (4, 6)),
    Stated("3.3b", 2024, date(2024, 12, 31), (6, 6)),
    Stated("3.5a", 2024, date(2024, 12, 31), (118, 131)),
    Stated("3.5a", 2025, date(2025, 12, 31), (140, 149)),
    Stated("3.5b", 2024, date(2024, 12, 31), (204, 260)),
    Stated("3.5c", 2024, date(2024, 12, 31), (37, 41)),
    Stated("4.1", 2024, date(2024, 12, 31), 1),
    Stated("4.1", 2025, date(2025, 11, 30), 2),
    Stated("4.1", 2026, date(2026, 6, 30), 1),
    Stated("4.2", 2024, date(2024, 12, 31), (95, 410)),
    Stated("4.2", 2025, date(2025, 12, 31), (180, 455)),
    Stated("4.3", 2025, date(2025, 12, 31), (18, 21)),
    Stated("4.4", 2025, date(2025, 6, 30), (4, 4)),
    Stated("4.5", 2024, date(2024, 12, 31), 3),
    Stated("4.5", 2025, date(2025, 12, 31), 2),
)
_ROLES = ("direzione", "responsabile di area", "responsabile amministrativo", "coordinamento", "ufficio di piano")


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
