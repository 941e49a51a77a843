"""The answer to the office: what to fix first, counts, every cell; nothing in it is ever computed."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingest.flussi import answer
from ingest.flussi.answer import CELLS, RULES, TO_FIX, FileAnswer, write_answer
from ingest.flussi.tables import create_tables

from .writers import LAYOUTS


@dataclass(frozen=True)
class Count:
    regola: str
    colonna: str
    gravita: str
    descrizione: str
    righe: int


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_tables(connection)
    return connection


FORMULA = '=HYPERLINK("http://x","apri")'
FOUND = [
    ("Gennaio", 3, "tariffa_oraria", "22.7.0", "formato", "errore", "«22.7.0» non è un numero. Correggere"),
    ("Gennaio", 9, "tariffa_oraria", FORMULA, "formato", "errore", "Non è un numero. Correggere"),
    ("Febbraio", 4, "ente", "zzz", "dominio", "errore", "«zzz» non è un ente. Correggere"),
    (None, None, "tariffa_oraria", None, "salto", "avviso", "La tariffa raddoppia. Controllare"),
    (None, None, None, None, "file", "avviso", "@SUM(1+1) manca un foglio"),
]


def put(con: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]], file_id: str = "f") -> None:
    con.executemany(
        "insert into raw.quarantena (file_id, foglio, riga, colonna, valore, regola, gravita, messaggio) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        [(file_id, *row) for row in rows],
    )


def written(tmp_path: Path, con: duckdb.DuckDBPyConnection, **options: object) -> CalamineWorkbook:
    about = FileAnswer(
        **{
            "file": "tariffe gennaio.xlsx",
            "tracciato": LAYOUTS["tariffe"],
            "stato": "accettato con scarti",
            "righe_lette": 12_345,
            "righe_caricate": 12_342,
            "righe_in_quarantena": 3,
            "messaggi": ["Il foglio «Note» non è stato letto"],
            "colonne": {"Gennaio": {"tariffa_oraria": 2, "ente": 27}},
            **options,
        }
    )
    rules = [Count("formato", "tariffa_oraria", "errore", "un numero", 2), Count("chiave", "", "errore", "unica", 0)]
    write_answer(tmp_path / "r" / "esito.xlsx", about, rules, con, "f")
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["esito.xlsx"]
    return CalamineWorkbook.from_path(str(tmp_path / "r" / "esito.xlsx"))


def test_three_sheets(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    put(con, FOUND)
    put(con, [("X", 1, "ente", "other file", "r", "errore", "m")], "another")
    book = written(tmp_path, con)
    assert book.sheet_names == [TO_FIX, RULES, CELLS]
    first = book.get_sheet_by_name(TO_FIX).to_python()
    assert "tariffe gennaio.xlsx" in first[0][0] and "in quarantena" in first[0][0]
    assert [row[:4] for row in first[2:6]] == [
        [2, "errore", "tariffa_oraria", "foglio «Gennaio», cella C3"],
        [1, "errore", "ente", "foglio «Febbraio», riga 4"],
        [1, "avviso", "", "tutto il file"],
        [1, "avviso", "tariffa_oraria", "tutto il file"],
    ]
    facts = {row[0]: row[1] for row in first[7:]}
    assert (facts["Righe lette"], facts["Righe caricate"], facts["Righe in quarantena"]) == (12345, 12342, 3)
    assert facts["Stato"] == "accettato con scarti" and "Note" in facts["Avvertenza"]
    counts = book.get_sheet_by_name(RULES).to_python()
    assert [row[0:1] + row[3:4] for row in counts[1:]] == [["formato", 2], ["chiave", 0]]
    cells = book.get_sheet_by_name(CELLS).to_python()
    assert len(cells) == 1 + len(FOUND)
    assert cells[1] == ["Febbraio", 4, "", "ente", "zzz", "errore", "dominio", "«zzz» non è un ente. Correggere"]
    assert [row[2] for row in cells[2:4]] == ["C3", "C9"]


def test_no_value_is_ever_a_formula_or_a_link(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    texts = [FORMULA, "+1+1", "-1+1", "@SUM(A1)", "http://example.org", "{=A1}", "mailto:x@example.org", "=" * 40_000]
    put(con, [("G", n, "ente", text, text[:50], "errore", text) for n, text in enumerate(texts, 1)])
    book = written(tmp_path, con, file=FORMULA, messaggi=[FORMULA])
    values = [row[4] for row in book.get_sheet_by_name(CELLS).to_python()[1:]]
    assert values == [text[:32_767] for text in texts]
    with zipfile.ZipFile(tmp_path / "r" / "esito.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                content = archive.read(name)
                assert b"<f>" not in content and b"<hyperlink" not in content


def test_a_file_that_was_refused_and_one_without_faults(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    first = written(tmp_path, con, stato="respinto", tracciato=None).get_sheet_by_name(TO_FIX).to_python()
    assert "nessuna riga è stata caricata" in first[0][0]
    assert {row[0]: row[1] for row in first}["Tracciato"] == "non riconosciuto"
    first = written(tmp_path, con, stato="accettato").get_sheet_by_name(TO_FIX).to_python()
    assert first[2][0] == "Non c'è nulla da correggere."
    assert "Che fare" not in {row[0] for row in first}


def test_more_cells_than_a_sheet_holds(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "MAX_ROWS", 100)
    put(con, [(None, n, "ente", "x", "dominio", "errore", "m") for n in range(1, 201)])
    cells = written(tmp_path, con).get_sheet_by_name(CELLS).to_python()
    assert len(cells) == 100
    assert cells[-2][1] == 98
    assert "98 segnalazioni su 200" in cells[-1][0]
