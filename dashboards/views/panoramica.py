"""The front page: the figures of the latest year, what the warehouse holds, how to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards import formats, panels, tables
from dashboards.contents import ENTRIES, THEMES, Entry
from dashboards.data import SYNTHETIC, Row, Snapshot, is_hidden, is_whole, total, where
from dashboards.panels import Card
from dashboards.tables import Field
from dashboards.views import casi, costo_servizi, fondi, pagamenti, spesa_sociale


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    panels.heading(
        "Panoramica",
        "I numeri degli ambiti sociali presi dai documenti approvati e dai file degli enti: ogni cifra porta alla "
        "riga in cui è stampata o ai file da cui viene, e ogni totale è ricalcolato.",
    )
    snapshot = panels.choose_entity(snapshot)
    used: list[Row] = []
    figures = [
        card
        for found in (_results, _spending, _first_service, _funds, _payments, _cases)
        for card in found(snapshot, used)
    ]
    if figures:
        panels.cards([*figures, _checks(snapshot)])
        panels.source_line(snapshot, used)
    else:
        panels.cards([_checks(snapshot)])
        st.info(
            f"Di {snapshot.ente_name or 'nessun ente'} non ci sono ancora cifre nelle tabelle: qui sotto si vede che "
            "cosa c'è, e in ogni pagina che cosa mandare per averle."
        )

    st.subheader("Le pagine", anchor=False)
    with st.container(key="guida"):
        for theme, entries in THEMES.items():
            if not theme:
                continue
            st.html(f'<p class="ambito-theme">{escape(theme)}</p>')
            for entry in entries:
                there = held(snapshot, entry)
                st.page_link(
                    snapshot.pages[entry.address],
                    label=f"**{entry.title}**: {entry.answers}" + (f" ({there})" if there else ""),
                    width="stretch",
                )

    st.subheader("Che cosa c'è di ogni ente", anchor=False)
    _holdings(snapshot)
    st.subheader("I documenti trascritti", anchor=False)
    _documents(snapshot)

    panels.warnings(
        "Passa il puntatore sull'intestazione di una colonna, o apri «Che cosa vogliono dire le colonne», per sapere "
        "che cosa misura e in quale unità.",
        "Sotto ogni tabella c'è la fonte. Il riquadro «Da dove viene» mostra il testo stampato di ogni cifra, con "
        "documento e riga, o i file da cui è calcolata.",
        "«n.d.» vuol dire che il dato non è stampato o non si può calcolare: non è mai zero.",
        "«Soppresso» vuol dire che la cifra c'è ma dietro ci sono troppo poche persone per pubblicarla: non è mai "
        "zero, e i totali che la lasciano fuori portano un asterisco.",
        "«Dati sintetici» segna ciò che il programma ha inventato per prova (ente dimostrativo).",
        "«Scarica CSV» e «Scarica Excel» danno le righe della tabella con i filtri scelti, con i decimali esatti.",
        "Quando si pubblica una nuova versione dei dati, basta ricaricare la pagina per vederla: la data è nella barra "
        "laterale.",
        title="Come si legge",
    )


def _latest(rows: Sequence[Row], column: str) -> list[Row]:
    """The rows of the last year there is."""
    return where(rows, **{column: max(row[column] for row in rows)}) if rows else []


def _results(snapshot: Snapshot, used: list[Row]) -> list[Card]:
    for row in _latest(snapshot.rows("risultato_gestione"), "esercizio"):
        free = snapshot.rows("avanzo", esercizio=row["esercizio"], vincolo="libero")
        used += [row, *free]
        year = row["esercizio"]
        return [
            Card(
                f"Avanzo di gestione {year}",
                formats.euro(row["avanzo_eur"]),
                f"di cui libero {formats.euro(total(free, 'importo_eur'))}" if free else "",
            ),
            Card(f"Uscite {year}", formats.euro(row["uscite_eur"]), f"entrate {formats.euro(row['entrate_eur'])}"),
        ]
    return []


def _spending(snapshot: Snapshot, used: list[Row]) -> list[Card]:
    for row in _latest(snapshot.rows("spesa_sociale"), "anno_riferimento"):
        used.append(row)
        return [
            Card(
                f"Spesa sociale dei Comuni {row['anno_riferimento']}",
                formats.euro(row["spesa_sociale_eur"]),
                f"{formats.euro(row['pro_capite_eur'])} per abitante; colonna {row['anno_pubblicazione']}",
            )
        ]
    rows = _latest(snapshot.rows("spesa_sociale_comuni"), "anno_riferimento")
    if not rows:
        return []
    used += rows
    whole = spesa_sociale.comuni_totals(rows)
    return [
        Card(
            f"Spesa lorda dei Comuni {rows[0]['anno_riferimento']}",
            formats.euro(whole["spesa_lorda_eur"]),
            f"{formats.euro(whole['lorda_pro_capite_eur'])} per abitante; {len(rows)} Comuni",
        )
    ]


def _first_service(snapshot: Snapshot, used: list[Row]) -> list[Card]:
    mart = snapshot.mart("costo_servizi_sub_ambito")
    latest = _latest(snapshot.rows("costo_servizi_sub_ambito", servizio=costo_servizi.FIRST), "anno")
    if not latest:
        return []
    used += latest
    whole = costo_servizi.totals(latest)
    cost, users, hours = tables.fields(mart, "costo_eur", "utenti_nell_anno", "ore_erogate")
    if is_hidden(whole, "costo_eur"):
        note = "troppe cifre soppresse per una somma"
    else:
        summed = "somma dei sub-ambiti" if is_whole(whole, "costo_eur") else f"{formats.PARTIAL} solo le cifre visibili"
        note = f"{users.text(whole)} utenti, {hours.text(whole)} ore; {summed}"
    return [Card(f"Costo {costo_servizi.FIRST} {latest[0]['anno']}", cost.text(whole), note)]


def _funds(snapshot: Snapshot, used: list[Row]) -> list[Card]:
    rows = [fondi.with_state(row) for row in snapshot.rows("fondi_residui")]
    if not rows:
        return []
    used += rows
    soon = total(where(rows, stato="in scadenza"), "residuo_eur") or 0
    return [
        Card(
            "Fondi da spendere",
            formats.euro(total(rows, "residuo_eur")),
            f"{formats.euro(soon)} entro 12 mesi dal {formats.day(max(row['situazione_al'] for row in rows))}",
        )
    ]


def _payments(snapshot: Snapshot, used: list[Row]) -> list[Card]:
    rows = _latest(snapshot.rows("tempestivita_pagamenti", trimestre=0, indicatore="itp"), "anno")
    used += rows
    return [
        Card(f"Tempestività dei pagamenti {row['anno']}", pagamenti.value(row), f"ITP, {pagamenti.verdict(row)}")
        for row in rows
    ]


def _cases(snapshot: Snapshot, used: list[Row]) -> list[Card]:
    rows = snapshot.rows("casi_profilo", servizio=casi.FIRST)
    stock = casi.stock_by_day(rows)
    if not stock:
        return []
    day = max(stock)
    used += where(rows, data_riferimento=day)
    return [Card(f"Casi {casi.FIRST} al {formats.day(day)}", casi.said(stock[day]), "fascicoli in carico")]


def _checks(snapshot: Snapshot) -> Card:
    counts = Counter(row["esito"] for row in snapshot.mart("quadrature").rows)
    every = sum(counts.values())
    open_ones = counts["da_spiegare"]
    return Card(
        "Quadrature",
        f"{formats.number(every - open_ones)} su {formats.number(every)}",
        f"tornano o sono spiegate; {formats.number(open_ones)} da spiegare",
    )


def held(snapshot: Snapshot, entry: Entry, ente: str = "") -> str:
    """What an ente has on a page: its years, or that it has nothing; no word for a page that is not of an ente."""
    if not entry.marts:
        return ""
    mine = snapshot.holdings().get(ente or snapshot.ente, {})
    found = [mine[name] for name in entry.marts if name in mine]
    if not found:
        return "ancora niente"
    years = [year for holding in found for year in (holding.first, holding.last) if year is not None]
    if not years:
        return "sì"
    return str(min(years)) if min(years) == max(years) else f"{min(years)}-{max(years)}"


def _holdings(snapshot: Snapshot) -> None:
    names = snapshot.entities()
    holdings = snapshot.holdings()
    enti = sorted(names, key=lambda ente: (ente == SYNTHETIC, -len(holdings.get(ente, {})), names[ente]))
    rows = [
        {"pagina": entry.title, **{ente: held(snapshot, entry, ente).replace("ancora niente", "–") for ente in enti}}
        for entry in ENTRIES.values()
        if entry.marts
    ]
    columns = [Field("pagina", "Pagina"), *(Field(ente, names[ente]) for ente in enti)]
    with st.container(key="tabella-enti"):
        st.html(tables.html(columns, rows, title="Che cosa c'è di ogni ente, con il primo e l'ultimo anno"))
    st.html(
        '<p class="ambito-source">Il primo e l\'ultimo anno delle cifre; «–» se non ce ne sono. <b>Fonte</b>: i '
        "documenti elencati sotto e i file ricevuti.</p>"
    )


def _documents(snapshot: Snapshot) -> None:
    cells = snapshot.mart("celle").rows
    checks = snapshot.mart("quadrature").rows
    titles = snapshot.mart("dim_prospetti").rows
    names = snapshot.entities()
    rows = []
    for document in snapshot.version.record["documenti"]:
        number = document["documento"]
        mine = where(titles, documento=number)
        rows.append(
            {
                "documento": number,
                "titolo": document["titolo"],
                "ente": names.get(mine[0]["ente_id"], mine[0]["ente_id"]) if mine else "",
                "tabelle": len(mine),
                "celle": len(where(cells, documento=number)),
                "controlli": len(where(checks, documento=number)),
                "aperti": len(where(checks, documento=number, esito="da_spiegare")),
            }
        )
    columns = [
        Field("documento", "N.", help="Numero con cui comincia il nome del file di origine."),
        Field("titolo", "Documento", wide=True),
        Field("ente", "Ente", wide=True),
        Field("tabelle", "Tabelle", "numero", "Tabelle trascritte."),
        Field("celle", "Cifre", "numero", "Celle stampate trascritte, ciascuna con la sua riga."),
        Field("controlli", "Controlli", "numero", "Quadrature sulle cifre del documento."),
        Field("aperti", "Da spiegare", "numero", "Quadrature che non tornano e aspettano una risposta."),
    ]
    sums = {name: sum(int(str(row[name])) for row in rows) for name in ("tabelle", "celle", "controlli", "aperti")}
    with st.container(key="tabella-documenti"):
        st.html(
            tables.html(
                columns, rows, total={"documento": "Totale", **sums}, title="Documenti trascritti", stacked=True
            )
        )
    waiting = len(snapshot.mart("quarantena").rows)
    repaired = len(snapshot.mart("rettifiche_applicate").rows)
    st.html(
        f'<p class="ambito-source">Cifre che non si leggono e sono in quarantena: {waiting}. Cifre stampate male e '
        f"rettificate con una prova: {repaired}. <b>Fonte</b>: le trascrizioni dei documenti elencati.</p>"
    )
