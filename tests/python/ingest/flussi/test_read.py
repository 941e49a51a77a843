"""Files as they come: the same rows in every format give the same table, with their line."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.flussi import csv_blocks
from ingest.flussi.container import scan
from ingest.flussi.read import blocks, recognise
from ingest.flussi.sheets import cell_text

from .writers import (
    LAYOUTS,
    ROWS,
    TARIFFE,
    csv_text,
    read,
    stripped,
    values,
    write_ods,
    write_parquet,
    write_xlsx,
)

DATES = [(dt.date(2024, 1, 1), dt.date(2024, 8, 31)), (dt.date(2024, 9, 1), None), (dt.date(2024, 1, 1), None)]
ISO = [
    [*row[:3], first.isoformat(), last.isoformat() if last else None, rate]
    for row, (first, last), rate in zip(ROWS, DATES, ["22,7", "23,1", "19,95"], strict=True)
]
TYPED = [
    [*row[:3], first, last, rate] for row, (first, last), rate in zip(ROWS, DATES, [22.7, 23.1, 19.95], strict=True)
]


@pytest.fixture(params=[csv_blocks.BLOCK_BYTES, 200, 61], ids=["one block", "blocks of 200", "blocks of 61"])
def block_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", request.param)
    monkeypatch.setattr(csv_blocks, "_SLOW_BYTES", max(request.param // 2, 16))
    return int(request.param)


# --- CSV ---------------------------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "cp1252"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_csv(tmp_path: Path, block_bytes: int, delimiter: str, encoding: str, newline: str) -> None:
    path = tmp_path / "tariffe.csv"
    path.write_bytes(csv_text(ROWS, delimiter=delimiter, lineterminator=newline).encode(encoding))
    source, rows, apart = read(path)
    assert source.tracciato.tracciato == "tariffe"
    name = {"\t": "tab"}.get(delimiter, delimiter)
    assert source.formato == f"CSV {name} {'cp1252' if encoding == 'cp1252' else 'UTF-8'}"
    assert values(rows) == stripped(ROWS)
    assert [row["_riga"] for row in rows] == [2, 3, 4]
    assert {row["_foglio"] for row in rows} == {None}
    assert (apart.broken, apart.totals) == ([], [])


cells = st.text(st.sampled_from("aZ09 ;,|\t\"'\n\rà€’.=-"), min_size=1, max_size=12)
full = cells.filter(lambda text: text.strip() != "")
some_rows = st.lists(st.tuples(full, full, full, full, st.one_of(st.just(""), cells), full), min_size=1, max_size=12)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=some_rows,
    delimiter=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(ENCODINGS),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([0, 1]),
    size=st.sampled_from([csv_blocks.BLOCK_BYTES, 64]),
)
def test_any_text_comes_back_with_its_line(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str, encoding: str, newline: str, quoting: int, size: int
) -> None:
    # an end of line inside a value is one "\n", which is also how the reader gives it back
    rows = [tuple(text.replace("\r", "\n") for text in row) for row in rows]
    path = tmp_path / "tariffe.csv"
    text = csv_text(rows, delimiter=delimiter, quoting=quoting)
    if newline == "\r\n":
        text = text.replace("\n", newline)
    path.write_bytes(text.encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK_BYTES", size)
        patch.setattr(csv_blocks, "_SLOW_BYTES", 32)
        _, found, apart = read(path)
    assert values(found) == stripped(rows)
    heights = [1 + sum(text.count("\n") for text in row) for row in rows]
    assert [row["_riga"] for row in found] == [2 + before for before in itertools.accumulate([0, *heights])][:-1]
    assert (apart.broken, apart.totals) == ([], [])


def test_titles_above_blank_lines_in_the_middle_and_any_order_of_columns(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "sep=;\nTariffe orarie 2024;;;;;\n\n"
        "TARIFFA;Gestore;Azienda;Tipo Servizio;Inizio validità;Fine  validità\n"
        "22,70;Cooperativa A;csc;SAAP;01/01/2024;31/08/2024\n\n;;;;;\n   \n"
        "23,10;Cooperativa A;csc;SAAP;01/09/2024;\n",
        encoding="utf-8",
    )
    _, rows, apart = read(path)
    assert values(rows) == stripped(ROWS[:2])
    assert [row["_riga"] for row in rows] == [5, 9]
    assert (apart.broken, apart.totals) == ([], [])


def test_a_row_with_too_many_or_too_few_fields_is_broken_and_the_others_are_read(
    tmp_path: Path, block_bytes: int
) -> None:
    lines = csv_text([*ROWS, *ROWS]).splitlines()
    lines[2] = lines[2] + lines[3]  # two rows glued
    lines[5] = ";".join(lines[5].split(";")[:3])
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    _, rows, apart = read(path)
    assert [row["_riga"] for row in rows] == [2, 4, 5, 7]
    assert [(row.riga, row.campi_trovati, row.campi_attesi) for row in apart.broken] == [(3, 11, 6), (6, 3, 6)]


def test_a_file_cut_in_half_loses_no_row_and_its_last_line_is_broken(tmp_path: Path, block_bytes: int) -> None:
    content = csv_text(ROWS * 20).encode("utf-8")
    path = tmp_path / "t.csv"
    for end in range(len(content) // 2, len(content) // 2 + 60):
        path.write_bytes(content[:end])
        lines = content[:end].decode("utf-8", "replace").splitlines()
        source, rows, apart = read(path)
        assert len(rows) + len(apart.broken) == len(lines) - 1
        whole = lines[-1].count(";") == 5
        assert [row.riga for row in apart.broken] == ([] if whole else [len(lines)])
        assert source.formato == "CSV ; UTF-8"  # also when the cut falls inside a letter


def test_a_file_that_stops_being_utf8_at_its_end_is_read_right_from_the_start(tmp_path: Path, block_bytes: int) -> None:
    rows = [[*ROWS[2][:2], "Comunita", *ROWS[2][3:]]] * 300 + [ROWS[2]]
    path = tmp_path / "t.csv"
    path.write_bytes(csv_text(rows).encode("cp1252"))
    source, found, _ = read(path)
    assert source.formato == "CSV ; cp1252"
    assert values(found) == stripped(rows)


def test_two_exports_glued_each_in_its_encoding(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(csv_text(ROWS).encode("utf-8") + csv_text(ROWS).encode("cp1252"))
    source, found, apart = read(path)
    assert values(found) == stripped([*ROWS, *ROWS])  # and the second header is not a row
    assert [row["_riga"] for row in found] == [2, 3, 4, 6, 7, 8]
    assert "due codifiche" in source.avvisi[0]
    assert not apart.broken


def test_a_quote_that_is_not_closed_breaks_its_line_alone(tmp_path: Path, block_bytes: int) -> None:
    lines = csv_text(ROWS * 10, quoting=1).splitlines()
    lines[3] = lines[3].replace('"SAD"', '"SAD')
    lines[9] = lines[9].replace('"SAD"', '"SAD')
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, rows, apart = read(path)
    assert {row.riga for row in apart.broken} == {4, 10}
    assert [row["_riga"] for row in rows] == [line for line in range(2, 32) if line not in (4, 10)]


def test_a_quote_that_is_never_closed_breaks_its_line_alone(tmp_path: Path, block_bytes: int) -> None:
    lines = csv_text(ROWS * 20).splitlines()
    lines[3] = lines[3].replace("Società", '"Società')
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, rows, apart = read(path)
    assert [(row.riga, "virgolette" in row.motivo) for row in apart.broken] == [(4, True)]
    assert len(rows) == 59


def test_inches_in_a_value_are_not_quotes(tmp_path: Path, block_bytes: int) -> None:
    rows = [[*ROWS[0][:2], 'Coop 5" Sud', *ROWS[0][3:]], ROWS[1]]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(";".join(row) for row in [TARIFFE, *rows]), encoding="utf-8")
    _, found, apart = read(path)
    assert values(found) == stripped(rows)
    assert not apart.broken


def test_one_more_delimiter_at_the_end_of_rows_or_of_the_header(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "t.csv"
    lines = csv_text(ROWS).splitlines()
    for ends in [("", ";", ";", ";"), (";", "", "", ""), (";", ";", ";", ";"), ("", ";", "", ";;")]:
        path.write_text("\n".join(line + end for line, end in zip(lines, ends, strict=True)), encoding="utf-8")
        _, found, apart = read(path)
        assert values(found) == stripped(ROWS)
        assert [row["_riga"] for row in found] == [2, 3, 4]
        assert not apart.broken


def test_a_value_under_no_header_is_never_dropped(tmp_path: Path, block_bytes: int) -> None:
    lines = csv_text(ROWS).splitlines()
    path = tmp_path / "t.csv"
    path.write_text("\n".join([lines[0] + ";", lines[1] + ";", lines[2] + ";nota", lines[3] + ";"]), encoding="utf-8")
    _, found, apart = read(path)
    assert [row["_riga"] for row in found] == [2, 4]
    assert [(row.riga, row.campi_trovati) for row in apart.broken] == [(3, 7)]


def test_totals_at_the_foot_are_told_apart(tmp_path: Path, block_bytes: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text(csv_text(ROWS) + "TOTALE GENERALE;;;;;65,75\nTotale righe;3\n\n;;;;;65,75\n", encoding="utf-8")
    _, found, apart = read(path)
    assert values(found) == stripped(ROWS)
    assert [(row.riga, row.valori["tariffa_oraria"]) for row in apart.totals if "tariffa_oraria" in row.valori] == [
        (5, "65,75"),
        (8, "65,75"),
    ]
    assert [row.riga for row in apart.totals] == [5, 6, 8]
    assert not apart.broken


def test_a_whole_row_that_begins_with_total_is_a_row(tmp_path: Path) -> None:
    header = ["cittadinanza", "codice_istat_comune", "data", "sesso", "eta", "residenti"]
    rows = [["totale", "019035", "01/01/2023", "F", "42", "312"], ["totale", "019035", "01/01/2023", "M", "42", "300"]]
    path = tmp_path / "p.csv"
    path.write_text(csv_text(rows, header), encoding="utf-8")
    _, found, apart = read(path)
    assert values(found, header) == rows
    assert not apart.totals


def test_a_number_alone_without_a_blank_line_before_it_stays_a_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(csv_text(ROWS) + ";;;;;65,75\n", encoding="utf-8")
    _, found, apart = read(path)
    assert len(found) == 4  # the check of what is required refuses it, with its line
    assert not apart.totals


def test_nul_bytes_break_their_row_alone(tmp_path: Path, block_bytes: int) -> None:
    lines = csv_text(ROWS).splitlines()
    path = tmp_path / "t.csv"
    path.write_bytes("\n".join([lines[0], lines[1], lines[2] + "\0\0", lines[3]]).encode("utf-8"))
    _, found, apart = read(path)
    assert [row["_riga"] for row in found] == [2, 4]
    assert [row.riga for row in apart.broken] == [3]


def test_values_are_stripped_and_optional_columns_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        " ente ;servizio;ente_gestore;valida_dal;tariffa_oraria\n csc;SAAP ;\u00a0Coop A\u00a0;01/01/2024; 22,70 \n",
        encoding="utf-8",
    )
    source, found, _ = read(path)
    assert source.campi == ["ente", "servizio", "ente_gestore", "valida_dal", "tariffa_oraria"]
    assert "valida_al" not in found[0]
    assert values(found, source.campi) == [["csc", "SAAP", "Coop A", "01/01/2024", "22,70"]]


def test_a_header_cell_over_two_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(csv_text(ROWS).replace("ente_gestore", '"Ente\ngestore"'), encoding="utf-8")
    _, found, _ = read(path)
    assert values(found) == stripped(ROWS)
    assert [row["_riga"] for row in found] == [3, 4, 5]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=st.text(st.sampled_from('ab;"\n\r \0'), max_size=120).filter(lambda text: text.count("\0") < 6),
    size=st.sampled_from([24, 48, 1 << 20]),
)
def test_every_line_of_any_text_is_a_row_broken_a_total_or_blank(tmp_path: Path, body: str, size: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes((csv_text([ROWS[0]]) + body).encode("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK_BYTES", size)
        patch.setattr(csv_blocks, "_SLOW_BYTES", 16)
        _, found, apart = read(path)
    seen = [row["_riga"] for row in found] + [row.riga for row in apart.broken] + [row.riga for row in apart.totals]
    assert len(seen) == len(set(seen))
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    lines = {number: line for number, line in enumerate(text.split("\n"), start=3) if line.strip(' ;"')}
    # a line that is not seen is the rest of a value that began above it
    for number in lines:
        assert number in seen or any(n < number and '"' in lines.get(n, '"') for n in seen)


def test_columns_are_dictionaries_of_text_and_memory_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 4096)
    path = tmp_path / "t.csv"
    path.write_text(csv_text(ROWS * 1000), encoding="utf-8")
    told: list[tuple[int, int]] = []
    found = list(blocks(recognise(path, LAYOUTS), lambda done, total: told.append((done, total))))
    assert len(found) > 20
    assert max(block.rows.num_rows for block in found) < 200
    assert [row for block in found for row in block.rows["_riga"].to_pylist()] == list(range(2, 3002))
    kinds = {block.rows.schema.field(name).type for block in found for name in [*TARIFFE, "_foglio"]}
    assert kinds == {pa.dictionary(pa.int32(), pa.string())}
    assert told == sorted(told) and told[-1][0] == told[-1][1] == path.stat().st_size


def test_scan(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a\r\nb\rc\n")
    seen = scan(path)
    assert (seen.newlines, seen.encoding, seen.size, seen.quotes, seen.nul) == (3, "UTF-8", 7, False, False)
    assert seen.sha256 == __import__("hashlib").sha256(b"a\r\nb\rc\n").hexdigest()


# --- Spreadsheets and Parquet -----------------------------------------------------------------------

TITLES = [["Azienda sociale"], [], ["Tariffe orarie 2024"], [], TARIFFE]


@pytest.mark.parametrize("name", ["t.xlsx", "t.ods", "named_badly.csv"])
def test_spreadsheet_with_texts_or_with_typed_cells(tmp_path: Path, name: str) -> None:
    write = write_ods if name == "t.ods" else write_xlsx
    for rows, expected in ((ROWS, stripped(ROWS)), (TYPED, ISO)):
        foot = [[], ["Totale", "", "", "", "", 65.75]]
        source, found, apart = read(write(tmp_path / name, {"Tariffe": [*TITLES, rows[0], [], *rows[1:], *foot]}))
        assert source.formato == ("ODS" if name == "t.ods" else "XLSX")
        assert values(found) == expected
        assert [row["_riga"] for row in found] == [6, 8, 9]
        assert {row["_foglio"] for row in found} == {"Tariffe"}
        assert [(row.foglio, row.riga, row.valori) for row in apart.totals] == [
            ("Tariffe", 11, {"ente": "Totale", "tariffa_oraria": "65,75"})
        ]


def test_merged_cells(tmp_path: Path) -> None:
    merged = [*TITLES, TYPED[0], ["", "", *TYPED[1][2:]], ["", *TYPED[2][1:]]]
    xlsx = write_xlsx(tmp_path / "t.xlsx", {"A": merged}, ["A1:F1", "A3:C3", "A6:A8", "B6:B7"])
    ods = write_ods(tmp_path / "t.ods", {"A": merged}, {(5, 0): 3, (5, 1): 2})
    for path in (xlsx, ods):
        assert values(read(path)[1]) == ISO


def test_merged_header_of_two_rows(tmp_path: Path) -> None:
    header = [
        ["ente", "servizio", "ente_gestore", "validità", "", "tariffa_oraria"],
        ["", "", "", "valida_dal", "valida_al", ""],
    ]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"]
    _, rows, _ = read(write_xlsx(tmp_path / "t.xlsx", {"A": [*header, *TYPED]}, merged))
    assert values(rows) == ISO
    both = [TARIFFE, []]  # every header merged over two rows
    _, rows, _ = read(write_xlsx(tmp_path / "u.xlsx", {"A": [*both, *TYPED]}, [f"{c}1:{c}2" for c in "ABCDEF"]))
    assert values(rows) == ISO
    assert [row["_riga"] for row in rows] == [3, 4, 5]


def test_header_merged_over_two_columns(tmp_path: Path) -> None:
    rows = [[*TARIFFE[:2], "", *TARIFFE[2:]], *([*row[:2], "", *row[2:]] for row in TYPED)]
    _, found, _ = read(write_xlsx(tmp_path / "t.xlsx", {"A": rows}, ["B1:C1"]))
    assert values(found) == ISO


def test_several_sheets_and_one_without_a_header(tmp_path: Path) -> None:
    sheets = {
        "Gennaio": [TARIFFE, *TYPED],
        "Note": [["a cura dell'ufficio"]],
        "Febbraio": [TARIFFE[::-1], TYPED[0][::-1]],
    }
    source, found, _ = read(write_xlsx(tmp_path / "t.xlsx", sheets))
    assert [(row["_foglio"], row["_riga"]) for row in found] == [
        ("Gennaio", 2),
        ("Gennaio", 3),
        ("Gennaio", 4),
        ("Febbraio", 2),
    ]
    assert values(found) == [*ISO, ISO[0]]
    assert ["Note" in text for text in source.avvisi] == [True]


def test_a_sheet_that_does_not_begin_at_its_first_cell(tmp_path: Path) -> None:
    rows = [[], [], *([None, None, *row] for row in [TARIFFE, *TYPED])]
    _, found, _ = read(write_xlsx(tmp_path / "t.xlsx", {"A": rows}))
    assert values(found) == ISO
    assert [row["_riga"] for row in found] == [4, 5, 6]


def test_errors_of_cells_are_kept_as_text(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("A")
        sheet.write_row(2, 1, TARIFFE)
        sheet.write_row(3, 1, ROWS[0])
        sheet.write_formula(3, 6, "=1/0", None, "#DIV/0!")
        sheet.write_row(4, 1, ROWS[1])
        sheet.write_formula(4, 5, "=A1+#REF!", None, "#REF!")
    found = values(read(path)[1])
    assert found[0] == [*ROWS[0][:5], "#DIV/0!"]
    assert found[1] == [*ROWS[1][:4], "#RIF!", "23,10"]


def test_old_excel() -> None:
    """``tariffe.xls`` was made with xlwt: titles, merged cells, dates, a cell in error, a total at the foot."""
    source, found, apart = read(Path(__file__).parent / "tariffe.xls")
    assert source.formato == "XLS"
    assert values(found) == [
        ["csc", "SAAP", "Cooperativa A", "2024-01-01", "2024-08-31", "22,7"],
        ["csc", "SAAP", "Cooperativa A", "2024-09-01", None, "23,1"],
        ["csc", "SAD", "Società B", "2024-01-01", None, "#RIF!"],
    ]
    assert [row["_riga"] for row in found] == [5, 6, 7]
    assert [(row.riga, row.valori["tariffa_oraria"]) for row in apart.totals] == [(9, "3")]


def test_parquet_of_any_type(tmp_path: Path) -> None:
    columns = list(zip(*TYPED, strict=True))
    plain = dict(zip(TARIFFE, columns, strict=True))
    decimals = pa.array([Decimal("22.70"), Decimal("23.10"), Decimal("19.95")])
    encoded = pa.array([row[1] for row in TYPED]).dictionary_encode()
    times = pa.array([dt.datetime.combine(row[3], dt.time()) for row in TYPED], pa.timestamp("ms"))
    cases = [
        (plain, ISO),
        (
            {**plain, "tariffa_oraria": decimals},
            [[*row[:5], text] for row, text in zip(ISO, ["22,70", "23,10", "19,95"], strict=True)],
        ),
        ({**plain, "servizio": encoded, "valida_dal": times}, ISO),
        ({name: [row[i] for row in ROWS] for i, name in enumerate(TARIFFE)}, stripped(ROWS)),
    ]
    for number, (content, expected) in enumerate(cases):
        renamed = {"Azienda" if name == "ente" else name: column for name, column in content.items()}
        source, found, _ = read(write_parquet(tmp_path / f"{number}.parquet", renamed))
        assert source.formato == "Parquet"
        assert values(found) == expected
        assert [row["_riga"] for row in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (19035.0, "19035"),
        (12.5, "12,5"),
        (0.1 + 0.2, "0,3"),
        (1234567.891, "1234567,891"),
        (1e15, "1000000000000000"),
        (1e22, "10000000000000000000000"),
        (1.5e-7, "0,00000015"),
        (-0.0, "0"),
        (-3.25, "-3,25"),
        (100.0, "100"),
        (True, "sì"),
        (False, "no"),
        (7, "7"),
        (dt.date(2024, 1, 31), "2024-01-31"),
        (dt.datetime(2024, 1, 31), "2024-01-31"),
        (dt.datetime(2024, 1, 31, 10, 30), "2024-01-31 10:30:00"),
        (Decimal("12.50"), "12,50"),
        (Decimal("1E+3"), "1000"),
        (float("nan"), ""),
    ],
)
def test_typed_cells_as_an_italian_office_writes_them(value: object, text: str) -> None:
    assert cell_text(value) == text
