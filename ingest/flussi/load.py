"""Load the files that systems export: recognise, hash the persons, check every row, load, keep the history.

One file is one transaction: killed at any instant, the database is as before the file or as after it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.archive import keep_file
from ingest.errors import ExtractError, Problem
from ingest.flussi.answer import FileAnswer, write_answer
from ingest.flussi.checks import FINDINGS, Checks, Judged, Reference, RuleError, warm_up
from ingest.flussi.container import Scan, scan
from ingest.flussi.history import open_lots, period_sql
from ingest.flussi.pseudonyms import (
    MissingKeyError,
    OtherKeyError,
    Pseudonyms,
    check_key,
    holds_tax_codes,
    mask_tax_codes,
    without_tax_codes,
)
from ingest.flussi.read import BrokenRow, TotalRow, blocks
from ingest.flussi.recognise import Source, recognise
from ingest.flussi.tables import FILES, LOTS, QUARANTINE, create_tables
from ingest.flussi.tracciato import FOLDER as LAYOUTS
from ingest.flussi.tracciato import Tracciato, tracciati
from ingest.flussi.values import typed
from ingest.paths import Paths
from ingest.reference import read_activities, read_domains, read_indicators

ACCEPTED, WITH_SCRAPS, REFUSED = "accettato", "accettato con scarti", "respinto"
UNCHANGED = "invariato"
SYNTHETIC_ENTE = "dimostrativo"
_WITH_AUTHOR = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_HIDDEN = (".", "~$")  # editors' and spreadsheets' locks are not data
_SHOWN_TOTALS = 3


@dataclass(frozen=True)
class FlussoOutcome:
    """How one file ended.

    Attributes:
        file: As the user knows it.
        tracciato: The layout; empty when none was recognised.
        stato: ``accettato``, ``accettato con scarti``, ``respinto`` or ``invariato``.
        righe_lette: Rows read; loaded and quarantined rows add up to it.
        righe_caricate: Rows loaded.
        righe_in_quarantena: Rows in quarantine.
        messaggi: What the user must know: why it was refused, what was not read.
        risposta: The answer for the office that sent it.
        sintetico: It holds rows of the demonstration ente alone.
        fornito: Ambito made it itself.
        stato_precedente: State of an unchanged file when it was loaded.
    """

    file: str
    tracciato: str
    stato: str
    righe_lette: int = 0
    righe_caricate: int = 0
    righe_in_quarantena: int = 0
    messaggi: list[str] = field(default_factory=list)
    risposta: Path | None = None
    sintetico: bool = False
    fornito: bool = False
    stato_precedente: str | None = None

    @property
    def ok(self) -> bool:
        """Every row of it was accepted."""
        return (self.stato_precedente or self.stato) == ACCEPTED


Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Text:
    """A file as text, its persons already hashed, written where DuckDB can read it column by column."""

    path: Path
    rows: int
    broken: list[BrokenRow]
    totals: list[TotalRow]
    masked: bool


def load_flussi(
    paths: Paths,
    con: duckdb.DuckDBPyConnection,
    files: Iterable[Path],
    *,
    sender: str | None = None,
    progress: Progress = lambda _: None,
) -> list[FlussoOutcome]:
    """Load the files that are new; those already loaded, byte for byte, change nothing.

    Args:
        paths: Where things are.
        con: A connection to the database being built.
        files: The files, in the order in which they were received: of two with the same period, the last one stays.
        sender: Who sent them, for the archive.
        progress: Told, in Italian, what is being read.

    Returns:
        One outcome a file. A file that is refused is recorded, with why, and nothing of it is loaded.
    """
    con.execute("begin transaction")
    create_tables(con)
    con.execute("commit")
    loader = _Loader(paths, con, sender, progress)
    loader.clean()
    outcomes: dict[Path, FlussoOutcome] = {}
    waiting: list[tuple[int, int, Path, str, Source]] = []
    asked = list(dict.fromkeys(files))
    for position, path in enumerate(asked):
        known = loader.known(path)
        if known is not None:
            outcomes[path] = known
            continue
        warm_up()
        sha256 = loader.digest(path)
        try:
            source = loader.recognise(path)
        except ExtractError as error:
            outcomes[path] = loader.refuse(path, sha256, error)
            continue
        # tariffs first: the hours are checked against them
        waiting.append((0 if source.tracciato.tracciato == "tariffe" else 1, position, path, sha256, source))
    for _, _, path, sha256, source in sorted(waiting, key=lambda item: item[:2]):
        # the same bytes may have been loaded a moment ago, under another name
        outcomes[path] = loader.known(path) or loader.load(path, sha256, source)
    return [outcomes[path] for path in asked]


def flussi_in(folder: Path) -> list[Path]:
    """The files of a drop folder and of the folders in it, in the order of their names."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(_HIDDEN) and path.name.upper() != "README.MD"
    )


class _Loader:
    def __init__(self, paths: Paths, con: duckdb.DuckDBPyConnection, sender: str | None, progress: Progress) -> None:
        self._paths = paths
        self._con = con
        self._sender = sender
        self._say = progress
        self.layouts = tracciati()
        domains, comuni = read_domains(paths.seeds)
        self._reference = Reference(
            domains, comuni, tuple(read_indicators(paths.seeds)), tuple(read_activities(paths.seeds))
        )
        self._rules = _rules_fingerprint(paths)
        self._work = paths.build / "carichi"
        self._digests: dict[Path, str] = {}
        self._scans: dict[Path, Scan] = {}

    def clean(self) -> None:
        """Take away what a load killed half way left: nobody else is loading."""
        shutil.rmtree(self._work, ignore_errors=True)
        # not the lock of an answer that somebody has open, ``.~lock.esito.xlsx#``
        for partial in (*self._paths.archive.rglob(".*"), *self._paths.answers.glob(".*.xlsx")):
            partial.unlink(missing_ok=True)

    def shown(self, path: Path) -> str:
        """A path as the user knows it, for the screen and the outcomes."""
        return without_tax_codes(str(self._paths.shown(path)))

    # --- what is already there --------------------------------------------------------------------

    def digest(self, path: Path) -> str:
        """The sha256 of a file; read again only when its size or its time changed."""
        if path not in self._digests:
            status = path.stat()
            seen = self._con.execute(
                "select sha256 from raw.percorsi where percorso = ? and dimensione = ? and modificato = ?",
                [str(path), status.st_size, status.st_mtime_ns],
            ).fetchall()
            if seen:
                self._digests[path] = str(seen[0][0])
            else:
                warm_up()  # most probably it is new, and will be judged
                self._scans[path] = scan(path)
                self._digests[path] = self._scans[path].sha256
                self._con.execute("delete from raw.percorsi where percorso = ?", [str(path)])
                if without_tax_codes(str(path)) == str(path):  # else it is read again every time
                    self._con.execute(
                        "insert into raw.percorsi values (?, ?, ?, ?)",
                        [str(path), status.st_size, status.st_mtime_ns, self._digests[path]],
                    )
        return self._digests[path]

    def recognise(self, path: Path) -> Source:
        """The layout of a file, and how it is cut."""
        return recognise(path, self.layouts, self._scans.pop(path, None))

    def known(self, path: Path) -> FlussoOutcome | None:
        """The outcome of a file already loaded, if the same bytes would end the same way again."""
        rows = self._con.execute(
            f"""
            select tracciato, stato, righe_lette, righe_caricate, righe_in_quarantena, messaggio, sintetico
            from raw.{FILES} where sha256 = ? and (stato = '{ACCEPTED}' or impronta_regole = ?)
            """,
            [self.digest(path), self._rules],
        ).fetchall()
        if not rows:
            return None
        layout, state, read, loaded, refused, message, synthetic = rows[0]
        return FlussoOutcome(
            self.shown(path),
            layout or "",
            UNCHANGED,
            read,
            loaded,
            refused,
            messaggi=[message] if message else [],
            sintetico=synthetic,
            stato_precedente=state,
        )

    # --- one file -------------------------------------------------------------------------------

    def refuse(self, path: Path, sha256: str, error: ExtractError) -> FlussoOutcome:
        """Record a file whose layout was not recognised, or that cannot be read."""
        messages = [_words(problem) for problem in error.problems]
        shown = self.shown(path)
        with _Transaction(self._con):
            received = self._forget(sha256[:16])
            self._record(path, sha256, None, received, state=REFUSED, message=" | ".join(messages))
            self._con.execute(
                f"insert into raw.{QUARANTINE} (file_id, file, regola, gravita, messaggio) "
                "select ?, ?, 'file_non_leggibile', 'errore', unnest(?)",
                [sha256[:16], without_tax_codes(path.name), messages],
            )
            answer = self._answer(path, sha256[:16], None, FlussoOutcome(shown, "", REFUSED, messaggi=messages), [])
        return FlussoOutcome(shown, "", REFUSED, messaggi=messages, risposta=answer)

    def load(self, path: Path, sha256: str, source: Source) -> FlussoOutcome:
        """Check a file and load it, in one transaction."""
        layout = source.tracciato
        shown = self.shown(path)
        self._say(f"{shown}: {layout.titolo.lower()}, {source.formato}")
        pseudonyms = Pseudonyms(self._paths)
        self._work.mkdir(parents=True, exist_ok=True)
        working = self._work / f"{sha256[:16]}.parquet"
        try:
            text = self._as_text(source, working, pseudonyms)
            try:
                checks = self._check(source, text)
            except RuleError as error:
                return self._stop(path, sha256, source, text, error)
            with _Transaction(self._con):
                check_key(self._con, pseudonyms)
                outcome = self._store(path, sha256, source, text, checks)
                # before the commit: a file that is loaded has its answer, also if this is killed in between
                answer = self._answer(path, sha256[:16], source, outcome, checks.judged())
        except (MissingKeyError, OtherKeyError) as error:  # nothing was written of it: it can be loaded with the key
            return FlussoOutcome(shown, layout.tracciato, REFUSED, messaggi=[str(error)])
        except ExtractError as error:
            return self.refuse(path, sha256, error)
        finally:
            working.unlink(missing_ok=True)
        return replace(outcome, risposta=answer)

    def _as_text(self, source: Source, path: Path, pseudonyms: Pseudonyms) -> _Text:
        """Write the file column by column: persons hashed, tax codes taken out. Nothing else is changed."""
        layout = source.tracciato
        names = [column.nome for column in layout.campi]
        encoded = pa.dictionary(pa.int32(), pa.string())
        schema = pa.schema([("_foglio", encoded), ("_riga", pa.int64()), *((name, encoded) for name in names)])
        rows, masked = 0, False
        broken: list[BrokenRow] = []
        totals: list[TotalRow] = []
        told = Throttle(self._say, path=source.path)
        written: Future[None] | None = None
        with (
            pq.ParquetWriter(
                path,
                schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=["_foglio", *names],
                column_encoding={"_riga": "DELTA_BINARY_PACKED"},  # line after line: next to nothing
                write_statistics=["_riga"],
            ) as writer,
            ThreadPoolExecutor(1) as pool,  # a block is written while the next one is hashed
        ):
            for block in blocks(source, told):
                broken += [replace(row, foglio=_sheet(row.foglio)) for row in block.broken]
                totals += [replace(row, foglio=_sheet(row.foglio)) for row in block.totals]
                table = block.rows
                sheet, found = mask_tax_codes(_one_chunk(table.column("_foglio")))
                masked |= found
                columns = [sheet, table.column("_riga")]
                for column in layout.campi:
                    if column.nome not in table.column_names:
                        columns.append(pa.nulls(table.num_rows, type=encoded))
                        continue
                    values = _one_chunk(table.column(column.nome))
                    if column.persona:
                        values = pseudonyms.column(values, column.persona)
                    else:
                        values, found = mask_tax_codes(values)
                        masked |= found
                    columns.append(values)
                if written is not None:
                    written.result()
                if table.num_rows:
                    written = pool.submit(writer.write_table, pa.table(columns, schema=schema))
                rows += table.num_rows
            if written is not None:
                written.result()
        return _Text(path, rows, broken, totals, masked)

    def _check(self, source: Source, text: _Text) -> Checks:
        """Judge every row; what is refused stands in a temporary table. Nothing is written of it yet."""
        self._con.execute(f"create or replace temp view testo as select * from read_parquet('{_quoted(text.path)}')")
        checks = Checks(self._con, source.tracciato, "testo", self._reference)
        checks.run()
        self._note_broken(text.broken)
        self._note_totals(source.tracciato, text.totals)
        return checks

    def _stop(self, path: Path, sha256: str, source: Source, text: _Text, error: RuleError) -> FlussoOutcome:
        """Record a file on which a rule could not be checked: neither passed nor failed, and not loaded."""
        message = f"{error}: il file si ferma qui, senza giudizio. Che fare: segnalarlo a chi tiene il magazzino"
        layout, read = source.tracciato, text.rows + len(text.broken)
        outcome = FlussoOutcome(self.shown(path), layout.tracciato, REFUSED, read, 0, read, messaggi=[message])
        with _Transaction(self._con):
            received = self._forget(sha256[:16])
            self._record(path, sha256, layout, received, state=REFUSED, message=message, read=read, refused=read)
            answer = self._answer(path, sha256[:16], source, outcome, [])
        return replace(outcome, risposta=answer)

    def _store(self, path: Path, sha256: str, source: Source, text: _Text, checks: Checks) -> FlussoOutcome:
        """Load the good rows, put the others in quarantine, archive the file, record it."""
        con, layout, file_id = self._con, source.tracciato, sha256[:16]
        messages = [without_tax_codes(words) for words in source.avvisi]
        con.execute(
            f"create or replace temp table righe_rifiutate as "
            f"select distinct foglio, riga from {FINDINGS} where gravita = 'errore' and riga is not null"
        )
        refused = int(con.execute("select count(*) from righe_rifiutate").fetchall()[0][0])
        read = text.rows + len(text.broken)
        state = ACCEPTED if refused == 0 else WITH_SCRAPS
        if refused * 100 > layout.soglia_respinto_pct * read or refused == read:
            state = REFUSED
            messages.append(
                f"{refused} righe su {read} hanno errori, più del {layout.soglia_respinto_pct}% ammesso: il file è "
                "respinto per intero. Che fare: correggere gli errori e mandarlo di nuovo"
            )
        loaded = 0 if state == REFUSED else read - refused
        if state == REFUSED and (kept := self._kept_as_it_was(path, file_id, messages)) is not None:
            return kept
        received = self._forget(file_id)
        if loaded:
            self._insert(layout, file_id, checks, received, anything_refused=refused > 0)
            if refused:
                messages += self._left_as_they_were(layout, checks)
        ente, period, synthetic = self._whose(layout, checks, loaded=loaded > 0)
        if loaded:
            self._clear_quarantine(layout, file_id, ente, period)
        archived, hashed = self._archive(path, sha256, layout, text)
        self._record(
            path,
            sha256,
            layout,
            received,
            state=state,
            message=" | ".join(messages) or None,
            read=read,
            loaded=loaded,
            refused=read - loaded,
            totals=len(text.totals),
            form=source.formato,
            ente=ente,
            period=period,
            synthetic=synthetic,
            archive=archived,
            hashed=hashed,
        )
        con.execute(
            f"""
            insert into raw.{QUARANTINE}
            select ?, ?, ?, foglio, riga, colonna, valore, regola, gravita, messaggio from {FINDINGS}
            """,
            [file_id, without_tax_codes(path.name), layout.tracciato],
        )
        return FlussoOutcome(
            self.shown(path),
            layout.tracciato,
            state,
            read,
            loaded,
            read - loaded,
            messaggi=messages,
            sintetico=synthetic,
        )

    def _note_broken(self, broken: list[BrokenRow]) -> None:
        rows = [
            (
                row.foglio,
                row.riga,
                f"{row.motivo} (campi trovati {row.campi_trovati}, attesi {row.campi_attesi})",
            )
            for row in broken
        ]
        self._con.execute(
            f"""
            insert into {FINDINGS} (foglio, riga, messaggio, regola, gravita)
            select unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[]), 'campi_della_riga', 'errore'
            """,
            [[row[position] for row in rows] for position in range(3)],
        )

    def _note_totals(self, layout: Tracciato, totals: list[TotalRow]) -> None:
        """A total printed at the foot is checked against the rows above it, like every printed total.

        All of them, or those since the total before it: the total of a part.
        """
        above = "_riga < p.riga and _foglio is not distinct from p.foglio"
        before: dict[str | None, int] = {}
        for total in totals:
            since = before.get(total.foglio, 0)
            before[total.foglio] = total.riga
            for name, printed in total.valori.items():
                declared = layout.campo(name)
                if declared.tipo not in ("decimale", "euro"):
                    continue
                value = typed(declared, f"testo.{name}")
                printed_value, sum_above, sum_of_part = self._con.execute(
                    f"""
                    select
                        {typed(declared, "p.testo")},
                        (select sum({value}) from testo where {above}),
                        (select sum({value}) from testo where {above} and _riga > p.da)
                    from (
                        select ?::varchar as testo, ?::bigint as riga, ?::varchar as foglio, ?::bigint as da
                    ) as p
                    """,
                    [printed, total.riga, total.foglio, since],
                ).fetchall()[0]
                if printed_value is not None and printed_value not in (sum_above, sum_of_part):
                    self._con.execute(
                        f"insert into {FINDINGS} values (?, ?, ?, ?, 'totale_al_piede', 'avviso', ?)",
                        [
                            total.foglio,
                            total.riga,
                            name,
                            printed,
                            f"Il totale al piede di {name} è {printed}, la somma delle righe lette "
                            f"{str(sum_above or 0).replace('.', ',')}. "
                            "Controllare che nel file ci siano tutte le righe",
                        ],
                    )

    def _insert(
        self, layout: Tracciato, file_id: str, checks: Checks, received: datetime, *, anything_refused: bool
    ) -> None:
        """Load the good rows, each with its lotto."""
        con = self._con
        rows = checks.typed_rows(layout.campi)
        kept = ""
        if anything_refused:
            kept = (
                " where not exists (select 1 from righe_rifiutate as x "
                "where x.riga = v._riga and x.foglio is not distinct from v._foglio)"
            )
        good = f"select * from ({rows}) as v{kept}"
        con.execute(f"create or replace temp view righe_buone as {good}")
        # only the columns that say the lotto: the others need not be read to count its rows
        said = f"ente {period_sql(layout)} {layout.istantanea}"
        fields = [column for column in layout.campi if re.search(rf"\b{column.nome}\b", said)]
        open_lots(con, layout, file_id, f"select * from ({checks.typed_rows(fields)}) as v{kept}", _now(), received)
        names = ", ".join(f"v.{column.nome}" for column in layout.campi)
        lots = con.execute("select lotto from nuovi_lotti").fetchall()
        if len(lots) == 1:
            con.execute(
                f"insert into raw.{layout.tabella} by name "
                f"select {lots[0][0]}::integer as _lotto, '{file_id}' as _file_id, v._foglio, v._riga, {names} "
                "from righe_buone as v"
            )
            return
        ente = "v.ente" if layout.ha_ente else "cast(null as varchar)"
        con.execute(
            f"""
            insert into raw.{layout.tabella} by name
            select n.lotto as _lotto, '{file_id}' as _file_id, v._foglio, v._riga, {names}
            from (select *, {period_sql(layout)} as _periodo from righe_buone) as v
            inner join nuovi_lotti as n on n.periodo = v._periodo and n.ente_id is not distinct from {ente}
            """
        )

    def _kept_as_it_was(self, path: Path, file_id: str, messages: list[str]) -> FlussoOutcome | None:
        """A file already loaded that the rules of today refuse: what is loaded of it stays until another comes."""
        rows = self._con.execute(
            f"""
            select tracciato, stato, righe_lette, righe_caricate, righe_in_quarantena, sintetico from raw.{FILES}
            where file_id = ? and righe_caricate > 0
            """,
            [file_id],
        ).fetchall()
        if not rows:
            return None
        layout, state, read, loaded, refused, synthetic = rows[0]
        self._con.execute(f"update raw.{FILES} set impronta_regole = ? where file_id = ?", [self._rules, file_id])
        words = [*messages, "Era già caricato, con le regole di prima: resta com'era finché non ne arriva uno corretto"]
        return FlussoOutcome(
            self.shown(path), layout, UNCHANGED, read, loaded, refused, words, None, synthetic, stato_precedente=state
        )

    def _lots_of(self, layout: Tracciato, checks: Checks) -> str:
        """Query of the ente and the period of each row of the file, also of those refused."""
        said = f"ente {period_sql(layout)}"
        fields = [column for column in layout.campi if re.search(rf"\b{column.nome}\b", said)]
        ente = "ente" if layout.ha_ente else "cast(null as varchar)"
        return f"select distinct {ente} as ente_id, {period_sql(layout)} as periodo from ({checks.typed_rows(fields)})"

    def _left_as_they_were(self, layout: Tracciato, checks: Checks) -> list[str]:
        """The periods of the file of which no row is good: what was there before stays, and it must be said."""
        missing = self._con.execute(
            f"""
            select m.periodo from ({self._lots_of(layout, checks)}) as m
            where m.periodo is not null {"and m.ente_id is not null" if layout.ha_ente else ""} and not exists (
                select 1 from nuovi_lotti as n
                where n.periodo = m.periodo and n.ente_id is not distinct from m.ente_id
            )
            order by 1
            """
        ).fetchall()
        if not missing:
            return []
        listed = ", ".join(str(period) for (period,) in missing[:12]) + (", ..." if len(missing) > 12 else "")
        return [f"Di questi periodi nessuna riga è buona, e resta ciò che c'era prima: {listed}"]

    def _clear_quarantine(self, layout: Tracciato, file_id: str, ente: str | None, period: str | None) -> None:
        """What this file corrects has nothing more to correct: files it replaced whole, and those refused before."""
        self._con.execute(
            f"""
            delete from raw.{QUARANTINE} where file_id <> $1 and file_id in (
                select file_id from raw.{LOTS} where tracciato = $2
                group by file_id having count(*) filter (noto_al is null) = 0 and bool_or(sostituito_da = $1)
                union all
                select file_id from raw.{FILES}
                where stato = '{REFUSED}' and tracciato = $2 and ente_id is not distinct from $3
                    and periodo is not distinct from $4
            )
            """,
            [file_id, layout.tracciato, ente, period],
        )

    def _whose(self, layout: Tracciato, checks: Checks, *, loaded: bool) -> tuple[str | None, str | None, bool]:
        """The enti and the periods a file holds, and whether it is of the demonstration ente alone."""
        lots = "nuovi_lotti" if loaded else f"({self._lots_of(layout, checks)})"
        ente, first, last = self._con.execute(
            f"select string_agg(distinct ente_id, ' ' order by ente_id), min(periodo), max(periodo) from {lots}"
        ).fetchall()[0]
        period = first if first == last else f"{first} {last}" if layout.periodo == "periodo" else f"{first} - {last}"
        return ente, period, ente == SYNTHETIC_ENTE if layout.ha_ente else self._of_invented_comuni()

    def _of_invented_comuni(self) -> bool:
        """Whether a file without an ente is of comuni of the demonstration ente alone."""
        found = self._con.execute(
            """
            select bool_and(testo.codice_istat_comune in (select codice_istat from comuni where ente_id = ?))
            from (select distinct codice_istat_comune from testo where codice_istat_comune is not null) as testo
            inner join comuni on testo.codice_istat_comune = comuni.codice_istat
            """,
            [SYNTHETIC_ENTE],
        ).fetchall()
        return bool(found[0][0])

    def _archive(self, path: Path, sha256: str, layout: Tracciato, text: _Text) -> tuple[str, bool]:
        """Keep the file: as received, or with its persons hashed when it has any."""
        # a spreadsheet says in its properties who made it
        if layout.persone or text.masked or path.suffix.lower() in _WITH_AUTHOR or holds_tax_codes(path):
            return keep_file(self._paths.archive, text.path, f"{sha256}.parquet", ours=True), True
        return keep_file(self._paths.archive, path, sha256), False

    # --- records --------------------------------------------------------------------------------

    def _forget(self, file_id: str) -> datetime:
        """Take out what an earlier reading of the same bytes left: they are read again with other rules.

        Returns:
            When those bytes were first received: being judged again does not make a file newer than the others.
        """
        first = self._con.execute(f"select min(ricevuto_il) from raw.{FILES} where file_id = ?", [file_id]).fetchall()
        for table in (FILES, QUARANTINE):
            self._con.execute(f"delete from raw.{table} where file_id = ?", [file_id])
        self._con.execute(
            f"update raw.{LOTS} set noto_al = ?, sostituito_da = ? where file_id = ? and noto_al is null",
            [_now(), file_id, file_id],
        )
        received: datetime = first[0][0] or _now()
        return received

    def _record(
        self,
        path: Path,
        sha256: str,
        layout: Tracciato | None,
        received: datetime,
        *,
        state: str,
        message: str | None = None,
        read: int = 0,
        loaded: int = 0,
        refused: int = 0,
        totals: int = 0,
        form: str | None = None,
        ente: str | None = None,
        period: str | None = None,
        synthetic: bool = False,
        archive: str | None = None,
        hashed: bool = False,
    ) -> None:
        row = {
            "file_id": sha256[:16],
            "sha256": sha256,
            "nome": without_tax_codes(path.name),
            "tracciato": layout.tracciato if layout else None,
            "formato": form,
            "mittente": self._sender,
            "ente_id": ente,
            "periodo": period,
            "righe_lette": read,
            "righe_caricate": loaded,
            "righe_in_quarantena": refused,
            "righe_di_totale": totals,
            "stato": state,
            "messaggio": message,
            "ricevuto_il": received,
            "caricato_il": _now(),
            "archivio": archive,
            "pseudonimizzato": hashed,
            "impronta_regole": self._rules,
            "sintetico": synthetic,
        }
        self._con.execute(
            f"insert into raw.{FILES} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values())
        )

    def _answer(
        self,
        path: Path,
        file_id: str,
        source: Source | None,
        outcome: FlussoOutcome,
        judged: list[Judged],
    ) -> Path:
        """Write what goes back to the office that sent the file."""
        target = self._paths.answers / f"{without_tax_codes(path.stem)}_{file_id}.xlsx"
        target.parent.mkdir(parents=True, exist_ok=True)
        answer = FileAnswer(
            file=without_tax_codes(path.name),
            tracciato=source.tracciato if source else None,
            stato=outcome.stato,
            righe_lette=outcome.righe_lette,
            righe_caricate=outcome.righe_caricate,
            righe_in_quarantena=outcome.righe_in_quarantena,
            messaggi=outcome.messaggi,
            colonne={
                without_tax_codes(sheet.name): {name: position for position, name in sheet.header.fields.items()}
                for sheet in (source.fogli if source else ())
            },
        )
        write_answer(target, answer, judged, self._con, file_id)
        return target


class Throttle:
    """Tells how far the reading of a long file is, every few seconds."""

    def __init__(self, say: Progress, path: Path, seconds: float = 5.0) -> None:
        """Nothing is told before the first interval is over."""
        self._say = say
        self._path = path
        self._seconds = seconds
        self._next = datetime.now(UTC).timestamp() + seconds

    def __call__(self, done: int, total: int) -> None:
        """Tell, if it is time."""
        now = datetime.now(UTC).timestamp()
        if total and now >= self._next:
            self._next = now + self._seconds
            self._say(f"  {self._path.name}: letto il {100 * done // total}%")


def _rules_fingerprint(paths: Paths) -> str:
    """Changes when what a file is judged by changes: then a file that was not accepted is judged again."""
    hasher = hashlib.sha256()
    code = sorted(Path(__file__).resolve().parent.rglob("*.py"))
    names = (
        *("enti", "servizi", "comuni", "fonti", "aree", "piani", "indicatori_piani"),
        *("attivita", "indicatori_attivita", "unita"),
    )
    seeds = [paths.seeds / f"{name}.csv" for name in names]
    for path in [*sorted(LAYOUTS.glob("*.yml")), *code, *seeds]:
        hasher.update(path.name.encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()[:16]


def _words(problem: Problem) -> str:
    """A problem of a file, without the file: where, what, what to do."""
    where = [f"riga {problem.line}"] if problem.line is not None else []
    where += [f"colonna «{problem.column}»"] if problem.column is not None else []
    where += [f"valore «{problem.value}»"] if problem.value is not None else []
    place = ", ".join(where) + ": " if where else ""
    return without_tax_codes(f"{place}{problem.what}. Che fare: {problem.action}")


def _sheet(name: str | None) -> str | None:
    return None if name is None else without_tax_codes(name)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


class _Transaction:
    """Commit at the end of the block, roll back on any exception."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def __enter__(self) -> None:
        self._con.execute("begin transaction")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._con.execute("commit" if kind is None else "rollback")
