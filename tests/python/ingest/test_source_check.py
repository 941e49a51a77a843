"""The transcription against the text it came from: misplaced cells, forgotten numbers, another source."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ExtractError
from ingest.prospetti.load import read_document
from ingest.prospetti.source_check import Excluded, compare_with_source, read_excluded
from tests.conftest import Warehouse
from tests.python.ingest.example import SOURCE, Example


@pytest.fixture
def source(example: Example) -> Path:
    folder = example.root.parent / "fonti"
    folder.mkdir()
    path = folder / "005_esempio.txt"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def differences(example: Example, source: Path) -> list[tuple[int | None, str | None, str]]:
    """Line, value and what is wrong, for each difference with the text."""
    document, cells = read_document(example.paths, example.folder)
    excluded = read_excluded(example.folder / "escluse.csv")
    return [(p.line, p.value, p.what) for p in compare_with_source(document, cells, excluded, source)]


def test_a_faithful_transcription_has_no_difference(example: Example, source: Path) -> None:
    assert differences(example, source) == []


def test_a_cell_at_the_wrong_line_is_named(example: Example, source: Path) -> None:
    example.edit("costi.csv", "5,dato,Soncino", "2,dato,Soncino")
    found = differences(example, source)
    assert (2, "€ 1.000,00", "il testo trascritto non è a questa riga") in found
    # and the numbers really printed at line 5 are now accounted for by nothing
    assert (5, "1.000,00", "numero stampato né trascritto né escluso") in found


def test_a_cell_beyond_the_end_of_the_text_is_named(example: Example, source: Path) -> None:
    source.write_text("\n".join(SOURCE.splitlines()[:20]), encoding="utf-8")
    assert (21, "126,94 €", "il testo trascritto non è a questa riga") in differences(example, source)


def test_a_wrong_digit_is_named_twice(example: Example, source: Path) -> None:
    example.edit("costi.csv", "€ 800,25", "€ 800,52")
    assert differences(example, source) == [
        (4, "€ 800,52", "il testo trascritto non è a questa riga"),
        (4, "800,25", "numero stampato né trascritto né escluso"),
    ]


def test_a_forgotten_number_is_named(example: Example, source: Path) -> None:
    example.edit("risultato.csv", '14,dato,Entrate 2025,entrate,"€ 3.150,75"\n', "")
    assert (14, "3.150,75", "numero stampato né trascritto né escluso") in differences(example, source)


def test_a_number_printed_twice_must_be_transcribed_twice(example: Example, source: Path) -> None:
    text = SOURCE.replace("anno 2024 36", "anno 2024 36 36")
    source.write_text(text, encoding="utf-8")
    assert (19, "36", "numero stampato né trascritto né escluso") in differences(example, source)


def test_a_number_in_letters_must_be_transcribed_or_excluded(example: Example, source: Path) -> None:
    text = SOURCE.replace("anno 2024 36", "anno 2024 36 in Tre aree e una sede, duemila tredicesime")
    source.write_text(text, encoding="utf-8")
    assert (19, "tre", "numero stampato né trascritto né escluso") in differences(example, source)
    assert not {"due", "tredici", "una"} & {value for _, value, _ in differences(example, source)}
    with (example.folder / "escluse.csv").open("a", encoding="utf-8") as file:
        file.write("19,19,tre,denominazione\n")
    assert "tre" not in {value for _, value, _ in differences(example, source)}


def test_a_transcribed_word_is_a_word_of_its_line(example: Example, source: Path) -> None:
    example.edit(
        "documento.yml",
        "costo: {stampata: Costo, misura: costo, unita: eur}",
        "costo: {stampata: Costo, misura: costo, unita: eur, tipo: lettere}",
    )
    example.edit("costi.csv", "€ 800,25", "sei")
    source.write_text(SOURCE.replace("€ 800,25", "seimila"), encoding="utf-8")
    assert (4, "sei", "il testo trascritto non è a questa riga") in differences(example, source)
    source.write_text(SOURCE.replace("€ 800,25", "sei"), encoding="utf-8")
    assert not [item for item in differences(example, source) if item[:2] == (4, "sei")]


def test_an_excluded_number_is_not_missed_and_only_on_its_lines(example: Example, source: Path) -> None:
    (example.folder / "escluse.csv").write_text("da,a,testo,motivo\n2,2,2025,periodo\n", encoding="utf-8")
    assert differences(example, source) == [(1, "2025", "numero stampato né trascritto né escluso")]
    (example.folder / "escluse.csv").write_text("da,a,testo,motivo\n1,2,2024,periodo\n", encoding="utf-8")
    assert differences(example, source) == [(1, "2025", "numero stampato né trascritto né escluso")]
    (example.folder / "escluse.csv").write_text("da,a,testo,motivo\n1,3,*,periodo\n", encoding="utf-8")
    assert differences(example, source) == []


def test_another_text_is_not_the_source(example: Example, source: Path) -> None:
    source.write_text(SOURCE + "\n", encoding="utf-8")
    assert differences(example, source) == [(None, None, "non è il file trascritto: lo sha256 è diverso")]


def test_numbers_in_labels_of_printed_tables_are_no_figures(example: Example, source: Path) -> None:
    # «Avanzo 2024» is a label of its row; where the labels are ours, the text's numbers are figures to account for
    assert differences(example, source) == []
    example.edit("documento.yml", "    titolo: Risultato\n", "    titolo: Risultato\n    etichette: redazionali\n")
    assert (13, "2024", "numero stampato né trascritto né escluso") in differences(example, source)


def test_excluded_numbers_are_read_with_their_reason(example: Example) -> None:
    assert read_excluded(example.folder / "escluse.csv") == [Excluded(1, 1, "2025", "periodo")]
    (example.folder / "escluse.csv").write_text("da,a,testo,motivo\nuno,1,2025,periodo\n", encoding="utf-8")
    with pytest.raises(ExtractError, match="riga 2"):
        read_excluded(example.folder / "escluse.csv")


def test_the_command_says_how_many_and_fails(example: Example, source: Path) -> None:
    warehouse = Warehouse(example.root, example.data)
    well = warehouse.ambito("riscontro", str(source.parent))
    assert (well.returncode, "22 celle, 0 differenze" in well.stderr) == (0, True), well.stderr
    archived = set(example.paths.archive.rglob("*"))
    example.edit("costi.csv", "€ 800,25", "€ 800,52")
    wrong = warehouse.ambito("riscontro", str(source.parent))
    assert wrong.returncode == 1
    assert "005_esempio.txt, riga 4" in wrong.stderr
    assert "22 celle, 2 differenze" in wrong.stderr
    assert set(example.paths.archive.rglob("*")) == archived, "comparing archives nothing"
    source.write_bytes("perché".encode("cp1252"))
    coded = warehouse.ambito("riscontro", str(source.parent))
    assert coded.returncode == 1 and "non è scritto in UTF-8" in coded.stderr
    source.unlink()
    missing = warehouse.ambito("riscontro", str(source.parent))
    assert missing.returncode == 1
    assert "manca il testo del documento 005" in missing.stderr
