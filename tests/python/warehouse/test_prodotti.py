"""The catalogue keeps its word: every product has rows where it says, for the enti it says."""

from __future__ import annotations

import re

import duckdb
import pytest

from dashboards.contents import ENTRIES
from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.warehouse.printed import read_csv
from warehouse import versions

PRODUCTS = read_csv(ROOT / "seeds" / "prodotti.csv")
SYNTHETIC = "dimostrativo"
# What the four documents report: no code may be missing.
ECONOMIC, SERVICES, STAFF, TERRITORY, OBJECTIVES = (26, 38, 5, 3, 4)


def _expected() -> set[str]:
    return {
        f"{letter}{number}"
        for letter, last in zip("ESPTO", (ECONOMIC, SERVICES, STAFF, TERRITORY, OBJECTIVES), strict=True)
        for number in range(1, last + 1)
    }


def test_no_product_is_missing() -> None:
    assert {row["prodotto"] for row in PRODUCTS} >= _expected()


@pytest.mark.parametrize("product", PRODUCTS, ids=[row["prodotto"] for row in PRODUCTS])
def test_a_product_has_rows_for_the_enti_it_names(built: Warehouse, product: dict[str, str]) -> None:
    where = f"where {product['filtro']}" if product["filtro"] else ""
    with duckdb.connect(str(versions.current(built.paths).database), read_only=True) as con:
        rows = con.execute(f"select * from marts.{product['mart']} {where} limit 1").fetchall()
        assert rows, f"{product['prodotto']} has no row at all"
        columns = {name for name, *_ in con.description or []}
        if "ente_id" not in columns:
            return
        origin = "origine_dato" if "origine_dato" in columns else "'prospetto'"
        found = con.execute(f"select distinct ente_id, {origin} from marts.{product['mart']} {where}").fetchall()
    assert {ente for ente, source in found if source == "prospetto"} == set(product["enti_stampati"].split())
    assert (SYNTHETIC in {ente for ente, _ in found}) == (product["sintetico"] == "si")


@pytest.mark.parametrize("product", PRODUCTS, ids=[row["prodotto"] for row in PRODUCTS])
def test_a_product_stands_on_a_page_and_on_lines_of_a_document(product: dict[str, str]) -> None:
    assert product["pagina"] in ENTRIES
    for place in product["righe_fonte"].split():
        found = re.fullmatch(r"(000|001|002|004):(\d+)(?:-(\d+))?", place)
        assert found is not None, place
        assert int(found[2]) <= int(found[3] or found[2])
