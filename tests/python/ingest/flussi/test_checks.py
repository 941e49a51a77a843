"""The judgement of a file: Great Expectations really judges, nothing is lost, totals at the foot are checked."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.flussi import checks
from ingest.flussi.tracciato import tracciati
from tests.python.ingest.flussi.office import Office, Row, csv_text, row, rows

# --- a rule that could not be checked is neither passed nor failed --------------------------------------------------


@pytest.mark.parametrize(
    "expectation", ["ExpectColumnValuesToMatchRegex", "ExpectColumnValuesToBeInSet", "ExpectColumnValuesToBeBetween"]
)
def test_an_expectation_that_raises_stops_the_file(
    office: Office, monkeypatch: pytest.MonkeyPatch, expectation: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("il motore delle regole è rotto")

    with monkeypatch.context() as patch:
        patch.setattr(getattr(gx.expectations, expectation), "_validate", broken)
        outcome = office.send("ore.csv", "ore_servizio", rows("ore_servizio", 3))
    assert (outcome.stato, outcome.righe_lette, outcome.righe_caricate, outcome.righe_in_quarantena) == (
        "respinto",
        3,
        0,
        3,
    )
    assert "non si è potuta verificare" in outcome.messaggi[0]
    assert "il file si ferma qui, senza giudizio. Che fare" in outcome.messaggi[0]
    assert office.query("select count(*) from raw.flusso_ore_servizio") == [(0,)]
    assert office.query("select stato, righe_lette, righe_caricate from raw.file_flussi") == [("respinto", 3, 0)]
    assert office.query("select messaggio from raw.file_flussi") == [(outcome.messaggi[0],)]
    assert office.query("select count(*) from raw.lotti") == [(0,)]


def test_a_rule_that_the_database_cannot_run_stops_the_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = tracciati()["contabilita"]
    wrong = layout.regole[0].model_copy(update={"vero": "error('la regola è rotta')"})
    loaded = office.send("prima.csv", "contabilita", rows("contabilita", 3))
    assert loaded.ok
    with monkeypatch.context() as patch:
        patch.setattr(
            "ingest.flussi.load.tracciati",
            lambda: tracciati() | {"contabilita": layout.model_copy(update={"regole": [wrong]})},
        )
        outcome = office.send("dopo.csv", "contabilita", rows("contabilita", 4))
    assert outcome.stato == "respinto"
    assert "non si è potuta verificare" in outcome.messaggi[0]
    assert len(office.current("contabilita", "id_riga")) == 3


def test_a_great_expectations_that_refuses_is_believed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge is Great Expectations, not the SQL that prepares what it sees: another suite gives another outcome."""
    original = checks.suite

    def stricter(*arguments: Any) -> Any:
        found = original(*arguments)
        found.add_expectation(
            gx.expectations.ExpectColumnValuesToBeInSet(
                column="voce", value_set=["altra"], meta={"regola": "formato", "colonna": "voce", "gravita": "errore"}
            )
        )
        return found

    monkeypatch.setattr(checks, "suite", stricter)
    lines = [*rows("contabilita", 9), row("contabilita", 10, voce="altra")]
    outcome = office.send("conti.csv", "contabilita", lines)
    assert (outcome.stato, outcome.righe_in_quarantena) == ("respinto", 10)
    assert {(line, rule) for line, _, _, rule, _ in office.findings()} == {(n, "formato") for n in range(2, 11)}


# --- chunks ---------------------------------------------------------------------------------------------------------


def dirty(count: int) -> list[Row]:
    """A file where the errors stand here and there, and columns have many or few distinct values."""
    lines = []
    for n in range(count):
        line = row("ore_servizio", n, ore=f"{n % 17},5", tariffa_oraria=f"2{n % 7},{n % 3}5")
        line["servizio"] = ("SAAP", "saap", "Sad", "ADM", "inventato", "x" * 201)[n % 11 % 6]
        line["codice_istat_comune"] = ("019035", "19002", "999999", "999001", "058091", "Crema")[n % 13 % 6]
        line["periodo"] = ("2024-01", "gennaio 2024", "2024-13", "2024-02", "")[n % 19 % 5]
        if n % 23 == 0:
            line["ore"] = ("745", "-1", "1e3", "12,345", "")[n % 5]
        if n % 29 == 0:
            line["ente_gestore"] = "RSSMRA85T10A562S"
        if n % 31 == 1:
            lines.append(dict(line))
        lines.append(line)
    return lines


@pytest.mark.parametrize(("chunk", "mapped"), [(3, 500_000), (250_000, 2), (3, 2), (7, 0)])
def test_the_findings_do_not_depend_on_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, mapped: int
) -> None:
    text = csv_text(tracciati()["ore_servizio"], dirty(80))
    found = []
    for name, sizes in (("intero", None), ("a_pezzi", (chunk, mapped))):
        office = Office.create(tmp_path / name)
        if sizes:  # the same key: the same hashes
            shutil.copyfile(tmp_path / "intero" / "dati" / "chiave", office.data / "chiave")
        with monkeypatch.context() as patch:
            if sizes:
                patch.setattr(checks, "_CHUNK", sizes[0])
                patch.setattr(checks, "_MAPPED", sizes[1])
            (outcome,) = office.load(office.write_text("ore.csv", text))
        loaded = office.current("ore_servizio", "f.* exclude (_lotto)")
        found.append((outcome.righe_lette, outcome.righe_in_quarantena, office.findings(), office.messages(), loaded))
    whole, pieces = found
    assert whole[1] > 20
    assert pieces == whole


# --- nothing is lost ------------------------------------------------------------------------------------------------

MESSY = st.sampled_from(
    ["", " ", "csc", "SAAP", "2024-01", "019035", "12,50", "1.234", "12.5", "-3", "745", "x", "x;y", "999999", "totale",
     "Totale", "31/02/2024", "è", "=1+1", "RSSMRA85T10A562S", "€ 5", "1e9", "ore", "'", "a b"]
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_row_read_is_loaded_or_in_quarantine(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    office = Office.create(tmp_path_factory.mktemp("sporco"))
    names = [field.nome for field in tracciati()["ore_servizio"].campi]
    lines: list[str] = [";".join(names)]
    for number in range(data.draw(st.integers(1, 25))):
        line = row("ore_servizio", number % 20)
        for name in data.draw(st.sets(st.sampled_from(names), max_size=2)):
            line[name] = data.draw(MESSY)
        text = ";".join(f'"{line[name]}"' if ";" in line[name] else line[name] for name in names)
        cut = data.draw(st.sampled_from(["", "", "", "", ";", ";x", "cut", '"']))
        lines.append(text.rsplit(";", 1)[0] if cut == "cut" else text + cut)
        if data.draw(st.integers(0, 9)) == 0:
            lines.append(data.draw(st.sampled_from(["", ";;;;;;;", "Totale;;;;;;12,5;", lines[0]])))
    (outcome,) = office.load(office.write_text("ore.csv", "\n".join(lines) + "\n"))
    adds_up(office, "ore_servizio")
    assert outcome.righe_lette == outcome.righe_caricate + outcome.righe_in_quarantena
    # a line of the file is a row, a total, a header said again or blank: a row when it has a code of a person
    assert outcome.righe_lette <= len(lines) - 1
    shutil.rmtree(office.root.parent, ignore_errors=True)


def adds_up(office: Office, layout: str) -> None:
    """The counts of every file are those of its rows."""
    for file_id, read, loaded, refused, state in office.query(
        "select file_id, righe_lette, righe_caricate, righe_in_quarantena, stato from raw.file_flussi"
    ):
        assert isinstance(read, int)
        assert isinstance(loaded, int)
        assert read == loaded + refused
        assert office.query(f"select count(*) from raw.flusso_{layout} where _file_id = ?", file_id) == [(loaded,)]
        assert office.query("select coalesce(sum(righe), 0) from raw.lotti where file_id = ?", file_id) == [(loaded,)]
        ((rejected,),) = office.query(
            "select count(*) from (select distinct foglio, riga from raw.quarantena "
            "where file_id = ? and gravita = 'errore' and riga is not null)",
            file_id,
        )
        assert rejected == refused or state == "respinto"
        assert office.query(
            f"select count(*) from raw.flusso_{layout} as f inner join raw.quarantena as q "
            "on f._file_id = q.file_id and f._riga = q.riga and f._foglio is not distinct from q.foglio "
            "where q.gravita = 'errore'"
        ) == [(0,)]


@pytest.mark.parametrize(
    ("wrong", "of", "state"),
    [
        (0, 10, "accettato"),
        (1, 10, "accettato con scarti"),  # 10%, the threshold of the layout
        (2, 19, "respinto"),
        (2, 20, "accettato con scarti"),
        (11, 109, "respinto"),
        (11, 110, "accettato con scarti"),
        (1, 1, "respinto"),
    ],
)
def test_the_state_at_the_threshold(office: Office, wrong: int, of: int, state: str) -> None:
    lines = rows("contabilita", of)
    for line in lines[:wrong]:
        line["importo"] = "cento"
    outcome = office.send("conti.csv", "contabilita", lines)
    assert (outcome.stato, outcome.righe_in_quarantena) == (state, of if state == "respinto" else wrong)
    assert outcome.ok == (state == "accettato")
    adds_up(office, "contabilita")
    if state == "respinto":
        assert f"{wrong} righe su {of} hanno errori, più del 10% ammesso" in outcome.messaggi[0]
        # every error is told, also of a file that is refused whole
        assert len(office.findings()) == wrong


def test_two_errors_in_a_row_are_one_row_in_quarantine_and_two_cells(office: Office) -> None:
    lines = [*rows("contabilita", 19), row("contabilita", 20, importo="cento", data="31/02/2024")]
    outcome = office.send("conti.csv", "contabilita", lines)
    assert (outcome.stato, outcome.righe_in_quarantena) == ("accettato con scarti", 1)
    assert office.findings() == [
        (21, "data", "31/02/2024", "valore", "errore"),
        (21, "importo", "cento", "formato", "errore"),
    ]


def test_a_warning_does_not_keep_a_row_out(office: Office) -> None:
    lines = [*rows("contabilita", 2), row("contabilita", 3, data="01/01/2020")]
    outcome = office.send("conti.csv", "contabilita", lines)
    assert (outcome.stato, outcome.righe_caricate) == ("accettato", 3)
    assert office.findings() == [(4, "data", "01/01/2020", "data_dell_esercizio", "avviso")]


# --- keys -----------------------------------------------------------------------------------------------------------


def test_the_first_of_two_rows_with_the_same_key_stays(office: Office) -> None:
    lines = rows("tariffe", 20)
    again = lines[4] | {"servizio": "saap", "valida_dal": "2024-01-01", "tariffa_oraria": "99,00"}
    outcome = office.send("tariffe.csv", "tariffe", [*lines, again])
    assert outcome.righe_in_quarantena == 1
    assert office.findings() == [(22, "valida_dal", None, "chiave_ripetuta", "errore")]
    assert "è già alla riga 6" in office.messages()[0]
    assert (lines[4]["ente_gestore"], Decimal("22.7000")) in office.current("tariffe", "ente_gestore, tariffa_oraria")


def test_the_message_of_a_repeated_key_never_names_the_person(office: Office) -> None:
    lines = [row("ore_servizio", n, codice_utente="RSSMRA85T10A562S") for n in (1, 1)]
    office.send("ore.csv", "ore_servizio", lines)
    ((message,),) = office.query("select messaggio from raw.quarantena where regola = 'chiave_ripetuta'")
    assert "RSSMRA" not in str(message)
    assert "codice_utente" not in str(message)


def test_rows_whose_key_is_missing_or_unreadable_are_not_the_same_row(office: Office) -> None:
    lines = rows("tariffe", 30)
    lines[0]["valida_dal"], lines[1]["valida_dal"] = "31/02/2024", "30/02/2024"
    lines[0]["ente_gestore"] = lines[1]["ente_gestore"] = "Stessa"
    lines[2]["servizio"] = lines[3]["servizio"] = ""
    lines[2]["ente_gestore"] = lines[3]["ente_gestore"] = "Altra"
    lines[4]["valida_dal"] = "2024-01-01"  # the same day as the others, written otherwise
    office.send("tariffe.csv", "tariffe", lines)
    assert sorted(str(rule) for _, _, _, rule, _ in office.findings()) == ["obbligatorio"] * 2 + ["valore"] * 2


# --- broken rows, totals ----------------------------------------------------------------------------------------------


def test_a_row_with_too_many_or_too_few_fields_is_in_quarantine(office: Office) -> None:
    text = csv_text(tracciati()["contabilita"], rows("contabilita", 30))
    lines = text.splitlines()
    lines[5] += ";in più"
    lines[9] = lines[9].rsplit(";", 3)[0]
    (outcome,) = office.load(office.write_text("conti.csv", "\n".join(lines)))
    assert (outcome.righe_lette, outcome.righe_caricate, outcome.righe_in_quarantena) == (30, 28, 2)
    assert [(line, column, rule) for line, column, _, rule, _ in office.findings()] == [
        (6, None, "campi_della_riga"),
        (10, None, "campi_della_riga"),
    ]
    assert any("campi trovati 13, attesi 12" in message for message in office.messages())
    adds_up(office, "contabilita")


def test_thousands_of_broken_rows_take_no_longer_than_thousands_of_rows(office: Office) -> None:
    text = csv_text(tracciati()["contabilita"], rows("contabilita", 6000))
    head, *lines = text.splitlines()
    (outcome,) = office.load(office.write_text("conti.csv", "\n".join([head, *(f"{line};x" for line in lines)])))
    assert (outcome.stato, outcome.righe_in_quarantena) == ("respinto", 6000)


@pytest.mark.parametrize(
    ("printed", "told"),
    [("100,50", False), ("€ 100,50", False), ("100.50", False), ("100,49", True), ("1.100,50", True), ("cento", False)],
)
def test_a_total_at_the_foot_is_checked_against_the_rows(office: Office, printed: str, told: bool) -> None:
    lines = [row("contabilita", n, importo=text) for n, text in enumerate(("50,25", "€ 60,25", "-10"), start=1)]
    total = dict.fromkeys(lines[0], "") | {"ente": "Totale", "importo": printed}
    outcome = office.send("conti.csv", "contabilita", [*lines, total])
    assert (outcome.stato, outcome.righe_lette) == ("accettato", 3)
    assert office.query("select righe_di_totale from raw.file_flussi") == [(1,)]
    if told:
        assert office.findings() == [(5, "importo", printed, "totale_al_piede", "avviso")]
        assert office.messages() == [
            f"Il totale al piede di importo è {printed}, la somma delle righe lette 100,50. "
            "Controllare che nel file ci siano tutte le righe"
        ]
    else:
        assert office.findings() == []


def test_a_total_of_each_part_and_one_of_all(office: Office) -> None:
    blank = dict.fromkeys(row("contabilita"), "")
    lines = [
        row("contabilita", 1, importo="10"),
        row("contabilita", 2, importo="20"),
        blank | {"ente": "Subtotale", "importo": "30"},
        row("contabilita", 3, importo="5"),
        blank | {"ente": "Subtotale", "importo": "5"},
        blank | {"ente": "Totale generale", "importo": "35"},
    ]
    assert office.send("conti.csv", "contabilita", lines).stato == "accettato"
    assert office.findings() == []
    lines[4] |= {"importo": "6"}
    office.send("altri.csv", "contabilita", lines)
    assert office.findings() == [(6, "importo", "6", "totale_al_piede", "avviso")]


def test_a_row_in_quarantine_counts_in_the_total_when_its_amount_can_be_read(office: Office) -> None:
    lines = [*rows("contabilita", 20, importo="1"), row("contabilita", 21, importo="1", area="inventata")]
    total = dict.fromkeys(lines[0], "") | {"ente": "TOTALE", "importo": "21"}
    outcome = office.send("conti.csv", "contabilita", [*lines, total])
    assert outcome.righe_in_quarantena == 1
    assert [rule for _, _, _, rule, _ in office.findings()] == ["dominio"]
