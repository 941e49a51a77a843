"""The rows of a file as received, in blocks of bounded size, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.flussi.csv_blocks import csv_blocks
from ingest.flussi.parquet_blocks import parquet_blocks
from ingest.flussi.recognise import Source, recognise
from ingest.flussi.rows import Block, BrokenRow, TotalRow
from ingest.flussi.sheets import sheet_blocks

__all__ = ["Block", "BrokenRow", "Source", "TotalRow", "blocks", "recognise"]


def _silent(done: int, total: int) -> None:
    """Nobody looks."""


def blocks(source: Source, progress: Callable[[int, int], None] = _silent) -> Iterator[Block]:
    """The rows of a recognised file, in the order of the file.

    Every line below the header is in one place: a row, a broken row, a total, or nothing at all (blank, or the header
    said again).

    Args:
        source: The file, as ``recognise`` told it.
        progress: Called with the bytes done and those of the file.

    Raises:
        RefusedError: The file stops being readable half way.
    """
    size = source.scansione.size
    if source.forma is not None:
        return csv_blocks(source.path, source.scansione, source.forma, source.tracciato, progress)
    if source.intestazione is not None:
        return parquet_blocks(source.path, source.intestazione, source.tracciato, size, progress)
    return sheet_blocks(source.path, source.contenitore, source.fogli, source.tracciato, size, progress)
