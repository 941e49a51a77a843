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
    (
        # 888.547,51 − 150.444,19 − 325.728,34 + 939.781,51 + 769.156,25 + 835,50, less the other lines of the Piano
        # Povertà but the fondo di salvaguardia (622.853,68)
        "select ricalcolato, esito from marts.quadrature where quadratura_id = '001-piano-poverta-preventivo'",
        (Decimal("1499294.56"), "quadra"),
    ),
    (
        # 4.075,51 + 129.843,56 + 184.840,00 + 271.113,82 − 244.032,91
        "select ricalcolato, esito from marts.quadrature where quadratura_id = '001-avanzo-dopo-di-noi-assegnato'",
        (Decimal("345839.98"), "quadra"),
    ),
    (
        # 861.864,60 = 1.645.351,80 − 764.386,95 of avanzo − 19.100,25 of gestione
        "select ricalcolato, esito from marts.quadrature where quadratura_id = '002-obiettivo-10-pre-consuntivo'",
        (Decimal("861864.60"), "quadra"),
    ),
]


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_figure(built: Warehouse, query: str, expected: tuple[object, ...]) -> None:
    assert built.query(query) == [expected]
