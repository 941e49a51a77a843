"""The declaration of a record layout: from it come the reader, the checks, the supplier's page and the raw table."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ingest.errors import ExtractError, Problem
from ingest.files import invalid, read_yaml

FOLDER = Path(__file__).resolve().parent / "tracciati"

Type = Literal["testo", "codice", "elenco", "codice_istat", "data", "mese", "anno", "intero", "decimale", "euro"]
# Whose code it is: the same person has the same keyed hash in every layout, a case file and an application their own.
Person = Literal["utente", "operatore", "fascicolo", "domanda", "fornitore"]
Domain = Literal[
    "enti",
    "servizi",
    "comuni",
    "fonti",
    "aree",
    "piani",
    "indicatori",
    "servizi_attivita",
    "indicatori_attivita",
    "dimensioni_attivita",
    "modalita_attivita",
    "unita",
]
OUTSIDE_COMUNE = "999999"
"""Conventional code of whoever lives outside the ambito."""

_SQL_TYPES: dict[str, str] = {
    "testo": "varchar",
    "codice": "varchar",
    "elenco": "varchar",
    "codice_istat": "varchar",
    "data": "date",
    "mese": "varchar",
    "anno": "integer",
    "intero": "integer",
    "euro": "decimal(18, 2)",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Campo(_Strict):
    """One field of a layout.

    Attributes:
        nome: Column name, as the supplier's header has it.
        tipo: How its text is read (see ``ingest/flussi/values.py``).
        chiave: Part of the key of a row; a key is always required.
        obbligatorio: May not be empty.
        persona: The value is a person's code: it becomes a keyed hash before anything is written.
        dominio: Reference data the value must belong to.
        valori: Accepted values, each with other ways of writing it.
        decimali: Most digits after the comma (types ``decimale`` and ``euro``).
        minimo: Least value accepted.
        massimo: Greatest value accepted.
        unita: Unit, for quantities.
        descrizione: Meaning, in Italian.
        esempio: A value as a supplier would write it.
        sinonimi: Other headers accepted for the column.
    """

    nome: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    tipo: Type
    chiave: bool = False
    obbligatorio: bool = False
    persona: Person | None = None
    dominio: Domain | None = None
    valori: dict[str, list[str]] | None = None
    decimali: int = 2
    minimo: float | None = None
    massimo: float | None = None
    unita: str | None = None
    descrizione: str
    esempio: str
    sinonimi: list[str] = []

    @field_validator("valori", mode="before")
    @classmethod
    def _texts(cls, values: object) -> object:
        return {str(name): others for name, others in values.items()} if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _one_domain(self) -> Campo:
        if self.tipo == "elenco" and (self.dominio is None) == (self.valori is None):
            raise ValueError("un elenco ha un dominio oppure i suoi valori")
        return self

    @property
    def richiesto(self) -> bool:
        """Whether it may not be empty."""
        return self.chiave or self.obbligatorio

    @property
    def tipo_sql(self) -> str:
        """Type of its column in ``raw``."""
        return f"decimal(18, {self.decimali})" if self.tipo == "decimale" else _SQL_TYPES[self.tipo]


class Rule(_Strict):
    """One rule across the fields of a row, of a file or of several files.

    Attributes:
        nome: Name, unique in the layout.
        gravita: ``errore`` sends the row to quarantine, ``avviso`` only says so.
        colonna: The column to look at first.
        da: Relation the rule looks at (named ``d``), when it is not the rows (``r``) themselves. It may use ``r``,
            ``correnti`` (rows of the layout in the current view), ``comuni``, ``tariffe``, ``indicatori``,
            ``attivita``.
        campi: Columns that tie what the rule sees to the rows.
        visti: What the rule sees, and its message may name; the same as ``campi`` unless said.
        vero: SQL condition over ``r`` (or ``d``): true when all is well; NULL counts as well.
        intero_file: It judges the file, not its rows: its message has no row.
        messaggio: Italian sentence with the values it names in braces, then what to do.
    """

    nome: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    gravita: Literal["errore", "avviso"]
    colonna: str
    da: str | None = None
    campi: list[str]
    visti: list[str] = []
    vero: str
    intero_file: bool = False
    messaggio: str


class Tracciato(_Strict):
    """A record layout.

    Attributes:
        tracciato: Its name, also that of ``raw.flusso_<name>``.
        periodo: SQL expression over the typed row that says the period it belongs to: a new file replaces the rows of
            the same ente and period. ``None``: the whole of the ente.
        istantanea: Date column of a snapshot: an older extraction never replaces a more recent one.
        soglia_respinto_pct: Share of rows in quarantine, in percent, over which the whole file is refused.
        campi: Its fields, in the order of the supplier's page.
        regole: Rules across fields and files.
    """

    tracciato: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    titolo: str
    descrizione: str
    periodo: str | None = None
    istantanea: str | None = None
    soglia_respinto_pct: int
    campi: list[Campo]
    regole: list[Rule] = []

    @model_validator(mode="after")
    def _coherent(self) -> Tracciato:
        names = [field.nome for field in self.campi]
        if len(set(names)) != len(names):
            raise ValueError("un campo c'è due volte")
        headers = [normalised(text) for field in self.campi for text in (field.nome, *field.sinonimi)]
        twice = sorted({text for text in headers if headers.count(text) > 1})
        if twice:
            raise ValueError(f"la stessa intestazione vale per due campi: {', '.join(twice)}")
        for rule in self.regole:
            if rule.colonna not in names:
                raise ValueError(f"la regola {rule.nome} guarda una colonna che non c'è: {rule.colonna}")
        return self

    @property
    def tabella(self) -> str:
        """Name of its table in schema ``raw``."""
        return f"flusso_{self.tracciato}"

    @property
    def chiave(self) -> list[str]:
        """Columns that tell a row from the others."""
        return [field.nome for field in self.campi if field.chiave]

    @property
    def persone(self) -> list[str]:
        """Columns that hold codes of persons."""
        return [field.nome for field in self.campi if field.persona]

    @property
    def ha_ente(self) -> bool:
        """Whether its rows say their ente (the population does not)."""
        return any(field.nome == "ente" for field in self.campi)

    def campo(self, name: str) -> Campo:
        """One field, by name."""
        return next(field for field in self.campi if field.nome == name)


def normalised(text: str) -> str:
    """A header or a value with no accents, case or punctuation, to compare what people write differently."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip()


@cache
def tracciati(folder: Path = FOLDER) -> dict[str, Tracciato]:
    """Every layout, by name.

    Raises:
        ExtractError: A declaration is wrong, with its line.
    """
    found = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yml")):
        content, lines = read_yaml(path)
        try:
            layout = Tracciato.model_validate(content)
        except ValidationError as error:
            problems += invalid(path, error, lines, "correggere la dichiarazione del tracciato")
            continue
        if layout.tracciato != path.stem:
            problems.append(Problem(path, "il nome non è quello del file", "dare lo stesso nome", column="tracciato"))
        found[layout.tracciato] = layout
    if problems:
        raise ExtractError(problems)
    return found
