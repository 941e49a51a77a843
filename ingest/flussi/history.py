"""What was known when: the lotti of each ente and period, each closed by the file that replaced it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from ingest.flussi.tables import FILES, LOTS
from ingest.flussi.tracciato import Tracciato


@dataclass(frozen=True)
class Lot:
    """One line of the history of the loads.

    Attributes:
        caricato_il: When it became known.
        tracciato: Layout.
        ente_id: Ente; empty for layouts without one.
        periodo: Period; ``intero`` when a file holds all the ente has.
        file: Name of the file.
        file_id: First 16 digits of its sha256.
        righe: Rows loaded.
        sostituito_il: When another file replaced it; ``None`` while it is current.
        sostituito_da: Name of that file.
    """

    caricato_il: datetime
    tracciato: str
    ente_id: str
    periodo: str
    file: str
    file_id: str
    righe: int
    sostituito_il: datetime | None
    sostituito_da: str | None


WHOLE = "intero"
"""Period of a layout whose file holds everything."""


def period_sql(layout: Tracciato) -> str:
    """SQL expression of the period a row belongs to, over the fields as values."""
    return f"cast({layout.periodo} as varchar)" if layout.periodo else f"'{WHOLE}'"


def open_lots(
    con: duckdb.DuckDBPyConnection,
    layout: Tracciato,
    file_id: str,
    good_rows: str,
    now: datetime,
    received: datetime,
) -> None:
    """Give each ente and period of a file a lotto, in the temporary table ``nuovi_lotti``.

    Args:
        con: Inside the transaction of the file.
        layout: Layout of the file.
        file_id: The file.
        good_rows: Query of the rows to load, with their values.
        now: When it becomes known.
        received: When the file was first received: earlier, when it is judged again.
    """
    snapshot = layout.istantanea or "cast(null as date)"
    ente = "ente" if layout.ha_ente else "cast(null as varchar)"
    con.execute(
        f"""
        create or replace temp table nuovi_lotti as
        select
            (select coalesce(max(lotto), 0) from raw.{LOTS})
                + row_number() over (order by ente_id nulls first, periodo)::integer as lotto,
            g.*,
            -- What is in force and stays: a snapshot more recent than this one; or a file received after this one,
            -- which is only being judged again. These rows are kept in the history and never become current.
            (
                select l.file_id from raw.{LOTS} as l inner join raw.{FILES} as f on l.file_id = f.file_id
                where l.tracciato = '{layout.tracciato}' and l.noto_al is null
                    and l.ente_id is not distinct from g.ente_id and l.periodo = g.periodo
                    and (
                        l.istantanea > g.istantanea
                        or (l.istantanea is not distinct from g.istantanea and f.ricevuto_il > ?)
                    )
            ) as resta
        from (
            select {ente} as ente_id, {period_sql(layout)} as periodo, max({snapshot}) as istantanea, count(*) as righe
            from ({good_rows}) group by all
        ) as g
        """,
        [received],
    )
    con.execute(
        f"""
        insert into raw.{LOTS} by name
        select
            n.lotto, ? as file_id, '{layout.tracciato}' as tracciato, n.ente_id, n.periodo, n.istantanea, n.righe,
            ?::timestamp as noto_dal,
            case when n.resta is not null then ?::timestamp end as noto_al,
            n.resta as sostituito_da
        from nuovi_lotti as n
        """,
        [file_id, now, now],
    )
    con.execute(
        f"""
        update raw.{LOTS} as l set noto_al = ?, sostituito_da = ?
        from nuovi_lotti as n
        where l.tracciato = '{layout.tracciato}' and l.noto_al is null
            and l.lotto not in (select lotto from nuovi_lotti)
            and l.ente_id is not distinct from n.ente_id and l.periodo = n.periodo and n.resta is null
        """,
        [now, file_id],
    )


def history(con: duckdb.DuckDBPyConnection) -> list[Lot]:
    """Every lotto, in the order in which it became known."""
    rows = con.execute(
        f"""
        select
            l.noto_dal, l.tracciato, coalesce(l.ente_id, ''), l.periodo, f.nome, l.file_id, l.righe, l.noto_al, g.nome
        from raw.{LOTS} as l
        left join raw.file_flussi as f on l.file_id = f.file_id
        left join raw.file_flussi as g on l.sostituito_da = g.file_id
        order by l.lotto
        """
    ).fetchall()
    return [Lot(*row) for row in rows]
