"""Reference data the ingest needs before the database exists: units, facts, enti, repairs. Read from the seeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ingest.errors import ExtractError, Problem
from ingest.files import read_csv

SEEDS_READ = ("unita.csv", "fatti.csv", "enti.csv", "rettifiche.csv")
REPAIR_COLUMNS = (
    "rettifica_id",
    "documento",
    "tabella",
    "linea",
    "colonna",
    "testo_atteso",
    "valore",
    "prova",
    "quadratura_prova",
)


@dataclass(frozen=True)
class Repair:
    """A proven repair of a misprinted cell (a row of ``seeds/rettifiche.csv``)."""

    rettifica_id: str
    cella: tuple[str, str, int, str]
    expected: str
    value: Decimal
    proof: str
    line: int


@dataclass(frozen=True)
class Indicator:
    """An indicator of a plan of an ente, as the values that a person states are checked against it."""

    ente_id: str
    piano: str
    codice: str
    unita: str
    periodicita: str
    anno_dal: int
    anno_al: int


@dataclass(frozen=True)
class Activity:
    """A figure of activity that an office may state: an indicator of a service, whole or of a part."""

    servizio: str
    indicatore: str
    dimensione: str
    modalita: str
    unita: str
    esatta: bool


WHOLE = "totale"
"""What stands in the place of the part of a figure that has none."""


@dataclass(frozen=True)
class Reference:
    """What exists: units, facts and enti; and the repairs."""

    units: frozenset[str]
    facts: frozenset[str]
    enti: frozenset[str]
    repairs: tuple[Repair, ...]


def read_reference(seeds: Path) -> Reference:
    """Read the seeds the ingest needs.

    Raises:
        ExtractError: A seed is missing or malformed, or a repair has no proof or no exact value.
    """
    return Reference(
        units=frozenset(row["unita"] for _, row in _rows(seeds / "unita.csv", "unita")),
        facts=frozenset(row["fatto"] for _, row in _rows(seeds / "fatti.csv", "fatto")),
        enti=frozenset(row["ente_id"] for _, row in _rows(seeds / "enti.csv", "ente_id")),
        repairs=tuple(_repairs(seeds / "rettifiche.csv")),
    )


def _rows(path: Path, *columns: str) -> list[tuple[int, dict[str, str]]]:
    (_, header), *rows = read_csv(path)
    problems = [
        Problem(path, "manca una colonna", "aggiungerla", line=1, column=column)
        for column in columns
        if column not in header
    ]
    problems += [
        Problem(path, f"la riga ha {len(fields)} campi, l'intestazione {len(header)}", "contare le virgole", line=line)
        for line, fields in rows
        if len(fields) != len(header)
    ]
    if problems:
        raise ExtractError(problems)
    return [(line, dict(zip(header, fields, strict=True))) for line, fields in rows]


def _repairs(path: Path) -> list[Repair]:
    repairs = []
    for line, row in _rows(path, *REPAIR_COLUMNS):
        try:
            value = Decimal(row["valore"])
            if not value.is_finite():
                raise ValueError(row["valore"])
            cell = (row["documento"], row["tabella"], int(row["linea"]), row["colonna"])
        except (InvalidOperation, ValueError) as error:
            raise ExtractError(
                [
                    Problem(
                        path,
                        "rettifica non valida",
                        "controllare linea e valore (con il punto decimale)",
                        line=line,
                    )
                ]
            ) from error
        if not row["prova"].strip() or not row["quadratura_prova"].strip():
            raise ExtractError(
                [
                    Problem(
                        path,
                        "rettifica senza prova",
                        "indicare il totale che la dimostra",
                        line,
                        value=row["rettifica_id"],
                    )
                ]
            )
        repairs.append(Repair(row["rettifica_id"], cell, row["testo_atteso"], value, row["prova"], line))
    return repairs


def read_domains(seeds: Path) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """The values that the fields of a flusso may refer to, by domain, and each comune with its ente.

    Raises:
        ExtractError: A seed is missing or malformed.
    """
    comuni = [
        (row["ente_id"], row["codice_istat"]) for _, row in _rows(seeds / "comuni.csv", "ente_id", "codice_istat")
    ]
    domains = {
        name: [row[column] for _, row in _rows(seeds / f"{name}.csv", column)]
        for name, column in (
            ("enti", "ente_id"),
            ("servizi", "servizio"),
            ("fonti", "fonte"),
            ("aree", "area"),
            ("piani", "piano"),
            ("unita", "unita"),
        )
    }
    codes = [row["codice"] for _, row in _rows(seeds / "indicatori_piani.csv", "codice")]
    stated = read_activities(seeds)
    of_activities = {
        "servizi_attivita": _once(each.servizio for each in stated),
        "indicatori_attivita": _once(each.indicatore for each in stated),
        "dimensioni_attivita": _once(each.dimensione for each in stated),
        "modalita_attivita": _once(each.modalita for each in stated),
    }
    return {**domains, **of_activities, "comuni": [code for _, code in comuni], "indicatori": codes}, comuni


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def read_indicators(seeds: Path) -> list[Indicator]:
    """The indicators of every plan.

    Raises:
        ExtractError: A seed is missing or malformed.
    """
    listed = _rows(seeds / "indicatori_piani.csv", "elenco", "codice", "unita", "periodicita")
    plans = _rows(seeds / "piani.csv", "ente_id", "piano", "elenco", "anno_dal", "anno_al")
    return [
        Indicator(
            plan["ente_id"],
            plan["piano"],
            indicator["codice"],
            indicator["unita"],
            indicator["periodicita"],
            int(plan["anno_dal"]),
            int(plan["anno_al"]),
        )
        for _, plan in plans
        for _, indicator in listed
        if indicator["elenco"] == plan["elenco"]
    ]


def read_activities(seeds: Path) -> list[Activity]:
    """The figures of activity that an office may state, each indicator whole and in the parts that are known of it.

    Raises:
        ExtractError: A seed is missing or malformed.
    """
    exact = {row["unita"]: row["esatta"] == "true" for _, row in _rows(seeds / "unita.csv", "unita", "esatta")}
    path = seeds / "indicatori_attivita.csv"
    listed = _rows(path, "servizio", "indicatore", "unita")
    unknown = [
        Problem(path, "unità che non esiste", "scriverla come nel seme unita", line, "unita", row["unita"])
        for line, row in listed
        if row["unita"] not in exact
    ]
    if unknown:
        raise ExtractError(unknown)
    named = _rows(seeds / "attivita.csv", "servizio", "indicatore", "dimensione", "modalita")
    parts: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for _, row in named:
        if row["dimensione"]:
            parts.setdefault((row["servizio"], row["indicatore"]), []).append((row["dimensione"], row["modalita"]))
    return [
        Activity(row["servizio"], row["indicatore"], dimension, part, row["unita"], exact[row["unita"]])
        for _, row in listed
        for dimension, part in dict.fromkeys([(WHOLE, WHOLE), *parts.get((row["servizio"], row["indicatore"]), [])])
    ]
