"""Figures of the documents, read by eye, as the marts give them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.conftest import Warehouse

CASES = [
    (
        "select utenti_nell_anno, ore_erogate, costo_eur from marts.costo_saap_sub_ambito "
        "where anno = 2024 and sub_ambito = 'Pandino'",
        (237, Decimal("64425.00"), Decimal("1462172.40")),
    ),
    (
        "select importo_eur from marts.avanzo where ente_id = 'csc' and esercizio = 2024 and vincolo = 'libero'",
        (Decimal("70000.00"),),
    ),
    (
        "select importo_eur from marts.budget_per_fonte where esercizio = 2021 and voce = 'SAAP' and fonte = 'Comuni'",
        (Decimal("2969686.00"),),
    ),
]


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_figure(built: Warehouse, query: str, expected: tuple[object, ...]) -> None:
    assert built.query(query) == [expected]
