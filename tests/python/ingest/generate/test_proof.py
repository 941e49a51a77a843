"""The proof: single rows made from the printed margins of the Cremasca give every printed figure back, to the cent."""

from __future__ import annotations

import secrets
from pathlib import Path

import duckdb
import pytest

from ingest.generate import Margin, generate_margini
from tests.conftest import Warehouse, copy_project

ENTE = "prova"
PRINTED = """
    select anno, servizio, sub_ambito, utenti_nell_anno, ore_erogate, costo_eur
    from marts.costo_servizi_sub_ambito where ente_id = 'csc' and origine_dato = 'prospetto' order by all
"""


def add_ente(root: Path, sub_ambiti: list[str]) -> dict[str, str]:
    """Add a test ente with a comune for each sub-ambito; the sub-ambito and the comune of each printed one."""
    seeds = root / "seeds"

    def append(name: str, *lines: str) -> None:
        with (seeds / name).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    append("ambiti.csv", f"{ENTE},Ambito di prova,,,,,prova")
    append("enti.csv", f"{ENTE},Ente di prova,{ENTE},,,,,prova")
    comuni = {}
    for place, name in enumerate(sub_ambiti, 1):
        own = f"{name} (prova)"
        if name == "Extra-territorio":
            comuni[name] = "999999"
            append("sub_ambiti.csv", f"{own},{ENTE},extra_territorio,,false,,,prova")
            continue
        comuni[name] = f"998{place:03d}"
        append("comuni.csv", f"{comuni[name]},,Comune {place} di prova,{ENTE},{own},,,,prova")
        append("sub_ambiti.csv", f"{own},{ENTE},sub_ambito,Comune {place} di prova,true,,,prova")
        append("comuni_sub_ambiti.csv", f"{comuni[name]},{own},{ENTE},,,prova")
    return comuni


@pytest.mark.timeout(600)
def test_single_rows_give_back_every_printed_figure(built: Warehouse, tmp_path: Path) -> None:
    printed = built.query(PRINTED)
    margins = [Margin(*row) for row in printed]  # type: ignore[arg-type]
    assert len(margins) == 75
    proof = Warehouse(root=tmp_path / "progetto", data=tmp_path / "dati")
    copy_project(proof.root)
    comuni = add_ente(proof.root, sorted({margin.sub_ambito for margin in margins}))
    generate_margini(proof.root / "extracts" / "flussi" / "prova", margins, ENTE, comuni)
    proof.data.mkdir()
    key = proof.data / "chiave"
    key.write_text(secrets.token_urlsafe(48), encoding="ascii")
    key.chmod(0o600)
    done = proof.ambito("build", "--senza-dimostrativo")
    assert done.returncode == 0, done.stderr
    # what is built, not what is published: there the figures of one or two users are hidden
    with duckdb.connect(str(proof.paths.database), read_only=True) as con:
        found = con.execute(
            """
            select anno, servizio, replace(sub_ambito, ' (prova)', ''), utenti_nell_anno, ore_erogate, costo_eur
            from marts.costo_servizi_sub_ambito where ente_id = ? and origine_dato = 'flusso' order by all
            """,
            [ENTE],
        ).fetchall()
        quarantined = con.execute("select count(*) from raw.quarantena where gravita = 'errore'").fetchall()
    assert found == printed
    assert quarantined == [(0,)]
