"""The models' own unit tests: of the code and not of the data, so they run here and not in an office's build."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import Warehouse


def dbt(warehouse: Warehouse, command: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run dbt itself on the project of a warehouse."""
    build = warehouse.paths.build
    folders = ["--project-dir", str(warehouse.root), "--profiles-dir", str(warehouse.root)]
    folders += ["--target-path", str(build / "target"), "--log-path", str(build / "logs")]
    program = Path(sys.executable).with_name("dbt")
    return subprocess.run(
        [program, command, *folders, *words],
        cwd=warehouse.root,
        env=warehouse.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_unit_test_is_green(warehouse: Warehouse, manifest: dict[str, Any]) -> None:
    done = dbt(warehouse, "test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout
    (passed,) = re.findall(r"PASS=(\d+)", done.stdout)
    assert int(passed) == len(manifest["unit_tests"]) > 100


def test_a_model_that_computes_something_else_is_red(warehouse: Warehouse) -> None:
    model = warehouse.root / "models" / "marts" / "servizi" / "costo_sub_ambiti.sql"
    warehouse.edit(model, "cast(sum(costo_eur) as", "cast(max(costo_eur) as")
    done = dbt(warehouse, "test", "--select", "costo_sub_ambiti,test_type:unit")
    assert done.returncode == 1, done.stdout
    assert "ERROR=0" not in done.stdout
    assert "costo_eur" in done.stdout  # what differs is shown
