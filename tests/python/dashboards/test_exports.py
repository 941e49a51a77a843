"""Downloads keep every digit, and open well in an Italian Excel."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

from python_calamine import CalamineWorkbook

from dashboards import exports
from dashboards.tables import Field

COLUMNS = [
    Field("nome", "Sub-ambito"),
    Field("anno", "Anno", "anno"),
    Field("ore", "Ore erogate", "ore"),
    Field("costo", "Costo", "eur"),
    Field("quota", "Quota", "pct"),
    Field("dal", "Dal"),
    Field("esito", "Esito", badge=True),
]
ROWS: list[dict[str, object]] = [
    {
        "nome": "Pandino",
        "anno": 2024,
        "ore": Decimal("64425.00"),
        "costo": Decimal("1462172.40"),
        "quota": Decimal("72.50"),
        "dal": date(2024, 1, 31),
        "esito": "da_spiegare",
    },
    {
        "nome": "=1+1; «è»",
        "anno": 2023,
        "ore": None,
        "costo": Decimal("-0.01"),
        "quota": Decimal("75.00"),
        "dal": None,
        "esito": "quadra",
    },
    {
        "nome": "Grande",
        "anno": 2022,
        "ore": Decimal("0.10"),
        "costo": Decimal("9999999999999999.99"),
        "quota": None,
        "dal": None,
        "esito": None,
    },
]
MADE = datetime(2024, 12, 31, 10, 0, tzinfo=UTC)


def test_csv_has_semicolons_decimal_commas_and_its_mark() -> None:
    content = exports.to_csv(COLUMNS, ROWS)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Sub-ambito", "Anno", "Ore erogate (ore)", "Costo (€)", "Quota (%)", "Dal", "Esito"]
    assert rows[1] == ["Pandino", "2024", "64425,00", "1462172,40", "72,5", "31/01/2024", "Da spiegare"]
    assert rows[2] == ["'=1+1; «è»", "2023", "", "-0,01", "75", "", "Quadra"]
    assert rows[3][3] == "9999999999999999,99"


def test_xlsx_has_real_numbers_with_every_digit() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.to_xlsx(COLUMNS, ROWS, [("Fonte", "001")], MADE)))
    header, first, second, third = book.get_sheet_by_name("Dati").to_python()
    assert header[3] == "Costo (€)"
    assert first[:2] == ["Pandino", 2024]
    assert (first[3], second[3]) == (1462172.40, -0.01)
    assert isinstance(first[3], float)
    assert first[5] == date(2024, 1, 31)
    assert second[0] == "=1+1; «è»"
    assert second[2] == ""
    # more digits than a spreadsheet keeps: as text rather than changed
    assert third[3] == "9.999.999.999.999.999,99"
    assert book.get_sheet_by_name("Da dove viene").to_python() == [["Fonte", "001"]]


def test_xlsx_formats_are_italian_and_hold_no_formula() -> None:
    content = exports.to_xlsx(COLUMNS, ROWS, [], MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        styles = book.read("xl/styles.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "#,##0.00\\ [$€-410]" in styles
    assert "<f>" not in sheet
    assert "<autoFilter" in sheet


def test_the_same_rows_make_the_same_workbook() -> None:
    assert exports.to_xlsx(COLUMNS, ROWS, [], MADE) == exports.to_xlsx(COLUMNS, ROWS, [], MADE)


def test_no_rows_is_a_file_with_its_heading() -> None:
    assert exports.to_csv(COLUMNS[:1], []).decode("utf-8-sig") == "Sub-ambito\r\n"
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.to_xlsx(COLUMNS[:1], [], [], MADE)))
    assert book.get_sheet_by_name("Dati").to_python() == [["Sub-ambito"]]
