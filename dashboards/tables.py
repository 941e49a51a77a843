"""Tables as HTML: Italian text, numbers to the right, readable on a phone, readable aloud.

The grid of Streamlit writes numbers as the browser's language wants; an office reads them in Italian whatever the
browser. So the text is made here, from exact values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

from dashboards import formats, labels
from dashboards.data import Mart, Row, is_hidden, is_partial

MONTH = "mese"
ELSEWHERE = "vedi "  # the unit of a column changes from row to row, and stands in the column that follows


@dataclass(frozen=True)
class Field:
    """A column of a table.

    Attributes:
        name: Key in the rows.
        label: Heading.
        unit: Unit of its numbers.
        help: What it means.
        unit_in: Key of the rows that holds the unit, where it changes from row to row.
        wide: It holds sentences.
        whole: It is never broken on two lines.
        prose: It holds whole explanations.
        signed: Differences: the plus is written too.
        badge: It holds an outcome, shown as a coloured label.
        places: Digits after the comma, where they must be the same in every row.
    """

    name: str
    label: str
    unit: str | None = None
    help: str = ""
    unit_in: str | None = None
    wide: bool = False
    whole: bool = False
    prose: bool = False
    signed: bool = False
    badge: bool = False
    places: int | None = None

    @property
    def title(self) -> str:
        """Heading with the unit: ``Costo (€)``."""
        sign = formats.symbol(self.unit)
        return f"{self.label} ({sign})" if sign and sign != self.label.lower() else self.label

    def unit_of(self, row: Row) -> str | None:
        """The unit of this column in a row."""
        return row.get(self.unit_in) if self.unit_in else self.unit

    def text(self, row: Row) -> str:
        """What is shown of a row."""
        if is_hidden(row, self.name):
            return formats.SUPPRESSED
        value = row.get(self.name)
        if self.badge:
            return labels.badge(value) if value else ""
        if isinstance(value, bool):
            return "sì" if value else "no"
        if isinstance(value, (Decimal, int)):
            return self._figure(value, self.unit_of(row)) + (formats.PARTIAL if is_partial(row, self.name) else "")
        if isinstance(value, datetime):
            return formats.moment(value)
        if isinstance(value, date):
            return formats.month(value) if self.unit == MONTH else formats.day(value)
        if value is None:
            return formats.MISSING if self.is_numeric and self.unit != "anno" else ""
        return str(value)

    def alone(self, row: Row) -> str:
        """What is shown of a row away from its heading: always with its unit."""
        counted = self.unit not in formats.WRITTEN_EACH_TIME and isinstance(row.get(self.name), (Decimal, int))
        return self.text(row) + (formats.glued(self.unit) if counted and self.unit_in is None else "")

    def _figure(self, value: formats.Number, unit: str | None) -> str:
        plus = "+" if self.signed and value > 0 else ""
        if self.places is not None:
            return f"{plus}{formats.number(value, self.places)}{formats.glued(unit)}"
        # what is counted stands in the heading, once; the other units stand with each figure
        counted = self.unit_in is None and unit not in formats.WRITTEN_EACH_TIME
        return plus + (formats.bare if counted else formats.quantity)(value, unit)

    @property
    def is_figure(self) -> bool:
        """Its values are measured, and not names, years or dates."""
        return (self.unit is not None or self.unit_in is not None) and self.unit not in ("anno", "data", MONTH)

    @property
    def is_numeric(self) -> bool:
        """Its values are numbers."""
        return self.unit not in (None, "data", MONTH) or self.unit_in is not None


def fields(mart: Mart, *names: str, **labelled: str) -> list[Field]:
    """Columns of a mart, described as the database describes them; ``labelled`` renames some."""
    found = []
    for name in names:
        column = mart.columns[name]
        # the database says NULL, the reader sees n.d.
        meaning = column.description.replace("NULL", formats.MISSING)
        label = labelled.get(name) or labels.column(name)
        if column.unit and column.unit.startswith(ELSEWHERE):
            found.append(Field(name, label, None, meaning, unit_in=column.unit.removeprefix(ELSEWHERE)))
        else:
            found.append(Field(name, label, column.unit, meaning))
    return found


def html(
    columns: Sequence[Field],
    rows: Iterable[Row],
    *,
    total: Row | None = None,
    title: str,
    tall: bool = False,
    stacked: bool = False,
) -> str:
    """A table as HTML.

    Args:
        columns: What to show, in order.
        rows: The rows.
        total: A last row, apart.
        title: What the table is, read aloud and not shown.
        tall: It may be long: it gets its own scroll bar, and the headings stay.
        stacked: On a phone each row is a block of its own, for tables of sentences.
    """
    head = "".join(
        f'<th scope="col" class="{_class(c)}" title="{escape(c.help)}">{escape(c.label)}{_unit(c)}</th>'
        for c in columns
    )
    body = "".join(_row(columns, row) for row in rows)
    foot = f"<tfoot>{_row(columns, total)}</tfoot>" if total is not None else ""
    kind = "ambito-scroll ambito-tall" if tall else "ambito-scroll"
    return (
        f'<div class="{kind}" role="region" tabindex="0" aria-label="{escape(title)}">'
        f'<table class="ambito-table{" ambito-stacked" if stacked else ""}"><caption>{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>"
    )


def _row(columns: Sequence[Field], row: Row) -> str:
    cells = []
    for position, column in enumerate(columns):
        text = escape(column.text(row))
        if column.badge:
            text = f'<span class="ambito-badge {labels.slug(row.get(column.name))}">{text}</span>'
        elif is_hidden(row, column.name):
            text = f'<span class="ambito-suppressed">{text}</span>'
        tag = 'th scope="row"' if position == 0 else "td"
        label = escape(column.label, quote=True)
        cells.append(f'<{tag} class="{_class(column)}" data-label="{label}">{text}</{tag.split()[0]}>')
    return f"<tr>{''.join(cells)}</tr>"


def _class(column: Field) -> str:
    if column.is_numeric:
        return "number"
    if column.whole:
        return "whole"
    if column.prose:
        return "prose"
    return "wide" if column.wide else "label"


def _unit(column: Field) -> str:
    sign = formats.symbol(column.unit)
    each_time = column.unit in formats.WRITTEN_EACH_TIME
    return f" <small>{escape(sign)}</small>" if sign and not each_time else ""


def meanings(columns: Iterable[Field]) -> list[tuple[str, str]]:
    """Heading and meaning of the columns that have one."""
    return [(column.title, column.help) for column in columns if column.help]


def value_of(row: Row, column: Field) -> Any:
    """The exact value of a column, for a download: what is shown, with outcomes and what is hidden in words."""
    return column.text(row) if column.badge or is_hidden(row, column.name) else row.get(column.name)
