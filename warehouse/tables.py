"""Rows on a terminal and numbers in a line, as an Italian reader expects them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def italian(value: Any) -> str:
    """A value as an Italian reader expects it: ``1.462.172,40``; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sì" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,f}".translate(str.maketrans(",.", ".,"))
    return str(value)


def ranges(numbers: Iterable[int]) -> str:
    """Line numbers, shortened where they follow one another: ``1058-1063, 1085``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def print_rows(console: Console, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers to the right."""
    rows = list(rows)
    table = Table(box=SIMPLE_HEAD)
    for position, name in enumerate(header):
        numbers = any(isinstance(row[position], (int, Decimal)) and not isinstance(row[position], bool) for row in rows)
        # a figure is never broken on two lines
        table.add_column(Text(name), justify="right" if numbers else "left", overflow="fold", no_wrap=numbers)
    for row in rows:
        # as Text, rich reads neither [...] as markup nor :x: as an emoji
        table.add_row(*(Text(italian(value)) for value in row))
    console.print(table)
