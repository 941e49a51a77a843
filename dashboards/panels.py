"""The pieces every page is made of: key figures, tables with source and downloads, checks, origin of a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import streamlit as st

from dashboards import exports, formats, labels, tables
from dashboards.data import Mart, Row, Snapshot, cells_of, condition
from dashboards.tables import Field

PAGE_OF_ROWS = 200
TABLES_NAMED = 4
SYNTHETIC = "dimostrativo"


@dataclass(frozen=True)
class Card:
    """A key figure.

    Attributes:
        label: What it is.
        value: The figure, written.
        note: A line under it.
    """

    label: str
    value: str
    note: str = ""


def cards(figures: Sequence[Card]) -> None:
    """Key figures side by side, one under the other on a phone."""
    boxes = "".join(
        f'<div class="ambito-card"><div class="ambito-card-label">{escape(card.label)}</div>'
        f'<div class="ambito-card-value">{escape(card.value)}</div>'
        f'<div class="ambito-card-note">{escape(card.note)}</div></div>'
        for card in figures
    )
    st.html(f'<div class="ambito-cards">{boxes}</div>')


def heading(title: str, lead: str) -> None:
    """Title of a page and what it answers."""
    st.title(title, anchor=False)
    st.html(f'<p class="ambito-lead">{escape(lead)}</p>')


def section(title: str) -> None:
    """Title of a part of a page."""
    st.subheader(title, anchor=False)


def choose_entity(snapshot: Snapshot, rows: Iterable[Row]) -> str:
    """The ente to show: asked for only where there is more than one."""
    names = snapshot.entities()
    # synthetic data last: nobody should meet them first
    present = sorted({row["ente_id"] for row in rows}, key=lambda ente: (ente == SYNTHETIC, names.get(ente, ente)))
    if not present:
        st.info("I documenti pubblicati non stampano queste cifre.")
        st.stop()
    chosen: str = present[0]
    if len(present) > 1:
        chosen = st.selectbox(
            "Ente", present, format_func=lambda ente: names.get(ente, ente), key="ente", placeholder="Scegli"
        )
    else:
        st.html(f'<p class="ambito-entity">{escape(names.get(chosen, chosen))}</p>')
    if chosen == SYNTHETIC:
        st.warning("Questi dati sono generati dal programma per prova: non riguardano nessun ente.")
    return chosen


def source(snapshot: Snapshot, cells: Iterable[str]) -> str:
    """Where some figures are printed: document, tables, lines."""
    printed = snapshot.cells()
    titles = snapshot.tables()
    lines: dict[str, dict[str, list[int]]] = {}
    for identity in cells:
        cell = printed.get(identity)
        if cell is not None:
            lines.setdefault(cell["documento"], {}).setdefault(cell["tabella"], []).append(cell["linea"])
    parts = []
    for document, found in sorted(lines.items()):
        about = next(titles[document, table] for table in found)
        ordered = sorted(found.items(), key=lambda item: min(item[1]))
        named = [f"«{titles[document, table]['titolo']}», {formats.lines(at)}" for table, at in ordered]
        if len(named) > TABLES_NAMED:
            every = [line for _, at in ordered for line in at]
            where = f"{len(named)} tabelle tra le righe {min(every)} e {max(every)}"
        else:
            where = "; ".join(named)
        owner = snapshot.entities().get(about["ente_id"], about["ente_id"])
        parts.append(f"{about['documento_titolo']} ({owner}), documento {document}: {where}")
    return ". ".join(parts)


def source_line(snapshot: Snapshot, rows: Iterable[Row], note: str = "") -> None:
    """The source under a chart or a table."""
    text = source(snapshot, cells_of(rows))
    said = f"{note} " if note else ""
    st.html(f'<p class="ambito-source">{escape(said)}<b>Fonte</b>: {escape(text)}.</p>')


def warnings(*sentences: str, title: str = "Per leggere bene") -> None:
    """What a reader must know before using the figures."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences if sentence)
    if items:
        st.html(f'<div class="ambito-notes"><b>{escape(title)}</b><ul>{items}</ul></div>')


def table(
    snapshot: Snapshot,
    columns: Sequence[Field],
    rows: Sequence[Row],
    *,
    title: str,
    name: str,
    key: str,
    total: Row | None = None,
    sources: Sequence[Row] | None = None,
    note: str = "",
    stacked: bool = False,
    also: Sequence[Field] = (),
) -> None:
    """A table with its source, the meaning of its columns and its downloads.

    Args:
        snapshot: The version shown.
        columns: The columns.
        rows: The rows, all of them; a long table is shown in parts and downloaded whole.
        title: What the table is.
        name: Beginning of the name of the downloaded file.
        key: Stable name of the widgets.
        total: A last row, apart; not downloaded, so that a sum over the file does not count twice.
        sources: The rows whose cells are the source, where they are not the ones shown.
        note: A sentence before the source.
        stacked: On a phone each row is a block of its own.
        also: Columns of the downloads alone: what the table says otherwise.
    """
    shown = _part(rows, key)
    with st.container(key=f"tabella-{key}"):
        st.html(tables.html(columns, shown, total=total, title=title, tall=len(shown) > 14, stacked=stacked))
    source_line(snapshot, rows if sources is None else sources, note)
    downloads(snapshot, [*columns, *also], rows, title=title, name=name, key=key, sources=sources)
    explained = tables.meanings(columns)
    if explained:
        with st.expander("Che cosa vogliono dire le colonne"):
            items = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in explained)
            st.html(f'<dl class="ambito-meanings">{items}</dl>')


def _part(rows: Sequence[Row], key: str) -> Sequence[Row]:
    if len(rows) <= PAGE_OF_ROWS:
        return rows
    starts = range(0, len(rows), PAGE_OF_ROWS)

    def name(start: int) -> str:
        return f"da {start + 1} a {min(start + PAGE_OF_ROWS, len(rows))} di {formats.number(len(rows))}"

    start = st.selectbox("Righe mostrate", starts, format_func=name, key=f"righe-{key}", placeholder="Scegli")
    return rows[start : start + PAGE_OF_ROWS]


def downloads(
    snapshot: Snapshot,
    columns: Sequence[Field],
    rows: Sequence[Row],
    *,
    title: str,
    name: str,
    key: str,
    sources: Sequence[Row] | None = None,
) -> None:
    """The buttons that download the rows of a table."""
    version = snapshot.version
    made = datetime.fromisoformat(version.record["pubblicata_il"])
    file = f"ambito_{name}_{version.name.split('-')[0]}"

    def workbook() -> bytes:
        notes = [
            ("Che cosa contiene", title),
            ("Fonte", source(snapshot, cells_of(rows if sources is None else sources))),
            ("Versione dei dati", f"{version.name}, pubblicata il {formats.instant(version.record['pubblicata_il'])}"),
            *((f"Colonna «{label}»", text) for label, text in tables.meanings(columns)),
        ]
        return exports.to_xlsx(columns, rows, notes, made)

    def text() -> bytes:
        return exports.to_csv(columns, rows)

    with st.container(horizontal=True, key=f"scarica-{key}"):
        _button("Scarica CSV", text, f"{file}.csv", "text/csv", f"csv-{key}")
        _button(
            "Scarica Excel",
            workbook,
            f"{file}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            f"xlsx-{key}",
        )


def _button(label: str, make: Callable[[], bytes], file: str, kind: str, key: str) -> None:
    st.download_button(label, data=make, file_name=file, mime=kind, key=key, on_click="ignore")


def provenance(snapshot: Snapshot, mart: Mart, rows: Sequence[Row], columns: Sequence[Field], *, key: str) -> None:
    """The panel «Da dove viene»: the printed cells behind one of the figures shown.

    Args:
        snapshot: The version shown.
        mart: The mart the rows belong to.
        rows: The rows shown.
        columns: Their columns; the figures are those with a unit.
        key: Stable name of the widgets.
    """
    figures = [column for column in columns if column.unit not in (None, "anno")]
    if not rows or not figures:
        return
    with st.expander("Da dove viene", expanded=True, key=f"provenienza-{key}"):
        st.html(
            '<p class="ambito-hint">Scegli una cifra della tabella: qui sotto trovi il punto esatto in cui è '
            "stampata, con il testo com'è nel documento.</p>"
        )
        varying = [name for name in mart.grain if len({row[name] for row in rows}) > 1] or list(mart.grain[-1:])
        left, right = st.columns([3, 2])
        # by what identifies them and not by their place: the choice stays when the table is sorted otherwise
        identified = {condition(mart, row): row for row in rows}
        chosen = left.selectbox(
            "Riga",
            list(identified),
            format_func=lambda identity: _name_of(identified[identity], varying),
            key=f"provenienza-riga-{key}",
            placeholder="Scegli",
        )
        column = right.selectbox(
            "Cifra", figures, format_func=lambda f: f.label, key=f"provenienza-cifra-{key}", placeholder="Scegli"
        )
        _figure(snapshot, mart, identified[chosen], column)


def _name_of(row: Row, names: Sequence[str]) -> str:
    return " · ".join(str(row[name]) for name in names if row[name] is not None)


def _figure(snapshot: Snapshot, mart: Mart, row: Row, column: Field) -> None:
    found = snapshot.trace(mart, column.name, row)
    cells = found.righe[0].celle if found.righe else []
    st.html(
        f'<div class="ambito-figure"><span>{escape(column.text(row))}</span><small>{escape(column.help)}</small></div>'
    )
    if cells:
        printed_cells(snapshot, [cell.cella_id for cell in cells])
    else:
        st.html(
            '<p class="ambito-source">Nessuna cella stampata: il valore manca nei documenti o non viene da essi.</p>'
        )
    way = " ← ".join(dict.fromkeys(f"{step.kind} {step.model}" for step in found.via.walk()))
    st.html(f'<p class="ambito-way">Per gli analisti: {escape(found.colonna)}. Percorso: {escape(way)}.</p>')


def printed_cells(snapshot: Snapshot, cells: Sequence[str]) -> None:
    """The printed cells themselves, as a table."""
    titles = snapshot.tables()
    found = [snapshot.cells()[identity] for identity in cells]
    shown = [
        {
            **cell,
            "tabella": titles[cell["documento"], cell["tabella"]]["titolo"],
            "dove": f"{cell['documento']}, {titles[cell['documento'], cell['tabella']]['documento_titolo']}",
        }
        for cell in found
    ]
    columns = [
        Field("testo", "Testo stampato", whole=True),
        Field("linea", "Riga", "anno"),
        Field("voce", "Voce", wide=True),
        Field("colonna_stampata", "Colonna"),
        Field("valore", "Valore", unit_in="unita"),
        Field("tabella", "Tabella", wide=True),
        Field("dove", "Documento", wide=True),
    ]
    st.html(tables.html(columns, shown, title="Celle stampate", tall=len(shown) > 14, stacked=True))
    repairs = {row["rettifica_id"]: row for row in snapshot.mart("rettifiche_applicate").rows}
    for cell in found:
        repair = repairs.get(cell["rettifica_id"])
        if repair is not None:
            st.html(
                f'<p class="ambito-source"><b>Rettifica {escape(repair["rettifica_id"])}</b>, riga {cell["linea"]}: '
                f"stampato «{escape(repair['testo_atteso'])}». {escape(repair['prova'])}.</p>"
            )


CHECK_COLUMNS = (
    Field("esito", "Esito", badge=True),
    Field("descrizione", "Che cosa si controlla", wide=True),
    Field("righe", "Dove è stampato", help="Documento e riga della cifra controllata; dopo ↔, delle altre cifre."),
    Field("stampato", "Stampato", unit_in="unita"),
    Field("ricalcolato", "Ricalcolato", unit_in="unita"),
    Field("scarto", "Scarto", unit_in="unita", signed=True),
    Field("spiegazione", "Che cosa se ne sa", prose=True),
)


def outcome_order(check: Row) -> tuple[Any, ...]:
    """What needs an answer first; then by document and line."""
    return (list(labels.OUTCOMES).index(check["esito"]), check["documento"], check["linea"], check["quadratura_id"])


def with_lines(check: Row) -> dict[str, Any]:
    """A check with the lines of all its figures in words: ``001, riga 1064; confronto: riga 1058-1063``."""
    others: dict[str, list[int]] = {}
    for place in (check["confronto"] or "").split():
        document, line = place.split(":")
        others.setdefault(document, []).append(int(line))
    compared = "; ".join(f"{document}: {formats.ranges(lines)}" for document, lines in sorted(others.items()))
    return {
        **check,
        "righe": f"{check['documento']}:\u00a0{check['linea']}" + (f" ↔ {compared}" if compared else ""),
        "tutte_le_celle": " ".join(filter(None, (check["cella_id"], check["celle"]))),
    }


def checks(snapshot: Snapshot, rows: Sequence[Row], key: str) -> None:
    """The quadrature of the figures shown, with a word for each outcome."""
    found = sorted(snapshot.checks_on(cells_of(rows)), key=outcome_order)
    section("Queste cifre tornano?")
    if not found:
        st.html('<p class="ambito-source">Su queste cifre i documenti non offrono nessun controllo.</p>')
        return
    counts = Counter(check["esito"] for check in found)
    said = ", ".join(
        f"{labels.OUTCOMES_MANY[o].lower() if counts[o] > 1 else labels.OUTCOMES[o].lower()} {counts[o]}"
        for o in labels.OUTCOMES
        if counts[o]
    )
    st.html(
        f'<p class="ambito-hint">Le cifre di questa pagina e i loro totali stampati entrano in '
        f"{formats.count(len(found), 'controllo', 'controlli')}: {escape(said)}.</p>"
    )
    open_ones = [with_lines(check) for check in found if check["esito"] == "da_spiegare"]
    others = [with_lines(check) for check in found if check["esito"] != "da_spiegare"]
    with st.container(key=f"controlli-{key}"):
        if open_ones:
            st.html(tables.html(CHECK_COLUMNS, open_ones, title="Da spiegare", tall=len(open_ones) > 6, stacked=True))
        if others:
            with st.expander(f"Gli altri controlli ({len(others)})", expanded=not open_ones and len(others) <= 8):
                st.html(tables.html(CHECK_COLUMNS, others, title="Altri controlli", tall=True, stacked=True))
    st.page_link(snapshot.pages["quadrature"], label="Vai a tutte le quadrature")
