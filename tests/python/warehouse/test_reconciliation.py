"""The marts against the transcriptions, by another path: an own reader, and the arithmetic in Python's decimals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import groupby

import duckdb
import pytest

from tests.conftest import Warehouse
from tests.python.warehouse import printed
from tests.python.warehouse.printed import Printed

CENT = Decimal("0.01")
OF_DOCUMENTS = "origine_dato = 'prospetto'"
SERVICES = {"SAAP": "saap", "SAD": "sad", "ADM": "adm", "SIP": "sip"}
MEASURES = {"utenti": "utenti_nell_anno", "ore": "ore_erogate", "costo": "costo_eur"}
# Lines of the funding channels of 002 and the source of the budget that spends them. What no line of the budget spends
# (a page is missing, two shares are set aside) is registered as a difference, or follows from those registered.
CHANNELS = {
    "Avanzo vincolato": ([684], Decimal("493721.00")),
    "Avanzo non vincolato": ([685], Decimal("23000.00")),
    "FNPS": ([687], Decimal(0)),
    "FSOL": ([688], Decimal(0)),
    "FSR": ([689], Decimal(0)),
    "Comuni": ([690], Decimal(0)),
    "Fondi ATS": ([702, 703], Decimal(0)),
    "Altri fondi progettuali": ([*range(691, 702)], Decimal("182149.36")),
}


@pytest.fixture(scope="module")
def cells(built: Warehouse) -> list[Printed]:
    folders = sorted(path for path in built.paths.prospetti.iterdir() if path.is_dir())
    return [cell for folder in folders for cell in printed.cells(folder)]


@pytest.fixture(scope="module")
def repairs(built: Warehouse) -> dict[tuple[str, str, int, str], Decimal]:
    rows = printed.read_csv(built.paths.seeds / "rettifiche.csv")
    return {(r["documento"], r["tabella"], int(r["linea"]), r["colonna"]): Decimal(r["valore"]) for r in rows}


@pytest.fixture(scope="module")
def labels(built: Warehouse) -> dict[tuple[str, str], str]:
    rows = printed.read_csv(built.paths.seeds / "etichette.csv")
    return {(row["dimensione"], row["etichetta"]): row["membro"] for row in rows}


def _of(cells: Iterable[Printed], document: str, table: str, *, total: bool | None = None) -> list[Printed]:
    return [
        cell
        for cell in cells
        if (cell.document, cell.table) == (document, table) and (total is None or cell.total is total)
    ]


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def test_every_printed_cell_is_published_with_its_text_and_value(
    built: Warehouse, cells: list[Printed], repairs: dict[tuple[str, str, int, str], Decimal]
) -> None:
    published = built.query("select documento, tabella, linea, colonna, testo, valore from marts.celle")
    assert len(published) == len(cells) > 2900
    places = Counter((c.document, c.table, c.line, c.column, c.text) for c in cells)
    assert Counter(tuple(row[:5]) for row in published) == places
    # two rows of one line may carry the same column: they are compared as a group
    expected: dict[tuple[object, ...], list[Decimal | None]] = defaultdict(list)
    found: dict[tuple[object, ...], list[object]] = defaultdict(list)
    numbers = {(c.document, c.table, c.column) for c in cells if c.kind == "numero"}
    for cell in cells:
        key = (cell.document, cell.table, cell.line, cell.column)
        if cell.kind == "numero":
            expected[(*key, cell.text)].append(repairs.get(key, cell.value if key not in repairs else None))
    for *place, value in published:
        if (place[0], place[1], place[3]) in numbers:
            found[tuple(place)].append(value)
    assert found == expected


@pytest.mark.parametrize("service", SERVICES)
def test_services_row_by_row_and_against_the_printed_totals(
    built: Warehouse, cells: list[Printed], labels: dict[tuple[str, str], str], service: str
) -> None:
    table = f"{SERVICES[service]}_sub_ambito"
    marts = ["costo_servizi_sub_ambito"] + (["costo_saap_sub_ambito"] if service == "SAAP" else [])
    for mart in marts:
        rows = built.query(
            f"select anno, sub_ambito, utenti_nell_anno, ore_erogate, costo_eur from marts.{mart} where {OF_DOCUMENTS} "
            + (f"and servizio = '{service}'" if len(marts) == 1 or mart == marts[0] else "")
        )
        found = {
            (anno, sub_ambito, measure): None if value is None else Decimal(str(value))
            for anno, sub_ambito, *values in rows
            for measure, value in zip(MEASURES, values, strict=True)
        }
        expected: dict[tuple[object, ...], Decimal | None] = {}
        for cell in _of(cells, "001", table, total=False):
            measure, year = cell.column.rsplit("_", 1)
            expected[int(year), labels["sub_ambito", cell.labels[0]], measure] = cell.value
        assert {key: value for key, value in found.items() if value is not None} == expected
        totals = _of(cells, "001", table, total=True)
        assert len(totals) == 9
        for total in totals:
            measure, year = total.column.rsplit("_", 1)
            parts = [value for key, value in found.items() if key[0] == int(year) and key[2] == measure]
            tolerance = Decimal(0) if measure == "utenti" else Decimal("0.005") * (len(parts) + 1)
            assert total.value is not None
            assert abs(_sum(parts) - total.value) <= tolerance, total


def test_unit_costs_are_recomputed(built: Warehouse) -> None:
    rows = built.query(
        "select costo_eur, ore_erogate, utenti_nell_anno, costo_orario_eur, costo_utente_eur "
        "from marts.costo_servizi_sub_ambito"
    )
    for cost, hours, users, per_hour, per_user in rows:
        for divisor, found in ((hours, per_hour), (users, per_user)):
            whole = None if divisor is None else Decimal(str(divisor))
            if not isinstance(cost, Decimal) or not whole:
                assert found is None
            else:
                assert found == (cost / whole).quantize(CENT, ROUND_HALF_UP)


def test_schede_add_up_to_the_printed_cost_by_area(
    built: Warehouse, cells: list[Printed], labels: dict[tuple[str, str], str]
) -> None:
    rows = built.query(
        "select area, preventivo_eur, consuntivo_eur, scostamento_eur from marts.preventivo_consuntivo "
        "where ente_id = 'csc' and esercizio = 2024 order by area"
    )
    sums = {
        str(area): [_sum(column) for column in zip(*([row[1], row[2], row[3]] for row in group), strict=True)]
        for area, group in groupby(rows, key=lambda row: row[0])
    }
    counts = Counter(str(row[0]) for row in rows)
    table = _of(cells, "001", "costo_per_aree", total=False)
    assert len(table) == 2 * len(sums) == 10
    for cell in table:
        area = labels["area", cell.labels[0]]
        found = sums[area][["preventivo", "consuntivo"].index(cell.column)]
        assert cell.value is not None
        assert abs(found - cell.value) <= Decimal("0.005") * (counts[area] + 1), cell
    for total in _of(cells, "001", "costo_per_aree", total=True):
        found = _sum(s[["preventivo", "consuntivo"].index(total.column)] for s in sums.values())
        assert total.value is not None
        assert abs(found - total.value) <= Decimal("0.005") * (len(rows) + 1), total
    for budget, spent, difference in sums.values():
        assert difference == spent - budget


def test_lines_of_the_schede_are_those_printed(built: Warehouse, cells: list[Printed]) -> None:
    tables = {cell.table for cell in cells if cell.document == "001" and cell.table.startswith("scheda_")}
    lines = [cell for cell in cells if cell.document == "001" and cell.table in tables and not cell.total]
    found = built.query(
        f"select linea, preventivo_eur, consuntivo_eur from marts.preventivo_consuntivo where {OF_DOCUMENTS}"
    )
    assert len(found) == len({(cell.table, cell.line, cell.labels) for cell in lines})
    for position, column in enumerate(("preventivo", "consuntivo"), start=1):
        expected = Counter(
            (cell.line, cell.value) for cell in lines if cell.column == column and cell.value is not None
        )
        assert Counter((row[0], row[position]) for row in found if row[position] is not None) == expected


def test_budget_by_source_against_the_funding_channels(built: Warehouse, cells: list[Printed]) -> None:
    found = dict(
        built.query(
            "select fonte, sum(importo_eur) from marts.budget_per_fonte "
            "where ente_id = 'csc' and esercizio = 2021 group by fonte"
        )
    )
    assert set(found) == set(CHANNELS)
    channels = {cell.line: cell.value or Decimal(0) for cell in _of(cells, "002", "canali_2021")}
    spent_lines = [line for lines, _ in CHANNELS.values() for line in lines]
    assert sorted(spent_lines) == [line for line in sorted(channels) if line in range(684, 704) and line != 686]
    for source, (lines, unspent) in CHANNELS.items():
        assert _sum(channels[line] for line in lines) - Decimal(str(found[source])) == unspent, source


def test_budget_of_each_line_is_the_sum_of_its_sources(built: Warehouse, cells: list[Printed]) -> None:
    tables = {cell.table for cell in cells if cell.document == "002" and cell.table.startswith("budget_")}
    tables -= {"budget_pluriennale"}
    lines = [cell for cell in cells if cell.document == "002" and cell.table in tables and not cell.total]
    sources = [cell for cell in lines if cell.column not in ("budget_2020", "budget_2021")]
    found = built.query(f"select linea, importo_eur from marts.budget_per_fonte where {OF_DOCUMENTS}")
    assert Counter(found) == Counter((cell.line, cell.value) for cell in sources)


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        ("vincolato", "vincolo = 'vincolato'"),
        ("finalizzato_2025", "vincolo = 'finalizzato' and anno_utilizzo = 2025"),
        ("finalizzato_2026", "vincolo = 'finalizzato' and anno_utilizzo = 2026"),
        ("finalizzato_2027", "vincolo = 'finalizzato' and anno_utilizzo = 2027"),
    ],
)
def test_avanzo_classes(built: Warehouse, cells: list[Printed], column: str, condition: str) -> None:
    query = f"select sum(importo_eur) from marts.avanzo where ente_id = 'csc' and esercizio = 2024 and {condition}"
    (total,) = [cell for cell in _of(cells, "001", "avanzo_dettaglio", total=True) if cell.column == column]
    assert built.query(query) == [(total.value,)]
    parts = [cell.value for cell in _of(cells, "001", "avanzo_dettaglio", total=False) if cell.column == column]
    assert _sum(parts) == total.value


def test_avanzo_is_the_result_of_the_year(built: Warehouse, cells: list[Printed]) -> None:
    lines = {cell.line: cell.value for cell in _of(cells, "001", "canali_2024")}
    expected = [(lines[482], lines[507], lines[509], lines[510])]
    columns = "avanzo_precedente_eur, entrate_eur, uscite_eur, avanzo_eur"
    year = "where ente_id = 'csc' and esercizio = 2024"
    found = built.query(f"select {columns} from marts.risultato_gestione {year}")
    assert found == expected
    assert built.query(f"select sum(importo_eur) from marts.avanzo {year}") == [(lines[510],)]


@pytest.mark.parametrize(
    ("kind", "table"),
    [("istituzionale", "fondi_istituzionali"), ("misura", "misure_ambito"), ("progetto", "progetti_ambito")],
)
@pytest.mark.parametrize("year", [2023, 2024])
def test_funds_add_up_to_the_printed_total(
    built: Warehouse, cells: list[Printed], kind: str, table: str, year: int
) -> None:
    (total,) = [cell for cell in _of(cells, "001", table, total=True) if cell.column == f"importo_{year}"]
    query = (
        f"select sum(importo_eur) from marts.fondi_assegnati where {OF_DOCUMENTS} and tipo = '{kind}' and anno = {year}"
    )
    assert built.query(query) == [(total.value,)]


def test_social_expenditure_as_printed_with_the_population_it_implies(built: Warehouse, cells: list[Printed]) -> None:
    found = built.query(
        "select anno_pubblicazione, anno_riferimento, spesa_sociale_eur, pro_capite_eur, quota_gestita_pct, "
        "popolazione_implicita, popolazione_implicita_min, popolazione_implicita_max "
        "from marts.spesa_sociale order by all"
    )
    table = {(cell.line, cell.column): cell.value for cell in _of(cells, "001", "indicatori_spesa_sociale")}
    assert len(found) == 3
    for published, year, *values, implied, lowest, highest in found:
        spent, per_head, share = (table[line, f"colonna_{published}"] for line in (574, 575, 577))
        assert (year, values) == (int(str(published)) - 1, [spent, per_head, share])
        assert spent is not None and per_head is not None
        half = Decimal("0.005")
        people = [(spent / (per_head + shift)).quantize(Decimal(1), ROUND_HALF_UP) for shift in (0, half, -half)]
        assert [implied, lowest, highest] == [int(count) for count in people]


# --- quadrature: which cells make a check is the warehouse's, the figures and the arithmetic are ours ----------------


@pytest.fixture(scope="module")
def checks(built: Warehouse) -> tuple[list[dict[str, object]], dict[str, list[tuple[str, Decimal, str]]]]:
    """The published checks, and their terms: role, coefficient and cell."""
    with duckdb.connect(str(built.paths.database), read_only=True) as con:
        terms: dict[str, list[tuple[str, Decimal, str]]] = defaultdict(list)
        for check, role, factor, cell in con.execute(
            "select quadratura_id, ruolo, coefficiente, cella_id from raw.quadrature_termini order by all"
        ).fetchall():
            terms[check].append((role, factor, cell))
        multipliers = dict(con.execute("select quadratura_id, moltiplicatore from raw.quadrature").fetchall())
    columns = ("quadratura_id", "cella_id", "documento", "linea", "tipo", "unita", "confronto", "celle", "stampato")
    columns += ("ricalcolato", "scarto", "tolleranza", "esito", "e_nota", "spiegazione", "descrizione")
    rows = built.query(f"select {', '.join(columns)} from marts.quadrature")
    published = [dict(zip(columns, row, strict=True)) for row in rows]
    for check in published:
        check["moltiplicatore"] = multipliers[check["quadratura_id"]]
    return published, terms


@pytest.fixture(scope="module")
def figures(
    built: Warehouse, cells: list[Printed], repairs: dict[tuple[str, str, int, str], Decimal]
) -> dict[str, tuple[Decimal, Decimal]]:
    """For each cell its figure (a dash is 0) and its rounding error, read here from the printed text."""
    exact = {row["unita"] for row in printed.read_csv(built.paths.seeds / "unita.csv") if row["esatta"] == "true"}
    numbers = {(cell.document, cell.table, cell.column): cell.kind for cell in cells}
    found = {}
    for cell_id, document, table, line, column, text, unit, value in built.query(
        "select cella_id, documento, tabella, linea, colonna, testo, unita, valore from marts.celle"
    ):
        place = (str(document), str(table), int(str(line)), str(column))
        if place in repairs:
            figure: Decimal | None = repairs[place]
        elif numbers[place[0], place[1], place[3]] == "numero":
            figure = printed.number(str(text))
        else:  # a target in words: its figure is the warehouse's, its printed digits are ours
            digits = len(str(text).partition(",")[2].rstrip("%) "))
            figure = value.quantize(Decimal(1).scaleb(-digits)) if isinstance(value, Decimal) else None
        digits = 0 if figure is None else max(0, -int(figure.as_tuple().exponent))
        error = Decimal(0) if figure is None or unit in exact else Decimal(5).scaleb(-digits - 1)
        found[str(cell_id)] = (figure or Decimal(0), error)
    return found


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _recompute(
    check: dict[str, object], terms: list[tuple[str, Decimal, str]], figures: dict[str, tuple[Decimal, Decimal]]
) -> tuple[Decimal | None, Decimal | None]:
    """The figure that the terms give, and how far rounding alone can take the printed one from it."""
    _, own = figures[str(check["cella_id"])]

    def value(role: str) -> Decimal:
        counted = [factor for kind, factor, _ in terms if kind == "conteggio" and role == "addendo"]
        return _sum([*counted, *(factor * figures[cell][0] for kind, factor, cell in terms if kind == role)])

    def error(role: str) -> Decimal:
        return _sum(abs(factor) * figures[cell][1] for kind, factor, cell in terms if kind == role)

    if check["tipo"] in ("piu_di", "meno_di"):
        return value("addendo"), Decimal(0)
    if check["tipo"] in ("somma", "almeno", "al_piu"):
        return value("addendo"), _rounded(own + error("addendo"))
    if check["tipo"] == "uguale":
        other = max(Decimal(0) if kind == "conteggio" else figures[cell][1] for kind, _, cell in terms)
        return value("addendo"), Decimal(0) if own == other else max(own, other)
    times = Decimal(str(check["moltiplicatore"]))
    has_factor = any(kind == "fattore" for kind, _, _ in terms)
    factor, factor_error = (value("fattore"), error("fattore")) if has_factor else (Decimal(1), Decimal(0))
    below = value("denominatore")
    if not below:
        return None, None
    ratio = _rounded(value("numeratore") * factor * times / below)
    above_error = (error("numeratore") * abs(factor) + abs(value("numeratore")) * factor_error) * times
    from_above = _rounded(above_error / abs(below))
    from_below = _rounded(abs(ratio) * error("denominatore") / abs(below))
    return ratio, _rounded(own + from_above + from_below)


def test_every_check_recomputed(
    built: Warehouse,
    checks: tuple[list[dict[str, object]], dict[str, list[tuple[str, Decimal, str]]]],
    figures: dict[str, tuple[Decimal, Decimal]],
) -> None:
    published, terms = checks
    known = {
        row["quadratura_id"]: (Decimal(row["scarto"]), row["classe"], row["spiegazione"])
        for row in printed.read_csv(built.paths.seeds / "differenze.csv")
    }
    assert len(published) > 700 and set(known) <= {str(check["quadratura_id"]) for check in published}
    wrong = []
    with localcontext(Context(prec=60)):
        for check in published:
            name = str(check["quadratura_id"])
            shown, own = figures[str(check["cella_id"])]
            again, tolerance = _recompute(check, terms[name], figures)
            difference = None if again is None else shown - again
            registered = known.get(name)
            side = {"almeno": 1, "al_piu": -1, "piu_di": 1, "meno_di": -1}.get(str(check["tipo"]), 0)
            strict = check["tipo"] in ("piu_di", "meno_di")
            if difference is None:
                outcome = "da_spiegare"
            elif (
                difference * side > 0
                or (difference == 0 and not strict)
                or (check["tipo"] == "rapporto" and abs(difference) <= own)
            ):
                outcome = "quadra"
            elif not strict and tolerance is not None and abs(difference) <= tolerance:
                outcome = "arrotondamento"
            elif registered and registered[:2] == (difference, "spiegata"):
                outcome = "spiegata"
            else:
                outcome = "da_spiegare"
            is_known = registered is not None and registered[0] == difference
            mine = (shown, again, difference, tolerance, outcome, is_known)
            theirs = tuple(
                check[column] for column in ("stampato", "ricalcolato", "scarto", "tolleranza", "esito", "e_nota")
            )
            if mine != theirs:
                wrong.append((name, mine, theirs))
            # an unexplained difference is published only when it is registered, and what is said of it is published
            assert outcome != "da_spiegare" or is_known, name
            assert check["spiegazione"] == (registered[2] if registered else None), name
    assert wrong == []


def test_every_check_says_where_each_of_its_figures_is_printed(
    built: Warehouse,
    checks: tuple[list[dict[str, object]], dict[str, list[tuple[str, Decimal, str]]]],
) -> None:
    published, terms = checks
    places = {
        str(row[0]): (str(row[1]), row[2]) for row in built.query("select cella_id, documento, linea from marts.celle")
    }
    for check in published:
        others = {cell for _, _, cell in terms[str(check["quadratura_id"])]}
        assert (check["documento"], check["linea"]) == places[str(check["cella_id"])]
        assert str(check["celle"]).split() == sorted(others)
        assert str(check["confronto"]).split() == sorted(
            {f"{document}:{line}" for document, line in map(places.get, others)}
        )  # type: ignore[misc]
        assert str(check["descrizione"]).strip()


@pytest.mark.parametrize(
    ("fact", "condition"),
    [
        ("costo_servizi_sub_ambito", "true"),
        ("avanzo", "true"),
        ("fondi_assegnati", "true"),
        ("preventivo_consuntivo", "true"),
        ("budget_per_fonte", "misura = 'importo_per_fonte'"),
        ("spesa_sociale", "misura in ('spesa_sociale', 'quota_gestita')"),
        ("risultato_gestione", "misura in ('avanzo_precedente', 'entrate', 'avanzo')"),
    ],
)
def test_every_total_share_and_repeated_figure_behind_a_mart_is_checked(
    built: Warehouse, fact: str, condition: str
) -> None:
    printed_totals = built.query(
        f"""
        select cella_id from marts.celle
        where fatto = '{fact}' and (tipo_riga = 'totale' or unita = 'pct') and valore is not null and {condition}
          and cella_id not in (select cella_id from marts.quadrature)
          and not exists (
              select 1 from marts.quadrature as q where list_contains(string_split(q.celle, ' '), celle.cella_id)
          )
        """
    )
    assert printed_totals == []
