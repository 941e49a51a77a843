"""A built warehouse of the real documents, and copies of it to break."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from ingest.paths import ROOT, Paths
from warehouse import versions

PROJECT = (
    "extracts",
    "seeds",
    "models",
    "macros",
    "tests/generic",
    "tests/reconciliation",
    "dbt_project.yml",
    "profiles.yml",
)
# Files that build warehouses or serve them, longest first; a worker that was given one of them last would work alone.
# The second needs no built warehouse: its worker has something to do while the other one builds it.
LONGEST = (
    "test_flussi_build.py",
    "test_load.py",
    "test_publish.py",
    "test_reprinted_year.py",
    "test_fifth_document.py",
    "test_data_mutations.py",
    "test_proof.py",
    "test_unit_tests.py",
    "test_trace.py",
    "test_attack.py",
    "test_pages.py",
    "test_flussi.py",
    "test_obiettivi.py",
)
PATIENCE = 540  # seconds: a build from nothing takes one minute, on a machine that does nothing else


@dataclass(frozen=True)
class Warehouse:
    """A project and its data folder, apart from the developer's own."""

    root: Path
    data: Path

    @property
    def paths(self) -> Paths:
        return Paths(root=self.root, data=self.data)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "AMBITO_ROOT": str(self.root), "AMBITO_DATA": str(self.data), "PYTHONPATH": str(ROOT)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "warehouse.cli", *arguments]
        return subprocess.Popen(
            command, cwd=self.root, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def ambito(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as a user does, in a process of its own."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()  # or it would go on beside the tests that follow
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def document(self, number: str) -> Path:
        return next((self.root / "extracts" / "prospetti").glob(f"{number}_*"))

    def edit(self, file: Path, old: str, new: str) -> None:
        """Replace the one occurrence of a text in a file."""
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def unchecked(self, target: Path) -> Warehouse:
        """The same data with a copy of the project that has no tests: for a build that is to be looked at."""
        copy = Warehouse(root=target, data=self.data)
        shutil.copytree(self.root, copy.root)
        copy.edit(copy.root / "dbt_project.yml", "    +severity: error", "    +enabled: false")
        return copy

    def served(self) -> str:
        return versions.current(self.paths).name

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(versions.current(self.paths).database), read_only=True) as con:
            return con.execute(sql).fetchall()


def pytest_configure() -> None:
    gc.set_threshold(100_000)  # as the command line does: most objects are libraries', and stay


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))


def copy_project(target: Path) -> None:
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy2(source, target / name)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The real documents, built and published once, also for tests that run side by side. Not to be changed."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    warehouse = Warehouse(root=base / "ambito" / "progetto", data=base / "ambito" / "dati")
    done = base / "ambito" / "costruito"
    with FileLock(base / "ambito.lock"):
        if not done.exists():
            assert not warehouse.root.exists(), "the build of the real documents has failed already"
            copy_project(warehouse.root)
            ended = warehouse.ambito("build")
            assert ended.returncode == 0, ended.stderr
            done.touch()
    return warehouse


@pytest.fixture
def warehouse(built: Warehouse, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of the built warehouse, to change and break."""
    copy = Warehouse(root=tmp_path / "progetto", data=tmp_path / "dati")
    shutil.copytree(built.root, copy.root)
    shutil.copytree(built.data, copy.data)
    yield copy
    shutil.rmtree(tmp_path, ignore_errors=True)
