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
    "origine_dato": "Origine del dato",
    "popolazione_al": "Popolazione al",
    "mesi_caricati": "Mesi caricati",
    "utenti_nel_mese": "Utenti nel mese",
    "ente_gestore": "Ente gestore",
    "casi_inizio": "All'inizio",
    "casi_nuovi": "Aperti",
    "casi_chiusi": "Chiusi",
    "casi_fine": "In carico alla fine",
    "casi_attivi": "Casi in carico",
    "casi_nell_anno": "In carico nell'anno",
    "data_riferimento": "Al giorno",
    "modalita": "Modalità",
    "tipo_collocamento": "Tipo di collocamento",
    "canale_finanziamento": "Chi paga",
    "persone_collocate": "Persone collocate",
    "retta_media_giornaliera_eur": "Retta media",
    "contato_fino_al": "Contato fino al",
    "importo_concesso_eur": "Importo concesso",
    "domande_con_chiamata": "Domande chiamate",
    "persone_chiamate": "Persone chiamate",
    "attesa_mediana_giorni": "Attesa mediana",
    "attesa_p90_giorni": "Nove su dieci entro",
    "persone_in_attesa": "Persone in attesa",
    "annualita": "Annualità",
    "assegnato_eur": "Assegnato",
    "incassato_eur": "Incassato",
    "speso_eur": "Speso",
    "stornato_eur": "Stornato",
    "economie_eur": "Restituito",
    "residuo_eur": "Resta da spendere",
    "da_incassare_eur": "Da incassare",
    "is_scaduto": "Scaduto",
    "situazione_al": "Situazione al",
    "codice_istat": "Codice ISTAT",
    "spesa_lorda_eur": "Spesa lorda",
    "spesa_netta_eur": "Spesa netta",
    "compartecipazione_utenti_eur": "Pagato dagli utenti",
    "contributo_ssn_eur": "Pagato dal Servizio sanitario",
    "lorda_pro_capite_eur": "Lorda pro-capite",
    "netta_pro_capite_eur": "Netta pro-capite",
    "valore_giorni": "Valore",
    "importo_considerato_eur": "Importo considerato",
    "fatture_considerate": "Fatture",
    "copertura_pct": "Copertura",
    "soglia_copertura_pct": "Copertura minima",
    "righe_lette": "Righe lette",
    "righe_caricate": "Caricate",
    "righe_in_quarantena": "In quarantena",
    "righe_di_totale": "Righe di totale",
    "caricato_il": "Caricato il",
    "nome": "File",
    "gravita": "Gravità",
    "noto_dal": "Noto dal",
    "noto_al": "In vigore fino al",
    "costo_medio_eur": "Costo per caso",
    "casi_contati": "Che cosa contano i casi",
    "persone_inizio": "All'inizio",
    "persone_nuove": "Nuove",
    "persone_uscite": "Uscite",
    "persone_fine": "Alla fine",
    "persone_nell_anno": "Nell'anno",
    "ore_settimana": "Ore alla settimana",
    "carico_su_ore_ricalcolato": "Carico su ore, ricalcolato",
    "carico_su_100": "Carico su 100",
    "carico_su_100_ricalcolato": "Carico su 100, ricalcolato",
    "is_oltre_accettabile": "Oltre l'accettabile",
    "da_flusso": "Dai flussi",
    "stampato": "Stampato",
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
    "quadra": "La cifra stampata è esattamente quella ricalcolata, o sta dalla sua parte del limite.",
}
ORIGINS = {"prospetto": "documento", "flusso": "flusso", "dimostrativo": "dati sintetici"}
FILE_STATES = {
    "accettato": "Accettato",
    "accettato con scarti": "Accettato con scarti",
    "respinto": "Respinto",
}
# Outcomes of an indicator, and how far an action went.
RESULTS = {
    "raggiunto": "Raggiunto",
    "parziale": "In parte",
    "non_raggiunto": "Non raggiunto",
    "in_corso": "In corso",
    "scaduto": "Scaduto",
    "non_valutabile": "Non valutabile",
}
RESULTS_MEANING = {
    "raggiunto": "il valore raggiunge il traguardo",
    "parziale": "fatto qualcosa, non tutto o non in tempo",
    "non_raggiunto": "termine passato, traguardo no",
    "in_corso": "il termine non è passato",
    "scaduto": "termine passato, nessun valore",
    "non_valutabile": "senza traguardo, o valore debole",
}
ACTIONS = {
    "attuata": "Attuata",
    "proseguita": "Proseguita",
    "avviata": "Avviata",
    "rinviata": "Rinviata",
    "ferma": "Ferma",
    "non_attuata": "Non attuata",
    "non_detto": "Non detto",
}
STATES = {
    **OUTCOMES,
    **FILE_STATES,
    **RESULTS,
    **ACTIONS,
    "scaduto": "Scaduto",
    "in scadenza": "Scade entro 12 mesi",
    "dopo": "Scade dopo",
    "senza": "Senza scadenza",
    "sintetico": "Sintetico",
    "valutabile": "Valutabile",
    "n.v.": "n.v. (non valutabile)",
    "errore": "Errore",
    "avviso": "Avviso",
    "in vigore": "In vigore",
    "sostituito": "Sostituito",
}
DIMENSIONS = {
    "fascia_eta": "Fascia di età",
    "cittadinanza": "Cittadinanza",
    "collocamento": "Collocamento",
    "ente_segnalante": "Chi ha segnalato",
    "tipo_provvedimento": "Tipo di provvedimento",
    "autorita": "Autorità",
    "sub_ambito": "Sub-ambito",
}
INDICATORS = {
    "itp": "Tempestività dei pagamenti (ITP)",
    "tempo_medio_ponderato": "Tempo medio ponderato di pagamento",
    "ritardo_annuale": "Ritardo annuale",
}
THEMES = {
    "bilancio": "Bilancio",
    "fondi": "Fondi",
    "servizi": "Servizi",
    "casi": "Casi",
    "personale": "Personale",
    "territorio": "Territorio",
    "obiettivi": "Obiettivi",
    "qualita": "Qualità dei dati",
}
RATIOS = {
    "costo_orario": "Costo di un'ora di servizio",
    "costo_utente": "Costo di un utente nell'anno",
    "ore_utente": "Ore di un utente nell'anno",
    "costo_pro_capite": "Costo di un servizio per abitante",
    "spesa_lorda_pro_capite": "Spesa sociale lorda per abitante",
    "spesa_netta_pro_capite": "Spesa sociale netta per abitante",
    "quota_stranieri": "Stranieri ogni cento residenti",
    "valore_produzione_pro_capite": "Valore della produzione per abitante",
}
MISSING_REASONS = {
    "cifra_assente": "Nessun documento la stampa e nessun file la porta",
    "denominatore_assente": "Manca per che cosa dividere",
    "definizione_diversa": "L'ente ha una cifra che si misura in altro modo",
}
CONSTRAINTS = {"vincolato": "Vincolato", "finalizzato": "Finalizzato", "libero": "Libero"}
QUARTERS = {1: "1° trimestre", 2: "2° trimestre", 3: "3° trimestre", 4: "4° trimestre", 0: "Anno intero"}
_VALUES = {
    "dimensione": DIMENSIONS,
    "vincolo": CONSTRAINTS,
    "indicatore": INDICATORS,
    "trimestre": {str(number): name for number, name in QUARTERS.items()},
}


def column(name: str) -> str:
    """The name of a column for a reader."""
    return _COLUMNS.get(name) or name.removesuffix("_eur").removesuffix("_pct").replace("_", " ").capitalize()


def badge(value: object) -> str:
    """An outcome or a state for a reader."""
    return STATES.get(str(value), str(value))


def slug(value: object) -> str:
    """An outcome or a state as the name of a style."""
    return "".join(letter if letter.isalnum() or letter == "_" else "-" for letter in str(value))


def value(column: str, text: str) -> str:
    """A value of a column for a reader: codes by their name."""
    return _VALUES.get(column, {}).get(text, text)
