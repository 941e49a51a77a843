"""A report reprints the years before: what it reprints is kept and checked, and enters no mart twice."""

from __future__ import annotations

from tests.conftest import Warehouse

DECLARATION = f"""documento: "006"
titolo: Relazione inventata che ristampa un anno
ente: csc
anno_pubblicazione: 2025
fonte: {{file: 006_inventato.txt, sha256: {"a" * 64}, titolare: Prova, licenza: Prova}}
tabelle:
  saap:
    titolo: SAAP per sub-ambito
    linee: [1, 9]
    riga: un sub-ambito
    fatto: costo_servizi_sub_ambito
    dimensioni: {{servizio: SAAP}}
    colonne:
      sub_ambito: {{dimensione: sub_ambito}}
      costo_2024: {{misura: costo, unita: eur, fatto: nessuno, dimensioni: {{anno: 2024}}}}
      costo_2025: {{misura: costo, unita: eur, dimensioni: {{anno: 2025}}}}
  altro:
    titolo: Altro
    linee: [10, 12]
    riga: una spesa
    unita: eur
    misura: spesa
    colonne:
      voce: {{dimensione: voce}}
      importo: {{dimensioni: {{anno: 2025}}}}
"""
RULES = """regole:
  - id: ristampa
    descrizione: Il costo ristampato è quello del documento dell'anno
    figura: {tabella: saap, linea: 2, colonna: costo_2024}
    uguale_a: {documento: "001", tabella: saap_sub_ambito, linea: 1061, colonna: costo_2024}
"""


def test_a_reprinted_year_and_a_cell_in_quarantine(warehouse: Warehouse) -> None:
    before = warehouse.served()
    folder = warehouse.paths.prospetti / "006_inventato"
    folder.mkdir()
    (folder / "documento.yml").write_text(DECLARATION, encoding="utf-8")
    (folder / "quadrature.yml").write_text(RULES, encoding="utf-8")
    (folder / "saap.csv").write_text(
        'linea,tipo,sub_ambito,costo_2024,costo_2025\n2,dato,Pandino,"€ 1.462.172,40","€ 1.500.000,00"\n',
        encoding="utf-8",
    )
    (folder / "altro.csv").write_text("linea,tipo,voce,importo\n11,dato,Una spesa,1.2.3\n", encoding="utf-8")

    built = warehouse.ambito("build")

    # published, because every check is green; the code says that something waits
    assert built.returncode == 1, built.stderr
    assert "in quarantena" in built.stderr and "«1.2.3»" in built.stderr
    assert warehouse.served() != before
    assert warehouse.query("select count(*) from marts.quarantena") == [(1,)]
    costs = warehouse.query(
        """
        select anno, costo_eur::varchar from marts.costo_saap_sub_ambito
        where sub_ambito = 'Pandino' order by anno desc limit 2
        """
    )
    assert costs == [(2025, "1500000.00"), (2024, "1462172.40")]
    assert warehouse.query("select esito from marts.quadrature where quadratura_id = '006-ristampa'") == [("quadra",)]

    warehouse.edit(folder / "documento.yml", "fatto: nessuno, ", "")
    served = warehouse.served()
    doubled = warehouse.ambito("build")
    assert doubled.returncode == 1
    assert "test rosso «una_cella_per_misura»" in doubled.stderr and "fatto: nessuno" in doubled.stderr
    assert warehouse.served() == served
