"""An invented document: its text, its transcription, and a small project that holds it alone."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.errors import ExtractError
from ingest.paths import ROOT, Paths
from ingest.prospetti.load import LoadReport, load_prospetti

FOLDER = "005_esempio"
SHOWN = f"extracts/prospetti/{FOLDER}"
REPAIRS_HEADER = "rettifica_id,documento,tabella,linea,colonna,testo_atteso,valore,prova,quadratura_prova\n"

# Every figure is invented. The hours of the rows make 23,63, one hundredth less than their printed total.
SOURCE = """\
Relazione inventata, consuntivo 2025
Sub-ambito Utenti Ore Costo
Crema 12 10,25 € 1.200,50
Pandino 7 5,25 € 800,25
Soncino 9 8,13 € 1.000,00
TOTALE 28 23,64 € 3.000,75

Descrizione Vincolato Libero
Fondo inventato 250,00 € -
Riserva libera 100,00 €

Risultato
Avanzo 2024 € 200,00
Entrate 2025 € 3.150,75
Uscite 2025 € 3.000,75
Avanzo 2025 € 350,00

Sportello, ore alla settimana
anno 2024 36
anno 2025 //
Un'ora costa in media 126,94 €.
"""

FILES = {
    "documento.yml": f"""\
documento: "005"
titolo: Relazione inventata, consuntivo 2025
ente: asc_insieme
anno_pubblicazione: 2025
fonte:
  file: 005_esempio.txt
  sha256: {hashlib.sha256(SOURCE.encode()).hexdigest()}
  titolare: Ente inventato
  licenza: Testo inventato per le prove
tabelle:
  costi:
    titolo: Incontri protetti per sub-ambito
    linee: [2, 6]
    riga: un sub-ambito
    fatto: costo_servizi_sub_ambito
    dimensioni: {{servizio: SIP, anno: 2025}}
    colonne:
      sub_ambito: {{stampata: Sub-ambito, dimensione: sub_ambito}}
      utenti: {{stampata: Utenti, misura: utenti_nell_anno, unita: persone}}
      ore: {{stampata: Ore, misura: ore_erogate, unita: ore}}
      costo: {{stampata: Costo, misura: costo, unita: eur}}
  avanzo:
    titolo: Avanzo inventato
    linee: [8, 10]
    riga: una voce di avanzo
    fatto: avanzo
    misura: avanzo
    unita: eur
    dimensioni: {{anno: 2025}}
    colonne:
      voce: {{stampata: Descrizione, dimensione: voce}}
      vincolato: {{stampata: Vincolato, dimensioni: {{vincolo: vincolato}}}}
      libero: {{stampata: Libero, dimensioni: {{vincolo: libero}}}}
  risultato:
    titolo: Risultato
    linee: [12, 16]
    riga: una voce del risultato
    fatto: risultato_gestione
    unita: eur
    dimensioni: {{anno: 2025}}
    colonne:
      voce: {{dimensione: voce}}
      misura: {{attributo: misura}}
      importo: {{}}
  sportello:
    titolo: Sportello, ore alla settimana
    linee: [18, 20]
    riga: un anno
    misura: ore_di_apertura
    unita: ore_settimana
    colonne:
      anno: {{dimensione: anno}}
      ore: {{}}
  testo:
    etichette: redazionali
    titolo: Cifre nel testo
    linee: [21, 21]
    riga: una cifra nel testo
    colonne:
      voce: {{dimensione: voce}}
      misura: {{attributo: misura}}
      unita: {{attributo: unita}}
      anno: {{dimensione: anno}}
      valore: {{}}
""",
    "costi.csv": """\
linea,tipo,sub_ambito,utenti,ore,costo
3,dato,Crema,12,"10,25","€ 1.200,50"
4,dato,Pandino,7,"5,25","€ 800,25"
5,dato,Soncino,9,"8,13","€ 1.000,00"
6,totale,TOTALE,28,"23,64","€ 3.000,75"
""",
    "avanzo.csv": """\
linea,tipo,voce,vincolato,libero
9,dato,Fondo inventato,"250,00 €",-
10,dato,Riserva libera,,"100,00 €"
""",
    "risultato.csv": """\
linea,tipo,voce,misura,importo
13,dato,Avanzo 2024,avanzo_precedente,"€ 200,00"
14,dato,Entrate 2025,entrate,"€ 3.150,75"
15,dato,Uscite 2025,uscite,"€ 3.000,75"
16,totale,Avanzo 2025,avanzo,"€ 350,00"
""",
    "sportello.csv": """\
linea,tipo,anno,ore
19,dato,2024,36
20,dato,2025,//
""",
    "testo.csv": """\
linea,tipo,voce,misura,unita,anno,valore
21,dato,Costo medio di un'ora,costo_orario,eur,2025,"126,94 €"
""",
    "escluse.csv": """\
da,a,testo,motivo
1,1,2025,periodo
""",
    "quadrature.yml": """\
regole:
  - id: costi-totale
    descrizione: Il totale è la somma dei sub-ambiti
    tabella: costi
    figura: {linea: 6}
    per_colonne: [utenti, ore, costo]
    somma: [{linee: 3-5}]
  - id: uscite-costi
    descrizione: Le uscite sono il costo del servizio
    tabella: risultato
    figura: {linea: 15, colonna: importo}
    uguale_a: {tabella: costi, linea: 6, colonna: costo}
  - id: avanzo-identita
    descrizione: Avanzo precedente più entrate meno uscite
    tabella: risultato
    figura: {linea: 16, colonna: importo}
    somma:
      - {linea: 13, colonna: importo}
      - {linea: 14, colonna: importo}
      - {linea: 15, colonna: importo, coefficiente: -1}
  - id: avanzo-classi
    descrizione: L'avanzo è la somma delle sue classi
    tabella: risultato
    figura: {linea: 16, colonna: importo}
    somma: [{tabella: avanzo, linee: 9-10, colonne: [vincolato, libero]}]
  - id: costo-orario
    descrizione: Il costo di un'ora è il costo diviso le ore
    tabella: testo
    figura: {linea: 21, colonna: valore}
    rapporto:
      numeratore: [{tabella: costi, linea: 6, colonna: costo}]
      denominatore: [{tabella: costi, linea: 6, colonna: ore}]
""",
}
CELLS_BY_TABLE = {"costi": 12, "avanzo": 3, "risultato": 4, "sportello": 2, "testo": 1}
CELLS = sum(CELLS_BY_TABLE.values())

Rows = dict[str, list[tuple[object, ...]]]


def write_document(prospetti: Path, name: str = FOLDER, number: str = "005") -> Path:
    """Write the invented document as a folder of extracts, under another number if one is given."""
    folder = prospetti / name
    folder.mkdir(parents=True)
    for file, text in FILES.items():
        (folder / file).write_text(text.replace('documento: "005"', f'documento: "{number}"'), encoding="utf-8")
    return folder


def raw_rows(database: Path) -> Rows:
    """Every row of every table of ``raw`` that has any, in a fixed order."""
    with duckdb.connect(str(database)) as con:
        tables = con.execute("select table_name from information_schema.tables where table_schema = 'raw'").fetchall()
        found = {name: con.execute(f"select * from raw.{name} order by all").fetchall() for (name,) in sorted(tables)}
        return {name: rows for name, rows in found.items() if rows}  # the command makes those of the flussi too, empty


@dataclass(frozen=True)
class Example:
    """A project with the real seeds (without their repairs) and the invented document alone."""

    root: Path
    data: Path

    @classmethod
    def create(cls, base: Path) -> Example:
        example = cls(base / "progetto", base / "dati")
        write_document(example.root / "extracts" / "prospetti")
        shutil.copytree(ROOT / "seeds", example.paths.seeds)
        (example.paths.seeds / "rettifiche.csv").write_text(REPAIRS_HEADER, encoding="utf-8")
        example.paths.build.mkdir(parents=True)
        return example

    @property
    def paths(self) -> Paths:
        return Paths(root=self.root, data=self.data)

    @property
    def folder(self) -> Path:
        return self.paths.prospetti / FOLDER

    def load(self, *only: Path) -> LoadReport:
        with duckdb.connect(str(self.paths.database)) as con:
            return load_prospetti(self.paths, con, only=only)

    def complaints(self) -> list[str]:
        """The messages of a load that must be refused, as the command line shows them."""
        try:
            report = self.load()
        except ExtractError as error:
            return str(error).splitlines()
        return [str(problem) for problem in report.problems]

    def raw(self) -> Rows:
        return raw_rows(self.paths.database)

    def edit(self, name: str, old: str, new: str) -> None:
        edit(self.folder / name, old, new)

    def repair(self, *rows: str) -> None:
        """Append rows to the repairs."""
        with (self.paths.seeds / "rettifiche.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)


def edit(file: Path, old: str, new: str) -> None:
    """Replace the one occurrence of a text in a file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")
