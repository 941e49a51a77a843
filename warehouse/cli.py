"""The one command line: ``ambito``."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.errors import AmbitoError
from ingest.paths import Paths
from ingest.prospetti.load import LoadReport, outcomes_as_json
from ingest.prospetti.load import read_document as read_prospetto
from ingest.prospetti.source_check import EXCLUDED_FILE, compare_with_source, read_excluded
from warehouse import build as building
from warehouse import serve as serving
from warehouse import sql as querying
from warehouse import trace as tracing
from warehouse import versions
from warehouse.tables import print_rows

app = typer.Typer(
    help="Ambito: il magazzino dati di un ambito territoriale sociale.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# a pipe has no width: wide enough for most tables; a printed text such as :100: is no emoji
out = Console(width=None if sys.stdout.isatty() else 200, emoji=False)
err = Console(stderr=True, emoji=False)

# Exit codes: 0 well, 1 the data has problems (named), 2 the command was used wrongly (typer's own).
DATA_PROBLEM = 1
_TOLD_EVERY = 100


def main() -> None:
    """Run the command line; an error the user can act on is a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a Windows pipe has an old code page, which lacks − and makes JSON that is not UTF-8
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        app()
    except AmbitoError as error:
        _fail(str(error))
    except (OSError, duckdb.Error) as error:
        _fail(
            f"Il disco o il database non lasciano continuare: {error}. Che fare: controllare spazio, permessi e "
            "AMBITO_DATA; se il database in costruzione è rovinato, cancellare la cartella build dei dati e ripetere."
        )


def _fail(words: str) -> None:
    err.print(words, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(DATA_PROBLEM)


@app.command()
def load(
    path: Annotated[list[Path] | None, typer.Argument(help="Cartelle di documenti; senza, tutti gli estratti.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Esito di ogni file, in JSON.")] = False,
) -> None:
    """Legge, controlla e carica gli estratti nuovi o cambiati."""
    paths = Paths.from_environment()
    chosen = tuple(path or ())
    for folder in chosen:
        if not folder.is_dir() or folder.resolve().parent != paths.prospetti.resolve():
            raise typer.BadParameter(f"«{folder}» non è una cartella di {paths.shown(paths.prospetti)}")
    report = building.load(paths, chosen, say=(lambda _: None) if json else _say)
    if json:
        out.print(outcomes_as_json(report), markup=False, highlight=False, soft_wrap=True)
    else:
        print_rows(
            out,
            ("file", "stato", "lette", "caricate", "in quarantena"),
            [(f.file, f.stato, f.righe_lette, f.righe_caricate, f.righe_in_quarantena) for f in report.files],
        )
    _tell_problems(report)
    if not report.ok:
        raise typer.Exit(DATA_PROBLEM)


@app.command()
def build() -> None:
    """Carica ciò che è nuovo, costruisce e verifica i modelli, pubblica."""
    if not _build(Paths.from_environment()).load.ok:
        raise typer.Exit(DATA_PROBLEM)  # published, but with cells in quarantine: they are named above


@app.command()
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Porta su cui servire i cruscotti.")] = 8501,
) -> None:
    """Costruisce, pubblica e serve i cruscotti."""
    paths = Paths.from_environment()
    _build(paths)
    serving.serve(paths, port, say=_say)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Porta su cui servire i cruscotti.")] = 8501,
) -> None:
    """Serve i cruscotti sull'ultima versione pubblicata, senza costruire."""
    serving.serve(Paths.from_environment(), port, say=_say)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="Una sola interrogazione sui mart pubblicati.")],
    format: Annotated[querying.Format, typer.Option(help="Come mostrare il risultato.")] = querying.Format.table,
    output: Annotated[Path | None, typer.Option(help="File in cui scrivere, invece dello schermo.")] = None,
    version: Annotated[str | None, typer.Option(help="Una versione pubblicata prima (vedi «versions»).")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="Tempo massimo, in secondi.")] = 30,
) -> None:
    """Interroga in SQL i mart pubblicati: niente file, niente rete, tempo e memoria limitati."""
    paths = Paths.from_environment()
    chosen = versions.read(paths, version) if version else versions.current(paths)
    querying.run(chosen, query, format, output, seconds=seconds, console=out)


@app.command()
def trace(
    column: Annotated[str, typer.Argument(help="La colonna: marts.MART.COLONNA.")],
    where: Annotated[str | None, typer.Option(help="Condizione sulle righe del mart, in SQL.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Righe del mart da seguire.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Tutto in JSON.")] = False,
) -> None:
    """Da una cifra a ritroso, fino alle celle stampate."""
    found = tracing.trace(versions.current(Paths.from_environment()), column, where, limit=limit)
    if json:
        out.print(tracing.as_json(found), markup=False, highlight=False, soft_wrap=True)
    else:
        tracing.show(found, out)


@app.command("versions")
def list_versions(
    use: Annotated[str | None, typer.Option(help="Torna a servire questa versione.")] = None,
) -> None:
    """Elenca le versioni pubblicate, o torna a servirne una."""
    paths = Paths.from_environment()
    if use:
        _say(f"ora è servita la versione {versions.switch(paths, use).name}")
        return
    served = versions.current(paths).name
    print_rows(
        out,
        ("versione", "servita", "celle", "quadrature da spiegare"),
        [
            (
                v.name,
                "sì" if v.name == served else "",
                v.record["righe"]["celle"],
                v.record["quadrature"].get("da_spiegare", 0),
            )
            for v in versions.published(paths)
        ],
    )


@app.command()
def riscontro(
    sources: Annotated[
        Path, typer.Argument(help="Cartella con i testi dei documenti trascritti.", exists=True, file_okay=False)
    ],
) -> None:
    """Confronta le trascrizioni con i testi dei documenti: ogni cella alla sua riga, nessun numero dimenticato."""
    paths = Paths.from_environment()
    wrong = False
    for folder in sorted(path for path in paths.prospetti.iterdir() if path.is_dir()):
        document, cells = read_prospetto(paths, folder)
        source = sources / document.fonte.file
        if not source.exists():
            err.print(f"{source}: manca il testo del documento {document.documento}", style="red", markup=False)
            wrong = True
            continue
        excluded_path = folder / EXCLUDED_FILE
        excluded = read_excluded(excluded_path) if excluded_path.exists() else []
        problems = compare_with_source(document, cells, excluded, source)
        for problem in problems:
            err.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        wrong |= bool(problems)
        _say(f"{document.documento}: {len(cells)} celle, {len(problems)} differenze con il testo")
    if wrong:
        raise typer.Exit(DATA_PROBLEM)


def _build(paths: Paths) -> building.BuildReport:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("modelli e verifiche", total=None, visible=False)

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name[:40].ljust(40), visible=True)
            if not err.is_terminal and done % _TOLD_EVERY == 0:  # a log has no moving bar
                _say(f"  {done} di {total}")

        report = building.build(paths, say=_say, steps=step, loaded=_tell_problems)
    if report.published:
        counts = report.version.record["quadrature"]
        _say(
            f"{report.nodes} tra modelli, semi e verifiche; quadrature: "
            + ", ".join(f"{n} {k}" for k, n in counts.items())
        )
    _say(f"versione servita: {report.version.name}")
    return report


def _tell_problems(report: LoadReport) -> None:
    for problem in report.problems:
        err.print(str(problem), style="red", markup=False, highlight=False, soft_wrap=True)
    if report.problems:
        err.print("Niente è stato caricato: correggere e ripetere.", style="red")
    for item in report.quarantined:
        where = f"{item.file}, riga {item.riga_file}, colonna «{item.colonna}»"
        where += f" (documento {item.documento}, linea {item.linea})"
        err.print(
            f"in quarantena: {where}: {item.messaggio}", style="yellow", markup=False, highlight=False, soft_wrap=True
        )
    if report.quarantined:
        err.print(f"{len(report.quarantined)} celle in quarantena.", style="yellow")


def _say(words: str) -> None:
    err.print(words, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
