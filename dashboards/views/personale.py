"""The staff: how many work in each service, of what profile, for how many hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.data import Row, Snapshot, grouped, is_whole, sums, where, with_hidden, years

KEYS = ("servizio", "profilo")
MEASURES = ("ore_lavorate", "operatori")


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("ore_personale_servizio")
    panels.heading("Personale", "Quanti operatori e quante ore di lavoro in ogni servizio, per profilo professionale.")
    snapshot = panels.choose_entity(snapshot)
    mine = snapshot.rows("ore_personale_servizio")
    if not mine:
        panels.nothing(snapshot, "ore_personale")
        return
    services = {row["servizio"]: row["nome"] for row in snapshot.mart("dim_servizi").rows}
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    left, right = st.columns([1, 2])
    year = left.selectbox("Anno", years(mine, "anno"), key="anno-personale", placeholder="Scegli")
    by = right.selectbox(
        "Ore per", KEYS, format_func=lambda name: columns[name].label, key="per-personale", placeholder="Scegli"
    )
    rows = sorted(
        where(mine, anno=year),
        key=lambda row: (row["servizio"], row["ore_lavorate"] is None, -(row["ore_lavorate"] or 0), row["profilo"]),
    )
    whole = totals(rows)
    hidden = sum(not is_whole(row, "ore_lavorate") for row in rows)
    panels.cards(
        [
            panels.Card(
                f"Ore lavorate {year}",
                columns["ore_lavorate"].text(whole),
                "" if is_whole(whole, "ore_lavorate") else f"{formats.PARTIAL} solo le cifre visibili",
            ),
            panels.Card("Servizi", formats.number(len({row["servizio"] for row in rows})), "con ore registrate"),
            panels.Card("Profili", formats.number(len({row["profilo"] for row in rows})), "professionali"),
            panels.Card(
                "Righe soppresse",
                f"{formats.number(hidden)} su {formats.number(len(rows))}",
                "servizi e profili con pochi operatori",
            ),
        ]
    )
    panels.section(snapshot, f"Ore lavorate {year} per {columns[by].label.lower()}")
    groups = [{by: name, **totals(of_name)} for name, of_name in grouped(rows, by).items()]
    groups.sort(key=lambda row: (row["ore_lavorate"] is None, -(row["ore_lavorate"] or 0), row[by]))
    panels.bars(
        snapshot,
        [
            charts.Bar(
                services.get(row[by], row[by]) if by == "servizio" else row[by],
                row["ore_lavorate"] or 0,
                "ore",
                text=columns["ore_lavorate"].text(row),
            )
            for row in groups
        ],
        "Ore lavorate",
        "personale",
        names=columns[by].label,
    )
    partial = any(not is_whole(row, "ore_lavorate") and row["ore_lavorate"] is not None for row in groups)
    panels.source_line(snapshot, rows, f"{formats.PARTIAL} Somma delle sole cifre visibili." if partial else "")

    panels.section(snapshot, f"Servizio e profilo, {year}")
    fields = [columns[name] for name in (*KEYS, *MEASURES)]
    panels.table(
        snapshot,
        fields,
        rows,
        total={"servizio": "Totale ricalcolato", "profilo": "", **whole},
        title=f"Ore di lavoro {year} per servizio e profilo",
        name=f"personale-{year}",
        key="personale",
    )
    panels.warnings(
        panels.suppression(rows),
        "Gli operatori non si sommano: chi lavora in più servizi conta in ciascuno.",
        "Le ore sono quelle del personale dell'ente; quelle dei gestori accreditati sono in «Costo dei servizi».",
    )
    panels.provenance(snapshot, mart, rows, fields, key="personale")

    over = sorted(years(mine, "anno"))
    if len(over) > 1:
        panels.section(snapshot, "Negli anni")
        compared, lines = trend(mine, over)
        panels.table(
            snapshot,
            compared,
            lines,
            title="Ore lavorate negli anni, per servizio e profilo",
            name="personale-anni",
            key="personale-anni",
            sources=mine,
        )
    panels.checks(snapshot, rows, "personale")


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """The hours over several rows; never the persons, who may work in more than one service."""
    return {**sums(rows, ("ore_lavorate",)), "operatori": ""}


def trend(rows: Sequence[Row], over: Sequence[int]) -> tuple[list[tables.Field], list[dict[str, Any]]]:
    """The hours of each service and profile (rows), year by year (columns)."""
    fields = [tables.Field("servizio", "Servizio"), tables.Field("profilo", "Profilo")]
    fields += [tables.Field(str(year), str(year), "ore") for year in over]
    lines: list[dict[str, Any]] = []
    for (service, profile), found in sorted(grouped(rows, *KEYS).items()):
        of_year = {str(row["anno"]): row for row in found}
        values = {str(year): of_year[str(year)]["ore_lavorate"] if str(year) in of_year else None for year in over}
        hidden = [year for year, row in of_year.items() if not is_whole(row, "ore_lavorate")]
        thresholds = {row["soglia_persone"] for row in found}
        lines.append(
            {
                "servizio": service,
                "profilo": profile,
                "soglia_persone": max(thresholds),
                **with_hidden(values, hidden),
            }
        )
    return fields, lines
