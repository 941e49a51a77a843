"""The page a supplier reads to prepare a file: what it is, its fields, the rules it must pass. From the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.flussi.tracciato import Campo, Domain, Tracciato, tracciati
from ingest.flussi.values import how_to_write

_DOMAINS: dict[Domain, str] = {
    "enti": "la sigla di un ente dell'ambito",
    "servizi": "la sigla di un servizio",
    "comuni": "il codice di un Comune dell'ambito",
    "fonti": "una fonte di finanziamento conosciuta",
    "aree": "un'area di bilancio conosciuta",
    "piani": "il nome di un piano conosciuto",
    "indicatori": "il codice di un indicatore di un piano",
    "servizi_attivita": "la sigla di un servizio con indicatori di attività",
    "indicatori_attivita": "il nome di un indicatore di attività",
    "dimensioni_attivita": "ciò per cui un indicatore di attività si divide, o totale",
    "modalita_attivita": "una parte di un indicatore di attività, o totale",
    "unita": "un'unità di misura conosciuta",
}
_PERSONS = {
    "utente": "persone seguite dai servizi",
    "operatore": "operatori",
    "fascicolo": "fascicoli",
    "domanda": "domande",
    "fornitore": "fornitori",
}


def supplier_page(layout: Tracciato) -> str:
    """The supplier's page of a layout, in Markdown."""
    sections = [
        f"# {layout.titolo}",
        f"Tracciato `{layout.tracciato}`. {layout.descrizione}",
        _fields(layout),
        _headers(layout),
        _rules(layout),
        _thresholds(layout),
        _persons(layout),
        _formats(layout),
        _corrections(layout),
    ]
    return "\n\n".join(sections) + "\n"


def index_page() -> str:
    """The list of the layouts, in Markdown."""
    rows = [
        [f"[{layout.tracciato}]({layout.tracciato}.md)", layout.titolo, layout.descrizione.split(". ")[0] + "."]
        for layout in tracciati().values()
    ]
    sections = [
        "# Tracciati",
        "Che cosa mandare, e come. Ogni tracciato è dichiarato una volta sola in `ingest/flussi/tracciati/`: da lì "
        "vengono queste pagine, i modelli da compilare e i controlli.",
        _table(["tracciato", "titolo", "che cosa contiene"], rows),
        "`ambito tracciato NOME` mostra la pagina; con `--modello FILE.xlsx` scrive il modello vuoto da compilare.",
    ]
    return "\n\n".join(sections) + "\n"


def _fields(layout: Tracciato) -> str:
    rows = [
        [f"`{field.nome}`", _needed(field), how_to_write(field), _values(field), field.descrizione, field.esempio]
        for field in layout.campi
    ]
    table = _table(
        ["colonna", "obbligatoria", "come si scrive", "valori ammessi", "che cosa contiene", "esempio"], rows
    )
    key = ", ".join(f"`{name}`" for name in layout.chiave)
    return f"## Colonne\n\n{table}\n\nDue righe non possono avere uguali tutte le colonne della chiave: {key}."


def _needed(field: Campo) -> str:
    return "sì, chiave" if field.chiave else "sì" if field.obbligatorio else "no"


def _values(field: Campo) -> str:
    words = []
    if field.valori is not None:
        words.append("; ".join(field.valori))
    if field.dominio is not None:
        words.append(_DOMAINS[field.dominio])
    if field.minimo is not None and field.massimo is not None:
        words.append(f"da {_number(field.minimo)} a {_number(field.massimo)}")
    elif field.minimo is not None:
        words.append(f"almeno {_number(field.minimo)}")
    elif field.massimo is not None:
        words.append(f"al più {_number(field.massimo)}")
    if field.unita is not None:
        words.append(f"in {field.unita}")
    return ", ".join(words)


def _number(value: float) -> str:
    return f"{value:.10g}".replace(".", ",")


def _headers(layout: Tracciato) -> str:
    others = [[f"`{field.nome}`", ", ".join(field.sinonimi)] for field in layout.campi if field.sinonimi]
    values = [
        [f"`{field.nome}`", value, ", ".join(also)]
        for field in layout.campi
        for value, also in (field.valori or {}).items()
        if also
    ]
    text = (
        "## Altri nomi accettati\n\n"
        "L'ordine delle colonne è libero. Maiuscole, accenti, spazi e trattini bassi non contano. Una colonna che non "
        "è del tracciato ferma il file.\n\n" + _table(["colonna", "anche"], others)
    )
    if values:
        text += "\n\nAltri modi accettati di scrivere un valore:\n\n" + _table(["colonna", "valore", "anche"], values)
    return text


def _rules(layout: Tracciato) -> str:
    lines = [
        "- Le colonne obbligatorie non sono vuote, e ogni valore ha la forma scritta sopra (*errore*).",
        "- La chiave non si ripete (*errore*).",
    ]
    # the message is what the sender reads when a row fails: the same words, with the columns in place of the values
    lines += [f"- `{rule.colonna}` (*{rule.gravita}*): {_words(rule.messaggio)}." for rule in layout.regole]
    return (
        "## Controlli\n\nUn *errore* mette la riga in quarantena; un *avviso* la carica e lo dice. "
        "Tra parentesi quadre stanno i valori trovati.\n\n" + "\n".join(lines)
    )


def _words(message: str) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: f"[{found[1].replace('_', ' ')}]", message)


def _thresholds(layout: Tracciato) -> str:
    return (
        "## Esito\n\n"
        "- **accettato**: tutte le righe sono caricate.\n"
        "- **accettato con scarti**: le righe con errori restano in quarantena, le altre sono caricate.\n"
        f"- **respinto**: ha errori più del {layout.soglia_respinto_pct}% delle righe, e non se ne carica nessuna; "
        "restano validi i dati di prima.\n\n"
        "A ogni file risponde un XLSX: che cosa correggere per primo, quante righe per ogni controllo, e ogni cella "
        "con il suo indirizzo."
    )


def _persons(layout: Tracciato) -> str:
    text = (
        "## Che cosa non mandare mai\n\n"
        "Nomi, cognomi, codici fiscali, date di nascita, indirizzi, telefoni, e-mail, IBAN: un file con una colonna "
        "così è respinto per intero, e un codice fiscale trovato in un'altra colonna è tolto e segnalato."
    )
    if layout.persone:
        codes = "; ".join(
            f"`{field.nome}` ({_PERSONS[field.persona]})" for field in layout.campi if field.persona is not None
        )
        text += (
            f"\n\nI codici diventano chiavi cifrate prima di ogni scrittura, e non si può tornare indietro: {codes}. "
            "Lo stesso codice dà sempre la stessa chiave: chi è lo stesso abbia lo stesso codice in tutti i file."
        )
    else:
        text += "\n\nQuesto tracciato non ha codici di persone."
    return text


def _formats(layout: Tracciato) -> str:
    header = ";".join(field.nome for field in layout.campi)
    sample = ";".join(field.esempio for field in layout.campi)
    return (
        "## Formati\n\n"
        "- CSV con `;`, `,`, tabulazione o `|`, in UTF-8 o nella codifica di Windows (cp1252). I valori che contengono "
        "il separatore stanno tra virgolette.\n"
        "- XLSX, XLS, ODS: l'intestazione può stare sotto qualche riga di titolo (entro la trentesima); celle unite, "
        "righe vuote e righe di totale al piede vanno bene. I fogli con la stessa intestazione si leggono tutti.\n"
        "- Parquet.\n\n"
        "Numeri con la virgola decimale (o numeri veri nei fogli), date `gg/mm/aaaa` (o date vere).\n\n"
        f"```text\n{header}\n{sample}\n```"
    )


def _corrections(layout: Tracciato) -> str:
    if layout.istantanea is not None:
        which = "dello stesso ente e servizio: vale l'estrazione con la data più recente"
    elif layout.periodo is None:
        which = "dello stesso ente: va mandato sempre completo"
    elif not layout.ha_ente:
        which = "degli stessi Comuni alla stessa data"
    else:
        which = "dello stesso ente e periodo: va mandato sempre completo"
    return (
        "## Correggere\n\n"
        f"Il file corretto si manda intero. Sostituisce i dati {which}. I dati di prima restano nella storia. "
        "Lo stesso file mandato due volte non cambia nulla."
    )


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *(line(row) for row in rows)])
