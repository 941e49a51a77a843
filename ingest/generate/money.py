"""Funds, accounts and invoices that pay for what the services cost, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ingest.generate.cases import PLACEMENTS, structure_code
from ingest.generate.chance import divide, stream
from ingest.generate.ledger import Ledger
from ingest.generate.services import CONTRACTS, SERVICES

_SERVICES_AREA = "Servizi aziendali"
_SHARED_AREA = "Gestione associata servizi"


@dataclass(frozen=True)
class Line:
    """A line of expenditure of the budget, and the funds that pay for it, with their shares."""

    area: str
    servizio: str | None
    azione: str
    voce: str
    natura: str
    fonti: tuple[tuple[str, float], ...]


# Lines whose cost comes from the single rows: a service, a kind of placement, the amounts granted for a measure.
_OF_SERVICES = {
    "SAAP": (("Comuni", 0.86), ("FNPS", 0.14)),
    "SAD": (("Comuni", 0.55), ("FSR", 0.25), ("FNA", 0.2)),
    "ADM": (("Comuni", 0.7), ("FSR", 0.3)),
    "SIP": (("FNPS", 1.0),),
}
_OF_PLACEMENTS = {
    "affido": (("Comuni", 0.8), ("FSR", 0.2)),
    "comunità": (("Comuni", 0.75), ("Fondi ATS", 0.25)),
    "mamma con bambino": (("Comuni", 1.0),),
    "centro diurno": (("FSR", 1.0),),
    "cdd": (("Comuni", 0.6), ("Fondi ATS", 0.4)),
    "incontri protetti": (("FNPS", 1.0),),
    "extra retta": (("Comuni", 1.0),),
}
_DISTRICT = "Misure distrettuali e regionali"
_OF_MEASURES = {
    "B2": (_DISTRICT, "FNA", "FNA"),
    "B1": (_DISTRICT, "FNA", "FNA Misura B1"),
    "Dopo di Noi": (_DISTRICT, "Dopo di Noi", "Dopo di Noi"),
    "Pro.Vi": (_DISTRICT, "Pro.Vi", "Pro.Vi"),
    "Bonus assistenti familiari": (_DISTRICT, "Sportello badanti", "Sportello badanti"),
    "Autismo": ("Progettazione", "Progetto Autismo", "Progetto Autismo"),
    "ISD": (_SHARED_AREA, "Gestione Fondi Distrettuali", "FSOL"),
    "PIS": (_SERVICES_AREA, "Piano Povertà", "Altri fondi progettuali"),
}
# Lines of a fixed size: the funds that pay for it in equal parts, and its cost in the first year in euro.
_FIXED: tuple[tuple[str, str | None, str, str, str, tuple[str, ...], int], ...] = (
    (_SERVICES_AREA, "TM", "Servizio Tutela Minori", "Operatori", "personale", ("Comuni", "L. 178/2020"), 212_000),
    (_SERVICES_AREA, "TM", "Servizio Affidi", "Educatori", "personale", ("FNPS",), 38_500),
    (_SERVICES_AREA, "SIL", "Servizio Inserimento Lavorativo", "Educatori", "personale", ("Comuni", "FSR"), 74_000),
    (_SERVICES_AREA, "SSD", "Servizio Sociale Distrettuale", "Operatori", "personale", ("FNPS", "PUA"), 96_000),
    (_SERVICES_AREA, "SST", "Piano Povertà", "Assistenti sociali", "personale", ("L. 178/2020",), 118_000),
    ("Progettazione", None, "Progetto PIPPI PNRR", "Professionisti", "servizi", ("PIPPI",), 52_000),
    ("Progettazione", None, "Progetto GAP", "Professionisti", "servizi", ("GAP",), 19_500),
    ("Progettazione", None, "Progetti area lavoro", "Professionisti", "servizi", ("Attentamente",), 15_000),
    ("Ufficio di Piano", None, "Programmazione del sistema", "Coordinamento", "personale", ("FNPS", "Comuni"), 58_000),
    (_SHARED_AREA, None, "Gestione del sistema", "Spese generali", "gestione", ("Comuni",), 41_000),
)  # fmt: skip

_CONSTRAINTS = {
    "Comuni": "libero",
    "FSOL": "libero",
    "PIPPI": "finalizzato",
    "GAP": "finalizzato",
    "Progetto Autismo": "finalizzato",
    "Attentamente": "finalizzato",
}


# Funds that pay for their own year alone; the others first use up what is left of the year before.
_OWN_YEAR = frozenset({"PIPPI", "GAP", "Progetto Autismo", "Dopo di Noi", "Pro.Vi", "PUA", "Attentamente"})
_QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 20))
# A family sends no invoice.
_NEVER_BILLED = "affido"
_RETTE = "Rette: "


def constraint(fund: str) -> str:
    """What a fund may be used for: a whole area of services, unless it says otherwise."""
    return _CONSTRAINTS.get(fund, "vincolato")


def _deadline(movement: Movement) -> date:
    return date(movement.annualita + (1 if movement.fondo in _OWN_YEAR else 2), 12, 31)


def expenditure(ledger: Ledger, year: int) -> list[tuple[Line, str, int]]:
    """Every line of the outcome of a year with one of its funds and the cents it pays."""
    costs: list[tuple[Line, int]] = []
    for service in SERVICES:
        line = Line(_SHARED_AREA, service, "Gestione servizi accreditati", service, "servizi", _OF_SERVICES[service])
        costs.append((line, ledger.service_cost(year, service)))
    for kind in PLACEMENTS:
        action = "Gestione Rete Disabilità" if kind == "cdd" else "Gestione rette TM"
        line = Line(
            _SHARED_AREA,
            "TM" if action.endswith("TM") else None,
            action,
            f"{_RETTE}{kind}",
            "servizi",
            _OF_PLACEMENTS[kind],
        )
        costs.append((line, ledger.rette_cost(year, kind)))
    for measure, (area, action, fund) in _OF_MEASURES.items():
        line = Line(area, None, action, f"Contributi {measure}", "trasferimenti", ((fund, 1.0),))
        costs.append((line, ledger.misure.get((year, measure), 0)))
    for area, of_service, action, item, nature, funds, euro in _FIXED:
        line = Line(area, of_service, action, item, nature, tuple((fund, 1.0) for fund in funds))
        costs.append((line, euro * (100 + 3 * (year - ledger.anni.start))))
    return [
        (line, fund, cents)
        for line, total in costs
        for (fund, _), cents in zip(line.fonti, divide(total, [share for _, share in line.fonti]), strict=True)
        if cents > 0
    ]


def is_billed(line: Line) -> bool:
    """Whether somebody sends an invoice for a line: a provider for its hours, a structure for its daily rates."""
    return line.voce in SERVICES or (line.voce.startswith(_RETTE) and line.voce != f"{_RETTE}{_NEVER_BILLED}")


@dataclass(frozen=True)
class Movement:
    """One movement of a fund."""

    giorno: date
    tipo: str
    fondo: str
    annualita: int
    centesimi: int
    atto: str
    linea: Line | None = None


class Accounts:
    """The movements of the funds, and the accounts that tie with them."""

    def __init__(self, ledger: Ledger, seme: int, ente: str) -> None:
        """Decide the movements of all the years: what is left of one is spent in the next."""
        self._ledger = ledger
        self._seme = seme
        self._ente = ente
        self.movements = sorted(self._decide(), key=lambda each: each.giorno)

    def _decide(self) -> list[Movement]:
        found: list[Movement] = []
        left: dict[str, list[list[int]]] = {}  # fund -> [annualità, cents], oldest first
        last = self._ledger.anni[-1]
        for year in self._ledger.anni:
            spent = expenditure(self._ledger, year)
            funds = list(dict.fromkeys(fund for _, fund, _ in spent))
            for place, fund in enumerate(funds):
                chance = stream(self._seme, "fondi", fund, year)
                needed = sum(cents for _, other, cents in spent if other == fund)
                carried = fund not in _OWN_YEAR
                before = sum(cents for _, cents in left.get(fund, [])) if carried else 0
                # rounded up to a hundred euro, so that what is assigned always covers what is spent
                assigned = -(-round((needed - before) * (1 + chance.uniform(0.02, 0.09))) // 10_000) * 10_000
                assigned = max(assigned, 100_000)
                act = f"Atto dimostrativo n. {100 * (year % 100) + place + 1}/{year}"
                begin = date(year, 1 if fund == "Comuni" else int(chance.integers(2, 4)), int(chance.integers(5, 26)))
                found.append(Movement(begin, "assegnazione", fund, year, assigned, act))
                spare = before + assigned - needed
                withdrawn = 0
                if spare > 200_000 and chance.random() < 0.2:  # part of it is taken back
                    withdrawn = min(spare // 3, assigned // 4) // 10_000 * 10_000
                    if withdrawn:
                        found.append(
                            Movement(date(year, 10, 14), "storno", fund, year, withdrawn, f"{act} (rettifica)")
                        )
                left.setdefault(fund, []).append([year, assigned - withdrawn])
                found += self._cashed(fund, year, assigned - withdrawn, begin, last)
            found += self._spent(year, spent, left)
            found += self._saved(year, left)
        return found

    def _cashed(self, fund: str, year: int, due: int, begin: date, last: int) -> list[Movement]:
        if fund == "Comuni":
            parts = [(date(year, month, day), 1.0) for month, day in _QUARTERS]
        else:
            parts = [(begin + timedelta(days=60), 0.75), (date(year + 1, 4, 18), 0.25)]
        amounts = divide(due, [weight for _, weight in parts])
        return [
            Movement(day, "incasso", fund, year, cents, f"Reversale {day:%d/%m/%Y}")
            for (day, _), cents in zip(parts, amounts, strict=True)
            if day.year <= last and cents > 0
        ]

    def _spent(self, year: int, spent: list[tuple[Line, str, int]], left: dict[str, list[list[int]]]) -> list[Movement]:
        """Spend each quarter of each line from the oldest annualità that has money."""
        found = []
        for quarter, (month, day) in enumerate(_QUARTERS):
            for line, fund, total in spent:
                due = divide(total, [1.0] * len(_QUARTERS))[quarter]
                for vintage in left[fund][-1:] if fund in _OWN_YEAR else left[fund]:
                    taken = min(due, vintage[1])
                    if taken > 0:
                        vintage[1] -= taken
                        due -= taken
                        act = f"Mandati del trimestre {quarter + 1}/{year}"
                        found.append(Movement(date(year, month, day), "spesa", fund, vintage[0], taken, act, line))
                assert due <= 0, f"{fund} {year}: assigned less than spent"
        return found

    def _saved(self, year: int, left: dict[str, list[list[int]]]) -> list[Movement]:
        """What is left of the year before, of a fund for one purpose, is given back."""
        found = []
        for fund, vintages in left.items():
            for vintage in vintages:
                if vintage[0] == year - 1 and vintage[1] > 0 and constraint(fund) == "finalizzato":
                    act = f"Economie dell'annualità {vintage[0]}"
                    found.append(Movement(date(year, 12, 29), "economia", fund, vintage[0], vintage[1], act))
                    vintage[1] = 0
        return found

    def movement_frame(self, year: int) -> pl.DataFrame:
        """The layout ``movimenti_fondi``: a calendar year."""
        rows = [each for each in self.movements if each.giorno.year == year]
        return pl.DataFrame(
            {
                "ente": [self._ente] * len(rows),
                "id_movimento": [f"M{year}-{number:05d}" for number in range(1, len(rows) + 1)],
                "fondo": [each.fondo for each in rows],
                "annualita": [each.annualita for each in rows],
                "atto": [each.atto for each in rows],
                "data": pl.Series([each.giorno for each in rows], dtype=pl.Date),
                "tipo": [each.tipo for each in rows],
                "area": pl.Series([each.linea and each.linea.area for each in rows], dtype=pl.String),
                "azione": pl.Series([each.linea and each.linea.azione for each in rows], dtype=pl.String),
                "voce": pl.Series([each.linea and each.linea.voce for each in rows], dtype=pl.String),
                "importo": [each.centesimi for each in rows],
                "vincolo": [constraint(each.fondo) for each in rows],
                "scadenza": pl.Series([_deadline(each) for each in rows], dtype=pl.Date),
            }
        )

    def account_frame(self, year: int, phases: tuple[str, ...]) -> pl.DataFrame:
        """The layout ``contabilita``: the outcome is what the movements of the year say; the budget was a guess of it.

        Income of a fund is what it assigned in the year, less what was taken back or given back.
        """
        of_year = [each for each in self.movements if each.giorno.year == year]
        signs = {"assegnazione": 1, "storno": -1, "economia": -1}
        income: dict[str, int] = {}
        for each in of_year:
            if each.tipo in signs:
                income[each.fondo] = income.get(each.fondo, 0) + signs[each.tipo] * each.centesimi
        spent = expenditure(self._ledger, year)
        where = {fund: line for line, fund, _ in reversed(spent)}
        lines: list[tuple[Line, str, str, int]] = [
            (where[fund], f"Entrate {fund}", "entrata", cents) for fund, cents in income.items() if fund in where
        ]
        # given back by a fund that pays for nothing any more
        lines += [
            (
                Line(_SHARED_AREA, None, "Gestione Fondi Distrettuali", "", "entrata", ()),
                f"Entrate {fund}",
                "entrata",
                cents,
            )
            for fund, cents in income.items()
            if fund not in where
        ]
        funds = [
            *[f for f in income if f in where],
            *[f for f in income if f not in where],
            *[fund for _, fund, _ in spent],
        ]
        lines += [(line, line.voce, line.natura, cents) for line, _, cents in spent]
        rows = []
        for phase in phases:
            day = {
                "preventivo": date(year - 1, 12, 18),
                "assestato": date(year, 7, 24),
                "consuntivo": date(year, 12, 31),
            }[phase]
            spread = {"preventivo": 0.07, "assestato": 0.025, "consuntivo": 0.0}[phase]
            chance = stream(self._seme, "contabilità", phase, year)
            for (line, item, nature, cents), fund in zip(lines, funds, strict=True):
                amount = (
                    cents if not spread else round(cents * chance.uniform(1 - spread, 1 + spread) / 10_000) * 10_000
                )
                rows.append((day, phase, line.area, line.servizio, line.azione, item, nature, fund, amount))
        days, phase_names, areas, services, actions, items, natures, sources, amounts = zip(*rows, strict=True)
        return pl.DataFrame(
            {
                "ente": [self._ente] * len(rows),
                "id_riga": [f"C{year}-{number:04d}" for number in range(1, len(rows) + 1)],
                "esercizio": [year] * len(rows),
                "data": pl.Series(days, dtype=pl.Date),
                "fase": phase_names,
                "area": areas,
                "servizio": pl.Series(services, dtype=pl.String),
                "azione": actions,
                "voce": items,
                "natura": natures,
                "fonte": sources,
                "importo": amounts,
            }
        )


@dataclass(frozen=True)
class Bill:
    """An invoice, or a credit note, of a month of services.

    Attributes:
        numero: Its number.
        fornitore: Code of who bills.
        competenza: Year of the month billed.
        emessa: Day of issue.
        ricevuta: Day on which it comes.
        scade: Day by which to pay it.
        centesimi: Its amount; negative for a credit note.
        pagata: Day of the payment.
        pagati: Cents paid on that day.
        sospesi: Days of suspension.
    """

    numero: int
    fornitore: str
    competenza: int
    emessa: date
    ricevuta: date
    scade: date
    centesimi: int
    pagata: date
    pagati: int
    sospesi: int


def bills(ledger: Ledger, seme: int) -> list[Bill]:
    """Everything that providers and structures bill, with the day on which it is paid, be it to come.

    A provider bills each month what it delivered, a structure its daily rates, both in the month that follows.
    """
    suppliers = {
        provider: f"DEMO-FORN-{at:02d}" for at, provider in enumerate(dict.fromkeys(p for _, p in CONTRACTS), 1)
    }
    billed: list[tuple[int, str, int]] = []  # month billed, supplier, cents
    for month in range(len(ledger.contratti)):
        for at, (_, provider) in enumerate(CONTRACTS):
            billed.append((month, suppliers[provider], int(ledger.contratti[month, at])))
        for kind, name in enumerate(PLACEMENTS):
            if name != _NEVER_BILLED:
                for structure in range(ledger.rette.shape[2]):
                    code = f"DEMO-FORN-{structure_code(kind, structure)}"
                    billed.append(
                        (
                            month,
                            code.encode("ascii", "replace").decode().replace("?", "X"),
                            int(ledger.rette[month, kind, structure]),
                        )
                    )
    found = []
    for number, (month, supplier, cents) in enumerate(billed):
        if cents <= 0:
            continue
        chance = stream(seme, "fatture", number)
        year, following = ledger.anni.start + month // 12, month + 1
        issued = date(ledger.anni.start + following // 12, following % 12 + 1, int(chance.integers(2, 13)))
        received = issued + timedelta(days=int(chance.integers(0, 4)))
        late = chance.random() < 0.16
        paid = received + timedelta(days=int(chance.integers(31, 75) if late else chance.integers(13, 34)))
        suspended = int(chance.integers(10, 40)) if chance.random() < 0.03 else 0
        amount = cents // 2 if chance.random() < 0.02 else cents
        due = received + timedelta(days=30)
        found.append(Bill(number, supplier, year, issued, received, due, cents, paid, amount, suspended))
        if chance.random() < 0.02:  # a credit note for hours contested
            day = issued + timedelta(days=20)
            back = -max(cents // 50, 1)
            found.append(Bill(number + 500_000, supplier, year, day, day, day, back, day, back, 0))
    return found


def invoice_frame(ledger: Ledger, seme: int, ente: str, year: int, on: date) -> pl.DataFrame:
    """The layout ``fatture``: those received in a year, with the payments made by a day."""
    rows = [
        (
            each.numero,
            each.fornitore,
            each.emessa,
            each.ricevuta,
            each.scade,
            each.centesimi,
            each.pagata if each.pagata <= on else None,
            each.pagati if each.pagata <= on else None,
            each.sospesi,
        )
        for each in bills(ledger, seme)
        if each.ricevuta.year == year
    ]
    numbers, codes, issue, receipt, deadline, amounts, payment, paid_amounts, suspensions = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "id_fattura": [f"SDI{number:07d}" for number in numbers],
            "fornitore": codes,
            "data_emissione": pl.Series(issue, dtype=pl.Date),
            "data_ricezione": pl.Series(receipt, dtype=pl.Date),
            "data_scadenza": pl.Series(deadline, dtype=pl.Date),
            "importo": amounts,
            "data_pagamento": pl.Series(payment, dtype=pl.Date),
            "importo_pagato": pl.Series(paid_amounts, dtype=pl.Int64),
            "giorni_sospensione": suspensions,
        }
    )
