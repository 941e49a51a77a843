"""What each service costs in each sub-ambito, and how it changes with the years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.data import (
    Row,
    Snapshot,
    cells_of,
    grouped,
    hidden_among,
    is_hidden,
    is_whole,
    sums,
    where,
    with_hidden,
    years,
)
from dashboards.tables import Field

FIRST = "SAAP"
ALL = "tutti"
# Ratios: their value over several rows is a ratio of sums.
RATIOS = {"costo_orario_eur": ("costo_eur", "ore_erogate"), "costo_utente_eur": ("costo_eur", "utenti_nell_anno")}
MEASURES = ("costo_eur", "ore_erogate", "utenti_nell_anno", *RATIOS)
PER_CAPITA = ("popolazione", "costo_pro_capite_eur")


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("costo_servizi_sub_ambito")
    services = {row["servizio"]: row["nome"] for row in snapshot.mart("dim_servizi").rows}
    kinds = {row["sub_ambito"]: row["tipo"] for row in snapshot.mart("dim_sub_ambiti").rows}

    panels.heading(
        "Costo dei servizi per sub-ambito",
        "Quante persone, quante ore e quanti euro per ciascun servizio accreditato, nei sub-ambiti e negli anni.",
    )
    snapshot = panels.choose_entity(snapshot)
    mine = snapshot.rows("costo_servizi_sub_ambito")
    if not mine:
        panels.nothing(snapshot, "ore_servizio", "tariffe", documents=True)
        return
    present = sorted({row["servizio"] for row in mine}, key=lambda name: (name != FIRST, name))
    left, middle, right = st.columns([2, 1, 2])
    service = left.selectbox(
        "Servizio",
        present,
        format_func=lambda name: _service(name, services),
        key="servizio",
        bind="query-params",
        placeholder="Scegli",
    )
    of_service = where(mine, servizio=service)
    year = middle.selectbox("Anno", years(of_service, "anno"), key="anno", bind="query-params", placeholder="Scegli")
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    measure = right.selectbox(
        "Misura",
        MEASURES,
        format_func=lambda name: columns[name].title,
        key="misura",
        bind="query-params",
        placeholder="Scegli",
    )
    chosen = columns[measure]
    rows = sorted(where(of_service, anno=year), key=lambda row: _order(row, kinds, measure))
    whole = totals(rows)

    panels.cards(
        [
            panels.Card(
                f"Costo {service} {year}", formats.euro(whole["costo_eur"]), _printed(snapshot, rows, "costo_eur")
            ),
            panels.Card(
                "Ore erogate", formats.bare(whole["ore_erogate"], "ore"), _printed(snapshot, rows, "ore_erogate")
            ),
            panels.Card(
                "Utenti nell'anno",
                formats.bare(whole["utenti_nell_anno"], "persone"),
                _printed(snapshot, rows, "utenti_nell_anno"),
            ),
            panels.Card("Costo per ora", formats.euro(whole["costo_orario_eur"]), "costo totale diviso ore totali"),
            panels.Card("Costo per utente", formats.euro(whole["costo_utente_eur"]), "costo totale diviso utenti"),
        ]
    )

    panels.section(snapshot, f"{chosen.label} per sub-ambito, {service} {year}")
    outside = [row["sub_ambito"] for row in rows if _outside(row, kinds)]
    _chart_of_year(snapshot, rows, chosen, whole, kinds)
    panels.source_line(snapshot, rows, "In grigio chi sta fuori dai sub-ambiti." if outside else "")

    shown = ["sub_ambito", *MEASURES]
    if any(row[name] is not None for row in rows for name in PER_CAPITA):
        shown += PER_CAPITA
    fields = [columns[name] for name in shown]
    panels.table(
        snapshot,
        fields,
        rows,
        total={**whole, "sub_ambito": "Totale ricalcolato"},
        title=f"{service} {year} per sub-ambito",
        name=f"costo-{service}-{year}",
        key="costo",
    )
    months = {row["mesi_caricati"] for row in rows if row["mesi_caricati"] is not None}
    panels.warnings(
        panels.suppression(rows),
        f"Le ore caricate del {year} sono di {min(months)} mesi su 12: l'anno non è completo."
        if months and min(months) < 12
        else "",
        f"Il costo pro-capite divide per i residenti al {formats.day(max(dates))}."
        if (dates := [row["popolazione_al"] for row in rows if row["popolazione_al"]])
        else "Il costo pro-capite non c'è: per dividere serve la popolazione di ogni sub-ambito, e di qualche Comune "
        "non è caricata o nessun documento dice di quale sub-ambito fa parte.",
        f"{' e '.join(outside)}: persone di fuori dai sub-ambiti; restano a parte e non avranno mai un pro-capite."
        if outside
        else "",
        "Il costo per ora è una media di tariffe diverse: non è la tariffa di nessun gestore.",
        "Il totale ricalcolato è la somma delle righe: può differire di qualche centesimo da quello stampato, che "
        "somma cifre non arrotondate."
        if cells_of(rows)
        else "Chi ha cambiato residenza nell'anno conta in ogni sub-ambito in cui ha abitato: la somma degli utenti "
        "può superare le persone.",
    )
    panels.provenance(snapshot, mart, rows, fields, key="costo")

    panels.section(snapshot, f"{chosen.label} negli anni, {service}")
    _chart_of_years(snapshot, of_service, chosen, kinds)
    panels.source_line(snapshot, of_service)
    compared, over = trend(of_service, chosen, kinds)
    panels.table(
        snapshot,
        compared,
        over[:-1],
        total=over[-1],
        title=f"{chosen.title} negli anni, {service}",
        name=f"anni-{service}-{measure.removesuffix('_eur')}",
        key="anni",
        sources=of_service,
    )
    _by_month(snapshot, service, year)
    panels.checks(snapshot, rows, "costo")


def _service(name: str, services: dict[str, str]) -> str:
    """A service by its initials and its name, once where the name already holds them."""
    full = services.get(name, name)
    return full if name in full else f"{name}, {full}"


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """The measures over several rows: sums, and ratios of sums."""
    whole = sums(rows, ("costo_eur", "ore_erogate", "utenti_nell_anno"))
    ratios = {name: formats.ratio(whole[above], whole[below]) for name, (above, below) in RATIOS.items()}
    touched = [name for name in (*whole, *ratios) if hidden_among(rows, name)]
    # a per-capita of some of the rows would divide their cost by the people of others
    return {**with_hidden({**whole, **ratios}, touched), "popolazione": None, "costo_pro_capite_eur": None}


def trend(rows: Sequence[Row], column: Field, kinds: dict[str, str]) -> tuple[list[Field], list[dict[str, Any]]]:
    """A measure by sub-ambito (rows, the last one is the total) and year (columns), with its change."""
    over = sorted(years(rows, "anno"))
    fields = [Field("sub_ambito", "Sub-ambito")]
    fields += [Field(str(year), str(year), column.unit, column.help) for year in over]
    first, last = str(over[0]), str(over[-1])
    change = Field(
        "variazione",
        f"Variazione {first}-{last}",
        "pct",
        f"Quanto cambia il {last} rispetto al {first}.",
        signed=True,
        places=1,
    )
    latest = {row["sub_ambito"]: row for row in sorted(rows, key=lambda row: row["anno"])}
    order = [row["sub_ambito"] for row in sorted(latest.values(), key=lambda row: _order(row, kinds, column.name))]
    lines: list[dict[str, Any]] = []
    for name in order:
        of_name = {str(row["anno"]): row for row in where(rows, sub_ambito=name)}
        values = {str(year): of_name[str(year)][column.name] if str(year) in of_name else None for year in over}
        hidden = [year for year, row in of_name.items() if is_hidden(row, column.name)]
        lines.append({"sub_ambito": name, **with_hidden(values, hidden)})
    wholes = {str(year): totals(where(rows, anno=year)) for year in over}
    values = {year: whole[column.name] for year, whole in wholes.items()}
    touched = [year for year, whole in wholes.items() if not is_whole(whole, column.name)]
    lines.append({"sub_ambito": "Totale ricalcolato", **with_hidden(values, touched)})
    for line in lines:
        # what leaves hidden figures out does not compare with what does not
        comparable = is_whole(line, first) and is_whole(line, last)
        line["variazione"] = _change(line[first], line[last]) if comparable else None
    return [*fields, *([change] if len(over) > 1 else [])], lines


def _change(before: formats.Number | None, after: formats.Number | None) -> Decimal | None:
    if before is None or after is None:
        return None
    return formats.ratio(100 * (Decimal(after) - Decimal(before)), before, 1)


def _outside(row: Row, kinds: dict[str, str]) -> bool:
    return kinds.get(row["sub_ambito"], "sub_ambito") != "sub_ambito"


def _order(row: Row, kinds: dict[str, str], measure: str) -> tuple[Any, ...]:
    """The largest first; whoever is outside the sub-ambiti and whoever has no value last."""
    value = row[measure]
    return (_outside(row, kinds), value is None, -(value or 0), row["sub_ambito"])


def _printed(snapshot: Snapshot, rows: Sequence[Row], measure: str) -> str:
    """What the document prints as the total of a measure, where it prints it otherwise."""
    mart = snapshot.mart("costo_servizi_sub_ambito")
    cells = {
        cell
        for row in rows
        for cell in (row["celle"] or "").split()
        if snapshot.cells()[cell]["misura"] in (measure.removesuffix("_eur"),)
    }
    for check in snapshot.mart("quadrature").rows:
        if check["tipo"] == "somma" and cells and cells <= set((check["celle"] or "").split()):
            unit = mart.columns[measure].unit
            if check["scarto"]:
                return f"il documento stampa {formats.quantity(check['stampato'], unit)}"
            return "uguale al totale stampato"
    return "somma delle cifre visibili" if hidden_among(rows, measure) else "somma dei sub-ambiti"


def _chart_of_year(snapshot: Snapshot, rows: Sequence[Row], column: Field, whole: Row, kinds: dict[str, str]) -> None:
    inside, apart = "Sub-ambiti", "Fuori dai sub-ambiti"
    data = [
        panels.bar(row, row["sub_ambito"], column, apart if _outside(row, kinds) else inside)
        for row in rows
        if row[column.name] is not None or is_hidden(row, column.name)
    ]
    reference = None
    if column.name in RATIOS and whole[column.name] is not None:
        reference = (whole[column.name], f"valore dell'ambito: {formats.quantity(whole[column.name], column.unit)}")
    chart = charts.bars(
        data, column.title, colors={inside: charts.BLUE, apart: charts.GREY}, reference=reference, names="Sub-ambito"
    )
    panels.chart(
        snapshot,
        chart,
        "anno",
        f"{column.title} per sub-ambito: " + "; ".join(f"{bar.name} {bar.label}" for bar in data),
    )
    if reference is not None:
        st.html(f'<p class="ambito-source">La linea tratteggiata è il {reference[1]}.</p>')


def _chart_of_years(snapshot: Snapshot, rows: Sequence[Row], column: Field, kinds: dict[str, str]) -> None:
    over = sorted(years(rows, "anno"))[-len(charts.YEARS) :]
    latest = {row["sub_ambito"]: row for row in sorted(rows, key=lambda row: row["anno"])}
    order = [row["sub_ambito"] for row in sorted(latest.values(), key=lambda row: _order(row, kinds, column.name))]
    colors = dict(zip(map(str, over), charts.YEARS[-len(over) :], strict=True))
    data = [
        panels.bar(row, row["sub_ambito"], column, str(row["anno"]))
        for name in order
        for row in sorted(where(rows, sub_ambito=name), key=lambda row: row["anno"])
        if row["anno"] in over and (row[column.name] is not None or is_hidden(row, column.name))
    ]
    chart = charts.bars(data, column.title, colors=colors, legend="Anno", names="Sub-ambito")
    panels.chart(snapshot, chart, "anni", f"{column.title} per sub-ambito e anno")


def _by_month(snapshot: Snapshot, service: str, year: int) -> None:
    """The hours of each month, for all the gestori or one."""
    mart = snapshot.mart("ore_servizio_mensili")
    of_service = snapshot.rows("ore_servizio_mensili", servizio=service)
    if not of_service:
        return
    panels.section(snapshot, f"Mese per mese, {service}")
    gestore = st.columns([1, 1])[0].selectbox(
        "Ente gestore",
        [ALL, *sorted({row["ente_gestore"] for row in of_service})],
        format_func=lambda name: "Tutti" if name == ALL else name,
        key="gestore",
        placeholder="Scegli",
    )
    rows = [row for row in of_service if gestore in (ALL, row["ente_gestore"])]
    by_month = [month_totals(month, of_month) for month, of_month in sorted(grouped(rows, "mese").items())]
    points = [
        charts.Point(row["mese"], row["ore_erogate"], "ore", "Ore erogate", partial=not is_whole(row, "ore_erogate"))
        for row in by_month
    ]
    panels.months(snapshot, points, "Ore erogate", "mesi", {"Ore erogate": charts.BLUE}, columns=True)
    panels.source_line(snapshot, rows)
    columns = tables.fields(mart, "mese", "ore_erogate", "costo_eur", "costo_orario_eur")
    panels.table(
        snapshot,
        columns,
        by_month[::-1],
        title=f"Ore e costo mese per mese, {service}" + ("" if gestore == ALL else f", {gestore}"),
        name=f"mesi-{service}",
        key="mesi",
        sources=rows,
    )
    of_year = sorted(
        where(rows, anno=year), key=lambda row: (row["mese"], row["sub_ambito"], row["ente_gestore"]), reverse=True
    )
    if of_year:
        with st.expander(f"Ogni riga del {year}: mese, sub-ambito e gestore"):
            fields = tables.fields(
                mart,
                "mese",
                "sub_ambito",
                "ente_gestore",
                "utenti_nel_mese",
                "ore_erogate",
                "costo_eur",
                "costo_orario_eur",
            )
            panels.table(
                snapshot,
                fields,
                of_year,
                title=f"Ore mensili {service} {year}, per sub-ambito e gestore",
                name=f"ore-mensili-{service}-{year}",
                key="ore-mensili",
            )
            panels.provenance(snapshot, mart, of_year, fields, key="ore-mensili")


def month_totals(month: date, rows: Sequence[Row]) -> dict[str, Any]:
    """Hours and cost of a month, and their ratio; never its persons: one may have two gestori."""
    whole = sums(rows, ("ore_erogate", "costo_eur"))
    hourly = {"costo_orario_eur": formats.ratio(whole["costo_eur"], whole["ore_erogate"])}
    touched = [name for name in (*whole, *hourly) if hidden_among(rows, name)]
    return {"mese": month, **with_hidden({**whole, **hourly}, touched)}
