"""What the README, the guide and the changelog say is true of what is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.paths import ROOT
from ingest.prospetti.reconciliation import _RuleBook
from tests.conftest import Warehouse
from warehouse import versions
from warehouse.sql import sandbox, select_only

GUIDE = ROOT / "docs" / "guida.md"
README = ROOT / "README.md"


def _blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)


QUERIES = [
    statement.strip()
    for path in (GUIDE, README)
    for block in _blocks(path, "sql")
    for statement in block.split(";")
    if statement.strip()
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_every_query_of_the_documents_gives_rows(built: Warehouse, query: str) -> None:
    with sandbox(versions.current(built.paths)) as con:
        assert con.execute(select_only(con, query)).fetchall()


def test_counts_of_the_readme_and_changelog(built: Warehouse) -> None:
    (cells,), (checks,) = (built.query(f"select count(*) from marts.{mart}")[0] for mart in ("celle", "quadrature"))
    outcomes = dict(built.query("select esito, count(*) from marts.quadrature group by esito"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{cells:,} printed cells and {checks} checks" in README.read_text(encoding="utf-8")
    assert f"{cells:,} cells" in changelog
    told = re.search(
        r"(\d+) checks as data: (\d+) hold, (\d+) differ by rounding, (\d+) are explained.*?, (\d+) are", changelog
    )
    assert told is not None
    assert [int(number) for number in told.groups()] == [
        checks,
        *(outcomes[name] for name in ("quadra", "arrotondamento", "spiegata", "da_spiegare")),
    ]


def test_example_of_rules_is_valid() -> None:
    import yaml

    block = next(block for block in _blocks(GUIDE, "yaml") if block.startswith("regole:"))
    assert len(_RuleBook.model_validate(yaml.safe_load(block)).regole) == 3


def test_every_mart_is_in_the_readme(built: Warehouse) -> None:
    text = README.read_text(encoding="utf-8")
    marts = [name for (name,) in built.query("select table_name from duckdb_tables() where schema_name = 'marts'")]
    assert [name for name in marts if not name.startswith("dim_") and f"marts.{name}`" not in text] == []


def test_links_between_documents_lead_somewhere() -> None:
    for path in [README, *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
