"""The pages for suppliers say what the declarations say.

After a change in a layout, write them again: ``python -m tests.python.ingest.flussi.test_page`` from the project.
"""

from __future__ import annotations

import re

import pytest

from ingest.flussi.page import index_page, supplier_page
from ingest.flussi.tracciato import tracciati
from ingest.paths import ROOT

FOLDER = ROOT / "docs" / "tracciati"
LAYOUTS = tracciati()
PAGES = {"README": index_page, **{name: lambda name=name: supplier_page(LAYOUTS[name]) for name in LAYOUTS}}


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_the_documents_are_up_to_date(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text(encoding="utf-8") == PAGES[name]()


def test_there_is_no_page_of_a_layout_that_is_no_more() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_field_synonym_value_and_rule_is_told(name: str) -> None:
    layout, page = LAYOUTS[name], supplier_page(LAYOUTS[name])
    for field in layout.campi:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{field.nome}` |"))
        assert field.descrizione in row and field.esempio in row
        assert ("| sì" in row) == field.richiesto
        for text in (*field.sinonimi, *(field.valori or {}), *(v for vs in (field.valori or {}).values() for v in vs)):
            assert text in page
    for rule in layout.regole:
        assert re.sub(r"\{.*", "", rule.messaggio) in page
    assert f"{layout.soglia_respinto_pct}%" in page
    assert "{" not in page  # every name in a message was replaced


def test_tables_have_as_many_cells_in_every_row() -> None:
    for write in PAGES.values():
        for table in re.findall(r"(?:^\|.*\|\n)+", write(), flags=re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for page, write in PAGES.items():
        (FOLDER / f"{page}.md").write_text(write(), encoding="utf-8")
