"""Hide, while the marts are copied for publication, the figures of too few persons and those that would betray them.

A mart whose figures come from persons says so in its yml (``config.meta.riservatezza``): which measures stand on which
persons, and what a reader can add up. Which cells must be hidden is decided by ``warehouse.protection``; here they are
read from the database that was built, and written as NULL in the copy. The true figures never reach the published file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import AmbitoError
from warehouse.protection import Cell, Figure, Relation, protect, small

THRESHOLD, HIDDEN, ORIGIN = "soglia_persone", "misure_soppresse", "origine_dato"
SHOWN_AS = "soppresso"

# Rows made from single persons' rows; a printed figure (`prospetto`) is public already.
_SUBJECT = ("flusso", "dimostrativo")
_LEAST_THRESHOLD = 3  # Regole deontologiche Sistan, art. 5
# What only a row about one person, or one supplier who may be one, has.
_PERSONAL = ("codice_utente", "codice_operatore", "codice_fascicolo", "codice_domanda", "codice_fiscale", "fornitore")
_NOT_OF_PERSONS = ("abitanti", "anno", "mesi")  # units of measures that tell nothing of who is served
_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "REAL", "INT", "HUGEINT")
_TERM = re.compile(r"\s*([+-]?)\s*([a-z_][a-z0-9_]*)\s*")


class SuppressionError(AmbitoError):
    """What must be hidden cannot be told, or is not hidden: nothing is published."""


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Unit(_Declared):
    """Measures that stand on the same persons, and are hidden together; ``persone`` is the column that counts them."""

    misure: list[str] = Field(min_length=1)
    persone: str


class Part(_Declared):
    """The rows of the mart add up to rows of another one.

    Attributes:
        mart: The other mart.
        chiave: Columns that find its row, ``nome = espressione`` where they are not columns of this mart too.
        misure: The measures that add up, and their names there; without it, all those of the same name.
    """

    mart: str
    chiave: list[str] = Field(min_length=1)
    misure: dict[str, str] = {}

    def name_there(self, measure: str) -> str | None:
        """The name in the other mart of a measure of this one; None if nothing is said of it."""
        return self.misure.get(measure) if self.misure else measure


class Chain(_Declared):
    """``fine`` of a row is ``inizio`` of the next, in the order of ``ordine``, within ``per``."""

    per: list[str] = Field(min_length=1)
    ordine: str
    fine: str
    inizio: str


class Block(_Declared):
    """The rows of a period go together: all shown, or all hidden but what the row of the whole period shows anyway.

    Stocks and flows of a month are few, and each zero between them would give back its neighbours: hidden one by one
    they would take the figures of the year with them.

    Attributes:
        intero: The mart with a row for the whole period, with the same measures.
        chiave: Columns that find its row.
        ordine: Order of the rows in the period.
        flussi: Measures that add up to those of the period.
        inizio: Stock at the start: the first row's is that of the period.
        fine: Stock at the end: the last row's is that of the period.
    """

    intero: str
    chiave: list[str] = Field(min_length=1)
    ordine: str
    flussi: list[str] = Field(min_length=1)
    inizio: str
    fine: str


class FollowedUnit(_Declared):
    """Measures hidden where those of the followed mart are."""

    misure: list[str] = Field(min_length=1)


class Following(_Declared):
    """The mart repeats figures of another: they are hidden where those are.

    Attributes:
        mart: The other mart.
        chiave: Columns that find its row (``nome = espressione`` where they have another name here).
        misura: Column that holds the name of the other's measure, where this mart has a row for each.
        unita: The measures to hide; they follow the unit that has a measure of the same name, or the only one.
    """

    mart: str
    chiave: list[str] = Field(min_length=1)
    misura: str | None = None
    unita: list[FollowedUnit] = Field(min_length=1)


class Declaration(_Declared):
    """What a mart says of the persons behind its figures: ``config.meta.riservatezza``.

    Attributes:
        unita: The measures, by the persons they stand on.
        somme: Groups whose total over the other key columns must be taken as known: lists of columns, or of
            ``nome = espressione`` (``anno = year(mese)``).
        parti_di: Marts whose rows are sums of rows of this one.
        identita: Between measures of one row: ``casi_fine = casi_inizio + casi_nuovi - casi_chiusi``.
        catena: Stocks that go from one row to the next.
        blocco: Periods whose rows go together.
        segue: The mart whose figures are repeated here; rows that it does not have need ``unita``, or are hidden.
        pubbliche: Measures that tell nothing of persons and stay.
    """

    unita: list[Unit] = []
    somme: list[list[str]] = []
    parti_di: list[Part] = []
    identita: list[str] = []
    catena: list[Chain] = []
    blocco: Block | None = None
    segue: Following | None = None
    pubbliche: list[str] = []

    @property
    def hidden_together(self) -> list[list[str]]:
        """The measures of each unit: the mart's own first, then those that follow another mart's."""
        followed = self.segue.unita if self.segue else []
        return [unit.misure for unit in self.unita] + [unit.misure for unit in followed]


@dataclass(frozen=True)
class Suppression:
    """What is hidden, by mart.

    Attributes:
        declarations: The protected marts.
        hidden: Rows (``rowid`` of the built table) and units hidden in each of them.
        counts: Figures hidden in each of them, for the record: small ones, and those hidden for their sake.
    """

    declarations: dict[str, Declaration]
    hidden: dict[str, set[tuple[int, int]]]
    counts: dict[str, dict[str, int]]

    def copy_query(self, con: duckdb.DuckDBPyConnection, mart: str) -> str:
        """The query that gives the rows of a mart as they may be published."""
        if mart not in self.declarations:
            return f"from marts.{mart}"
        con.execute(f"create or replace temp table nascoste_{mart} (riga bigint, unita integer[])")
        by_row: dict[int, list[int]] = defaultdict(list)
        for row, unit in sorted(self.hidden[mart]):
            by_row[row].append(unit)
        con.execute(
            f"insert into nascoste_{mart} select unnest($1::bigint[]), unnest($2::integer[][])",
            [list(by_row), list(by_row.values())],
        )
        units = self.declarations[mart].hidden_together
        # all the names of a unit, also of a measure that was missing: what was there before must not show
        names = ", ".join(
            f"case when list_contains(nascoste.unita, {position}) then '{' '.join(measures)}' end"
            for position, measures in enumerate(units)
        )
        position_of: dict[str, list[int]] = defaultdict(list)
        for position, measures in enumerate(units):
            for measure in measures:
                position_of[measure].append(position)
        replaced = [
            f"case when list_has_any(nascoste.unita, {positions}) then null else marts.{mart}.{_name(measure)} end"
            f" as {_name(measure)}"
            for measure, positions in position_of.items()
        ]
        replaced.append(f"nullif(concat_ws(' ', {names}), '') as {HIDDEN}")
        return (
            f"select {mart}.* replace ({', '.join(replaced)}) from marts.{mart}"
            f" left join nascoste_{mart} as nascoste on {mart}.rowid = nascoste.riga"
        )


def is_hidden(misure_soppresse: str | None, column: str) -> bool:
    """Whether a measure of a published row is hidden (to be shown as ``SHOWN_AS``), and not just missing."""
    return column in (misure_soppresse or "").split()


def suppress(con: duckdb.DuckDBPyConnection, models: dict[str, Any]) -> Suppression:
    """Decide what to hide in the marts of the database being published.

    Args:
        con: The database that was built.
        models: The models, as ``lineage.describe_models`` gives them.

    Raises:
        SuppressionError: A declaration is missing or wrong, or a mart holds what is of one person.
    """
    declarations = _declarations(con, models)
    work = _Work(con, models, declarations)
    return work.suppression()


def verify(con: duckdb.DuckDBPyConnection, database: str, declarations: dict[str, Declaration]) -> None:
    """Check the copy that was written, by itself: no figure of too few persons, nothing shown of what is said hidden.

    Raises:
        SuppressionError: A figure that must be hidden is there.
    """
    for mart, declared in declarations.items():
        subject = f"{ORIGIN} in {_SUBJECT}"
        for unit in declared.unita:
            shown = f"coalesce({', '.join(f'{_name(measure)}::varchar' for measure in unit.misure)}) is not null"
            persons = _name(unit.persone)
            few = f"({persons} is null or ({persons} <> 0 and {persons} < {THRESHOLD}))"
            if (
                declared.segue
            ):  # a row that repeats another mart's may have no count of its own, where nothing is hidden
                few = f"({persons} <> 0 and {persons} < {THRESHOLD})"
            _refuse_if_any(
                con, f"from {database}.marts.{mart} where {subject} and {few} and {shown}", mart, " ".join(unit.misure)
            )
        for measures in declared.hidden_together:
            for measure in measures:
                said = f"list_contains(string_split({HIDDEN}, ' '), '{measure}')"
                _refuse_if_any(
                    con, f"from {database}.marts.{mart} where {said} and {_name(measure)} is not null", mart, measure
                )


def _refuse_if_any(con: duckdb.DuckDBPyConnection, query: str, mart: str, what: str) -> None:
    found = con.execute(f"select count(*) {query}").fetchall()[0][0]
    if found:
        raise SuppressionError(
            f"Nella copia di marts.{mart} si vedono {what} in {found} righe che stanno su troppo poche persone. Niente"
            " è stato pubblicato. Che fare: segnalare l'errore, è un difetto della soppressione."
        )


# --- declarations ---


def _declarations(con: duckdb.DuckDBPyConnection, models: dict[str, Any]) -> dict[str, Declaration]:
    """The declarations of the protected marts, each found to fit its table; what no declaration covers is refused."""
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    for mart, column, kind in con.execute(
        """
        select table_name, column_name, data_type from duckdb_columns()
        where database_name = current_database() and schema_name = 'marts' order by table_name, column_index
        """
    ).fetchall():
        columns[mart][column] = kind
    found = {}
    for mart, types in columns.items():
        personal = [column for column in _PERSONAL if column in types]
        if personal:
            raise _refused(mart, f"ha la colonna {personal[0]}, che è di una persona", "toglierla dal mart")
        model = models.get(f"marts.{mart}", {})
        given = model.get("riservatezza")
        if given is None:
            _refuse_unprotected(con, mart, types, model)
            continue
        try:
            found[mart] = Declaration.model_validate(_as_lists(given))
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise _refused(mart, f"la dichiarazione non si legge: {where}", "correggere la voce") from error
    for mart, declared in found.items():
        _check_columns(mart, declared, columns, models)
        _check_links(mart, declared, columns, found)
        _check_rows(con, mart, declared)
    return found


def _as_lists(given: Any) -> Any:
    """The declaration with lists where one thing may be written alone."""
    if not isinstance(given, dict):
        return given
    alone = {name: [given[name]] for name in ("parti_di", "catena") if isinstance(given.get(name), dict)}
    return {**given, **alone}


def _refuse_unprotected(
    con: duckdb.DuckDBPyConnection, mart: str, types: dict[str, str], model: dict[str, Any]
) -> None:
    # the dimension of the services says the threshold of each, and has no figure of persons
    for column in (HIDDEN,) if mart.startswith("dim_") else (THRESHOLD, HIDDEN):
        if column in types:
            raise _refused(mart, f"ha la colonna {column} e nessuna dichiarazione", "scrivere meta.riservatezza")
    persons = [name for name, column in model.get("colonne", {}).items() if column.get("unita") == "persone"]
    if persons and ORIGIN in types:
        rows = con.execute(f"select count(*) from marts.{mart} where {ORIGIN} in {_SUBJECT}").fetchall()[0][0]
        if rows:
            raise _refused(mart, f"conta persone ({persons[0]}) da un flusso", "scrivere meta.riservatezza nel suo yml")


def _check_columns(
    mart: str, declared: Declaration, columns: dict[str, dict[str, str]], models: dict[str, Any]
) -> None:
    types = columns[mart]
    measures = [measure for unit in declared.hidden_together for measure in unit]
    named = [*measures, *(unit.persone for unit in declared.unita), *declared.pubbliche, THRESHOLD, HIDDEN, ORIGIN]
    for chain in declared.catena:
        named += [*chain.per, chain.ordine, chain.fine, chain.inizio]
    for identity in declared.identita:
        named += [measure for _, measure in _identity(mart, identity)]
    if declared.segue and declared.segue.misura:
        named.append(declared.segue.misura)
    missing = [column for column in named if column not in types]
    if missing:
        raise _refused(mart, f"manca la colonna {missing[0]}", "correggere il nome o aggiungere la colonna")
    for units in (declared.unita, declared.segue.unita if declared.segue else []):
        once = [measure for unit in units for measure in unit.misure]
        twice = sorted({measure for measure in once if once.count(measure) > 1})
        if twice:
            raise _refused(mart, f"{twice[0]} è in due unità", "lasciarla in una sola")
    if not measures:
        raise _refused(mart, "non c'è nessuna unità", "elencare le misure in unita, o in segue")
    model = models[f"marts.{mart}"]
    own = {measure for unit in declared.unita for measure in unit.misure}
    shown = [unit.persone for unit in declared.unita if unit.persone not in own]
    if shown:
        raise _refused(mart, f"{shown[0]}, che conta le persone, si vedrebbe", "metterla tra le misure di un'unità")
    loose = [
        column
        for column, kind in types.items()
        if kind.startswith(_NUMBERS)
        and column not in {*named, *model["grana"]}
        and model["colonne"].get(column, {}).get("unita") not in _NOT_OF_PERSONS
    ]
    if loose:
        what = f"misure che non sono in nessuna unità: {', '.join(loose)}"
        raise _refused(mart, what, "metterle in unita, o in pubbliche")
    tied = [measure for chain in declared.catena for measure in (chain.fine, chain.inizio)]
    tied += [measure for identity in declared.identita for _, measure in _identity(mart, identity)]
    loose = [measure for measure in tied if measure not in own]
    if loose:
        raise _refused(mart, f"{loose[0]} è in un'identità e in nessuna unità", "metterla in unita")


def _check_links(
    mart: str, declared: Declaration, columns: dict[str, dict[str, str]], found: dict[str, Declaration]
) -> None:
    types = columns[mart]
    for group in declared.somme:
        for entry in group:
            _expression(mart, entry, types)
    for part in declared.parti_di:
        _check_other(mart, part.mart, part.chiave, columns)
        if part.mart in found:
            own = {part.name_there(measure) for unit in declared.unita for measure in unit.misure}
            other = {measure for unit in found[part.mart].unita for measure in unit.misure}
            if not own & other:
                raise _refused(mart, f"nessuna misura in comune con {part.mart}", "togliere parti_di")
    if declared.blocco:
        _check_other(mart, declared.blocco.intero, declared.blocco.chiave, columns)
        there = {unit.persone for unit in found.get(declared.blocco.intero, Declaration()).unita}
        named = {*declared.blocco.flussi, declared.blocco.inizio, declared.blocco.fine}
        if {unit.persone for unit in declared.unita} != named or not named <= there:
            raise _refused(
                mart, f"le misure del blocco non sono quelle di {declared.blocco.intero}", "dichiarare le stesse"
            )
    if declared.segue:
        _check_other(mart, declared.segue.mart, declared.segue.chiave, columns)
        if not found.get(declared.segue.mart, Declaration()).unita:
            raise _refused(mart, f"{declared.segue.mart}, che segue, non ha unità", "seguire il mart che le dichiara")


def _check_other(mart: str, other: str, key: Sequence[str], columns: dict[str, dict[str, str]]) -> None:
    if other not in columns:
        raise _refused(mart, f"il mart {other} non c'è", "correggere il nome")
    for entry in key:
        name, _ = _expression(mart, entry, columns[mart])
        if name not in columns[other]:
            raise _refused(mart, f"{other} non ha la colonna {name}", "correggere la chiave")


def _check_rows(con: duckdb.DuckDBPyConnection, mart: str, declared: Declaration) -> None:
    # accounts beside figures of persons: nobody behind the row, no threshold for it
    somebody = " or ".join(f"{_name(unit.persone)} is distinct from 0" for unit in declared.unita) or "true"
    least = con.execute(
        f"select count(*) from marts.{mart} where {ORIGIN} is null or ({ORIGIN} in {_SUBJECT}"
        f" and ({THRESHOLD} is null or {THRESHOLD} < {_LEAST_THRESHOLD}) and ({somebody}))"
    ).fetchall()[0][0]
    if least:
        raise _refused(
            mart,
            f"in {least} righe {THRESHOLD} manca o è sotto {_LEAST_THRESHOLD}, o non si sa l'{ORIGIN}",
            "dare a ogni riga la soglia del suo servizio",
        )
    if con.execute(f"select count(*) from marts.{mart} where {HIDDEN} is not null").fetchall()[0][0]:
        raise _refused(mart, f"{HIDDEN} è già scritta", "lasciarla NULL nel modello: la scrive la pubblicazione")
    for unit in declared.unita:
        wrong = con.execute(f"select count(*) from marts.{mart} where {_name(unit.persone)} < 0").fetchall()[0][0]
        if wrong:
            raise _refused(mart, f"{unit.persone} è negativa in {wrong} righe", "correggere il modello")


def _refused(mart: str, what: str, remedy: str) -> SuppressionError:
    return SuppressionError(
        f"marts.{mart} non si può pubblicare, riservatezza: {what}. Niente è stato pubblicato. Che fare: {remedy}."
    )


def _expression(mart: str, entry: str, types: Iterable[str]) -> tuple[str, str]:
    """A key entry as name and SQL: a column, or ``nome = espressione``."""
    name, equals, expression = (part.strip() for part in entry.partition("="))
    if equals:
        return name, expression
    if name not in types:
        raise _refused(mart, f"manca la colonna {name}", "correggere il nome, o scrivere «nome = espressione»")
    return name, _name(name)


def _identity(mart: str, identity: str) -> list[tuple[int, str]]:
    """The terms of an identity, all on one side: sign and measure."""
    left, equals, right = identity.partition("=")
    terms = []
    for side, factor in ((left, 1), (right, -1)):
        position = 0
        while match := _TERM.match(side, position):
            terms.append((-factor if match[1] == "-" else factor, match[2]))
            position = match.end()
        if not equals or not side.strip() or position < len(side):
            raise _refused(mart, f"l'identità «{identity}» non si legge", "scriverla come «a = b + c - d»")
    return terms


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


# --- from the tables to cells and relations ---


@dataclass
class _Work:
    """The cells of all the protected marts together, and what ties them."""

    con: duckdb.DuckDBPyConnection
    models: dict[str, Any]
    declarations: dict[str, Declaration]
    cells: list[Cell] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    # mart and (row, unit) of each cell, and back; the figure of a cell for a measure, or for all of them (None)
    places: list[tuple[str, int, int]] = field(default_factory=list)
    figure_at: dict[tuple[str, int, int, str | None], int] = field(default_factory=dict)
    measures_of: list[int] = field(default_factory=list)
    bits: dict[str, int] = field(default_factory=dict)

    def suppression(self) -> Suppression:
        solved = [mart for mart in sorted(self.declarations) if self.declarations[mart].blocco is None]
        for mart in solved:
            self._read(mart)
        for mart in solved:
            self._relate(mart)
        first = small(self.cells)
        hidden: dict[str, set[tuple[int, int]]] = {mart: set() for mart in self.declarations}
        counts = {mart: {"primarie": 0, "secondarie": 0} for mart in self.declarations}
        for position in protect(self.cells, self.figures, self.relations):
            mart, row, unit = self.places[position]
            hidden[mart].add((row, unit))
            counts[mart]["primarie" if position in first else "secondarie"] += self.measures_of[position]
        for mart in sorted(self.declarations):
            for row, unit, few in self._blocks(mart, hidden):
                hidden[mart].add((row, unit))
                counts[mart]["primarie" if few else "secondarie"] += 1
        for mart in sorted(self.declarations):
            followers = self._following(mart, hidden)
            hidden[mart] |= followers
            counts[mart]["secondarie"] += sum(self._present(mart, unit, rows) for unit, rows in _by_unit(followers))
        return Suppression(self.declarations, hidden, counts)

    def _read(self, mart: str) -> None:
        """The cells of a mart: of rows made from persons, with somebody behind them, that repeat no other mart's."""
        declared = self.declarations[mart]
        tied = self._tied(mart)
        chosen = ["rowid", THRESHOLD]
        for unit in declared.unita:
            chosen.append(f"{_name(unit.persone)}::bigint")
            for test in ("is not null", "::varchar not similar to '[-0.]+'"):  # there; there, and not a zero
                flags = [f"coalesce({_name(measure)} {test}, false)::integer" for measure in unit.misure]
                chosen.append(" + ".join(f"{flag} * {1 << place}" for place, flag in enumerate(flags)))
        columns = self.models[f"marts.{mart}"]["colonne"]
        chosen += [f"{_name(measure)}::bigint" for measure in tied]
        order = ", ".join(_name(column) for column in self.models[f"marts.{mart}"]["grana"]) or "rowid"
        followed = f" and rowid not in (select riga from ({self._followed(mart)}))" if declared.segue else ""
        rows = self.con.execute(
            f"select {', '.join(chosen)} from marts.{mart} as qui where {ORIGIN} in {_SUBJECT}{followed}"
            f" order by {order}, rowid"
        ).fetchall()
        masks = [self._masks(unit.misure, columns) for unit in declared.unita]
        for row in rows:
            values = dict(zip(tied, row[2 + 3 * len(declared.unita) :], strict=True))
            for position, unit in enumerate(declared.unita):
                persons, present, nonzero = row[2 + 3 * position : 5 + 3 * position]
                # a zero of stock and flow may have to go with the figure it would give back; the others are shown
                if not present or (persons == 0 and not set(unit.misure) & set(tied)):
                    continue
                cell = len(self.cells)
                # persons that nobody counted: as if it were one
                every, mask = masks[position]
                self.cells.append(Cell(1 if persons is None else persons, row[1], every, mask(nonzero)))
                self.places.append((mart, row[0], position))
                self.measures_of.append(present.bit_count())
                for measure in _figures_of(unit, tied):
                    self._add_figure(mart, row[0], position, measure, values, unit, cell)

    def _add_figure(
        self,
        mart: str,
        row: int,
        position: int,
        measure: str | None,
        values: dict[str, int | None],
        unit: Unit,
        cell: int,
    ) -> None:
        self.figure_at[mart, row, position, measure] = len(self.figures)
        persons = self.cells[cell].persons
        if measure is None:
            self.figures.append(Figure(cell, persons))
        else:
            value = values[measure]
            self.figures.append(Figure(cell, value or 0, 0, stands_for_all=False))

    def _masks(self, measures: Sequence[str], columns: dict[str, dict[str, Any]]) -> tuple[int, Callable[[int], int]]:
        """A unit's measures as flags among all the measures there are, by name; and the same of some of them.

        A ratio (eur/ora, eur/abitante) is in no sum: that one row has it and another has not gives nothing back.
        """
        places = [
            0
            if "/" in (columns.get(measure, {}).get("unita") or "")
            else self.bits.setdefault(measure, 1 << len(self.bits))
            for measure in measures
        ]
        known: dict[int, int] = {}

        def mask(flags: int) -> int:
            if flags not in known:
                known[flags] = sum(bit for place, bit in enumerate(places) if flags >> place & 1)
            return known[flags]

        return sum(places), mask

    def _tied(self, mart: str) -> list[str]:
        """Measures that an identity or a chain names: each is a figure by itself."""
        declared = self.declarations[mart]
        found = [measure for identity in declared.identita for _, measure in _identity(mart, identity)]
        found += [measure for chain in declared.catena for measure in (chain.fine, chain.inizio)]
        return list(dict.fromkeys(found))

    def _relate(self, mart: str) -> None:
        declared = self.declarations[mart]
        for group in declared.somme:
            keys = [_expression(mart, entry, self.models[f"marts.{mart}"]["colonne"])[1] for entry in group]
            for rows in self._groups(mart, keys):
                for figures in self._by_measure(mart, rows).values():
                    self._add(Relation(tuple((figure, 1) for figure in figures), assumed=True))
        for part in declared.parti_di:
            self._relate_parts(mart, part)
        for identity in declared.identita:
            terms = _identity(mart, identity)
            for row in sorted({row for name, row, _ in self.places if name == mart}):
                found = [(self._figure(mart, row, measure), sign) for sign, measure in terms]
                tied = tuple((figure, sign) for figure, sign in found if figure is not None)
                self._add(Relation(tied, stock_and_flow=True))
        for chain in declared.catena:
            per = ", ".join(_name(column) for column in chain.per)
            for row, following in self._rows(
                f"select rowid, lead(rowid) over (partition by {per} order by {_name(chain.ordine)}) as dopo"
                f" from marts.{mart} qualify dopo is not null order by rowid"
            ):
                pair = ((self._figure(mart, row, chain.fine), 1), (self._figure(mart, following, chain.inizio), -1))
                self._add(Relation(tuple((figure, sign) for figure, sign in pair if figure is not None)))

    def _relate_parts(self, mart: str, part: Part) -> None:
        types = self.models[f"marts.{mart}"]["colonne"]
        keys = dict(_expression(mart, entry, types) for entry in part.chiave)
        chosen = ", ".join(f"{sql} as chiave_{place}" for place, sql in enumerate(keys.values()))
        match = " and ".join(
            f"parti.chiave_{place} is not distinct from intero.{_name(name)}" for place, name in enumerate(keys)
        )
        rows = self._rows(
            f"select intero.rowid, list(parti.riga order by parti.riga) from marts.{part.mart} as intero"
            f" join (select rowid as riga, {chosen} from marts.{mart} as qui) as parti on {match}"
            " group by intero.rowid order by intero.rowid"
        )
        whole = self.declarations.get(part.mart, Declaration())
        counts = {unit.persone for unit in whole.unita}
        for row, parts in rows:
            for (position, named), figures in self._by_measure(mart, parts).items():
                unit = self.declarations[mart].unita[position]
                names = [part.name_there(measure) for measure in ([named] if named else unit.misure)]
                names = [name for name in names if name in self.models[f"marts.{part.mart}"]["colonne"]]
                if not names:
                    continue
                above = [self._figure(part.mart, row, name) for name in names if name]
                totals = sorted({figure for figure in above if figure is not None})
                of_persons = part.name_there(unit.persone) in counts
                terms = tuple((figure, 1) for figure in figures)
                for total in totals:
                    self._add(Relation((*terms, (total, -1)), of_persons=of_persons))
                if not totals:  # it is shown whatever happens
                    self._add(Relation(terms, of_persons=of_persons))

    def _groups(self, mart: str, keys: Sequence[str]) -> list[list[int]]:
        chosen = ", ".join(keys)
        rows = self._rows(f"select list(rowid order by rowid) from marts.{mart} group by {chosen} order by {chosen}")
        return [row[0] for row in rows]

    def _by_measure(self, mart: str, rows: Iterable[int]) -> dict[tuple[int, str | None], list[int]]:
        """The figures of some rows of a mart, by what they measure."""
        found: dict[tuple[int, str | None], list[int]] = {}
        tied = self._tied(mart)
        kinds = [
            (position, measure)
            for position, unit in enumerate(self.declarations[mart].unita)
            for measure in _figures_of(unit, tied)
        ]
        for position, measure in kinds:
            places = (self.figure_at.get((mart, row, position, measure)) for row in rows)
            found[position, measure] = [place for place in places if place is not None]
        return found

    def _figure(self, mart: str, row: int, measure: str) -> int | None:
        """The figure of a measure of a row; None where it is shown whatever happens."""
        for position, unit in enumerate(self.declarations[mart].unita):
            if measure in unit.misure:
                named = self.figure_at.get((mart, row, position, measure))
                return self.figure_at.get((mart, row, position, None)) if named is None else named
        return None

    def _add(self, relation: Relation) -> None:
        if relation.terms:
            self.relations.append(relation)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    # --- marts whose periods go together ---

    def _blocks(self, mart: str, hidden: dict[str, set[tuple[int, int]]]) -> Iterator[tuple[int, int, bool]]:
        """Row and unit of each hidden figure of a mart of periods, and whether it stands on too few persons itself."""
        block = self.declarations[mart].blocco
        if block is None:
            return
        names = [unit.persone for unit in self.declarations[mart].unita]
        types = self.models[f"marts.{mart}"]["colonne"]
        keys = dict(_expression(mart, entry, types) for entry in block.chiave)
        chosen = ", ".join(f"{sql} as chiave_{place}" for place, sql in enumerate(keys.values()))
        match = " and ".join(
            f"qui.chiave_{place} is not distinct from intero.{_name(name)}" for place, name in enumerate(keys)
        )
        own = ", ".join(f"qui.{_name(name)}::bigint" for name in names)
        whole = ", ".join(f"intero.{_name(name)}::bigint" for name in names)
        rows = self._rows(
            f"select intero.rowid, qui.riga, qui.{THRESHOLD}, {own}, {whole}"
            f" from (select rowid as riga, *, {chosen} from marts.{mart}) as qui"
            f" left join marts.{block.intero} as intero on {match}"
            f" where qui.{ORIGIN} in {_SUBJECT} order by 1 nulls first, qui.{_name(block.ordine)}"
        )
        units = {unit.persone: place for place, unit in enumerate(self.declarations[block.intero].unita)}
        for period, found in groupby(rows, key=itemgetter(0)):
            yield from self._block(block, names, units, period, list(found), hidden[block.intero])

    def _block(
        self,
        block: Block,
        names: list[str],
        units: dict[str, int],
        period: int | None,
        rows: list[tuple[Any, ...]],
        hidden_periods: set[tuple[int, int]],
    ) -> Iterator[tuple[int, int, bool]]:
        width = len(names)
        few = [[value is None or 0 < value < row[2] for value in row[3 : 3 + width]] for row in rows]
        # what the row of the period shows; of a period without a row, nothing
        told = dict(zip(names, rows[0][3 + width :], strict=True))
        shown = {name for name in names if period is not None and (period, units[name]) not in hidden_periods}
        if shown == set(names) and not any(any(flags) for flags in few):
            return
        nothing_happens = {name for name in block.flussi if name in shown and told[name] == 0}
        still = nothing_happens == set(block.flussi)
        for place, row in enumerate(rows):
            known = set(nothing_happens)
            if still or place == 0:
                known |= {block.inizio} & shown
            if still or place == len(rows) - 1:
                known |= {block.fine} & shown
            for unit, name in enumerate(names):
                if name not in known:
                    yield row[1], unit, few[place][unit]

    # --- marts that repeat others ---

    def _followed(self, mart: str) -> str:
        """Query of the rows of a mart that repeat a row of the one it follows: ``riga``, ``seguita``, ``misura``."""
        segue = self.declarations[mart].segue
        assert segue is not None
        types = self.models[f"marts.{mart}"]["colonne"]
        keys = dict(_expression(mart, entry, types) for entry in segue.chiave)
        chosen = ", ".join(f"{sql} as chiave_{place}" for place, sql in enumerate(keys.values()))
        match = " and ".join(
            f"copie.chiave_{place} is not distinct from altro.{_name(name)}" for place, name in enumerate(keys)
        )
        measure = _name(segue.misura) if segue.misura else "null"
        return (
            f"select copie.riga, altro.rowid as seguita, copie.misura from (select rowid as riga, {measure} as misura,"
            f" {chosen} from marts.{mart} as qui where {ORIGIN} in {_SUBJECT}) as copie"
            f" join marts.{segue.mart} as altro on {match} and altro.{ORIGIN} in {_SUBJECT}"
        )

    def _following(self, mart: str, hidden: dict[str, set[tuple[int, int]]]) -> set[tuple[int, int]]:
        """Where a mart hides because the one it follows does, or because nothing says that it need not."""
        declared = self.declarations[mart]
        if declared.segue is None:
            return set()
        others = self.declarations[declared.segue.mart].unita
        first = len(declared.unita)
        found = set()
        rows = self._rows(self._followed(mart))
        for row, followed, measure in rows:
            for place, unit in enumerate(declared.segue.unita):
                names = {measure} if declared.segue.misura else set(unit.misure)
                same = [position for position, other in enumerate(others) if names & set(other.misure)]
                if not same:
                    same = list(range(len(others)))
                if any((followed, position) in hidden[declared.segue.mart] for position in same):
                    found.add((row, first + place))
        if not declared.unita:
            known = {row for row, _, _ in rows}
            for (row,) in self._rows(f"select rowid from marts.{mart} where {ORIGIN} in {_SUBJECT}"):
                if row not in known:
                    found |= {(row, first + place) for place in range(len(declared.segue.unita))}
        return found

    def _present(self, mart: str, unit: int, rows: list[int]) -> int:
        measures = self.declarations[mart].hidden_together[unit]
        counted = " + ".join(f"count({_name(measure)})" for measure in measures)
        found = self.con.execute(
            f"select {counted} from marts.{mart} where rowid in (select unnest($1::bigint[]))", [rows]
        )
        return int(found.fetchall()[0][0])


def _figures_of(unit: Unit, tied: Sequence[str]) -> list[str | None]:
    """The figures of a unit: its measures that something ties to others, or one that stands for all of them."""
    named: list[str | None] = [measure for measure in unit.misure if measure in tied]
    return named or [None]


def _by_unit(hidden: Iterable[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    found: dict[int, list[int]] = defaultdict(list)
    for row, unit in sorted(hidden):
        found[unit].append(row)
    return sorted(found.items())
