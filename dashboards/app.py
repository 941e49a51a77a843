"""The dashboards of Ambito: one version of the published marts, in Italian, for the people of the office.

Run by ``ambito serve``. Nothing is fetched from outside and nothing is written.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb
import streamlit as st

from dashboards import formats
from dashboards.contents import ENTRIES, THEMES
from dashboards.data import Page, Snapshot
from dashboards.views import (
    avanzo,
    casi,
    confronto,
    costo_servizi,
    domande,
    file_ricevuti,
    fondi,
    obiettivi,
    pagamenti,
    panoramica,
    personale,
    preventivo_consuntivo,
    prodotti,
    quadrature,
    rette,
    spesa_sociale,
)
from ingest.errors import AmbitoError
from ingest.paths import Paths
from warehouse import versions

HERE = Path(__file__).parent
PAGES: dict[str, Page] = {
    "panoramica": panoramica.page,
    "prodotti": prodotti.page,
    "costo-servizi": costo_servizi.page,
    "casi": casi.page,
    "rette": rette.page,
    "domande": domande.page,
    "personale": personale.page,
    "fondi": fondi.page,
    "preventivo-consuntivo": preventivo_consuntivo.page,
    "avanzo": avanzo.page,
    "pagamenti": pagamenti.page,
    "spesa-sociale": spesa_sociale.page,
    "obiettivi": obiettivi.page,
    "confronto-enti": confronto.page,
    "quadrature": quadrature.page,
    "file-ricevuti": file_ricevuti.page,
}


def main() -> None:
    """Show the page asked for, on the version published now."""
    st.set_page_config(page_title="Ambito", page_icon=str(HERE / "icona.svg"), layout="wide")
    st.html(HERE / "style.css")
    # so that the browser does not offer to translate, and a screen reader reads in Italian
    st.html("<script>document.documentElement.lang = 'it'</script>", unsafe_allow_javascript=True)
    try:
        version = versions.current(Paths.from_environment())
    except (AmbitoError, OSError, ValueError) as error:
        _nothing_to_show(error)
        return
    snapshot = Snapshot(version)
    for address, page in PAGES.items():
        snapshot.pages[address] = st.Page(
            partial(page, snapshot),
            title=ENTRIES[address].title,
            url_path=address,
            default=address == "panoramica",
        )
    menu = {theme: [snapshot.pages[entry.address] for entry in entries] for theme, entries in THEMES.items()}
    chosen = st.navigation(menu, expanded=True)
    st.set_page_config(page_title=f"{chosen.title} · Ambito")
    with st.sidebar:
        st.html(
            f'<p class="ambito-source">Dati pubblicati il {formats.instant(version.record["pubblicata_il"])}.<br>'
            f'Versione <span class="ambito-version">{version.name}</span></p>'
        )
    try:
        chosen.run()
    except (AmbitoError, duckdb.Error) as error:
        st.error(f"Questa pagina non si può mostrare. {error}")


def _nothing_to_show(error: Exception) -> None:
    st.title("Ambito", anchor=False)
    st.info("**Non ci sono ancora dati da mostrare.**")
    st.markdown(
        "I cruscotti mostrano l'ultima versione pubblicata dei dati, e qui non se ne trova nessuna.\n\n"
        "Che cosa fare:\n\n"
        "1. aprire un terminale nella cartella del progetto;\n"
        "2. eseguire `ambito build` e aspettare che finisca;\n"
        "3. ricaricare questa pagina."
    )
    if isinstance(error, AmbitoError):
        st.caption(str(error))


main()
