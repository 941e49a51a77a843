"""The tables of schema ``raw`` that the flussi load into. Types are declared once: here, and in each layout."""

from __future__ import annotations

import duckdb

from ingest.flussi.tracciato import Tracciato, tracciati

# One row per file received. A file that was refused is here too.
FILES = "file_flussi"
# One row per file, ente and period: what was known from when to when. A row of a flusso belongs to one.
LOTS = "lotti"
# One row per cell (or row, or file) that a rule refused or warned about.
QUARANTINE = "quarantena"

_TABLES: dict[str, dict[str, str]] = {
    FILES: {
        "file_id": "varchar",  # first 16 digits of the sha256
        "sha256": "varchar",  # of the bytes received
        "nome": "varchar",
        "tracciato": "varchar",  # NULL when no layout was recognised
        "formato": "varchar",
        "mittente": "varchar",
        "ente_id": "varchar",  # blank-separated when there are several
        "periodo": "varchar",  # first and last, when there are several
        "righe_lette": "bigint",
        "righe_caricate": "bigint",
        "righe_in_quarantena": "bigint",
        "righe_di_totale": "bigint",
        "stato": "varchar",  # accettato, accettato con scarti, respinto
        "messaggio": "varchar",  # why it was refused
        "ricevuto_il": "timestamp",  # when its bytes first came; judged again with other rules, it stays
        "caricato_il": "timestamp",
        "archivio": "varchar",  # the archived copy, under the archive's folder; NULL when nothing could be kept
        "pseudonimizzato": "boolean",
        "impronta_regole": "varchar",
        "sintetico": "boolean",
    },
    LOTS: {
        "lotto": "integer",
        "file_id": "varchar",
        "tracciato": "varchar",
        "ente_id": "varchar",  # NULL for layouts without an ente
        "periodo": "varchar",
        "istantanea": "date",
        "righe": "bigint",
        "noto_dal": "timestamp",
        "noto_al": "timestamp",  # NULL while it is current
        "sostituito_da": "varchar",  # file_id
    },
    QUARANTINE: {
        "file_id": "varchar",
        "file": "varchar",
        "tracciato": "varchar",
        "foglio": "varchar",
        "riga": "bigint",  # NULL when the whole file is meant
        "colonna": "varchar",
        "valore": "varchar",  # as received; never a person's code
        "regola": "varchar",
        "gravita": "varchar",  # errore, avviso
        "messaggio": "varchar",
    },
    "chiave_persone": {"impronta": "varchar"},
    # files already seen, so that an unchanged one is not read again to know its sha256
    "percorsi": {"percorso": "varchar", "dimensione": "bigint", "modificato": "bigint", "sha256": "varchar"},
}

# Columns of every table of rows, before those of its layout.
PROVENANCE = {"_lotto": "integer", "_file_id": "varchar", "_foglio": "varchar", "_riga": "bigint"}


def row_table(layout: Tracciato) -> dict[str, str]:
    """Columns and types of the table of a layout's rows."""
    return {**PROVENANCE, **{field.nome: field.tipo_sql for field in layout.campi}}


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing in schema ``raw``. What is there is never dropped: the history cannot be read again."""
    con.execute("create schema if not exists raw")
    if con.execute(
        "select 1 from duckdb_columns() where schema_name = 'raw' and table_name = ? and column_name = 'cella_id'",
        [QUARANTINE],
    ).fetchall():  # of an Ambito that had printed cells only
        con.execute(f"drop table raw.{QUARANTINE}")
    there = dict(
        con.execute(
            """
            select table_name, list(column_name) from duckdb_columns()
            where database_name = current_database() and schema_name = 'raw' group by table_name
            """
        ).fetchall()
    )
    wanted = {**_TABLES, **{layout.tabella: row_table(layout) for layout in tracciati().values()}}
    for table, columns in wanted.items():
        if table not in there:
            body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            con.execute(f"create table raw.{table} ({body})")
            continue
        for name, kind in columns.items():
            if name not in there[table]:  # a layout that gained an optional field
                con.execute(f"alter table raw.{table} add column {name} {kind}")
