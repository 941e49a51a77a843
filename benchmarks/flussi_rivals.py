"""The same job as Ambito by other means, each step in a process of its own. Called by ``flussi_times.py``.

The job: read a file of service hours with every value typed, keep it, and make the two marts that stand on it (per
month and per year, with the persons counted once). Nothing here validates, quarantines, archives, hides a person's code
or keeps a history: it is the floor that Ambito is measured against, not an alternative to it.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

ENTE = "prova"
MONTHS = 12
SERVICES = ("SAAP", "SAD", "ADM", "SIP")
PROVIDERS = 8
PERSONS_SHARE = 3  # rows a person has in a month

# --- the files ------------------------------------------------------------------------------------

# Twelve months of an invented ente, then one more; not of the demonstration one, whose persons need no key. No two
# rows have the same key; a person has up to three services a month; tariffs rise in July. The arithmetic stands in for
# chance: the same file on every machine.
_ROWS = f"""
    select
        '{ENTE}' as ente,
        {{month}} as periodo,
        ['{"', '".join(SERVICES)}'][1 + (persona + posto) % 4] as servizio,
        printf('U%07d', persona) as codice_utente,
        printf('9980%02d', 1 + (persona * 7919) % 12) as codice_istat_comune,
        'Cooperativa ' || (1 + (persona * 31 + posto * 17) % {PROVIDERS}) as ente_gestore,
        replace(cast(cast((1 + (i * 2654435761) % 300) as decimal(9, 0)) * 0.25 as varchar), '.', ',') as ore,
        replace(cast(cast({{rate}} as decimal(9, 2)) as varchar), '.', ',') as tariffa_oraria
    from (select i, mese, (i % per_mese) // {PERSONS_SHARE} as persona, i % {PERSONS_SHARE} as posto
          from (select range as i, {{per_month}} as per_mese, range // {{per_month}} as mese from range({{rows}})))
"""
_RATE = """
    20 + ((persona + posto) % 4) * 1.15 + ((persona * 31 + posto * 17) % 8) * 0.35
    + case when mese >= 6 then 0.5 else 0 end
"""


def generate(folder: str, rows: str) -> None:
    """Write ``ore.csv`` (twelve months, as many rows as asked), ``mese.csv`` (one month more) and ``tariffe.csv``."""
    import duckdb

    per_month = -(-int(rows) // MONTHS)  # rounded up: the last month takes what is left
    files = {
        "ore.csv": (int(rows), "printf('2024-%02d', mese + 1)", _RATE),
        "mese.csv": (per_month, "'2025-01'", _RATE.replace("mese >= 6", "true")),
    }
    with duckdb.connect() as con:
        for name, (count, month, rate) in files.items():
            query = _ROWS.format(month=month, rate=rate, per_month=per_month, rows=count)
            con.execute(f"copy ({query}) to '{Path(folder, name)}' (header, delimiter ';')")
    with Path(folder, "tariffe.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["ente", "servizio", "ente_gestore", "valida_dal", "valida_al", "tariffa_oraria"])
        for service, name in enumerate(SERVICES):
            for provider in range(PROVIDERS):
                rate = 2000 + service * 115 + provider * 35
                for start, end, cents in (("01/01/2024", "30/06/2024", rate), ("01/07/2024", "", rate + 50)):
                    price = f"{cents // 100},{cents % 100:02d}"
                    writer.writerow([ENTE, name, f"Cooperativa {provider + 1}", start, end, price])


# --- bare DuckDB ----------------------------------------------------------------------------------

_TYPED = """
    select
        ente as ente_id,
        cast(periodo || '-01' as date) as mese,
        servizio,
        codice_utente,
        codice_istat_comune,
        ente_gestore,
        cast(replace(ore, ',', '.') as decimal(18, 2)) as ore,
        cast(replace(tariffa_oraria, ',', '.') as decimal(18, 4)) as tariffa_oraria
    from read_csv('{path}', delim = ';', header = true, all_varchar = true)
"""
_MEASURES = """
    cast(count(distinct codice_utente) as integer) as utenti,
    cast(sum(ore) as decimal(14, 2)) as ore_erogate,
    cast(sum(round(ore * tariffa_oraria, 2)) as decimal(18, 2)) as costo_eur
"""
_MONTHLY = f"""
    create or replace table mensili as
    select ente_id, mese, servizio, sub_ambito, ente_gestore, {_MEASURES}
    from ore join comuni using (codice_istat_comune) group by all
"""
_YEARLY = f"""
    create or replace table annuali as
    select ente_id, year(mese) as anno, servizio, sub_ambito, {_MEASURES}
    from ore join comuni using (codice_istat_comune) group by all
"""


def bare_load(database: str, path: str, areas: str) -> None:
    """A typed table from the file; appended to, when it is there. ``areas`` is the seed of the sub-ambiti."""
    import duckdb

    with duckdb.connect(database) as con:
        there = con.execute("select count(*) from duckdb_tables() where table_name = 'ore'").fetchone()
        con.execute(("insert into ore" if there and there[0] else "create table ore as") + _TYPED.format(path=path))
        con.execute(
            "create or replace table comuni as select codice_istat as codice_istat_comune, sub_ambito "
            f"from read_csv('{areas}', all_varchar = true)"
        )
        con.execute("checkpoint")


def bare_marts(database: str) -> None:
    """The two marts from the typed table."""
    import duckdb

    with duckdb.connect(database) as con:
        con.execute(_MONTHLY)
        con.execute(_YEARLY)
        con.execute("checkpoint")


# --- pandas ---------------------------------------------------------------------------------------


def pandas_whole(path: str, areas: str, folder: str) -> None:
    """The file read in one piece by the faster of the two readers, texts as categories: what a careful analyst writes.

    Money is exact: whole hundredths and ten-thousandths, since a Decimal is an object for pandas. The typed rows stay
    in memory and are not kept.
    """
    import pandas as pd

    texts = ("ente", "periodo", "servizio", "codice_utente", "codice_istat_comune", "ente_gestore")
    rows = pd.read_csv(path, sep=";", decimal=",", engine="pyarrow", dtype=dict.fromkeys(texts, str))
    for name in texts:  # asked of the reader, "category" would read 019002 as 19002
        rows[name] = rows[name].astype("category")
    area = pd.read_csv(areas, dtype=str).set_index("codice_istat")["sub_ambito"]
    rows["sub_ambito"] = rows["codice_istat_comune"].map(area.to_dict()).astype("category")
    rows["anno"] = rows["periodo"].map(lambda month: month[:4]).astype("category")
    rows["utente"] = rows["codice_utente"].cat.codes
    rows["centesimi_ora"] = (rows["ore"] * 100).round().astype("int64")
    millionths = rows["centesimi_ora"] * (rows["tariffa_oraria"] * 10_000).round().astype("int64")
    rows["centesimi"] = (millionths + 5_000) // 10_000
    marts = {
        "mensili": ["ente", "periodo", "servizio", "sub_ambito", "ente_gestore"],
        "annuali": ["ente", "anno", "servizio", "sub_ambito"],
    }
    for name, grain in marts.items():
        groups = rows.groupby(grain, observed=True)
        mart = groups.agg(
            utenti=("utente", "nunique"), ore_erogate=("centesimi_ora", "sum"), costo_eur=("centesimi", "sum")
        )
        mart.reset_index().to_csv(Path(folder, f"{name}.csv"), index=False)


# --- the same figures -----------------------------------------------------------------------------


def compare(database: str, ambito: str, pandas: str) -> None:
    """Refuse to go on when the ways differ by a person, a hundredth of an hour or a cent. ``-`` leaves one out."""
    import duckdb

    ways: dict[str, dict[str, str]] = {}
    if ambito != "-":
        measures = "ore_erogate, costo_eur from a.marts"
        ours = f"where ente_id = '{ENTE}'"
        ways["Ambito"] = {
            "mensili": f"ente_id, mese, servizio, sub_ambito, ente_gestore, utenti_nel_mese, {measures}"
            f".ore_servizio_mensili {ours}",
            "annuali": f"ente_id, anno, servizio, sub_ambito, utenti_nell_anno, {measures}"
            f".costo_servizi_sub_ambito {ours}",
        }
    if pandas != "-":
        hundredths = "utenti, cast(ore_erogate as bigint) * 0.01, cast(costo_eur as bigint) * 0.01 from read_csv"
        ways["pandas"] = {
            "mensili": "ente, cast(periodo || '-01' as date), servizio, sub_ambito, ente_gestore, "
            f"{hundredths}('{pandas}/mensili.csv', all_varchar = true)",
            "annuali": f"ente, anno, servizio, sub_ambito, {hundredths}('{pandas}/annuali.csv', all_varchar = true)",
        }
    # as text: a figure is the same when it reads the same
    alike = """
        cast(columns(* exclude (ore_erogate, costo_eur)) as varchar),
        cast(ore_erogate as decimal(18, 2)) as ore_erogate, cast(costo_eur as decimal(18, 2)) as costo_eur
    """
    with duckdb.connect(database, read_only=True) as con:
        if ambito != "-":
            con.execute(f"attach '{ambito}' as a (read_only)")
        for way, marts in ways.items():
            for mart, query in marts.items():
                columns = ", ".join(name for name, *_ in con.execute(f"from {mart} limit 0").description)
                bare = f"select {alike} from {mart}"
                other = f"select {alike} from (select {query}) as o({columns})"
                for one, two, only in ((bare, other, "bare SQL"), (other, bare, way)):
                    rows = con.execute(f"({one}) except ({two}) limit 3").fetchall()
                    if rows:
                        raise SystemExit(f"{mart}: bare SQL and {way} differ; in {only} alone: {rows}")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
