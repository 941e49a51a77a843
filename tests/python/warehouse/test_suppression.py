"""What is hidden in the published copy, what is refused, and that the copy tells nothing else."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.python.warehouse.protected_marts import make, published
from warehouse import suppression
from warehouse.protection import Cell, Figure, Relation, protect
from warehouse.suppression import SuppressionError, is_hidden

COSTS = "marts.costo_servizi_sub_ambito"
MEASURES = "utenti_nell_anno ore_erogate costo_eur costo_orario_eur"


class Marts:
    """Invented marts, to be changed and published."""

    def __init__(self, folder: Path) -> None:
        self.built, self.copy = folder / "costruito.duckdb", folder / "pubblicato.duckdb"
        self.models = make(self.built, 0)

    def change(self, sql: str) -> None:
        with duckdb.connect(str(self.built)) as con:
            con.execute(sql)

    def publish(self) -> dict[str, Any]:
        self.copy.unlink(missing_ok=True)
        return published(self.built, self.copy, self.models)

    def query(self, sql: str, *, true: bool = False) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.built if true else self.copy), read_only=True) as con:
            return con.execute(sql).fetchall()

    def declared(self, mart: str = "costo_servizi_sub_ambito") -> dict[str, Any]:
        found: dict[str, Any] = self.models[f"marts.{mart}"]["riservatezza"]
        return found


@pytest.fixture
def marts(tmp_path: Path) -> Marts:
    return Marts(tmp_path)


# --- what is hidden ---


def test_a_unit_is_hidden_whole_and_named(marts: Marts) -> None:
    marts.publish()
    small = "utenti_nell_anno < soglia_persone and origine_dato <> 'prospetto'"
    keys = marts.query(f"select anno, servizio, sub_ambito from {COSTS} where {small}", true=True)
    assert keys
    for key in keys:
        row = marts.query(
            f"select {MEASURES.replace(' ', ', ')}, popolazione, misure_soppresse from {COSTS}"
            f" where ente_id = 'dimostrativo' and (anno, servizio, sub_ambito) = {key}"
        )
        assert row == [(None, None, None, None, 20000, MEASURES)]


def test_what_is_not_hidden_is_as_it_was_built(marts: Marts) -> None:
    marts.publish()
    key = "ente_id, mese, servizio, sub_ambito, ente_gestore"
    columns = "utenti_nel_mese, ore_erogate, costo_eur, costo_orario_eur"
    shown = marts.query(f"select {key}, {columns} from marts.ore_servizio_mensili where misure_soppresse is null")
    true = marts.query(f"select {key}, {columns} from marts.ore_servizio_mensili", true=True)
    assert shown and set(shown) <= set(true)
    assert len(true) == marts.query("select count(*) from marts.ore_servizio_mensili")[0][0]


def test_printed_figures_and_zeros_stay(marts: Marts) -> None:
    marts.publish()
    printed = marts.query(
        f"select count(*), count(costo_eur), max(utenti_nell_anno) from {COSTS} where ente_id = 'csc'"
    )
    assert printed == [(5, 5, 2)]


def test_a_zero_of_no_stock_and_flow_stays(marts: Marts) -> None:
    row = "anno = 2023 and servizio = 'SAAP' and sub_ambito = 'Zona 0' and ente_id = 'dimostrativo'"
    marts.change(f"update {COSTS} set utenti_nell_anno = 0, ore_erogate = 0, costo_eur = 0 where {row}")
    marts.publish()
    assert marts.query(
        f"select utenti_nell_anno, ore_erogate, costo_eur, misure_soppresse from {COSTS} where {row}"
    ) == [(0, 0, 0, None)]


def test_the_months_of_a_year_go_together(marts: Marts) -> None:
    marts.publish()
    cases = "marts.casi_movimento"
    years = marts.query(
        "select anno, sub_ambito, misure_soppresse, casi_nuovi, casi_chiusi, casi_inizio, casi_fine "
        "from marts.casi_movimento_annuale"
    )
    shown_years = shown_months = 0
    for year, place, hidden, opened, closed, first, last in years:
        where = f"year(mese) = {year} and sub_ambito = '{place}'"
        months = marts.query(
            f"select casi_inizio, casi_nuovi, casi_chiusi, casi_fine from {cases} where {where} order by mese"
        )
        few = marts.query(
            f"select count(*) from {cases} where {where} and (casi_inizio between 1 and 4 or "
            "casi_nuovi between 1 and 4 or casi_chiusi between 1 and 4 or casi_fine between 1 and 4)",
            true=True,
        ) != [(0,)]
        if hidden is None and not few:
            shown_months += 1
            assert all(None not in month for month in months)
            continue
        assert (months[0][0], months[-1][3]) == (first, last), "what the year shows of its ends"
        assert all(month[1] == (0 if opened == 0 else None) for month in months)
        assert all(month[2] == (0 if closed == 0 else None) for month in months)
        if opened != 0 or closed != 0:
            assert all(month[0] is None for month in months[1:])
        shown_years += hidden is None
    assert shown_years, "a year is shown whose months are hidden"


def test_a_row_with_nobody_behind_it_needs_no_threshold(marts: Marts) -> None:
    where = "anno = 2024 and servizio = 'SAD' and sub_ambito = 'Zona 0'"
    marts.change(f"update {COSTS} set utenti_nell_anno = 0, soglia_persone = null where {where}")
    marts.publish()
    assert marts.query(f"select misure_soppresse from {COSTS} where {where}") == [(None,)]


def test_persons_nobody_counted_hide_the_figure(marts: Marts) -> None:
    marts.change(
        f"update {COSTS} set utenti_nell_anno = null where anno = 2024 and servizio = 'SAAP' and sub_ambito = 'Zona 0'"
    )
    marts.publish()
    where = "ente_id = 'dimostrativo' and anno = 2024 and servizio = 'SAAP' and sub_ambito = 'Zona 0'"
    assert marts.query(f"select costo_eur, misure_soppresse from {COSTS} where {where}") == [(None, MEASURES)]


def test_a_figure_that_was_missing_is_named_as_hidden_too(marts: Marts) -> None:
    """Else a reader knows that the other hidden one of the sum holds it all."""
    marts.change(f"update {COSTS} set costo_orario_eur = null")
    marts.publish()
    assert {said for (said,) in marts.query(f"select misure_soppresse from {COSTS}")} == {None, MEASURES}


def test_a_mart_that_repeats_another_hides_where_it_does(marts: Marts) -> None:
    marts.change(
        f"update {COSTS} set utenti_nell_anno = 1 where sub_ambito = 'Zona 3' and servizio = 'SAAP' and anno = 2023"
    )
    marts.publish()
    both = marts.query(
        "select count(*) filter (where a.misure_soppresse is not null),"
        " bool_and(a.misure_soppresse is not distinct from b.misure_soppresse)"
        f" from marts.costo_saap_sub_ambito as a join {COSTS} as b using (ente_id, anno, sub_ambito)"
        " where b.servizio = 'SAAP'"
    )
    assert both[0][0] >= 2 and both[0][1]


def test_a_row_that_repeats_nothing_known_is_hidden(marts: Marts) -> None:
    marts.change(
        "update marts.costo_saap_sub_ambito set sub_ambito = 'Altrove' where sub_ambito = 'Zona 0' and anno = 2024"
    )
    marts.publish()
    row = marts.query(
        "select costo_eur, misure_soppresse from marts.costo_saap_sub_ambito where sub_ambito = 'Altrove'"
    )
    assert row == [(None, MEASURES)]


def test_the_measure_may_be_a_value_of_the_key(marts: Marts) -> None:
    """One row for each measure of the followed mart: hidden is that of the measure that is hidden."""
    marts.change(
        "create table marts.stati as select ente_id, servizio, mese, sub_ambito, misura, valore, origine_dato,"
        " soglia_persone, misure_soppresse from marts.casi_movimento unpivot (valore for misura in"
        " (casi_inizio, casi_fine))"
    )
    columns = ["ente_id", "servizio", "mese", "sub_ambito"]
    marts.models["marts.stati"] = {
        "grana": [*columns, "misura"],
        "colonne": {name: {"tipo": "", "descrizione": ""} for name in [*columns, "misura", "valore"]},
        "riservatezza": {
            "segue": {
                "mart": "casi_movimento",
                "chiave": columns,
                "misura": "misura",
                "unita": [{"misure": ["valore"]}],
            }
        },
    }
    marts.publish()
    wrong = marts.query(
        "select count(*) filter (where valore is null), count(*) filter (where (valore is null) <>"
        " (case misura when 'casi_inizio' then casi_inizio else casi_fine end is null))"
        " from marts.stati join marts.casi_movimento using (ente_id, servizio, mese, sub_ambito)"
    )
    assert wrong[0][0] > 0 and wrong[0][1] == 0


def test_parts_under_another_name_do_not_give_the_whole_back(marts: Marts) -> None:
    marts.change(
        "create table marts.confronti as select ente_id, anno, servizio, sub_ambito, 'ore' as misura,"
        " ore_erogate as da_flusso, case when sub_ambito = 'Zona 0' then 2 else 50 end as persone,"
        " 'flusso' as origine_dato, soglia_persone, null::varchar as misure_soppresse"
        f" from {COSTS} where ente_id = 'dimostrativo' and servizio = 'SAAP'"
    )
    marts.models["marts.confronti"] = {
        "grana": ["ente_id", "anno", "servizio", "sub_ambito", "misura"],
        "colonne": {name: {"tipo": "", "descrizione": ""} for name in ("da_flusso", "persone")},
        "riservatezza": {"unita": [{"misure": ["da_flusso", "persone"], "persone": "persone"}]},
    }
    marts.change("update marts.ore_servizio_mensili set utenti_nel_mese = 40")
    marts.declared("ore_servizio_mensili")["parti_di"] = {
        "mart": "confronti",
        "chiave": ["ente_id", "anno = year(mese)", "servizio", "sub_ambito", "misura = 'ore'"],
        "misure": {"ore_erogate": "da_flusso"},
    }
    marts.publish()
    hidden = marts.query(
        "select year(mese), count(*) from marts.ore_servizio_mensili where sub_ambito = 'Zona 0' and servizio = 'SAAP'"
        " and ore_erogate is null group by all order by all"
    )
    assert hidden == [(2023, 1), (2024, 1)], "one part of each hidden whole is hidden, no more"


def test_the_order_of_the_rows_tells_nothing(marts: Marts) -> None:
    marts.publish()
    rows = marts.query(f"select * from {COSTS}")
    assert rows == marts.query(f"select * from {COSTS} order by all")


def test_the_true_figures_are_nowhere_in_the_file(marts: Marts) -> None:
    """Not even where a figure that was written and then removed would be: a cost that is only there is looked for."""
    needle = 123456789012345678
    marts.change(
        "create table marts.testi as select 'dimostrativo' as ente_id, 1 as anno, 'ago-nel-pagliaio-7731' as testo,"
        f" {needle}::bigint as valore, 1 as persone, 'flusso' as origine_dato, 5 as soglia_persone,"
        " null::varchar as misure_soppresse"
    )
    marts.models["marts.testi"] = {
        "grana": ["ente_id", "anno"],
        "colonne": {},
        "riservatezza": {"unita": [{"misure": ["testo", "valore", "persone"], "persone": "persone"}]},
    }
    marts.publish()
    assert marts.query("select testo, valore, persone from marts.testi") == [(None, None, None)]
    content = marts.copy.read_bytes()
    assert b"ago-nel-pagliaio" not in content and needle.to_bytes(8, "little") not in content
    assert needle.to_bytes(8, "little") in marts.built.read_bytes() or b"ago-nel-pagliaio" in marts.built.read_bytes()


def test_the_record_counts_and_the_same_marts_hide_the_same(marts: Marts) -> None:
    first = marts.publish()["soppressione"]
    rows = marts.query("from marts.casi_movimento")
    assert marts.publish()["soppressione"] == first and marts.query("from marts.casi_movimento") == rows
    assert first["costo_servizi_sub_ambito"] == {"primarie": 4, "secondarie": 4}
    null = ", ".join(f"count(*) - count({name})" for name in ("casi_inizio", "casi_nuovi", "casi_chiusi", "casi_fine"))
    hidden = sum(marts.query(f"select {null} from marts.casi_movimento")[0])
    assert sum(first["casi_movimento"].values()) == hidden


def test_hidden_or_missing() -> None:
    assert is_hidden("costo_eur ore_erogate", "costo_eur")
    assert not is_hidden("costo_eur ore_erogate", "costo")
    assert not is_hidden(None, "costo_eur")


# --- what is refused ---


def _drop(marts: Marts) -> None:
    del marts.models[COSTS]["riservatezza"]
    for follower in ("costo_saap_sub_ambito", "ore_servizio_mensili"):
        del marts.models[f"marts.{follower}"]["riservatezza"]


REFUSED = [
    ("alter table marts.quadrature add column codice_utente text", {}, "codice_utente, che è di una persona"),
    ("alter table marts.quadrature add column fornitore text", {}, "fornitore, che è di una persona"),
    ("alter table marts.quadrature add column misure_soppresse text", {}, "misure_soppresse e nessuna dichiarazione"),
    (None, {"unita": [{"misure": ["costo"], "persone": "utenti_nell_anno"}]}, "manca la colonna costo"),
    (None, {"unita": [{"misure": ["costo_eur"], "persone": "utenti"}]}, "manca la colonna utenti"),
    (None, {"unita": [{"misure": ["costo_eur"]}]}, "la dichiarazione non si legge: unita.0.persone"),
    (None, {"somma": []}, "la dichiarazione non si legge: somma"),
    (None, {"somme": [["ente"]]}, "manca la colonna ente"),
    (None, {"unita": [{"misure": ["costo_eur"], "persone": "utenti_nell_anno"}]}, "utenti_nell_anno, che conta"),
    (
        None,
        {"unita": [{"misure": ["utenti_nell_anno"], "persone": "utenti_nell_anno"}]},
        "unità: ore_erogate, costo_eur",
    ),
    (None, {"identita": ["costo_eur = 2 * ore_erogate"]}, "non si legge"),
    (None, {"identita": ["costo_eur = popolazione"]}, "popolazione è in un'identità e in nessuna unità"),
    (None, {"parti_di": {"mart": "assente", "chiave": ["anno"]}}, "il mart assente non c'è"),
    (None, {"parti_di": {"mart": "casi_profilo", "chiave": ["anno"]}}, "casi_profilo non ha la colonna anno"),
    (None, {"parti_di": {"mart": "casi_profilo", "chiave": ["ente_id"]}}, "nessuna misura in comune"),
    (f"update {COSTS} set soglia_persone = null", {}, "soglia_persone manca o è sotto 3"),
    (f"update {COSTS} set soglia_persone = 2", {}, "soglia_persone manca o è sotto 3"),
    (f"update {COSTS} set misure_soppresse = ''", {}, "è già scritta"),
    (f"update {COSTS} set utenti_nell_anno = -1 where servizio = 'SAD'", {}, "utenti_nell_anno è negativa"),
    (f"alter table {COSTS} add column giorni integer", {}, "giorni"),
    (f"alter table {COSTS} drop column origine_dato", {}, "manca la colonna origine_dato"),
]


@pytest.mark.parametrize(("sql", "declared", "message"), REFUSED, ids=[message for _, _, message in REFUSED])
def test_what_cannot_be_protected_is_not_published(
    marts: Marts, sql: str | None, declared: dict[str, Any], message: str
) -> None:
    if sql:
        marts.change(sql)
    marts.declared().update(declared)
    with pytest.raises(SuppressionError, match=r"Niente è stato pubblicato\. Che fare: ") as refused:
        marts.publish()
    assert message in str(refused.value)


def test_a_mart_of_persons_without_a_declaration_is_not_published(marts: Marts) -> None:
    _drop(marts)
    with pytest.raises(SuppressionError, match=r"e nessuna dichiarazione"):
        marts.publish()
    for mart in ("costo_servizi_sub_ambito", "costo_saap_sub_ambito", "ore_servizio_mensili"):
        for column in ("soglia_persone", "misure_soppresse"):
            marts.change(f"alter table marts.{mart} drop column {column}")
    marts.models[COSTS]["colonne"]["utenti_nell_anno"]["unita"] = "persone"
    with pytest.raises(SuppressionError, match="conta persone"):
        marts.publish()


def test_a_list_of_thresholds_is_no_mart_of_persons(marts: Marts) -> None:
    marts.change("create table marts.dim_servizi as select 'SAAP' as servizio, 5 as soglia_persone")
    marts.publish()


def test_the_copy_is_checked_by_itself(marts: Marts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "protect", lambda *_: set())
    with pytest.raises(SuppressionError, match="troppo poche persone"):
        marts.publish()


# --- the choice, on random tables whose margins are published too ---


def _table(chance: random.Random, rows: int, columns: int) -> tuple[list[Cell], list[Figure], list[Relation]]:
    counts = [[chance.choice([0, 1, 2, 3, 4, 6, 9, 15, 40]) for _ in range(columns)] for _ in range(rows)]
    margins = [sum(row) for row in counts] + [sum(column) for column in zip(*counts, strict=True)]
    values = [value for row in counts for value in row] + margins
    place: dict[int, int] = {}
    cells, figures = [], []
    for position, value in enumerate(values):
        if value:
            place[position] = len(cells)
            cells.append(Cell(value, 5, 1, 1))
            figures.append(Figure(place[position], value))
    relations = []
    lines = [[row * columns + column for column in range(columns)] for row in range(rows)]
    lines += [[row * columns + column for row in range(rows)] for column in range(columns)]
    for total, line in enumerate(lines, start=rows * columns):
        terms = [(place[position], 1) for position in line if position in place]
        if terms:
            relations.append(Relation((*terms, (place[total], -1))))
    return cells, figures, relations


def _least_and_most(
    figures: list[Figure], relations: list[Relation], hidden: set[int], figure: int
) -> tuple[float, float]:
    unknown = sorted(hidden)
    matrix = np.zeros((len(relations), len(unknown)))
    for row, relation in enumerate(relations):
        for term, sign in relation.terms:
            if term in hidden:
                matrix[row, unknown.index(term)] += sign
    true = np.array([figures[term].value for term in unknown])
    ends = []
    for direction in (1, -1):
        cost = np.zeros(len(unknown))
        cost[unknown.index(figure)] = direction
        solved = linprog(cost, A_eq=matrix, b_eq=matrix @ true, bounds=[(1, None)] * len(unknown), method="highs")
        ends.append(np.inf if solved.status == 3 else solved.x[unknown.index(figure)])
    return ends[0], ends[1]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 6))
def test_no_hidden_count_is_held_in_fewer_values_than_the_threshold(seed: int, rows: int, columns: int) -> None:
    cells, figures, relations = _table(random.Random(seed), rows, columns)
    hidden = protect(cells, figures, relations)
    assert {position for position, cell in enumerate(cells) if cell.persons < 5} <= hidden
    for relation in relations:
        inside = [figure for figure, _ in relation.terms if figure in hidden]
        parts = [figure for figure, sign in relation.terms if sign > 0]
        assert len(inside) != 1, "a sum with one hidden figure gives it back"
        if inside and relation.terms[-1][0] not in hidden and set(parts) - hidden:
            assert max(figures[figure].value for figure in inside) >= 5
    for figure in sorted(hidden):
        least, most = _least_and_most(figures, relations, hidden, figure)
        assert most - least >= 4 - 1e-6, (figure, figures[figure].value, least, most)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_nothing_is_hidden_where_nobody_is_few(seed: int) -> None:
    chance = random.Random(seed)
    cells = [Cell(chance.randint(5, 50), 5, 1, 1) for _ in range(12)]
    figures = [Figure(position, cell.persons) for position, cell in enumerate(cells)]
    assert protect(cells, figures, [Relation(tuple((place, 1) for place in range(12)))]) == set()


def test_the_smallest_loss_is_chosen() -> None:
    cells = [Cell(persons, 5) for persons in (2, 90, 7, 30)]
    figures = [Figure(position, cell.persons) for position, cell in enumerate(cells)]
    assert protect(cells, figures, [Relation(((0, 1), (1, 1), (2, 1), (3, 1)), assumed=True)]) == {0, 2}


def test_two_small_figures_are_not_enough_for_a_sum() -> None:
    cells = [Cell(persons, 5) for persons in (4, 4, 90, 7)]
    figures = [Figure(position, cell.persons) for position, cell in enumerate(cells)]
    assert protect(cells, figures, [Relation(tuple((place, 1) for place in range(4)), assumed=True)]) == {0, 1, 3}


def test_a_measure_that_one_hidden_figure_alone_has_is_given_back_by_the_sum() -> None:
    """Amounts granted: the refused have none, so beside a small one with an amount another with an amount is hidden."""
    cells = [Cell(2, 5, 3, 3), Cell(6, 5, 3, 1), Cell(20, 5, 3, 3), Cell(30, 5, 3, 3)]
    figures = [Figure(position, cell.persons) for position, cell in enumerate(cells)]
    assert protect(cells, figures, [Relation(tuple((place, 1) for place in range(4)), assumed=True)]) == {0, 1, 2}
