"""The invented document, loaded once in a project of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.python.ingest.example import Example


@pytest.fixture(scope="session")
def loaded_example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The invented document, loaded. Not to be changed."""
    example = Example.create(tmp_path_factory.mktemp("esempio"))
    assert example.load().ok
    return example


@pytest.fixture
def example(loaded_example: Example, tmp_path: Path) -> Iterator[Example]:
    """A copy of the loaded invented document, to change and break."""
    copy = Example(tmp_path / "progetto", tmp_path / "dati")
    shutil.copytree(loaded_example.root, copy.root)
    shutil.copytree(loaded_example.data, copy.data)
    yield copy
    shutil.rmtree(tmp_path, ignore_errors=True)
