"""How long the suppliers wait to be paid: three indicators of the law, never merged, each with its coverage."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from dashboards import charts, formats, labels, panels, tables
from dashboards.charts import Bar
from dashboards.data import Row, Snapshot, where, years

MEANING = {
    "itp": "Giorni tra la scadenza e il pagamento, pesati sugli importi, delle fatture pagate nel periodo. Negativo "
    "vuol dire che si paga prima della scadenza.",
    "tempo_medio_ponderato": "Giorni tra l'arrivo della fattura e il pagamento, pesati sugli importi, delle fatture "
    "pagate nel periodo.",
    "ritardo_annuale": "Giorni di ritardo sulle fatture scadute nell'anno, pagate o no: solo per l'anno intero.",
}


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("tempestivita_pagamenti")
    panels.heading(
        "Tempestività dei pagamenti",
        "In quanto tempo si pagano i fornitori: tre indicatori diversi, ciascuno con la copertura che dice se vale.",
    )
    snapshot = panels.choose_entity(snapshot)
    mine = snapshot.rows("tempestivita_pagamenti")
    if not mine:
        panels.nothing(snapshot, "fatture")
        return
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    year = st.columns([1, 3])[0].selectbox("Anno", years(mine, "anno"), key="anno-pagamenti", placeholder="Scegli")
    rows = where(mine, anno=year)
    of_year = {row["indicatore"]: row for row in where(rows, trimestre=0)}
    panels.cards(
        [
            *(
                panels.Card(f"{labels.INDICATORS[name]} {year}", value(of_year[name]), verdict(of_year[name]))
                for name in labels.INDICATORS
                if name in of_year
            ),
            *_coverage(of_year),
        ]
    )
    for name, label in labels.INDICATORS.items():
        of_name = sorted(where(rows, indicatore=name), key=lambda row: list(labels.QUARTERS).index(row["trimestre"]))
        if not of_name:
            continue
        panels.section(snapshot, f"{label} {year}")
        st.html(f'<p class="ambito-hint">{escape(MEANING[name])}</p>')
        good, doubtful = "Valutabile", "n.v., copertura sotto il minimo"
        if len(of_name) > 1:
            data = [
                Bar(
                    labels.QUARTERS[row["trimestre"]],
                    row["valore_giorni"],
                    "giorni",
                    good if row["esito"] == "valutabile" else doubtful,
                    text=value(row),
                )
                for row in of_name
                if row["valore_giorni"] is not None
            ]
            panels.bars(
                snapshot,
                data,
                "Giorni",
                f"pagamenti-{name}",
                names="Periodo",
                colors={good: charts.BLUE, doubtful: charts.GREY},
                legend="" if any(bar.group == doubtful for bar in data) else None,
            )
        shown = [{**row, "periodo": labels.QUARTERS[row["trimestre"]]} for row in of_name]
        fields = [
            tables.Field("periodo", "Periodo", whole=True),
            columns["valore_giorni"],
            tables.Field("esito", "Esito", badge=True, help=columns["esito"].help),
            columns["copertura_pct"],
            columns["soglia_copertura_pct"],
            columns["importo_considerato_eur"],
            columns["fatture_considerate"],
        ]
        panels.table(
            snapshot,
            fields,
            shown,
            title=f"{label} {year}",
            name=f"pagamenti-{name.replace('_', '-')}-{year}",
            key=f"pagamenti-{name}",
            also=[columns["importo_ricevuto_eur"], columns["importo_ricevuto_pagato_eur"]],
        )
    panels.warnings(
        "I tre indicatori misurano cose diverse: non si sommano, non si fa la media e non si confrontano tra loro.",
        "«n.v.» (non valutabile) vuol dire che la copertura, cioè quanto si è pagato delle fatture ricevute, è sotto "
        "il minimo dell'anno: il valore si vede lo stesso, ma non si può usare.",
        "I giorni di sospensione (contestazioni, verifiche) non contano.",
    )
    measures = [columns[name] for name in ("valore_giorni", "importo_considerato_eur", "copertura_pct")]
    panels.provenance(snapshot, mart, rows, measures, key="pagamenti")
    if len(years(mine, "anno")) > 1:
        panels.section(snapshot, "Negli anni")
        over = sorted(
            where(mine, trimestre=0), key=lambda row: (list(labels.INDICATORS).index(row["indicatore"]), row["anno"])
        )
        compared = [{**row, "indicatore": labels.INDICATORS[row["indicatore"]]} for row in over]
        panels.table(
            snapshot,
            [
                tables.Field("indicatore", "Indicatore", wide=True),
                columns["anno"],
                columns["valore_giorni"],
                tables.Field("esito", "Esito", badge=True),
                columns["copertura_pct"],
                columns["soglia_copertura_pct"],
            ],
            compared,
            title="Tempestività dei pagamenti negli anni",
            name="pagamenti-anni",
            key="pagamenti-anni",
        )
    panels.checks(snapshot, rows, "pagamenti")


def value(row: Row) -> str:
    """The value of an indicator, always shown; marked where it cannot be used."""
    days = row["valore_giorni"]
    written = formats.MISSING if days is None else formats.quantity(days, "giorni")
    return written if row["esito"] == "valutabile" else f"{written} (n.v.)"


def verdict(row: Row) -> str:
    """Whether an indicator can be used, in words."""
    if row["esito"] == "valutabile":
        return "valutabile"
    covered, least = row["copertura_pct"], row["soglia_copertura_pct"]
    if covered is None or least is None:
        return "non valutabile"
    return f"non valutabile: copertura {formats.quantity(covered, 'pct')}, minimo {formats.quantity(least, 'pct')}"


def _coverage(of_year: dict[str, Row]) -> list[Any]:
    row = next(iter(of_year.values()), None)
    if row is None:
        return []
    least = row["soglia_copertura_pct"]
    note = f"minimo {formats.quantity(least, 'pct')}" if least is not None else "per quest'anno non c'è un minimo"
    return [panels.Card("Copertura", formats.quantity(row["copertura_pct"], "pct"), f"pagato su ricevuto; {note}")]
