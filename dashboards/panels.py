"""The pieces every page is made of: key figures, tables with source and downloads, checks, origin of a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import altair as alt
import streamlit as st

from dashboards import charts, exports, formats, labels, tables
from dashboards.charts import Bar, Point
from dashboards.data import (
    HIDDEN,
    PARTIAL,
    SYNTHETIC,
    Mart,
    Row,
    Snapshot,
    cells_of,
    condition,
    files_of,
    is_hidden,
)
from dashboards.tables import Field
from ingest.flussi.tracciato import tracciati
from warehouse.tables import ranges

PAGE_OF_ROWS = 200
TABLES_NAMED = 4
FILES_NAMED = 3
MONTHS_NAMED = 6
SYNTHETIC_NAME = "dati sintetici"
ENTE = "ente"


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


def section(snapshot: Snapshot, title: str) -> None:
    """Title of a part of a page."""
    st.subheader(f"{title} :orange-badge[{SYNTHETIC_NAME}]" if snapshot.synthetic else title, anchor=False)


def chart(snapshot: Snapshot, drawing: alt.LayerChart, key: str, alternative: str) -> None:
    """Put a chart on the page; what it shows is said too, for whoever does not see it."""
    if snapshot.synthetic:
        drawing, alternative = charts.marked(drawing, SYNTHETIC_NAME.capitalize()), f"{alternative} ({SYNTHETIC_NAME})"
    charts.show(drawing, key, alternative)


def bar(row: Row, name: str, column: Field, group: str = "", detail: str = "") -> Bar:
    """A bar of a value; of a hidden one, its place without a bar."""
    value = row[column.name]
    if value is None:
        return Bar(name, 0, column.unit or "", group, text=column.text(row), detail=detail)
    return Bar(name, value, column.unit or "", group, detail=detail)


def bars(snapshot: Snapshot, data: Sequence[Bar], title: str, key: str, *, names: str, **options: Any) -> None:
    """A chart of bars; a sentence where every value of it is hidden."""
    if data and all(one.text == formats.SUPPRESSED for one in data):
        _all_hidden()
        return
    drawing = charts.bars(data, title, names=names, **options)
    chart(snapshot, drawing, key, f"{title}: " + "; ".join(f"{one.name} {one.label}" for one in data))


def months(
    snapshot: Snapshot,
    points: Sequence[Point],
    title: str,
    key: str,
    colors: dict[str, str],
    *,
    columns: bool = False,
) -> None:
    """A chart by month, and which months it cannot show; a sentence where it could not show even half of them."""
    partial = {charts.VISIBLE: charts.PALE} if any(point.partial for point in points) else {}
    whole = {point.series for point in points if not point.partial}
    colors = {**{name: color for name, color in colors.items() if name in whole}, **partial}
    seen = {point.month for point in points if point.value is not None}
    lacking = sorted({point.month for point in points if point.value is None})
    if lacking and (len(seen) < len(lacking) or not any(point.value for point in points)):
        _all_hidden()
        return
    if seen:
        ends = f"da {formats.month(min(seen))} a {formats.month(max(seen))}"
        chart(snapshot, charts.months(points, title, colors=colors, columns=columns), key, f"{title}, {ends}")
    if lacking:
        named = ", ".join(formats.month(month) for month in lacking[:MONTHS_NAMED])
        more = f" e altri {len(lacking) - MONTHS_NAMED}" if len(lacking) > MONTHS_NAMED else ""
        st.html(
            f'<p class="ambito-source">Nel grafico mancano {formats.count(len(lacking), "mese", "mesi")}, con cifre '
            f"soppresse: {escape(named + more)}.</p>"
        )


def _all_hidden() -> None:
    st.html(
        '<p class="ambito-hint">Il grafico non si può fare: le cifre che servono sono soppresse, perché dietro ci '
        "sono troppo poche persone.</p>"
    )


def choose_entity(snapshot: Snapshot) -> Snapshot:
    """Ask for the ente to show, where there is more than one; the choice stays from page to page.

    An ente without data on a page is offered all the same: the page then says what to send.
    """
    holdings = snapshot.holdings()
    names = snapshot.entities()
    # synthetic data last: nobody should meet them first; then whoever has more
    present = sorted(holdings, key=lambda ente: (ente == SYNTHETIC, -len(holdings[ente]), names.get(ente, ente)))
    if not present:
        return snapshot
    chosen: str = present[0]
    if len(present) > 1:
        # in the address by its identity, so that a link opens the same ente
        asked = st.query_params.get(ENTE)
        if asked in present and ENTE not in st.session_state:
            st.session_state[ENTE] = asked
        chosen = st.columns([1, 1])[0].selectbox(
            "Ente",
            present,
            format_func=lambda ente: names.get(ente, ente),
            key=ENTE,
            persist_state="session",
            placeholder="Scegli",
        )
        if chosen != present[0]:
            st.query_params[ENTE] = chosen
        elif ENTE in st.query_params:
            del st.query_params[ENTE]
    else:
        st.html(f'<p class="ambito-entity">{escape(names.get(chosen, chosen))}</p>')
    if chosen == SYNTHETIC:
        st.html(
            '<div class="ambito-synthetic" role="note"><b>Dati sintetici</b> Sono generati dal programma, per prova: '
            "non riguardano nessun ente, nessun Comune e nessuna persona.</div>"
        )
    return snapshot.of(chosen)


def held(snapshot: Snapshot, *marts: str) -> bool:
    """Whether the ente shown has rows in one of these marts."""
    mine = snapshot.holdings().get(snapshot.ente, {})
    return any(name in mine for name in marts)


def nothing(snapshot: Snapshot, *layouts: str, documents: bool = False) -> None:
    """Say that the ente shown has no data here, and what to send to have them."""
    known = tracciati()
    named = " e ".join(f"**{known[name].titolo}** (`{name}`)" for name in layouts)
    before = "I suoi documenti non le stampano e i file non sono arrivati. " if documents else ""
    ask = "il tracciato" if len(layouts) == 1 else "i tracciati"
    st.info(
        f"{snapshot.ente_name}: queste cifre non ci sono ancora. {before}Per averle, mandare {ask} {named}: "
        f"che cosa deve contenere è scritto in {' e '.join(f'`docs/tracciati/{name}.md`' for name in layouts)}."
    )
    if SYNTHETIC in snapshot.holdings() and not snapshot.synthetic:
        st.html(
            "<p class=\"ambito-source\">Per vedere com'è questa pagina con i dati, scegli l'ente dimostrativo (dati "
            "sintetici) nell'elenco qui sopra.</p>"
        )


def source(snapshot: Snapshot, rows: Sequence[Row]) -> str:
    """Where some figures come from: document, tables, lines; or the files received."""
    return ". ".join([*_printed_sources(snapshot, cells_of(rows)), *_file_sources(snapshot, files_of(rows))])


def _printed_sources(snapshot: Snapshot, cells: Iterable[str]) -> list[str]:
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
    return parts


def _file_sources(snapshot: Snapshot, identities: Sequence[str]) -> list[str]:
    by_layout: dict[str, list[Row]] = {}
    for identity in identities:
        file = snapshot.files().get(identity)
        if file is not None:
            by_layout.setdefault(file["tracciato"] or "", []).append(file)
    parts = []
    for layout, files in sorted(by_layout.items()):
        if len(files) <= FILES_NAMED:
            what = ", ".join(f"«{file['nome']}»" for file in files)
        else:
            what = f"{formats.number(len(files))} file"
        # an ente never sent what the program made
        made = "generati dal programma" if all(file["sintetico"] for file in files) else "caricati"
        days = sorted({formats.day(file["caricato_il"]): file["caricato_il"] for file in files}.items(), key=_second)
        when = f"il {days[0][0]}" if len(days) == 1 else f"tra il {days[0][0]} e il {days[-1][0]}"
        parts.append(f"{layout_title(layout)} (tracciato {layout}), {what}, {made} {when}")
    return parts


def _second(pair: tuple[str, Any]) -> Any:
    return pair[1]


def layout_title(name: str) -> str:
    """What a layout is called."""
    known = tracciati()
    return known[name].titolo if name in known else name


def source_line(snapshot: Snapshot, rows: Sequence[Row], note: str = "") -> None:
    """The source under a chart or a table."""
    _source_line(source(snapshot, rows), note)


def _source_line(text: str, note: str) -> None:
    said = f"{escape(note)} " if note else ""
    if text:
        said += f"<b>Fonte</b>: {escape(text)}."
    if said:
        st.html(f'<p class="ambito-source">{said}</p>')


def suppression(rows: Iterable[Row]) -> str:
    """What «soppresso» means, where something is hidden in these rows."""
    thresholds = sorted({row["soglia_persone"] for row in rows if row.get(HIDDEN) and row.get("soglia_persone")})
    if not thresholds:
        return ""
    least = " o di ".join(str(number) for number in thresholds)
    return (
        f"«{formats.SUPPRESSED.capitalize()}» vuol dire che la cifra c'è ma non si pubblica: dietro ci sono meno di "
        f"{least} persone, oppure serve a non far ricavare per differenza una cifra così. Non è zero. I totali con "
        f"l'asterisco ({formats.PARTIAL}) sommano solo le cifre visibili."
    )


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
    if snapshot.synthetic:
        title, name = f"{title} ({SYNTHETIC_NAME})", f"{name}-dati-sintetici"
    shown = _part(rows, key)
    with st.container(key=f"tabella-{key}"):
        st.html(tables.html(columns, shown, total=total, title=title, tall=len(shown) > 14, stacked=stacked))
    text = source(snapshot, rows if sources is None else sources)
    if any(row.get(PARTIAL) for row in [*rows, *([total] if total else [])]):
        note = f"{formats.PARTIAL} Somma delle sole cifre visibili. {note}".strip()
    _source_line(text, note)
    _downloads(snapshot, _sheet(snapshot, [*columns, *also], rows, title, text), name, key)
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


def _sheet(
    snapshot: Snapshot, columns: Sequence[Field], rows: Sequence[Row], title: str, source_text: str
) -> exports.Sheet:
    """What is downloaded of a table: its rows with their origin, and what is said of them."""
    version = snapshot.version
    if snapshot.synthetic:
        # a file is passed on without its page: each row says that it is invented
        rows = [{**row, "origine_dato": labels.ORIGINS[SYNTHETIC]} for row in rows]
        columns = [*columns, Field("origine_dato", labels.column("origine_dato"))]
    if any(row.get(PARTIAL) for row in rows):
        titles = {column.name: column.label for column in columns}
        rows = [
            {**row, PARTIAL: ", ".join(titles.get(name, name) for name in (row.get(PARTIAL) or "").split())}
            for row in rows
        ]
        columns = [*columns, Field(PARTIAL, "Somme delle sole cifre visibili")]
    notes = [
        ("Che cosa contiene", title),
        *([("Avvertenza", "Dati sintetici, generati dal programma: non riguardano nessuno.")] * snapshot.synthetic),
        ("Fonte", source_text),
        ("Versione dei dati", f"{version.name}, pubblicata il {formats.instant(version.record['pubblicata_il'])}"),
        *([("Cifre soppresse", hidden)] if (hidden := suppression(rows)) else []),
        *((f"Colonna «{label}»", text) for label, text in tables.meanings(columns)),
    ]
    return exports.Sheet(columns, rows, notes, datetime.fromisoformat(version.record["pubblicata_il"]))


def _downloads(snapshot: Snapshot, sheet: exports.Sheet, name: str, key: str) -> None:
    """The buttons that download a table."""
    file = f"ambito_{name}_{snapshot.version.name.split('-')[0]}"
    with st.container(horizontal=True, key=f"scarica-{key}"):
        _button("Scarica CSV", sheet.csv, f"{file}.csv", "text/csv", f"csv-{key}")
        _button(
            "Scarica Excel",
            sheet.xlsx,
            f"{file}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            f"xlsx-{key}",
        )


def _button(label: str, make: Callable[[], bytes], file: str, kind: str, key: str) -> None:
    st.download_button(label, data=make, file_name=file, mime=kind, key=key, on_click="ignore")


def provenance(
    snapshot: Snapshot,
    mart: Mart,
    rows: Sequence[Row],
    columns: Sequence[Field],
    *,
    key: str,
    called: str | None = None,
) -> None:
    """The panel «Da dove viene»: the printed cells, or the files, behind one of the figures shown.

    Args:
        snapshot: The version shown.
        mart: The mart the rows belong to.
        rows: The rows shown.
        columns: Their columns; the figures are those with a unit.
        key: Stable name of the widgets.
        called: Key of the rows that holds their name, where what identifies them is a code.
    """
    figures = [column for column in columns if column.is_figure and column.name in mart.columns]
    if not rows or not figures:
        return
    with st.expander("Da dove viene", expanded=True, key=f"provenienza-{key}"):
        st.html(
            '<p class="ambito-hint">Scegli una cifra della tabella: qui sotto trovi il punto esatto in cui è '
            "stampata, con il testo com'è nel documento, oppure i file da cui è calcolata.</p>"
        )
        varying = [name for name in mart.grain if len({row[name] for row in rows}) > 1] or list(mart.grain[-1:])
        left, right = st.columns([3, 2])
        # by what identifies them and not by their place: the choice stays when the table is sorted otherwise
        identified = {condition(mart, row): row for row in rows}
        chosen = left.selectbox(
            "Riga",
            list(identified),
            format_func=lambda identity: (
                str(identified[identity][called]) if called else _name_of(mart, identified[identity], varying)
            ),
            key=f"provenienza-riga-{key}",
            placeholder="Scegli",
        )
        column = right.selectbox(
            "Cifra", figures, format_func=lambda f: f.label, key=f"provenienza-cifra-{key}", placeholder="Scegli"
        )
        _figure(snapshot, mart, identified[chosen], column)


def _name_of(mart: Mart, row: Row, names: Sequence[str]) -> str:
    present = [name for name in names if row[name] is not None]
    return " · ".join(labels.value(name, Field(name, name, mart.columns[name].unit).text(row)) for name in present)


def _figure(snapshot: Snapshot, mart: Mart, row: Row, column: Field) -> None:
    found = snapshot.trace(mart, column.name, row)
    cells = found.righe[0].celle if found.righe else []
    st.html(
        f'<div class="ambito-figure"><span>{escape(column.alone(row))}</span><small>{escape(column.help)}</small></div>'
    )
    if is_hidden(row, column.name):
        st.html(f'<p class="ambito-source">{escape(suppression([row]))}</p>')
    elif cells:
        printed_cells(snapshot, [cell.cella_id for cell in cells])
    elif files_of([row]):
        received_files(snapshot, files_of([row]))
    else:
        st.html(
            '<p class="ambito-source">Nessuna cella stampata: il valore manca nei documenti o non viene da essi.</p>'
        )
    way = " ← ".join(dict.fromkeys(f"{step.kind} {step.model}" for step in found.via.walk()))
    st.html(f'<p class="ambito-way">Per gli analisti: {escape(found.colonna)}. Percorso: {escape(way)}.</p>')


def received_files(snapshot: Snapshot, identities: Sequence[str]) -> None:
    """The files a figure is computed from, the latest first, as a table."""
    found = [snapshot.files()[identity] for identity in identities if identity in snapshot.files()]
    found.sort(key=lambda file: (file["caricato_il"], file["nome"]), reverse=True)
    shown = [{**file, "tracciato": layout_title(file["tracciato"] or "")} for file in found]
    columns = [
        Field("nome", "File", wide=True),
        Field("tracciato", "Tracciato"),
        Field("caricato_il", "Caricato il"),
        Field("stato", "Stato", badge=True),
        Field("righe_caricate", "Righe caricate", "numero"),
        Field("righe_in_quarantena", "In quarantena", "numero"),
    ]
    st.html(tables.html(columns, shown, title="File ricevuti", tall=len(shown) > 8, stacked=True))
    st.html(
        '<p class="ambito-source">Le righe esatte dei file si vedono con il comando <code>ambito trace</code>, solo '
        "sulla macchina che ha costruito i dati: non si pubblicano.</p>"
    )


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
    compared = "; ".join(f"{document}: {ranges(lines)}" for document, lines in sorted(others.items()))
    return {
        **check,
        "righe": f"{check['documento']}:\u00a0{check['linea']}" + (f" ↔ {compared}" if compared else ""),
        "tutte_le_celle": " ".join(filter(None, (check["cella_id"], check["celle"]))),
    }


def checks(snapshot: Snapshot, rows: Sequence[Row], key: str) -> None:
    """The quadrature of the figures shown, with a word for each outcome."""
    found = sorted(snapshot.checks_on(cells_of(rows)), key=outcome_order)
    section(snapshot, "Queste cifre tornano?")
    files = [snapshot.files()[file] for file in files_of(rows) if file in snapshot.files()]
    if files:
        _rows_in_and_out(snapshot, files)
    if not found and files:
        return
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


def _rows_in_and_out(snapshot: Snapshot, files: Sequence[Row]) -> None:
    """What became of the rows of the files behind some figures."""
    read, loaded, stopped = (
        sum(int(file[name]) for file in files) for name in ("righe_lette", "righe_caricate", "righe_in_quarantena")
    )
    said = (
        f"Vengono da {formats.count(len(files), 'file', 'file')}: {formats.number(read)} righe lette, "
        f"{formats.number(loaded)} caricate, {formats.number(stopped)} in quarantena."
    )
    if stopped:
        said += " Le righe in quarantena non sono in queste cifre finché non arriva il file corretto."
    st.html(f'<p class="ambito-hint">{escape(said)}</p>')
    st.page_link(snapshot.pages["file-ricevuti"], label="Vai ai file ricevuti")
