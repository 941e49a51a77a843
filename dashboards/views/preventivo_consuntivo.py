"""What was planned and what was spent, line by line; and the budget by source of funding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import charts, formats, panels, tables
from dashboards.charts import Bar
from dashboards.data import Mart, Row, Snapshot, cells_of, total, where, years

ALL = "Tutte"
AMOUNTS = ("preventivo_eur", "consuntivo_eur", "scostamento_eur")
COLORS = {"Preventivo": "#9abad5", "Consuntivo": charts.BLUE}
LARGEST = 10


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    panels.heading(
        "Preventivo e consuntivo",
        "Che cosa si era previsto, che cosa si è speso, e con quali fonti si paga ogni voce.",
    )
    snapshot = panels.choose_entity(snapshot)
    if not panels.held(snapshot, "preventivo_consuntivo", "budget_per_fonte"):
        panels.nothing(snapshot, "contabilita", documents=True)
        return
    spent, budget = st.tabs(["Preventivo e consuntivo", "Budget per fonte"], key="scheda", on_change="rerun")
    if spent.open:
        with spent:
            _spent(snapshot, snapshot.mart("preventivo_consuntivo"))
    if budget.open:
        with budget:
            _budget(snapshot, snapshot.mart("budget_per_fonte"))


def _filters(rows: Sequence[Row], areas: Sequence[str], key: str) -> list[Row]:
    """Narrow the rows by area, service and action; each list holds what the choices before it leave."""
    boxes = st.columns(3)
    for box, name, labelled in zip(boxes, ("area", "servizio", "azione"), ("Area", "Servizio", "Azione"), strict=True):
        present = {row[name] for row in rows if row[name] is not None}
        ordered = [area for area in areas if area in present] if name == "area" else sorted(present)
        chosen = box.selectbox(
            labelled,
            [ALL, *ordered],
            key=f"{name}-{key}",
            disabled=not present,
            format_func=_said(name),
            placeholder="Scegli",
        )
        if chosen != ALL:
            rows = where(rows, **{name: chosen})
    return list(rows)


def _said(name: str) -> Any:
    return lambda value: "Tutti" if value == ALL and name == "servizio" else value


def _areas(snapshot: Snapshot) -> list[str]:
    """The areas in the order of the budget."""
    order = {row["area"]: row["ordine_area"] for row in snapshot.mart("dim_azioni").rows}
    return sorted(order, key=lambda area: order[area])


def _spent(snapshot: Snapshot, mart: Mart) -> None:
    mine = snapshot.rows(mart.name)
    if not mine:
        panels.nothing(snapshot, "contabilita", documents=True)
        return
    year = st.columns([1, 3])[0].selectbox("Esercizio", years(mine, "esercizio"), key="esercizio", placeholder="Scegli")
    of_year = sorted(where(mine, esercizio=year), key=_place)
    rows = _filters(of_year, _areas(snapshot), "pc")
    sums = {name: total(rows, name) for name in AMOUNTS}
    change = (
        formats.ratio(100 * sums["scostamento_eur"], sums["preventivo_eur"], 1) if sums["scostamento_eur"] else None
    )
    panels.cards(
        [
            panels.Card(
                f"Preventivo {year}", formats.euro(sums["preventivo_eur"]), formats.count(len(rows), "voce", "voci")
            ),
            panels.Card(f"Consuntivo {year}", formats.euro(sums["consuntivo_eur"])),
            panels.Card(
                "Scostamento",
                formats.signed(sums["scostamento_eur"], "eur"),
                f"{formats.signed(change, 'pct')} sul preventivo" if change is not None else "",
            ),
        ]
    )
    level, groups = _level(rows, _areas(snapshot))
    panels.section(snapshot, f"Per {level}")
    data = [
        Bar(name, amount, "eur", group)
        for name, of_group in groups
        for group, column in (("Preventivo", "preventivo_eur"), ("Consuntivo", "consuntivo_eur"))
        if (amount := total(of_group, column)) is not None
    ]
    if data:
        panels.chart(
            snapshot,
            charts.bars(data, "Importo (€)", colors=COLORS, legend="", names=level.capitalize()),
            "aree",
            "; ".join(f"{bar.name}, {bar.group.lower()} {bar.label}" for bar in data),
        )
        panels.source_line(snapshot, rows)

    differing = [row for row in rows if row["scostamento_eur"]]
    if differing:
        panels.section(snapshot, "Gli scostamenti più grandi")
        top = sorted(differing, key=lambda row: -abs(row["scostamento_eur"]))[:LARGEST]
        more, less = "Speso più del previsto", "Speso meno del previsto"
        shifts = [
            Bar(
                _unique(row, top),
                row["scostamento_eur"],
                "eur",
                more if row["scostamento_eur"] > 0 else less,
                text=formats.signed(row["scostamento_eur"], "eur"),
                detail=f"{row['area']}, {row['azione']}",
            )
            for row in top
        ]
        panels.chart(
            snapshot,
            charts.bars(
                shifts,
                "Consuntivo meno preventivo (€)",
                colors={more: charts.ORANGE, less: charts.BLUE},
                legend="",
                names="Voce",
            ),
            "scostamenti",
            "; ".join(f"{bar.name} {bar.label}" for bar in shifts),
        )
        panels.source_line(snapshot, top)

    panels.section(snapshot, "Voce per voce")
    shown = _present(rows, "voce", *AMOUNTS, "linea", "azione", "area", "servizio", "dettaglio", "assestato_eur")
    fields = [_shown(field) for field in tables.fields(mart, *shown)]
    panels.table(
        snapshot,
        fields,
        rows,
        total={"voce": "Totale ricalcolato", **sums, "linea": None},
        title=f"Preventivo e consuntivo {year} voce per voce, {snapshot.ente_name}",
        name=f"preventivo-consuntivo-{year}",
        key="pc",
    )
    panels.warnings(
        "Lo scostamento è consuntivo meno preventivo: positivo se si è speso più del previsto. Dove il documento "
        "stampa un trattino accanto a un importo, il trattino vale nessuna spesa."
        if cells_of(rows)
        else "Nessun documento stampa queste schede: le cifre vengono dalle righe di spesa della contabilità. Lo "
        "scostamento è consuntivo meno preventivo: positivo se si è speso più del previsto.",
        mart.warning,
    )
    panels.provenance(snapshot, mart, rows, [field for field in fields if field.name in AMOUNTS], key="pc")
    panels.checks(snapshot, rows, "pc")


def _budget(snapshot: Snapshot, mart: Mart) -> None:
    mine = snapshot.rows(mart.name)
    if not mine:
        panels.nothing(snapshot, "contabilita", documents=True)
        return
    year = st.columns([1, 3])[0].selectbox(
        "Anno del budget", years(mine, "esercizio"), key="anno-budget", placeholder="Scegli"
    )
    of_year = sorted(where(mine, esercizio=year), key=_place)
    rows = _filters(of_year, _areas(snapshot), "budget")
    by_source = sorted(
        {row["fonte"] for row in rows if row["importo_eur"]},
        key=lambda name: -total(where(rows, fonte=name), "importo_eur"),
    )
    amounts = {name: total(where(rows, fonte=name), "importo_eur") for name in by_source}
    whole = total(rows, "importo_eur")
    first = by_source[0] if by_source else None
    panels.cards(
        [
            panels.Card(
                f"Budget {year} delle voci stampate",
                formats.euro(whole),
                formats.count(len(by_source), "fonte", "fonti"),
            ),
            *(
                [panels.Card(f"Fonte più grande: {first}", formats.euro(amounts[first]), _share(amounts[first], whole))]
                if first
                else []
            ),
        ]
    )
    panels.section(snapshot, "Per fonte di finanziamento")
    data = [Bar(name, amounts[name], "eur") for name in by_source]
    if data:
        panels.chart(
            snapshot,
            charts.bars(data, "Importo (€)", names="Fonte"),
            "fonti",
            "; ".join(f"{bar.name} {bar.label}" for bar in data),
        )
        panels.source_line(snapshot, rows)
    panels.section(snapshot, "Voce per voce")
    shown = _present(rows, "voce", "fonte", "importo_eur", "linea", "azione", "area", "servizio", "dettaglio")
    fields = [_shown(field) for field in tables.fields(mart, *shown)]
    panels.table(
        snapshot,
        fields,
        rows,
        total={"voce": "Totale ricalcolato", "importo_eur": whole, "linea": None},
        title=f"Budget {year} per voce e fonte di finanziamento",
        name=f"budget-per-fonte-{year}",
        key="budget",
    )
    panels.warnings(mart.warning)
    panels.provenance(snapshot, mart, rows, [field for field in fields if field.name == "importo_eur"], key="budget")
    panels.checks(snapshot, rows, "budget")


def _place(row: Row) -> tuple[Any, ...]:
    """The order of the document; what does not come from one by its names."""
    named = (row["area"], row["servizio"] or "", row["azione"], row["voce"], row.get("fonte", ""))
    return (row["linea"] is None, row["linea"] or 0, *(named if row["linea"] is None else (row["voce"], named[-1])))


def _present(rows: Sequence[Row], *names: str) -> list[str]:
    """The columns that say something: the line of a document is not there where no document is."""
    optional = ("linea", "assestato_eur")
    return [name for name in names if name not in optional or any(row.get(name) is not None for row in rows)]


def _shown(field: tables.Field) -> tables.Field:
    if field.name == "linea":
        return tables.Field("linea", field.label, "anno", field.help)
    return tables.Field(
        field.name,
        field.label,
        field.unit,
        field.help,
        wide=field.name in ("voce", "azione", "area"),
        signed=field.name == "scostamento_eur",
    )


def _share(part: Any, whole: Any) -> str:
    share = formats.ratio(100 * part, whole, 1)
    return f"{formats.quantity(share, 'pct')} del budget" if share is not None else ""


def _level(rows: Sequence[Row], areas: Sequence[str]) -> tuple[str, list[tuple[str, list[Row]]]]:
    """The first level at which the rows differ, with the rows of each member: areas in their order, others by size."""
    for name in ("area", "servizio", "azione", "voce"):
        members = {row[name] for row in rows if row[name] is not None}
        if len(members) > 1 or name == "voce":
            break
    found = [(str(member), where(rows, **{name: member})) for member in members]
    if name == "area":
        return name, sorted(found, key=lambda pair: areas.index(pair[0]) if pair[0] in areas else len(areas))
    return name, sorted(found, key=lambda pair: (-_size(pair[1]), pair[0]))


def _size(rows: Sequence[Row]) -> Any:
    return max(total(rows, "preventivo_eur") or 0, total(rows, "consuntivo_eur") or 0)


def _unique(row: Row, among: Sequence[Row]) -> str:
    """The name of an item, with its action where another one has the same name."""
    name = str(row["voce"])
    same = [other for other in among if other["voce"] == name]
    return f"{name} ({row['azione']})" if len(same) > 1 else name
