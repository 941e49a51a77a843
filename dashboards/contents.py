"""The pages, by theme: what each answers, the marts it stands on and the layouts that fill them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A page.

    Attributes:
        address: Its address.
        title: Its name in the menu and on the front page.
        answers: What it answers, in a few words.
        marts: The marts whose rows it shows, of one ente.
        layouts: The layouts (tracciati) that fill those marts.
        documents: Whether printed documents fill them too.
    """

    address: str
    title: str
    answers: str
    marts: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    documents: bool = False


THEMES: dict[str, tuple[Entry, ...]] = {
    "": (
        Entry("panoramica", "Panoramica", "le cifre dell'ultimo anno e che cosa c'è per ogni ente"),
        Entry("prodotti", "Catalogo", "ogni domanda a cui il magazzino risponde, con le righe che la rispondono"),
    ),
    "Servizi e persone": (
        Entry(
            "costo-servizi",
            "Costo dei servizi",
            "utenti, ore, costi e costo per ora di SAAP, SAD, ADM e SIP, per sub-ambito e mese per mese",
            ("costo_servizi_sub_ambito", "ore_servizio_mensili"),
            ("ore_servizio", "tariffe"),
            documents=True,
        ),
        Entry(
            "casi",
            "Casi in carico",
            "quanti fascicoli sono in carico, quanti si aprono e si chiudono, chi sono, e i carichi di lavoro",
            ("casi_movimento_annuale", "casi_movimento", "casi_profilo", "carichi_lavoro"),
            ("prese_in_carico",),
            documents=True,
        ),
        Entry(
            "rette",
            "Rette e collocamenti",
            "persone collocate, giornate, costo e retta media, per tipo e per chi paga; affidi e centro diurno",
            ("rette_collocamenti", "rette_annuali", "collocamenti_movimento"),
            ("collocamenti",),
            documents=True,
        ),
        Entry(
            "domande",
            "Domande e attese",
            "quante domande per misura, con che esito, e quanto si aspetta",
            ("domande_esiti", "attese"),
            ("domande",),
        ),
        Entry(
            "personale",
            "Personale",
            "operatori e ore di lavoro per servizio e profilo",
            ("ore_personale_servizio",),
            ("ore_personale",),
            documents=True,
        ),
    ),
    "Bilancio e fondi": (
        Entry(
            "fondi",
            "Fondi e scadenze",
            "quanto resta di ogni fondo e annualità, e che cosa scade",
            ("fondi_residui",),
            ("movimenti_fondi",),
        ),
        Entry(
            "preventivo-consuntivo",
            "Preventivo e consuntivo",
            "ogni voce prevista e spesa, e il budget per fonte",
            ("preventivo_consuntivo", "budget_per_fonte"),
            ("contabilita",),
            documents=True,
        ),
        Entry(
            "avanzo",
            "Avanzo",
            "come si forma, quanto è vincolato, finalizzato e libero",
            ("risultato_gestione", "avanzo"),
            ("movimenti_fondi",),
            documents=True,
        ),
        Entry(
            "pagamenti",
            "Pagamenti",
            "in quanto tempo si pagano i fornitori, con i tre indicatori di legge",
            ("tempestivita_pagamenti",),
            ("fatture",),
        ),
    ),
    "Comuni": (
        Entry(
            "spesa-sociale",
            "Spesa sociale",
            "quanto spendono i Comuni, in tutto e per abitante",
            ("spesa_sociale", "spesa_sociale_comuni"),
            ("spesa_sociale_comuni", "popolazione"),
            documents=True,
        ),
    ),
    "Obiettivi": (
        Entry(
            "obiettivi",
            "Obiettivi e indicatori",
            "come stanno gli indicatori dei piani in un giorno scelto, e a che punto sono le azioni",
            ("indicatori_piano", "indicatori_stato", "riscontro_azioni"),
            ("rilevazioni", "report", "plessi", "formazione"),
            documents=True,
        ),
    ),
    "Confronti": (
        Entry(
            "confronto-enti",
            "Confronto tra enti",
            "costi unitari, quote e cifre per abitante degli enti, uno accanto all'altro",
            ("confronto_enti",),
            ("ore_servizio", "spesa_sociale_comuni", "popolazione"),
            documents=True,
        ),
    ),
    "Controlli": (
        Entry("quadrature", "Quadrature", "che cosa torna, che cosa no, che cosa chiedere all'ufficio"),
        Entry("file-ricevuti", "File ricevuti", "che cosa è arrivato, che cosa è stato fermato e come correggerlo"),
    ),
}
ENTRIES = {entry.address: entry for entries in THEMES.values() for entry in entries}
