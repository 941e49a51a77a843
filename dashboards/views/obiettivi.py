"""How the indicators of a plan stand on a day, and how far the actions of a programme went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import formats, labels, panels, tables
from dashboards.data import Row, Snapshot, where
from dashboards.tables import Field

ALL = "tutti"
DAY = "giorno-obiettivi"
# The two days on which the plan of InSieme wants its dashboard.
SHORTCUTS = (("15 marzo", 3, 15), ("30 settembre", 9, 30))
YEAR = 365  # days
OPEN = "aperti"
REASONS = {
    "esito_stampato": "esito stampato nel documento",
    "traguardo_raggiunto": "",
    "sotto_traguardo": "valore sotto il traguardo",
    "senza_valore": "nessun valore ancora",
    "termine_passato": "termine passato senza un valore",
    "consegna_in_ritardo": "consegnato dopo il termine",
    "senza_traguardo": "il documento non stampa un traguardo",
    "senza_base": "manca il valore dell'anno prima",
    "copertura_sotto_soglia": "copertura sotto il minimo",
}


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    panels.heading(
        "Obiettivi e indicatori",
        "Come stanno gli indicatori di un piano nel giorno che si sceglie: traguardo, valore, termine, esito.",
    )
    snapshot = panels.choose_entity(snapshot)
    plans = snapshot.rows("indicatori_piano")
    actions = snapshot.rows("riscontro_azioni")
    if plans:
        _plan(snapshot, plans)
    if actions:
        _actions(snapshot, actions)
    if not plans and not actions:
        panels.nothing(snapshot, "rilevazioni", documents=True)


def _plan(snapshot: Snapshot, plans: Sequence[Row]) -> None:
    titles = {row["piano"]: row["piano_titolo"] for row in plans}
    left, right = st.columns([3, 2])
    chosen = left.selectbox("Piano", sorted(titles, reverse=True), format_func=titles.__getitem__, key="piano")
    mart = snapshot.mart("indicatori_stato")
    described = {row["indicatore"]: row for row in where(plans, piano=chosen)}
    states = snapshot.rows("indicatori_stato", piano=chosen)
    day = _day(right, states)
    now = on_day(states, described, day)
    counts = Counter(row["esito"] for row in now)
    panels.cards(
        [
            panels.Card(labels.RESULTS[name], formats.number(counts[name]), labels.RESULTS_MEANING[name])
            for name in labels.RESULTS
        ]
    )
    panels.section(snapshot, f"Gli indicatori al {formats.day(day)}")
    if not now:
        begins = min(row["valido_dal"] for row in states)
        st.info(f"Il piano comincia il {formats.day(begins)}: prima di quel giorno non c'è niente da valutare.")
        return
    rows = _filtered(now, day)
    if not rows:
        st.info("Nessun indicatore con questi filtri.")
        return
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    fields = [
        Field("indicatore", "Codice", whole=True),
        Field("nome", "Indicatore", wide=True),
        Field("periodo", "Periodo", help=columns["periodo"].help),
        Field("traguardo", "Traguardo", help="Che cosa si deve raggiungere; le cifre sono quelle stampate."),
        Field("detto", "Valore", help="L'ultimo valore conosciuto nel giorno scelto."),
        columns["scadenza"],
        Field("esito", "Esito", badge=True, help=columns["esito"].help),
        Field("perche", "Perché", help=columns["motivo"].help),
        Field("evidenza", "Evidenza", help=columns["evidenza"].help),
    ]
    panels.table(
        snapshot,
        fields,
        rows,
        title=f"{titles[chosen]}: gli indicatori al {formats.day(day)}",
        name=f"indicatori-{chosen}-{day:%Y-%m-%d}",
        key="indicatori",
        stacked=True,
        also=[
            Field("area", "Area"),
            Field("obiettivo", "Obiettivo"),
            Field("formula", "Formula"),
            columns["valido_dal"],
        ],
    )
    panels.warnings(
        "L'esito è quello che si poteva sapere nel giorno scelto: un valore conta dal giorno in cui è conosciuto.",
        "Scaduto vuol dire che il termine è passato e nessuno ha dato un valore: non vuol dire che non si è fatto.",
        "Dove il documento non stampa un traguardo l'indicatore si monitora e non si valuta.",
        "Gli esiti stampati sono riportati come sono, alla fine dell'esercizio: il documento non dice da che giorno.",
    )
    figures = [
        Field("valore", "Valore", "numero", columns["valore"].help, unit_in="unita"),
        Field("numeratore", "Numeratore", "numero", columns["numeratore"].help),
        Field("denominatore", "Denominatore", "numero", columns["denominatore"].help),
    ]
    panels.provenance(snapshot, mart, rows, figures, key="indicatori", called="chi")
    panels.checks(snapshot, rows, "indicatori")


def _day(place: Any, states: Sequence[Row]) -> date:
    """Ask for a day; the shortcuts keep the year."""
    first = min(row["valido_dal"] for row in states)
    if DAY not in st.session_state:
        st.session_state[DAY] = max(first, date.today())
    day: date = place.date_input("Giorno", key=DAY, format="DD/MM/YYYY", min_value=date(2000, 1, 1))
    with st.container(horizontal=True, key="scorciatoie"):
        for name, month, of_month in SHORTCUTS:
            for year in (day.year - 1, day.year):
                to = date(year, month, of_month)
                st.button(f"{name} {year}", key=f"al-{to}", on_click=_go, args=(to,))
        st.button("Oggi", key="al-oggi", on_click=_go, args=(date.today(),))
    return day


def _go(day: date) -> None:
    st.session_state[DAY] = day


def on_day(states: Sequence[Row], described: dict[str, Row], day: date) -> list[dict[str, Any]]:
    """The outcome of each indicator and period on a day, with what the indicator is; by code and period."""
    found = [
        {**described[row["indicatore"]], **row}
        for row in states
        if row["valido_dal"] <= day and (row["valido_al"] is None or row["valido_al"] >= day)
    ]
    for row in found:
        row["traguardo"] = target(row)
        row["detto"] = told(row)
        row["perche"] = REASONS[row["motivo"]]
        row["chi"] = f"{row['indicatore']} · {row['nome']} · {row['periodo']}"
    return sorted(found, key=lambda row: (row["documento"], row["indicatore"], row["periodo"]))


def _filtered(rows: Sequence[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    left, middle, right = st.columns(3)
    area = left.selectbox(
        "Area o strategia",
        [ALL, *dict.fromkeys(row["area"] for row in rows)],
        format_func=lambda name: "Tutte" if name == ALL else name,
        key="area-obiettivi",
    )
    outcome = middle.selectbox(
        "Esito",
        [ALL, *labels.RESULTS],
        format_func=lambda name: "Tutti" if name == ALL else labels.RESULTS[name],
        key="esito-obiettivi",
    )
    recent = [row for row in rows if is_recent(row, day)]
    which = ALL
    if recent and len(recent) < len(rows):
        which = right.selectbox(
            "Periodi",
            [OPEN, ALL],
            format_func=lambda name: "Tutti" if name == ALL else "Aperti, o chiusi da meno di un anno",
            key="periodi-obiettivi",
        )
    kept = rows if which == ALL else recent
    return [row for row in kept if area in (ALL, row["area"]) and outcome in (ALL, row["esito"])]


def is_recent(row: Row, day: date) -> bool:
    """Whether the period of an indicator was open on a day, or had been closed for less than a year."""
    term: date = row["termine_il"]
    return (day - term).days < YEAR


def target(row: Row) -> str:
    """What an indicator must reach, in words."""
    figure = None if row["traguardo"] is None else formats.quantity(row["traguardo"], row["unita"])
    match row["direzione"]:
        case None:
            return "solo da monitorare"
        case "almeno":
            return f"almeno {figure}" if figure else row["traguardo_stampato"] or "almeno uno"
        case "al_piu":
            return f"al più {figure}"
        case "aumentare":
            return "più dell'anno prima"
        case "diminuire":
            return f"meno dell'anno prima, di almeno {figure}" if figure else "meno dell'anno prima"
        case _:
            return {"si_no": "sì", "data": "entro il termine"}.get(row["unita"], "tutto (100%)")


def told(row: Row) -> str:
    """The value of an indicator, written: a number with its unit, sì or no, a day."""
    if row["valore_testo"] is not None:
        return "sì" if row["valore_testo"] == "si" else "no"
    if row["valore_data"] is not None:
        return formats.day(row["valore_data"])
    if row["valore"] is None:
        return ""
    written = formats.quantity(row["valore"], row["unita"])
    share: Decimal | None = row["denominatore"]
    if row["unita"] == "pct" and share is not None and row["numeratore"] is not None:
        of = " su ".join(formats.bare(row[name], "numero") for name in ("numeratore", "denominatore"))
        return f"{written} ({of})"
    return written


def _actions(snapshot: Snapshot, rows: Sequence[Row]) -> None:
    mart = snapshot.mart("riscontro_azioni")
    year = max(row["anno"] for row in rows)
    mine = where(rows, anno=year)
    counts = Counter(row["stato_azione"] for row in mine)
    panels.section(snapshot, f"Riscontro al Piano Programma {year}")
    panels.cards(
        [
            panels.Card(label, formats.number(counts[name]), "azioni")
            for name, label in labels.ACTIONS.items()
            if counts[name]
        ]
    )
    area = st.columns([1, 2])[0].selectbox(
        "Area",
        [ALL, *dict.fromkeys(row["area"] for row in sorted(mine, key=lambda row: row["linea"]))],
        format_func=lambda name: "Tutte" if name == ALL else name,
        key="area-azioni",
    )
    shown = sorted((row for row in mine if area in (ALL, row["area"])), key=lambda row: (row["linea"], row["azione"]))
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    panels.table(
        snapshot,
        [
            Field("azione", "Azione", wide=True),
            Field("area", "Area"),
            Field("stato_azione", "Stato", badge=True, help=columns["stato_azione"].help),
            Field("stato_stampato", "Parole stampate", wide=True, help=columns["stato_stampato"].help),
            Field("linea", "Riga", "anno", columns["linea"].help),
        ],
        shown,
        title=f"Riscontro al Piano Programma {year}",
        name=f"riscontro-azioni-{year}",
        key="azioni",
        stacked=True,
    )
    panels.warnings(
        "La classe è letta dalle parole stampate accanto; dove la relazione elenca un'azione e non dice come è andata, "
        "lo stato è «Non detto».",
    )
