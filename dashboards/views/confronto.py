"""The enti side by side: one ratio at a time, with what makes it comparable, and why who is missing is missing."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from dashboards import charts, formats, labels, panels, tables
from dashboards.charts import Bar
from dashboards.data import SYNTHETIC, Row, Snapshot, is_hidden, where, years

NO_SERVICE = ""


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("confronto_enti")
    panels.heading(
        "Confronto tra enti",
        "Costi unitari, quote e cifre per abitante degli enti, uno accanto all'altro: dove il confronto non è onesto "
        "la cifra non c'è, e si dice perché.",
    )
    left, middle, right = st.columns([3, 2, 1])
    ratio = left.selectbox(
        "Che cosa si confronta",
        list(labels.RATIOS),
        format_func=labels.RATIOS.__getitem__,
        key="rapporto-confronto",
        placeholder="Scegli",
    )
    mine = where(mart.rows, indicatore=ratio)
    services = sorted({row["servizio"] for row in mine})
    service = services[0]
    if service != NO_SERVICE:
        service = middle.selectbox("Servizio", services, key="servizio-confronto", placeholder="Scegli")
    mine = where(mine, servizio=service)
    year = right.selectbox(
        "Anno", years(mine, "anno"), index=most_told(mine), key="anno-confronto", placeholder="Scegli"
    )
    names = snapshot.entities()
    rows = sorted(where(mine, anno=year), key=lambda row: (row["ente_id"] == SYNTHETIC, names[row["ente_id"]]))
    what = f"{labels.RATIOS[ratio]}{f', {service}' if service else ''}, {year}"
    st.subheader(what, anchor=False)
    st.html(f'<p class="ambito-hint">{escape(rows[0]["nota"])}</p>')
    told = [row for row in rows if row["valore"] is not None]
    real, invented = "Enti", "Ente dimostrativo (dati sintetici)"
    panels.bars(
        snapshot,
        [
            Bar(
                names[row["ente_id"]],
                row["valore"],
                row["unita"],
                invented if row["ente_id"] == SYNTHETIC else real,
            )
            for row in told
        ],
        labels.RATIOS[ratio],
        "confronto-enti",
        names="Ente",
        colors={real: charts.BLUE, invented: charts.PALE},
        legend="" if len({row["ente_id"] == SYNTHETIC for row in told}) > 1 else None,
    )
    figures = ["valore", "numeratore", "denominatore"]
    if any(row["popolazione_stampata"] is not None for row in rows):
        figures.append("popolazione_stampata")
    fields = [
        tables.Field("ente", "Ente", wide=True),
        *tables.fields(mart, *figures),
        tables.Field("perche", "Perché manca", wide=True),
        tables.Field("origine", "Origine del dato"),
    ]
    panels.table(
        snapshot,
        fields,
        [described(row, names) for row in rows],
        title=what,
        name=f"confronto-{ratio}",
        key="confronto",
        note=panels.suppression(rows),
        stacked=True,
    )
    panels.provenance(snapshot, mart, [described(row, names) for row in told], fields, key="confronto", called="ente")


def most_told(rows: list[Row]) -> int:
    """Where, among the years from the latest, stands the last one that most enti have."""
    every = years(rows, "anno")
    return max(range(len(every)), key=lambda at: (has_figures(rows, every[at]), -at))


def has_figures(rows: list[Row], year: int) -> int:
    """How many enti have the ratio in a year."""
    return sum(row["valore"] is not None for row in where(rows, anno=year))


def described(row: Row, names: dict[str, str]) -> dict[str, Any]:
    """A row with words for its codes."""
    reason = row["motivo_assenza"]
    return {
        **row,
        "ente": names[row["ente_id"]],
        "perche": "" if is_hidden(row, "valore") else labels.MISSING_REASONS.get(reason, "") if reason else "",
        "origine": labels.ORIGINS.get(row["origine_dato"], formats.MISSING),
    }
