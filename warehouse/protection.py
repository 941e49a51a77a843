"""Which figures must be hidden so that nobody is exposed: the small ones, and those that would give them back.

Pure: cells and relations in, the hidden cells out. Where they come from, and how they are hidden, is
``warehouse.suppression``. A *cell* is what is hidden as a whole (the measures of one row that stand on the same
persons); a *figure* is one number of a cell that a relation names; a *relation* is a sum of figures, with their signs,
whose value a reader knows.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Cell:
    """The measures of one row that stand on the same persons, hidden or shown together.

    Attributes:
        persons: How many persons it stands on. Unknown counts as 1; a zero is hidden only for the sake of others.
        threshold: The persons a figure must stand on to be shown.
        measures: Its measures, a bit each: those of the same name in two marts have the same bit.
        nonzero: Those of them that are neither missing nor zero.
    """

    persons: int
    threshold: int
    measures: int = 0
    nonzero: int = 0

    @property
    def small(self) -> bool:
        """Whether it must be hidden whatever the others do."""
        return 0 < self.persons < self.threshold  # behind a zero there is nobody


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a cell.

    Attributes:
        cell: The cell it belongs to.
        value: What it is.
        floor: The least a reader knows it can be: a hidden count of persons is at least 1 where zeros are always shown.
        stands_for_all: Whether it stands for every measure of its cell, and not for one named by an identity.
    """

    cell: int
    value: int
    floor: int = 1
    stands_for_all: bool = True


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum of figures, each with its sign, whose value a reader knows.

    Attributes:
        terms: Figures and signs. What is shown whatever happens (printed figures, zeros) is not among them.
        assumed: Whether the total is only supposed to be known, because no published row carries it.
        of_persons: Whether it holds for the persons too: the users of the months do not add up to those of the year.
        stock_and_flow: Whether it is an identity of one row (at the start + new = closed + at the end): what is hidden
            on one side is free again when something of the other side is, however small.
    """

    terms: tuple[tuple[int, int], ...]
    assumed: bool = False
    of_persons: bool = True
    stock_and_flow: bool = False


def protect(cells: Sequence[Cell], figures: Sequence[Figure], relations: Sequence[Relation]) -> set[int]:
    """Choose the cells to hide: the small ones and, smallest loss first, those that would give a hidden one back.

    In the end no hidden figure is determined by the relations, nor held in fewer values than its threshold, unless
    nothing more can be hidden that would help: the figure is then given by what is public anyway.

    Args:
        cells: The cells that may be hidden, in the order that breaks ties.
        figures: Their figures.
        relations: What a reader knows of the figures.

    Returns:
        Positions of the hidden cells.
    """
    return _Protection(cells, figures, relations).run()


def small(cells: Sequence[Cell]) -> set[int]:
    """The cells that stand on fewer persons than their threshold."""
    return {position for position, cell in enumerate(cells) if cell.small}


class _Protection:
    def __init__(self, cells: Sequence[Cell], figures: Sequence[Figure], relations: Sequence[Relation]) -> None:
        self._cells, self._figures, self._relations = cells, figures, relations
        self._figures_of: dict[int, list[int]] = defaultdict(list)
        for position, figure in enumerate(figures):
            self._figures_of[figure.cell].append(position)
        self._relations_of: dict[int, list[int]] = defaultdict(list)
        self._by_loss: list[list[int]] = []
        for position, relation in enumerate(relations):
            for figure_position, _ in relation.terms:
                self._relations_of[figure_position].append(position)
            found = {figures[figure_position].cell for figure_position, _ in relation.terms}
            self._by_loss.append(sorted(found, key=lambda cell: (cells[cell].persons, cell)))
        self._hidden: set[int] = set()
        self._hidden_in = [0] * len(relations)
        self._pending: deque[int] = deque()
        self._unchecked: set[int] = set()

    def run(self) -> set[int]:
        for cell in sorted(small(self._cells)):
            self._hide(cell)
        while self._pending or self._unchecked:
            while self._pending:
                self._settle(self._pending.popleft())
            if self._unchecked:
                component = self._component(min(self._unchecked))
                self._unchecked -= component
                self._hide_for(component)
        return self._hidden

    def _hide(self, cell: int) -> None:
        self._hidden.add(cell)
        for figure in self._figures_of[cell]:
            self._unchecked.add(figure)
            for relation in self._relations_of[figure]:
                self._hidden_in[relation] += 1
                self._pending.append(relation)

    # --- one relation ---

    def _settle(self, position: int) -> None:
        """Hide until the relation alone gives nothing back: two hidden, and one that stands on enough persons."""
        while self._knows(position) and (chosen := self._missing(self._relations[position])) is not None:
            self._hide(chosen)

    def _missing(self, relation: Relation) -> int | None:
        """The cell to hide beside the hidden ones of a relation, if one is needed and can be had."""
        hidden = [(figure, sign) for figure, sign in relation.terms if self._figures[figure].cell in self._hidden]
        shown = [(self._figures[figure].cell, sign) for figure, sign in relation.terms]
        shown = [(cell, sign) for cell, sign in shown if cell not in self._hidden]
        if not hidden or not shown:
            return None
        cells = [self._cells[self._figures[figure].cell] for figure, _ in hidden]
        threshold = max(cell.threshold for cell in cells)
        if len(hidden) == 1 and relation.stock_and_flow:
            other_side = [cell for cell, sign in shown if sign != hidden[0][1]]
            return self._cheapest(other_side or [cell for cell, _ in shown])
        if len(hidden) == 1:
            enough = [cell for cell, _ in shown if self._cells[cell].persons >= threshold]
            return self._cheapest(enough or [cell for cell, _ in shown])
        signs = {sign for _, sign in hidden}
        alike = [cell for cell, sign in shown if sign in signs]
        if len(signs) > 1 or not alike:  # a difference bounds nothing by itself: the system is checked as a whole
            return None
        if max(cell.persons for cell in cells) < threshold:
            enough = [cell for cell in alike if self._cells[cell].persons >= threshold]
            return self._cheapest(enough or alike)
        # a measure that one hidden cell alone has (or none: their sum is known to be zero) is given back by the sum
        for bit in _bits(self._nonzero(alike)):
            if sum(cell.nonzero & bit != 0 for cell in cells) < 2:
                return self._cheapest(cell for cell in alike if self._cells[cell].nonzero & bit)
        return None

    def _nonzero(self, cells: Iterable[int]) -> int:
        mask = 0
        for cell in cells:
            mask |= self._cells[cell].nonzero
        return mask

    def _knows(self, position: int) -> bool:
        """Whether a reader knows the value of the relation.

        Of a group that is hidden as a whole nothing is published: who knows its total knows it from elsewhere, and
        hiding more cells would not help.
        """
        relation = self._relations[position]
        return not relation.assumed or self._hidden_in[position] < len(relation.terms)

    def _cheapest(self, candidates: Iterable[int]) -> int:
        return min(candidates, key=lambda cell: (self._loss(cell), cell))

    def _loss(self, cell: int) -> int:
        """Persons whose figures are lost by hiding a cell: its own, and of those that must then go with it."""
        loss = self._cells[cell].persons
        for figure in self._figures_of[cell]:
            for relation in self._relations_of[figure]:
                if self._hidden_in[relation] == 0:
                    others = (other for other in self._by_loss[relation] if other != cell and other not in self._hidden)
                    loss += min((self._cells[other].persons for other in others), default=0)
        return loss

    # --- a component: hidden figures that relations tie together ---

    def _component(self, start: int) -> set[int]:
        found, queue = {start}, [start]
        while queue:
            for relation in self._relations_of[queue.pop()]:
                if self._knows(relation):
                    for figure, _ in self._relations[relation].terms:
                        if figure not in found and self._figures[figure].cell in self._hidden:
                            found.add(figure)
                            queue.append(figure)
        return found

    def _hide_for(self, component: set[int]) -> None:
        """Hide, for each figure of a component that can be had or is held too closely, one cell near to it."""
        relations = sorted({relation for figure in component for relation in self._relations_of[figure]})
        relations = [relation for relation in relations if self._knows(relation)]
        rows = [row for relation in relations if (row := self._row(relation))]
        solved = reduced(rows, self._figures)
        given = dict.fromkeys((figure for figure, rest in solved.items() if not rest), 0)
        of_persons = [relation for relation in relations if self._relations[relation].of_persons]
        if of_persons != relations:
            solved = reduced([self._row(relation) for relation in of_persons], self._figures)
        given |= dict.fromkeys(exposed(solved, component, self._figures, self._cells), 0)
        # a measure that some of them lack (the amount of what was refused) is known there, and ties the others closer
        for bit in _bits(self._nonzero(self._figures[figure].cell for figure in component)):
            partial = [
                {figure: sign for figure, sign in row.items() if self._has(figure, bit)}
                for row in rows
                if all(self._measures(figure, bit) for figure in row)
            ]
            if partial != rows:
                for figure, rest in reduced([row for row in partial if row], self._figures).items():
                    if not rest:
                        given.setdefault(figure, bit)
        eased: set[int] = set()
        for figure in sorted(given, key=lambda figure: (given[figure] != 0, self._figures[figure].cell, figure)):
            if not eased.intersection(self._relations_of[figure]):
                chosen = self._near(figure, given[figure])
                if chosen is not None:
                    self._hide(chosen)
                    eased.update(
                        relation for other in self._figures_of[chosen] for relation in self._relations_of[other]
                    )

    def _row(self, relation: int) -> dict[int, Number]:
        row: dict[int, Number] = defaultdict(int)
        for figure, sign in self._relations[relation].terms:
            if self._figures[figure].cell in self._hidden:
                row[figure] += sign
        return {figure: sign for figure, sign in row.items() if sign}

    def _measures(self, figure: int, bit: int) -> bool:
        found = self._figures[figure]
        return found.stands_for_all and self._cells[found.cell].measures & bit != 0

    def _has(self, figure: int, bit: int) -> bool:
        return self._cells[self._figures[figure].cell].nonzero & bit != 0

    def _near(self, figure: int, bit: int) -> int | None:
        """The cheapest cell still shown, in the nearest relations to a figure that have one."""
        seen, ring = {figure}, {figure}
        while ring:
            relations = {relation for found in ring for relation in self._relations_of[found]}
            around = {other for relation in relations if self._knows(relation) for other in self._others(relation)}
            shown = {self._figures[other].cell for other in around} - self._hidden
            shown = {cell for cell in shown if not bit or self._cells[cell].nonzero & bit}
            if shown:
                return self._cheapest(shown)
            if bit:  # a measure that none beside it has: it is so by its nature, as the amount of what was refused
                return None
            ring = {other for other in around if self._figures[other].cell in self._hidden} - seen
            seen |= ring
        return None

    def _others(self, relation: int) -> Iterator[int]:
        return (figure for figure, _ in self._relations[relation].terms)


def reduced(rows: Iterable[Mapping[int, Number]], figures: Sequence[Figure]) -> dict[int, dict[int, Number]]:
    """Solve a homogeneous system exactly: each solved figure in terms of the free ones (Gauss-Jordan, sparse).

    Args:
        rows: Coefficients by figure.
        figures: The figures; the largest of a row is solved for, so that small ones are free to move.

    Returns:
        For each solved figure ``p`` the coefficients ``c`` of ``p + sum(c * free) = constant``; none: it is determined.
    """
    solved: dict[int, dict[int, Number]] = {}
    users: dict[int, set[int]] = defaultdict(set)
    for row in sorted(rows, key=len):
        current: dict[int, Number] = defaultdict(int)
        for figure, coefficient in row.items():
            if figure in solved:
                for free, inner in solved[figure].items():
                    current[free] -= coefficient * inner
            else:
                current[figure] += coefficient
        current = {figure: coefficient for figure, coefficient in current.items() if coefficient}
        if not current:
            continue
        pivot = max(current, key=lambda figure: (abs(current[figure]) == 1, figures[figure].value, -figure))
        scale = current.pop(pivot)
        if scale == -1:
            current = {figure: -coefficient for figure, coefficient in current.items()}
        elif scale != 1:
            current = {figure: _whole(Fraction(coefficient) / scale) for figure, coefficient in current.items()}
        for user in users.pop(pivot, set()):
            target = solved[user]
            factor = target.pop(pivot)
            for figure, coefficient in current.items():
                left = _whole(target.get(figure, 0) - factor * coefficient)
                if left:
                    target[figure] = left
                    users[figure].add(user)
                elif figure in target:
                    del target[figure]
                    users[figure].discard(user)
        solved[pivot] = current
        for figure in current:
            users[figure].add(pivot)
    return solved


def _whole(number: Number) -> Number:
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def exposed(
    solved: Mapping[int, Mapping[int, Number]],
    component: Iterable[int],
    figures: Sequence[Figure],
    cells: Sequence[Cell],
) -> list[int]:
    """The hidden figures that a reader can compute and, of the small ones, hold in fewer values than their threshold.

    A figure is cleared by a proof: other values of the hidden figures, all possible, that give the same totals. What is
    not cleared is taken as exposed, so that the search need not be complete.
    """
    moves: dict[int, dict[int, Number]] = defaultdict(dict)
    for pivot, rest in solved.items():
        for free, coefficient in rest.items():
            moves[free][pivot] = -coefficient
    for figure in component:
        if figure not in solved:
            moves[figure][figure] = 1
    through: dict[int, list[dict[int, int]]] = defaultdict(list)
    width: dict[int, float] = defaultdict(float)
    spare = {figure: figures[figure].value - figures[figure].floor for figure in component}
    for free in sorted(moves):
        scale = lcm(*(step.denominator for step in moves[free].values()))
        move = {figure: int(step * scale) for figure, step in moves[free].items()}
        up, down = _reach(move, spare), _reach({figure: -step for figure, step in move.items()}, spare)
        for figure, step in move.items():
            through[figure].append(move)
            width[figure] = max(width[figure], abs(step) * (up + down))
    found = []
    for figure in sorted(component):
        cell = cells[figures[figure].cell]
        # who is hidden for the sake of others stands on enough persons: only to be computed would harm them
        needed = cell.threshold - 1 if cell.small else 1
        if width[figure] < needed and _spread(figure, through[figure], spare, needed) < needed:
            found.append(figure)
    return found


def _reach(move: Mapping[int, int], spare: Mapping[int, int]) -> float:
    """How many times a move can be made before a figure falls under its floor."""
    return min((spare[figure] // -step for figure, step in move.items() if step < 0), default=inf)


def _spread(figure: int, moves: Sequence[Mapping[int, int]], spare: Mapping[int, int], needed: int) -> float:
    """How far a figure can be moved in all, by making the moves one after another, up and then down."""
    total = 0.0
    for direction in (1, -1):
        left: dict[int, int] = {}
        for move in moves:
            towards = direction if move[figure] > 0 else -direction
            times = min(
                (left.get(other, spare[other]) // abs(step) for other, step in move.items() if towards * step < 0),
                default=None,
            )
            if times is None:
                return inf
            if times:
                for other, step in move.items():
                    left[other] = left.get(other, spare[other]) + towards * step * times
            reached = abs(left.get(figure, spare[figure]) - spare[figure])
            if total + reached >= needed:
                return total + reached
        total += abs(left.get(figure, spare[figure]) - spare[figure])
    return total


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit
