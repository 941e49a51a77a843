"""What each service costs in each sub-ambito, and how it changes with the years."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.charts import Bar
from dashboards.data import Row, Snapshot, total, where, years
from dashboards.tables import Field

FIRST = "SAAP"
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
    mine = where(mart.rows, ente_id=panels.choose_entity(snapshot, mart.rows))
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
    _chart_of_year(rows, chosen, whole, kinds)
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
    panels.warnings(
        ""
        if len(shown) > len(MEASURES) + 1
        else "Il costo pro-capite non c'è: nessun documento stampa la popolazione dei "
        "sub-ambiti del Cremasco. Comparirà quando sarà caricata un'estrazione della popolazione.",
        f"{' e '.join(outside)}: persone di fuori dai sub-ambiti; restano a parte e non avranno mai un pro-capite."
        if outside
        else "",
        "Il costo per ora è una media di tariffe diverse: non è la tariffa di nessun gestore.",
        "Il totale ricalcolato è la somma delle righe: può differire di qualche centesimo da quello stampato, che "
        "somma cifre non arrotondate.",
    )
    panels.provenance(snapshot, mart, rows, fields, key="costo")

    panels.section(snapshot, f"{chosen.label} negli anni, {service}")
    _chart_of_years(of_service, chosen, kinds)
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
    panels.checks(snapshot, rows, "costo")


def _service(name: str, services: dict[str, str]) -> str:
    """A service by its initials and its name, once where the name already holds them."""
    full = services.get(name, name)
    return full if name in full else f"{name}, {full}"


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """The measures over several rows: sums, and ratios of sums."""
    sums = {name: total(rows, name) for name in ("costo_eur", "ore_erogate", "utenti_nell_anno")}
    ratios = {name: formats.ratio(sums[above], sums[below]) for name, (above, below) in RATIOS.items()}
    # a per-capita of some of the rows would divide their cost by the people of others
    return {**sums, **ratios, "popolazione": None, "costo_pro_capite_eur": None}


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
        values = {str(row["anno"]): row[column.name] for row in where(rows, sub_ambito=name)}
        lines.append({"sub_ambito": name, **{str(year): values.get(str(year)) for year in over}})
    lines.append(
        {"sub_ambito": "Totale ricalcolato", **{str(y): totals(where(rows, anno=y))[column.name] for y in over}}
    )
    for line in lines:
        line["variazione"] = _change(line[first], line[last])
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
        for cell in row["celle"].split()
        if snapshot.cells()[cell]["misura"] in (measure.removesuffix("_eur"),)
    }
    for check in snapshot.mart("quadrature").rows:
        if check["tipo"] == "somma" and cells and cells <= set((check["celle"] or "").split()):
            unit = mart.columns[measure].unit
            if check["scarto"]:
                return f"il documento stampa {formats.quantity(check['stampato'], unit)}"
            return "uguale al totale stampato"
    return "somma dei sub-ambiti"


def _chart_of_year(rows: Sequence[Row], column: Field, whole: Row, kinds: dict[str, str]) -> None:
    inside, apart = "Sub-ambiti", "Fuori dai sub-ambiti"
    data = [
        Bar(row["sub_ambito"], row[column.name], column.unit or "", apart if _outside(row, kinds) else inside)
        for row in rows
        if row[column.name] is not None
    ]
    reference = None
    if column.name in RATIOS and whole[column.name] is not None:
        reference = (whole[column.name], f"valore dell'ambito: {formats.quantity(whole[column.name], column.unit)}")
    chart = charts.bars(
        data, column.title, colors={inside: charts.BLUE, apart: charts.GREY}, reference=reference, names="Sub-ambito"
    )
    panels.chart(
        snapshot, chart, "anno", f"{column.title} per sub-ambito: " + "; ".join(f"{bar.name} {bar.label}" for bar in data)
    )
    if reference is not None:
        st.html(f'<p class="ambito-source">La linea tratteggiata è il {reference[1]}.</p>')


def _chart_of_years(rows: Sequence[Row], column: Field, kinds: dict[str, str]) -> None:
    over = sorted(years(rows, "anno"))[-len(charts.YEARS) :]
    latest = {row["sub_ambito"]: row for row in sorted(rows, key=lambda row: row["anno"])}
    order = [row["sub_ambito"] for row in sorted(latest.values(), key=lambda row: _order(row, kinds, column.name))]
    colors = dict(zip(map(str, over), charts.YEARS[-len(over) :], strict=True))
    data = [
        Bar(row["sub_ambito"], row[column.name], column.unit or "", str(row["anno"]))
        for name in order
        for row in sorted(where(rows, sub_ambito=name), key=lambda row: row["anno"])
        if row["anno"] in over and row[column.name] is not None
    ]
    chart = charts.bars(data, column.title, colors=colors, legend="Anno", names="Sub-ambito")
    panels.chart(snapshot, chart, "anni", f"{column.title} per sub-ambito e anno")
