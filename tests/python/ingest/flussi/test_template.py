"""A template that is filled in comes back recognised, with what was typed."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingest.errors import ExtractError
from ingest.flussi.read import recognise
from ingest.flussi.template import INSTRUCTIONS, write_template
from ingest.paths import ROOT
from ingest.reference import read_domains

from .writers import LAYOUTS, read


def filled(template: Path, target: Path, texts: list[str]) -> Path:
    """Type a row into a template: the first row under the header, as a spreadsheet would save it."""
    cells = "".join(
        f'<c r="{chr(65 + column)}2" t="inlineStr"><is><t>{text}</t></is></c>' for column, text in enumerate(texts)
    )
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                row = f'<row r="2">{cells}</row></sheetData>'
                content = content.replace(b"</sheetData>", row.encode())
                content = re.sub(rb'<dimension ref="[^"]*"/>', b"", content)
            copy.writestr(name, content)
    return target


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_filled_template_is_read_back(tmp_path: Path, name: str) -> None:
    layout = LAYOUTS[name]
    write_template(layout, tmp_path / "vuoto.xlsx", read_domains(ROOT / "seeds")[0])
    with pytest.raises(ExtractError, match="non ci sono righe"):
        recognise(tmp_path / "vuoto.xlsx", LAYOUTS)
    source, rows, apart = read(
        filled(tmp_path / "vuoto.xlsx", tmp_path / "pieno.xlsx", [field.esempio for field in layout.campi])
    )
    assert source.tracciato.tracciato == name
    assert source.avvisi == []  # the sheet of instructions is known
    assert [{k: v for k, v in row.items() if k[0] != "_"} for row in rows] == [
        {field.nome: field.esempio or None for field in layout.campi}
    ]
    assert (apart.broken, apart.totals) == ([], [])


@pytest.mark.parametrize("name", LAYOUTS)
def test_instructions_and_lists(tmp_path: Path, name: str) -> None:
    layout = LAYOUTS[name]
    path = tmp_path / "m.xlsx"
    domains, _ = read_domains(ROOT / "seeds")
    write_template(layout, path, domains)
    text = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(INSTRUCTIONS).to_python()
    told = {row[0]: row for row in text[6:]}
    assert list(told) == [field.nome for field in layout.campi]
    for field in layout.campi:
        assert told[field.nome][1] == ("sì" if field.richiesto else "no")
        assert told[field.nome][5] == field.esempio
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert len(re.findall("<comment ", archive.read("xl/comments1.xml").decode())) == len(layout.campi)
    lists = [field for field in layout.campi if field.valori and len(",".join(field.valori)) <= 255]
    assert sheet.count("<dataValidation ") >= len(lists)
    assert all(value in told[field.nome][4] for field in lists for value in field.valori or {})
    assert f'style="{1}"' in sheet or 'style="' in sheet  # columns of codes keep their zeros


def test_codes_keep_their_leading_zeros(tmp_path: Path) -> None:
    write_template(LAYOUTS["ore_servizio"], tmp_path / "m.xlsx")
    with zipfile.ZipFile(tmp_path / "m.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    columns = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*?style="(\d+)"', sheet)
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    as_text = {n for first, last, s in columns for n in range(int(first), int(last) + 1) if formats[int(s)] == "49"}
    position = [field.nome for field in LAYOUTS["ore_servizio"].campi].index("codice_istat_comune") + 1
    assert position in as_text
