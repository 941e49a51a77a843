"""The cases of a service: how many are open, how many open and close, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards import charts, formats, labels, panels, tables
from dashboards.charts import Bar, Point
from dashboards.data import (
    PARTIAL,
    Row,
    Snapshot,
    files_of,
    grouped,
    hidden_among,
    is_hidden,
    is_whole,
    sums,
    total,
    where,
)

ALL = "tutto l'ambito"
WHOLE = "Tutto l'ambito"  # the sub-ambito of what a document prints for all of them together
FIRST = "TM"
NOT_SAID = "non indicato"
MEASURES = ("casi_inizio", "casi_nuovi", "casi_chiusi", "casi_fine")
OF_YEAR = (*MEASURES, "casi_nell_anno")
LOADS = (
    *("somma_pesi", "casi_assegnati", "ore_settimana", "peso_medio", "carico_su_ore", "carico_su_ore_ricalcolato"),
    *("carico_su_100", "carico_su_100_ricalcolato", "is_oltre_accettabile"),
)
FLOWS = {"Aperti": charts.BLUE, "Chiusi": charts.ORANGE}


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("casi_movimento_annuale")
    panels.heading(
        "Casi in carico",
        "Quanti fascicoli sono in carico a un servizio, quanti se ne aprono e se ne chiudono, e quali sono.",
    )
    snapshot = panels.choose_entity(snapshot)
    mine = snapshot.rows("casi_movimento_annuale")
    if not mine:
        panels.nothing(snapshot, "prese_in_carico", documents=True)
        return
    services = {row["servizio"]: row["nome"] for row in snapshot.mart("dim_servizi").rows}
    service = st.columns([1, 1])[0].selectbox(
        "Servizio",
        sorted({row["servizio"] for row in mine}, key=lambda name: (name != FIRST, name)),
        format_func=lambda name: f"{name}, {services[name]}" if name in services else name,
        key="servizio-casi",
        placeholder="Scegli",
    )
    rows = where(mine, servizio=service)
    months = snapshot.rows("casi_movimento", servizio=service)
    profile = snapshot.rows("casi_profilo", servizio=service)
    _cards(rows, stock_by_day(profile))
    _movement(snapshot, service, rows)
    _profile(snapshot, service, profile)
    _months(snapshot, service, months)
    loads = snapshot.rows("carichi_lavoro", servizio=service)
    _loads(snapshot, service, loads)
    panels.warnings(
        panels.suppression([*rows, *months, *profile]),
        "In carico alla fine = in carico all'inizio + aperti − chiusi; in carico nell'anno = all'inizio + aperti.",
        "Chi è in carico a un giorno si conta fascicolo per fascicolo: una persona può averne più d'uno."
        if files_of(rows)
        else "Le cifre sono quelle stampate, e contano i minori: dove non tornano tra loro, i controlli lo dicono.",
        mart.description.partition(". ")[2].partition(". ")[2],
    )
    panels.checks(snapshot, [*rows, *profile, *loads], "casi")


def by_month(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The movement of each month over its sub-ambiti."""
    return [{"mese": month, **sums(of_month, MEASURES)} for month, of_month in sorted(grouped(rows, "mese").items())]


def stock_by_day(profile: Sequence[Row]) -> dict[date, int | None]:
    """The cases open on each day of reference: the sum of a dimension of which nothing is hidden.

    The largest one: a document prints only some values of some dimensions.
    """
    found: dict[date, int | None] = {}
    for day, of_day in sorted(grouped(profile, "data_riferimento").items()):
        whole = [rows for rows in grouped(of_day, "dimensione").values() if not hidden_among(rows, "casi_attivi")]
        found[day] = max((int(total(rows, "casi_attivi") or 0) for rows in whole), default=None)
    return found


def by_year(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The movement of each year over its sub-ambiti."""
    return [{"anno": year, **sums(of_year, OF_YEAR)} for year, of_year in sorted(grouped(rows, "anno").items())]


def _cards(rows: Sequence[Row], stock: dict[date, int | None]) -> None:
    last = by_year(rows)[-1]
    year = last["anno"]
    # a printed year is a whole one
    months = max(row["mesi_coperti"] or 12 for row in rows if row["anno"] == year)
    until = "" if months == 12 else f"i primi {months} mesi"
    figures = []
    if stock:
        *before, day = stock
        note = ""
        if before and stock[day] is not None and stock[before[-1]] is not None:
            moved = formats.signed(int(stock[day] or 0) - int(stock[before[-1]] or 0), "casi")
            note = f"{moved} rispetto al {formats.day(before[-1])}"
        figures.append(panels.Card(f"In carico al {formats.day(day)}", said(stock[day]), note))
    for name, label in (("casi_nuovi", "Aperti"), ("casi_chiusi", "Chiusi"), ("casi_nell_anno", "In carico")):
        visible = is_whole(last, name) or is_hidden(last, name)
        note = until if visible else f"{formats.PARTIAL} solo le cifre visibili"
        figures.append(panels.Card(f"{label} nel {year}", tables.Field(name, "", "casi").text(last), note))
    panels.cards(figures)


def said(cases: int | None) -> str:
    """A number of cases; one that is not known is not known because part of it is hidden."""
    return formats.SUPPRESSED if cases is None else formats.number(cases)


def _movement(snapshot: Snapshot, service: str, of_service: Sequence[Row]) -> None:
    mart = snapshot.mart("casi_movimento_annuale")
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    panels.section(snapshot, f"Aperti e chiusi anno per anno, {service}")
    places = sorted({row["sub_ambito"] for row in of_service} - {WHOLE})
    place = ALL
    if places:
        place = st.columns([1, 1])[0].selectbox(
            "Sub-ambito",
            [ALL, *places],
            format_func=lambda name: name.capitalize() if name == ALL else name,
            key="sub-ambito-casi",
            placeholder="Scegli",
        )
    rows = [row for row in of_service if place in (ALL, row["sub_ambito"])]
    over = by_year(rows)
    flows = [
        Bar(str(row["anno"]), row[name] or 0, "casi", label, text=columns[name].text(row))
        for row in over
        for name, label in (("casi_nuovi", "Aperti"), ("casi_chiusi", "Chiusi"))
    ]
    panels.bars(snapshot, flows, "Casi", "flussi", names="Anno", colors=FLOWS, legend="")
    panels.source_line(snapshot, rows, partial_note(over))
    named = "" if place == ALL else f", {place}"
    panels.table(
        snapshot,
        [columns["anno"], *(columns[name] for name in OF_YEAR)],
        over[::-1],
        title=f"Casi {service} anno per anno{named}",
        name=f"casi-{service}",
        key="casi-anni",
        sources=rows,
    )
    if not places:
        fields = [columns["anno"], *(columns[name] for name in OF_YEAR)]
        panels.provenance(snapshot, mart, sorted(of_service, key=lambda row: -int(row["anno"])), fields, key="casi")
        return
    year = max(row["anno"] for row in of_service)
    panels.section(snapshot, f"Per sub-ambito, {service} {year}")
    latest = sorted(where(of_service, anno=year), key=lambda row: (-(row["casi_nell_anno"] or 0), row["sub_ambito"]))
    fields = [columns["sub_ambito"], *(columns[name] for name in OF_YEAR)]
    panels.table(
        snapshot,
        fields,
        latest,
        total={"sub_ambito": "Totale ricalcolato", **sums(latest, OF_YEAR)},
        title=f"Casi {service} per sub-ambito, {year}",
        name=f"casi-{service}-{year}",
        key="casi",
    )
    panels.provenance(snapshot, mart, latest, fields, key="casi")


def partial_note(rows: Sequence[Row]) -> str:
    """What the asterisk means, where a sum has one."""
    return f"{formats.PARTIAL} Somma delle sole cifre visibili." if any(row.get(PARTIAL) for row in rows) else ""


def _months(snapshot: Snapshot, service: str, of_service: Sequence[Row]) -> None:
    mart = snapshot.mart("casi_movimento")
    if not of_service:
        return
    panels.section(snapshot, f"Mese per mese, {service}")
    if all(not row[name] for row in of_service for name in MEASURES):
        st.html(
            '<p class="ambito-hint">Le cifre di ogni mese sono tutte soppresse: in un mese i casi che si aprono e si '
            "chiudono in un sub-ambito sono troppo pochi per pubblicarli.</p>"
        )
        panels.source_line(snapshot, of_service)
        return
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    months = by_month(of_service)
    st.html('<p class="ambito-hint"><b>In carico a fine mese</b></p>')
    stock = [
        Point(row["mese"], row["casi_fine"] if is_whole(row, "casi_fine") else None, "casi", "In carico")
        for row in months
    ]
    panels.months(snapshot, stock, "Casi in carico a fine mese", "casi", {"In carico": charts.BLUE})
    st.html('<p class="ambito-hint"><b>Aperti (sopra la linea) e chiusi (sotto) nel mese</b></p>')
    flows = [
        Point(row["mese"], row[name] if is_whole(row, name) else None, "casi", label, below=label == "Chiusi")
        for row in months
        for name, label in (("casi_nuovi", "Aperti"), ("casi_chiusi", "Chiusi"))
    ]
    panels.months(snapshot, flows, "Casi aperti e chiusi nel mese", "flussi-mesi", FLOWS, columns=True)
    panels.source_line(snapshot, of_service)
    panels.table(
        snapshot,
        [columns["mese"], *(columns[name] for name in MEASURES)],
        months[::-1],
        title=f"Casi {service} mese per mese",
        name=f"casi-mesi-{service}",
        key="casi-mesi",
        sources=of_service,
    )
    latest = where(of_service, mese=max(row["mese"] for row in of_service))
    panels.provenance(
        snapshot, mart, latest, [columns["sub_ambito"], *(columns[name] for name in MEASURES)], key="casi-mesi"
    )


def _profile(snapshot: Snapshot, service: str, rows: Sequence[Row]) -> None:
    mart = snapshot.mart("casi_profilo")
    if not rows:
        return
    panels.section(snapshot, f"In carico anno per anno, {service}")
    stock = [
        Bar(formats.day(day), cases or 0, "casi", text=None if cases is not None else formats.SUPPRESSED)
        for day, cases in stock_by_day(rows).items()
    ]
    panels.bars(snapshot, stock, "Casi in carico", "anni", names="Al giorno")
    panels.source_line(snapshot, rows)
    panels.section(snapshot, f"Chi sono, {service}")
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
        [name for name in labels.DIMENSIONS if where(rows, data_riferimento=day, dimensione=name)],
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
    summed = sums(shown, ["casi_attivi"])
    panels.bars(snapshot, bars, "Casi in carico", "profilo", names=labels.DIMENSIONS[dimension])
    panels.table(
        snapshot,
        fields,
        shown,
        total={"modalita": "Totale ricalcolato", **summed},
        title=f"Casi {service} al {formats.day(day)}, per {labels.DIMENSIONS[dimension].lower()}",
        name=f"casi-{service}-{dimension.replace('_', '-')}-{day:%Y-%m-%d}",
        key="profilo",
        note="" if hidden_among(shown, "casi_attivi") else note_on_sum(summed["casi_attivi"], stock_by_day(rows)[day]),
    )
    panels.provenance(snapshot, mart, shown, fields, key="profilo")


def note_on_sum(shown: int, stock: int | None) -> str:
    """Whether the values of a dimension are all the cases of the day: a document may print only some of them."""
    if shown == stock:
        return "La somma è il totale dei casi in carico quel giorno."
    return (
        f"La somma non è il totale dei casi in carico quel giorno, che è {said(stock)}: le cifre stampate sono queste."
    )


def _loads(snapshot: Snapshot, service: str, of_service: Sequence[Row]) -> None:
    if not of_service:
        return
    mart = snapshot.mart("carichi_lavoro")
    year = max(row["anno"] for row in of_service)
    rows = sorted(where(of_service, anno=year), key=lambda row: -(row["carico_su_ore_ricalcolato"] or 0))
    panels.section(snapshot, f"Carichi di lavoro, {service} {year}")
    fields = tables.fields(mart, "operatore", *LOADS)
    bars = [panels.bar(row, row["operatore"], fields[1 + LOADS.index("carico_su_ore_ricalcolato")]) for row in rows]
    panels.bars(snapshot, bars, "Carico su ore, ricalcolato", "carichi", names="Operatore")
    base, limit = rows[0]["base_carico"], rows[0]["carico_accettabile"]
    stated = "" if limit is None else f" Il documento dice accettabile un carico su ore di {formats.number(limit, 0)}."
    panels.table(
        snapshot,
        fields,
        rows,
        title=f"Pesatura dei carichi di lavoro {service} {year}",
        name=f"carichi-{service}-{year}",
        key="carichi",
        note=f"Il carico su 100 è rapportato a {base} punti per ora.{stated} I casi sono assegnazioni, non minori.",
    )
    panels.provenance(snapshot, mart, rows, fields, key="carichi")
