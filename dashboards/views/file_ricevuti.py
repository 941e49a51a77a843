"""The files received: what came, what was stopped and why, what replaced what, how to send a correction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from dashboards import formats, labels, panels, tables
from dashboards.data import Row, Snapshot, grouped, where
from dashboards.tables import Field
from ingest.flussi.tracciato import tracciati

ALL = "tutti"
PERIODS_NAMED = 6
WORST_FIRST = ("respinto", "accettato con scarti", "accettato")
_PLURALS = {"accettato": "accettati", "accettato con scarti": "accettati con scarti", "respinto": "respinti"}
COMMON_RULES = {
    "obbligatorio": "Manca un valore che ci deve essere",
    "formato": "Il valore non si legge come si deve (data, numero o codice scritto male)",
    "valore": "Il valore è fuori dai limiti o dall'elenco ammesso",
    "dominio": "Il codice o il nome non è tra quelli conosciuti (Comuni, servizi, fondi, enti)",
    "chiave_ripetuta": "La stessa riga c'è più volte: non si sa quale vale",
}


def page(snapshot: Snapshot) -> None:
    """Draw the page."""
    mart = snapshot.mart("qualita_file")
    panels.heading(
        "File ricevuti",
        "Che cosa è arrivato, che cosa è entrato nei dati, che cosa è stato fermato e come rimandarlo corretto.",
    )
    snapshot = panels.choose_entity(snapshot)
    every = [described(snapshot, file) for file in mart.rows if is_of(file, snapshot)]
    if not every:
        st.info(
            f"{snapshot.ente_name}: nessun file è stato ancora caricato. I tracciati da mandare sono elencati qui "
            "sotto; si mettono in `extracts/flussi/` e si caricano con `ambito load`."
        )
        _layouts(every)
        return
    layout = st.columns([1, 1])[0].selectbox(
        "Tracciato",
        [ALL, *sorted({file["tracciato"] or "" for file in every})],
        format_func=lambda name: "Tutti" if name == ALL else panels.layout_title(name) or "Non riconosciuto",
        key="tracciato-file",
        placeholder="Scegli",
    )
    chosen = [file for file in every if layout in (ALL, file["tracciato"] or "")]
    _cards(chosen)
    if snapshot.synthetic:
        st.html('<p class="ambito-hint">Gli errori di questi file sono fatti apposta, per mostrare i controlli.</p>')
    here = Counter(file["stato"] for file in chosen)
    state = st.segmented_control(
        "Stato",
        [ALL, *WORST_FIRST],
        default=ALL,
        required=True,
        format_func=lambda s: f"Tutti ({len(chosen)})" if s == ALL else f"{labels.FILE_STATES[s]} ({here[s]})",
        key="stato-file",
    )
    shown = sorted(
        [file for file in chosen if state in (ALL, file["stato"])],
        key=lambda file: (file["caricato_il"], file["nome"]),
        reverse=True,
    )
    _files(snapshot, shown)
    if shown:
        _rules(snapshot, shown)
        _history(snapshot, shown)
    _how_to_correct()
    _layouts(every)


def is_of(file: Row, snapshot: Snapshot) -> bool:
    """Whether a file concerns the ente shown; what names no ente (the population, a refused file) concerns them all."""
    if file["ente_id"]:
        return snapshot.ente in file["ente_id"].split()
    return bool(file["sintetico"]) == snapshot.synthetic


def described(snapshot: Snapshot, file: Row) -> dict[str, Any]:
    """A file with the names of its enti and of its layout."""
    names = snapshot.entities()
    owners = ", ".join(names.get(ente, ente) for ente in (file["ente_id"] or "").split())
    return {
        **file,
        "ente": owners or "non indicato",
        "titolo": panels.layout_title(file["tracciato"] or "") or "non riconosciuto",
    }


def _cards(files: Sequence[Row]) -> None:
    read, loaded, stopped = (
        sum(int(file[name]) for file in files) for name in ("righe_lette", "righe_caricate", "righe_in_quarantena")
    )
    share = formats.ratio(100 * stopped, read, 2)
    states = Counter(file["stato"] for file in files)
    panels.cards(
        [
            panels.Card(
                "File",
                formats.number(len(files)),
                ", ".join(f"{states[name]} {plural}" for name, plural in _PLURALS.items() if states[name]),
            ),
            panels.Card("Righe lette", formats.number(read), "uguali a caricate più in quarantena"),
            panels.Card("Righe caricate", formats.number(loaded), "hanno passato ogni controllo"),
            panels.Card(
                "In quarantena",
                formats.number(stopped),
                f"{formats.quantity(share, 'pct')} delle righe lette" if share is not None else "",
            ),
        ]
    )
    if read != loaded + stopped:
        st.error(
            "Le righe lette non sono uguali a quelle caricate più quelle in quarantena: avvisare chi gestisce i dati."
        )


def _files(snapshot: Snapshot, files: Sequence[Row]) -> None:
    mart = snapshot.mart("qualita_file")
    panels.section(snapshot, "I file")
    if not files:
        st.info("Nessun file con questi filtri.")
        return
    columns = {column.name: column for column in tables.fields(mart, *mart.columns)}
    panels.table(
        snapshot,
        [
            Field("nome", "File", help=columns["nome"].help, wide=True),
            Field("stato", "Stato", badge=True, help=columns["stato"].help),
            Field("titolo", "Che cosa contiene", wide=True),
            columns["periodo"],
            columns["righe_lette"],
            columns["righe_caricate"],
            columns["righe_in_quarantena"],
            columns["caricato_il"],
        ],
        files,
        title="File ricevuti",
        name="file-ricevuti",
        key="file",
        stacked=True,
        also=[Field("ente", "Ente"), columns["tracciato"], columns["righe_di_totale"], columns["file_id"]],
    )


def _rules(snapshot: Snapshot, files: Sequence[Row]) -> None:
    """What the checks found, the most frequent first."""
    mart = snapshot.mart("qualita_regole")
    identities = {file["file_id"] for file in files}
    found = [row for row in mart.rows if row["file_id"] in identities]
    panels.section(snapshot, "Che cosa è stato fermato, e perché")
    if not found:
        st.html('<p class="ambito-hint">Nessun controllo ha trovato nulla in questi file.</p>')
        return
    rows = by_rule(found)
    fields = [
        Field("gravita", "Gravità", badge=True, help=mart.columns["gravita"].description),
        Field("cosa", "Controllo non passato", prose=True),
        Field("titolo", "In quali dati", wide=True),
        Field("righe", "Righe", "numero", help=mart.columns["righe"].description),
        Field("file", "File", "numero"),
        Field("colonne", "Colonne da guardare", wide=True),
    ]
    panels.table(
        snapshot,
        fields,
        rows,
        title="Controlli non passati",
        name="controlli-file",
        key="regole",
        stacked=True,
        also=[Field("regola", "Nome del controllo")],
        sources=[],
        note="Errore: la riga è in quarantena e non è nelle cifre. Avviso: la riga è nelle cifre, ma va guardata.",
    )


def by_rule(found: Sequence[Row]) -> list[dict[str, Any]]:
    """What each rule of each layout found, over the files."""
    rows = []
    for (layout, rule, severity), of_rule in grouped(found, "tracciato", "regola", "gravita").items():
        columns = sorted({name for row in of_rule for name in (row["colonne"] or "").split()})
        rows.append(
            {
                "gravita": severity,
                "regola": rule,
                "cosa": rule_words(layout, rule),
                "titolo": panels.layout_title(layout or "") or "file non riconosciuto",
                "righe": sum(row["righe"] for row in of_rule),
                "file": len({row["file_id"] for row in of_rule}),
                "colonne": ", ".join(columns),
            }
        )
    return sorted(rows, key=lambda row: (row["gravita"] != "errore", -row["righe"], row["titolo"], row["regola"]))


def rule_words(layout: str | None, rule: str) -> str:
    """A rule in a few words."""
    return COMMON_RULES.get(rule) or rule.replace("_", " ").capitalize()


def _history(snapshot: Snapshot, files: Sequence[Row]) -> None:
    """What replaced what."""
    mart = snapshot.mart("storia_lotti")
    names = {row["file_id"]: row["nome"] for row in snapshot.mart("qualita_file").rows}
    identities = {file["file_id"] for file in files}
    replaced = [row for row in mart.rows if row["noto_al"] is not None and row["file_id"] in identities]
    panels.section(snapshot, "Che cosa ha sostituito che cosa")
    if not replaced:
        st.html('<p class="ambito-hint">Nessuno di questi file è stato sostituito: sono tutti quelli in vigore.</p>')
        return
    rows = replacements(replaced, names)
    fields = [
        Field("nome", "File di prima", wide=True),
        Field("nuovo", "Sostituito da", wide=True),
        Field("titolo", "Che cosa contiene", wide=True),
        Field("periodi", "Periodi", prose=True),
        Field("righe", "Righe di prima", "numero"),
        Field("quando", "Sostituito il"),
    ]
    panels.table(
        snapshot,
        fields,
        rows,
        title="File sostituiti",
        name="file-sostituiti",
        key="storia",
        stacked=True,
        sources=[],
        note="Le righe di prima restano nella storia e non contano più nelle cifre.",
    )


def replacements(replaced: Sequence[Row], names: dict[str, str]) -> list[dict[str, Any]]:
    """Each file that was replaced with the one that did, and for which periods."""
    rows = []
    for (old, new), lots in grouped(replaced, "file_id", "sostituito_da").items():
        periods = sorted({lot["periodo"] for lot in lots})
        said = ", ".join(periods[:PERIODS_NAMED])
        more = f" e altri {len(periods) - PERIODS_NAMED}" if len(periods) > PERIODS_NAMED else ""
        rows.append(
            {
                "nome": names.get(old, old),
                "nuovo": names.get(new) or "tolto dai dati in vigore",
                "titolo": panels.layout_title(lots[0]["tracciato"]),
                "periodi": said + more,
                "righe": sum(lot["righe"] for lot in lots),
                "quando": max(lot["noto_al"] for lot in lots),
            }
        )
    return sorted(rows, key=lambda row: (row["quando"], row["nome"]), reverse=True)


def _how_to_correct() -> None:
    st.subheader("Come mandare una correzione", anchor=False)
    st.markdown(
        "1. Aprire la risposta (un file Excel) che `ambito load` scrive per ogni file: il primo foglio dice che cosa "
        "correggere per primo, il terzo indica ogni cella con il suo indirizzo.\n"
        "2. Correggere nel sistema da cui i dati escono, non solo nel file, ed esportare di nuovo **tutto** il "
        "periodo: il file nuovo sostituisce quello di prima, non lo completa.\n"
        "3. Mettere il file in `extracts/flussi/` ed eseguire `ambito build`. Il nome del file non conta: conta che "
        "ente, tracciato e periodo siano gli stessi.\n"
        "4. Il file di prima resta nella storia: `ambito load --list` mostra la sequenza."
    )


def _layouts(files: Sequence[Row]) -> None:
    """The layouts there are, and when a file of each last came."""
    st.subheader("Che cosa si può mandare", anchor=False)
    rows = []
    for name, layout in sorted(tracciati().items(), key=lambda pair: pair[1].titolo):
        mine = where(files, tracciato=name)
        rows.append(
            {
                "titolo": layout.titolo,
                "cosa": layout.descrizione.split(". ")[0].rstrip(".") + ".",
                "nome": name,
                "pagina": f"docs/tracciati/{name}.md",
                "ultimo": max((file["caricato_il"] for file in mine), default=None),
            }
        )
    columns = [
        Field("titolo", "Tracciato", wide=True),
        Field("cosa", "Che cosa contiene", prose=True),
        Field("nome", "Nome", whole=True),
        Field("pagina", "Che cosa deve contenere", whole=True),
        Field("ultimo", "Ultimo ricevuto"),
    ]
    with st.container(key="tabella-tracciati"):
        st.html(tables.html(columns, rows, title="Tracciati", stacked=True))
    st.html(
        '<p class="ambito-source">La pagina di un tracciato si vede anche con <code>ambito tracciato NOME</code>, il '
        f"modello Excel vuoto con <code>--modello {escape('FILE.xlsx')}</code>.</p>"
    )
