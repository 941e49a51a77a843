"""The names people read for columns, classes and codes. What a column means is in the database, not here."""

from __future__ import annotations

_COLUMNS = {
    "ente_id": "Ente",
    "sub_ambito": "Sub-ambito",
    "utenti_nell_anno": "Utenti nell'anno",
    "ore_erogate": "Ore erogate",
    "costo_eur": "Costo",
    "costo_orario_eur": "Costo per ora",
    "costo_utente_eur": "Costo per utente",
    "costo_pro_capite_eur": "Costo pro-capite",
    "anno_riferimento": "Anno di riferimento",
    "anno_pubblicazione": "Anno di pubblicazione",
    "anno_utilizzo": "Anno di utilizzo",
    "spesa_sociale_eur": "Spesa sociale",
    "pro_capite_eur": "Spesa pro-capite",
    "popolazione_implicita": "Popolazione implicita",
    "popolazione_implicita_min": "Popolazione implicita, minimo",
    "popolazione_implicita_max": "Popolazione implicita, massimo",
    "quota_gestita_pct": "Quota gestita dall'azienda",
    "avanzo_precedente_eur": "Avanzo dell'anno prima",
    "entrate_eur": "Entrate dell'anno",
    "uscite_eur": "Uscite dell'anno",
    "avanzo_eur": "Avanzo di gestione",
    "preventivo_eur": "Preventivo",
    "consuntivo_eur": "Consuntivo",
    "scostamento_eur": "Scostamento",
    "importo_eur": "Importo",
    "linea": "Riga",
    "unita": "Unità",
    "colonna_stampata": "Colonna",
    "documento_titolo": "Titolo",
    "prova_di_rettifica": "Prova della rettifica",
    "spiegazione": "Che cosa se ne sa",
    "quadratura_id": "Controllo",
    "descrizione": "Che cosa si controlla",
    "testo": "Testo stampato",
}

OUTCOMES = {
    "da_spiegare": "Da spiegare",
    "spiegata": "Spiegata",
    "arrotondamento": "Arrotondamento",
    "quadra": "Quadra",
}
OUTCOMES_MANY = {
    "da_spiegare": "Da spiegare",
    "spiegata": "Spiegate",
    "arrotondamento": "Arrotondamenti",
    "quadra": "Quadrano",
}
OUTCOMES_MEANING = {
    "da_spiegare": "Le due cifre non coincidono e i documenti non dicono perché: è una domanda da fare all'ufficio.",
    "spiegata": "Le due cifre non coincidono, ma una prova nei documenti ne dice la causa.",
    "arrotondamento": "La differenza sta tutta negli arrotondamenti delle cifre stampate.",
    "quadra": "La cifra stampata è esattamente quella ricalcolata.",
}
CONSTRAINTS = {"vincolato": "Vincolato", "finalizzato": "Finalizzato", "libero": "Libero"}


def column(name: str) -> str:
    """The name of a column for a reader."""
    return _COLUMNS.get(name) or name.removesuffix("_eur").removesuffix("_pct").replace("_", " ").capitalize()
