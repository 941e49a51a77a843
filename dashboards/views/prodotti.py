"""The catalogue: every question the warehouse answers, and the rows that answer it, for any mart."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards import formats, labels, panels, tables
from dashboards.contents import ENTRIES
from dashboards.data import HIDDEN, Row, Snapshot, where
from dashboards.tables import Field

ALL = "tutti"
# Said by the page around the table, or of use to a machine alone.
_NOT_SHOWN = frozenset({"celle", "file", "soglia_persone", HIDDEN})
_FEW_PLACES = 3


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    panels.heading(
        "Catalogo",
        "Ogni domanda a cui il magazzino risponde: si sceglie una domanda e si leggono, si scaricano e si controllano "
        "le righe che la rispondono.",
    )
    catalogue = sorted(snapshot.mart("prodotti").rows, key=order)
    left, right = st.columns([1, 2])
    theme = left.selectbox(
        "Tema",
        [ALL, *dict.fromkeys(row["tema"] for row in catalogue)],
        format_func=lambda name: "Tutti" if name == ALL else labels.THEMES[name],
        key="tema-catalogo",
        placeholder="Scegli",
    )
    words = right.text_input("Cerca", key="cerca-catalogo", placeholder="una parola: avanzo, tirocini, attesa, fondi…")
    found = [row for row in catalogue if theme in (ALL, row["tema"]) and is_about(row, words)]
    if not found:
        st.info("Nessuna domanda del catalogo contiene queste parole. Che fare: provarne altre, o togliere il tema.")
        return
    st.html(
        f'<p class="ambito-hint">{formats.count(len(found), "domanda", "domande")} su '
        f"{formats.number(len(catalogue))}.</p>"
    )
    chosen = {row["prodotto"]: row for row in found}
    code = st.selectbox(
        "Domanda",
        list(chosen),
        format_func=lambda product: f"{product} · {chosen[product]['nome']}",
        key="prodotto-catalogo",
        placeholder="Scegli",
    )
    _product(snapshot, chosen[code])
    _list(snapshot, found)


def order(product: Row) -> tuple[str, tuple[int, ...]]:
    """By letter and number: E2 before E10, 1.4 before 1.10."""
    code = product["prodotto"]
    letter = code[0] if code[0].isalpha() else "~"
    return letter, tuple(int(part) for part in code.lstrip("ESPTO").split("."))


def is_about(product: Row, words: str) -> bool:
    """Whether every word stands in what is said of a product."""
    said = " ".join(str(product[name] or "") for name in ("prodotto", "nome", "domanda", "mart")).casefold()
    return all(word in said for word in words.casefold().split())


def _product(snapshot: Snapshot, product: Row) -> None:
    mart = snapshot.mart(product["mart"])
    st.html(f'<p class="ambito-lead">{escape(product["domanda"])}</p>')
    rows = snapshot.selected(product["mart"], product["filtro"])
    if "ente_id" in mart.columns:
        snapshot = panels.choose_entity(snapshot)
        rows = where(rows, ente_id=snapshot.ente)
    panels.section(snapshot, f"{product['prodotto']}. {product['nome']}")
    st.html(f'<p class="ambito-hint">{escape(mart.description)}</p>')
    if not rows:
        _no_rows(snapshot, product)
    else:
        names = [name for name in mart.columns if name not in _NOT_SHOWN and name != "ente_id"]
        said = [name for name in names if any(row[name] is not None for row in rows)]
        fields = tables.fields(mart, *said)
        panels.table(
            snapshot,
            fields,
            [{**row, "origine_dato": labels.ORIGINS.get(row.get("origine_dato", ""))} for row in rows],
            title=product["nome"],
            name=f"{product['prodotto'].lower()}-{product['mart']}",
            key=f"catalogo-{product['prodotto']}",
            note=panels.suppression(rows),
            stacked=len(fields) > _FEW_PLACES,
        )
        panels.provenance(snapshot, mart, rows, fields, key=f"catalogo-{product['prodotto']}")
    if product["pagina"] != "prodotti":
        st.page_link(
            snapshot.pages[product["pagina"]],
            label=f"Si vede anche nella pagina «{ENTRIES[product['pagina']].title}»",
        )
    condition = f" where {product['filtro']}" if product["filtro"] else ""
    st.html(
        f'<p class="ambito-way">Per gli analisti: <code>select * from marts.{escape(product["mart"])}'
        f"{escape(condition)}</code>. Nei documenti: {escape(product['righe_fonte'].replace(' ', ', '))}.</p>"
    )


def _no_rows(snapshot: Snapshot, product: Row) -> None:
    names = snapshot.entities()
    printed = [names.get(ente, ente) for ente in (product["enti_stampati"] or "").split()]
    others = [*printed, *([names["dimostrativo"]] if product["is_sintetico"] else [])]
    st.info(
        f"{snapshot.ente_name}: queste cifre non ci sono, perché nessun documento le stampa e nessun file le porta. "
        + (f"Le hanno: {', '.join(others)}." if others else "")
    )


def _list(snapshot: Snapshot, found: list[Row]) -> None:
    with st.expander("Tutte le domande"):
        names = snapshot.entities()
        shown = [
            {
                **row,
                "tema": labels.THEMES[row["tema"]],
                "di": ", ".join(
                    [
                        *(names.get(ente, ente) for ente in (row["enti_stampati"] or "").split()),
                        *(["dati sintetici"] if row["is_sintetico"] else []),
                    ]
                ),
            }
            for row in found
        ]
        fields = [
            Field("prodotto", "Sigla", whole=True),
            Field("domanda", "Domanda", wide=True),
            Field("tema", "Tema", whole=True),
            Field("mart", "Tabella", whole=True),
            Field("di", "Di chi ci sono cifre", wide=True),
        ]
        panels.table(
            snapshot, fields, shown, title="Catalogo delle domande", name="catalogo", key="catalogo", stacked=True
        )
