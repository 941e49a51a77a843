"""The empty template of a layout: an XLSX to fill in, that is recognised when it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from ingest.flussi.tracciato import Campo, Tracciato
from ingest.flussi.values import how_to_write

INSTRUCTIONS = "Istruzioni"
_DATA = "Dati"
_ROWS = 10_000  # rows that are ready to be filled in
# An Excel list holds at most 255 characters, and a person reads about twenty values.
_LIST_CHARACTERS = 255
# Excel turns these into something else when they are typed: 019035 loses its zero, 2024-01 becomes a date.
_AS_TEXT = {"codice", "codice_istat", "mese", "anno", "elenco", "testo"}


def accepted_values(field: Campo, domains: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """The values a field accepts, when they are a list that is known here."""
    if field.valori is not None:
        return list(field.valori)
    if field.tipo == "elenco" and field.dominio is not None and domains is not None:
        return list(domains.get(field.dominio, ()))
    return []


def write_template(layout: Tracciato, path: Path, domains: Mapping[str, Sequence[str]] | None = None) -> None:
    """Write the empty template of a layout.

    Args:
        layout: The layout.
        path: Where to write it.
        domains: Values of the reference data, by domain: they become lists to choose from.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": f"Modello: {layout.titolo}", "author": "Ambito"})
        required = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        optional = book.add_format({"bold": True, "italic": True, "bg_color": "#F2F2F2", "border": 1})
        as_text = book.add_format({"num_format": 49})  # "@", by the number that every spreadsheet knows
        sheet = book.add_worksheet(_DATA)
        for column, field in enumerate(layout.campi):
            values = accepted_values(field, domains)
            width = max(len(field.nome) + 2, len(field.esempio) + 2, 12)
            sheet.set_column(column, column, width, as_text if field.tipo in _AS_TEXT else None)
            sheet.write_string(0, column, field.nome, required if field.richiesto else optional)
            note = f"{field.descrizione}\n{how_to_write(field).capitalize()}. Esempio: {field.esempio}"
            sheet.write_comment(0, column, note, {"x_scale": 2, "y_scale": 1.5})
            if values and len(",".join(values)) <= _LIST_CHARACTERS and not any("," in value for value in values):
                sheet.data_validation(
                    1,
                    column,
                    _ROWS,
                    column,
                    {
                        "validate": "list",
                        "source": values,
                        "error_type": "warning",
                        "error_title": "Valore non previsto",
                        "error_message": f"Scegliere un valore dall'elenco di {field.nome}",
                    },
                )
        sheet.freeze_panes(1, 0)
        _instructions(book, layout, domains)


def _instructions(book: xlsxwriter.Workbook, layout: Tracciato, domains: Mapping[str, Sequence[str]] | None) -> None:
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.write_string(0, 0, layout.titolo, title)
    lines = [
        layout.descrizione,
        f"Scrivere i dati nel foglio «{_DATA}», una riga per volta, senza cambiare i nomi delle colonne. L'ordine "
        "delle colonne è libero; le colonne facoltative (in corsivo) si possono togliere.",
        "Non mandare mai nomi, codici fiscali o recapiti di persone: solo codici.",
    ]
    for row, text in enumerate(lines, start=1):
        sheet.merge_range(row, 0, row, 5, "", plain)
        sheet.write_string(row, 0, text, plain)
        sheet.set_row(row, 48)
    titles = [
        ("Colonna", 24),
        ("Obbligatoria", 14),
        ("Che cosa contiene", 50),
        ("Come si scrive", 36),
        ("Valori ammessi", 50),
        ("Esempio", 22),
    ]
    for column, (text, width) in enumerate(titles):
        sheet.set_column(column, column, width)
        sheet.write_string(5, column, text, head)
    for row, field in enumerate(layout.campi, start=6):
        cells = [
            field.nome,
            "sì" if field.richiesto else "no",
            field.descrizione,
            how_to_write(field),
            ", ".join(accepted_values(field, domains)),
            field.esempio,
        ]
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, wrapped)
    sheet.freeze_panes(6, 0)
