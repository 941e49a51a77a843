"""The social spending of the comuni of the ambito, by the year it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.charts import Bar
from dashboards.data import Mart, Row, Snapshot, total, where, years

PER_COMUNE = ("lorda_pro_capite_eur", "netta_pro_capite_eur", "spesa_lorda_eur", "spesa_netta_eur")
SUMMED = (
    "spesa_lorda_eur",
    "compartecipazione_utenti_eur",
    "contributo_ssn_eur",
    "spesa_netta_eur",
    "popolazione",
)
COMUNE_COLUMNS = ("lorda_pro_capite_eur", "netta_pro_capite_eur", *SUMMED)
MEASURES = ("spesa_sociale_eur", "pro_capite_eur", "quota_gestita_pct")


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("spesa_sociale")
    panels.heading(
        "Spesa sociale",
        "Quanto spendono per il sociale i Comuni dell'ambito, in tutto e per abitante, e quanto ne gestisce l'azienda.",
    )
    snapshot = panels.choose_entity(snapshot)
    printed = sorted(snapshot.rows("spesa_sociale"), key=lambda row: -row["anno_riferimento"])
    of_comuni = snapshot.rows("spesa_sociale_comuni")
    if not printed and not of_comuni:
        panels.nothing(snapshot, "spesa_sociale_comuni", "popolazione", documents=True)
        return
    if printed:
        _whole(snapshot, mart, printed)
    if of_comuni:
        _comuni(snapshot, of_comuni)
    else:
        panels.section(snapshot, "Comune per Comune")
        panels.nothing(snapshot, "spesa_sociale_comuni", "popolazione")


def _whole(snapshot: Snapshot, mart: Mart, rows: Sequence[Row]) -> None:
    """The spending of all the comuni, as the documents print it."""
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


def _comuni(snapshot: Snapshot, every: Sequence[Row]) -> None:
    """The spending of each comune, as the flussi give it."""
    mart = snapshot.mart("spesa_sociale_comuni")
    names = {row["codice_istat"]: row["comune"] for row in snapshot.mart("dim_comuni").rows}
    panels.section(snapshot, "Comune per Comune")
    left, right = st.columns([1, 2])
    year = left.selectbox(
        "Anno di riferimento", years(every, "anno_riferimento"), key="anno-comuni", placeholder="Scegli"
    )
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    measure = right.selectbox(
        "Misura per Comune",
        PER_COMUNE,
        format_func=lambda name: columns[name].title,
        key="misura-comuni",
        placeholder="Scegli",
    )
    chosen = columns[measure]
    rows = [
        {**row, "comune": names.get(row["codice_istat"], row["codice_istat"])}
        for row in where(every, anno_riferimento=year)
    ]
    rows.sort(key=lambda row: (row[measure] is None, -(row[measure] or 0), row["comune"]))
    whole = comuni_totals(rows)
    least, most = ([row for row in rows if row[name]] for name in ("is_minimo", "is_massimo"))
    panels.cards(
        [
            panels.Card(
                f"Spesa lorda {year}", formats.euro(whole["spesa_lorda_eur"]), f"{len(rows)} Comuni che l'hanno mandata"
            ),
            panels.Card(
                "Spesa netta",
                formats.euro(whole["spesa_netta_eur"]),
                "senza ciò che pagano utenti e Servizio sanitario",
            ),
            panels.Card(
                "Lorda per abitante",
                formats.euro(whole["lorda_pro_capite_eur"]),
                f"netta {formats.euro(whole['netta_pro_capite_eur'])}; spesa di tutti diviso abitanti di tutti",
            ),
            *(
                panels.Card(
                    f"{label} per abitante",
                    formats.euro(found[0]["lorda_pro_capite_eur"]),
                    f"lorda, {' e '.join(row['comune'] for row in found)}",
                )
                for label, found in (("Minimo", least), ("Massimo", most))
                if found
            ),
        ]
    )
    extremes = {row["comune"]: label for label, found in (("Minimo", least), ("Massimo", most)) for row in found}
    colors = {"Comuni": charts.BLUE}
    if measure == "lorda_pro_capite_eur" and extremes:
        colors |= {"Massimo": charts.ORANGE, "Minimo": charts.GREEN}
    data = [
        panels.bar(row, row["comune"], chosen, extremes.get(row["comune"], "Comuni") if len(colors) > 1 else "Comuni")
        for row in rows
    ]
    value = whole.get(measure)
    reference = None
    if measure.endswith("pro_capite_eur") and value is not None:
        reference = (value, f"valore dell'ambito: {formats.quantity(value, chosen.unit)}")
    panels.chart(
        snapshot,
        charts.bars(
            data,
            chosen.title,
            colors=colors,
            legend="" if len(colors) > 1 else None,
            reference=reference,
            names="Comune",
        ),
        "comuni",
        f"{chosen.title} {year}: " + "; ".join(f"{bar.name} {bar.label}" for bar in data),
    )
    if reference is not None:
        st.html(f'<p class="ambito-source">La linea tratteggiata è il {reference[1]}.</p>')
    fields = [tables.Field("comune", "Comune"), *(columns[name] for name in COMUNE_COLUMNS)]
    panels.table(
        snapshot,
        fields,
        rows,
        total={"comune": "Totale ricalcolato", **whole},
        title=f"Spesa sociale dei Comuni {year}",
        name=f"spesa-sociale-comuni-{year}",
        key="comuni",
        also=[columns["codice_istat"], columns["popolazione_al"]],
    )
    dates = sorted({row["popolazione_al"] for row in rows if row["popolazione_al"]})
    panels.warnings(
        mart.description,
        "La lorda è la spesa prima di togliere ciò che pagano gli utenti e il Servizio sanitario; la netta "
        "(definizione ISTAT) è dopo. Non si confronta l'una con l'altra.",
        f"Gli abitanti sono quelli al {' e al '.join(formats.day(day) for day in dates)}." if dates else "",
    )
    panels.provenance(snapshot, mart, rows, fields, key="comuni", called="comune")


def comuni_totals(rows: Sequence[Row]) -> dict[str, Any]:
    """The sums over the comuni; the per-capita only where the population of all of them is known."""
    whole = {name: total(rows, name) for name in SUMMED}
    known = all(row["popolazione"] is not None for row in rows)
    for name in ("lorda", "netta"):
        spent = whole[f"spesa_{name}_eur"]
        whole[f"{name}_pro_capite_eur"] = formats.ratio(spent, whole["popolazione"]) if known else None
    if not known:
        whole["popolazione"] = None
    return whole


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
