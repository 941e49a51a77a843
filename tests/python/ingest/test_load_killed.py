"""A load killed at any instant leaves ``raw`` as before or as after, and the next load works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.ingest.example import Example, write_document

# Loads as the command line does, and dies by SIGKILL before the given call of the given function.
DIE_AT = """
import os, signal, sys
from pathlib import Path
from ingest.paths import Paths
from ingest.prospetti import load
from warehouse import build

where, calls = sys.argv[1], int(sys.argv[2])
owner, name = (load._Transaction, "__exit__") if where == "commit" else (load, where)
if where == "archive":
    owner, name = Path, "replace"
original = getattr(owner, name)

def dying(*arguments, **options):
    global calls
    calls -= 1
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **options)

setattr(owner, name, dying)
build.load(Paths.from_environment())
"""


def change(example: Example) -> None:
    """A changed document, a new one and one that is gone."""
    example.edit("sportello.csv", "2024,36", "2024,37")
    write_document(example.paths.prospetti, "006_nuovo", "006")


@pytest.mark.parametrize(
    ("where", "calls"),
    [
        ("archive", 1),  # a file written aside, not yet in its place
        ("_store", 1),
        ("_insert", 2),  # the old rows deleted, the new ones half in
        ("_insert", 8),  # one document in, the second half in
        ("_forget", 1),
        ("_check_repairs", 1),
        ("_store_rules", 1),
        ("_insert", 12),  # the rules deleted, half of the new ones in
        ("commit", 1),
    ],
)
def test_killed_before_the_commit_everything_is_as_before(example: Example, where: str, calls: int) -> None:
    before = example.raw()
    change(example)
    done = subprocess.run(
        [sys.executable, "-c", DIE_AT, where, str(calls)],
        env={**os.environ, "AMBITO_ROOT": str(example.root), "AMBITO_DATA": str(example.data), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert example.raw() == before
    assert example.load().ok
    assert example.raw() == as_loaded_from_nothing(example)


def test_killed_after_the_commit_everything_is_as_after(example: Example) -> None:
    change(example)
    done = subprocess.run(
        [sys.executable, "-c", DIE_AT, "_quarantined", "1"],
        env={**os.environ, "AMBITO_ROOT": str(example.root), "AMBITO_DATA": str(example.data), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert example.raw() == as_loaded_from_nothing(example)
    assert not example.load().changed


@pytest.mark.parametrize("heard", ["leggo gli estratti", "009_copia"])
def test_the_command_killed_while_it_reads(example: Example, heard: str) -> None:
    before = example.raw()
    example.edit("sportello.csv", "2024,36", "2024,37")
    for number in range(6, 14):
        write_document(example.paths.prospetti, f"{number:03d}_copia", f"{number:03d}")
    process = Warehouse(example.root, example.data).start("load")
    assert process.stderr is not None
    for line in process.stderr:
        if heard in line:
            process.kill()
            break
    process.communicate(timeout=60)
    found = example.raw()
    assert found == before or found == as_loaded_from_nothing(example)
    again = Warehouse(example.root, example.data).ambito("load")
    assert again.returncode == 0, again.stderr
    assert example.raw() == as_loaded_from_nothing(example)


def as_loaded_from_nothing(example: Example) -> dict[str, list[tuple[object, ...]]]:
    """What the same files give in a database of their own."""
    clean = Example(example.root, example.data.with_name("altri_dati"))
    clean.paths.build.mkdir(parents=True, exist_ok=True)
    clean.paths.database.unlink(missing_ok=True)
    assert clean.load().ok
    return clean.raw()
