"""The avanzo of a year: how it comes about, how it is bound, for what and for when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import charts, formats, labels, panels, tables
from dashboards.charts import Bar
from dashboards.data import Row, Snapshot, files_of, total, where, years
from dashboards.tables import Field

COLORS = {"Vincolato": charts.BLUE, "Finalizzato": charts.ORANGE, "Libero": charts.GREEN}
ALL = "Tutte le classi"


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    results = snapshot.mart("risultato_gestione")
    panels.heading(
        "Avanzo di gestione",
        "Come si forma l'avanzo, quanto è vincolato, quanto è destinato ai prossimi anni e quanto è libero.",
    )
    snapshot = panels.choose_entity(snapshot)
    mine = snapshot.rows("avanzo")
    my_results = snapshot.rows("risultato_gestione")
    if not mine and not my_results:
        panels.nothing(snapshot, "movimenti_fondi", documents=True)
        return
    year = st.columns([1, 3])[0].selectbox(
        "Esercizio",
        years([*mine, *my_results], "esercizio"),
        key="esercizio",
        bind="query-params",
        placeholder="Scegli",
    )
    rows = where(mine, esercizio=year)
    result = where(my_results, esercizio=year)

    classes = by_class(rows)
    panels.cards(
        [
            panels.Card(
                f"Avanzo {year}",
                formats.euro(result[0]["avanzo_eur"] if result else total(rows, "importo_eur")),
                "somma delle classi: " + formats.euro(total(rows, "importo_eur")) if rows else "",
            ),
            *(
                panels.Card(
                    labels.CONSTRAINTS[name],
                    formats.euro(total(where(rows, vincolo=name), "importo_eur")),
                    {
                        "vincolato": "legato per legge o per atto a un fondo o progetto",
                        "finalizzato": "destinato dall'azienda, per anno di utilizzo",
                        "libero": "senza destinazione",
                    }[name],
                )
                for name in labels.CONSTRAINTS
                if where(rows, vincolo=name)
            ),
        ]
    )
    if result:
        panels.section(snapshot, "Come si forma")
        _waterfall(snapshot, result[0], year)
        panels.source_line(snapshot, result, "Avanzo dell'anno prima + entrate − uscite = avanzo.")
        fields = tables.fields(results, "esercizio", "avanzo_precedente_eur", "entrate_eur", "uscite_eur", "avanzo_eur")
        panels.table(
            snapshot,
            fields,
            result,
            title=f"Risultato della gestione {year}",
            name=f"risultato-gestione-{year}",
            key="risultato",
        )
    if rows:
        panels.section(snapshot, "Come si divide")
        data = [Bar(name, amount, "eur", group) for name, group, amount in classes]
        chart = charts.bars(data, "Importo (€)", colors=COLORS, names="Classe")
        panels.chart(
            snapshot, chart, "classi", "Avanzo per classe: " + "; ".join(f"{bar.name} {bar.label}" for bar in data)
        )
        panels.source_line(snapshot, rows)
        _detail(snapshot, rows, year)
    panels.warnings(
        "È la classificazione gestionale dell'azienda (contabilità economica): non è quella degli avanzi dei Comuni "
        "(art. 187 TUEL), e le due non si confrontano.",
        "L'avanzo di gestione non è l'utile o la perdita d'esercizio.",
        "Nessun documento lo stampa: è ciò che resta di ogni fondo e annualità al 31/12, dai movimenti dei fondi."
        if files_of([*rows, *result])
        else "",
    )
    panels.checks(snapshot, [*rows, *result], "avanzo")


def by_class(rows: Sequence[Row]) -> list[tuple[str, str, Any]]:
    """Name, class and amount: vincolato, finalizzato year by year, libero."""
    found = []
    for vincolo, label in labels.CONSTRAINTS.items():
        of_class = where(rows, vincolo=vincolo)
        for year in sorted({row["anno_utilizzo"] for row in of_class}, key=lambda y: y or 0):
            amount = total(where(of_class, anno_utilizzo=year), "importo_eur")
            found.append((f"{label} {year}" if year else label, label, amount))
    return found


def _waterfall(snapshot: Snapshot, result: Row, year: int) -> None:
    before, income, spent, left = (
        result[name] for name in ("avanzo_precedente_eur", "entrate_eur", "uscite_eur", "avanzo_eur")
    )
    if None in (before, income, spent, left):
        st.html('<p class="ambito-source">Manca una delle quattro cifre: il grafico non si può fare.</p>')
        return
    kinds = {"Avanzo": charts.BLUE, "Entrate": charts.GREEN, "Uscite": charts.ORANGE}
    data = [
        Bar(f"Avanzo {year - 1}", before, "eur", "Avanzo"),
        Bar(f"Entrate {year}", income, "eur", "Entrate", start=before, text=formats.signed(income, "eur")),
        Bar(f"Uscite {year}", -spent, "eur", "Uscite", start=before + income),
        Bar(f"Avanzo {year}", left, "eur", "Avanzo"),
    ]
    chart = charts.bars(data, "Importo (€)", colors=kinds, names="Passo")
    panels.chart(snapshot, chart, "risultato", "; ".join(f"{bar.name} {bar.label}" for bar in data))


def _detail(snapshot: Snapshot, rows: Sequence[Row], year: int) -> None:
    mart = snapshot.mart("avanzo")
    panels.section(snapshot, "Voce per voce")
    options = [ALL, *(name for name in labels.CONSTRAINTS if where(rows, vincolo=name))]
    chosen = st.segmented_control(
        "Classe",
        options,
        default=ALL,
        required=True,
        format_func=lambda name: labels.CONSTRAINTS.get(name, name),
        key="classe",
    )
    mine = [row for row in rows if chosen in (ALL, row["vincolo"])]
    mine.sort(key=lambda row: (-row["importo_eur"], row["voce"], row["anno_utilizzo"] or 0))
    largest = largest_items(mine)
    few = largest[:12]
    chart = charts.bars(few, "Importo (€)", colors=COLORS, legend="Classe", names="Voce")
    panels.chart(snapshot, chart, "voci", "; ".join(f"{bar.name} {bar.label}" for bar in few))
    panels.source_line(
        snapshot, mine, f"Le {len(few)} voci più grandi, di {len(largest)}." if len(few) < len(largest) else ""
    )
    fields: list[Field] = tables.fields(mart, "voce", "vincolo", "anno_utilizzo", "importo_eur")
    panels.table(
        snapshot,
        fields,
        mine,
        total={"voce": "Totale ricalcolato", "importo_eur": total(mine, "importo_eur"), "anno_utilizzo": ""},
        title=f"Avanzo {year} voce per voce",
        name=f"avanzo-{year}",
        key="avanzo",
    )
    panels.provenance(snapshot, mart, mine, fields, key="avanzo")


def largest_items(rows: Sequence[Row]) -> list[Bar]:
    """The items of each class with all their years, the largest first."""
    amounts: dict[tuple[str, str], Any] = {}
    for row in rows:
        item = (row["voce"], labels.CONSTRAINTS[row["vincolo"]])
        amounts[item] = amounts.get(item, 0) + row["importo_eur"]
    ordered = sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Bar(name, amount, "eur", group) for (name, group), amount in ordered]
