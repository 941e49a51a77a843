"""An office that sends files, and the warehouse that loads them: a project of seeds alone, and data of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from ingest.flussi.load import FlussoOutcome, load_flussi
from ingest.flussi.pseudonyms import create_key
from ingest.flussi.tracciato import Tracciato, tracciati
from ingest.paths import ROOT, Paths
from tests.conftest import Warehouse

Row = dict[str, str]
Rows = dict[str, list[tuple[object, ...]]]

# The field that makes a row another row, with what to write in it.
TELLS_APART = {
    "ore_servizio": "codice_utente",
    "tariffe": "ente_gestore",
    "prese_in_carico": "codice_fascicolo",
    "collocamenti": "codice_utente",
    "domande": "codice_domanda",
    "movimenti_fondi": "id_movimento",
    "contabilita": "id_riga",
    "fatture": "id_fattura",
    "ore_personale": "codice_operatore",
    "spesa_sociale_comuni": "voce",
    "popolazione": "eta",
    "personale": "codice_operatore",
    "lavoro_agile": "codice_operatore",
    "crediti_debiti": "id_documento",
    "saldi_cassa": "conto",
    "rilevazioni": "data_rilevazione",
    "attivita": "anno",
    "report": "codice_report",
    "plessi": "codice_plesso",
    "formazione": "codice_operatore",
}


def row(layout: str, number: int = 1, **changes: str | None) -> Row:
    """A row that every rule accepts: the examples of the supplier's page. ``None`` empties a field."""
    found = {field.nome: field.esempio for field in tracciati()[layout].campi}
    name = TELLS_APART[layout]
    if layout == "popolazione":
        found["eta"] = str(number % 121)
        found["codice_istat_comune"] = ("019035", "019002", "019005", "019010")[number // 121]
    elif layout == "rilevazioni":
        found[name] = f"{date(2027, 1, 1) + timedelta(days=number):%d/%m/%Y}"
    elif layout == "attivita":
        found[name] = str(2001 + (number - 1) % 99)
        found["rilevazione"] = ("nell_anno", "al_31_12", "al_01_01", "previsto")[(number - 1) // 99]
    else:
        found[name] = f"{found[name]} {number:05d}" if name in ("ente_gestore", "voce") else f"N{number:05d}"
    return found | {name: value or "" for name, value in changes.items()}


def rows(layout: str, count: int, first: int = 1, **changes: str) -> list[Row]:
    """Some rows that every rule accepts."""
    return [row(layout, number, **changes) for number in range(first, first + count)]


def csv_text(layout: Tracciato, lines: Iterable[Mapping[str, str]], columns: Sequence[str] | None = None) -> str:
    names = list(columns or [field.nome for field in layout.campi])
    texts = [";".join(names)]
    for line in lines:
        cells = [line.get(name, "") for name in names]
        texts.append(";".join(f'"{text}"' if ";" in text or "\n" in text else text for text in cells))
    return "\n".join(texts) + "\n"


@dataclass(frozen=True)
class Office:
    """A drop folder, and the data of a warehouse."""

    root: Path
    data: Path

    @classmethod
    def create(cls, base: Path, *, key: bool = True) -> Office:
        office = cls(base / "progetto", base / "dati")
        shutil.copytree(ROOT / "seeds", office.paths.seeds)
        office.paths.flussi.mkdir(parents=True)
        office.paths.build.mkdir(parents=True)
        if key:
            create_key(office.paths)
        return office

    @property
    def paths(self) -> Paths:
        return Paths(root=self.root, data=self.data)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.root, self.data)

    def write(self, name: str, layout: str, lines: Iterable[Row], columns: Sequence[str] | None = None) -> Path:
        """A CSV in the drop folder."""
        return self.write_text(name, csv_text(tracciati()[layout], lines, columns))

    def write_text(self, name: str, text: str) -> Path:
        path = self.paths.flussi / name
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, *files: Path, sender: str | None = None) -> list[FlussoOutcome]:
        """Load some files, as the command line does, in this process."""
        with duckdb.connect(str(self.paths.database)) as con:
            con.execute("set preserve_insertion_order = false")
            return load_flussi(self.paths, con, files, sender=sender)

    def send(self, name: str, layout: str, lines: Iterable[Row]) -> FlussoOutcome:
        """Write a file and load it."""
        (outcome,) = self.load(self.write(name, layout, lines))
        return outcome

    def query(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.paths.database)) as con:
            return con.execute(sql, list(parameters)).fetchall()

    def findings(self, name: str | None = None) -> list[tuple[object, ...]]:
        """Row, column, value, rule and severity of what is in quarantine."""
        only = "" if name is None else f"where file = '{name}'"
        return self.query(
            f"select riga, colonna, valore, regola, gravita from raw.quarantena {only} order by all nulls first"
        )

    def messages(self) -> list[str]:
        return [str(message) for (message,) in self.query("select messaggio from raw.quarantena order by all")]

    def current(self, layout: str, fields: str) -> list[tuple[object, ...]]:
        """The rows of a layout in the current view."""
        return self.query(
            f"select {fields} from raw.flusso_{layout} as f inner join raw.lotti as l on f._lotto = l.lotto "
            "where l.noto_al is null order by all"
        )

    def raw(self) -> Rows:
        """Every row of every table of ``raw``, but for the memory of the paths already seen."""
        with duckdb.connect(str(self.paths.database)) as con:
            tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
            return {
                name: con.execute(f"select * from raw.{name} order by all").fetchall()
                for (name,) in sorted(tables)
                if name != "percorsi"
            }
