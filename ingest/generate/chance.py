"""Chance that can be repeated: a stream of its own for each thing drawn, so that order and chunks change nothing."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seme: int, *what: str | int) -> np.random.Generator:
    """The random numbers of one thing (``"ore", 2024, chunk``), the same whatever else was drawn before."""
    words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in what]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seme, *words])))


def divide(total: int, weights: list[float]) -> list[int]:
    """An amount in whole cents divided in proportion, to the cent: the last share takes what is left."""
    whole = sum(weights)
    shares = [int(total * weight / whole) for weight in weights[:-1]]
    return [*shares, total - sum(shares)]
