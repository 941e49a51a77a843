"""Downloads: a CSV that an Italian Excel opens well, and an XLSX with real numbers. Exact decimals in both."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from dashboards import formats
from dashboards.data import Row
from dashboards.tables import MONTH, Field, value_of

# A text that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """What is downloaded of a table.

    Attributes:
        columns: The columns.
        rows: The rows, all of them.
        notes: Heading and text of what is said of the data: title, source, version, meaning of each column.
        made: When the version was published.
    """

    columns: Sequence[Field]
    rows: Sequence[Row]
    notes: Sequence[tuple[str, str]]
    made: datetime

    def csv(self) -> bytes:
        """The rows as CSV."""
        return to_csv(self.columns, self.rows)

    def xlsx(self) -> bytes:
        """The rows as a workbook."""
        return to_xlsx(self.columns, self.rows, self.notes, self.made)


def to_csv(columns: Sequence[Field], rows: Sequence[Row]) -> bytes:
    """The rows as CSV: ``;`` between fields, decimal comma, no thousands, UTF-8 with its mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.title for column in columns])
    for row in rows:
        writer.writerow([_csv_text(value_of(row, column), column.unit_of(row)) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _csv_text(value: Any, unit: str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sì" if value else "no"
    if isinstance(value, Decimal):
        return f"{formats.shortest(value, formats.least_decimals(unit)):f}".replace(".", ",")
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return f"{value:%Y-%m}" if unit == MONTH else formats.day(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return str(value)


def to_xlsx(columns: Sequence[Field], rows: Sequence[Row], notes: Sequence[tuple[str, str]], made: datetime) -> bytes:
    """The rows as a workbook: a sheet of data and one that says what they are.

    Args:
        columns: The columns.
        rows: The rows.
        notes: Heading and text of what is said of the data: title, source, version, meaning of each column.
        made: When the version was published: the same data give the same file.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": made.replace(tzinfo=None)})
    heading = book.add_format({"bold": True, "bg_color": "#EAF1F7", "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    styles: dict[str, Any] = {}

    def style(code: str) -> Any:
        if code not in styles:
            styles[code] = book.add_format({"num_format": code, "valign": "top"})
        return styles[code]

    sheet = book.add_worksheet("Dati")
    sheet.freeze_panes(1, 1)
    for x, column in enumerate(columns):
        sheet.write_string(0, x, column.title, heading)
        longest = max((len(column.text(row)) for row in rows), default=0)
        sheet.set_column(x, x, min(max(longest, len(column.title), 8) + 2, _WIDEST))
        for y, row in enumerate(rows, start=1):
            value = value_of(row, column)
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_string(y, x, "sì" if value else "no")
            elif isinstance(value, (Decimal, int)):
                _write_number(sheet, y, x, value, style(_number_format(value, column.unit_of(row))))
            elif isinstance(value, datetime):
                sheet.write_string(y, x, formats.moment(value))
            elif isinstance(value, date):
                code = "mm/yyyy" if column.unit == MONTH else "dd/mm/yyyy"
                sheet.write_datetime(y, x, datetime(value.year, value.month, value.day), style(code))
            else:
                sheet.write_string(y, x, str(value), wrapped)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)

    about = book.add_worksheet("Da dove viene")
    about.set_column(0, 0, 30)
    about.set_column(1, 1, 100)
    for y, (name, text) in enumerate(notes):
        about.write_string(y, 0, name, bold)
        about.write_string(y, 1, text, wrapped)
    book.close()
    return buffer.getvalue()


def _write_number(sheet: Any, y: int, x: int, value: Decimal | int, style: Any) -> None:
    # a spreadsheet keeps about 15 digits: what does not fit is written as text rather than changed
    if Decimal(repr(float(value))) == value:
        sheet.write_number(y, x, float(value), style)
    else:
        sheet.write_string(y, x, formats.number(value))


def _number_format(value: Decimal | int, unit: str | None) -> str:
    if unit == "anno":
        return "0"
    places = formats.least_decimals(unit)
    if isinstance(value, Decimal):
        places = max(0, -int(formats.shortest(value, places).as_tuple().exponent))
    code = "#,##0" + ("." + "0" * places if places else "")
    sign = formats.symbol(unit)
    if unit == "eur":
        return code + "\\ [$€-410]"
    if unit == "pct":
        return code + '"%"'  # 75 is 75%: a plain % would multiply by 100
    return code + (f'" {sign}"' if sign else "")
