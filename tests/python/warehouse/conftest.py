"""What the tests of the warehouse share: the manifest of the build, and the record of what was published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Warehouse
from warehouse import versions


@pytest.fixture(scope="session")
def manifest(built: Warehouse) -> dict[str, Any]:
    text = (built.paths.build / "target" / "manifest.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    # by the name they are published with: a model cannot have that of a seed
    for node in [node for node in found["nodes"].values() if node["resource_type"] == "model"]:
        if node["alias"] != node["name"]:
            text = text.replace(f"model.ambito.{node['name']}", f"model.ambito.{node['alias']}")
            found = json.loads(text)
            found["nodes"][f"model.ambito.{node['alias']}"]["name"] = node["alias"]
    return found


@pytest.fixture(scope="session")
def record(built: Warehouse) -> dict[str, Any]:
    return versions.current(built.paths).record
