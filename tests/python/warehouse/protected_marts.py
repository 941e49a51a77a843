"""Invented marts about persons, made from invented rows, small enough to have many figures to hide."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse import publish

COSTS: dict[str, Any] = {
    "unita": [
        {"misure": ["utenti_nell_anno", "ore_erogate", "costo_eur", "costo_orario_eur"], "persone": "utenti_nell_anno"}
    ],
    "somme": [["ente_id", "anno", "servizio"]],
}
SAAP: dict[str, Any] = {
    "segue": {
        "mart": "costo_servizi_sub_ambito",
        "chiave": ["ente_id", "anno", "sub_ambito", "servizio = 'SAAP'"],
        "unita": [{"misure": ["utenti_nell_anno", "ore_erogate", "costo_eur", "costo_orario_eur"]}],
    }
}
HOURS: dict[str, Any] = {
    "unita": [
        {"misure": ["utenti_nel_mese", "ore_erogate", "costo_eur", "costo_orario_eur"], "persone": "utenti_nel_mese"}
    ],
    "parti_di": {
        "mart": "costo_servizi_sub_ambito",
        "chiave": ["ente_id", "anno = year(mese)", "servizio", "sub_ambito"],
    },
}
CASES: dict[str, Any] = {
    "unita": [
        {"misure": [measure], "persone": measure}
        for measure in ("casi_inizio", "casi_nuovi", "casi_chiusi", "casi_fine")
    ],
    "somme": [["ente_id", "servizio", "anno"]],
    "identita": ["casi_fine = casi_inizio + casi_nuovi - casi_chiusi"],
    "catena": {
        "per": ["ente_id", "servizio", "sub_ambito"],
        "ordine": "anno",
        "fine": "casi_fine",
        "inizio": "casi_inizio",
    },
}
MONTHS: dict[str, Any] = {
    "unita": CASES["unita"],
    "identita": CASES["identita"],
    "catena": {**CASES["catena"], "ordine": "mese"},
    "blocco": {
        "intero": "casi_movimento_annuale",
        "chiave": ["ente_id", "servizio", "sub_ambito", "anno = year(mese)"],
        "ordine": "mese",
        "flussi": ["casi_nuovi", "casi_chiusi"],
        "inizio": "casi_inizio",
        "fine": "casi_fine",
    },
}
PROFILE: dict[str, Any] = {
    "unita": [{"misure": ["casi_attivi"], "persone": "casi_attivi"}],
    "somme": [["ente_id", "servizio", "data_riferimento", "dimensione"]],
}

GRAINS = {
    "costo_servizi_sub_ambito": ["ente_id", "anno", "servizio", "sub_ambito"],
    "costo_saap_sub_ambito": ["ente_id", "anno", "sub_ambito"],
    "ore_servizio_mensili": ["ente_id", "mese", "servizio", "sub_ambito", "ente_gestore"],
    "casi_movimento": ["ente_id", "servizio", "mese", "sub_ambito"],
    "casi_movimento_annuale": ["ente_id", "servizio", "anno", "sub_ambito"],
    "casi_profilo": ["ente_id", "servizio", "data_riferimento", "dimensione", "modalita"],
}
DECLARED = {
    "costo_servizi_sub_ambito": COSTS,
    "costo_saap_sub_ambito": SAAP,
    "ore_servizio_mensili": HOURS,
    "casi_movimento": MONTHS,
    "casi_movimento_annuale": CASES,
    "casi_profilo": PROFILE,
}
PRIVACY = "{threshold}::integer as soglia_persone, null::varchar as misure_soppresse"


@dataclass(frozen=True)
class Size:
    """How much is made."""

    persons: int = 260
    months: int = 24
    sub_ambiti: int = 5
    providers: int = 4
    cases: int = 150


def make(path: Path, seed: int, size: Size | None = None) -> dict[str, Any]:
    """A database with marts made from invented persons, and what the record of a version says of them."""
    size = size or Size()
    chance = random.Random(seed)
    hours = []
    for person in range(size.persons):
        service = chance.choices(["SAAP", "SAD"], [2, 1])[0]
        place = min(int(chance.expovariate(0.6)), size.sub_ambiti - 1)
        provider = min(int(chance.expovariate(0.8)), size.providers - 1)
        first = chance.randrange(size.months)
        for month in range(first, min(size.months, first + chance.randint(1, 14))):
            worked = chance.choice([0, 4, 8, 12.5, 20])
            hours.append((person, month, service, f"Zona {place}", f"Cooperativa {provider}", worked, worked * 21.37))
    cases = []
    for _ in range(size.cases):
        place = min(int(chance.expovariate(0.6)), size.sub_ambiti - 1)
        opened = chance.randrange(size.months)
        closed = opened + chance.randint(0, size.months)
        cases.append((f"Zona {place}", opened, closed if closed < size.months else None))
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts; create schema raw")
        con.execute("create table marts.quadrature as select 'quadra' as esito")
        con.execute("create table raw.documenti (documento text, titolo text, file_fonte text, sha256_fonte text)")
        _table(
            con, "ore", "p int, m int, servizio text, zona text, gestore text, ore dec(14, 2), costo dec(18, 2)", hours
        )
        _table(con, "casi", "zona text, aperto int, chiuso int", cases)
        _marts(con, size)
        return described(con)


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    values = ", ".join(f"unnest(${place})" for place in range(1, len(rows[0]) + 1))
    con.execute(f"create temp table {name} ({columns})")
    con.execute(f"insert into {name} select {values}", [list(column) for column in zip(*rows, strict=True)])


def _marts(con: duckdb.DuckDBPyConnection, size: Size) -> None:
    threshold = "case servizio when 'SAD' then 3 else 5 end"
    con.execute(
        "create temp table mesi as select m, (date '2023-01-01' + to_months(m::int))::date as mese from range(?) t(m)",
        [size.months],
    )
    con.execute(
        f"""
        create table marts.costo_servizi_sub_ambito as
        select
            'dimostrativo' as ente_id, year(mese)::integer as anno, servizio, zona as sub_ambito,
            count(distinct p)::integer as utenti_nell_anno, sum(ore)::decimal(14,2) as ore_erogate,
            sum(costo)::decimal(18,2) as costo_eur,
            (costo_eur / nullif(ore_erogate, 0))::decimal(18,2) as costo_orario_eur, 20000 as popolazione,
            'dimostrativo' as origine_dato, {PRIVACY.format(threshold=threshold)}
        from ore join mesi using (m) group by all
        union all
        select 'csc', 2023, 'SAAP', zona, 2, 10, 100.00, 10.00, null, 'prospetto', 5, null
        from (select distinct zona from ore)
        """
    )
    con.execute(
        "create table marts.costo_saap_sub_ambito as"
        " select * exclude (servizio) from marts.costo_servizi_sub_ambito where servizio = 'SAAP'"
    )
    con.execute(
        f"""
        create table marts.ore_servizio_mensili as
        select
            'dimostrativo' as ente_id, mese, servizio, zona as sub_ambito, gestore as ente_gestore,
            count(distinct p)::integer as utenti_nel_mese, sum(ore)::decimal(14,2) as ore_erogate,
            sum(costo)::decimal(18,2) as costo_eur,
            (costo_eur / nullif(ore_erogate, 0))::decimal(18,2) as costo_orario_eur,
            'dimostrativo' as origine_dato, {PRIVACY.format(threshold=threshold)}
        from ore join mesi using (m) group by all
        """
    )
    con.execute(
        f"""
        create table marts.casi_movimento as
        select
            'dimostrativo' as ente_id, 'TM' as servizio, mese, zona as sub_ambito,
            count(*) filter (where aperto < m and coalesce(chiuso >= m, true))::integer as casi_inizio,
            count(*) filter (where aperto = m)::integer as casi_nuovi,
            count(*) filter (where chiuso = m)::integer as casi_chiusi,
            count(*) filter (where aperto <= m and coalesce(chiuso > m, true))::integer as casi_fine,
            'dimostrativo' as origine_dato, {PRIVACY.format(threshold="5")}
        from casi cross join mesi group by all
        """
    )
    con.execute(
        """
        create table marts.casi_movimento_annuale as
        select
            ente_id, servizio, year(mese)::integer as anno, sub_ambito,
            arg_min(casi_inizio, mese) as casi_inizio, sum(casi_nuovi)::integer as casi_nuovi,
            sum(casi_chiusi)::integer as casi_chiusi, arg_max(casi_fine, mese) as casi_fine,
            origine_dato, soglia_persone, misure_soppresse
        from marts.casi_movimento group by all
        """
    )
    con.execute(
        f"""
        create table marts.casi_profilo as
        with vivi as (
            select mese as data_riferimento, zona, hash(aperto * 31 + coalesce(chiuso, 7)) as dado
            from casi join mesi on aperto <= m and coalesce(chiuso > m, true) where m % 12 = 11
        )
        select
            'dimostrativo' as ente_id, 'TM' as servizio, data_riferimento, dimensione, modalita,
            count(*)::integer as casi_attivi, 'dimostrativo' as origine_dato, {PRIVACY.format(threshold="5")}
        from (
            select data_riferimento, 'fascia_eta' as dimensione, 'fascia ' || (dado % 9)::text as modalita from vivi
            union all select data_riferimento, 'zona', zona from vivi
        ) group by all
        """
    )


def described(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The models as the record of a version has them, with declarations of their own."""
    models: dict[str, Any] = {}
    for mart, column, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts' and not internal"
    ).fetchall():
        model = models.setdefault(f"marts.{mart}", {"grana": GRAINS.get(mart, []), "colonne": {}})
        unit = {"popolazione": "abitanti", "anno": "anno"}.get(column, "")
        model["colonne"][column] = {"tipo": kind, "descrizione": column, "unita": unit}
        if mart in DECLARED:
            model["riservatezza"] = deepcopy(DECLARED[mart])
    return models


def published(built: Path, target: Path, models: dict[str, Any]) -> dict[str, Any]:
    """Publish the marts of a database into a file, and say what the record says."""
    return publish._copy_marts(built, target, models)
