"""An attacker of the published marts: writes down all that can be added up, and solves it for the hidden figures.

It shares no code with what hides them. Given the published database and the declarations in its record, it takes as
unknown every figure that ``misure_soppresse`` names, and as known:

- the totals of the groups that the marts declare (``somme``), as if they had been read elsewhere;
- every mart that is the margin of another, whether declared or not (same measure, coarser grain, months to years);
- the same figure in two marts;
- stock and flow within a row, and the end of a row as the start of the next;
- that a count is not negative, and that a hidden one is not zero, where zeros are always shown (in no stock and flow).

The right-hand sides come from the true figures, which is what an attacker who subtracts the visible ones would have.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

Unknown = tuple[str, tuple[Any, ...], str]  # mart, key, measure
SUBJECT = ("flusso", "dimostrativo")


@dataclass
class Mart:
    name: str
    grain: list[str]
    declared: dict[str, Any]
    rows: dict[tuple[Any, ...], dict[str, Any]]
    true: dict[tuple[Any, ...], dict[str, Any]]
    ratios: frozenset[str] = frozenset()  # euro per hour, per head: nobody can add them up

    @property
    def units(self) -> list[dict[str, Any]]:
        followed = self.declared.get("segue", {}).get("unita", [])
        return [*self.declared.get("unita", []), *followed]

    @property
    def measures(self) -> list[str]:
        return list(dict.fromkeys(measure for unit in self.units for measure in unit["misure"]))

    @property
    def counts(self) -> set[str]:
        """Measures that count persons: those the units name, and those that an identity ties to them."""
        named = {unit["persone"] for unit in self.declared.get("unita", [])}
        return named | {
            word for identity in self.declared.get("identita", []) for word in re.findall(r"[a-z_]+", identity)
        }

    def column(self, key: tuple[Any, ...], name: str) -> Any:
        row = self.true[key]
        if name in row:
            return row[name]
        return row["mese"].year if name == "anno" and "mese" in row else None

    def hides(self, key: tuple[Any, ...], measure: str) -> bool:
        return measure in (self.rows[key]["misure_soppresse"] or "").split()

    def subject(self, key: tuple[Any, ...]) -> bool:
        return self.rows[key]["origine_dato"] in SUBJECT


@dataclass
class Attack:
    """What the attacker knows, and what comes out of it."""

    marts: dict[str, Mart]
    equations: list[dict[Unknown, int]] = field(default_factory=list)

    @property
    def hidden(self) -> set[Unknown]:
        return {
            (mart.name, key, measure)
            for mart in self.marts.values()
            for key in mart.rows
            for measure in mart.measures
            if mart.hides(key, measure) and isinstance(mart.true[key][measure], int | Decimal)
        }

    def value(self, unknown: Unknown) -> Fraction:
        mart, key, measure = unknown
        return Fraction(self.marts[mart].true[key][measure])

    def threshold(self, unknown: Unknown) -> int:
        return int(self.marts[unknown[0]].rows[unknown[1]]["soglia_persone"])

    def is_count(self, unknown: Unknown) -> bool:
        return unknown[2] in self.marts[unknown[0]].counts

    def floor(self, unknown: Unknown) -> int:
        """The least it can be: zeros are shown, where the measure is the count of its own unit and of no identity."""
        declared = self.marts[unknown[0]].declared
        tied = any(re.search(rf"\b{unknown[2]}\b", identity) for identity in declared.get("identita", []))
        return int(not tied and any(unit["persone"] == unknown[2] for unit in declared.get("unita", [])))

    # --- what can be added up ---

    def gather(self) -> Attack:
        for mart in self.marts.values():
            self._totals(mart)
            self._rows(mart)
            self._chains(mart)
            self._copies(mart)
        for fine, coarse in itertools.permutations(self.marts.values(), 2):
            self._margins(fine, coarse)
            self._ends(fine, coarse)
        return self

    def _know(self, terms: Iterable[tuple[Unknown, int]]) -> None:
        equation: dict[Unknown, int] = defaultdict(int)
        for (name, key, measure), sign in terms:
            mart = self.marts[name]
            if mart.hides(key, measure) and isinstance(mart.true[key][measure], int | Decimal):
                equation[name, key, measure] += sign
        if equation:
            self.equations.append(dict(equation))

    def _totals(self, mart: Mart) -> None:
        for group in mart.declared.get("somme", []):
            members: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
            for key in mart.rows:
                members[tuple(mart.column(key, name.split("=")[0].strip()) for name in group)].append(key)
            for keys in members.values():
                for measure in mart.measures:
                    if measure not in mart.ratios and self._total_is_told(mart, keys, measure):
                        self._know(((mart.name, key, measure), 1) for key in keys)

    def _total_is_told(self, mart: Mart, keys: list[tuple[Any, ...]], measure: str) -> bool:
        """Whether something of the group is published: the total of what is all hidden is not the publisher's."""
        return any(mart.true[key][measure] and not mart.hides(key, measure) for key in keys)

    def _rows(self, mart: Mart) -> None:
        for identity in mart.declared.get("identita", []):
            left, right = identity.split("=")
            signs = [(name, 1) for name in left.split()]
            signs += [(name, 1 if sign == "-" else -1) for sign, name in re.findall(r"([+-]?)\s*([a-z_]+)", right)]
            for key in mart.rows:
                self._know(((mart.name, key, measure), sign) for measure, sign in signs)

    def _chains(self, mart: Mart) -> None:
        chain = mart.declared.get("catena")
        if not chain:
            return
        series = defaultdict(list)
        for key in mart.rows:
            series[tuple(mart.column(key, name) for name in chain["per"])].append(key)
        for keys in series.values():
            ordered = sorted(keys, key=lambda key: mart.column(key, chain["ordine"]))
            for this, following in itertools.pairwise(ordered):
                self._know([((mart.name, this, chain["fine"]), 1), ((mart.name, following, chain["inizio"]), -1)])

    def _copies(self, mart: Mart) -> None:
        """The rows of a mart that repeats another's: the same figures, under the same names."""
        followed = mart.declared.get("segue")
        if not followed or followed.get("misura"):
            return
        other = self.marts[followed["mart"]]
        entries = [[part.strip(" '") for part in entry.partition("=")] for entry in followed["chiave"]]
        by_key = {tuple(other.column(key, name) for name, _, _ in entries): key for key in other.rows}
        for key in mart.rows:
            same = by_key.get(tuple(value if equals else mart.column(key, name) for name, equals, value in entries))
            if same is not None and other.subject(same):
                for measure in sorted(set(mart.measures) & set(other.measures)):
                    self._know([((mart.name, key, measure), 1), ((other.name, same, measure), -1)])

    def _margins(self, fine: Mart, coarse: Mart) -> None:
        """Rows of the coarser mart are sums of rows of the finer, all of them or those with one value of a column.

        Nobody needs to declare it: what adds up in every row that matches is believed.
        """
        example = next(iter(fine.true), None)
        if example is None or any(fine.column(example, name) is None for name in coarse.grain):
            return
        restrictions: list[tuple[str, Any] | None] = [None]
        for name in fine.grain:
            if name not in coarse.grain and name not in ("mese", "ente_gestore"):
                restrictions += [
                    (name, value) for value in sorted({fine.column(key, name) for key in fine.rows}, key=str)
                ]
        for restriction in restrictions:
            members = defaultdict(list)
            for key in fine.rows:
                if restriction is None or fine.column(key, restriction[0]) == restriction[1]:
                    members[tuple(fine.column(key, name) for name in coarse.grain)].append(key)
            pairs = [(key, members[key]) for key in coarse.rows if key in members and coarse.subject(key)]
            for measure in sorted(set(fine.measures) & set(coarse.measures)):
                sums = [
                    (coarse.true[key][measure], [fine.true[part][measure] for part in parts]) for key, parts in pairs
                ]
                if pairs and all(_adds_up(total, parts) for total, parts in sums if total is not None):
                    for key, parts in pairs:
                        terms = [((fine.name, part, measure), 1) for part in parts]
                        self._know([*terms, ((coarse.name, key, measure), -1)])

    def _ends(self, months: Mart, years: Mart) -> None:
        """The stock at the start of a year is that of its first month, and at the end that of its last."""
        if [name if name != "mese" else "anno" for name in months.grain] != years.grain or "mese" not in months.grain:
            return
        members = defaultdict(list)
        for key in months.rows:
            members[tuple(months.column(key, name) for name in years.grain)].append(key)
        for year, keys in members.items():
            ordered = sorted(keys, key=lambda key: months.column(key, "mese"))
            for end, place in (("_inizio", 0), ("_fine", -1)):
                for measure in set(months.measures) & set(years.measures):
                    if measure.endswith(end) and year in years.rows:
                        self._know([((months.name, ordered[place], measure), 1), ((years.name, year, measure), -1)])

    # --- what comes out ---

    def recovered(self, *, narrow: bool = True) -> dict[Unknown, str]:
        """The hidden figures given back, and how; ``narrow``: also those held in fewer values than their threshold."""
        found: dict[Unknown, str] = {}
        for equations in self._components():
            for unknown in _determined(equations):
                found[unknown] = "esatta"
            for equation in equations:
                one_sign = len({sign > 0 for sign in equation.values()}) == 1
                if one_sign and not any(self.value(unknown) - self.floor(unknown) for unknown in equation):
                    found |= dict.fromkeys(equation, "al minimo")
            if narrow:
                for unknown in self._narrow([e for e in equations if all(self.is_count(u) for u in e)]):
                    found.setdefault(unknown, "stretta")
        return found

    def _components(self) -> list[list[dict[Unknown, int]]]:
        leader: dict[Unknown, Unknown] = {}

        def find(unknown: Unknown) -> Unknown:
            while leader.setdefault(unknown, unknown) != unknown:
                leader[unknown] = leader[leader[unknown]]
                unknown = leader[unknown]
            return unknown

        for equation in self.equations:
            first, *others = equation
            for other in others:
                leader[find(other)] = find(first)
        groups = defaultdict(list)
        for equation in self.equations:
            groups[find(next(iter(equation)))].append(equation)
        return list(groups.values())

    def _narrow(self, equations: list[dict[Unknown, int]]) -> list[Unknown]:
        """The counts that can only take fewer values than their threshold (two linear programs each, at most)."""
        unknowns = sorted({unknown for equation in equations for unknown in equation}, key=str)
        if not unknowns:
            return []
        place = {unknown: position for position, unknown in enumerate(unknowns)}
        cells = [(row, place[u], sign) for row, equation in enumerate(equations) for u, sign in equation.items()]
        rows, columns, signs = zip(*cells, strict=True)
        matrix = csr_matrix((signs, (rows, columns)), shape=(len(equations), len(unknowns)))
        true = np.array([float(self.value(unknown)) for unknown in unknowns])
        bounds = [(self.floor(unknown), None) for unknown in unknowns]
        low, high = true.copy(), true.copy()
        found = []
        for unknown, position in place.items():
            if not 0 < self.value(unknown) < self.threshold(unknown):
                continue  # it stands on enough persons: only to compute it would be to find out
            needed = self.threshold(unknown) - 1
            for direction in (1, -1):
                if high[position] - low[position] < needed:
                    cost = np.zeros(len(unknowns))
                    cost[position] = direction
                    solved = linprog(cost, A_eq=matrix, b_eq=matrix @ true, bounds=bounds, method="highs")
                    if solved.status == 3 and direction == -1:  # unbounded: as large as one likes
                        high[position] = np.inf
                    else:
                        assert solved.status == 0, solved.message
                        low, high = np.minimum(low, solved.x), np.maximum(high, solved.x)
            if high[position] - low[position] < needed - 1e-6:
                found.append(unknown)
        return found


def _adds_up(total: Any, parts: list[Any]) -> bool:
    if isinstance(total, str):
        return parts == [total]
    return bool(total == sum(part or 0 for part in parts))


def _determined(equations: list[dict[Unknown, int]]) -> list[Unknown]:
    """The unknowns that the equations fix, by exact elimination on rationals."""
    reduced: dict[Unknown, dict[Unknown, Fraction]] = {}
    for equation in equations:
        row = {unknown: Fraction(sign) for unknown, sign in equation.items() if sign}
        for unknown in [unknown for unknown in row if unknown in reduced]:
            _subtract(row, reduced[unknown], row[unknown])
        if row:
            pivot = next(iter(row))
            row = {unknown: sign / row[pivot] for unknown, sign in row.items()}
            for other in reduced.values():
                if pivot in other:
                    _subtract(other, row, other[pivot])
            reduced[pivot] = row
    return [pivot for pivot, row in reduced.items() if len(row) == 1]


def _subtract(row: dict[Unknown, Fraction], other: dict[Unknown, Fraction], times: Fraction) -> None:
    for unknown, sign in other.items():
        left = row.get(unknown, Fraction(0)) - times * sign
        if left:
            row[unknown] = left
        else:
            row.pop(unknown, None)


def prepare(built: Path, published: Path, models: dict[str, Any]) -> Attack:
    """The attack on a published database, beside the one it was made from."""
    marts = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{built}' as vero (read_only)")
        con.execute(f"attach '{published}' as visto (read_only)")
        for relation, model in models.items():
            if "riservatezza" in model:
                name, grain = relation.split(".")[1], model["grana"]
                rows, true = (
                    {tuple(row[column] for column in grain): row for row in _dicts(con, f"{database}.{relation}")}
                    for database in ("visto", "vero")
                )
                assert rows.keys() == true.keys()
                ratios = {c for c, found in model["colonne"].items() if "/" in (found.get("unita") or "")}
                marts[name] = Mart(name, grain, model["riservatezza"], rows, true, frozenset(ratios))
    return Attack(marts).gather()


def _dicts(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    found = con.execute(f"from {table}")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
