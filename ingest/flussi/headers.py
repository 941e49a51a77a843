"""Recognise a layout by its header: order free, accents, case, punctuation and declared synonyms accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.errors import Problem
from ingest.flussi.refused import RefusedError
from ingest.flussi.tracciato import Tracciato, normalised

FIRST_ROWS = 30
"""The header stands in the first rows: titles above it, never data."""

# Headers of columns that hold who a person is. They are looked for in the headers that no layout declares: the
# declared ones (``codice fiscale utente``) become keyed hashes.
_PERSON_WORDS = frozenset(
    {
        "nome",
        "nomi",
        "cognome",
        "cognomi",
        "nominativo",
        "nominativi",
        "cf",
        "tel",
        "telefono",
        "telefoni",
        "cellulare",
        "cell",
        "email",
        "mail",
        "pec",
        "iban",
        "indirizzo",
        "via",
        "residenza",
        "domicilio",
        "recapito",
        "recapiti",
        "nascita",
        "nato",
        "nata",
    }
)
_PERSON_PARTS = (
    "codicefiscale",
    "codfisc",
    "cognome",
    "nominativo",
    "datanascita",
    "datadinascita",
    "natoil",
    "luogonascita",
    "luogodinascita",
    "comunedinascita",
    "comunenascita",
    "tesserasanitaria",
    "cartaidentita",
    "documentoidentita",
    "telefono",
    "cellulare",
    "indirizzo",
    "iban",
    "email",
)
# A name of one of these is not a person's.
_THINGS = frozenset(
    {
        "struttura",
        "comune",
        "servizio",
        "gestore",
        "fondo",
        "ente",
        "cooperativa",
        "misura",
        "progetto",
        "area",
        "voce",
        "azione",
        "file",
        "bando",
        "anno",
        "sub",
        "ambito",
        "distretto",
        "unita",
        "offerta",
    }
)


@dataclass(frozen=True)
class Header:
    """Where a header stands and which field each of its columns is.

    Attributes:
        line: Line or row of the file, from 1. 0 where there is none (Parquet names its columns apart).
        fields: Field of the layout, by position from 0.
        texts: The header as written, by position.
    """

    line: int
    fields: dict[int, str]
    texts: dict[int, str]

    @property
    def width(self) -> int:
        """Positions up to the last column with a name."""
        return max(self.fields) + 1


@dataclass(frozen=True)
class _Match:
    """How a row of a file compares with the header of a layout."""

    line: int
    layout: Tracciato
    fields: dict[int, str]
    texts: dict[int, str]
    unknown: list[str]
    twice: dict[str, list[str]]
    missing: list[str]

    @property
    def fits(self) -> bool:
        return not (self.unknown or self.twice or self.missing)

    @property
    def found(self) -> int:
        return len(set(self.fields.values()))

    @property
    def nearness(self) -> tuple[int, int, int]:
        return (self.found - len(self.missing) - len(self.unknown), self.found, -len(self.twice))


@dataclass(frozen=True)
class Candidate:
    """The row of a table that is most like a header, and every layout it fits."""

    line: int
    fits: list[_Match]
    nearest: _Match

    @property
    def header(self) -> Header:
        """The header, when exactly one layout fits."""
        (match,) = self.fits
        return Header(match.line, match.fields, match.texts)

    @property
    def layout(self) -> Tracciato:
        """The layout, when exactly one fits."""
        return self.fits[0].layout

    @property
    def order(self) -> tuple[int, int]:
        """To choose among several ways of cutting the same text into columns."""
        return (max((match.found for match in self.fits), default=0), self.nearest.found)


@cache
def _accepted(layout_fields: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {normalised(text): name for name, others in layout_fields for text in (name, *others)}


def _names(layout: Tracciato) -> dict[str, str]:
    return _accepted(tuple((field.nome, tuple(field.sinonimi)) for field in layout.campi))


def is_personal(text: str) -> bool:
    """Whether a header looks like one of a column that says who a person is."""
    plain = normalised(text)
    if plain == "c f" or any(part in plain.replace(" ", "") for part in _PERSON_PARTS):
        return True
    words = set(plain.split())
    if "anno" in words and "nascita" in words:  # a layout has it, and it names nobody
        return False
    return bool(words & _PERSON_WORDS) and not words & _THINGS


def _compare(line: int, cells: Mapping[int, str], layout: Tracciato) -> _Match:
    names = _names(layout)
    fields: dict[int, str] = {}
    unknown: list[str] = []
    for position, text in cells.items():
        name = names.get(normalised(text))
        if name is None:
            unknown.append(text)
        else:
            fields[position] = name
    found = list(fields.values())
    twice = {
        name: [cells[position] for position, other in fields.items() if other == name]
        for name in dict.fromkeys(found)
        if found.count(name) > 1
    }
    missing = [field.nome for field in layout.campi if field.richiesto and field.nome not in found]
    return _Match(line, layout, fields, dict(cells), unknown, twice, missing)


def find_header(
    rows: Sequence[tuple[int, Sequence[str]]], layouts: Mapping[str, Tracciato], *, least: int = 2
) -> Candidate | None:
    """The header among the first rows of a table, each with its line.

    A row that fits a layout wins; otherwise the one with most columns of some layout, which is what the sender meant.
    ``None`` when no row has at least ``least`` columns of a layout.
    """
    best: Candidate | None = None
    for line, texts in rows:
        cells = {position: _one_line(text) for position, text in enumerate(texts) if text.strip()}
        if not cells:
            continue
        matches = [_compare(line, cells, layout) for layout in layouts.values()]
        fits = [match for match in matches if match.fits]
        nearest = max(matches, key=lambda match: match.nearness)
        most = max(matches, key=lambda match: match.found)
        if most.found < least:
            continue
        if fits:
            return Candidate(line, fits, nearest)
        if best is None or most.found > max(best.nearest.found, 0):
            best = Candidate(line, [], nearest if nearest.found >= least else most)
    return best


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def personal_columns(rows: Sequence[tuple[int, Sequence[str]]], header: Candidate | None) -> list[tuple[int, str]]:
    """Columns that say who a person is, with the line of their header.

    Without a header, a row of at least two texts of which one is such a name is taken for a header.
    """
    if header is not None:
        texts = [text for match in (header.fits or [header.nearest]) for text in match.unknown]
        return [(header.line, text) for text in texts if is_personal(text)]
    for line, cells in rows:
        texts = [_one_line(text) for text in cells if text.strip()]
        # a title such as "Elenco dei nominativi" is longer than a header, and alone on its row
        named = [text for text in texts if is_personal(text) and len(text.split()) <= 4]
        if len(texts) > 1 and named:
            return [(line, text) for text in named]
    return []


def refuse_persons(path: Path, found: list[tuple[int, str]], *, sheet: str | None = None) -> RefusedError:
    """The refusal of a file with columns that say who a person is."""
    where = f" (foglio «{sheet}»)" if sheet else ""
    return RefusedError(
        [
            Problem(
                path,
                f"la colonna sembra dire chi è una persona{where}, e i dati delle persone non devono entrare",
                "togliere la colonna e mandare il file con il solo codice della persona",
                line=line or None,
                column=text,
            )
            for line, text in found
        ]
    )


def refuse_header(path: Path, header: Candidate | None, *, sheet: str | None = None) -> RefusedError:
    """The refusal of a file whose header fits no layout, or several: the nearest one, and what differs."""
    where = f" del foglio «{sheet}»" if sheet else ""
    if header is None:
        return RefusedError(
            [
                Problem(
                    path,
                    f"nelle prime {FIRST_ROWS} righe{where} non c'è l'intestazione di nessun tracciato",
                    "mettere in una riga i nomi delle colonne, come nel modello del tracciato (ambito tracciato)",
                )
            ]
        )
    if len(header.fits) > 1:
        names = ", ".join(match.layout.tracciato for match in header.fits)
        return RefusedError(
            [
                Problem(
                    path,
                    f"l'intestazione{where} va bene per più tracciati: {names}",
                    "usare i nomi delle colonne del modello del tracciato che si vuole mandare",
                    line=header.line or None,
                )
            ]
        )
    near = header.nearest
    differs = []
    if near.missing:
        differs.append(f"mancano le colonne {', '.join(near.missing)}")
    if near.unknown:
        differs.append(f"non sono del tracciato le colonne {', '.join(f'«{text}»' for text in near.unknown)}")
    for name, texts in near.twice.items():
        differs.append(f"{name} c'è {len(texts)} volte ({', '.join(f'«{text}»' for text in texts)})")
    actions = []
    if near.missing:
        actions.append("aggiungere le colonne che mancano")
    if near.unknown:
        actions.append("togliere quelle in più, o dare loro il nome del tracciato")
    if near.twice:
        actions.append("tenere una sola colonna per ogni campo")
    return RefusedError(
        [
            Problem(
                path,
                f"l'intestazione{where} non è di nessun tracciato; il più vicino è {near.layout.tracciato}: "
                + "; ".join(differs),
                ", ".join(actions) + f" (modello: ambito tracciato {near.layout.tracciato})",
                line=header.line or None,
            )
        ]
    )
