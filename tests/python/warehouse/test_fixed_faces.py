"""The marts others build on: names, columns and values are promised (``qualita_file`` comes with the flussi)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Warehouse

_COST = "utenti_nell_anno ore_erogate costo_eur costo_orario_eur costo_utente_eur popolazione costo_pro_capite_eur"
FACES = {
    "costo_servizi_sub_ambito": f"ente_id anno servizio sub_ambito {_COST} origine_dato",
    "costo_saap_sub_ambito": f"ente_id anno sub_ambito {_COST} origine_dato",
    "spesa_sociale": "ente_id anno_riferimento anno_pubblicazione spesa_sociale_eur pro_capite_eur "
    "popolazione_implicita quota_gestita_pct",
    "avanzo": "ente_id esercizio voce vincolo anno_utilizzo importo_eur",
    "risultato_gestione": "ente_id esercizio avanzo_precedente_eur entrate_eur uscite_eur avanzo_eur",
    "fondi_assegnati": "ente_id anno fondo tipo atto importo_eur",
    "preventivo_consuntivo": "ente_id esercizio area servizio azione voce dettaglio preventivo_eur consuntivo_eur "
    "scostamento_eur",
    "budget_per_fonte": "ente_id esercizio area servizio azione voce fonte importo_eur",
    "celle": "cella_id documento tabella linea voce colonna testo valore unita ente_id anno",
    "quadrature": "quadratura_id documento linea confronto descrizione stampato ricalcolato scarto tolleranza esito "
    "spiegazione",
}
GRAINS = {
    "costo_servizi_sub_ambito": "ente_id anno servizio sub_ambito",
    "costo_saap_sub_ambito": "ente_id anno sub_ambito",
    "spesa_sociale": "ente_id anno_riferimento",
    "avanzo": "ente_id esercizio voce vincolo anno_utilizzo",
    "risultato_gestione": "ente_id esercizio",
    "fondi_assegnati": "ente_id anno fondo",
    "preventivo_consuntivo": "ente_id esercizio area servizio azione voce",
    "budget_per_fonte": "ente_id esercizio area servizio azione voce fonte",
    "celle": "cella_id",
    "quadrature": "quadratura_id",
}
VALUES = {
    ("costo_servizi_sub_ambito", "servizio"): {"SAAP", "SAD", "ADM", "SIP"},
    ("avanzo", "vincolo"): {"vincolato", "finalizzato", "libero"},
    ("fondi_assegnati", "tipo"): {"istituzionale", "misura", "progetto"},
    ("quadrature", "esito"): {"quadra", "arrotondamento", "spiegata", "da_spiegare"},
    **{(mart, "ente_id"): {"csc", "asc_cremonese", "asc_insieme", "dimostrativo"} for mart in FACES},
    **{
        (mart, "origine_dato"): {"prospetto", "flusso", "dimostrativo"}
        for mart in ("costo_servizi_sub_ambito", "costo_saap_sub_ambito")
    },
    ("celle", "documento"): {"000", "001", "002", "004"},
    ("quadrature", "documento"): {"000", "001", "002", "004"},
}


@pytest.mark.parametrize("mart", FACES)
def test_columns(built: Warehouse, mart: str) -> None:
    found = built.query(
        f"select column_name from duckdb_columns() where schema_name = 'marts' and table_name = '{mart}'"
    )
    assert set(FACES[mart].split()) - {name for (name,) in found} == set()


@pytest.mark.parametrize("mart", FACES)
def test_rows_and_grain(built: Warehouse, manifest: dict[str, Any], mart: str) -> None:
    assert manifest["nodes"][f"model.ambito.{mart}"]["config"]["meta"]["grana"] == GRAINS[mart].split()
    columns = ", ".join(GRAINS[mart].split())
    rows, distinct = built.query(
        f"select count(*), (select count(*) from (select distinct {columns} from marts.{mart})) from marts.{mart}"
    )[0]
    assert rows == distinct
    assert isinstance(rows, int) and rows > 0


@pytest.mark.parametrize(("mart", "column"), VALUES)
def test_values(built: Warehouse, mart: str, column: str) -> None:
    if (mart, column) == ("quadrature", "ente_id") or column in _columns(built, mart):
        found = {value for (value,) in built.query(f"select distinct {column} from marts.{mart}")}
        assert found and found <= VALUES[mart, column]


def _columns(built: Warehouse, mart: str) -> set[str]:
    query = f"select column_name from duckdb_columns() where schema_name = 'marts' and table_name = '{mart}'"
    return {str(name) for (name,) in built.query(query)}


def test_accepted_values_are_tests_of_the_build(manifest: dict[str, Any]) -> None:
    """The values promised are held by a blocking test, so that tomorrow's document cannot publish others."""
    tested = {
        (node["attached_node"].split(".")[-1], node["column_name"]): set(node["test_metadata"]["kwargs"]["values"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "accepted_values"
    }
    promised = {key: values for key, values in VALUES.items() if key[1] in ("servizio", "vincolo", "tipo", "esito")}
    promised |= {key: values for key, values in VALUES.items() if key[1] == "origine_dato"}
    assert {key: tested.get(key) for key in promised} == promised


def test_members_of_the_services_mart(built: Warehouse) -> None:
    """Six sub-ambiti for each service and year, and the users from elsewhere, a member of their own."""
    found = built.query(
        "select servizio, anno, count(*) filter (sub_ambito not in ('Fuori distretto', 'Extra-territorio')) "
        "from marts.costo_servizi_sub_ambito group by servizio, anno order by all"
    )
    services = ("ADM", "SAAP", "SAD", "SIP")
    assert found == [(service, year, 6) for service in services for year in (2022, 2023, 2024)]


def test_a_cell_is_where_it_says(built: Warehouse) -> None:
    """cella_id is documento/tabella/linea/colonna, with the place of the row where two share a line."""
    wrong = built.query(
        r"""
        select cella_id from marts.celle
        where not regexp_full_match(
            cella_id, documento || '/' || tabella || '/' || linea || '(\.\d+)?/' || colonna
        )
        """
    )
    assert wrong == []


@pytest.mark.parametrize("mart", [mart for mart in FACES if mart not in ("celle", "quadrature")])
def test_every_row_names_existing_cells(built: Warehouse, mart: str) -> None:
    lost = built.query(
        f"""
        select cella_id from (select unnest(string_split(celle, ' ')) as cella_id from marts.{mart})
        where cella_id not in (select cella_id from marts.celle)
        """
    )
    assert lost == []
    assert built.query(f"select count(*) from marts.{mart} where celle is null or celle = ''") == [(0,)]
