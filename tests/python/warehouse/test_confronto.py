"""The comparison of the enti, made again from the transcriptions and from the other marts in Python's decimals."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.conftest import Warehouse
from tests.python.warehouse import printed

CENT = Decimal("0.01")


def _ratio(over: Decimal, under: Decimal) -> Decimal:
    return (over / under).quantize(CENT, ROUND_HALF_UP)


def _values(built: Warehouse, ente: str, indicatore: str) -> dict[tuple[Any, Any], Any]:
    rows = built.query(
        "select servizio, anno, valore from marts.confronto_enti "
        f"where ente_id = '{ente}' and indicatore = '{indicatore}'"
    )
    return {(servizio, anno): valore for servizio, anno, valore in rows}


def test_unit_costs_are_ratios_of_the_printed_sums(built: Warehouse) -> None:
    document = built.document("001")
    hourly, each = _values(built, "csc", "costo_orario"), _values(built, "csc", "costo_utente")
    for servizio in ("SAAP", "SAD", "ADM", "SIP"):
        sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        for cell in printed.cells(document):
            if cell.table == f"{servizio.lower()}_sub_ambito" and not cell.total and cell.value is not None:
                measure, _, year = cell.column.rpartition("_")
                sums[measure, int(year)] += cell.value
        for year in (2022, 2023, 2024):
            assert hourly[servizio, year] == _ratio(sums["costo", year], sums["ore", year])
            assert each[servizio, year] == _ratio(sums["costo", year], sums["utenti", year])


def test_every_ente_stands_beside_the_others(built: Warehouse) -> None:
    ((enti,),) = built.query("select count(*) from marts.dim_enti")
    uneven = built.query(
        "select indicatore, servizio, anno from marts.confronto_enti "
        f"group by all having count(*) <> {enti} or count(numeratore) + count(misure_soppresse) = 0"
    )
    assert uneven == []


def test_what_is_missing_says_why_and_what_is_there_does_not(built: Warehouse) -> None:
    assert built.query(
        "select count(*) from marts.confronto_enti "
        "where misure_soppresse is null and (valore is null) <> (motivo_assenza is not null)"
    ) == [(0,)]
    reasons = {
        reason for (reason,) in built.query("select distinct motivo_assenza from marts.confronto_enti") if reason
    }
    assert reasons == {"cifra_assente", "denominatore_assente", "definizione_diversa"}


def test_the_population_of_the_extract_and_that_of_the_document_stand_side_by_side(built: Warehouse) -> None:
    rows = built.query(
        "select anno, numeratore, valore, denominatore, popolazione_estratto, popolazione_stampata "
        "from marts.confronto_enti "
        "where ente_id = 'csc' and indicatore = 'spesa_lorda_pro_capite' and valore is not null order by anno"
    )
    # ISTAT residents of the 48 comuni at the first of January
    assert [(row[0], row[4]) for row in rows] == [(2022, 160_450), (2023, 160_402)]
    for _, spending, value, under, extract, stated in rows:
        assert isinstance(spending, Decimal)
        assert under == extract
        assert value == _ratio(spending, Decimal(str(extract)))
        assert 0 < abs(int(str(stated)) - int(str(extract))) < 100
