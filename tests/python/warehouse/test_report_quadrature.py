"""The reviewer's report says what the published checks say.

After a change in the documents or their rules, write it again: ``ambito build`` and then
``ambito quadrature --output docs/quadrature.md``.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.paths import ROOT
from tests.conftest import Warehouse
from warehouse import versions
from warehouse.report_quadrature import report

COMMITTED = ROOT / "docs" / "quadrature.md"


def test_report_of_the_documents_is_up_to_date(built: Warehouse) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == report(versions.current(built.paths))


def test_command_writes_the_report_and_shows_it(built: Warehouse, tmp_path: Path) -> None:
    text = report(versions.current(built.paths))
    file = tmp_path / "quadrature.md"
    assert built.ambito("quadrature", "--output", str(file)).returncode == 0
    assert file.read_bytes() == text.encode()
    assert built.ambito("quadrature").stdout == text


def test_every_difference_is_told_once_with_its_figures(built: Warehouse) -> None:
    text = COMMITTED.read_text(encoding="utf-8")
    rows = built.query(
        "select quadratura_id, quadrature.linea, testo, esito, spiegazione is null from marts.quadrature "
        "inner join marts.celle on quadrature.cella_id = celle.cella_id where esito in ('spiegata', 'da_spiegare')"
    )
    assert rows
    told = {
        item.split("`")[-2]: item for item in re.findall(r"^- \*\*Riga .*?`$", text, flags=re.MULTILINE | re.DOTALL)
    }
    assert set(told) == {row[0] for row in rows}
    for name, line, printed, _, unexplained in rows:
        assert f"**Riga {line}**" in told[str(name)] and f"`{printed}`" in told[str(name)]
        assert not unexplained


def test_counts_add_up_and_what_is_not_explained_comes_first(built: Warehouse) -> None:
    text = COMMITTED.read_text(encoding="utf-8")
    summary = [
        [int(cell) for cell in row.split("|")]
        for row in re.findall(r"^\|[^|]+\|([ \d|]+)\|$", text.split("## ")[0], re.M)
    ]
    *parts, total = summary
    assert total == [sum(column) for column in zip(*parts, strict=True)]
    assert total[0] == sum(total[1:]) == built.query("select count(*) from marts.quadrature")[0][0]
    for section in text.split("\n## ")[1:]:
        titles = re.findall(r"^### (\w+)", section, flags=re.MULTILINE)
        assert titles == [name for name in ("Da", "Spiegate", "Arrotondamenti", "Tornano", "Celle") if name in titles]


def test_tables_have_as_many_cells_in_every_row() -> None:
    for table in re.findall(r"(?:^\|.*\|\n)+", COMMITTED.read_text(encoding="utf-8"), flags=re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
