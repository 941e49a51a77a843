"""The front page: the figures of the latest year, what the warehouse holds, how to read it."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dashboards import formats, panels, tables
from dashboards.data import Row, Snapshot, total, where
from dashboards.panels import Card
from dashboards.tables import Field
from dashboards.views import costo_servizi

GUIDE = {
    "costo-servizi": ("Costo dei servizi per sub-ambito", "utenti, ore, costi e costo per ora di SAAP, SAD, ADM e SIP"),
    "avanzo": ("Avanzo", "come si forma, quanto è vincolato, finalizzato e libero"),
    "spesa-sociale": ("Spesa sociale", "quanto spendono i Comuni, in tutto e per abitante"),
    "preventivo-consuntivo": ("Preventivo e consuntivo", "ogni voce prevista e spesa, e il budget per fonte"),
    "quadrature": ("Quadrature", "che cosa torna, che cosa no, che cosa chiedere all'ufficio"),
}


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    results = snapshot.mart("risultato_gestione")
    spending = snapshot.mart("spesa_sociale")
    services = snapshot.mart("costo_servizi_sub_ambito")
    panels.heading(
        "Panoramica",
        "I numeri dell'ambito sociale presi dai documenti approvati: ogni cifra porta alla riga in cui è stampata, e "
        "ogni totale è ricalcolato.",
    )
    ente = panels.choose_entity(snapshot, [*results.rows, *spending.rows, *services.rows])
    used: list[Row] = []
    panels.cards(
        [
            *_results(snapshot, where(results.rows, ente_id=ente), used),
            *_spending(where(spending.rows, ente_id=ente), used),
            *_first_service(where(services.rows, ente_id=ente), used),
            _checks(snapshot),
        ]
    )
    panels.source_line(snapshot, used)

    panels.section("Le pagine")
    with st.container(key="guida"):
        for address, (title, answers) in GUIDE.items():
            st.page_link(snapshot.pages[address], label=f"**{title}**: {answers}", width="stretch")

    panels.section("Che cosa c'è dentro")
    _documents(snapshot)

    panels.warnings(
        "Passa il puntatore sull'intestazione di una colonna, o apri «Che cosa vogliono dire le colonne», per sapere "
        "che cosa misura e in quale unità.",
        "Sotto ogni tabella c'è la fonte. Il riquadro «Da dove viene» mostra il testo stampato di ogni cifra, con "
        "documento e riga.",
        "«n.d.» vuol dire che il dato non è stampato o non si può calcolare: non è mai zero.",
        "«Scarica CSV» e «Scarica Excel» danno le righe della tabella con i filtri scelti, con i decimali esatti.",
        "Quando si pubblica una nuova versione dei dati, basta ricaricare la pagina per vederla: la data è nella barra "
        "laterale.",
        title="Come si legge",
    )


def _results(snapshot: Snapshot, rows: list[Row], used: list[Row]) -> list[Card]:
    if not rows:
        return []
    row = max(rows, key=lambda row: int(row["esercizio"]))
    free = where(snapshot.mart("avanzo").rows, ente_id=row["ente_id"], esercizio=row["esercizio"], vincolo="libero")
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


def _spending(rows: list[Row], used: list[Row]) -> list[Card]:
    if not rows:
        return []
    row = max(rows, key=lambda row: int(row["anno_riferimento"]))
    used.append(row)
    return [
        Card(
            f"Spesa sociale dei Comuni {row['anno_riferimento']}",
            formats.euro(row["spesa_sociale_eur"]),
            f"{formats.euro(row['pro_capite_eur'])} per abitante; colonna {row['anno_pubblicazione']}",
        )
    ]


def _first_service(rows: list[Row], used: list[Row]) -> list[Card]:
    mine = where(rows, servizio=costo_servizi.FIRST)
    if not mine:
        return []
    year = max(int(row["anno"]) for row in mine)
    latest = where(mine, anno=year)
    whole = costo_servizi.totals(latest)
    used += latest
    return [
        Card(
            f"Costo {costo_servizi.FIRST} {year}",
            formats.euro(whole["costo_eur"]),
            f"{formats.bare(whole['utenti_nell_anno'], 'persone')} utenti, "
            f"{formats.quantity(whole['ore_erogate'], 'ore')}; somma dei sub-ambiti",
        )
    ]


def _checks(snapshot: Snapshot) -> Card:
    counts = Counter(row["esito"] for row in snapshot.mart("quadrature").rows)
    every = sum(counts.values())
    open_ones = counts["da_spiegare"]
    return Card(
        "Quadrature",
        f"{formats.number(every - open_ones)} su {formats.number(every)}",
        f"tornano o sono spiegate; {formats.number(open_ones)} da spiegare",
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
