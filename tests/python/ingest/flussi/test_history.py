"""What was known when: files that correct others, arrive late, arrive twice, or are judged again."""

from __future__ import annotations

import shutil
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest

from ingest.flussi.history import history
from ingest.flussi.tables import create_tables
from tests.python.ingest.flussi.office import Office, Row, row, rows
from warehouse.provided import show_demonstration


def january(ore: str, count: int = 3) -> list[Row]:
    return rows("ore_servizio", count, periodo="2024-01", ore=ore)


def known_at(office: Office, when: datetime) -> list[tuple[object, ...]]:
    """Hours of each period as they were known at an instant."""
    return office.query(
        """
        select l.periodo, sum(f.ore) from raw.flusso_ore_servizio as f inner join raw.lotti as l on f._lotto = l.lotto
        where l.noto_dal <= ? and (l.noto_al is null or l.noto_al > ?) group by all order by all
        """,
        when,
        when,
    )


def hours(office: Office) -> list[tuple[object, ...]]:
    return office.current("ore_servizio", "distinct periodo, ore, f._file_id <> '' ")


def lots(office: Office) -> list[tuple[object, ...]]:
    """Period, rows, whether it is current, name of the file that replaced it."""
    return office.query(
        "select l.periodo, l.righe, l.noto_al is null, f.nome from raw.lotti as l "
        "left join raw.file_flussi as f on l.sostituito_da = f.file_id order by l.lotto"
    )


def instant(office: Office, lotto: int) -> datetime:
    ((when,),) = office.query("select noto_dal from raw.lotti where lotto = ?", lotto)
    assert isinstance(when, datetime)
    return when


# --- a file that corrects another -----------------------------------------------------------------------------------


def test_a_correction_replaces_and_the_past_can_be_asked_for(office: Office) -> None:
    assert office.send("gennaio.csv", "ore_servizio", january("10")).ok
    assert office.send("gennaio_corretto.csv", "ore_servizio", january("11", 4)).ok
    assert lots(office) == [("2024-01", 3, False, "gennaio_corretto.csv"), ("2024-01", 4, True, None)]
    first, second = instant(office, 1), instant(office, 2)
    assert office.query("select noto_al from raw.lotti where lotto = 1") == [(second,)], "closed at that very instant"
    assert known_at(office, datetime(2020, 1, 1)) == []
    assert known_at(office, first) == [("2024-01", Decimal(30))]
    assert known_at(office, first + (second - first) / 2) == [("2024-01", Decimal(30))]
    assert known_at(office, second) == [("2024-01", Decimal(44))]
    assert known_at(office, datetime(2100, 1, 1)) == [("2024-01", Decimal(44))]
    # rows are only ever added
    assert office.query("select _lotto, count(*) from raw.flusso_ore_servizio group by all order by all") == [
        (1, 3),
        (2, 4),
    ]


def test_a_file_of_two_months_replaces_two_lotti_and_leaves_the_third(office: Office) -> None:
    for month in ("2024-01", "2024-02", "2024-03"):
        office.send(f"{month}.csv", "ore_servizio", rows("ore_servizio", 2, periodo=month, ore="1"))
    both = [row("ore_servizio", 9, periodo=month, ore="5") for month in ("2024-01", "2024-02")]
    assert office.send("due.csv", "ore_servizio", both).ok
    assert office.current("ore_servizio", "f.periodo, ore, _riga") == [
        ("2024-01", Decimal(5), 2),
        ("2024-02", Decimal(5), 3),
        ("2024-03", Decimal(1), 2),
        ("2024-03", Decimal(1), 3),
    ]
    assert [found[2] for found in lots(office)] == [False, False, True, True, True]
    assert office.query("select periodo from raw.file_flussi where nome = 'due.csv'") == [("2024-01 2024-02",)]


def test_an_ente_does_not_replace_another(office: Office) -> None:
    other = {"ente": "asc_insieme", "codice_istat_comune": "999999"}
    office.send("csc.csv", "ore_servizio", january("10"))
    third = row("ore_servizio", 3, ore="8", **(other | {"ente": "asc_cremonese"}))
    assert office.send("altri.csv", "ore_servizio", [*rows("ore_servizio", 2, ore="7", **other), third]).ok
    assert office.query("select ente_id, righe from raw.lotti where noto_al is null order by lotto") == [
        ("csc", 3),
        ("asc_cremonese", 1),
        ("asc_insieme", 2),
    ]
    assert office.query("select ente_id from raw.file_flussi where nome = 'altri.csv'") == [
        ("asc_cremonese asc_insieme",)
    ]
    office.send("corretto.csv", "ore_servizio", rows("ore_servizio", 2, ore="9", **other))
    assert office.current("ore_servizio", "ente, ore") == [
        ("asc_cremonese", Decimal(8)),
        *[("asc_insieme", Decimal(9))] * 2,
        *[("csc", Decimal(10))] * 3,
    ]


def test_a_layout_does_not_replace_another(office: Office) -> None:
    office.send("ore.csv", "ore_servizio", january("10"))
    office.send("personale.csv", "ore_personale", rows("ore_personale", 2, periodo="2024-01"))
    assert all(found[2] for found in lots(office))


def test_a_refused_file_replaces_nothing(office: Office) -> None:
    office.send("gennaio.csv", "ore_servizio", january("10"))
    before = office.current("ore_servizio", "*")
    outcome = office.send("rotto.csv", "ore_servizio", january("mille"))
    assert outcome.stato == "respinto"
    assert office.current("ore_servizio", "*") == before
    assert len(lots(office)) == 1


def test_a_fixed_file_replaces_the_one_with_scraps(office: Office) -> None:
    bad = january("10", 10)
    bad[0]["ore"] = "mille"
    assert office.send("gennaio.csv", "ore_servizio", bad).stato == "accettato con scarti"
    assert office.send("gennaio.csv", "ore_servizio", january("10", 10)).stato == "accettato"
    assert len(office.current("ore_servizio", "ore")) == 10
    quarantined = office.query(
        "select count(*) from raw.quarantena as q inner join raw.lotti as l on q.file_id = l.file_id "
        "where l.noto_al is null"
    )
    assert quarantined == [(0,)], "nothing of what is current is in quarantine"


# --- the same bytes -------------------------------------------------------------------------------------------------


def test_the_same_bytes_again_change_nothing_whatever_their_name(office: Office) -> None:
    path = office.write("gennaio.csv", "ore_servizio", january("10"))
    office.load(path)
    before, archived = office.raw(), sorted(office.paths.archive.rglob("*"))
    copy = path.with_name("gennaio (1).csv")
    shutil.copyfile(path, copy)
    first, second = office.load(path, copy)
    assert [first.stato, second.stato] == ["invariato", "invariato"]
    assert (second.righe_lette, second.righe_caricate, second.stato_precedente) == (3, 3, "accettato")
    path.touch()
    assert office.load(path)[0].stato == "invariato"
    assert office.raw() == before
    assert sorted(office.paths.archive.rglob("*")) == archived


def test_two_copies_in_one_load_are_one_file(office: Office) -> None:
    path = office.write("gennaio.csv", "ore_servizio", january("10"))
    copy = path.with_name("copia.csv")
    shutil.copyfile(path, copy)
    assert [outcome.stato for outcome in office.load(path, copy, path)] == ["accettato", "invariato"]
    assert lots(office) == [("2024-01", 3, True, None)]


def test_a_refused_file_sent_again_is_the_same_refused_file(office: Office) -> None:
    path = office.write("rotto.csv", "ore_servizio", january("mille"))
    office.load(path)
    before = office.raw()
    (outcome,) = office.load(path)
    assert (outcome.stato, outcome.stato_precedente, outcome.ok) == ("invariato", "respinto", False)
    assert office.raw() == before


def test_the_same_bytes_sent_again_after_their_correction_do_not_come_back(office: Office) -> None:
    old = office.write("vecchio.csv", "ore_servizio", january("10"))
    office.load(old)
    office.send("corretto.csv", "ore_servizio", january("11"))
    before = office.raw()
    assert office.load(old)[0].stato == "invariato"
    assert office.raw() == before


# --- snapshots ------------------------------------------------------------------------------------------------------


def extraction(day: str, count: int, service: str = "TM") -> list[Row]:
    return rows("prese_in_carico", count, data_estrazione=day, servizio=service)


def test_an_older_extraction_that_arrives_late_goes_to_history_alone(office: Office) -> None:
    office.send("dicembre.csv", "prese_in_carico", extraction("31/12/2024", 5))
    assert office.send("settembre.csv", "prese_in_carico", extraction("30/09/2024", 4)).ok
    assert lots(office) == [("TM", 5, True, None), ("TM", 4, False, "dicembre.csv")]
    assert len(office.current("prese_in_carico", "codice_fascicolo")) == 5
    # it was never what was known: neither before nor after it arrived
    late = instant(office, 2)
    assert office.query("select noto_al from raw.lotti where lotto = 2") == [(late,)]
    assert office.query("select count(*) from raw.flusso_prese_in_carico where _lotto = 2") == [(4,)]


def test_the_same_day_extracted_again_and_a_later_one_replace(office: Office) -> None:
    office.send("a.csv", "prese_in_carico", extraction("31/12/2024", 5))
    office.send("b.csv", "prese_in_carico", extraction("31/12/2024", 6))
    office.send("c.csv", "prese_in_carico", extraction("31/01/2025", 7))
    office.send("d.csv", "prese_in_carico", extraction("31/01/2025", 2, "SIL"))
    assert [(period, count) for period, count, current, _ in lots(office) if current] == [("TM", 7), ("SIL", 2)]


# --- judged again ---------------------------------------------------------------------------------------------------


def with_new_comune(count: int = 10) -> list[Row]:
    """Hours of which one is of a comune that the seeds do not know yet."""
    return [*rows("ore_servizio", count - 1), row("ore_servizio", 90, codice_istat_comune="019999")]


def learn(office: Office, code: str = "019999") -> None:
    with (office.paths.seeds / "comuni.csv").open("a", encoding="utf-8") as file:
        file.write(f"{code},Z999,Comune nuovo,csc,,100,2024-01-01,,prova\n")


def test_only_a_file_with_scraps_is_judged_again_by_new_rules(office: Office) -> None:
    good = office.write("buono.csv", "ore_servizio", rows("ore_servizio", 4, periodo="2023-12"))
    bad = office.write("scarti.csv", "ore_servizio", with_new_comune())
    assert [outcome.stato for outcome in office.load(good, bad)] == ["accettato", "accettato con scarti"]
    learn(office)
    assert [outcome.stato for outcome in office.load(good, bad)] == ["invariato", "accettato"]
    assert office.findings() == [], "its own quarantine is cleared"
    assert [count for _, count, current, _ in lots(office) if current] == [4, 10]
    assert len(office.query("select * from raw.file_flussi")) == 2
    assert [outcome.stato for outcome in office.load(good, bad)] == ["invariato", "invariato"]


def test_a_refused_file_is_judged_again_by_new_rules(office: Office) -> None:
    bad = office.write("scarti.csv", "ore_servizio", [row("ore_servizio", 90, codice_istat_comune="019999")])
    assert office.load(bad)[0].stato == "respinto"
    learn(office)
    assert office.load(bad)[0].stato == "accettato"
    assert len(office.current("ore_servizio", "ore")) == 1


def test_a_file_judged_again_does_not_displace_its_own_correction(office: Office) -> None:
    """Both stay in the drop folder: new rules must not bring the uncorrected one back."""
    old = office.write("a_vecchio.csv", "ore_servizio", with_new_comune())
    assert office.load(old)[0].stato == "accettato con scarti"
    assert office.send("b_corretto.csv", "ore_servizio", rows("ore_servizio", 8, ore="3")).ok
    for code in ("019999", "019998", "019997"):  # judged again once, then (accepted) no more
        learn(office, code)
        office.load(old, office.paths.flussi / "b_corretto.csv")
        assert office.current("ore_servizio", "distinct ore") == [(Decimal(3),)]
    assert [found[2:] for found in lots(office)] == [
        (False, "b_corretto.csv"),
        (True, None),
        (False, "b_corretto.csv"),
    ]


def test_judged_again_and_again_it_stays_as_old_as_it_is(office: Office) -> None:
    old = office.write("a_vecchio.csv", "ore_servizio", [*with_new_comune(), row("ore_servizio", 91, ore="mille")])
    office.load(old)
    office.send("b_corretto.csv", "ore_servizio", rows("ore_servizio", 8, ore="3"))
    for code in ("019999", "019998", "019997"):
        learn(office, code)
        assert office.load(old)[0].stato == "accettato con scarti"
        assert office.current("ore_servizio", "distinct ore") == [(Decimal(3),)]


def test_a_refused_file_judged_again_does_not_displace_what_came_after_it(office: Office) -> None:
    refused = office.write("a.csv", "ore_servizio", [row("ore_servizio", 90, codice_istat_comune="019999")])
    office.load(refused)
    office.send("b.csv", "ore_servizio", rows("ore_servizio", 8, ore="3"))
    learn(office)
    assert office.load(refused)[0].stato == "accettato"
    assert office.current("ore_servizio", "distinct ore") == [(Decimal(3),)]


def test_what_is_judged_again_and_never_corrected_stays_current(office: Office) -> None:
    path = office.write("a.csv", "ore_servizio", with_new_comune())
    office.load(path)
    office.send("b.csv", "ore_servizio", rows("ore_servizio", 2, periodo="2024-02"))
    learn(office)
    office.load(path)
    assert [(period, count) for period, count, current, _ in lots(office) if current] == [
        ("2024-02", 2),
        ("2024-01", 10),
    ]


# --- the demonstration ente, shown or not ---------------------------------------------------------------------------


def demo(office: Office, name: str, ore: str) -> None:
    lines = [row("ore_servizio", n, ore=ore, ente="dimostrativo", codice_istat_comune="999001") for n in range(3)]
    assert office.send(name, "ore_servizio", lines).ok


def show(office: Office, shown: bool) -> list[tuple[object, ...]]:
    with duckdb.connect(str(office.paths.database)) as con:
        show_demonstration(con, shown)
    return office.current("ore_servizio", "ente, ore")


def test_the_demonstration_ente_goes_and_comes_back_and_the_others_stay(office: Office) -> None:
    office.send("csc.csv", "ore_servizio", january("10", 1))
    demo(office, "demo.csv", "1")
    both = show(office, True)
    assert len(both) == 4
    for _ in range(2):
        assert show(office, False) == [("csc", Decimal(10))]
    for _ in range(2):
        assert show(office, True) == both


@pytest.mark.parametrize("hidden_again", [False, True])
def test_the_demonstration_ente_generated_anew_while_it_is_left_out_comes_back_once(
    office: Office, hidden_again: bool
) -> None:
    demo(office, "uno.csv", "1")
    show(office, False)
    demo(office, "due.csv", "2")
    if hidden_again:
        show(office, False)
    assert show(office, True) == [("dimostrativo", Decimal(2))] * 3


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_history_names_every_load_in_order(office: Office) -> None:
    office.send("gennaio.csv", "ore_servizio", january("10"))
    office.send("corretto.csv", "ore_servizio", january("11", 4))
    office.send("tariffe.csv", "tariffe", rows("tariffe", 2))
    with duckdb.connect(str(office.paths.database)) as con:
        create_tables(con)
        found = history(con)
    assert [(lot.tracciato, lot.ente_id, lot.periodo, lot.file, lot.righe, lot.sostituito_da) for lot in found] == [
        ("ore_servizio", "csc", "2024-01", "gennaio.csv", 3, "corretto.csv"),
        ("ore_servizio", "csc", "2024-01", "corretto.csv", 4, None),
        ("tariffe", "csc", "intero", "tariffe.csv", 2, None),
    ]
    assert found[0].sostituito_il == found[1].caricato_il
    assert [lot.caricato_il for lot in found] == sorted(lot.caricato_il for lot in found)


# --- what a correction clears, and what it does not touch ---------------------------------------------------------


def in_quarantine(office: Office) -> list[tuple[object, ...]]:
    return office.query("select distinct file from raw.quarantena where gravita = 'errore' order by file")


def wrong(count: int, bad: int, month: str = "2024-01") -> list[Row]:
    good = rows("ore_servizio", count - bad, periodo=month)
    return good + [row("ore_servizio", 900 + number, periodo=month, ore="tante") for number in range(bad)]


def test_a_fixed_file_clears_the_quarantine_of_the_one_it_replaces(office: Office) -> None:
    office.send("gennaio.csv", "ore_servizio", wrong(20, 1))
    office.send("febbraio.csv", "ore_servizio", wrong(20, 1, "2024-02"))
    assert in_quarantine(office) == [("febbraio.csv",), ("gennaio.csv",)]
    assert office.send("gennaio_corretto.csv", "ore_servizio", rows("ore_servizio", 20, periodo="2024-01")).ok
    assert in_quarantine(office) == [("febbraio.csv",)], "its own, and no other"
    assert office.query("select righe_in_quarantena from raw.file_flussi where nome = 'gennaio.csv'") == [(1,)]


def test_a_fixed_file_clears_the_quarantine_of_the_refused_one(office: Office) -> None:
    assert office.send("gennaio.csv", "ore_servizio", wrong(4, 3)).stato == "respinto"
    assert office.query("select ente_id, periodo from raw.file_flussi") == [("csc", "2024-01")]
    office.send("febbraio.csv", "ore_servizio", wrong(4, 3, "2024-02"))
    assert office.send("gennaio_corretto.csv", "ore_servizio", rows("ore_servizio", 4, periodo="2024-01")).ok
    assert in_quarantine(office) == [("febbraio.csv",)]


def test_a_month_with_no_good_row_is_said_and_leaves_what_was_there(office: Office) -> None:
    office.send("febbraio.csv", "ore_servizio", rows("ore_servizio", 2, periodo="2024-02", ore="7"))
    lines = [*rows("ore_servizio", 30, periodo="2024-01"), row("ore_servizio", 99, periodo="2024-02", ore="tante")]
    outcome = office.send("due_mesi.csv", "ore_servizio", lines)
    assert outcome.stato == "accettato con scarti"
    assert any("resta ciò che c'era prima: 2024-02" in words for words in outcome.messaggi)
    assert office.current("ore_servizio", "count(*), sum(ore)")[0][0] == 32


def test_rules_that_would_refuse_what_is_loaded_leave_it_there(office: Office) -> None:
    assert office.send("gennaio.csv", "ore_servizio", wrong(10, 1)).stato == "accettato con scarti"
    seed = office.paths.seeds / "comuni.csv"
    known = seed.read_text(encoding="utf-8")
    code = row("ore_servizio")["codice_istat_comune"]
    seed.write_text("".join(line for line in known.splitlines(True) if not line.startswith(code)), encoding="utf-8")
    outcome = office.send("gennaio.csv", "ore_servizio", wrong(10, 1))
    assert (outcome.stato, outcome.righe_caricate) == ("invariato", 9)
    assert any("resta com'era" in words for words in outcome.messaggi)
    assert len(office.current("ore_servizio", "ore")) == 9


def test_a_population_of_invented_comuni_is_synthetic(office: Office) -> None:
    office.send("vera.csv", "popolazione", rows("popolazione", 2))
    office.send("inventata.csv", "popolazione", rows("popolazione", 2, codice_istat_comune="999001"))
    assert office.query("select nome, sintetico from raw.file_flussi order by nome") == [
        ("inventata.csv", True),
        ("vera.csv", False),
    ]
