"""What the tests of the warehouse share: the manifest of the build, and the record of what was published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Warehouse
from warehouse import versions


@pytest.fixture(scope="session")
def manifest(built: Warehouse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.paths.build / "target" / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def record(built: Warehouse) -> dict[str, Any]:
    return versions.current(built.paths).record
