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


_Kind = tuple[str, str, Callable[[int | None], str | None]]


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
    chosen = chance.integers(0, len(kinds), len(sources))
    order = np.insert(np.arange(frame.height), sources + 1, sources)
    spoiled = []
    for nth, (source, kind) in enumerate(zip(sources.tolist(), chosen.tolist(), strict=True)):
        column, reason, text = kinds[kind]
        value = frame[column][source]
        written = text(value if isinstance(value, int) else None)
        spoiled.append(Spoiled(source + nth + 1, column, written, reason))
    return frame[order], spoiled


def _kinds(layout: Tracciato) -> list[_Kind]:
    """What can go wrong in a layout, from its declaration."""
    if layout.tracciato == "tariffe":
        return []  # a tariff in doubt would take every row of hours at that tariff with it
    kinds: list[_Kind] = []
    for field in layout.campi:
        if field.richiesto and field.nome != "ente":
            kinds.append((field.nome, "valore obbligatorio mancante", lambda _: ""))
        if field.dominio == "comuni":
            kinds.append((field.nome, "Comune sconosciuto", lambda _: UNKNOWN_COMUNE))
        if field.tipo == "data":
            kinds.append((field.nome, "data che non esiste", lambda _: "31/02/2024"))
        if field.tipo in ("decimale", "euro"):
            kinds.append((field.nome, "troppi decimali", _too_long(field)))
        if field.tipo in ("decimale", "euro", "intero"):
            kinds.append((field.nome, "testo in un numero", lambda _: "circa 12"))
        if field.tipo == "elenco" and field.nome != "ente":
            kinds.append((field.nome, "valore fuori elenco", lambda _: "da definire"))
    last = layout.chiave[-1]
    kinds.append((last, "riga ripetuta", lambda _: None))
    if layout.tracciato == "ore_servizio":
        kinds.append(("tariffa_oraria", "tariffa non in vigore", _not_in_force))
    if layout.tracciato == "collocamenti":
        # the rule that allows one place at a time judges every row it can read: a readable copy takes the good row with it
        unreadable = {("codice_utente", ""), ("dal", "31/02/2024"), ("tipo_collocamento", "da definire")}
        kinds = [kind for kind in kinds if (kind[0], kind[2](None) if kind[0] != "retta_giornaliera" else None) in unreadable]
    return kinds


def _too_long(field: Campo) -> Callable[[int | None], str]:
    return lambda value: f"{(value or 0) // 10**field.decimali},{'0' * field.decimali}5"


def _not_in_force(value: int | None) -> str:
    units = (value or 0) + _TARIFF_EXCESS
    return f"{units // 10_000},{units % 10_000 // 100:02d}"
