"""From the files of an office to the published marts: what they add up to, corrections, the past, builds killed."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.flussi.pseudonyms import VARIABLE
from ingest.flussi.tracciato import tracciati
from ingest.generate import Margin, generate_margini
from tests.conftest import Warehouse
from tests.python.warehouse.test_fixed_faces import OF_FILES
from warehouse import compare, data_tests, versions
from warehouse.trace import trace

KEY = "una chiave di prova, lunga quanto basta e di nessuno"
CENT = Decimal("0.01")
ALPHA, BETA = "Cooperativa di prova Alfa", "Consorzio di prova Beta"
# comune of residence and its sub-ambito: one where no document says it, and one outside
COMUNI = {
    "019035": "Crema",
    "019067": "Pandino",
    "019097": "Soncino",
    "019002": "Non attribuito",
    "999999": "Extra-territorio",
}
USERS = 8  # for each service and comune: nothing to hide
# service, provider, first and last day, tariff: one rises in February, one has four decimals
TARIFFS = [
    ("SAAP", ALPHA, "01/09/2024", "31/01/2025", "22,70"),
    ("SAAP", ALPHA, "01/02/2025", "", "23,15"),
    ("SAD", BETA, "01/01/2025", "31/12/2025", "21,3333"),
]
MONTHS = ("2025-01", "2025-02", "2025-03")
# Marts that tell of the files themselves, and not what is in them.
OF_LOADS = {"qualita_file", "qualita_regole", "storia_lotti"}


@dataclass(frozen=True)
class Row:
    """A row of ``ore_servizio``, as the office writes it."""

    month: str
    service: str
    user: str
    comune: str
    hours: Decimal

    @property
    def provider(self) -> str:
        return ALPHA if self.service == "SAAP" else BETA

    @property
    def tariff(self) -> Decimal:
        if self.service == "SAD":
            return Decimal("21.3333")
        return Decimal("22.70") if self.month == "2025-01" else Decimal("23.15")

    @property
    def cost(self) -> Decimal:
        return (self.hours * self.tariff).quantize(CENT, ROUND_HALF_UP)

    @property
    def line(self) -> str:
        hours, tariff = (f"{value}".replace(".", ",") for value in (self.hours, self.tariff))
        month = "/".join(reversed(self.month.split("-")))
        return f"csc;{month};{self.service};{self.user};{self.comune};{self.provider};{hours};{tariff}"


def _rows() -> list[Row]:
    return [
        Row(month, service, f"UT{service}{comune}{user:02d}", comune, Decimal((at * 37 + user * 11) % 160 + 3) / 4)
        for at, month in enumerate(MONTHS)
        for service in ("SAAP", "SAD")
        for comune in COMUNI
        for user in range(USERS)
    ]


def _write(warehouse: Warehouse, name: str, rows: list[Row]) -> Path:
    """An export in the drop folder: the code page of Windows, headers of its own."""
    header = "Azienda;Mese di competenza;Prestazione;Id utente;Comune ISTAT;Cooperativa;N. ore;Costo orario"
    path = warehouse.paths.flussi / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join([header, *(row.line for row in rows)]) + "\r\n").encode("cp1252"))
    return path


def _write_tariffs(warehouse: Warehouse, name: str) -> Path:
    path = warehouse.paths.flussi / name
    path.parent.mkdir(parents=True, exist_ok=True)
    header = "ente;servizio;ente_gestore;valida_dal;valida_al;tariffa_oraria"
    path.write_text("\n".join([header, *(";".join(("csc", *row)) for row in TARIFFS)]) + "\n", encoding="utf-8")
    return path


def _monthly(rows: list[Row]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Users, hours and cost of each month, service, sub-ambito and provider."""
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        month = date.fromisoformat(f"{row.month}-01")
        groups[month, row.service, COMUNI[row.comune], row.provider].append(row)
    return {key: _measures(group) for key, group in groups.items()}


def _yearly(rows: list[Row]) -> dict[tuple[object, ...], tuple[object, ...]]:
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[2025, row.service, COMUNI[row.comune]].append(row)
    return {key: _measures(group) for key, group in groups.items()}


def _measures(rows: list[Row]) -> tuple[object, ...]:
    return (
        len({row.user for row in rows}),
        sum((row.hours for row in rows), Decimal(0)),
        sum((row.cost for row in rows), Decimal(0)),
    )


# --- the story: every build once, each version kept -------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """What an office lived, in the order of the fields; a version for each build."""

    warehouse: Warehouse
    rows: list[Row]  # sent first
    right: list[Row]  # after the correction
    before: versions.Version
    killed: dict[str, str]  # the version served after each killed build
    first: versions.Version
    first_said: str
    whole_ran: list[tuple[str, str]]  # what dbt ran: kind and name
    first_ran: list[tuple[str, str]]
    between: datetime
    corrected: versions.Version
    corrected_said: str
    again_said: str
    past: versions.Version
    past_said: str
    without: versions.Version
    back: versions.Version
    fresh: versions.Version  # from nothing, without the demonstration ente

    @property
    def correction(self) -> tuple[Row, Row]:
        """The row that was wrong, and as it is after."""
        (wrong,) = (row for row in self.rows if row not in self.right and _same_person(row, self.right))
        return wrong, next(row for row in self.right if (row.month, row.user) == (wrong.month, wrong.user))


def _same_person(row: Row, others: list[Row]) -> bool:
    return any((other.month, other.user) == (row.month, row.user) for other in others)


# A build with new flussi, killed by itself at one moment.
KILLED = """
import os, signal, sys
from ingest.flussi import load
from ingest.paths import Paths
from warehouse import build as building

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

step = sys.argv[1]
if step == "load":
    load._Transaction.__exit__ = die  # the rows are in, the transaction is open
building.build(Paths.from_environment(), steps=lambda done, total, name: die() if name == step else None)
raise SystemExit("not killed")
"""
MOMENTS = ("load", "int_ore_servizio_mensili", "costo_servizi_sub_ambito")


def _kill_at(warehouse: Warehouse, step: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, step],
        cwd=warehouse.root,
        env=warehouse.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, (step, done.stdout, done.stderr)


def _build(warehouse: Warehouse, *options: str) -> tuple[versions.Version, str]:
    done = warehouse.ambito("build", *options)
    assert done.returncode == 0, done.stderr
    return versions.current(warehouse.paths), done.stderr


def _ran(warehouse: Warehouse) -> list[tuple[str, str]]:
    """What the last build ran, from its logs: kind and name."""
    log = (warehouse.paths.build / "logs" / "dbt.log").read_text(encoding="utf-8")
    last = log[log.rindex("Running with dbt") :]
    nodes = re.findall(r"\d+ of \d+ START (?:sql \w+ )?(model|seed file|test|unit_test) (?:\w+\.)?(\w+)", last)
    (announced,) = set(re.findall(r"\d+ of (\d+) START", last))
    assert len(nodes) == int(announced)
    asked = data_tests.log_path(warehouse.paths)  # of a partial build
    lines = asked.read_text(encoding="utf-8").splitlines() if asked.exists() else []
    assert all(line.split()[1] == "verde" for line in lines)
    return nodes + [("test", line.split()[2]) for line in lines]


@pytest.fixture(scope="module")
def story(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    base = tmp_path_factory.mktemp("ufficio")
    office = Warehouse(root=base / "progetto", data=base / "dati")
    shutil.copytree(built.root, office.root)
    shutil.copytree(built.data, office.data)
    rows = _rows()
    wrong = next(row for row in rows if (row.month, row.service, row.comune) == ("2025-02", "SAAP", "019035"))
    gone = next(row for row in rows if (row.month, row.service, row.comune) == ("2025-02", "SAD", "019067"))
    right = [replace(row, hours=row.hours + Decimal("10.50")) if row == wrong else row for row in rows if row != gone]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY)
        before = versions.current(office.paths)
        whole_ran = _ran(office)
        _write_tariffs(office, "01_tariffe.csv")
        _write(office, "02_ore_gennaio-marzo.csv", rows)
        killed = {}
        for moment in MOMENTS:
            _kill_at(office, moment)
            killed[moment] = office.served()
        first, first_said = _build(office)
        first_ran = _ran(office)
        time.sleep(1.1)  # versions are named, and asked for, to the second
        between = datetime.now(UTC).replace(microsecond=0)
        time.sleep(1.1)
        _write(office, "03_ore_febbraio_corretto.csv", [row for row in right if row.month == "2025-02"])
        corrected, corrected_said = _build(office)
        _, again_said = _build(office)
        known = {version.name for version in versions.published(office.paths)}
        unchecked = office.unchecked(base / "senza_verifiche")
        served, past_said = _build(unchecked, "--al", f"{between:%Y-%m-%dT%H:%M:%S}")
        (past,) = (version for version in versions.published(office.paths) if version.name not in known)
        assert served == corrected
        without, _ = _build(office, "--senza-dimostrativo")
        back, _ = _build(office)
        empty = Warehouse(root=unchecked.root, data=base / "da_niente")
        fresh, _ = _build(empty, "--senza-dimostrativo")
        yield Story(
            warehouse=office,
            rows=rows,
            right=right,
            before=before,
            killed=killed,
            first=first,
            first_said=first_said,
            whole_ran=whole_ran,
            first_ran=first_ran,
            between=between,
            corrected=corrected,
            corrected_said=corrected_said,
            again_said=again_said,
            past=past,
            past_said=past_said,
            without=without,
            back=back,
            fresh=fresh,
        )
    shutil.rmtree(base, ignore_errors=True)


def _query(version: versions.Version, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(version.database), read_only=True) as con:
        return con.execute(sql).fetchall()


def _marts(version: versions.Version, where: str = "true", *, leaving: set[str] = OF_LOADS) -> dict[str, list[Any]]:
    """Every row of every mart, in order; of those that know the ente, the rows that a condition on it lets through."""
    found = {}
    for relation, model in version.record["modelli"].items():
        mart = relation.split(".")[1]
        if relation.startswith("marts.") and mart not in leaving:
            condition = where if "ente_id" in model["colonne"] else "true"
            found[mart] = _query(version, f"select * from marts.{mart} where {condition} order by all")
    assert len(found) > 20
    return found


def _differing(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows that are in one alone, by mart: a red test that prints two warehouses says nothing."""
    assert one.keys() == other.keys()
    return {
        mart: [row for row in rows if row not in other[mart]] + [row for row in other[mart] if row not in rows]
        for mart, rows in one.items()
        if rows != other[mart]
    }


def _monthly_in(version: versions.Version) -> dict[tuple[object, ...], tuple[object, ...]]:
    rows = _query(
        version,
        "select mese, servizio, sub_ambito, ente_gestore, utenti_nel_mese, ore_erogate, costo_eur "
        "from marts.ore_servizio_mensili where ente_id = 'csc' and origine_dato = 'flusso'",
    )
    return {row[:4]: row[4:] for row in rows}


def _yearly_in(version: versions.Version) -> dict[tuple[object, ...], tuple[object, ...]]:
    rows = _query(
        version,
        "select anno, servizio, sub_ambito, utenti_nell_anno, ore_erogate, costo_eur "
        "from marts.costo_servizi_sub_ambito where ente_id = 'csc' and origine_dato = 'flusso'",
    )
    return {row[:3]: row[3:] for row in rows}


# --- a new file -------------------------------------------------------------------------------------------------------


def test_the_marts_are_the_sums_of_the_rows(story: Story) -> None:
    assert len(story.rows) == 240
    assert _monthly_in(story.first) == _monthly(story.rows)
    assert _yearly_in(story.first) == _yearly(story.rows)
    saap = {(2025, "SAAP", key[0]): key[1:] for key in _query(
        story.first,
        "select sub_ambito, utenti_nell_anno, ore_erogate, costo_eur from marts.costo_saap_sub_ambito "
        "where ente_id = 'csc' and anno = 2025",
    )}  # fmt: skip
    assert saap == {key: values for key, values in _yearly(story.rows).items() if key[1] == "SAAP"}
    files = _query(
        story.first,
        "select nome, tracciato, ente_id, righe_lette, righe_caricate, righe_in_quarantena, stato, sintetico "
        "from marts.qualita_file where ente_id = 'csc' order by nome",
    )
    assert files == [
        ("01_tariffe.csv", "tariffe", "csc", 3, 3, 0, "accettato", False),
        ("02_ore_gennaio-marzo.csv", "ore_servizio", "csc", 240, 240, 0, "accettato", False),
    ]


def test_the_documents_and_the_demonstration_did_not_move(story: Story) -> None:
    for where in ("ente_id <> 'csc'", "origine_dato = 'prospetto'"):
        for mart in OF_FILES:
            query = f"select * from marts.{mart} where {where} order by all"
            assert _query(story.first, query) == _query(story.before, query), mart


def test_a_killed_build_leaves_the_version_and_the_next_is_right(story: Story) -> None:
    assert story.killed == dict.fromkeys(MOMENTS, story.before.name)
    # the rows were loaded once, whatever was killed
    assert _monthly_in(story.first) == _monthly(story.rows)


def test_only_what_stands_on_the_new_files_is_built(story: Story) -> None:
    built = {name for kind, name in story.first_ran if kind == "model"}
    assert {"int_ore_servizio_mensili", "int_servizio_utenti_annuali", "costo_servizi_sub_ambito"} <= built
    assert {"ore_servizio_mensili", "costo_saap_sub_ambito", "quadrature_flussi", "qualita_file"} <= built
    assert not {name for name in built if name.startswith("stg_")}  # views are there already, and their tests run
    assert "grana_stg_flussi__file_file_id" in {name for _, name in story.first_ran}
    # every other layout, and the documents, have nothing to do with it
    others = {"avanzo", "celle", "quadrature", "casi_movimento", "fondi_residui", "attese", "tempestivita_pagamenti"}
    assert not built & {*others, "preventivo_consuntivo", "ore_personale_servizio", "spesa_sociale_comuni", "dim_enti"}
    assert {kind for kind, _ in story.first_ran} == {"model", "test"}
    # all that is older than the new files ran when it was new
    assert len(story.first_ran) < len(story.whole_ran) * 0.4


# --- a correction -----------------------------------------------------------------------------------------------------


def test_a_correction_replaces_its_month_alone(story: Story) -> None:
    assert _monthly_in(story.corrected) == _monthly(story.right) != _monthly(story.rows)
    assert _yearly_in(story.corrected) == _yearly(story.right)


def test_the_build_says_which_figures_moved(story: Story) -> None:
    wrong, right = story.correction
    moved = list(compare.moved(story.first, story.corrected))
    assert {figure.mart for figure in moved if figure.riga == "nuova"} == {"qualita_file", "storia_lotti"}
    figures = {
        (figure.mart, *figure.chiave.values(), figure.colonna): (figure.prima, figure.dopo)
        for figure in moved
        if figure.riga != "nuova"
    }
    # two cells of the month: one with more hours, one with a person less
    february = date(2025, 2, 1)
    before, after = _monthly(story.rows), _monthly(story.right)
    for service, sub_ambito, provider in (("SAAP", "Crema", ALPHA), ("SAD", "Pandino", BETA)):
        key = (february, service, sub_ambito, provider)
        place = ("ore_servizio_mensili", "csc", *key)
        for at, column in enumerate(("utenti_nel_mese", "ore_erogate", "costo_eur")):
            if before[key][at] != after[key][at]:
                assert figures.pop((*place, column)) == (before[key][at], after[key][at])
        figures.pop((*place, "costo_orario_eur"), None)
    # and nothing but the years they are part of: by sub-ambito, the shares of the other sub-ambiti, in all
    assert {(key[0], *sorted({"Crema", "Pandino", "csc", 2025} & set(key), key=str)) for key in figures} == {
        ("costo_servizi_sub_ambito", 2025, "Crema", "csc"),
        ("costo_servizi_sub_ambito", 2025, "Pandino", "csc"),
        ("costo_saap_sub_ambito", 2025, "Crema", "csc"),
        ("costo_sub_ambiti", 2025, "Crema", "csc"),
        ("costo_sub_ambiti", 2025, "Pandino", "csc"),
        ("costo_sub_ambiti", 2025, "csc"),
        ("attivita_servizi", 2025, "csc"),
        ("confronto_enti", 2025, "csc"),
    }
    shares = {key[-1] for key in figures if key[0] == "costo_sub_ambiti" and not {"Crema", "Pandino"} & set(key)}
    assert shares == {"quota_pct"}
    assert right.hours - wrong.hours == Decimal("10.50")
    hours = ("costo_saap_sub_ambito", "csc", 2025, "Crema", "ore_erogate")
    assert figures[hours][1] - figures[hours][0] == Decimal("10.50")

    assert f"cifre mosse da {story.first.name}" in story.corrected_said
    assert re.search(r"\d+ in costo_saap_sub_ambito, \d+ in costo_servizi_sub_ambito", story.corrected_said)
    listed = story.warehouse.ambito("versions", "--confronta", story.first.name)
    assert listed.returncode == 0, listed.stderr
    assert "2025-02-01" in listed.stdout and "Pandino" in listed.stdout


def test_nothing_new_is_nothing_done(story: Story) -> None:
    assert "niente di nuovo" in story.again_said
    assert "costruisco" not in story.again_said


# --- the past ---------------------------------------------------------------------------------------------------------


def test_the_version_of_an_instant_answers_as_it_did(story: Story) -> None:
    query = "select ore_erogate from marts.costo_saap_sub_ambito where anno = 2025 and sub_ambito = 'Crema'"
    for options, rows in ((("--al", f"{story.between:%Y-%m-%dT%H:%M:%S}"), story.rows), ((), story.right)):
        asked = story.warehouse.ambito("sql", query, "--format", "csv", *options)
        assert asked.returncode == 0, asked.stderr
        hours = _yearly(rows)[2025, "SAAP", "Crema"][1]
        assert asked.stdout.splitlines() == ["ore_erogate", str(Decimal(str(hours)).quantize(CENT))]


def test_the_marts_as_known_at_an_instant_are_those_of_then(story: Story) -> None:
    assert _differing(_marts(story.past), _marts(story.first)) == {}
    assert not story.past.served
    assert f"versione pubblicata: {story.past.name}" in story.past_said
    assert "cifre mosse" not in story.past_said
    # beside the versions that were served, and out of their way
    assert versions.at(story.warehouse.paths, story.between).name == story.first.name
    assert versions.at(story.warehouse.paths, datetime.now(UTC)) != story.past


def test_a_past_state_leaves_the_database_of_the_build_alone(story: Story) -> None:
    """The rows shown behind a figure are those in force, also after the past was asked for."""
    where = "ente_id = 'csc' and mese = date '2025-02-01' and servizio = 'SAD' and sub_ambito = 'Pandino'"
    (row,) = trace(story.back, "ore_servizio_mensili.ore_erogate", where, build=story.warehouse.paths.database).righe
    assert [(file.nome, file.quante) for file in row.file] == [("03_ore_febbraio_corretto.csv", USERS - 1)]
    assert not (story.warehouse.paths.build / "passato").exists()


# --- with the demonstration ente and without --------------------------------------------------------------------------


def test_the_demonstration_leaves_the_marts_and_comes_back(story: Story) -> None:
    others = "ente_id is distinct from 'dimostrativo'"
    differing = _differing(_marts(story.without, others), _marts(story.corrected, others))
    # what an ente has beside the others, of whom one is gone
    assert differing.keys() <= {"confronto_enti"}
    for mart in OF_FILES:
        query = f"select count(*) from marts.{mart} where ente_id = 'dimostrativo' or origine_dato = 'dimostrativo'"
        assert _query(story.without, query) == [(0,)], mart
        assert _query(story.corrected, query) != [(0,)], mart
    # its files stay in the history, closed, and none took their place
    history = "select count(*) from marts.storia_lotti where ente_id = 'dimostrativo' and noto_al is null"
    assert _query(story.without, history) == [(0,)]
    assert _differing(_marts(story.back, leaving=set()), _marts(story.corrected, leaving=set())) == {}


def test_whatever_came_in_between_a_build_from_nothing_is_the_same(story: Story) -> None:
    """Killed builds, a correction, a past state, the demonstration gone: models that only add rows lost nothing."""
    assert _differing(_marts(story.fresh), _marts(story.without)) == {}
    columns = "nome, tracciato, ente_id, periodo, righe_lette, righe_caricate, righe_in_quarantena, stato"
    query = f"select {columns} from marts.qualita_file where not sintetico order by all"
    assert _query(story.fresh, query) == _query(story.without, query)


# --- nobody is exposed ------------------------------------------------------------------------------------------------


def test_no_code_of_a_person_reaches_what_is_published(story: Story) -> None:
    personal = [
        (layout.tabella, field.nome) for layout in tracciati().values() for field in layout.campi if field.persona
    ]
    with duckdb.connect(str(story.warehouse.paths.database), read_only=True) as con:
        hashes = {
            str(code)
            for table, name in personal
            for (code,) in con.execute(f"select distinct {name} from raw.{table} where {name} is not null").fetchall()
        }
        ours = con.execute("select distinct codice_utente from raw.flusso_ore_servizio where ente = 'csc'").fetchall()
    assert len(ours) == len({row.user for row in story.rows})
    assert len(hashes) > 1000 and all(re.fullmatch(r"[A-Za-z0-9_-]{12}", code) for code in hashes)
    codes = {row.user for row in story.rows}
    for version in (story.corrected, story.past):
        names = {str(name) for (name,) in _query(version, "select column_name from duckdb_columns()")}
        assert not names & {name for _, name in personal}
        texts = "\n".join(_every_text(version))
        assert not set(re.findall(r"[A-Za-z0-9_-]{12,}", texts)) & hashes
        assert not [code for code in codes if code in texts]
        assert "DEMO-" not in texts
        # and in the bytes, whatever table or page they stand in (what is compressed, the values above tell)
        for path in (version.database, versions.record_path(story.warehouse.paths, version.name)):
            content = path.read_bytes()
            assert not [code for code in [*sorted(hashes)[:30], *sorted(codes)[:30]] if code.encode() in content]


def _every_text(version: versions.Version) -> set[str]:
    """Every text of every mart."""
    with duckdb.connect(str(version.database), read_only=True) as con:
        columns = con.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        return {
            str(value)
            for table, column in columns
            for (value,) in con.execute(
                f'select distinct "{column}" from marts.{table} where "{column}" is not null'
            ).fetchall()
        }


# --- where a document prints the figure -------------------------------------------------------------------------------


def test_a_document_prevails_and_the_two_are_compared(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Single rows that give back the printed figures of 2024, for the ente that printed them; then an hour is wrong."""
    monkeypatch.setenv(VARIABLE, KEY)
    printed = warehouse.query(
        """
        select anno, servizio, sub_ambito, utenti_nell_anno, ore_erogate, costo_eur from marts.costo_servizi_sub_ambito
        where ente_id = 'csc' and anno = 2024 and sub_ambito in (
            select sub_ambito from marts.dim_comuni where ente_id = 'csc' and sub_ambito is not null
        ) order by all
        """
    )
    margins = [Margin(*row) for row in printed]  # type: ignore[arg-type]
    assert len(margins) == 4 * 6
    places = warehouse.query("select sub_ambito, codice_istat from marts.dim_comuni where ente_id = 'csc'")
    capofila = {str(sub_ambito): str(code) for sub_ambito, code in places if sub_ambito is not None}
    _, hours = generate_margini(warehouse.paths.flussi, margins, "csc", capofila)
    mart = "select * from marts.costo_servizi_sub_ambito where ente_id = 'csc' order by all"
    stated = warehouse.query(mart)

    done = warehouse.ambito("build")
    assert done.returncode == 0, done.stderr
    assert warehouse.query(mart) == stated  # the document's, not the flusso's: with its cells, and no file
    compared = _compared(warehouse)
    ours = {(anno, servizio, sub_ambito) for anno, servizio, sub_ambito, *_ in printed}
    assert {key[:3] for key in compared if key[:3] in ours} == ours
    for (anno, servizio, sub_ambito, measure), (stampato, da_flusso, scarto, esito) in compared.items():
        if (anno, servizio, sub_ambito) in ours:
            assert (stampato, scarto, esito) == (da_flusso, 0, "quadra"), (servizio, sub_ambito, measure)
        else:  # residents elsewhere, of whom no row was sent
            assert da_flusso is None and esito == "da_spiegare"
    assert len([key for key in compared if key[:3] in ours]) == 3 * len(ours)

    # one hour more, in the row of one person
    content = hours.read_text(encoding="utf-8-sig")
    lines = content.splitlines()
    at = next(number for number, line in enumerate(lines) if ";SAAP;" in line and "019035" in line)
    fields = lines[at].split(";")
    fields[6] = str(Decimal(fields[6].replace(",", ".")) + 1).replace(".", ",")
    lines[at] = ";".join(fields)
    hours.with_name("900_ore_corrette.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = warehouse.ambito("build")
    assert done.returncode == 0, done.stderr
    assert warehouse.query(mart) == stated
    tariff = Decimal(fields[7].replace(",", "."))
    moved = {key: values for key, values in _compared(warehouse).items() if values != compared[key]}
    assert {key: (values[2], values[3]) for key, values in moved.items()} == {
        (2024, "SAAP", "Crema", "ore_erogate"): (Decimal(-1), "da_spiegare"),
        (2024, "SAAP", "Crema", "costo_eur"): (-tariff.quantize(CENT, ROUND_HALF_UP), "da_spiegare"),
    }


def _compared(warehouse: Warehouse) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The comparison, where it is built: in what is published small figures are hidden."""
    with duckdb.connect(str(warehouse.paths.database), read_only=True) as con:
        rows = con.execute(
            "select anno, servizio, sub_ambito, misura, stampato, da_flusso, scarto, esito "
            "from marts.quadrature_flussi where ente_id = 'csc'"
        ).fetchall()
    return {row[:4]: row[4:] for row in rows}
