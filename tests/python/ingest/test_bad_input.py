"""A wrong extract gets a message with file, line and what to do, and changes nothing."""

from __future__ import annotations

import pytest

from tests.python.ingest.bad_input import CASES, Case
from tests.python.ingest.example import Example

# Known and reported: not yet refused, or refused with a traceback. Each leaves this list with its correction.
OPEN = {
    "folder-for-file",
    "row-without-measure",
    "excluded-open-quote",
    "yaml-control-character",
    "yaml-impossible-date",
    "yaml-key-twice",
    "year-in-letters",
    "year-of-five-digits",
    "year-of-publication",
    "no-tables",
    "rule-without-denominator",
    "rule-equal-to-itself",
    "rule-over-columns-and-lines",
    "rule-unknown-key",
    "rules-a-list",
    "seed-without-column",
    "seed-open-quote",
    "repair-without-column",
    "repair-of-a-readable-text-same-value",
    "repair-no-number",
    "repair-twice",
}


def marks(case: Case) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.xfail(reason="reported"),) if case.name in OPEN else ()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=marks(case)) for case in CASES])
def test_a_wrong_extract_is_refused_by_name(example: Example, case: Case) -> None:
    before = example.raw()
    case.break_(example)
    complaints = example.complaints()
    named = [line for line in complaints if all(text in line for text in case.says)]
    assert named, f"no message has {case.says}:\n" + "\n".join(complaints or ["(no message at all)"])
    assert all("Che fare: " in line and line.endswith(".") for line in complaints)
    assert example.raw() == before
