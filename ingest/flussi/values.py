"""How the text of a field is read: one pattern and one SQL expression a type. A value is parsed only here."""

from __future__ import annotations

import re

from ingest.flussi.pseudonyms import REMOVED
from ingest.flussi.tracciato import Campo

_ITALIAN_NUMBER = r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?"
_DOTTED_NUMBER = r"[+-]?\d+\.\d+"
# 1.234 is one thousand two hundred and thirty-four, or one and something: Italian unless the file says otherwise.
AMBIGUOUS_NUMBER = r"[+-]?\d{1,3}\.\d{3}"
_MONTHS = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)
_DATE = r"\d{4}-\d{2}-\d{2}( 00:00(:00)?)?|\d{1,2}([/.-])\d{1,2}([/.-])\d{4}"
_PATTERNS = {
    "testo": rf"(?![\s\S]*{re.escape(REMOVED)})[\s\S]{{1,200}}",
    "elenco": r"[\s\S]{1,200}",
    # a code has a digit and no blank: a surname typed in its place is refused
    "codice": r"[A-Za-z0-9._/-]*\d[A-Za-z0-9._/-]*",
    "codice_istat": r"\d{5,6}",
    "data": _DATE,
    "mese": (
        r"\d{4}-\d{2}|\d{6}|\d{1,2}/\d{4}|\d{4}-\d{2}-01( 00:00(:00)?)?|0?1/\d{1,2}/\d{4}|"
        rf"(?i:({'|'.join(_MONTHS)}))\s+\d{{4}}"
    ),
    "anno": r"\d{4}",
    "intero": r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,0*)?",
    "decimale": rf"({_ITALIAN_NUMBER}|{_DOTTED_NUMBER})",
    "euro": rf"(€\s*)?({_ITALIAN_NUMBER}|{_DOTTED_NUMBER})(\s*€)?",
}
_HOW = {
    "testo": "un testo di al più 200 caratteri, senza codici fiscali né altri dati di persone",
    "elenco": "uno dei valori ammessi",
    "codice": "un codice (lettere e cifre senza spazi, almeno una cifra)",
    "codice_istat": "un codice ISTAT di sei cifre",
    "data": "una data che esiste, scritta gg/mm/aaaa",
    "mese": "un mese, scritto aaaa-mm",
    "anno": "un anno di quattro cifre",
    "intero": "un numero intero",
    "decimale": "un numero con al più {decimali} decimali, scritto con la virgola",
    "euro": "un importo con al più due decimali, scritto con la virgola",
}
# A text of these types may match the pattern and still be no value: the 31st of February, a third decimal.
READ_AFTER_MATCH = frozenset({"data", "mese", "intero", "decimale", "euro"})
NUMBERS = frozenset({"decimale", "euro", "intero"})
# Years before which a date is a slip of the keyboard, when the layout gives no bound of its own.
EARLIEST, LATEST = "1900-01-01", "2100-12-31"


def pattern(field: Campo) -> str:
    """The whole text of a value matches this, a regular expression of Python."""
    grouped = re.sub(r"(?<!\\)\((?!\?)", "(?:", _PATTERNS[field.tipo])  # pandas warns of groups that nobody reads
    return f"^(?:{grouped})$"


def how_to_write(field: Campo) -> str:
    """What a value must look like, in Italian, for messages and the supplier's page."""
    return _HOW[field.tipo].format(decimali=field.decimali)


def typed(field: Campo, text: str) -> str:
    """SQL expression: the value of a text (a column name or an expression), NULL where it cannot be read.

    Types ``elenco`` are not here: their values are looked up in the list of accepted ones.
    """
    if field.tipo == "testo":
        return f"nullif(trim(regexp_replace({text}, '\\s+', ' ', 'g')), '')"
    if field.tipo in ("codice", "elenco"):
        return f"nullif(trim({text}), '')"
    if field.tipo == "codice_istat":
        return f"case when regexp_full_match({text}, '\\d{{5,6}}') then lpad({text}, 6, '0') end"
    if field.tipo == "data":
        return _date(text)
    if field.tipo == "mese":
        return _month(text)
    if field.tipo == "anno":
        return f"case when regexp_full_match({text}, '\\d{{4}}') then cast({text} as integer) end"
    return _number(field, text)


def _date(text: str) -> str:
    formats = "['%Y-%m-%d', '%Y-%m-%d 00:00:00', '%Y-%m-%d 00:00', '%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']"
    read = f"cast(try_strptime({text}, {formats}) as date)"
    return f"case when {read} between date '{EARLIEST}' and date '{LATEST}' then {read} end"


def _month(text: str) -> str:
    names = ", ".join(f"'{name}'" for name in _MONTHS)
    iso = f"""
        case
            when regexp_full_match({text}, '\\d{{4}}-\\d{{2}}.*') then substr({text}, 1, 7)
            when regexp_full_match({text}, '\\d{{6}}') then substr({text}, 1, 4) || '-' || substr({text}, 5, 2)
            when regexp_full_match({text}, '\\d{{1,2}}/\\d{{4}}')
                then split_part({text}, '/', 2) || '-' || lpad(split_part({text}, '/', 1), 2, '0')
            when regexp_full_match({text}, '0?1/\\d{{1,2}}/\\d{{4}}')
                then split_part({text}, '/', 3) || '-' || lpad(split_part({text}, '/', 2), 2, '0')
            when regexp_full_match({text}, '[A-Za-z]+\\s+\\d{{4}}')
                then right({text}, 4) || '-'
                    || lpad(cast(list_position([{names}], lower(split_part({text}, ' ', 1))) as varchar), 2, '0')
        end
    """
    return f"case when regexp_full_match({iso}, '(19|20)\\d{{2}}-(0[1-9]|1[0-2])') then {iso} end"


def without_currency(text: str) -> str:
    """SQL expression: a number without €, its sign + and the blanks around them."""
    # between a number and its € Italian spreadsheets put a blank that does not break
    return f"regexp_replace({text}, '[€+\\s\\x{{A0}}\\x{{202F}}]', '', 'g')"


def _number(field: Campo, text: str) -> str:
    bare = without_currency(text)
    canonical = f"""
        case
            when regexp_full_match({bare}, '{_ITALIAN_NUMBER}') then replace(replace({bare}, '.', ''), ',', '.')
            when regexp_full_match({bare}, '{_DOTTED_NUMBER}') then {bare}
        end
    """
    decimals = 0 if field.tipo == "intero" else field.decimali
    # digits past the last one kept are refused, not rounded away; zeros at the end say nothing
    too_many = f"length(rtrim(split_part({canonical}, '.', 2), '0')) > {decimals}"
    kind = "integer" if field.tipo == "intero" else field.tipo_sql
    return f"case when {too_many} then null else try_cast(rtrim({canonical}, '.') as {kind}) end"
