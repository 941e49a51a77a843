"""Rules that recompute printed figures, as data: ``quadrature.yml`` expanded into checks and their terms.

The engine only says *which* cells make a check; the arithmetic is in the models (``int_quadrature_*``), in exact
decimals. Four kinds of check cover the field: a figure equal to another, a sum (with signs and coefficients), a ratio
(shares, per-capita and unit values, indices), and a limit: a figure that is at least, at most, more than or less than
a sum. Limits are a part and its whole, a least and a greatest value; the strict ones «in crescita», «meno di». A term
of a sum may count cells instead of adding them: the number of projects that a text says and the rows that a table has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from ingest.errors import ExtractError, Problem
from ingest.files import invalid, line_of, read_yaml
from ingest.prospetti.declaration import RULES_FILE, Dimension, Strict

Role = Literal["addendo", "conteggio", "numeratore", "denominatore", "fattore"]
Limit = Literal["almeno", "al_piu", "piu_di", "meno_di"]
Kind = Literal["uguale", "somma", Limit, "rapporto"]
LIMITS: tuple[Limit, ...] = get_args(Limit)
Lines = Annotated[str, Field(pattern=r"^\d+(-\d+)?(,\s*\d+(-\d+)?)*$")]


class Reference(Strict):
    """Cells a rule names. What it leaves out (document, table, line, column) comes from the rule.

    Attributes:
        conta: Count the cells instead of adding their figures: ``celle`` counts each cell that is printed, the name of
            a dimension how many different members of it the cells have.
        testo: Count the cells printed exactly so.
    """

    documento: str | None = None
    tabella: str | None = None
    linea: int | None = None
    linee: Lines | None = None
    colonna: str | None = None
    colonne: list[str] | None = None
    voce: str | None = None
    coefficiente: Decimal = Field(Decimal(1), max_digits=18, decimal_places=4)  # what raw can hold
    conta: Literal["celle"] | Dimension | None = None
    testo: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Reference:
        if self.linea is not None and self.linee is not None:
            raise ValueError("si indica «linea» o «linee», non tutte e due")
        if self.colonna is not None and self.colonne is not None:
            raise ValueError("si indica «colonna» o «colonne», non tutte e due")
        if self.testo is not None and self.conta is None:
            raise ValueError("«testo» dice quali celle contare: va con «conta»")
        return self


class Ratio(Strict):
    """``per`` × (sum of the numerator) × factor ÷ (sum of the denominator)."""

    numeratore: list[Reference] = Field(min_length=1)
    denominatore: list[Reference] = Field(min_length=1)
    fattore: Reference | None = None
    per: Decimal = Field(Decimal(1), max_digits=8, decimal_places=4)  # what the model multiplies by

    @model_validator(mode="after")
    def _adds(self) -> Ratio:
        references = [*self.numeratore, *self.denominatore, *([self.fattore] if self.fattore else [])]
        if any(reference.conta is not None for reference in references):
            raise ValueError("«conta» va in «uguale_a», in «somma» o in un limite, non in un rapporto")
        return self


class Rule(Strict):
    """One rule; with ``per_colonne`` or ``per_linee`` it makes one check for each."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    descrizione: str
    tabella: str | None = None
    figura: Reference
    per_colonne: list[str] | None = None
    per_linee: Lines | None = None
    uguale_a: Reference | None = None
    somma: list[Reference] | None = None
    almeno: list[Reference] | None = None
    al_piu: list[Reference] | None = None
    piu_di: list[Reference] | None = None
    meno_di: list[Reference] | None = None
    rapporto: Ratio | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Rule:
        kinds = (self.uguale_a, self.somma, self.rapporto, *(getattr(self, limit) for limit in LIMITS))
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError(
                "ogni regola ha uno solo tra «uguale_a», «somma», «almeno», «al_piu», «piu_di», «meno_di» e «rapporto»"
            )
        if self.per_colonne is not None and self.per_linee is not None:
            raise ValueError("si indica «per_colonne» o «per_linee», non tutte e due")
        if self.figura.linee is not None or self.figura.colonne is not None:
            raise ValueError("la figura controllata è una cella sola: «linea» e «colonna»")
        if self.figura.conta is not None:
            raise ValueError("la figura controllata è una cifra stampata: «conta» va tra le celle con cui si ricalcola")
        return self

    @property
    def addends(self) -> list[Reference]:
        """What a sum, an equality or a limit adds up; nothing for a ratio."""
        if self.uguale_a is not None:
            return [self.uguale_a]
        return [*(self.somma or ()), *(reference for limit in LIMITS for reference in getattr(self, limit) or ())]

    @property
    def documents(self) -> frozenset[str]:
        """The other documents it names."""
        references = [self.figura, *self.addends]
        if self.rapporto is not None:
            references += [*self.rapporto.numeratore, *self.rapporto.denominatore]
            references += [self.rapporto.fattore] if self.rapporto.fattore else []
        return frozenset(reference.documento for reference in references if reference.documento)

    @property
    def kind(self) -> Kind:
        """The one kind it declares."""
        if self.uguale_a is not None:
            return "uguale"
        if self.somma is not None:
            return "somma"
        for limit in LIMITS:
            if getattr(self, limit) is not None:
                return limit
        return "rapporto"


class _RuleBook(Strict):
    regole: list[Rule]


@dataclass(frozen=True)
class CellKey:
    """What the rules need to know of a cell to name it."""

    cella_id: str
    documento: str
    tabella: str
    linea: int
    colonna: str
    voce: str
    testo: str = ""
    dimensioni: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One figure to recompute."""

    quadratura_id: str
    documento: str
    tipo: str
    descrizione: str
    cella_id: str
    moltiplicatore: Decimal


@dataclass(frozen=True)
class Term:
    """One cell of a check, with its role and coefficient."""

    quadratura_id: str
    ordine: int
    ruolo: Role
    cella_id: str
    coefficiente: Decimal


class CellIndex:
    """Cells by document, table, line and column."""

    def __init__(self, keys: Iterable[CellKey]) -> None:
        self._cells: dict[tuple[str, str, int, str], list[CellKey]] = defaultdict(list)
        self._tables: dict[tuple[str, str], set[str]] = defaultdict(set)
        for key in keys:
            self._cells[key.documento, key.tabella, key.linea, key.colonna].append(key)
            self._tables[key.documento, key.tabella].add(key.colonna)

    def find(self, document: str, table: str, line: int, column: str, label: str | None) -> list[CellKey]:
        """The cells printed there; more than one where several rows share the line and no label is given."""
        found = self._cells.get((document, table, line, column), [])
        return [key for key in found if label is None or key.voce == label]

    @property
    def documents(self) -> frozenset[str]:
        """The documents that have cells."""
        return frozenset(document for document, _ in self._tables)

    def columns(self, document: str, table: str) -> set[str]:
        """The columns of a table that have cells; empty for a table that does not exist."""
        return self._tables.get((document, table), set())


def read_rules(folder: Path) -> tuple[list[Rule], dict[tuple[str, ...], int]]:
    """Read ``quadrature.yml`` of a document, with the line of every key. No file means no rules.

    Raises:
        ExtractError: Not YAML, an unknown key, a rule of no kind or of two, an id used twice.
    """
    path = folder / RULES_FILE
    if not path.exists():
        return [], {}
    raw, lines = read_yaml(path)
    try:
        rules = _RuleBook.model_validate(raw).regole
    except ValidationError as error:
        raise ExtractError(invalid(path, error, lines, "correggere la regola")) from error
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.id in seen:
            where = line_of(lines, ("regole", number))
            raise ExtractError([Problem(path, "id usato due volte", "cambiarne uno", line=where, value=rule.id)])
        seen.add(rule.id)
    return rules, lines


def expand(
    folder: Path,
    document: str,
    rules: list[Rule],
    lines: dict[tuple[str, ...], int],
    index: CellIndex,
    *,
    partial: bool = False,
) -> tuple[list[Check], list[Term]]:
    """Expand the rules of one document into checks and terms.

    In a rule that runs over columns or lines, a figure that is not printed makes no check and an addend that is not
    printed adds nothing; a cell named one by one must be there. When only some documents are loaded (``partial``), a
    rule that names one not loaded yet waits for it.

    Raises:
        ExtractError: A table, column or cell that a rule names does not exist, a check without terms, or a rule that
            makes no check at all.
    """
    checks: list[Check] = []
    terms: list[Term] = []
    problems: list[Problem] = []
    for number, rule in enumerate(rules):
        where = line_of(lines, ("regole", number))
        if partial and not rule.documents <= index.documents:
            continue
        before = len(checks), len(problems)
        for suffix, line, column in _runs(rule):
            resolver = _Resolver(document, rule, line, column, index)
            try:
                figures = resolver.cells(rule.figura, required=not suffix)
                if not figures and suffix:
                    continue
                if len(figures) != 1:
                    raise LookupError(f"la figura indica {len(figures)} celle invece di una: aggiungere «voce»")
                found = list(resolver.terms(rule))
                if not found:
                    raise LookupError("nessuna cella da confrontare")
                # a share is printed among the shares it is divided by, a number among the rows it counts; a sum or an
                # equality with itself says nothing
                if any(role == "addendo" and key.cella_id == figures[0].cella_id for role, key, _ in found):
                    raise LookupError("la figura controllata è tra le celle con cui si ricalcola")
            except LookupError as error:
                problems.append(
                    Problem(
                        folder / RULES_FILE,
                        str(error.args[0]),
                        "correggere tabella, linea o colonna della regola",
                        line=where,
                        value=rule.id + suffix,
                    )
                )
                continue
            check_id = f"{document}-{rule.id}{suffix}"
            multiplier = rule.rapporto.per if rule.rapporto else Decimal(1)
            checks.append(Check(check_id, document, rule.kind, rule.descrizione, figures[0].cella_id, multiplier))
            terms += [
                Term(check_id, order, role, key.cella_id, coefficient)
                for order, (role, key, coefficient) in enumerate(found, start=1)
            ]
        if (len(checks), len(problems)) == before:  # a slip in its lines, which nobody would miss
            problems.append(
                Problem(
                    folder / RULES_FILE,
                    "la regola non controlla nessuna cifra",
                    "correggere le linee o le colonne su cui vale",
                    line=where,
                    value=rule.id,
                )
            )
    if problems:
        raise ExtractError(problems)
    return checks, terms


def _runs(rule: Rule) -> Iterator[tuple[str, int | None, str | None]]:
    if rule.per_colonne is not None:
        yield from ((f"-{column}", None, column) for column in rule.per_colonne)
    elif rule.per_linee is not None:
        yield from ((f"-{line}", line, None) for line in _lines(rule.per_linee))
    else:
        yield "", None, None


def _lines(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


@dataclass(frozen=True)
class _Resolver:
    document: str
    rule: Rule
    line: int | None
    column: str | None
    index: CellIndex

    def terms(self, rule: Rule) -> Iterator[tuple[Role, CellKey, Decimal]]:
        for reference in rule.addends:
            yield from self._counted(reference) if reference.conta else self._of("addendo", [reference])
        if rule.rapporto is not None:
            yield from self._of("numeratore", rule.rapporto.numeratore)
            yield from self._of("denominatore", rule.rapporto.denominatore)
            yield from self._of("fattore", [rule.rapporto.fattore] if rule.rapporto.fattore else [])

    def _of(self, role: Role, references: list[Reference]) -> Iterator[tuple[Role, CellKey, Decimal]]:
        for reference in references:
            for key in self.cells(reference, required=role != "addendo"):
                yield role, key, reference.coefficiente

    def _counted(self, reference: Reference) -> Iterator[tuple[Role, CellKey, Decimal]]:
        found = [key for key in self.cells(reference, required=True) if reference.testo in (None, key.testo)]
        if reference.conta != "celle":  # the first cell of each member stands for it
            members = {key.dimensioni.get(str(reference.conta)): key for key in reversed(found)}
            found = [key for member, key in reversed(members.items()) if member is not None]
        if not found:
            raise LookupError("nessuna cella da contare")
        for key in found:
            yield "conteggio", key, reference.coefficiente

    def cells(self, reference: Reference, *, required: bool) -> list[CellKey]:
        document = reference.documento or self.document
        table = reference.tabella or self.rule.tabella
        if table is None:
            raise LookupError("manca «tabella»")
        known = self.index.columns(document, table)
        if not known:
            raise LookupError(f"la tabella {document}/{table} non esiste")
        lines = self._lines_of(reference)
        columns = reference.colonne or [reference.colonna or self.column or ""]
        single = len(lines) == 1 and len(columns) == 1
        named_here = reference.linea is not None and reference.colonna is not None
        found = []
        for column in columns:
            if column not in known:
                raise LookupError(f"la colonna «{column}» non è in {document}/{table}")
            for line in lines:
                cells = self.index.find(document, table, line, column, reference.voce)
                if not cells and single and (required or named_here):
                    raise LookupError(f"non c'è nessuna cella in {document}/{table}, linea {line}, colonna «{column}»")
                found += cells
        return found

    def _lines_of(self, reference: Reference) -> list[int]:
        if reference.linee is not None:
            return list(_lines(reference.linee))
        line = reference.linea if reference.linea is not None else self.line
        if line is None:
            raise LookupError("manca «linea»")
        return [line]
