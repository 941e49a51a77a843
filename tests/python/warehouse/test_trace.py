"""The way back of every column of every mart, to the tables loaded and to the printed cells."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp
from sqlglot.lineage import Node
from sqlglot.lineage import lineage as ways

from ingest.errors import AmbitoError
from ingest.flussi.tracciato import tracciati
from tests.conftest import Warehouse
from tests.python.ingest.generate.conftest import read, value_of
from tests.python.warehouse import printed
from tests.python.warehouse.test_fixed_faces import OF_CELLS, OF_FILES
from warehouse import trace as tracing
from warehouse import versions
from warehouse.lineage import Lineage, Step
from warehouse.trace import trace

NUMBERS = ("DECIMAL", "INTEGER")


@pytest.fixture(scope="module")
def version(built: Warehouse) -> Iterator[versions.Version]:
    # kept open meanwhile: opening the database of the build takes longer than following a column through it
    with duckdb.connect(str(built.paths.database), read_only=True):
        yield versions.current(built.paths)


@pytest.fixture(scope="module")
def lineage(record: dict[str, Any]) -> Lineage:
    return Lineage(record["modelli"])


def _marts(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name.split(".")[1], model) for name, model in record["modelli"].items() if name.startswith("marts."))


def _leaves(step: Step) -> list[Step]:
    return [found for found in step.walk() if not found.sources]


def test_every_column_of_every_mart_comes_from_a_loaded_table_a_seed_or_a_constant(
    record: dict[str, Any], lineage: Lineage
) -> None:
    relations = {relation.split(".")[1]: relation for relation in record["modelli"]}
    walked, wrong = 0, []
    constant: dict[tuple[str, str], bool] = {}
    for mart, model in _marts(record):
        assert model["colonne"]
        for column in model["colonne"]:
            walked += 1
            for leaf in _leaves(lineage.of(f"marts.{mart}", column)):
                if leaf.kind in ("raw", "seed"):
                    continue
                place = (leaf.model, leaf.column)
                if place not in constant:
                    constant[place] = _is_constant(lineage._columns(relations[leaf.model])[leaf.column])
                if not constant[place]:
                    wrong.append((mart, column, leaf))
    assert wrong == []
    assert walked > 400


def _is_constant(root: Node) -> bool:
    """Through the CTEs of its model, every way ends in a literal, a list of literals or a count of rows."""
    return all(
        isinstance(end.source, exp.Values)
        or (isinstance(end.source, exp.Query) and not list(end.expression.find_all(exp.Column)))
        for end in root.walk()
        if not end.downstream
    )


@pytest.mark.parametrize(
    ("sql", "constant"),
    [
        ("with c as (select count(*) as x from s.t) select x from c", True),
        ("with c as (select 'a' as x union all select 'b') select x from c", True),
        ("with c as (select v.y as x from (values (1)) as v (y)) select x from c", True),
        ("with c as (select t.y as x from s.t as t) select x from c", False),
        ("with c as (select case when t.y then 1 end as x from s.t as t) select x from c", False),
        ("select u.y as x from s.t as t, unnest(t.z) as u (y)", False),
    ],
)
def test_what_is_a_constant(sql: str, constant: bool) -> None:
    assert _is_constant(ways("x", sql, schema={}, dialect="duckdb", trim_selects=False)) is constant


def test_figures_come_from_the_printed_cells(record: dict[str, Any], lineage: Lineage) -> None:
    """A column declared to come from some measures does go back to the value of raw.celle, and shows its models."""
    walked = 0
    for mart, model in _marts(record):
        for column, declared in model["colonne"].items():
            if not declared.get("misure") or column in ("popolazione", "costo_pro_capite_eur"):
                continue
            if not declared["tipo"].startswith(NUMBERS):
                continue
            walked += 1
            steps = lineage.of(f"marts.{mart}", column).walk()
            assert ("celle", "valore", "raw") in {(s.model, s.column, s.kind) for s in steps}, (mart, column)
            assert {s.kind for s in steps} >= {"mart", "intermediate", "staging", "raw"}
            assert all(s.path.endswith(f"/{s.model}.sql") for s in steps if s.kind not in ("raw", "seed"))
    assert walked > 20


@pytest.mark.parametrize("mart", [*OF_CELLS, "celle", "quadrature"])
def test_every_column_shows_its_cells(version: versions.Version, mart: str) -> None:
    model = version.record["modelli"][f"marts.{mart}"]
    shown = 0
    for column, declared in model["colonne"].items():
        found = trace(version, f"marts.{mart}.{column}", _of_cells(mart, column), limit=1)
        assert (found.descrizione, found.unita) == (declared["descrizione"], declared.get("unita"))
        if not found.righe:
            continue
        (row,) = found.righe
        assert set(row.chiave) == set(model["grana"])
        assert row.celle or declared.get("misure") == [], column
        if declared.get("misure"):
            assert {cell.misura for cell in row.celle} <= set(declared["misure"]), column
            shown += 1
        # a date or a word is read from the text of its cell
        if len(declared.get("misure") or []) == 1 and len(row.celle) == 1 and declared["tipo"].startswith(NUMBERS):
            assert row.celle[0].valore == row.valore, column
    # every cell of a row of attivita_servizi says its one figure: no measure has to be chosen
    assert shown or mart in ("celle", "quadrature", "attivita_servizi")


def _of_cells(mart: str, column: str) -> str:
    """The rows that come from documents and have a value: a flusso stands on files."""
    return f'"{column}" is not null' + (" and origine_dato = 'prospetto'" if mart in OF_CELLS else "")


# A row of these adds printed figures of one measure.
SUMS = {"entrate_provenienza", "fondi_vincolo"}


def test_every_row_of_a_figure_with_one_measure_is_its_cell(version: versions.Version) -> None:
    """Not the first row alone: all of them, for each column that is one printed figure (or, in some marts, a sum)."""
    walked = 0
    for mart in OF_CELLS:
        for column, declared in version.record["modelli"][f"marts.{mart}"]["colonne"].items():
            if (
                len(declared.get("misure") or []) != 1
                or not declared["tipo"].startswith(NUMBERS)
                or mart in ("costo_saap_sub_ambito", "costo_sub_ambiti")  # the same cells again, and their sums
                or mart == "fondi_utilizzo"  # what is spent up to a year has the cells of the years before
                or column.startswith("costo_pro")
            ):
                continue
            found = trace(version, f"marts.{mart}.{column}", _of_cells(mart, column), limit=10_000)
            for row in found.righe:
                walked += 1
                figures = [cell.valore for cell in row.celle]
                if mart in SUMS:
                    figures = [sum((figure for figure in figures if figure is not None), Decimal(0))]
                assert figures == [Decimal(str(row.valore))], (mart, column, row.chiave)
    assert walked > 700


@pytest.mark.parametrize(
    ("column", "checked", "others"),
    [
        ("stampato", True, False),
        ("linea", True, False),
        ("ricalcolato", False, True),
        ("confronto", False, True),
        ("scarto", True, True),
        ("tolleranza", True, True),
        ("esito", True, True),
    ],
)
def test_a_check_shows_the_cells_of_each_column(
    version: versions.Version, column: str, checked: bool, others: bool
) -> None:
    where = "quadratura_id = '001-saap-totale-costo_2024'"
    (row,) = trace(version, f"marts.quadrature.{column}", where).righe
    total = [cell for cell in row.celle if cell.linea == 1064]
    parts = [cell for cell in row.celle if 1058 <= cell.linea <= 1063]
    assert (len(total), len(parts)) == (int(checked), 6 if others else 0)
    assert len(row.celle) == len(total) + len(parts)


# --- figures of the flussi: the files, and with the build at hand the rows of each ------------------------------------


HOURS = "_ore_servizio_2025-11.csv"  # sent once, for one month


def _rows_of_file(built: Warehouse, name: str) -> dict[int, dict[str, object]]:
    """The rows of a file of the demonstration ente that no rule refused, by line, read by another reader."""
    (path,) = (built.paths.provided / "dimostrativo").glob(name)
    layout = tracciati()[re.sub(r"^\d+_(.*)_\d{4}.*$", r"\1", path.name)]
    with duckdb.connect(str(built.paths.database), read_only=True) as con:
        query = "select riga from raw.quarantena where file = ? and gravita = 'errore'"
        refused = {line for (line,) in con.execute(query, [path.name]).fetchall()}
    return {
        line: {name: value_of(layout, name, cell) for name, cell in row.items()}
        for line, row in read(path, layout).rows
        if line not in refused
    }


def test_hours_of_a_provider_are_the_rows_of_its_file(built: Warehouse, version: versions.Version) -> None:
    comuni = {
        row["codice_istat"]: row["sub_ambito"]
        for row in printed.read_csv(built.paths.seeds / "comuni_sub_ambiti.csv")
        if row["ente_id"] == "dimostrativo"
    }
    rows = _rows_of_file(built, f"*{HOURS}")
    where = "mese = date '2025-11-01' and origine_dato = 'dimostrativo' and misure_soppresse is null"
    found = trace(version, "ore_servizio_mensili.ore_erogate", where, limit=1000, build=built.paths.database).righe
    walked = 0
    for row in found:
        if row.chiave["sub_ambito"] not in comuni.values():
            continue
        mine = {
            line: values
            for line, values in rows.items()
            if values["ente_gestore"] == row.chiave["ente_gestore"]
            and values["servizio"] == row.chiave["servizio"]
            and comuni.get(str(values["codice_istat_comune"])) == row.chiave["sub_ambito"]
        }
        (file,) = row.file
        assert file.nome.endswith(HOURS) and file.tracciato == "ore_servizio"
        assert file.quante == len(mine)
        assert file.righe == [("", line) for line in sorted(mine)][: len(file.righe)]
        assert len(file.righe) == min(12, len(mine))
        assert row.valore == sum(Decimal(str(values["ore"])) for values in mine.values())
        walked += 1
    assert walked > 10


def test_a_fund_is_its_movements_in_every_file(built: Warehouse, version: versions.Version) -> None:
    files = {
        path.name: _rows_of_file(built, path.name)
        for path in sorted((built.paths.provided / "dimostrativo").glob("*_movimenti_fondi_*"))
    }
    found = trace(version, "fondi_residui.speso_eur", "speso_eur > 0", limit=1000, build=built.paths.database).righe
    assert len(found) > 20
    for row in found:
        mine = {
            name: {
                line: values
                for line, values in rows.items()
                if (values["fondo"], values["annualita"]) == (row.chiave["fondo"], row.chiave["annualita"])
            }
            for name, rows in files.items()
        }
        assert {file.nome: file.quante for file in row.file} == {name: len(rows) for name, rows in mine.items() if rows}
        spent = [values["importo"] for rows in mine.values() for values in rows.values() if values["tipo"] == "spesa"]
        assert row.valore == sum(Decimal(str(amount)) for amount in spent)


def test_the_rows_of_a_mart_are_found_by_its_whole_key(built: Warehouse, record: dict[str, Any]) -> None:
    """With a part of the key they would be those of other figures too."""
    views = {mart: (set(model["grana"]), model["righe"]) for mart, model in _marts(record) if "righe" in model}
    assert set(views) == {*OF_FILES, "quadrature_flussi"}
    with duckdb.connect(str(built.paths.database), read_only=True) as con:
        for mart, (key, view) in views.items():
            columns = con.execute(f"select column_name from (describe intermediate.{view})").fetchall()
            assert key <= {name for (name,) in columns}, mart


def test_the_saap_has_the_rows_of_the_saap(built: Warehouse, version: versions.Version) -> None:
    where = "origine_dato = 'dimostrativo' and misure_soppresse is null"
    alone, whole = (
        trace(version, column, condition, limit=1000, build=built.paths.database).righe
        for column, condition in (
            ("costo_saap_sub_ambito.costo_eur", where),
            ("costo_servizi_sub_ambito.costo_eur", f"{where} and servizio = 'SAAP'"),
        )
    )
    assert [(row.valore, row.file) for row in alone] == [(row.valore, row.file) for row in whole]
    assert all(file.quante for row in alone for file in row.file) and len(alone) > 5


@pytest.mark.parametrize("mart", OF_FILES)
def test_every_column_shows_its_files(
    built: Warehouse, version: versions.Version, monkeypatch: pytest.MonkeyPatch, mart: str
) -> None:
    """The files that the row names, and rows of each: the database of the build is at hand."""
    asked: dict[str, Any] = {}  # most columns show the same row: its single rows are looked for once
    single_rows = tracing._single_rows

    def remembered(con: Any, view: str | None, key: dict[str, Any]) -> Any:
        if str(key) not in asked:
            asked[str(key)] = single_rows(con, view, key)
        return asked[str(key)]

    monkeypatch.setattr(tracing, "_single_rows", remembered)
    shown = 0
    for column in version.record["modelli"][f"marts.{mart}"]["colonne"]:
        where = f"\"{column}\" is not null and origine_dato = 'dimostrativo'"
        for row in trace(version, f"marts.{mart}.{column}", where, limit=1, build=built.paths.database).righe:
            named = " and ".join(f'"{name}" is not distinct from ?' for name in row.chiave)
            with versions.connect(version) as con:
                query = f"select file from marts.{mart} where {named}"
                ((files,),) = con.execute(query, list(row.chiave.values())).fetchall()
            assert {file.file_id for file in row.file} == set(files.split()), column
            assert all(file.quante and 0 < len(file.righe) <= file.quante for file in row.file), (column, row)
            assert row.celle == []
            shown += 1
    assert shown > 5


@pytest.mark.parametrize("mart", ["qualita_file", "qualita_regole", "storia_lotti"])
def test_what_is_told_of_a_file_leads_to_it(version: versions.Version, mart: str) -> None:
    for column in version.record["modelli"][f"marts.{mart}"]["colonne"]:
        found = trace(version, f"marts.{mart}.{column}", limit=2)
        with versions.connect(version) as con:
            for row in found.righe:
                named = " and ".join(f'"{name}" is not distinct from ?' for name in row.chiave)
                query = f"select nome from marts.{mart} join marts.qualita_file using (file_id) where {named}"
                if mart == "qualita_file":
                    query = f"select nome from marts.{mart} where {named}"
                ((name,),) = con.execute(query, list(row.chiave.values())).fetchall()
                assert [file.nome for file in row.file] == [name], column


def test_a_suppressed_figure_shows_no_rows(built: Warehouse, version: versions.Version) -> None:
    where = "misure_soppresse like '%ore_erogate%'"
    found = trace(version, "ore_servizio_mensili.ore_erogate", where, limit=5, build=built.paths.database)
    assert len(found.righe) == 5
    assert all((row.valore, row.soppresso, row.file, row.celle) == (None, True, [], []) for row in found.righe)
    shown = built.ambito("trace", "ore_servizio_mensili.ore_erogate", "--where", where, "--limit", "1")
    assert shown.returncode == 0, shown.stderr
    assert (
        "soppresso" in shown.stdout and ".csv" not in shown.stdout and "riga" not in shown.stdout.split("soppresso")[1]
    )


def test_without_the_database_of_the_build_the_files_alone_are_shown(
    built: Warehouse, version: versions.Version, tmp_path: Path
) -> None:
    where = "mese = date '2025-11-01' and misure_soppresse is null"
    for build in (None, tmp_path / "non_c_e.duckdb"):
        (row,) = trace(version, "ore_servizio_mensili.ore_erogate", where, limit=1, build=build).righe
        (file,) = row.file
        assert (file.nome.endswith(HOURS), file.quante, file.righe) == (True, None, [])
    elsewhere = Warehouse(root=built.root, data=tmp_path / "altrove")
    shutil.copytree(built.paths.published, elsewhere.paths.published)
    asked = elsewhere.ambito("trace", "ore_servizio_mensili.ore_erogate", "--where", where, "--limit", "1", "--json")
    assert asked.returncode == 0, asked.stderr
    (row,) = json.loads(asked.stdout)["righe"]
    (told,) = row["file"]
    assert (told["nome"].endswith(HOURS), told["quante"], told["righe"]) == (True, None, [])


def test_dimensions_have_a_way_and_no_cells(version: versions.Version) -> None:
    found = trace(version, "marts.dim_enti.nome", "ente_id = 'csc'")
    assert [leaf.kind for leaf in _leaves(found.via)] == ["seed"]
    assert [row.celle for row in found.righe] == [[]]


def test_the_example_through_the_command_line(built: Warehouse) -> None:
    column, where = "marts.costo_saap_sub_ambito.costo_eur", "anno=2024 and sub_ambito='Pandino'"
    shown = built.ambito("trace", column, "--where", where)
    assert shown.returncode == 0, shown.stderr
    assert "1.462.172,40" in shown.stdout
    words = " ".join(shown.stdout.split())
    for model in ("costo_saap_sub_ambito", "costo_servizi_sub_ambito", "int_celle_conformate", "stg_prospetti__celle"):
        assert model in words
    assert re.search(r"raw\s+celle\.valore", shown.stdout)

    as_json = built.ambito("trace", column, "--where", where, "--json")
    assert as_json.returncode == 0
    (row,) = json.loads(as_json.stdout)["righe"]
    (cell,) = row["celle"]
    assert (cell["documento"], cell["linea"], cell["tabella"]) == ("001", 1061, "saap_sub_ambito")
    assert (cell["testo"], cell["valore"], row["valore"]) == ("€ 1.462.172,40", "1462172.4000", "1462172.40")


def test_rows_left_out_are_said(built: Warehouse, version: versions.Version) -> None:
    found = trace(version, "avanzo.importo_eur", limit=3)
    total = built.query("select count(*) from marts.avanzo")[0][0]
    assert (len(found.righe), found.altre) == (3, int(str(total)) - 3)


@pytest.mark.parametrize(
    ("column", "where", "words"),
    [
        ("marts.avanzo.importo", None, "non ha la colonna «importo»"),
        ("marts.avanzi.importo_eur", None, "non è una colonna di un mart"),
        ("raw.celle.testo", None, "non è una colonna di un mart"),
        ("staging.stg_prospetti__celle.testo", None, "non è una colonna di un mart"),
        ("importo_eur", None, "non è una colonna di un mart"),
        ("", None, "non è una colonna di un mart"),
        ('marts.avanzo"; drop table marts.avanzo; --.importo_eur', None, "non è una colonna di un mart"),
        ("marts.avanzo.importo_eur", "importo = 1", "importo"),
        ("marts.avanzo.importo_eur", "vincolo", "La condizione non va"),
        ("marts.avanzo.importo_eur", "importo_eur >", "non si legge"),
        ("marts.avanzo.importo_eur", "true; drop table marts.avanzo", "sola alla volta"),
        ("marts.avanzo.importo_eur", "true); drop table marts.avanzo; --", "non si legge"),
        ("marts.avanzo.importo_eur", "true) union all select * from marts.avanzo where (true", "non si legge"),
        ("marts.avanzo.importo_eur", "true group by all", "non si legge"),
        ("marts.avanzo.importo_eur", "voce in (select content from read_text('/etc/hostname'))", "file"),
        ("marts.avanzo.importo_eur", "voce in (select column0 from read_csv('https://example.org/a.csv'))", "file"),
        ("marts.avanzo.importo_eur", "(select count(*) from range(99999999) a, range(9999999) b) > 0", "tempo"),
    ],
)
def test_what_cannot_be_traced_is_refused(
    version: versions.Version, monkeypatch: pytest.MonkeyPatch, column: str, where: str | None, words: str
) -> None:
    monkeypatch.setattr(tracing, "sandbox", lambda v, original=tracing.sandbox: original(v, seconds=1))
    with pytest.raises(AmbitoError, match=re.escape(words)):
        trace(version, column, where)


def test_refusals_through_the_command_line(built: Warehouse) -> None:
    refused = built.ambito("trace", "marts.avanzo.importo")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "importo_eur" in refused.stderr and "Traceback" not in refused.stderr
    refused = built.ambito("trace", "marts.avanzo.importo_eur", "--where", "true) union all select 1 where (true")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert built.ambito("trace").returncode == 2
