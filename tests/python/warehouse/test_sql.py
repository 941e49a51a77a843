"""``ambito sql``: reads the published marts and can do nothing else."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rich.console import Console

from tests.conftest import Warehouse
from warehouse import versions
from warehouse.sql import Format, QueryError, run, sandbox

EXACT = "select cast('12345678901234567890.1234' as decimal(28, 4)) as grande, cast(0.10 as decimal(4, 2)) as piccolo"


@pytest.fixture(scope="module")
def version(built: Warehouse) -> versions.Version:
    return versions.current(built.paths)


def _ask(version: versions.Version, query: str, *, seconds: int = 20) -> list[dict[str, object]]:
    out = io.StringIO()
    console = Console(file=out, width=200)
    with pytest.MonkeyPatch.context() as patch:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        patch.setattr("sys.stdout", stream)
        run(version, query, Format.json, None, seconds=seconds, console=console)
        stream.seek(0)
        found: list[dict[str, object]] = json.loads(stream.read(), parse_float=Decimal)
    return found


NO_FILES = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_parquet('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from '/etc/passwd.csv'",
    "select * from 'extracts/prospetti/001_csc_consuntivo_2024/testo.csv'",
    "select * from glob('/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from parquet_metadata('/etc/passwd')",
    "select * from query('select * from read_csv(''/etc/passwd'')')",
    "select * from marts.celle where testo in (select content from read_text('/etc/passwd'))",
]
NO_NETWORK = [
    "select * from 's3://a/b.parquet'",
    "select * from read_csv('https://example.org/a.csv')",
    "select * from read_parquet('gs://a/b.parquet')",
    "select * from read_json('hf://datasets/a/b.json')",
]
NO_WRITES = [
    "copy (select 1) to '{target}/a.csv'",
    "copy marts.avanzo to '{target}/a.parquet'",
    "export database '{target}/a'",
    "attach '{target}/a.duckdb' as altro",
    "attach ':memory:' as altro",
    "create table nuova as select 1",
    "create temp table nuova as select 1",
    "create view nuova as select 1",
    "create macro due() as 2",
    "create secret s (type s3)",
    "insert into marts.avanzo from marts.avanzo",
    "update marts.avanzo set importo_eur = 0",
    "delete from marts.avanzo",
    "drop table marts.avanzo",
    "alter table marts.avanzo rename to altro",
    "comment on table marts.avanzo is 'x'",
    "checkpoint",
    "vacuum",
    "begin transaction",
    "call pragma_version()",
    "prepare a as select 1",
]
NO_SETTINGS = [
    "set memory_limit = '9GB'",
    "set enable_external_access = true",
    "reset enable_external_access",
    "pragma memory_limit = '9GB'",
    "set threads = 64",
    "use marts",
    "install httpfs",
    "load httpfs",
    "load 'qualcosa.duckdb_extension'",
]


@pytest.mark.parametrize("query", [*NO_FILES, *NO_NETWORK])
def test_no_files_and_no_network(version: versions.Version, query: str) -> None:
    with pytest.raises(QueryError, match="non si leggono file né rete"):
        _ask(version, query)


@pytest.mark.parametrize("query", [*NO_WRITES, *NO_SETTINGS])
def test_no_writes_and_no_settings(version: versions.Version, tmp_path: Path, query: str) -> None:
    with pytest.raises(QueryError, match="solo leggere"):
        _ask(version, query.format(target=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("query", ["select 1; select 2", "select 1; drop table marts.avanzo", "", "-- niente", ";"])
def test_one_statement_only(version: versions.Version, query: str) -> None:
    with pytest.raises(QueryError, match="una interrogazione sola"):
        _ask(version, query)


def test_the_sandbox_holds_under_the_check_of_the_statement(version: versions.Version, tmp_path: Path) -> None:
    """Were a statement to pass as a reading one, the connection itself would still refuse it."""
    with sandbox(version) as con:
        for query in (*NO_SETTINGS[:4], *NO_WRITES[:4], *NO_WRITES[10:14], *NO_FILES, "install httpfs", "load httpfs"):
            with pytest.raises(duckdb.Error):
                con.execute(query.format(target=tmp_path)).fetchall()
        assert con.execute("select current_setting('temp_directory')").fetchall() == [("",)]
    assert list(tmp_path.iterdir()) == []


def test_only_the_marts_are_there(version: versions.Version, manifest: dict[str, dict[str, dict[str, str]]]) -> None:
    found = _ask(version, "select distinct schema_name, table_name from duckdb_columns() where not internal")
    marts = {node["name"] for node in manifest["nodes"].values() if node.get("schema") == "marts" and "config" in node}
    marts = {name for name in marts if f"model.ambito.{name}" in manifest["nodes"]}
    assert {row["schema_name"] for row in found} == {"marts"}
    assert {row["table_name"] for row in found} == marts
    own = "select view_name from duckdb_views() where not internal"
    assert _ask(version, own) == []
    for hidden in (
        "raw.celle",
        "staging.stg_prospetti__celle",
        "intermediate.int_celle_conformate",
        "riferimenti.enti",
    ):
        with pytest.raises(QueryError, match="does not exist"):
            _ask(version, f"select * from {hidden}")


@pytest.mark.parametrize(
    "query",
    [
        "with a as (select 1 as uno) select uno from a",
        "from marts.avanzo select count(*) as n",
        "values (1)",
        "describe marts.avanzo",
        "summarize marts.avanzo",
        "select 1 as uno -- un commento in fondo",
        "select count(*) as n from marts.celle; ",
    ],
)
def test_what_reads_is_allowed(version: versions.Version, query: str) -> None:
    assert _ask(version, query)


def test_time_is_limited(version: versions.Version) -> None:
    endless = "select count(*) as n from marts.celle a, marts.celle b, marts.celle c, marts.celle d"
    with pytest.raises(QueryError, match=r"ha superato il tempo massimo \(1 s\)"):
        _ask(version, endless, seconds=1)
    assert _ask(version, "select 1 as uno", seconds=1) == [{"uno": 1}]


def test_memory_is_limited(version: versions.Version) -> None:
    greedy = "select list(a.testo || b.testo) as tutto from marts.celle a, marts.celle b, range(5)"
    with pytest.raises(QueryError, match="ha superato 512MB di memoria"):
        _ask(version, greedy)


def test_messages_are_for_the_office(version: versions.Version) -> None:
    for query in ("selec 1", "select", "select * from marts.niente", "select niente from marts.avanzo"):
        with pytest.raises(QueryError, match=r"^L'interrogazione non "):
            _ask(version, query)


def test_json_is_exact(version: versions.Version) -> None:
    (row,) = _ask(version, EXACT)
    assert row == {"grande": Decimal("12345678901234567890.1234"), "piccolo": Decimal("0.10")}
    assert _ask(version, "select null as niente, true as vero, 'a\"b' as testo, date '2024-12-31' as giorno") == [
        {"niente": None, "vero": True, "testo": 'a"b', "giorno": "2024-12-31"}
    ]
    assert _ask(version, "select 1 as uno where false") == []


def test_csv_and_parquet_are_exact(version: versions.Version, tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    target = tmp_path / "esatto.csv"
    run(version, f"{EXACT}, 'a;\"b, c' as testo, null as niente", Format.csv, target, seconds=9, console=console)
    with target.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["grande", "piccolo", "testo", "niente"],
            ["12345678901234567890.1234", "0.10", 'a;"b, c', ""],
        ]
    target = tmp_path / "esatto.parquet"
    run(version, EXACT, Format.parquet, target, seconds=9, console=console)
    frame = pl.read_parquet(target)
    assert frame.schema == {"grande": pl.Decimal(28, 4), "piccolo": pl.Decimal(4, 2)}
    assert frame.rows() == [(Decimal("12345678901234567890.1234"), Decimal("0.10"))]
    whole = tmp_path / "celle.parquet"
    run(version, "select valore from marts.celle", Format.parquet, whole, seconds=9, console=console)
    assert (
        pl.read_parquet(whole)["valore"].sum()
        == _ask(version, "select sum(valore) as somma from marts.celle")[0]["somma"]
    )


def test_table_is_italian(version: versions.Version) -> None:
    out = io.StringIO()
    run(version, f"{EXACT}, true as vero", Format.table, None, seconds=9, console=Console(file=out, width=200))
    assert "12.345.678.901.234.567.890,1234" in out.getvalue()
    assert "0,10" in out.getvalue() and "sì" in out.getvalue()


def test_json_gives_whole_rows_also_where_a_column_is_called_riga(version: versions.Version) -> None:
    (row,) = _ask(version, "select cella_id, riga from marts.celle order by cella_id limit 1")
    assert set(row) == {"cella_id", "riga"}


def test_a_table_shows_the_text_as_it_is(version: versions.Version) -> None:
    out = io.StringIO()
    query = "select '[a] :100: [bold]b[/bold]' as testo"
    run(version, query, Format.table, None, seconds=9, console=Console(file=out, width=200))
    assert "[a] :100: [bold]b[/bold]" in out.getvalue()


def test_a_long_table_says_what_it_leaves_out(version: versions.Version) -> None:
    out = io.StringIO()
    run(version, "select range as n from range(10002)", Format.table, None, seconds=9, console=Console(file=out))
    assert "qui le prime 10000" in out.getvalue()


def test_a_pipe_speaks_utf8_whatever_the_code_page(built: Warehouse) -> None:
    """As on Windows: cp1252 has no −, and JSON is UTF-8."""
    command = [sys.executable, "-m", "warehouse.cli"]
    environment = {**built.environment, "PYTHONIOENCODING": "cp1252"}
    for arguments in (
        ("sql", "select '−' as segno, '€' as euro"),
        ("trace", "marts.risultato_gestione.avanzo_eur", "--json"),
    ):
        done = subprocess.run([*command, *arguments], env=environment, cwd=built.root, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert "€" in done.stdout.decode("utf-8")


def test_a_folder_that_cannot_be_written_is_said(built: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("non è una cartella", encoding="utf-8")
    refused = Warehouse(built.root, tmp_path / "file").ambito("load")
    assert refused.returncode == 1
    assert "AMBITO_DATA" in refused.stderr and "Traceback" not in refused.stderr


def test_what_cannot_be_written_is_said(version: versions.Version, tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    with pytest.raises(QueryError, match="non si scrive in csv"):
        run(version, "select [1, 2] as elenco", Format.csv, None, seconds=9, console=console)
    with pytest.raises(QueryError, match="Non si può scrivere"):
        run(version, "select 1", Format.csv, tmp_path / "manca" / "a.csv", seconds=9, console=console)


def test_exit_codes(built: Warehouse) -> None:
    query = "select importo_eur from marts.avanzo where vincolo = 'libero' and origine_dato = 'prospetto'"
    well = built.ambito("sql", query, "--format", "csv")
    assert (well.returncode, well.stdout) == (0, "importo_eur\n70000.00\n")
    data = built.ambito("sql", "select * from read_csv('/etc/passwd')")
    assert (data.returncode, data.stdout) == (1, "")
    assert "L'interrogazione non è riuscita" in data.stderr and "Traceback" not in data.stderr
    usage = built.ambito("sql", "select 1", "--format", "excel")
    assert usage.returncode == 2
    unknown = built.ambito("sql", "select 1", "--version", "20000101T000000Z-00000000")
    assert unknown.returncode == 1 and "non c'è" in unknown.stderr


def test_nothing_published_yet(built: Warehouse, tmp_path: Path) -> None:
    empty = Warehouse(root=built.root, data=tmp_path / "vuoto")
    asked = empty.ambito("sql", "select 1")
    assert asked.returncode == 1
    assert "Nessuna versione pubblicata" in asked.stderr and "ambito build" in asked.stderr
