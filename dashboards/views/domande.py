"""The applications for each measure: how many, how they ended, how long one waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.charts import Bar
from dashboards.data import Row, Snapshot, grouped, is_hidden, is_whole, sums, where, years

ALL = "tutte"
# What is decided, what is not yet, what was refused or given up: from dark to light.
COLORS = {
    "ammessa finanziata": charts.BLUE,
    "ammessa non finanziata": "#7ba4c6",
    "in valutazione": charts.GREY,
    "non ammessa": charts.ORANGE,
    "rinuncia": "#e3a77c",
}
COUNTS = ("domande", "persone", "importo_concesso_eur")
WAITS = ("attesa_mediana_giorni", "attesa_p90_giorni", "domande_con_chiamata", "persone_chiamate", "persone_in_attesa")


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    panels.heading(
        "Domande e attese",
        "Quante domande arrivano per ogni misura, come finiscono, quanto si aspetta e quanti stanno aspettando.",
    )
    snapshot = panels.choose_entity(snapshot)
    outcomes = snapshot.rows("domande_esiti")
    waits = snapshot.rows("attese")
    if not outcomes and not waits:
        panels.nothing(snapshot, "domande")
        return
    year = st.columns([1, 3])[0].selectbox(
        "Anno della domanda", years([*outcomes, *waits], "anno"), key="anno-domande", placeholder="Scegli"
    )
    of_year = where(outcomes, anno=year)
    waiting = where(waits, anno=year)
    _cards(year, of_year, waiting)
    _waits(snapshot, year, waiting)
    _outcomes(snapshot, year, of_year)
    panels.warnings(
        panels.suppression([*of_year, *waiting]),
        "L'attesa mediana è quella a metà: una domanda su due aspetta di meno. «Nove su dieci entro» è il novantesimo "
        "percentile. Si calcolano sulle domande già chiamate: chi aspetta ancora non c'è.",
        "L'esito è quello del file più recente: una domanda in valutazione oggi può avere domani un altro esito.",
    )
    panels.checks(snapshot, [*of_year, *waiting], "domande")


def _cards(year: int, outcomes: Sequence[Row], waits: Sequence[Row]) -> None:
    whole = sums(outcomes, COUNTS)
    waiting = sums(waits, ("persone_in_attesa", "domande_con_chiamata"))
    fields = [tables.Field("domande", "", "domande"), tables.Field("importo_concesso_eur", "", "eur")]
    longest = [row for row in waits if row["attesa_mediana_giorni"] is not None]
    cards = [
        panels.Card(f"Domande del {year}", fields[0].text(whole), _partial_note(whole, "domande")),
        panels.Card("Importo concesso", fields[1].text(whole), _partial_note(whole, "importo_concesso_eur")),
        panels.Card(
            "In attesa",
            tables.Field("persone_in_attesa", "", "persone").text(waiting),
            _partial_note(waiting, "persone_in_attesa") or "persone non ancora chiamate, misura per misura",
        ),
    ]
    if longest:
        row = max(longest, key=lambda row: row["attesa_mediana_giorni"])
        cards.append(
            panels.Card(
                "Attesa più lunga",
                f"{formats.bare(row['attesa_mediana_giorni'], 'giorni')} giorni",
                f"mediana, {row['misura']}",
            )
        )
    panels.cards(cards)


def _partial_note(whole: Row, column: str) -> str:
    if is_whole(whole, column):
        return ""
    return "cifre soppresse" if is_hidden(whole, column) else f"{formats.PARTIAL} solo le cifre visibili"


def _waits(snapshot: Snapshot, year: int, rows: Sequence[Row]) -> None:
    mart = snapshot.mart("attese")
    panels.section(snapshot, f"Quanto si aspetta, domande del {year}")
    if not rows:
        st.html("<p class=\"ambito-hint\">Nessuna domanda di quest'anno ha una chiamata o un'attesa.</p>")
        return
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    ordered = sorted(
        rows,
        key=lambda row: (row["attesa_mediana_giorni"] is None, -(row["attesa_mediana_giorni"] or 0), row["misura"]),
    )
    half, nine = "Metà entro", "Nove su dieci entro"
    data = [
        Bar(row["misura"], row[name], "giorni", group)
        for row in ordered
        for group, name in ((half, "attesa_mediana_giorni"), (nine, "attesa_p90_giorni"))
        if row[name] is not None
    ]
    if data:
        panels.bars(
            snapshot,
            data,
            "Giorni tra domanda e chiamata",
            "attese",
            names="Misura",
            colors={half: charts.BLUE, nine: "#9abad5"},
            legend="",
        )
    hidden = [row["misura"] for row in ordered if is_hidden(row, "attesa_mediana_giorni")]
    panels.source_line(snapshot, rows, f"Non nel grafico, perché soppresse: {', '.join(hidden)}." if hidden else "")
    fields = [columns["misura"], *(columns[name] for name in WAITS)]
    panels.table(
        snapshot, fields, ordered, title=f"Attese per misura, domande del {year}", name=f"attese-{year}", key="attese"
    )
    panels.provenance(snapshot, mart, ordered, fields, key="attese")


def _outcomes(snapshot: Snapshot, year: int, rows: Sequence[Row]) -> None:
    mart = snapshot.mart("domande_esiti")
    panels.section(snapshot, f"Come finiscono le domande del {year}")
    measures = sorted({row["misura"] for row in rows})
    chosen = st.columns([1, 2])[0].selectbox(
        "Misura richiesta",
        [ALL, *measures],
        format_func=lambda name: "Tutte le misure" if name == ALL else name,
        key="misura-domande",
        placeholder="Scegli",
    )
    shown = [row for row in rows if chosen in (ALL, row["misura"])]
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    by_measure = by_name(shown, "misura" if chosen == ALL else "esito")
    data = [Bar(row["nome"], row["domande"] or 0, "domande", text=columns["domande"].text(row)) for row in by_measure]
    panels.bars(snapshot, data, "Domande", "domande", names="Misura" if chosen == ALL else "Esito")
    partial = any(row["domande"] is not None and not is_whole(row, "domande") for row in by_measure)
    panels.source_line(snapshot, shown, f"{formats.PARTIAL} Somma delle sole cifre visibili." if partial else "")
    ordered = sorted(
        shown, key=lambda row: (row["misura"], list(COLORS).index(row["esito"]) if row["esito"] in COLORS else 9)
    )
    fields = [columns[name] for name in ("misura", "esito", *COUNTS)]
    panels.table(
        snapshot,
        fields,
        ordered,
        total={"misura": "Totale ricalcolato", "esito": "", **{**sums(shown, COUNTS), "persone": ""}},
        title=f"Domande del {year} per misura ed esito",
        name=f"domande-{year}",
        key="domande",
    )
    panels.provenance(snapshot, mart, ordered, fields, key="domande")


def by_name(rows: Sequence[Row], key: str) -> list[dict[str, Any]]:
    """The applications of each measure (or outcome), the most first; those of which nothing is visible last."""
    found = [{"nome": name, **sums(of_name, ("domande",))} for name, of_name in grouped(rows, key).items()]
    return sorted(found, key=lambda row: (row["domande"] is None, -(row["domande"] or 0), row["nome"]))
