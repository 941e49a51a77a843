"""What a document says of itself: the model of ``documento.yml``, which refuses an unknown key."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.errors import ExtractError, Problem
from ingest.files import invalid, line_of, read_yaml
from ingest.printed_numbers import ValueType

DECLARATION_FILE = "documento.yml"
RULES_FILE = "quadrature.yml"

# The dimensions a printed cell can carry. One closed list: a column of raw.celle each.
Dimension = Literal[
    "anno",
    "anno_pubblicazione",
    "anno_utilizzo",
    "fase",
    "area",
    "servizio",
    "azione",
    "voce",
    "dettaglio",
    "fonte",
    "fondo",
    "tipo_fondo",
    "atto",
    "origine",
    "vincolo",
    "sub_ambito",
]
FIRST_YEAR, LAST_YEAR = 1900, 2099
YEAR_DIMENSIONS: tuple[Dimension, ...] = ("anno", "anno_pubblicazione", "anno_utilizzo")
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

RowKind = Literal["dato", "totale"]


def _with_years(dimensions: dict[Dimension, str | int]) -> dict[Dimension, str | int]:
    for name in YEAR_DIMENSIONS:
        year = dimensions.get(name)
        if year is not None and not (isinstance(year, int) and FIRST_YEAR <= year <= LAST_YEAR):
            raise ValueError(f"«{name}: {year}» non è un anno di quattro cifre")
    return dimensions


# Labels as printed, or as the declaration gives them; a year is a number of four digits.
Dimensions = Annotated[dict[Dimension, str | int], AfterValidator(_with_years)]
Line = Annotated[int, Field(ge=1, le=1_000_000)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """A declared thing: an unknown key is an error, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """One column of a table's CSV: a label (``dimensione``), an attribute of the row, or figures (``misura``).

    Attributes:
        fatto: ``nessuno`` keeps the column out of the mart its table feeds: a report reprints the years that an
            earlier one has already given.
    """

    stampata: str = ""
    dimensione: Dimension | Literal["etichetta"] | None = None
    attributo: Literal["unita", "misura"] | None = None
    misura: Slug | None = None
    unita: str | None = None
    fatto: Literal["nessuno"] | None = None
    tipo: ValueType = "numero"
    dimensioni: Dimensions = Field(default_factory=dict)
    nota: str = ""

    @property
    def is_value(self) -> bool:
        """Whether its cells are figures (or texts) to load, rather than labels."""
        return self.dimensione is None and self.attributo is None

    @model_validator(mode="after")
    def _one_role(self) -> Column:
        if self.dimensione is not None and (self.attributo or self.misura or self.unita or self.dimensioni):
            raise ValueError("una colonna con «dimensione» non ha misura, unità o altre dimensioni")
        if self.attributo is not None and (self.misura or self.unita or self.dimensioni):
            raise ValueError("una colonna con «attributo» non ha misura, unità o dimensioni")
        return self


class Table(Strict):
    """One printed table: where it stands, what a row is, and its columns in the order of the CSV.

    Attributes:
        etichette: ``stampate``, or ``redazionali`` where the labels are ours (figures of running text, whose
            sentences are not in the project).
        segnaposto: Texts printed where there is no figure, with their meaning.
    """

    titolo: str
    linee: tuple[Line, Line]
    riga: str
    fatto: Slug | None = None
    misura: Slug | None = None
    unita: str | None = None
    dimensioni: Dimensions = Field(default_factory=dict)
    segnaposto: dict[str, str] = Field(default_factory=dict)
    etichette: Literal["stampate", "redazionali"] = "stampate"
    nota: str = ""
    colonne: dict[Slug, Column]

    @model_validator(mode="after")
    def _has_values(self) -> Table:
        if self.linee[0] > self.linee[1]:
            raise ValueError("«linee» va dalla prima all'ultima riga della tabella")
        if not any(column.is_value for column in self.colonne.values()):
            raise ValueError("nessuna colonna di valori: manca almeno una colonna senza «dimensione» né «attributo»")
        reserved = {"linea", "tipo"} & set(self.colonne)
        if reserved:
            raise ValueError(f"«{reserved.pop()}» è un nome riservato: ogni CSV comincia con linea e tipo")
        attributes = {column.attributo for column in self.colonne.values() if column.attributo}
        for name, column in self.colonne.items():
            if not column.is_value:
                continue
            if not (column.unita or self.unita or "unita" in attributes):
                raise ValueError(f"la colonna «{name}» non dice la sua unità")
            if not (column.misura or self.misura or "misura" in attributes):
                raise ValueError(f"la colonna «{name}» non dice la sua misura")
        return self


class Source(Strict):
    """The file the tables were transcribed from; the file itself is not in the repository."""

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    titolare: str
    licenza: str


class Document(Strict):
    """One approved document and its tables.

    Attributes:
        documento: The number the source's file name starts with: ``001``.
        ente: ``ente_id`` of the ente that approved it (seed ``enti``).
        anno_pubblicazione: The financial year the document reports or plans, where its figures are printed.
    """

    documento: str = Field(pattern=r"^\d{3}$")
    titolo: str
    ente: Slug
    anno_pubblicazione: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    fonte: Source
    nota: str = ""
    segnaposto: dict[str, str] = Field(default_factory=dict)
    tabelle: dict[Slug, Table] = Field(min_length=1)

    @cached_property
    def table_names(self) -> tuple[str, ...]:
        """Names of the tables, in the order of the declaration."""
        return tuple(self.tabelle)


def read_declaration(folder: Path, *, units: frozenset[str], facts: frozenset[str], enti: frozenset[str]) -> Document:
    """Read and check ``documento.yml``.

    Args:
        folder: The document's folder.
        units: Units that exist (seed ``unita``).
        facts: Facts a table may feed (seed ``fatti``).
        enti: ``ente_id`` that exist (seed ``enti``).

    Raises:
        ExtractError: Missing, not UTF-8, not YAML, an unknown key, or a unit, fact or ente that does not exist;
            each with its line.
    """
    path = folder / DECLARATION_FILE
    raw, lines = read_yaml(path)
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        action = "correggere la dichiarazione: le chiavi ammesse sono in docs/guida.md, «Aggiungere un documento»"
        raise ExtractError(invalid(path, error, lines, action)) from error
    problems = _unknown_references(path, document, lines, units, facts, enti)
    if problems:
        raise ExtractError(problems)
    return document


def _unknown_references(
    path: Path,
    document: Document,
    lines: dict[tuple[str, ...], int],
    units: frozenset[str],
    facts: frozenset[str],
    enti: frozenset[str],
) -> list[Problem]:
    problems = []
    if document.ente not in enti:
        problems.append(
            Problem(
                path,
                "l'ente non esiste",
                "aggiungere l'ente in seeds/enti.csv o correggere il nome",
                line=line_of(lines, ("ente",)),
                column="ente",
                value=document.ente,
            )
        )
    for table_name, table in document.tabelle.items():
        where: list[tuple[tuple[str, ...], str]] = []
        if table.unita:
            where.append((("tabelle", table_name, "unita"), table.unita))
        where += [
            (("tabelle", table_name, "colonne", name, "unita"), column.unita)
            for name, column in table.colonne.items()
            if column.unita
        ]
        problems += [
            Problem(
                path,
                "l'unità non esiste",
                "usare un'unità di seeds/unita.csv, o aggiungerla lì",
                line=line_of(lines, keys),
                column=".".join(keys),
                value=unit,
            )
            for keys, unit in where
            if unit not in units
        ]
        if table.fatto is not None and table.fatto not in facts:
            keys = ("tabelle", table_name, "fatto")
            problems.append(
                Problem(
                    path,
                    "il fatto non esiste",
                    "usare un fatto di seeds/fatti.csv, o toglierlo se la tabella non alimenta un mart",
                    line=line_of(lines, keys),
                    column=".".join(keys),
                    value=table.fatto,
                )
            )
    return problems
