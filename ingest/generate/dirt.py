"""A realistic share of dirt: rows typed twice with something wrong, each known beforehand.

A spoiled row is a copy that follows the good one, so that the figures of the good rows still tie across layouts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ingest.flussi.tracciato import Campo, Tracciato

RATE = 0.005
UNKNOWN_COMUNE = "999099"
MISSING = "valore obbligatorio mancante"
UNKNOWN = "Comune sconosciuto"
NO_DATE = "data che non esiste"
TOO_LONG = "troppi decimali"
NO_NUMBER = "testo in un numero"
NOT_LISTED = "valore fuori elenco"
REPEATED = "riga ripetuta"
NOT_IN_FORCE = "tariffa non in vigore"
# Tariffs not in force are this much above one that is.
_TARIFF_EXCESS = 7_7700


@dataclass(frozen=True)
class Spoiled:
    """One row that must land in quarantine.

    Attributes:
        posto: Its position among the rows, from 0.
        colonna: What is wrong in it.
        testo: What is written there; empty where a required value is missing, ``None`` where the row is a repetition.
        motivo: Why it is wrong.
    """

    posto: int
    colonna: str
    testo: str | None
    motivo: str

    def moved(self, rows: int) -> Spoiled:
        """The same, further down."""
        return replace(self, posto=self.posto + rows)


_Text = Callable[[int | None], str | None]
# For each reason, the columns it can befall and what is then written there, from the value that stood in it.
_Kinds = dict[str, list[tuple[str, _Text]]]


def spoil(
    frame: pl.DataFrame, layout: Tracciato, chance: np.random.Generator, rate: float = RATE
) -> tuple[pl.DataFrame, list[Spoiled]]:
    """Add spoiled copies of some rows.

    Args:
        frame: Good rows.
        layout: Their layout, which says what can go wrong.
        chance: Which rows, and what.
        rate: Share of rows to copy.

    Returns:
        The rows with the copies among them, and the spoiled cells.
    """
    kinds = _kinds(layout)
    count = int(frame.height * rate + chance.random())
    if not kinds or not count or not frame.height:
        return frame, []
    sources = np.sort(chance.choice(frame.height, min(count, frame.height), replace=False))
    order = np.insert(np.arange(frame.height), sources + 1, sources)
    reasons = list(kinds)
    spoiled = []
    for nth, (source, of_reasons, of_columns) in enumerate(
        zip(
            sources.tolist(),
            chance.integers(0, len(reasons), len(sources)).tolist(),
            chance.random(len(sources)).tolist(),
            strict=True,
        )
    ):
        reason = reasons[of_reasons]
        column, text = kinds[reason][int(of_columns * len(kinds[reason]))]
        value = frame[column][source]
        spoiled.append(Spoiled(source + nth + 1, column, text(value if isinstance(value, int) else None), reason))
    return frame[order], spoiled


def _kinds(layout: Tracciato) -> _Kinds:
    """What can go wrong in a layout, from its declaration."""
    if layout.tracciato == "tariffe":
        return {}  # a tariff in doubt would take every row of hours at that tariff with it
    if layout.tracciato == "collocamenti":
        # the rule of one place at a time judges every row it can read: a readable copy would take the good row with it
        return {
            MISSING: [("codice_utente", _always(""))],
            NO_DATE: [("dal", _always("31/02/2024"))],
            NOT_LISTED: [("tipo_collocamento", _always("da definire"))],
        }
    if layout.tracciato == "personale":
        # the same, for one employment at a time
        return {
            MISSING: [("profilo", _always(""))],
            NO_DATE: [("dal", _always("31/02/2024"))],
            NOT_LISTED: [("contratto", _always("da definire"))],
        }
    kinds: _Kinds = {}
    for field in layout.campi:
        number = field.tipo in ("decimale", "euro")
        for reason, befalls, text in (
            (MISSING, field.richiesto and field.nome != "ente", _always("")),
            (UNKNOWN, field.dominio == "comuni", _always(UNKNOWN_COMUNE)),
            (NO_DATE, field.tipo == "data", _always("31/02/2024")),
            (TOO_LONG, number, _too_long(field)),
            (NO_NUMBER, number or field.tipo == "intero", _always("circa 12")),
            (NOT_LISTED, field.tipo == "elenco" and field.nome != "ente", _always("da definire")),
        ):
            if befalls:
                kinds.setdefault(reason, []).append((field.nome, text))
    kinds[REPEATED] = [(layout.chiave[-1], _always(None))]
    if layout.tracciato == "ore_servizio":
        kinds[NOT_IN_FORCE] = [("tariffa_oraria", _not_in_force)]
    return kinds


def _always(text: str | None) -> _Text:
    return lambda _: text


def _too_long(field: Campo) -> _Text:
    return lambda value: f"{(value or 0) // 10**field.decimali},{'0' * field.decimali}5"


def _not_in_force(value: int | None) -> str:
    units = (value or 0) + _TARIFF_EXCESS
    return f"{units // 10_000},{units % 10_000 // 100:02d}"
