"""An office with a key, in data of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.flussi.pseudonyms import VARIABLE
from tests.python.ingest.flussi.office import Office


@pytest.fixture(scope="session", autouse=True)
def no_key_of_the_developer() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        yield


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Nothing loaded yet; a key is there."""
    yield Office.create(tmp_path)
    shutil.rmtree(tmp_path, ignore_errors=True)
