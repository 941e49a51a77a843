"""A wrong extract gets a message with file, line and what to do, and changes nothing."""

from __future__ import annotations

import pytest

from tests.python.ingest.bad_input import CASES, Case
from tests.python.ingest.example import Example


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_extract_is_refused_by_name(example: Example, case: Case) -> None:
    before = example.raw()
    case.break_(example)
    complaints = example.complaints()
    named = [line for line in complaints if all(text in line for text in case.says)]
    assert named, f"no message has {case.says}:\n" + "\n".join(complaints or ["(no message at all)"])
    assert all("Che fare: " in line and line.endswith(".") for line in complaints)
    assert example.raw() == before
