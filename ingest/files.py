"""Read text, CSV and YAML files whole, with the line of what is wrong in them."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ingest.errors import ExtractError, Problem


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
        raise ExtractError([_empty(path)])
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
        rows = [(reader.line_num, fields) for fields in reader if any(text.strip() for text in fields)]
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
    if not rows:  # commas and nothing else
        raise ExtractError([_empty(path)])
    return rows


def _empty(path: Path) -> Problem:
    return Problem(path, "il file è vuoto", "trascrivere la tabella o togliere il file")


def invalid(path: Path, error: ValidationError, lines: dict[tuple[str, ...], int], action: str) -> list[Problem]:
    """What a model refused of a YAML file: a problem for each thing, with its line and its key."""
    return [
        Problem(
            path,
            _italian(item["msg"], item["type"]),
            action,
            line=line_of(lines, item["loc"]),
            column=".".join(str(part) for part in item["loc"]),
        )
        for item in error.errors()
    ]


def _italian(message: str, kind: str) -> str:
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
        "decimal_max_digits": "numero con troppe cifre",
        "decimal_max_places": "numero con più di quattro decimali",
        "decimal_whole_digits": "numero troppo grande",
    }
    return known.get(kind, message.removeprefix("Value error, "))
