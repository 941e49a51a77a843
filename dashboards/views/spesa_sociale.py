"""The social spending of the comuni of the ambito, by the year it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.charts import Bar
from dashboards.data import Row, Snapshot, where

MEASURES = ("spesa_sociale_eur", "pro_capite_eur", "quota_gestita_pct")


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("spesa_sociale")
    panels.heading(
        "Spesa sociale",
        "Quanto spendono per il sociale i Comuni dell'ambito, in tutto e per abitante, e quanto ne gestisce l'azienda.",
    )
    ente = panels.choose_entity(snapshot, mart.rows)
    rows = sorted(where(mart.rows, ente_id=ente), key=lambda row: -row["anno_riferimento"])
    latest = rows[0]
    panels.cards(
        [
            panels.Card(
                f"Spesa sociale {latest['anno_riferimento']}",
                formats.euro(latest["spesa_sociale_eur"]),
                f"stampata nella colonna {latest['anno_pubblicazione']}",
            ),
            panels.Card("Spesa pro-capite", formats.euro(latest["pro_capite_eur"]), "come stampata nel documento"),
            panels.Card(
                "Popolazione implicita",
                formats.bare(latest["popolazione_implicita"], "abitanti"),
                f"tra {population(latest)} abitanti",
            ),
            panels.Card(
                "Quota gestita dall'azienda",
                formats.quantity(latest["quota_gestita_pct"], "pct"),
                f"volume {latest['anno_pubblicazione']} su spesa {latest['anno_riferimento']}",
            ),
        ]
    )
    renamed = {"popolazione_implicita_min": "Minimo", "popolazione_implicita_max": "Massimo"}
    columns = {column.name: column for column in tables.fields(mart, *mart.columns, **renamed)}
    measure = st.segmented_control(
        "Misura",
        MEASURES,
        default=MEASURES[0],
        required=True,
        format_func=lambda name: columns[name].title,
        key="indicatore",
        bind="query-params",
    )
    chosen = columns[measure]
    panels.section(snapshot, f"{chosen.label} per anno di riferimento")
    _chart(snapshot, rows, chosen)
    panels.source_line(
        snapshot, rows, "Ogni anno è quello a cui la spesa si riferisce, non quello in cui è pubblicata."
    )
    fields = [
        columns[name]
        for name in (
            "anno_riferimento",
            "anno_pubblicazione",
            "spesa_sociale_eur",
            "pro_capite_eur",
            "popolazione_implicita",
            "popolazione_implicita_min",
            "popolazione_implicita_max",
            "quota_gestita_pct",
            "definizione",
        )
    ]
    panels.table(
        snapshot, fields, rows, title="Spesa sociale per anno di riferimento", name="spesa-sociale", key="spesa"
    )
    panels.warnings(
        "La spesa si raccoglie con un anno di ritardo: il documento intesta le colonne con il proprio esercizio, "
        f"ma la cifra della colonna {latest['anno_pubblicazione']} è il consuntivo {latest['anno_riferimento']} dei "
        "Comuni.",
        "La popolazione implicita è quella che il pro-capite stampato presuppone (spesa diviso pro-capite): il "
        "pro-capite è arrotondato al centesimo, perciò il vero valore sta tra un minimo e un massimo.",
        "La quota gestita confronta due anni: il volume di attività dell'azienda nell'anno che intesta la colonna e la "
        "spesa dei Comuni nell'anno di riferimento.",
    )
    panels.provenance(snapshot, mart, rows, fields, key="spesa")
    panels.checks(snapshot, rows, "spesa")


def population(row: Row) -> str:
    """The range of the implied population, in words."""
    low, high = row["popolazione_implicita_min"], row["popolazione_implicita_max"]
    return f"{formats.bare(low, 'abitanti')} e {formats.bare(high, 'abitanti')}"


def _chart(snapshot: Snapshot, rows: Sequence[Row], column: tables.Field) -> None:
    data = [
        Bar(
            f"{row['anno_riferimento']} (colonna {row['anno_pubblicazione']})",
            row[column.name],
            column.unit or "",
        )
        for row in sorted(rows, key=lambda row: int(row["anno_riferimento"]))
        if row[column.name] is not None
    ]
    chart = charts.bars(data, column.title, names="Anno")
    panels.chart(snapshot, chart, "spesa", "; ".join(f"{bar.name}: {bar.label}" for bar in data))
