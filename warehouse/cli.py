"""The one command line: ``ambito``."""

from __future__ import annotations

import atexit
import gc
import json as jsonlib
import os
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.errors import AmbitoError
from ingest.flussi.history import Lot
from ingest.flussi.page import supplier_page
from ingest.flussi.pseudonyms import create_key
from ingest.flussi.template import write_template
from ingest.flussi.tracciato import tracciati
from ingest.generate import generate as generate_extracts
from ingest.paths import Paths
from ingest.prospetti.load import read_document as read_prospetto
from ingest.prospetti.source_check import EXCLUDED_FILE, compare_with_source, read_excluded
from ingest.reference import read_domains
from warehouse import build as building
from warehouse import compare, versions
from warehouse import report_quadrature as reviewing
from warehouse import serve as serving
from warehouse import sql as querying
from warehouse import trace as tracing
from warehouse.tables import italian, print_rows

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
# Libraries and manifests are millions of objects that stay: looking among them for garbage at every 700 new ones, as
# Python does, takes a tenth of the time of a build.
_NEW_OBJECTS = 100_000
_MOVED_SHOWN = 10
_MOVED_COUNTED = 100_000


def main() -> None:
    """Run the command line; an error the user can act on is a message, never a traceback."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a Windows pipe has an old code page, which lacks − and makes JSON that is not UTF-8
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        _run()
    except SystemExit as ended:
        _leave(ended)


def _run() -> None:
    try:
        app()
    except AmbitoError as error:
        _fail(str(error))
    except (OSError, duckdb.Error) as error:
        _fail(
            f"Il disco o il database non lasciano continuare: {error}. Che fare: controllare spazio, permessi e "
            "AMBITO_DATA; se il database in costruzione è rovinato, cancellare la cartella build dei dati e ripetere."
        )


def _leave(ended: SystemExit) -> None:
    """End at once: to take Great Expectations and dbt down module by module, Python needs most of a second."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # who was reading went away
            continue
    atexit._run_exitfuncs()
    os._exit(ended.code if isinstance(ended.code, int) else int(ended.code is not None))


def _fail(words: str) -> None:
    err.print(words, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(DATA_PROBLEM)


@app.command()
def load(
    path: Annotated[
        list[Path] | None,
        typer.Argument(help="File o cartelle di flussi, cartelle di documenti; senza, gli estratti del progetto."),
    ] = None,
    sender: Annotated[str | None, typer.Option("--mittente", help="Chi ha mandato i file, per l'archivio.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="La storia dei caricamenti, senza caricare.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Esito di ogni file, in JSON.")] = False,
) -> None:
    """Legge, controlla e carica gli estratti nuovi o cambiati."""
    paths = Paths.from_environment()
    if listed:
        _show_history(building.load_history(paths), json=json)
        return
    chosen = tuple(path or ())
    for item in chosen:
        if not item.exists():
            raise typer.BadParameter(f"«{item}» non c'è")
        if item.resolve() == paths.prospetti.resolve():
            raise typer.BadParameter("per caricare tutti i documenti, «ambito load» senza cartelle")
    report = building.load(paths, chosen, say=(lambda _: None) if json else _say, sender=sender)
    if json:
        outcomes = [asdict(outcome) for outcome in report.files]
        out.print(
            jsonlib.dumps(outcomes, ensure_ascii=False, indent=2, default=str),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    else:
        print_rows(
            out,
            ("file", "tracciato", "stato", "lette", "caricate", "in quarantena"),
            [
                (f.file, f.tracciato, f.stato, f.righe_lette, f.righe_caricate, f.righe_in_quarantena)
                for f in report.files
            ],
        )
    _tell_problems(report)
    if not report.ok:
        raise typer.Exit(DATA_PROBLEM)


_DEMONSTRATION = typer.Option(
    "--dimostrativo/--senza-dimostrativo",
    envvar="AMBITO_DIMOSTRATIVO",
    help="Con l'ente dimostrativo (dati sintetici), o senza.",
)


@app.command()
def build(
    demonstration: Annotated[bool, _DEMONSTRATION] = True,
    as_of: Annotated[
        datetime | None,
        typer.Option("--al", help="I mart com'erano noti a questo istante (ora UTC): pubblicati, non serviti."),
    ] = None,
) -> None:
    """Carica ciò che è nuovo, costruisce e verifica i modelli, pubblica."""
    if not _build(Paths.from_environment(), demonstration=demonstration, as_of=as_of).load.ok:
        raise typer.Exit(DATA_PROBLEM)  # published, but something is in quarantine: it is named above


@app.command()
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Porta su cui servire i cruscotti.")] = 8501,
    demonstration: Annotated[bool, _DEMONSTRATION] = True,
) -> None:
    """Costruisce, pubblica e serve i cruscotti."""
    paths = Paths.from_environment()
    _build(paths, demonstration=demonstration)
    serving.serve(paths, port, say=_say)


@app.command("tracciato")
def show_layout(
    name: Annotated[str | None, typer.Argument(help="Il tracciato; senza, l'elenco.")] = None,
    template: Annotated[
        Path | None, typer.Option("--modello", help="Scrive qui il modello XLSX da riempire.", dir_okay=False)
    ] = None,
) -> None:
    """La pagina per i fornitori di un tracciato, o il suo modello XLSX vuoto."""
    layouts = tracciati()
    if name is None:
        print_rows(out, ("tracciato", "che cosa contiene"), [(n, layout.titolo) for n, layout in layouts.items()])
        return
    if name not in layouts:
        raise typer.BadParameter(f"«{name}» non è un tracciato. Sono: {', '.join(layouts)}")
    if template is not None:
        write_template(layouts[name], template, read_domains(Paths.from_environment().seeds)[0])
        _say(f"modello scritto in {template}")
        return
    out.print(supplier_page(layouts[name]), markup=False, highlight=False, soft_wrap=True)


@app.command()
def chiave() -> None:
    """Crea la chiave con cui i codici delle persone sono cifrati prima di ogni scrittura."""
    path = create_key(Paths.from_environment())
    _say(f"chiave scritta in {path}, leggibile solo da te: farne una copia in un luogo sicuro, non nel progetto")


@app.command()
def generate(
    destination: Annotated[Path, typer.Argument(help="Cartella in cui scrivere i file.", file_okay=False)],
    seed: Annotated[int, typer.Option("--seme", help="Lo stesso seme dà gli stessi file, byte per byte.")] = 2026,
    scale: Annotated[
        float, typer.Option("--scala", min=0.1, help="1 è piccolo; 1000 sono decine di milioni di righe.")
    ] = 1.0,
) -> None:
    """Genera gli estratti sintetici dell'ente dimostrativo."""
    for path in generate_extracts(destination, seme=seed, scala=scale, progress=_say):
        _say(f"{path} ({path.stat().st_size:,} byte)".replace(",", "."))


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
    as_of: Annotated[
        datetime | None, typer.Option("--al", help="La versione che era servita a questo istante (ora UTC).")
    ] = None,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="Tempo massimo, in secondi.")] = 30,
) -> None:
    """Interroga in SQL i mart pubblicati: niente file, niente rete, tempo e memoria limitati."""
    paths = Paths.from_environment()
    if as_of is not None:
        chosen = versions.at(paths, as_of.replace(tzinfo=UTC))
    else:
        chosen = versions.read(paths, version) if version else versions.current(paths)
    querying.run(chosen, query, format, output, seconds=seconds, console=out)


@app.command()
def trace(
    column: Annotated[str, typer.Argument(help="La colonna: marts.MART.COLONNA.")],
    where: Annotated[str | None, typer.Option(help="Condizione sulle righe del mart, in SQL.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Righe del mart da seguire.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Tutto in JSON.")] = False,
) -> None:
    """Da una cifra a ritroso, fino alle celle stampate o alle righe dei file."""
    paths = Paths.from_environment()
    found = tracing.trace(versions.current(paths), column, where, limit=limit, build=paths.database)
    if json:
        out.print(tracing.as_json(found), markup=False, highlight=False, soft_wrap=True)
    else:
        tracing.show(found, out)


@app.command()
def quadrature(
    output: Annotated[
        Path | None, typer.Option(help="File in cui scrivere, invece dello schermo.", dir_okay=False)
    ] = None,
) -> None:
    """La relazione delle quadrature, in Markdown: che cosa non torna, che cosa è spiegato, che cosa torna."""
    text = reviewing.report(versions.current(Paths.from_environment()))
    if output is None:
        out.print(text, end="", markup=False, highlight=False, soft_wrap=True)
        return
    output.write_text(text, encoding="utf-8", newline="\n")
    _say(f"quadrature scritte in {output}")


@app.command("versions")
def list_versions(
    use: Annotated[str | None, typer.Option(help="Torna a servire questa versione.")] = None,
    before: Annotated[
        str | None, typer.Option("--confronta", help="Le cifre mosse da questa versione a quella servita.")
    ] = None,
) -> None:
    """Elenca le versioni pubblicate, torna a servirne una, o dice che cifre si sono mosse."""
    paths = Paths.from_environment()
    if before:
        _show_moved(versions.read(paths, before), versions.current(paths), most=None)
        return
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


def _build(paths: Paths, *, demonstration: bool = True, as_of: datetime | None = None) -> building.BuildReport:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        served = versions.current(paths)
    except versions.NothingPublishedError:
        served = None
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("modelli e verifiche", total=None, visible=False)

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name[:40].ljust(40), visible=True)
            if not err.is_terminal and done % _TOLD_EVERY == 0:  # a log has no moving bar
                _say(f"  {done} di {total}")

        report = building.build(
            paths, say=_say, steps=step, loaded=_tell_problems, demonstration=demonstration, as_of=as_of
        )
    if report.published:
        counts = report.version.record["quadrature"]
        _say(
            f"{report.nodes} tra modelli, semi e verifiche; quadrature: "
            + ", ".join(f"{n} {k}" for k, n in counts.items())
        )
        if served is not None and as_of is None:
            _show_moved(served, report.version, most=_MOVED_SHOWN)
    _say(f"versione servita: {report.version.name}" if as_of is None else f"versione pubblicata: {report.version.name}")
    return report


def _show_moved(old: versions.Version, new: versions.Version, most: int | None) -> None:
    """The figures that moved: how many in each mart, and the first of them."""
    found = list(islice(compare.moved(old, new), _MOVED_COUNTED))
    counts = Counter(figure.mart for figure in found)
    if not found:
        _say("nessuna cifra si è mossa")
        return
    more = "almeno " if len(found) == _MOVED_COUNTED else ""
    _say(f"cifre mosse da {old.name}: {more}" + ", ".join(f"{n} in {mart}" for mart, n in counts.items()))
    shown = found if most is None else found[:most]
    print_rows(
        out if most is None else err,
        ("mart", "chiave", "colonna", "prima", "dopo", "riga"),
        [(f.mart, ", ".join(italian(v) for v in f.chiave.values()), f.colonna, f.prima, f.dopo, f.riga) for f in shown],
    )
    if len(shown) < len(found):
        _say(f"... tutte con «ambito versions --confronta {old.name}»")


def _show_history(lots: list[Lot], *, json: bool) -> None:
    if json:
        lines = [asdict(lot) for lot in lots]
        out.print(jsonlib.dumps(lines, ensure_ascii=False, indent=2, default=str), markup=False, soft_wrap=True)
        return
    print_rows(
        out,
        ("caricato il (UTC)", "tracciato", "ente", "periodo", "file", "righe", "sostituito il", "da"),
        [
            (
                f"{lot.caricato_il:%d/%m/%Y %H:%M:%S}",
                lot.tracciato,
                lot.ente_id,
                lot.periodo,
                lot.file,
                lot.righe,
                f"{lot.sostituito_il:%d/%m/%Y %H:%M:%S}" if lot.sostituito_il else "",
                lot.sostituito_da or "",
            )
            for lot in lots
        ],
    )


def _tell_problems(report: building.Loaded) -> None:
    for outcome in report.flussi:
        if outcome.fornito and (outcome.stato_precedente or (outcome.sintetico and outcome.stato != "respinto")):
            continue  # made wrong on purpose, here and there
        for message in outcome.messaggi:
            style = "red" if outcome.stato == "respinto" else "yellow"
            err.print(f"{outcome.file}: {message}", style=style, markup=False, highlight=False, soft_wrap=True)
        if outcome.righe_in_quarantena and not outcome.fornito:
            answer = f": che cosa correggere è in {outcome.risposta}" if outcome.risposta else ""
            words = f"{outcome.file}: {outcome.righe_in_quarantena} righe in quarantena{answer}"
            err.print(words, style="yellow", markup=False, highlight=False, soft_wrap=True)
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
