"""The reviewer's report: every check of the printed figures, by document, what does not add up first.

It reads the published marts and nothing else, so the same version always gives the same text (``docs/quadrature.md``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from warehouse.sql import sandbox
from warehouse.tables import italian, ranges
from warehouse.versions import Version

_OUTCOMES = ("quadra", "arrotondamento", "spiegata", "da_spiegare")
_ACROSS = "Tra documenti"
_LIMITS = {
    "almeno": "dev'essere almeno",
    "al_piu": "dev'essere al più",
    "piu_di": "dev'essere più di",
    "meno_di": "dev'essere meno di",
}

_CHECKS = """
select
    quadrature.documento, quadrature.linea, quadrature.esito, quadrature.descrizione, quadrature.confronto,
    celle.testo, quadrature.stampato, quadrature.ricalcolato, quadrature.scarto, quadrature.tolleranza,
    quadrature.divisore, quadrature.divisore_implicito, divisori.simbolo, unita.simbolo,
    quadrature.spiegazione, prospetti.titolo, celle.voce, celle.colonna_stampata, quadrature.quadratura_id,
    quadrature.tipo
from marts.quadrature
inner join marts.celle on quadrature.cella_id = celle.cella_id
inner join marts.dim_unita as unita on quadrature.unita = unita.unita
left join marts.dim_unita as divisori on quadrature.unita_divisore = divisori.unita
inner join marts.dim_prospetti as prospetti
    on quadrature.documento = prospetti.documento and quadrature.tabella = prospetti.tabella
order by quadrature.documento, quadrature.linea, quadrature.quadratura_id
"""

_DOCUMENTS = """
select distinct prospetti.documento, prospetti.documento_titolo, enti.nome, prospetti.file_fonte
from marts.dim_prospetti as prospetti
inner join marts.dim_enti as enti on prospetti.ente_id = enti.ente_id
order by prospetti.documento
"""

_REPAIRS = """
select documento, linea, testo_atteso, valore, prova
from marts.rettifiche_applicate
order by documento, linea, colonna
"""


@dataclass(frozen=True)
class _Check:
    documento: str
    linea: int
    esito: str
    descrizione: str
    confronto: str
    testo: str
    stampato: Decimal | None
    ricalcolato: Decimal | None
    scarto: Decimal | None
    tolleranza: Decimal
    divisore: Decimal | None
    divisore_implicito: Decimal | None
    simbolo_divisore: str | None
    simbolo: str
    spiegazione: str | None
    titolo: str
    voce: str
    colonna_stampata: str | None
    quadratura_id: str
    tipo: str

    @property
    def is_across(self) -> bool:
        """Whether it compares figures of two documents."""
        return any(where.split(":")[0] != self.documento for where in self.confronto.split())


def report(version: Version) -> str:
    """The report of a published version, in Markdown and in Italian.

    Args:
        version: The version.
    """
    with sandbox(version) as con:
        checks = [_Check(*row) for row in con.execute(_CHECKS).fetchall()]
        documents = con.execute(_DOCUMENTS).fetchall()
        repairs = con.execute(_REPAIRS).fetchall()
    sections = {
        f"Documento {number}": (
            f"{title} ({ente}, `{file}`).",
            [check for check in checks if check.documento == number and not check.is_across],
            [repair for repair in repairs if repair[0] == number],
        )
        for number, title, ente, file in documents
    }
    sections[_ACROSS] = (
        "Le cifre di un documento che un altro stampa o da cui si ricalcolano.",
        [check for check in checks if check.is_across],
        [],
    )
    lines = [
        "# Quadrature",
        "",
        "Ogni cifra stampata che si può ricalcolare, ricalcolata: che cosa non torna e che cosa chiedere, che cosa è "
        "spiegato e con quale prova, che cosa è arrotondamento, che cosa torna. Le righe sono quelle del testo del "
        "documento, contate da 1. Lo scarto è la cifra stampata meno quella ricalcolata, o meno il limite che non può "
        "passare. Questa pagina si scrive con `ambito quadrature` dal mart `marts.quadrature` e non si corregge a "
        "mano.",
        "",
        *_table(
            ("", "controlli", *(outcome.replace("_", " ") for outcome in _OUTCOMES)),
            [
                *((name, *_counts(found)) for name, (_, found, _) in sections.items()),
                ("**In tutto**", *_counts(checks)),
            ],
        ),
    ]
    for name, (about, found, repaired) in sections.items():
        lines += ["", f"## {name}", "", about]
        lines += _section(found, repaired)
    return "\n".join(lines) + "\n"


def _counts(checks: Sequence[_Check]) -> list[int]:
    outcomes = Counter(check.esito for check in checks)
    return [len(checks), *(outcomes[name] for name in _OUTCOMES)]


def _section(checks: Sequence[_Check], repairs: Sequence[tuple[object, ...]]) -> list[str]:
    by_outcome = {name: [check for check in checks if check.esito == name] for name in _OUTCOMES}
    lines: list[str] = []
    if not checks:
        lines += ["", "Nessuna cifra si ricalcola da altre."]
    for outcome, title in (("da_spiegare", "Da spiegare"), ("spiegata", "Spiegate")):
        if by_outcome[outcome]:
            lines += ["", f"### {title} ({len(by_outcome[outcome])})", "", *map(_difference, by_outcome[outcome])]
    if by_outcome["arrotondamento"]:
        lines += ["", f"### Arrotondamenti ({len(by_outcome['arrotondamento'])})", ""]
        lines += _table(
            ("riga", "che cosa", "stampato", "ricalcolato", "scarto", "tolleranza", "dalle righe"),
            [
                (
                    check.linea,
                    _plain(check.descrizione),
                    _printed(check.testo),
                    _number(check.ricalcolato),
                    _signed(check.scarto),
                    _number(check.tolleranza),
                    _where(check),
                )
                for check in by_outcome["arrotondamento"]
            ],
        )
    if by_outcome["quadra"]:
        lines += ["", f"### Tornano ({len(by_outcome['quadra'])})", ""]
        held: dict[tuple[str, str], list[_Check]] = {}
        for check in by_outcome["quadra"]:
            held.setdefault((check.documento, check.titolo), []).append(check)
        rows = sorted((number, found[0].linea, title, found) for (number, title), found in held.items())
        lines += _table(
            ("tabella", "controlli", "righe"),
            [
                (
                    _plain(f"{number}, {title}" if found[0].is_across else title),
                    len(found),
                    ranges(check.linea for check in found),
                )
                for number, _, title, found in rows
            ],
        )
    if repairs:
        lines += ["", f"### Celle stampate male, con il valore dimostrato ({len(repairs)})", ""]
        lines += _table(
            ("riga", "stampato", "valore", "prova"),
            [
                (line, _printed(str(text)), _number(value), _plain(str(proof)))
                for _, line, text, value, proof in repairs
            ],
        )
    return lines


def _difference(check: _Check) -> str:
    place = " · ".join(part for part in (check.titolo, check.voce, check.colonna_stampata) if part)
    words = [
        f"- **Riga {check.linea}** ({_plain(place)}). {_plain(check.descrizione)}. Stampato {_printed(check.testo)}, "
        f"{_LIMITS.get(check.tipo, 'ricalcolato')} {_with_unit(check.ricalcolato, check.simbolo)} ({_rows(check)}), "
        f"scarto {_with_unit(check.scarto, check.simbolo, signed=True)}."
    ]
    if check.divisore_implicito is not None and check.simbolo_divisore is not None:
        words.append(
            f"Diviso per {_with_unit(check.divisore, check.simbolo_divisore)}: la cifra stampata presuppone "
            f"{_with_unit(check.divisore_implicito, check.simbolo_divisore)}."
        )
    told = check.spiegazione or "Nessuno l'ha ancora guardata."
    return " ".join(words) + f" \\\n  {_plain(told)} `{check.quadratura_id}`"


def _rows(check: _Check) -> str:
    where = _where(check)
    return f"dalla riga {where}" if where.isdigit() else f"dalle righe {where}"


def _where(check: _Check) -> str:
    """The other lines of a check: ``1153-1157``; with the document where it is another one."""
    lines: dict[str, list[int]] = {}
    for place in check.confronto.split():
        number, _, line = place.partition(":")
        lines.setdefault(number, []).append(int(line))
    own = [ranges(lines.pop(check.documento))] if check.documento in lines else []
    others = [f"{ranges(found)} del documento {number}" for number, found in sorted(lines.items())]
    return " e ".join([*own, *others])


def _number(value: object) -> str:
    """An exact number, without the zeros at its end beyond the cents."""
    if not isinstance(value, Decimal):
        return "n.d."
    digits = -int(value.normalize().as_tuple().exponent)
    places = 0 if digits <= 0 else max(2, digits)
    return italian(value.quantize(Decimal(1).scaleb(-places))).replace("-", "−")


def _signed(value: Decimal | None) -> str:
    return ("+" if value is not None and value > 0 else "") + _number(value)


def _with_unit(value: Decimal | None, unit: str, *, signed: bool = False) -> str:
    number = _signed(value) if signed else _number(value)
    if unit == "%":
        return f"{number}%"
    # a pure number has no unit to say
    return number if unit in ("indice", "n.") else f"{number} {unit.rstrip('.')}"


def _printed(text: str) -> str:
    """The text as printed, which Markdown must not read."""
    return f"`{text}`"


def _plain(text: str) -> str:
    """Words in which Markdown finds no sign of its own."""
    return text.translate({ord(sign): f"\\{sign}" for sign in "\\`*_<[]"})


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    return [line(header), "|" + "---|" * len(header), *map(line, rows)]
