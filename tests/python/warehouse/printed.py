"""An own, small reader of the transcriptions, sharing nothing with the one the warehouse loads with."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

# What is printed around the digits of a figure, in any of the ways the documents have.
_AROUND = ("Euro", "\\in", "€.", "€", "$", "%", "*", " ")


@dataclass(frozen=True)
class Printed:
    """One printed cell: where it is and the text, blanks squeezed to one."""

    document: str
    table: str
    line: int
    column: str
    kind: str
    total: bool
    labels: tuple[str, ...]
    text: str

    @property
    def value(self) -> Decimal | None:
        return number(self.text)


def number(text: str) -> Decimal | None:
    """The figure in a text, taken as thousands by dots and decimals after a comma; ``None`` where no digit is."""
    for around in _AROUND:
        text = text.replace(around, "")
    if not any(character.isdigit() for character in text):
        return None
    negative = text.startswith(("-", "("))
    digits = text.strip("-()").replace(".", "").replace(",", ".")
    return -Decimal(digits) if negative else Decimal(digits)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def cells(folder: Path) -> Iterator[Printed]:
    """Every cell of a document, empty ones left out."""
    declared = yaml.safe_load((folder / "documento.yml").read_text(encoding="utf-8"))
    for table, description in declared["tabelle"].items():
        yield from _table(folder, declared["documento"], table, description["colonne"])


def _table(folder: Path, document: str, table: str, columns: dict[str, Any]) -> Iterator[Printed]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            labels = tuple(squeezed(row[name]) for name, column in columns.items() if "dimensione" in column)
            for name, column in columns.items():
                if "dimensione" in column or "attributo" in column or not squeezed(row[name]):
                    continue
                yield Printed(
                    document=document,
                    table=table,
                    line=int(row["linea"]),
                    column=name,
                    kind=column.get("tipo", "numero"),
                    total=row["tipo"] == "totale",
                    labels=labels,
                    text=squeezed(row[name]),
                )


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
