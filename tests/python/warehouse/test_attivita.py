"""The marts of activity against the transcriptions and the files, recomputed here with no SQL of the warehouse."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.flussi.tracciato import tracciati
from ingest.paths import ROOT
from tests.conftest import Warehouse
from tests.python.ingest.generate.conftest import read, value_of
from tests.python.warehouse.printed import number, read_csv, squeezed

SERVICES = {row["servizio"]: row for row in read_csv(ROOT / "seeds" / "servizi_attivita.csv")}
ENTI = {"000": "asc_cremonese", "001": "csc"}


def _folder(document: str) -> Path:
    (found,) = (ROOT / "extracts" / "prospetti").glob(f"{document}_*")
    return found


def _printed(document: str, table: str) -> list[dict[str, str]]:
    """The rows of a table that are no totals, as written in its file."""
    return [row for row in read_csv(_folder(document) / f"{table}.csv") if row["tipo"] == "dato"]


def _activity(built: Warehouse, where: str, columns: str = "valore") -> list[tuple[Any, ...]]:
    return built.query(f"select {columns} from marts.attivita_servizi where {where} order by all")


@pytest.mark.parametrize(
    ("table", "service"),
    [
        ("sil_indicatori", "SIL"),
        ("gestione_sistema", "SISTEMA"),
        ("telesoccorso", "TELESOCCORSO"),
        ("cdd_utenti", "CDD"),
        ("ssp_convenzione", "SST"),
    ],
)
def test_an_indicator_table_is_there_cell_by_cell(built: Warehouse, table: str, service: str) -> None:
    expected = {
        (row["misura"], int(column.removeprefix("anno_"))): (number(text), row["unita"], squeezed(row["voce"]))
        for row in _printed("001", table)
        for column, text in row.items()
        if column.startswith("anno_") and squeezed(text)
    }
    assert len(expected) > 5
    places = f"servizio = '{service}' and origine_dato = 'prospetto' and celle like '%/{table}/%'"
    rows = _activity(built, places, "indicatore, anno, valore, unita, voce, dimensione")
    found = {(name, year): (value, unit, label) for name, year, value, unit, label, _ in rows}
    assert found == expected and len(rows) == len(expected)
    assert {dimension for *_, dimension in rows} == {None}


def test_users_and_hours_of_the_accredited_services(built: Warehouse) -> None:
    expected = defaultdict(list)
    for row in _printed("001", "accreditati_indicatori"):
        (service,) = [name for name in ("SAAP", "SAD", "ADM", "SIP") if f" {name} " in f" {row['voce']} "]
        for year in (2022, 2023, 2024):
            expected[service, row["misura"]].append((year, number(row[f"anno_{year}"])))
    assert len(expected) == 12
    for (service, measure), figures in expected.items():
        where = f"ente_id = 'csc' and servizio = '{service}' and indicatore = '{measure}'"
        assert _activity(built, where, "anno, valore") == figures
    # two measures, one in each mart: who had the service, and who was served in the year
    served = built.query(
        "select sum(utenti_nell_anno) from marts.costo_servizi_sub_ambito "
        "where ente_id = 'csc' and anno = 2024 and servizio = 'SAAP'"
    )
    assert served != [(dict(expected["SAAP", "utenti_con_servizio_attivo"])[2024],)]


def test_every_figure_of_the_running_text_that_the_seed_names(built: Warehouse) -> None:
    named = [row for row in read_csv(ROOT / "seeds" / "attivita.csv") if row["tabella"] == "testo"]
    assert len(named) > 100
    for seed in named:
        printed = [
            row
            for row in _printed(seed["documento"], "testo")
            if (row["misura"], squeezed(row["voce"])) == (seed["misura"], seed["voce"])
        ]
        assert len(printed) == 1, seed
        year = f"= {printed[0]['anno']}" if printed[0]["anno"] else "is null"
        part = f"= $${seed['modalita']}$$" if seed["modalita"] else "is null"
        found = _activity(
            built,
            f"ente_id = '{ENTI[seed['documento']]}' and servizio = '{seed['servizio']}' and anno {year} "
            f"and indicatore = '{seed['indicatore']}' and rilevazione = '{seed['rilevazione']}' and modalita {part}",
            "valore, unita, coalesce(prodotto, '')",
        )
        assert found == [(number(printed[0]["valore"]), printed[0]["unita"], seed["prodotto"])], seed


def test_the_parts_stand_under_their_dimension(built: Warehouse) -> None:
    def parts(service: str, name: str, dimension: str) -> dict[str, int]:
        where = f"servizio = '{service}' and indicatore = '{name}' and dimensione = '{dimension}' and ente_id = 'csc'"
        return {str(part): int(Decimal(str(value))) for part, value in _activity(built, where, "modalita, valore")}

    regimes = {row["misura"]: row for row in _printed("001", "cpe_accreditamento")}
    assert parts("CPE", "unita_offerta", "regime") == {
        "esercizio": int(regimes["unita_offerta"]["esercite"]),
        "accreditate": int(regimes["unita_offerta"]["accreditate"]),
        "sperimentali": int(regimes["unita_offerta_sperimentali"]["esercite"]),
        "non normate": int(regimes["unita_offerta_non_normate"]["esercite"]),
    }
    network = {row["voce"].split()[-1]: row for row in _printed("001", "rete_disabilita")}
    assert _activity(built, "servizio = 'RETE_DISABILITA' and ente_id = 'csc'", "modalita, anno, valore") == sorted(
        (kind, year, number(row[f"anno_{year}"])) for kind, row in network.items() for year in (2022, 2023, 2024)
    )
    (cases,) = [row for row in _printed("001", "autismo") if row["misura"] == "casi"]
    assert parts("AUTISMO", "casi", "target") == {kind: int(cases[kind]) for kind in ("minori", "adulti")}
    paths = {row["misura"]: int(row["valore"]) for row in _printed("001", "banca_acqua")}
    assert parts("BANCA_ACQUA", "percorsi_nuovi", "esito") == {
        "attivati": paths["percorsi_attivati"],
        "non attivati": paths["percorsi_non_attivati"],
        "interrotti": paths["percorsi_interrotti"],
    }


def test_a_sign_in_place_of_the_figure_is_a_row_without_value(built: Warehouse) -> None:
    assert _activity(built, "valore is null and origine_dato = 'prospetto'", "servizio, indicatore, anno") == [
        ("SIL", "incontri_consulenza", 2021),
        ("SIL", "incontri_consulenza", 2022),
        ("SSD", "bonifici", 2021),
    ]


def test_every_cell_behind_a_row_says_its_figure(built: Warehouse) -> None:
    """So a trace may show them all, with no measure to choose; a figure printed twice has two."""
    pairs = built.query(
        """
        select righe.valore, righe.unita, celle.valore, celle.unita, count(*) over (partition by righe.celle)
        from (select *, unnest(string_split(celle, ' ')) as cella_id from marts.attivita_servizi) as righe
        left join marts.celle as celle using (cella_id)
        where righe.celle is not null
        """
    )
    assert len(pairs) > 300
    assert [pair for pair in pairs if pair[:2] != pair[2:4]] == []
    assert {count for *_, count in pairs} == {1, 2}


def test_the_applications_for_the_b2(built: Warehouse) -> None:
    words = {"Buon Assistenti familiari": "buono assistenti familiari", "": "assegno di autonomia"}
    expected = {}
    for row in _printed("001", "fna_b2_domande"):
        target = None if row["target"].startswith("ASSEGNO") else row["target"].lower()
        asked = words.get(row["intervento"], row["intervento"].lower())
        expected[target, asked, "ammessa finanziata"] = number(row["ammesse"])
        expected[target, asked, "ammessa non finanziata"] = number(row["lista_attesa"])
    found = built.query(
        "select target, tipo_intervento, esito, domande from marts.domande_misure "
        "where ente_id = 'csc' and misura = 'B2' and anno = 2024"
    )
    assert {(target, asked, outcome): value for target, asked, outcome, value in found} == expected
    assert len(found) == len(expected) == 24
    # what the document prints as the whole, and says again in its text
    totals = [row for row in read_csv(_folder("001") / "fna_b2_domande.csv") if row["target"] == "totale"]
    sums = Counter[str]()
    for _, _, outcome, value in found:
        sums[str(outcome)] += int(str(value))
    assert [(number(row["ammesse"]), number(row["lista_attesa"])) for row in totals] == [
        (sums["ammessa finanziata"], sums["ammessa non finanziata"])
    ]
    assert _activity(built, "prodotto = 'S29' and indicatore = 'domande_finanziate'") == [
        (Decimal(sums["ammessa finanziata"]),)
    ]


def test_the_other_applications_and_their_amounts(built: Warehouse) -> None:
    text = {squeezed(row["voce"]): number(row["valore"]) for row in _printed("001", "testo")}
    asked = {row["intervento"]: number(row["ammesse"]) for row in _printed("001", "dopo_di_noi_domande")}
    found = built.query(
        "select misura, coalesce(tipo_intervento, ''), esito, domande, importo_concesso_eur from marts.domande_misure "
        "where origine_dato = 'prospetto' and misura <> 'B2'"
    )
    bonus = "Bonus assistenti familiari"
    paid = text[f"{bonus}: importo riconosciuto"]
    assert set(found) == {
        ("Dopo di Noi", "accompagnamento all'autonomia", *_granted(asked["Accompagnamento autonomia"])),
        ("Dopo di Noi", "residenzialità", *_granted(asked["Residenzialità"])),
        ("Dopo di Noi", "emergenza e sollievo", *_granted(asked["Emergenza/sollievo"])),
        ("Dopo di Noi", "interventi infrastrutturali", *_granted(asked["Interventi infrastrutturali"])),
        (
            *("Pro.Vi", ""),
            *_granted(text["Pro.vi: domande presentate, tutte finanziate"], text["Pro.vi: importi riconosciuti"]),
        ),
        (bonus, "", *_granted(text[f"{bonus}: domande finanziate"], paid)),
        (bonus, "", "ammessa non finanziata", text[f"{bonus}: domande ammesse e non finanziate"], None),
        (bonus, "", "non ammessa", text[f"{bonus}: domande non ammesse"], None),
    }


def _granted(applications: Decimal | None, amount: Decimal | None = None) -> tuple[str, Decimal | None, Decimal | None]:
    return "ammessa finanziata", applications, amount


def test_the_share_of_each_sub_ambito(built: Warehouse) -> None:
    """Figures 63 and 64 of the document, of which the text has the tables alone."""
    costs: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for table in ("saap", "sad", "adm", "sip"):
        for row in _printed("001", f"{table}_sub_ambito"):
            for year in (2022, 2023, 2024):
                cost = number(row[f"costo_{year}"])
                if cost is not None:
                    costs[year, squeezed(row["sub_ambito"]).lower()] += cost
    wholes: dict[int, Decimal] = defaultdict(Decimal)
    for (year, _), paid in costs.items():
        wholes[year] += paid
    found = built.query(
        "select anno, sub_ambito, costo_eur, quota_pct from marts.costo_sub_ambiti where ente_id = 'csc'"
    )
    cent = Decimal("0.01")
    shares = {key: (100 * cost / wholes[key[0]]).quantize(cent, ROUND_HALF_UP) for key, cost in costs.items()}
    assert {(year, str(name).lower()): (cost, share) for year, name, cost, share in found} == {
        key: (cost, shares[key]) for key, cost in costs.items() if cost
    }
    assert len(found) == 20
    for year in wholes:
        assert abs(sum(share for (when, _), share in shares.items() if when == year) - 100) <= Decimal("0.05")


# --- what the flussi give ---------------------------------------------------------------------------------------------


def _rows(built: Warehouse, layout: str, *wanted: str) -> Iterator[list[Any]]:
    """Some fields of the rows of the demonstration files that no rule refused, by another reader.

    The first of the fields tell the period: of each, the last file alone (a superseded one has no quarantine to ask).
    """
    declared = tracciati()[layout]
    current: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((built.paths.provided / "dimostrativo").glob(f"*_{layout}_2*")):
        with duckdb.connect(str(built.paths.database), read_only=True) as con:
            query = "select riga from raw.quarantena where file = ? and gravita = 'errore'"
            refused = {line for (line,) in con.execute(query, [path.name]).fetchall()}
        of_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line, row in read(path, declared).rows:
            if line not in refused and row[wanted[0]]:
                of_file[str(value_of(declared, wanted[0], row[wanted[0]]))[:7]].append(row)
        current |= of_file
    for rows in current.values():
        for row in rows:
            yield [value_of(declared, name, row[name]) for name in wanted]


def test_who_asks_for_a_measure(built: Warehouse) -> None:
    asked: Counter[tuple[str, int]] = Counter()
    persons: dict[tuple[str, int], set[str]] = defaultdict(set)
    # no file of applications is sent twice
    for day, measure, person in _rows(built, "domande", "data_domanda", "misura", "codice_utente"):
        asked[measure, day.year] += 1
        persons[measure, day.year].add(person)
    by_measure = {row["misura"]: service for service, row in SERVICES.items() if row["misura"]}
    assert len(asked) > 30
    shown = 0
    for (measure, year), count in asked.items():
        where = (
            f"ente_id = 'dimostrativo' and servizio = '{by_measure[measure]}' and anno = {year} and dimensione is null"
        )
        found = dict(_activity(built, where, "indicatore, valore"))
        assert set(found) == {"domande_presentate", "richiedenti"}
        if len(persons[measure, year]) < 5:
            assert set(found.values()) == {None}
        else:
            assert found == {"domande_presentate": count, "richiedenti": len(persons[measure, year])}
            shown += 1
    assert shown > 20


def test_every_measure_of_the_layout_has_its_service() -> None:
    (field,) = [field for field in tracciati()["domande"].campi if field.nome == "misura"]
    assert {row["misura"] for row in SERVICES.values() if row["misura"]} == set(field.valori)


def test_the_whole_of_a_service_is_that_of_its_sub_ambiti(built: Warehouse) -> None:
    """Hours of the services, to the hundredth, against those of the months, where no month is hidden."""
    hours = built.query(
        "select servizio, anno, sum(ore_erogate) from marts.ore_servizio_mensili "
        "group by servizio, anno having count(misure_soppresse) = 0"
    )
    raw: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for month, service, given in _rows(built, "ore_servizio", "periodo", "servizio", "ore"):
        raw[service, int(month[:4])] += given
    assert len(raw) == 12
    # those of the convention are stated, and in no file of persons
    of_persons = "ente_id = 'dimostrativo' and indicatore = 'ore_erogate' and servizio <> 'SST'"
    found = _activity(built, of_persons, "servizio, anno, valore")
    assert {(service, year): value for service, year, value in found} == dict(raw)
    assert all(raw[str(service), int(str(year))] == value for service, year, value in hours)


# --- what an office counts by itself ----------------------------------------------------------------------------------

COUNTED = {(row["servizio"], row["indicatore"]): row for row in read_csv(ROOT / "seeds" / "indicatori_attivita.csv")}


def _stated(built: Warehouse) -> dict[tuple[str, str, str | None, str, int], Decimal]:
    names = ("anno", "servizio", "indicatore", "modalita", "rilevazione", "valore")
    return {
        (service, name, None if part == "totale" else part, moment, year): value
        for year, service, name, part, moment, value in _rows(built, "attivita", *names)
    }


def test_what_an_office_states_is_there_but_for_too_few_persons(built: Warehouse) -> None:
    stated = _stated(built)
    products = ("S9", "S10", "S11", "S35", "S36", "S38")
    where = f"ente_id = 'dimostrativo' and prodotto in {products}"
    columns = "servizio, indicatore, modalita, rilevazione, anno, valore, unita, misure_soppresse"
    found = {tuple(row[:5]): row[5:] for row in _activity(built, where, columns)}
    assert set(found) == set(stated) and len(stated) > 150
    fewest: dict[tuple[str, str, int], Decimal] = {}
    for (service, name, *_, year), value in stated.items():
        group = COUNTED[service, name]["insieme_persone"]
        if group and value > 0:
            fewest[service, group, year] = min(value, fewest.get((service, group, year), value))
    hidden = 0
    for key, value in stated.items():
        declared = COUNTED[key[0], key[1]]
        shown, unit, why = found[key]
        assert unit == declared["unita"]
        group = declared["insieme_persone"]
        if group and value > 0 and fewest[key[0], group, key[-1]] < 5:
            assert shown is None and why is not None, key
            hidden += 1
        else:
            assert shown == value and why is None, key
    assert hidden > 0
    assert sum(shown is not None for shown, *_ in found.values()) > 0.8 * len(found)


def test_nothing_is_invented_for_who_prints_its_figures(built: Warehouse) -> None:
    where = "ente_id <> 'dimostrativo' and prodotto in ('S9', 'S10', 'S11', 'S35', 'S36', 'S38')"
    assert _activity(built, where, "distinct ente_id, origine_dato") == [("csc", "prospetto")]


def test_the_paths_of_a_year_are_those_of_the_year_before_and_the_new_ones(built: Warehouse) -> None:
    stated = _stated(built)
    years = sorted({year for *_, year in stated})
    assert len(years) == 3

    def paths(name: str, year: int, part: str | None = None, moment: str = "nell_anno") -> Decimal | None:
        return stated.get(("BANCA_ACQUA", name, part, moment, year))

    for year in years:
        followed, before = paths("situazioni_in_carico", year), paths("percorsi_dell_anno_precedente", year)
        begun, broken = paths("percorsi_nuovi", year, "attivati"), paths("percorsi_nuovi", year, "interrotti")
        ended, given_up = paths("percorsi_conclusi", year), paths("rinunce", year)
        going_on = paths("percorsi_in_corso", year, moment="al_31_12")
        assert before + begun + broken == followed == ended + given_up + broken + going_on  # type: ignore[operator]
        assert min(ended, given_up, broken, going_on) > 0  # type: ignore[type-var, operator]
        if year > years[0]:
            assert before == paths("percorsi_in_corso", year - 1, moment="al_31_12")
