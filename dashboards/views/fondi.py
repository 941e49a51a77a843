"""What is left of each fund and year of origin, and what must be spent soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards import charts, formats, labels, panels, tables
from dashboards.charts import Bar
from dashboards.data import Row, Snapshot, sums, where, years

ALL = "tutte"
AMOUNTS = (
    "assegnato_eur",
    "stornato_eur",
    "incassato_eur",
    "speso_eur",
    "economie_eur",
    "residuo_eur",
    "da_incassare_eur",
)
COLORS = {
    "Scaduto": charts.ORANGE,
    "Scade entro 12 mesi": "#7a6a00",
    "Scade dopo": charts.BLUE,
    "Senza scadenza": charts.GREY,
}
LARGEST = 15


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("fondi_residui")
    panels.heading(
        "Fondi e scadenze",
        "Quanto è stato assegnato, incassato e speso di ogni fondo e annualità, quanto resta e che cosa scade.",
    )
    snapshot = panels.choose_entity(snapshot)
    mine = [with_state(row) for row in snapshot.rows("fondi_residui")]
    if not mine:
        panels.nothing(snapshot, "movimenti_fondi")
        return
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    at = max(row["situazione_al"] for row in mine)
    whole = sums(mine, AMOUNTS)
    left = [row for row in mine if row["residuo_eur"]]
    soon = where(left, stato="in scadenza")
    expired = where(left, stato="scaduto")
    panels.cards(
        [
            panels.Card("Resta da spendere", formats.euro(whole["residuo_eur"]), f"situazione al {formats.day(at)}"),
            panels.Card(
                "Scade entro 12 mesi",
                formats.euro(sums(soon, ["residuo_eur"])["residuo_eur"] or 0),
                _how_many(soon),
            ),
            panels.Card(
                "Scaduto e non speso",
                formats.euro(sums(expired, ["residuo_eur"])["residuo_eur"] or 0),
                _how_many(expired),
            ),
            panels.Card("Da incassare", formats.euro(whole["da_incassare_eur"]), "assegnato e non ancora incassato"),
        ]
    )

    panels.section(snapshot, "Che cosa scade prima")
    st.html(
        f'<p class="ambito-hint">Solo i fondi di cui resta qualcosa, contando i 12 mesi dal {formats.day(at)}, data '
        "dell'ultimo movimento.</p>"
    )
    urgent = sorted([*expired, *soon], key=_urgency)
    if urgent:
        panels.bars(
            snapshot,
            [Bar(named(row), row["residuo_eur"], "eur", labels.STATES[row["stato"]]) for row in urgent[:LARGEST]],
            "Resta da spendere (€)",
            "scadenze",
            names="Fondo e annualità",
            colors={
                name: color for name, color in COLORS.items() if name in {labels.STATES[row["stato"]] for row in urgent}
            },
            legend="",
        )
        some = f"Le prime {LARGEST} scadenze, di {len(urgent)}." if len(urgent) > LARGEST else ""
        panels.source_line(snapshot, urgent, some)
    else:
        st.html('<p class="ambito-hint">Nessun fondo con un residuo scade nei prossimi 12 mesi.</p>')

    panels.section(snapshot, "Fondo per fondo")
    vintage = st.columns([1, 3])[0].selectbox(
        "Annualità",
        [ALL, *years(mine, "annualita")],
        format_func=lambda year: "Tutte" if year == ALL else str(year),
        key="annualita",
        placeholder="Scegli",
    )
    rows = sorted([row for row in mine if vintage in (ALL, row["annualita"])], key=_urgency)
    remaining = [row for row in rows if row["residuo_eur"]]
    if remaining:
        most = sorted(remaining, key=lambda row: (-row["residuo_eur"], named(row)))[:LARGEST]
        panels.bars(
            snapshot,
            [Bar(named(row), row["residuo_eur"], "eur", text=left_over(row)) for row in most],
            "Resta da spendere (€)",
            "fondi",
            names="Fondo e annualità",
        )
        some = f"I {LARGEST} residui più grandi, di {len(remaining)}. " if len(remaining) > LARGEST else ""
        panels.source_line(snapshot, remaining, f"{some}Tra parentesi, quanto è dell'assegnato.")
    else:
        st.html('<p class="ambito-hint">Di questi fondi non resta nulla.</p>')
    fields = [
        columns["fondo"],
        columns["annualita"],
        tables.Field("stato", "Stato", badge=True, help="Rispetto alla data dell'ultimo movimento."),
        columns["scadenza"],
        *(columns[name] for name in ("residuo_eur", "assegnato_eur", "speso_eur", "incassato_eur", "da_incassare_eur")),
        *(columns[name] for name in ("stornato_eur", "economie_eur")),
        columns["vincolo"],
    ]
    panels.table(
        snapshot,
        fields,
        rows,
        total={"fondo": "Totale ricalcolato", "annualita": "", **sums(rows, AMOUNTS)},
        title="Fondi: assegnato, incassato, speso, resta",
        name="fondi" if vintage == ALL else f"fondi-{vintage}",
        key="fondi",
        also=[columns["situazione_al"], columns["ultimo_movimento_il"]],
    )
    panels.warnings(
        "Resta da spendere = assegnato − stornato − restituito − speso. Un residuo negativo vuol dire che si è speso "
        "più dell'assegnato: resta negativo.",
        "L'annualità è l'anno da cui il fondo viene, non quello in cui si spende.",
        mart.description.partition(". ")[2].partition(". ")[2],
    )
    panels.provenance(snapshot, mart, rows, [column for column in fields if column.unit == "eur"], key="fondi")
    panels.checks(snapshot, rows, "fondi")


def with_state(row: Row) -> dict[str, Any]:
    """A fund with how near its deadline is, counted from the day its situation is known at."""
    deadline, at = row["scadenza"], row["situazione_al"]
    if deadline is None:
        state = "senza"
    elif row["is_scaduto"]:
        state = "scaduto"
    else:
        state = "in scadenza" if deadline <= a_year_later(at) else "dopo"
    return {**row, "stato": state, "vincolo": labels.CONSTRAINTS.get(row["vincolo"], row["vincolo"])}


def a_year_later(day: date) -> date:
    """The same day of the next year; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def named(row: Row) -> str:
    """A fund with its year of origin."""
    return f"{row['fondo']} ({row['annualita']})"


def _how_many(rows: Sequence[Row]) -> str:
    return formats.count(len(rows), "fondo e annualità", "fondi e annualità") if rows else "nessun fondo"


def left_over(row: Row) -> str:
    """What is left of a fund, and what share of the assigned it is."""
    share = formats.ratio(100 * row["residuo_eur"], row["assegnato_eur"], 1)
    said = formats.euro(row["residuo_eur"])
    return said if share is None else f"{said} ({formats.quantity(share, 'pct')})"


def _urgency(row: Row) -> tuple[Any, ...]:
    """What still has money first, the nearest deadline before."""
    return (not row["residuo_eur"], row["scadenza"] or date.max, -row["residuo_eur"], row["fondo"], row["annualita"])
