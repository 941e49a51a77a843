"""What is still to cash and to pay at the end of a year, and the money in the bank day by day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from ingest.generate.chance import divide
from ingest.generate.ledger import Ledger
from ingest.generate.money import Accounts, Bill, expenditure, is_billed

# The account that everything goes through, and one where some money is put aside each month for the end of service.
_MAIN, _ASIDE = "C1", "C2"
_SAVED = 250_000
# Of what the first year costs: money in the bank when it begins, and how far below zero the bank lets it go.
_OPENING, _OVERDRAFT = 0.15, 0.1
_THOUSAND_EURO = 100_000
# What nobody bills (salaries, grants, families of affido) is paid on the same day of each month.
_PAYDAY = 27
_COUNTERPARTS = {"Comuni": "comuni", "FSOL": "comuni", "Altri fondi progettuali": "altri"}


def credit_debt_frame(bills: list[Bill], accounts: Accounts, ente: str, on: date) -> pl.DataFrame:
    """The layout ``crediti_debiti`` at the end of a year: what is of the year, and what was open when it began.

    A credit is what a fund assigned for a year, less what was taken back; a debt is a bill.
    """
    begin = date(on.year, 1, 1)
    rows: list[tuple[str, str, int, str, int, int | None, date | None]] = []
    for (fund, year), due in _assigned(accounts, on).items():
        cashed = [each for each in accounts.movements if _cashes(each.tipo, each.fondo, each.annualita, fund, year)]
        before = sum(each.centesimi for each in cashed if each.giorno < begin)
        if year == on.year or before < due:
            so_far = [each for each in cashed if each.giorno <= on]
            paid = sum(each.centesimi for each in so_far)
            place = list(dict.fromkeys(each.fondo for each in accounts.movements)).index(fund) + 1
            last = max((each.giorno for each in so_far), default=None)
            kind = _COUNTERPARTS.get(fund, "enti pubblici")
            rows.append(("credito", f"A{year}-{place:02d}", year, kind, due, paid or None, last))
    for each in bills:
        is_open = each.pagata >= begin or each.pagati != each.centesimi
        if each.competenza == on.year or (each.competenza < on.year and is_open):
            settled = each.pagata <= on
            rows.append(
                (
                    "debito",
                    f"SDI{each.numero:07d}",
                    each.competenza,
                    "fornitori",
                    each.centesimi,
                    each.pagati if settled else None,
                    each.pagata if settled else None,
                )
            )
    sides, documents, years, kinds, amounts, settled_amounts, days = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "data_riferimento": pl.Series([on] * len(rows), dtype=pl.Date),
            "verso": sides,
            "id_documento": documents,
            "anno_competenza": years,
            "controparte_tipo": kinds,
            "importo": amounts,
            "regolato": pl.Series(settled_amounts, dtype=pl.Int64),
            "data_regolazione": pl.Series(days, dtype=pl.Date),
        }
    )


def _assigned(accounts: Accounts, on: date) -> dict[tuple[str, int], int]:
    """Cents assigned by each fund for each year, less what was taken back, up to a day."""
    signs = {"assegnazione": 1, "storno": -1}
    found: dict[tuple[str, int], int] = {}
    for each in accounts.movements:
        if each.tipo in signs and each.giorno <= on:
            key = (each.fondo, each.annualita)
            found[key] = found.get(key, 0) + signs[each.tipo] * each.centesimi
    return found


def _cashes(tipo: str, fondo: str, annualita: int, fund: str, year: int) -> bool:
    return (tipo, fondo, annualita) == ("incasso", fund, year)


def balance_frame(ledger: Ledger, bills: list[Bill], accounts: Accounts, ente: str, year: int) -> pl.DataFrame:
    """The layout ``saldi_cassa``: each account at the end of each day of a year.

    What the funds bring in, less what is paid: the bills on the day of their payment, the rest once a month.
    """
    moves: dict[date, int] = {}
    for each in accounts.movements:
        if each.tipo == "incasso":
            moves[each.giorno] = moves.get(each.giorno, 0) + each.centesimi
    for bill in bills:
        moves[bill.pagata] = moves.get(bill.pagata, 0) - bill.pagati
    saved: dict[date, int] = {}
    for each_year in ledger.anni:
        others = sum(cents for line, _, cents in expenditure(ledger, each_year) if not is_billed(line))
        for month, part in enumerate(divide(others, [1.0] * 12), start=1):
            day = date(each_year, month, _PAYDAY)
            moves[day] = moves.get(day, 0) - part - _SAVED
            saved[day] = _SAVED
    cost = sum(cents for _, _, cents in expenditure(ledger, ledger.anni.start))
    day, balances = date(ledger.anni.start, 1, 1), {_MAIN: _thousands(cost * _OPENING), _ASIDE: 48 * _SAVED}
    overdraft = {_MAIN: _thousands(cost * _OVERDRAFT), _ASIDE: None}
    rows = []
    while day.year <= year:
        balances[_MAIN] += moves.get(day, 0)
        balances[_ASIDE] += saved.get(day, 0)
        if day.year == year:
            rows += [(account, day, cents, overdraft[account]) for account, cents in balances.items()]
        day += timedelta(days=1)
    names, days, cents_of, limits = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "conto": names,
            "data": pl.Series(days, dtype=pl.Date),
            "saldo": cents_of,
            "fido_accordato": pl.Series(limits, dtype=pl.Int64),
        }
    )


def _thousands(cents: float) -> int:
    return round(cents / _THOUSAND_EURO) * _THOUSAND_EURO
