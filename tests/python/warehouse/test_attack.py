"""Nobody is exposed: an attacker who adds, subtracts and solves what is published gives no hidden figure back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.python.warehouse.attack import Attack, prepare
from tests.python.warehouse.protected_marts import Size, make, published
from warehouse import protection, suppression, versions

# From a handful of persons to thousands; few places and many.
SIZES = [
    Size(persons=60, months=6, sub_ambiti=3, providers=2, cases=20),
    Size(),
    Size(persons=1500, months=12, sub_ambiti=4, providers=3, cases=900),
    Size(persons=800, months=36, sub_ambiti=3, providers=2, cases=2500),
]


def _attack(folder: Path, seed: int, size: Size | None = None) -> Attack:
    models = make(folder / "costruito.duckdb", seed, size)
    published(folder / "costruito.duckdb", folder / "pubblicato.duckdb", models)
    return prepare(folder / "costruito.duckdb", folder / "pubblicato.duckdb", models)


def _told(attack: Attack, **given: bool) -> list[str]:
    return [f"{how}: {' '.join(map(str, unknown))}" for unknown, how in attack.recovered(**given).items()]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.persons} persone")
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_hidden_comes_back(tmp_path: Path, size: Size, seed: int) -> None:
    attack = _attack(tmp_path, seed, size)
    assert len(attack.hidden) > 50 and len(attack.equations) > 15, "nothing to attack"
    assert not _told(attack)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.persons} persone")
def test_hiding_the_small_figures_alone_gives_them_back(
    tmp_path: Path, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack is a real one: without the second step of the suppression it wins."""
    monkeypatch.setattr(suppression, "protect", lambda cells, figures, relations: protection.small(cells))
    assert any(told.startswith("esatta") for told in _told(_attack(tmp_path, 1, size), narrow=False))


@pytest.mark.parametrize("forgotten", ["identita", "catena", "parti_di", "somme", "blocco"])
def test_a_relation_forgotten_gives_figures_back(
    tmp_path: Path, forgotten: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind of relation is needed: hidden without one of them, the attacker, who has them all, wins."""
    read = suppression.Declaration.model_validate

    def without(given: dict[str, Any]) -> suppression.Declaration:
        return read({name: value for name, value in given.items() if name != forgotten})

    monkeypatch.setattr(suppression.Declaration, "model_validate", without)
    won = []
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        won += _told(_attack(folder, seed, Size(persons=200, months=36, sub_ambiti=6, cases=400)))
    assert won


def test_a_lower_threshold_leaves_figures_too_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden as if two persons were enough, counts come back within fewer values than the threshold they declare."""
    protect = protection.protect

    def lower(
        cells: list[protection.Cell], figures: list[protection.Figure], relations: list[protection.Relation]
    ) -> set[int]:
        kept = [protection.Cell(cell.persons, 2, cell.measures, cell.nonzero) for cell in cells]
        return protect(kept, figures, relations)

    monkeypatch.setattr(suppression, "protect", lower)
    with pytest.raises(suppression.SuppressionError, match="troppo poche persone"):
        _attack(tmp_path, 1)
    monkeypatch.setattr("warehouse.publish.verify", lambda *_: None)
    (tmp_path / "senza").mkdir()
    assert _told(_attack(tmp_path / "senza", 1))


def test_a_repeated_figure_shown_gives_it_back(tmp_path: Path) -> None:
    """A mart that repeats another's figures and hides nothing tells them all."""
    models = make(tmp_path / "costruito.duckdb", 1, Size(persons=150, months=12, sub_ambiti=6))
    saap = models["marts.costo_saap_sub_ambito"]
    measures = saap["riservatezza"]["segue"]["unita"][0]["misure"]
    saap["riservatezza"] = {"unita": [{"misure": measures, "persone": "utenti_nell_anno"}]}
    published(tmp_path / "costruito.duckdb", tmp_path / "pubblicato.duckdb", models)
    attack = prepare(tmp_path / "costruito.duckdb", tmp_path / "pubblicato.duckdb", models)
    assert any("esatta: costo_servizi_sub_ambito" in told for told in _told(attack, narrow=False))


# --- the marts that are published ---


def _protected(record: dict[str, Any]) -> list[str]:
    found = [relation for relation, model in record["modelli"].items() if "riservatezza" in model]
    assert found, "no published mart says what hides persons"
    return found


def test_the_published_marts_give_nothing_back(built: Warehouse, record: dict[str, Any]) -> None:
    _protected(record)
    attack = prepare(built.paths.database, versions.current(built.paths).database, record["modelli"])
    assert attack.hidden, "no published figure is hidden: there is nothing to attack"
    assert not _told(attack)


def test_the_published_marts_would_give_back_what_is_only_small(
    built: Warehouse, record: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression, "protect", lambda cells, figures, relations: protection.small(cells))
    source = tmp_path / "costruito.duckdb"
    source.write_bytes(built.paths.database.read_bytes())
    published(source, tmp_path / "pubblicato.duckdb", record["modelli"])
    attack = prepare(source, tmp_path / "pubblicato.duckdb", record["modelli"])
    assert len(_told(attack, narrow=False)) > 20


def test_no_visible_figure_stands_on_few_persons(built: Warehouse, record: dict[str, Any]) -> None:
    """Said again in SQL, on the copy alone; and no row that is about one person is anywhere in it."""
    for relation in _protected(record):
        for unit in record["modelli"][relation]["riservatezza"].get("unita", []):
            shown = " or ".join(f"{measure} is not null" for measure in unit["misure"])
            few = built.query(
                f"select count(*) from {relation} where origine_dato in ('flusso', 'dimostrativo') and ({shown})"
                f" and coalesce({unit['persone']} between 1 and soglia_persone - 1, true)"
            )
            assert few == [(0,)], (relation, unit)
    personal = built.query(
        "select table_name, column_name from duckdb_columns() where not internal and column_name in ('codice_utente',"
        " 'codice_operatore', 'codice_fascicolo', 'codice_domanda', 'codice_fiscale', 'fornitore')"
    )
    assert personal == []


def test_the_record_counts_what_is_hidden_and_the_database_does_not_tell_why(
    built: Warehouse, record: dict[str, Any]
) -> None:
    for relation in _protected(record):
        mart = relation.split(".")[1]
        units = record["modelli"][relation]["riservatezza"]
        names = {
            " ".join(unit["misure"]) for unit in [*units.get("unita", []), *units.get("segue", {}).get("unita", [])]
        }
        said = {text for (text,) in built.query(f"select distinct misure_soppresse from {relation}") if text}
        assert all(any(name in str(text) for name in names) for text in said), "a unit is hidden whole"
        counted = record["soppressione"][mart]
        assert set(counted) == {"primarie", "secondarie"} and (sum(counted.values()) > 0) == bool(said)
