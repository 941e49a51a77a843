"""Every printed figure that can be recomputed, recomputed: what closes, what does not, and what to ask the office."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

import streamlit as st

from dashboards import formats, labels, panels, tables
from dashboards.data import Row, Snapshot
from dashboards.tables import Field

ALL = "tutti"


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("quadrature")
    every = [panels.with_lines(check) for check in sorted(mart.rows, key=panels.outcome_order)]
    counts = Counter(check["esito"] for check in every)
    panels.heading(
        "Quadrature",
        "Ogni totale, ogni rapporto e ogni cifra stampata in due posti è ricalcolato dalle altre cifre dei documenti: "
        "qui si vede che cosa torna e che cosa va chiesto all'ufficio.",
    )
    panels.cards(
        [
            panels.Card(labels.OUTCOMES_MANY[name], formats.number(counts[name]), labels.OUTCOMES_MEANING[name])
            for name in labels.OUTCOMES
        ]
    )
    titles = {row["documento"]: row["documento_titolo"] for row in snapshot.mart("dim_prospetti").rows}
    names = snapshot.tables()
    left, right = st.columns(2)
    document = left.selectbox(
        "Documento",
        [ALL, *sorted({check["documento"] for check in every})],
        format_func=lambda d: "Tutti i documenti" if d == ALL else f"{d}, {titles[d]}",
        key="documento",
        bind="query-params",
        placeholder="Scegli",
    )
    chosen = [check for check in every if document in (ALL, check["documento"])]
    table = right.selectbox(
        "Tabella",
        [ALL, *sorted({(check["documento"], check["tabella"]) for check in chosen})],
        format_func=lambda t: "Tutte le tabelle" if t == ALL else f"{names[t]['titolo']} ({t[0]})",
        key="tabella",
        placeholder="Scegli",
    )
    chosen = [check for check in chosen if table in (ALL, (check["documento"], check["tabella"]))]
    here = Counter(check["esito"] for check in chosen)
    # those without any row stay: an empty answer is an answer
    outcome = st.segmented_control(
        "Esito",
        [*labels.OUTCOMES, ALL],
        default="da_spiegare",
        required=True,
        format_func=lambda o: f"Tutti ({len(chosen)})" if o == ALL else f"{labels.OUTCOMES_MANY[o]} ({here[o]})",
        key="esito",
    )
    rows = [check for check in chosen if outcome in (ALL, check["esito"])]
    panels.section(snapshot, "Le domande da fare all'ufficio" if outcome == "da_spiegare" else "I controlli")
    if not rows:
        st.info("Nessun controllo con questi filtri.")
        _against_files(snapshot)
        return
    panels.table(
        snapshot,
        [column for column in _columns(snapshot) if outcome == ALL or not column.badge],
        rows,
        title=f"Quadrature: {'tutte' if outcome == ALL else labels.OUTCOMES_MANY[outcome].lower()}",
        name=f"quadrature-{outcome.replace('_', '-')}",
        key="quadrature",
        sources=[{"celle": check["cella_id"]} for check in rows],
        note="Lo scarto è la cifra stampata meno quella ricalcolata.",
        stacked=True,
        also=[Field("unita", "Unità", help=mart.columns["unita"].description)],
    )
    _cells(snapshot, rows)
    _repairs(snapshot)
    _against_files(snapshot)


def _columns(snapshot: Snapshot) -> list[Field]:
    mart = snapshot.mart("quadrature")

    def described(field: Field) -> Field:
        column = mart.columns.get(field.name)
        return Field(**{**vars(field), "help": column.description}) if column else field

    shown = [described(field) for field in panels.CHECK_COLUMNS]
    tolerance = described(Field("tolleranza", "Tolleranza", unit_in="unita"))
    shown.insert(-1, tolerance)
    return shown


def _cells(snapshot: Snapshot, rows: list[dict[str, object]]) -> None:
    with st.expander("Da dove viene", expanded=True, key="provenienza-quadrature"):
        st.html(
            '<p class="ambito-hint">Scegli un controllo: qui sotto trovi la cifra controllata e quelle con cui si '
            "ricalcola, come sono stampate.</p>"
        )
        at = st.selectbox(
            "Controllo",
            range(len(rows)),
            format_func=lambda i: _name(rows[i]),
            key="provenienza-riga-quadrature",
            placeholder="Scegli",
        )
        check = rows[at]
        figures = [
            f"{field.label.lower()} {field.text(check)}"
            for field in panels.CHECK_COLUMNS
            if field.name in ("stampato", "ricalcolato", "scarto")
        ]
        st.html(
            f'<div class="ambito-figure"><b>{escape(str(check["descrizione"]))}</b>'
            f"<small>{escape(', '.join(figures))}. {escape(str(check['spiegazione'] or ''))}</small></div>"
        )
        panels.printed_cells(snapshot, str(check["tutte_le_celle"]).split())


def _name(check: Row) -> str:
    return f"{check['documento']}, riga {check['linea']}: {check['descrizione']} ({check['colonna'].replace('_', ' ')})"


def _repairs(snapshot: Snapshot) -> None:
    mart = snapshot.mart("rettifiche_applicate")
    waiting = snapshot.mart("quarantena")
    panels.section(snapshot, "Cifre illeggibili e rettifiche")
    if waiting.rows:
        columns = tables.fields(waiting, "documento", "linea", "testo", "messaggio")
        st.html(tables.html(columns, waiting.rows, title="Celle in quarantena", stacked=True))
    else:
        st.html('<p class="ambito-hint">Nessuna cifra in quarantena: tutte si leggono.</p>')
    if mart.rows:
        st.html(
            '<p class="ambito-hint">Alcune cifre sono stampate male e il loro valore è dimostrato da un totale. '
            "Il testo stampato resta com'è; il totale che fa da prova non conta come verifica indipendente.</p>"
        )
        rows = [
            {
                "testo_atteso": row["testo_atteso"],
                "valore": row["valore"],
                "unita": snapshot.cells()[row["cella_id"]]["unita"],
                "prova": row["prova"],
                "dove": f"{row['documento']}: {row['linea']}",
            }
            for row in mart.rows
        ]
        columns = [
            Field("testo_atteso", "Testo stampato", whole=True),
            Field("valore", "Valore dimostrato", unit_in="unita"),
            Field("prova", "Prova", wide=True),
            Field("dove", "Dove"),
        ]
        st.html(tables.html(columns, rows, title="Rettifiche", stacked=True))
        panels.source_line(snapshot, [{"celle": row["cella_id"]} for row in mart.rows])


def _against_files(snapshot: Snapshot) -> None:
    """The figures that a document prints and a file gives too, side by side."""
    mart = snapshot.mart("quadrature_flussi")
    panels.section(snapshot, "Documenti e file a confronto")
    if not mart.rows:
        st.html(
            '<p class="ambito-hint">Nessuna cifra è stampata in un documento e anche ricavata da un file: il confronto '
            "comparirà quando ce ne saranno.</p>"
        )
        return
    names = snapshot.entities()
    order = list(labels.OUTCOMES)
    rows = sorted(
        (
            {**row, "ente": names.get(row["ente_id"], row["ente_id"]), "cosa": labels.column(row["misura"])}
            for row in mart.rows
        ),
        key=lambda row: (
            row["esito"] is None,
            order.index(row["esito"]) if row["esito"] in order else 0,
            *(str(row[name] or "") for name in ("ente", "anno", "servizio", "sub_ambito", "misura")),
        ),
    )

    def described(name: str, label: str, **options: Any) -> Field:
        return Field(name, label, help=mart.columns[name].description, **options)

    panels.table(
        snapshot,
        [
            described("esito", "Esito", badge=True),
            Field("cosa", "Che cosa si confronta"),
            described("anno", "Anno", unit="anno"),
            described("servizio", "Servizio"),
            described("sub_ambito", "Sub-ambito"),
            described("stampato", "Stampato", unit_in="unita"),
            described("da_flusso", "Dai file", unit_in="unita"),
            described("scarto", "Scarto", unit_in="unita", signed=True),
            described("mesi_caricati", "Mesi caricati", unit="mesi"),
            Field("ente", "Ente", wide=True),
        ],
        rows,
        title="Cifre stampate e ricavate dai file",
        name="documenti-e-file",
        key="confronto",
        note="Nelle altre pagine vale la cifra del documento.",
        stacked=True,
        also=[described("unita", "Unità"), described("documento", "Documento")],
    )
    panels.warnings(panels.suppression(rows))
