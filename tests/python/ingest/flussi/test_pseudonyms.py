"""Codes of persons become keyed hashes; without the key, with a weak one or with another one, nothing is loaded."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.errors import AmbitoError
from ingest.flussi.pseudonyms import (
    VARIABLE,
    MissingKeyError,
    Pseudonyms,
    create_key,
    holds_tax_codes,
    key_path,
    mask_tax_codes,
    read_key,
    without_tax_codes,
)
from ingest.paths import Paths
from tests.python.ingest.flussi.office import Office, row, rows

KEY, OTHER = "k" * 40, "z" * 40


@pytest.fixture
def no_key(tmp_path: Path) -> Office:
    return Office.create(tmp_path, key=False)


# --- the hash -------------------------------------------------------------------------------------------------------


def test_the_same_person_has_the_same_hash_however_the_code_is_written(office: Office) -> None:
    hashes = Pseudonyms(office.paths)
    written = (
        "rssmra85t10a562s",
        "RSSMRA85T10A562S",
        "  RssMra85t10A562S\t",
        "RSSMRA85T10A562S\n",
        "RSS MRA 85T10 A562S",
    )
    assert len({hashes.of(code, "utente") for code in written}) == 1
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", hashes.of("U1", "utente"))
    assert Pseudonyms(office.paths).of("U1", "utente") == hashes.of("U1", "utente")


def test_a_user_and_an_operator_with_one_code_are_two(office: Office) -> None:
    hashes = Pseudonyms(office.paths)
    assert len({hashes.of("U1", kind) for kind in ("utente", "operatore", "fascicolo", "domanda", "fornitore")}) == 5
    assert hashes.of("U1", "utente") != hashes.of("U2", "utente")


def test_another_key_gives_other_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    for key in (KEY, OTHER):
        monkeypatch.setenv(VARIABLE, key)
        hashes = Pseudonyms(Paths(tmp_path, tmp_path))
        found.add((hashes.of("U1", "utente"), hashes.fingerprint))
    assert len(found) == 2
    assert len({fingerprint for _, fingerprint in found}) == 2
    assert all(KEY not in text and OTHER not in text for pair in found for text in pair)


def test_invented_codes_need_no_key(no_key: Office) -> None:
    hashes = Pseudonyms(no_key.paths)
    assert hashes.of("DEMO-U000123", "utente") == hashes.of("demo-u000123 ", "utente")
    assert not hashes.used_key
    with pytest.raises(MissingKeyError):
        hashes.of("U000123", "utente")


def test_a_column_is_hashed_by_its_distinct_values(office: Office) -> None:
    hashes = Pseudonyms(office.paths)
    column = pa.array(["a1", None, "A1", "b2", "a1"]).dictionary_encode()
    found = hashes.column(column, "utente")
    assert found.to_pylist() == [
        hashes.of("A1", "utente"),
        None,
        hashes.of("A1", "utente"),
        hashes.of("B2", "utente"),
        hashes.of("A1", "utente"),
    ]
    assert len(found.dictionary) == 2


def test_many_codes_are_not_all_remembered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.flussi.pseudonyms._MEMORY", 3)
    hashes, few = Pseudonyms(office.paths), Pseudonyms(office.paths)
    for first in range(20):
        column = pa.array([f"U{first + n % 5}" for n in range(10)]).dictionary_encode()
        assert hashes.column(column, "utente").to_pylist() == [few.of(code, "utente") for code in column.to_pylist()]
    assert sum(len(seen) for seen in hashes._seen.values()) <= 3 + 5


# --- the key --------------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_only_its_owner_reads_it(no_key: Office) -> None:
    path = create_key(no_key.paths)
    assert path == key_path(no_key.paths)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="ascii")
    assert len(text.strip()) >= 64
    with pytest.raises(AmbitoError, match=r"La chiave c'è già .* Che fare: tenerla"):
        create_key(no_key.paths)
    assert path.read_text(encoding="ascii") == text


def test_two_keys_are_never_the_same(tmp_path: Path) -> None:
    keys = {create_key(Paths(tmp_path, tmp_path / str(n))).read_text(encoding="ascii") for n in range(5)}
    assert len(keys) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610])
def test_a_key_that_others_can_read_is_refused(office: Office, mode: int) -> None:
    key_path(office.paths).chmod(mode)
    with pytest.raises(MissingKeyError, match=r"leggibile da altri utenti della macchina\. Che fare: chmod 600"):
        read_key(office.paths)
    key_path(office.paths).chmod(0o600)
    assert read_key(office.paths)


def test_a_short_key_is_refused(no_key: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("k" * 31, " " * 40 + "k", "segreto"):
        monkeypatch.setenv(VARIABLE, key)
        with pytest.raises(
            MissingKeyError, match=r"più corta di 32 caratteri\. Che fare: crearne una con «ambito chiave»"
        ):
            read_key(no_key.paths)
    monkeypatch.setenv(VARIABLE, "k" * 32)
    assert read_key(no_key.paths) == b"k" * 32


def test_the_environment_comes_first_and_an_empty_one_is_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    of_file = read_key(office.paths)
    monkeypatch.setenv(VARIABLE, KEY)
    assert read_key(office.paths) == KEY.encode()
    monkeypatch.setenv(VARIABLE, "  ")
    assert read_key(office.paths) == of_file


# --- loading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", ["none", "short", "open"])
def test_without_a_good_key_persons_are_not_loaded(no_key: Office, problem: str) -> None:
    key = key_path(no_key.paths)
    if problem != "none":
        key.write_text("corta" if problem == "short" else KEY, encoding="ascii")
        key.chmod(0o600 if problem == "short" else 0o644)
    before = no_key.load()
    assert before == []
    path = no_key.write("ore.csv", "ore_servizio", rows("ore_servizio", 3))
    outcome, other = no_key.load(path, no_key.write("conti.csv", "contabilita", rows("contabilita", 3)))
    assert (outcome.stato, outcome.righe_lette, outcome.risposta) == ("respinto", 0, None)
    assert "Che fare" in outcome.messaggi[0]
    assert other.ok, "a file without persons does not need it"
    assert no_key.query("select nome from raw.file_flussi") == [("conti.csv",)]
    assert no_key.query("select count(*) from raw.flusso_ore_servizio") == [(0,)]
    assert not [*no_key.paths.archive.rglob("*.parquet")]
    assert not [*(no_key.paths.build / "carichi").rglob("*")]
    # with the key the same file is loaded: it was not taken for one already seen
    key.unlink(missing_ok=True)
    create_key(no_key.paths)
    assert [outcome.stato for outcome in no_key.load(path)] == ["accettato"]


def test_another_key_is_refused_and_nothing_changes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.send("ore.csv", "ore_servizio", rows("ore_servizio", 3)).ok
    before = office.raw()
    archived = sorted(office.paths.archive.rglob("*"))
    monkeypatch.setenv(VARIABLE, OTHER)
    outcome = office.send("altre.csv", "ore_servizio", rows("ore_servizio", 4))
    assert (outcome.stato, outcome.righe_caricate) == ("respinto", 0)
    assert "La chiave non è quella con cui sono cifrate le persone già caricate" in outcome.messaggi[0]
    assert office.raw() == before
    assert sorted(office.paths.archive.rglob("*")) == archived
    monkeypatch.delenv(VARIABLE)
    assert office.load(office.paths.flussi / "altre.csv")[0].stato == "accettato"


def test_invented_codes_are_loaded_without_a_key_and_with_any(no_key: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        row("ore_servizio", n, ente="dimostrativo", codice_utente=f"DEMO-U{n}", codice_istat_comune="999001")
        for n in range(3)
    ]
    outcome = no_key.send("demo.csv", "ore_servizio", lines)
    assert outcome.ok
    assert outcome.sintetico
    assert no_key.query("select count(*) from raw.chiave_persone") == [(0,)]
    monkeypatch.setenv(VARIABLE, KEY)
    assert no_key.send("vero.csv", "ore_servizio", rows("ore_servizio", 3)).ok
    assert no_key.query("select count(distinct codice_utente) from raw.flusso_ore_servizio") == [(6,)]


def test_a_person_is_the_same_in_every_layout(office: Office) -> None:
    office.send("o.csv", "ore_servizio", [row("ore_servizio", codice_utente="u00777")])
    office.send("c.csv", "collocamenti", [row("collocamenti", codice_utente="U00777 ")])
    office.send("d.csv", "domande", [row("domande", codice_utente="U00777", codice_domanda="U00777")])
    found = office.query(
        "select codice_utente from raw.flusso_ore_servizio union select codice_utente from raw.flusso_collocamenti "
        "union select codice_utente from raw.flusso_domande"
    )
    assert len(found) == 1
    assert office.query("select codice_utente = codice_domanda from raw.flusso_domande") == [(False,)]


def test_the_command_makes_a_key_and_then_says_there_is_one(no_key: Office) -> None:
    path = no_key.write("ore.csv", "ore_servizio", rows("ore_servizio", 3))
    without = no_key.warehouse.ambito("load", str(path))
    assert without.returncode == 1
    assert "manca la chiave per cifrarli. Che fare: crearla con «ambito chiave»" in without.stderr
    made = no_key.warehouse.ambito("chiave")
    assert made.returncode == 0
    assert "leggibile solo da te" in made.stderr
    key = key_path(no_key.paths).read_text(encoding="ascii").strip()
    again = no_key.warehouse.ambito("chiave")
    assert again.returncode == 1
    assert "La chiave c'è già" in again.stderr
    assert key_path(no_key.paths).read_text(encoding="ascii").strip() == key
    assert no_key.warehouse.ambito("load", str(path)).returncode == 0
    for done in (without, made, again):
        assert key not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


# --- codici fiscali where they should not be ------------------------------------------------------------------------

TAX_CODES = [
    "RSSMRA85T10A562S",
    "rssmra85t10a562s",
    "RssMra85T10a562s",
    "RSSMRA85T50A562W",
    "RSSMRALRTMLARSNS",  # digits replaced because of a namesake
    "RSS MRA 85T10 A562S",
    "RSS-MRA-85T10-A562S",
]


@pytest.mark.parametrize("code", TAX_CODES)
@pytest.mark.parametrize("around", ["{}", "CF:{}", "utente {}, via Roma", "ore_{}_2024", "({})", "X{}", "{}9"])
def test_a_codice_fiscale_is_taken_out_wherever_it_stands(code: str, around: str) -> None:
    found = without_tax_codes(around.format(code))
    assert "[codice fiscale rimosso]" in found
    assert code not in found
    assert found == around.format("[codice fiscale rimosso]")


@pytest.mark.parametrize(
    "text",
    ["Cooperativa Sociale A", "DGR XII/1234 del 2023", "01234567890", "IT60X0542811101000000123456", "B2-2024-018",
     "Azioni di rete per il lavoro", "assegno di inclusione", "019035", "contributo straordinario 2024", ""],
)  # fmt: skip
def test_what_is_no_codice_fiscale_stays(text: str) -> None:
    assert without_tax_codes(text) == text


def test_a_column_without_codici_fiscali_is_left_as_it_is() -> None:
    column = pa.array(["a", None, "b"]).dictionary_encode()
    assert mask_tax_codes(column) == (column, False)
    masked, found = mask_tax_codes(pa.array(["a", None, TAX_CODES[0], TAX_CODES[1]]).dictionary_encode())
    assert found
    assert masked.to_pylist() == ["a", None, "[codice fiscale rimosso]", "[codice fiscale rimosso]"]


def test_a_codice_fiscale_across_two_pieces_of_a_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    for size in (1, 5, 16, 40):
        monkeypatch.setattr("ingest.flussi.pseudonyms._PIECE", size)
        for before in range(20):
            path.write_bytes(b"\xe8" * before + TAX_CODES[0].encode() + b"coda")
            assert holds_tax_codes(path)
        path.write_bytes(os.urandom(0) + b"niente di niente" * 9)
        assert not holds_tax_codes(path)
    path.write_bytes(TAX_CODES[0].encode("utf-16-le"))
    assert holds_tax_codes(path)
