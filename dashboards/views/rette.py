"""Persons placed out of their family or in a day centre: days, cost and average fee, by kind and by who pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import formats, panels, tables
from dashboards.contents import ENTRIES
from dashboards.data import Row, Snapshot, grouped, hidden_among, is_hidden, sums, where, with_hidden, years

MEASURES = ("costo_eur", "giornate", "persone_collocate", "retta_media_giornaliera_eur")
OF_KIND = ("costo_eur", "casi_collocati", "costo_medio_eur")
OF_PERSONS = ("persone_inizio", "persone_nuove", "persone_uscite", "persone_fine", "persone_nell_anno")
KEYS = ("tipo_collocamento", "canale_finanziamento")


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    panels.heading(
        "Rette e collocamenti",
        "Quante persone sono collocate, per quanti giorni, quanto costano le rette e chi le paga.",
    )
    snapshot = panels.choose_entity(snapshot)
    if not panels.held(snapshot, *ENTRIES["rette"].marts):
        panels.nothing(snapshot, "collocamenti", documents=True)
        return
    mine = snapshot.rows("rette_collocamenti")
    if mine:
        _placements(snapshot, mine)
    kinds, persons = snapshot.rows("rette_annuali"), snapshot.rows("collocamenti_movimento")
    _kinds(snapshot, kinds)
    _movement(snapshot, persons)
    panels.checks(snapshot, [*mine, *kinds, *persons], "rette")


def _placements(snapshot: Snapshot, mine: Sequence[Row]) -> None:
    mart = snapshot.mart("rette_collocamenti")
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    left, middle, right = st.columns(3)
    year = left.selectbox("Anno", years(mine, "anno"), key="anno-rette", placeholder="Scegli")
    by = middle.selectbox(
        "Per", KEYS, format_func=lambda name: columns[name].label, key="per-rette", placeholder="Scegli"
    )
    measure = right.selectbox(
        "Misura",
        [name for name in MEASURES if name != "persone_collocate"],
        format_func=lambda name: columns[name].title,
        key="misura-rette",
        placeholder="Scegli",
    )
    rows = sorted(where(mine, anno=year), key=lambda row: (row["costo_eur"] is None, -(row["costo_eur"] or 0)))
    whole = totals(rows)
    until = max(row["contato_fino_al"] for row in rows)
    panels.cards(
        [
            panels.Card(
                f"Costo delle rette {year}", columns["costo_eur"].text(whole), f"contato fino al {formats.day(until)}"
            ),
            panels.Card("Giornate", columns["giornate"].text(whole), "giorni di collocamento, primo e ultimo compresi"),
            panels.Card(
                "Retta media al giorno",
                columns["retta_media_giornaliera_eur"].text(whole),
                "costo diviso giornate; non è la retta di nessuna struttura",
            ),
        ]
    )
    chosen = columns[measure]
    panels.section(snapshot, f"{chosen.label} {year} per {columns[by].label.lower()}")
    groups = [{by: name, **totals(of_name)} for name, of_name in grouped(rows, by).items()]
    groups.sort(key=lambda row: (row[measure] is None, -(row[measure] or 0)))
    bars = [panels.bar(row, row[by], chosen) for row in groups]
    panels.bars(snapshot, bars, chosen.title, "rette", names=columns[by].label)
    panels.source_line(snapshot, rows)

    panels.section(snapshot, f"Tipo e canale, {year}")
    fields = [columns[name] for name in (*KEYS, *MEASURES)]
    panels.table(
        snapshot,
        fields,
        rows,
        total={KEYS[0]: "Totale ricalcolato", KEYS[1]: "", **whole},
        title=f"Rette e collocamenti {year}",
        name=f"rette-{year}",
        key="rette",
        also=[columns["contato_fino_al"]],
    )
    panels.warnings(
        panels.suppression(rows),
        "Le persone non si sommano: chi cambia tipo di collocamento o canale nell'anno conta in ciascuno.",
        mart.description.partition(". ")[2].partition(". ")[2],
    )
    panels.provenance(snapshot, mart, rows, fields, key="rette")

    over = sorted(years(mine, "anno"))
    if len(over) > 1:
        panels.section(snapshot, "Negli anni")
        by_year = [{"anno": one, **totals(where(mine, anno=one))} for one in over]
        bars = [panels.bar(row, str(row["anno"]), chosen) for row in by_year]
        panels.bars(snapshot, bars, chosen.title, "rette-anni", names="Anno")
        panels.table(
            snapshot,
            [columns[name] for name in ("anno", "costo_eur", "giornate", "retta_media_giornaliera_eur")],
            by_year,
            title="Rette e collocamenti negli anni",
            name="rette-anni",
            key="rette-anni",
            sources=mine,
        )


def _kinds(snapshot: Snapshot, mine: Sequence[Row]) -> None:
    """The cost of each kind of placement and of a case of it, year by year."""
    if not mine:
        return
    mart = snapshot.mart("rette_annuali")
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    panels.section(snapshot, "Costo per tipo e per caso")
    year = st.columns([1, 2])[0].selectbox("Anno", years(mine, "anno"), key="anno-tipi", placeholder="Scegli")
    rows = sorted(where(mine, anno=year), key=lambda row: (row["costo_eur"] is None, -(row["costo_eur"] or 0)))
    cost = columns["costo_eur"]
    bars = [panels.bar(row, row["tipo_collocamento"], cost) for row in rows]
    panels.bars(snapshot, bars, f"{cost.title}, {year}", "tipi", names="Tipo di collocamento")
    fields = [columns[name] for name in ("tipo_collocamento", *OF_KIND)]
    panels.table(
        snapshot,
        fields,
        rows,
        total={
            "tipo_collocamento": "Totale ricalcolato",
            **sums(rows, ["costo_eur"]),
            **dict.fromkeys(OF_KIND[1:], ""),
        },
        title=f"Rette {year} per tipo di collocamento",
        name=f"rette-tipi-{year}",
        key="tipi",
    )
    panels.warnings(
        panels.suppression(rows),
        "I documenti non dicono se i casi collocati sono quelli dell'anno o quelli di un giorno, i flussi contano le "
        "persone dell'anno: i costi per caso delle due specie non si confrontano.",
        title="Costo per caso",
    )
    panels.provenance(snapshot, mart, rows, fields, key="tipi")


def _movement(snapshot: Snapshot, mine: Sequence[Row]) -> None:
    """Who enters and leaves an affido or the day centre."""
    if not mine:
        return
    mart = snapshot.mart("collocamenti_movimento")
    panels.section(snapshot, "Affidi e centro diurno")
    kind = st.columns([1, 2])[0].selectbox(
        "Tipo", sorted({row["tipo_collocamento"] for row in mine}), key="tipo-movimento", placeholder="Scegli"
    )
    rows = sorted(
        where(mine, tipo_collocamento=kind),
        key=lambda row: (-int(row["anno"]), row["dettaglio"] != "tutti", row["dettaglio"], row["sub_ambito"]),
    )
    # what does not change from row to row tells nothing
    told = [name for name in ("dettaglio", "sub_ambito") if len({row[name] for row in rows}) > 1]
    measures = [name for name in OF_PERSONS if any(row[name] is not None or is_hidden(row, name) for row in rows)]
    fields = tables.fields(mart, "anno", *told, *measures)
    panels.table(
        snapshot,
        fields,
        rows,
        title=f"Persone collocate: {kind}",
        name=f"collocati-{kind.replace(' ', '-')}",
        key="movimento",
    )
    panels.provenance(snapshot, mart, rows, fields, key="movimento")


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """Days, cost and their ratio over several rows; never the persons, who may be in more than one."""
    whole = sums(rows, ("costo_eur", "giornate"))
    mean = {"retta_media_giornaliera_eur": formats.ratio(whole["costo_eur"], whole["giornate"])}
    touched = [name for name in (*whole, *mean) if hidden_among(rows, name)]
    return {**with_hidden({**whole, **mean}, touched), "persone_collocate": ""}
