"""The cases of a service: how many are open, how many open and close, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards import charts, formats, labels, panels, tables
from dashboards.charts import Point
from dashboards.data import Row, Snapshot, grouped, hidden_among, is_whole, sums, total, where, with_hidden

ALL = "tutto l'ambito"
FIRST = "TM"
MEASURES = ("casi_inizio", "casi_nuovi", "casi_chiusi", "casi_fine")
FLOWS = {"Aperti": charts.BLUE, "Chiusi": charts.ORANGE}


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("casi_movimento")
    panels.heading(
        "Casi in carico",
        "Quanti fascicoli sono in carico a un servizio, quanti se ne aprono e se ne chiudono, e quali sono.",
    )
    snapshot = panels.choose_entity(snapshot)
    mine = snapshot.rows("casi_movimento")
    if not mine:
        panels.nothing(snapshot, "prese_in_carico")
        return
    services = {row["servizio"]: row["nome"] for row in snapshot.mart("dim_servizi").rows}
    left, right = st.columns(2)
    service = left.selectbox(
        "Servizio",
        sorted({row["servizio"] for row in mine}, key=lambda name: (name != FIRST, name)),
        format_func=lambda name: f"{name}, {services[name]}" if name in services else name,
        key="servizio-casi",
        placeholder="Scegli",
    )
    of_service = where(mine, servizio=service)
    where_ = right.selectbox(
        "Sub-ambito",
        [ALL, *sorted({row["sub_ambito"] for row in of_service})],
        format_func=lambda name: name.capitalize() if name == ALL else name,
        key="sub-ambito-casi",
        placeholder="Scegli",
    )
    rows = [row for row in of_service if where_ in (ALL, row["sub_ambito"])]
    months = [month_totals(month, of_month) for month, of_month in sorted(grouped(rows, "mese").items())]
    last = months[-1]
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    _cards(months, columns)
    place = "" if where_ == ALL else f", {where_}"

    panels.section(snapshot, f"In carico a fine mese, {service}{place}")
    stock = [
        Point(row["mese"], row["casi_fine"] if is_whole(row, "casi_fine") else None, "casi", "In carico")
        for row in months
    ]
    panels.months(snapshot, stock, "Casi in carico a fine mese", "casi", {"In carico": charts.BLUE})
    panels.source_line(snapshot, rows)

    panels.section(snapshot, f"Aperti e chiusi mese per mese, {service}{place}")
    flows = [
        Point(row["mese"], row[name] if is_whole(row, name) else None, "casi", label, below=label == "Chiusi")
        for row in months
        for name, label in (("casi_nuovi", "Aperti"), ("casi_chiusi", "Chiusi"))
    ]
    panels.months(snapshot, flows, "Casi aperti e chiusi nel mese", "flussi", FLOWS, columns=True)
    panels.source_line(snapshot, rows, "Sopra la linea i casi aperti, sotto i casi chiusi.")
    panels.table(
        snapshot,
        [columns["mese"], *(columns[name] for name in MEASURES)],
        months[::-1],
        title=f"Casi {service} mese per mese{place}",
        name=f"casi-{service}",
        key="casi-mesi",
        sources=rows,
    )

    month = last["mese"]
    panels.section(snapshot, f"Per sub-ambito, {service}, {formats.month(month)}")
    latest = sorted(
        where(of_service, mese=month), key=lambda row: (row["casi_fine"] is None, -(row["casi_fine"] or 0))
    )
    bars = [panels.bar(row, row["sub_ambito"], columns["casi_fine"]) for row in latest]
    panels.chart(
        snapshot,
        charts.bars(bars, "Casi in carico", names="Sub-ambito"),
        "sub-ambiti",
        "; ".join(f"{bar.name} {bar.label}" for bar in bars),
    )
    fields = [columns["sub_ambito"], *(columns[name] for name in MEASURES)]
    panels.table(
        snapshot,
        fields,
        latest,
        total={"sub_ambito": "Totale ricalcolato", **sums(latest, MEASURES)},
        title=f"Casi {service} per sub-ambito, {formats.month(month)}",
        name=f"casi-{service}-{month:%Y-%m}",
        key="casi",
    )
    panels.warnings(
        panels.suppression(rows),
        "In carico alla fine = in carico all'inizio + aperti − chiusi.",
        mart.description.partition(". ")[2],
    )
    panels.provenance(snapshot, mart, latest, fields, key="casi")
    _profile(snapshot, service)
    panels.checks(snapshot, rows, "casi")


def month_totals(month: date, rows: Sequence[Row]) -> dict[str, Any]:
    """The movement of a month over its sub-ambiti."""
    return {"mese": month, **sums(rows, MEASURES)}


def year_totals(months: Sequence[Row], year: int) -> dict[str, Any]:
    """What opened and closed in a year, and how many were there at its two ends."""
    mine = [row for row in months if row["mese"].year == year]
    whole = {
        "casi_inizio": mine[0]["casi_inizio"],
        "casi_nuovi": total(mine, "casi_nuovi"),
        "casi_chiusi": total(mine, "casi_chiusi"),
        "casi_fine": mine[-1]["casi_fine"],
    }
    touched = [name for name in ("casi_nuovi", "casi_chiusi") if not all(is_whole(row, name) for row in mine)]
    touched += [name for name, row in (("casi_inizio", mine[0]), ("casi_fine", mine[-1])) if not is_whole(row, name)]
    return with_hidden(whole, touched)


def _cards(months: Sequence[Row], columns: dict[str, tables.Field]) -> None:
    last = months[-1]
    year = last["mese"].year
    so_far = year_totals(months, year)
    before = next((row for row in months if row["mese"] == last["mese"].replace(year=year - 1)), None)
    change = ""
    if before is not None and is_whole(before, "casi_fine") and is_whole(last, "casi_fine"):
        moved = formats.signed(last["casi_fine"] - before["casi_fine"], "casi")
        change = f"{moved} rispetto a {formats.month(before['mese'])}"
    until = f"da gennaio a {formats.month(last['mese'])}"
    panels.cards(
        [
            panels.Card(f"In carico a fine {formats.month(last['mese'])}", columns["casi_fine"].text(last), change),
            panels.Card(f"Aperti nel {year}", columns["casi_nuovi"].text(so_far), until),
            panels.Card(f"Chiusi nel {year}", columns["casi_chiusi"].text(so_far), until),
            panels.Card(
                f"Passati nel {year}",
                _passed(so_far),
                "in carico a inizio anno + aperti",
            ),
        ]
    )


def _passed(year: Row) -> str:
    """Cases of a year: those of its beginning and those that opened; not said where part of it is hidden."""
    if not (is_whole(year, "casi_inizio") and is_whole(year, "casi_nuovi")):
        return formats.SUPPRESSED
    return formats.number(year["casi_inizio"] + year["casi_nuovi"])


def _profile(snapshot: Snapshot, service: str) -> None:
    mart = snapshot.mart("casi_profilo")
    rows = snapshot.rows("casi_profilo", servizio=service)
    panels.section(snapshot, f"Chi sono, {service}")
    if not rows:
        panels.nothing(snapshot, "prese_in_carico")
        return
    left, right = st.columns([1, 2])
    day = left.selectbox(
        "Al giorno",
        sorted({row["data_riferimento"] for row in rows}, reverse=True),
        format_func=formats.day,
        key="giorno-casi",
        placeholder="Scegli",
    )
    dimension = right.selectbox(
        "Per",
        [name for name in labels.DIMENSIONS if any(row["dimensione"] == name for row in rows)],
        format_func=lambda name: labels.DIMENSIONS[name],
        key="dimensione-casi",
        placeholder="Scegli",
    )
    shown = where(rows, data_riferimento=day, dimensione=dimension)
    # bands in their order, the rest by size; what is not said last
    shown.sort(
        key=lambda row: (
            row["modalita"] == NOT_SAID,
            row["modalita"] if dimension == "fascia_eta" else "",
            row["casi_attivi"] is None,
            -(row["casi_attivi"] or 0),
            row["modalita"],
        )
    )
    fields = tables.fields(mart, "modalita", "casi_attivi", modalita=labels.DIMENSIONS[dimension])
    bars = [panels.bar(row, row["modalita"], fields[1]) for row in shown]
    panels.chart(
        snapshot,
        charts.bars(bars, "Casi in carico", names=labels.DIMENSIONS[dimension]),
        "profilo",
        "; ".join(f"{bar.name} {bar.label}" for bar in bars),
    )
    panels.table(
        snapshot,
        fields,
        shown,
        total={"modalita": "Totale ricalcolato", **sums(shown, ["casi_attivi"])},
        title=f"Casi {service} al {formats.day(day)}, per {labels.DIMENSIONS[dimension].lower()}",
        name=f"casi-{service}-{dimension.replace('_', '-')}-{day:%Y-%m-%d}",
        key="profilo",
        note="" if hidden_among(shown, "casi_attivi") else "La somma è il totale dei fascicoli in carico quel giorno.",
    )
    panels.provenance(snapshot, mart, shown, fields, key="profilo")


NOT_SAID = "non indicato"
