"""Funds, projects and flows of money, recomputed from the transcriptions and from the files, apart from the SQL."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.warehouse.printed import Printed, cells, read_csv, squeezed

MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
CENT = Decimal("0.01")


def _folder(document: str) -> Path:
    (folder,) = (ROOT / "extracts" / "prospetti").glob(f"{document}_*")
    return folder


@pytest.fixture(scope="module")
def printed() -> dict[str, list[Printed]]:
    found: dict[str, list[Printed]] = defaultdict(list)
    for document in ("001", "002"):
        for cell in cells(_folder(document)):
            found[f"{document}/{cell.table}"].append(cell)
    return found


def _one(of: Iterable[Printed], line: int, column: str) -> Decimal | None:
    (cell,) = [cell for cell in of if (cell.line, cell.column) == (line, column)]
    return cell.value


def _register() -> list[dict[str, str]]:
    return [row for row in read_csv(_folder("001") / "registro_progetti.csv") if row["tipo"] == "dato"]


def _ends(text: str, *, last: bool) -> datetime.date | None:
    """First or last day of what is printed as `gen-23` or `2024`."""
    month, _, year = text.partition("-")
    if month in MONTHS:
        at = MONTHS.index(month) + 1
        whole = 2000 + int(year)
        return datetime.date(whole, at, calendar.monthrange(whole, at)[1] if last else 1)
    if text.isdigit():
        return datetime.date(int(text), 12, 31) if last else datetime.date(int(text), 1, 1)
    return None


# --- projects ---------------------------------------------------------------------------------------------------------


def test_the_register_is_whole(built: Warehouse) -> None:
    """Every project, with its words, its dates and every amount, read here by other means."""
    amounts = {
        "totale_eur": "importo_totale",
        "finanziato_eur": "importo_finanziato",
        "assegnato_ambito_eur": "assegnato_ambito",
        "assegnato_ente_eur": "assegnato_csc",
        "cofinanziamento_eur": "cofinanziamento_csc",
    }
    found = {
        row[0]: row[1:]
        for row in built.query(
            f"select numero, titolo, capofila, finanziatore, note, avvio, conclusione, {', '.join(amounts)} "
            "from marts.progetti"
        )
    }
    assert found.keys() == set(range(1, 38))
    for row in _register():
        expected = [squeezed(row[name]) or None for name in ("titolo", "capofila", "finanziatore", "note")]
        expected += [_ends(squeezed(row["avvio"]), last=False), _ends(squeezed(row["conclusione"]), last=True)]  # type: ignore[list-item]
        for column in amounts.values():
            digits = "".join(each for each in row[column] if each.isdigit())
            expected.append(Decimal(digits) / 100 if digits else None)  # type: ignore[arg-type]
        assert list(found[int(row["numero"])]) == expected, row["numero"]


def test_the_role_is_what_the_register_prints(built: Warehouse) -> None:
    """CSC leads where its name is the one that leads, and only there; two names are a thing to define."""
    for lead, role in built.query("select capofila, ruolo from marts.progetti"):
        expected = "da definire" if "/CSC" in str(lead) else "capofila" if str(lead).startswith("CSC") else "partner"
        assert role == expected, lead
    assert built.query("select list(numero order by numero) from marts.progetti where is_senza_portafoglio") == [
        ([25, 33, 34],)
    ]


def test_projects_of_every_month(built: Warehouse) -> None:
    """Month by month: which run, and which end within twelve months, with their money."""
    projects = []
    for row in _register():
        first, last = _ends(row["avvio"], last=False), _ends(row["conclusione"], last=True)
        if first and last:
            digits = "".join(each for each in row["assegnato_csc"] if each.isdigit())
            projects.append((first, last, int(row["numero"]), Decimal(digits or 0) / 100))
    expected: dict[datetime.date, tuple[set[int], Decimal]] = {}
    for year in range(2019, 2028):
        for month in range(1, 13):
            begin = datetime.date(year, month, 1)
            end = datetime.date(year, month, calendar.monthrange(year, month)[1])
            running = [each for each in projects if each[0] <= end and each[1] >= begin]
            limit = datetime.date(year + 1, month, calendar.monthrange(year + 1, month)[1])
            soon = sum((money for _, last, _, money in running if last <= limit), Decimal(0))
            if running:
                expected[begin] = ({number for _, _, number, _ in running}, soon)
    found = {
        month: ({int(number) for number in str(numbers).split()}, soon or Decimal(0))
        for month, numbers, soon in built.query(
            "select mese, string_agg(numero, ' '), sum(assegnato_ente_eur) filter (scade_entro_12_mesi) "
            "from marts.progetti_mensili group by mese"
        )
    }
    assert found == expected
    # the two without dates are in the register alone
    assert built.query(
        "select numero from marts.progetti anti join marts.progetti_mensili using (ente_id, anno_registro, numero) "
        "order by numero"
    ) == [(10,), (27,)]


# --- funds ------------------------------------------------------------------------------------------------------------


def test_use_of_the_fondo_poverta(built: Warehouse, printed: dict[str, list[Printed]]) -> None:
    """What is left of a vintage is its amount in the register less the three printed years; the share is as printed."""
    table = printed["001/fondo_poverta_qsfp"]
    register = printed["001/registro_progetti"]
    expected = {}
    for line, year, project in ((1860, 2018, None), (1861, 2019, None), (1862, 2020, 1338), (1863, 2021, 1341)):
        amount = _one(register, project, "importo_finanziato") if project else None
        spent = Decimal(0)
        for of in (2022, 2023, 2024):
            here = next((c.value for c in table if (c.line, c.column) == (line, f"spesa_{of}")), None)
            spent += here or 0
            share = (spent * 100 / amount).quantize(CENT, ROUND_HALF_UP) if amount else None
            left = amount - spent if amount else None
            expected[year, of] = (here, amount, share, left)
    found = {
        (vintage, year): tuple(rest)
        for vintage, year, *rest in built.query(
            "select annualita, anno_spesa, speso_eur, fondo_eur, speso_pct, residuo_eur "
            "from marts.fondi_utilizzo where ente_id = 'csc'"
        )
    }
    assert found == expected
    shares = built.query(
        "select speso_pct, speso_stampato_pct from marts.fondi_utilizzo where speso_pct is not null and "
        "speso_stampato_pct is not null order by annualita"
    )
    assert [(round(Decimal(str(own))), told) for own, told in shares] == [(71, Decimal(71)), (25, Decimal(25))]
    # the totals that the table prints
    for column, year in (("spesa_2022", 2022), ("spesa_2023", 2023), ("spesa_2024", 2024)):
        assert built.query(
            f"select sum(speso_eur) from marts.fondi_utilizzo where ente_id = 'csc' and anno_spesa = {year}"
        ) == [(_one(table, 1864, column),)]


def test_use_of_the_funds_agrees_with_what_is_left_of_them(built: Warehouse) -> None:
    """Of the demonstration ente: what is spent of a vintage, and what its last year leaves."""
    wrong = built.query(
        """
        select * from (
            select ente_id, fondo, annualita, sum(speso_eur) as speso, arg_max(residuo_eur, anno_spesa) as residuo,
                max(anno_spesa) as ultimo
            from marts.fondi_utilizzo where origine_dato <> 'prospetto' group by all
        ) full join (select * from marts.fondi_residui where speso_eur > 0) as r using (ente_id, fondo, annualita)
        -- an economia of a later year is no spending of that year
        where speso is distinct from r.speso_eur
            or (residuo is distinct from r.residuo_eur and ultimo = year(r.ultimo_movimento_il))
        """
    )
    assert wrong == []
    assert built.query("select count(*) from marts.fondi_utilizzo where origine_dato = 'dimostrativo'")[0] > (30,)


def test_share_of_the_bound_funds(built: Warehouse, printed: dict[str, list[Printed]]) -> None:
    table = printed["001/fondi_istituzionali"]
    listed = (34, 39, 40, 45, 50)  # FSR, FNA, caregiver, Comuni, ATS: the words of line 116
    for year in (2023, 2024):
        column = f"importo_{year}"
        bound = sum((_one(table, line, column) or Decimal(0) for line in listed), Decimal(0))
        share = (bound * 100 / (_one(table, 54, column) or 1)).quantize(CENT, ROUND_HALF_UP)
        assert built.query(
            "select importo_eur, quota_pct, quota_stampata_pct from marts.fondi_vincolo "
            f"where ente_id = 'csc' and anno = {year} and vincolo = 'vincolato'"
        ) == [(bound, share, Decimal(88) if year == 2024 else None)]
    assert built.query("select count(*) from marts.fondi_assegnati where provenienza is null") == [(0,)]


# --- avanzo -----------------------------------------------------------------------------------------------------------


def test_the_avanzo_keeps_every_cent_with_its_origin(built: Warehouse, printed: dict[str, list[Printed]]) -> None:
    """By fund, by project and with neither: the sums are those of the printed items the seed names."""
    by_item: dict[str, Decimal] = defaultdict(Decimal)
    for cell in printed["001/avanzo_dettaglio"]:
        if not cell.total:
            by_item[cell.labels[0]] += cell.value or 0
    origins = {row["voce"]: row for row in read_csv(ROOT / "seeds" / "avanzo_origini.csv")}
    # the only item whose printed label is another («Totale avanzo libero»)
    by_item["Avanzo libero"] = by_item.pop("Totale avanzo libero")
    assert set(origins) == set(by_item)
    for column in ("fonte", "progetto", "area"):
        expected: dict[str | None, Decimal] = defaultdict(Decimal)
        for item, amount in by_item.items():
            expected[origins[item][column] or None] += amount
        found = built.query(
            f"select cast({column} as varchar), sum(importo_eur) from marts.avanzo where ente_id = 'csc' group by 1"
        )
        assert {name: amount for name, amount in found} == expected  # noqa: C416
        assert sum(amount for _, amount in found) == Decimal("2717147.72")  # type: ignore[misc]


def test_a_project_of_the_avanzo_is_in_the_register(built: Warehouse) -> None:
    lost = built.query(
        """
        select * from marts.avanzo as a where progetto is not null and not exists (
            select 1 from marts.progetti as p
            where p.ente_id = a.ente_id and p.anno_registro = a.esercizio and p.numero = a.progetto
        )
        """
    )
    assert lost == []


def test_what_proves_an_origin_is_where_it_says() -> None:
    """A row that names an origin says what proves it and the lines; the first is that of the item itself."""
    lines = {
        row["voce"]: row["linea"] for row in read_csv(_folder("001") / "avanzo_dettaglio.csv") if row["tipo"] == "dato"
    }
    for row in read_csv(ROOT / "seeds" / "avanzo_origini.csv"):
        named = any(row[column] for column in ("fonte", "progetto", "area"))
        assert named == bool(row["prova"]) == bool(row["riferimento"]), row["voce"]
        if named:
            assert row["riferimento"].split()[0] == f"001:{lines[row['voce']]}"


# --- flows ------------------------------------------------------------------------------------------------------------

Flow = tuple[str, str, Decimal]


def _flows(built: Warehouse, where: str) -> list[Flow]:
    found = built.query(f"select da_nodo, a_nodo, importo_eur from marts.flussi_risorse where {where}")
    return [(str(start), str(end), Decimal(str(amount))) for start, end, amount in found]


def _balance(flows: Iterable[Flow]) -> dict[str, Decimal]:
    """Of the nodes money goes through, what enters less what comes out."""
    balance: dict[str, Decimal] = defaultdict(Decimal)
    sides: dict[str, set[str]] = defaultdict(set)
    for start, end, amount in flows:
        balance[start] -= amount
        balance[end] += amount
        sides[start].add("out")
        sides[end].add("in")
    return {node: amount for node, amount in balance.items() if len(sides[node]) == 2}


def test_flows_of_2024_close_to_the_cent(built: Warehouse, printed: dict[str, list[Printed]]) -> None:
    """From the channels to the areas and the classes of avanzo, with no node of differences."""
    channels = printed["001/canali_2024"]
    expected: Counter[Flow] = Counter()
    pool, rest = "Risorse dell'esercizio", "Avanzo dell'esercizio"
    for cell in channels:
        if cell.line <= 506 and not cell.total:
            expected[cell.labels[0], pool, cell.value or Decimal(0)] += 1
    areas = {
        "AREA SERVIZI AZIENDALI": "Servizi aziendali",
        "AREA GESTIONE ASSOCIATA SERVIZI": "Gestione associata servizi",
        "AREA PROGETTAZIONE": "Progettazione",
        "AREA MISURE DISTRETTUALI E REGIONALI": "Misure distrettuali e regionali",
        "AREA UFFICIO DI PIANO": "Ufficio di Piano",
    }
    for cell in printed["001/costo_per_aree"]:
        if cell.column == "consuntivo" and not cell.total:
            expected[pool, areas[cell.labels[0]], cell.value or Decimal(0)] += 1
    expected[pool, rest, _one(channels, 510, "importo") or Decimal(0)] += 1
    # the totals of the classes as printed, which are not what the mart adds up
    details = printed["001/avanzo_dettaglio"]
    for line, column, node in (
        (436, "vincolato", "Avanzo vincolato"),
        (437, "finalizzato_2025", "Avanzo finalizzato 2025"),
        (438, "finalizzato_2026", "Avanzo finalizzato 2026"),
        (439, "finalizzato_2027", "Avanzo finalizzato 2027"),
        (440, "libero", "Avanzo libero"),
    ):
        expected[rest, node, _one(details, line, column) or Decimal(0)] += 1
    found = _flows(built, "ente_id = 'csc' and esercizio = 2024 and fase = 'consuntivo'")
    assert Counter(found) == expected
    assert _balance(found) == {pool: 0, rest: 0}


def test_flows_of_the_budget_of_2021(built: Warehouse, printed: dict[str, list[Printed]]) -> None:
    """What the lines of an area do not give it is the difference; it is what the sources have not been given to."""
    found = _flows(built, "ente_id = 'csc' and esercizio = 2021 and fase = 'preventivo'")
    reached: dict[str, Decimal] = defaultdict(Decimal)
    for start, end, amount in found:
        reached[end] += amount
        reached[start] -= amount
    totals = {
        "Progettazione": [("budget_progettazione", 626)],
        "Gestione associata servizi": [("budget_ga_5", 595)],
        "Misure distrettuali e regionali": [("budget_misure_2", 669)],
        "Ufficio di Piano": [("budget_udp", 679)],
        "Servizi aziendali": [
            *(("budget_tm", 446), ("budget_sil", 456), ("budget_ssd", 464), ("budget_sst", 486), ("budget_cpe", 494)),
        ],
    }
    for area, lines in totals.items():
        told = Decimal(0)
        for table, line in lines:
            (cell,) = [
                cell
                for cell in printed[f"002/{table}"]
                if cell.line == line and cell.column.startswith("budget") and cell.column.endswith("2021")
            ]
            told += cell.value or 0
        assert reached[area] == told, area
    # the sources of the year less what they pay for: the same money, seen from the other side
    sources = printed["002/canali_2021"]
    gone = sum(
        -amount for node, amount in reached.items() if node not in totals and "Diff" not in node and "Arr" not in node
    )
    kept = _one(sources, 708, "importo")
    assert kept is not None and kept - gone == -reached["Differenza da spiegare"] == Decimal("421744.51")


def test_flows_of_the_demonstration_ente(built: Warehouse) -> None:
    """Every fund and the avanzo give back what they receive, and the avanzo of a year is what the next begins with."""
    years = built.query(
        "select distinct esercizio from marts.flussi_risorse where ente_id = 'dimostrativo' and fase = 'consuntivo' "
        "order by 1"
    )
    assert len(years) == 3
    before = Decimal(0)
    for (year,) in years:
        where = f"ente_id = 'dimostrativo' and fase = 'consuntivo' and esercizio = {year}"
        found = _flows(built, where)
        balance = _balance(found)
        assert len(balance) > 10 and set(balance.values()) == {Decimal(0)}
        assert "Differenza da spiegare" not in balance
        assert sum(amount for start, _, amount in found if start == "Avanzo dell'esercizio precedente") == before
        before = sum((amount for _, end, amount in found if end == "Avanzo dell'esercizio"), Decimal(0))
        assert before > 0


# --- cash -------------------------------------------------------------------------------------------------------------


def test_credits_and_debts(built: Warehouse) -> None:
    """The printed shares, without amounts; and the credits of the demonstration ente as its funds tell them."""
    assert built.query(
        "select verso, anno_competenza, importo_eur, regolato_pct from marts.crediti_debiti where ente_id = 'csc' "
        "order by 1"
    ) == [("credito", 2024, None, Decimal(75)), ("debito", 2024, None, Decimal(85))]
    to_cash = built.query("select sum(da_incassare_eur) from marts.fondi_residui where ente_id = 'dimostrativo'")
    assert (
        built.query(
            "select sum(residuo_eur) from marts.crediti_debiti where ente_id = 'dimostrativo' and verso = 'credito' "
            "and data_riferimento = (select max(data_riferimento) from marts.crediti_debiti)"
        )
        == to_cash
    )


def test_months_of_cash(built: Warehouse) -> None:
    """Lowest, mean and last balance of each month, from the days."""
    days: dict[tuple[Any, Any], list[tuple[Any, Any]]] = defaultdict(list)
    for account, day, balance in built.query("select conto, data, saldo_eur from marts.saldi_cassa"):
        days[account, day.replace(day=1)].append((day, balance))  # type: ignore[attr-defined]
    found = built.query(
        "select conto, mese, giorni, saldo_minimo_eur, saldo_medio_eur, saldo_finale_eur, giorni_in_fido "
        "from marts.saldi_cassa_mensili"
    )
    assert len(found) == len(days) == 2 * 36
    for account, month, count, least, mean, last, lent in found:
        balances = [balance for _, balance in sorted(days[account, month])]
        assert count == len(balances) and least == min(balances) and last == balances[-1]
        assert mean == (sum(balances) / len(balances)).quantize(CENT, ROUND_HALF_UP)
        assert lent == sum(balance < 0 for balance in balances)
