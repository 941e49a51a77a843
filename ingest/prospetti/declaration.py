"""What a document says of itself: the model of ``documento.yml``, which refuses an unknown key."""

from __future__ import annotations

import codecs
import csv
import io
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.errors import ExtractError, Problem
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
DIMENSIONS: tuple[Dimension, ...] = Dimension.__args__  # type: ignore[attr-defined]  # typing keeps it untyped

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


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column of a table's CSV: a label (``dimensione``), an attribute of the row, or figures (``misura``)."""

    stampata: str = ""
    dimensione: Dimension | Literal["etichetta"] | None = None
    attributo: Literal["unita", "misura"] | None = None
    misura: Slug | None = None
    unita: str | None = None
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


class Table(_Strict):
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


class Source(_Strict):
    """The file the tables were transcribed from; the file itself is not in the repository."""

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    titolare: str
    licenza: str


class Document(_Strict):
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
        raise ExtractError(
            [
                Problem(
                    path,
                    italian(item["msg"], item["type"]),
                    "correggere la dichiarazione: le chiavi ammesse sono in docs/guida.md, «Aggiungere un documento»",
                    line=line_of(lines, item["loc"]),
                    column=".".join(str(part) for part in item["loc"]),
                )
                for item in error.errors()
            ]
        ) from error
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


def read_yaml(path: Path) -> tuple[Any, dict[tuple[str, ...], int]]:
    """Read a YAML file with, for each key path, its line (from 1).

    Raises:
        ExtractError: The file is missing, empty, not UTF-8 or not YAML.
    """
    text = read_text(path)
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        content = yaml.load(text, Loader=yaml.CSafeLoader)  # CSafeLoader is the safe one
    except (yaml.YAMLError, ValueError) as error:  # a date such as 2024-13-45 is a ValueError
        raise ExtractError([_not_yaml(path, text, error)]) from error
    lines: dict[tuple[str, ...], int] = {}
    twice: list[tuple[int, str]] = []
    _collect_lines(node, (), lines, twice)
    if twice:  # the reader keeps the second and says nothing
        raise ExtractError(
            [
                Problem(path, "la chiave c'è due volte", "tenerne una sola, o cambiarle nome", line=line, value=key)
                for line, key in twice
            ]
        )
    return content, lines


def _not_yaml(path: Path, text: str, error: Exception) -> Problem:
    what, line = str(error), None
    if isinstance(error, yaml.MarkedYAMLError):
        what = error.problem or what
        line = error.problem_mark.line + 1 if error.problem_mark else None
    elif isinstance(error, yaml.reader.ReaderError):
        what = str(error.reason)
        line = text.count("\n", 0, error.position) + 1
    return Problem(path, f"non è YAML leggibile ({what})", "correggere la riga indicata", line=line)


def _collect_lines(
    node: Any, path: tuple[str, ...], lines: dict[tuple[str, ...], int], twice: list[tuple[int, str]]
) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            child = (*path, str(key.value))
            if child in lines:
                twice.append((key.start_mark.line + 1, str(key.value)))
            lines[child] = key.start_mark.line + 1
            _collect_lines(value, child, lines, twice)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            child = (*path, str(index))
            lines[child] = value.start_mark.line + 1
            _collect_lines(value, child, lines, twice)


def line_of(lines: dict[tuple[str, ...], int], location: tuple[int | str, ...]) -> int | None:
    """The line of the nearest enclosing key of a location in a YAML file."""
    keys = tuple(str(part) for part in location)
    while keys:
        if keys in lines:
            return lines[keys]
        keys = keys[:-1]
    return None


def read_text(path: Path) -> str:
    """Read a text file as UTF-8, with or without BOM.

    Raises:
        ExtractError: It is missing, empty, or not UTF-8 (with the line of the first bad byte).
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ExtractError([Problem(path, "il file manca", "aggiungerlo, o togliere ciò che lo nomina")]) from error
    except OSError as error:
        raise ExtractError(
            [Problem(path, f"il file non si apre ({error.strerror})", "metterci un file leggibile")]
        ) from error
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise ExtractError([Problem(path, "il file è vuoto", "trascrivere la tabella o togliere il file")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExtractError(
            [
                Problem(
                    path,
                    "il file non è scritto in UTF-8",
                    "salvarlo di nuovo scegliendo la codifica UTF-8",
                    line=content[: error.start].count(b"\n") + 1,
                    value=repr(content[error.start : error.end])[2:-1],
                )
            ]
        ) from error


def read_csv(path: Path) -> list[tuple[int, list[str]]]:
    """Read a CSV, header included: for each row that is not blank, its line in the file (from 1) and its fields.

    Raises:
        ExtractError: Missing, empty or not UTF-8, or a quote that is not closed.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        return [(reader.line_num, fields) for fields in reader if any(text.strip() for text in fields)]
    except csv.Error as error:
        raise ExtractError(
            [
                Problem(
                    path,
                    f"non è un CSV leggibile ({error})",
                    "controllare le virgolette",
                    line=reader.line_num,
                )
            ]
        ) from error


def italian(message: str, kind: str) -> str:
    """The message of a pydantic error, in Italian where it is one that an office can meet."""
    known = {
        "extra_forbidden": "chiave sconosciuta",
        "missing": "chiave obbligatoria mancante",
        "literal_error": "valore non ammesso",
        "string_pattern_mismatch": "il testo non ha la forma richiesta",
        "int_parsing": "non è un numero intero",
        "int_type": "non è un numero intero",
        "string_type": "non è un testo",
        "dict_type": "non è un elenco di chiavi",
        "model_type": "non è un elenco di chiavi",
        "invalid_key": "la chiave non è un testo",
        "list_type": "non è un elenco",
        "too_short": "l'elenco è vuoto, o ha meno voci di quelle richieste",
        "too_long": "l'elenco ha più voci di quelle richieste",
        "greater_than_equal": "numero troppo piccolo",
        "less_than_equal": "numero troppo grande",
    }
    return known.get(kind, message.removeprefix("Value error, "))
