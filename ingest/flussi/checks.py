"""The checks of a file: one Great Expectations suite a layout, run on the distinct values of the columns.

An expectation that looks at one value at a time holds for a column when it holds for its distinct values, and a rule
across fields when it holds for the distinct combinations it sees. DuckDB finds those, set by set, in bounded memory;
Great Expectations judges them, in chunks, on pandas frames; what it refuses is led back to the rows by a join.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb

from ingest.errors import AmbitoError
from ingest.flussi.tracciato import OUTSIDE_COMUNE, Campo, Rule, Tracciato, normalised
from ingest.flussi.values import (
    AMBIGUOUS_NUMBER,
    NUMBERS,
    READ_AFTER_MATCH,
    how_to_write,
    pattern,
    typed,
    without_currency,
)
from ingest.imports import import_ahead, imported
from ingest.reference import Activity, Indicator

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite

# Great Expectations sees this many rows at a time: the memory of a check does not grow with the file.
_CHUNK = 250_000
# Past this many distinct values, looking a value up costs more than reading it again.
_MAPPED = 500_000
# Results of a load, for the rows, the cells and the files that a rule refused or warned about.
FINDINGS = "riscontri"
# One reason a cell is enough: the first found is the one to correct first.
_NOT_YET = (
    f"not exists (select 1 from {FINDINGS} as b where b.riga = {{row}}._riga and b.foglio is not distinct from "
    "{row}._foglio and b.colonna = '{column}' and b.gravita = 'errore')"
)
_READ, _VALUE, _RULE = "__letto", "__valore", "regola__"


class RuleError(AmbitoError):
    """A rule could not be checked: it is neither passed nor failed, and the file stops."""


@dataclass(frozen=True)
class Judged:
    """One rule of a layout, and what came of it.

    Attributes:
        regola: Its name.
        colonna: The column it looks at.
        gravita: ``errore`` or ``avviso``.
        descrizione: What it asks, in Italian.
        righe: Rows refused or warned about.
    """

    regola: str
    colonna: str
    gravita: str
    descrizione: str
    righe: int


@dataclass(frozen=True)
class Reference:
    """What a value may refer to.

    Attributes:
        domains: Accepted values of each domain.
        comuni: Each comune with its ente.
        indicatori: The indicators of the plans.
        attivita: The indicators of activity of the services, with their parts.
    """

    domains: dict[str, list[str]]
    comuni: list[tuple[str, str]]
    indicatori: tuple[Indicator, ...] = ()
    attivita: tuple[Activity, ...] = ()


def warm_up() -> None:
    """Start importing Great Expectations, which takes three seconds, while the file is being read."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import_ahead("pandas")  # first, by its own name: reading may need it too, and would wait for it half imported
    import_ahead("great_expectations")


def _great_expectations() -> Any:
    warm_up()
    return imported("great_expectations")


@cache
def _whole_frames() -> Any:
    """Where Great Expectations takes its frames from: the same for every file."""
    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("flussi").add_dataframe_asset("righe")
    return asset.add_batch_definition_whole_dataframe("tutte")


def suite(layout: Tracciato, reference: Reference) -> ExpectationSuite:
    """The expectations on a file of a layout.

    They look at a frame with, for each field, its text (``ore``), whether it could be read (``ore__letto``) and what
    was read (``ore__valore``), and for each rule whether it holds (``regola__tariffa_in_vigore``).
    """
    gx = _great_expectations()
    expect = gx.expectations
    found = []
    for field in layout.campi:
        name = field.nome

        def about(rule: str, column: str = name) -> dict[str, str]:
            return {"regola": rule, "colonna": column, "gravita": "errore"}

        if field.richiesto:
            found.append(expect.ExpectColumnValuesToNotBeNull(column=name, meta=about("obbligatorio")))
        if field.persona:
            continue  # a keyed hash: there is nothing more to read in it
        if field.tipo == "elenco":
            accepted = list(field.valori or reference.domains[str(field.dominio)])
            found.append(
                expect.ExpectColumnValuesToBeInSet(column=name + _VALUE, value_set=accepted, meta=about("dominio"))
            )
            continue
        found.append(expect.ExpectColumnValuesToMatchRegex(column=name, regex=pattern(field), meta=about("formato")))
        if field.tipo in READ_AFTER_MATCH:
            found.append(
                expect.ExpectColumnValuesToBeInSet(column=name + _READ, value_set=[True], meta=about("valore"))
            )
        if field.dominio == "comuni":
            known = [*reference.domains["comuni"], OUTSIDE_COMUNE]
            found.append(
                expect.ExpectColumnValuesToBeInSet(column=name + _VALUE, value_set=known, meta=about("dominio"))
            )
        if field.minimo is not None or field.massimo is not None:
            found.append(
                expect.ExpectColumnValuesToBeBetween(
                    column=name + _VALUE, min_value=field.minimo, max_value=field.massimo, meta=about("intervallo")
                )
            )
    found += [
        expect.ExpectColumnValuesToBeInSet(
            column=_RULE + rule.nome,
            value_set=[True],
            meta={"regola": rule.nome, "colonna": rule.colonna, "gravita": rule.gravita},
        )
        for rule in layout.regole
    ]
    built: ExpectationSuite = gx.ExpectationSuite(name=layout.tracciato, expectations=found)
    return built


class Checks:
    """The checks of one file, whose text is the relation ``text`` of the connection.

    Args:
        con: A connection with the raw tables; temporary tables are made in it.
        layout: The layout of the file.
        text: Name of the relation with ``_foglio``, ``_riga`` and the fields as text.
        reference: What values may refer to.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, layout: Tracciato, text: str, reference: Reference) -> None:
        """Nothing is done yet."""
        self._con = con
        self._layout = layout
        self._text = text
        self._reference = reference
        self._mapped: set[str] = set()
        self._as_written: set[str] = set()
        self._injective: dict[str, bool] = {}

    def run(self) -> None:
        """Fill the temporary table ``riscontri`` with what the rules refuse or warn about.

        Raises:
            RuleError: A rule could not be checked.
        """
        self._con.execute(
            f"""
            create or replace temp table {FINDINGS} (
                foglio varchar, riga bigint, colonna varchar, valore varchar, regola varchar, gravita varchar,
                messaggio varchar
            )
            """
        )
        self._prepare()
        try:
            self._values()
            self._rules()
            failed = self._judge()
            for (rule, column, severity), positions in failed.items():
                self._trace_back(rule, column, severity, positions)
            self._ambiguous_numbers()
            self._repeated_keys()
        except duckdb.Error as error:
            raise RuleError(f"una regola non si è potuta verificare ({str(error).splitlines()[0]})") from error

    def typed_rows(self, fields: list[Campo], extra: str = "") -> str:
        """A query of the rows with the given fields as values, and their place."""
        joins, columns = [], []
        for field in fields:
            expression, join = self._value(field)
            columns.append(f"{expression} as {field.nome}")
            joins.append(join)
        listed = ", ".join(["t._foglio", "t._riga", *columns])
        return f"select {listed}{extra} from {self._text} as t {' '.join(joins)}"

    # --- what the suite looks at ------------------------------------------------------------------

    def _prepare(self) -> None:
        con = self._con
        con.execute("create or replace temp table comuni (ente_id varchar, codice_istat varchar)")
        enti, codes = [ente for ente, _ in self._reference.comuni], [code for _, code in self._reference.comuni]
        con.execute("insert into comuni select unnest(?::varchar[]), unnest(?::varchar[])", [enti, codes])
        con.execute(
            "create or replace temp table indicatori (ente_id varchar, piano varchar, codice varchar, unita varchar, "
            "periodicita varchar, anno_dal integer, anno_al integer)"
        )
        con.execute(
            "create or replace temp table attivita (servizio varchar, indicatore varchar, dimensione varchar, "
            "modalita varchar, unita varchar, esatta boolean)"
        )
        self._fill("indicatori", self._reference.indicatori)
        self._fill("attivita", self._reference.attivita)
        current = (
            "select f.* from raw.{table} as f inner join raw.lotti as l on f._lotto = l.lotto where l.noto_al is null"
        )
        con.execute(f"create or replace temp view tariffe as {current.format(table='flusso_tariffe')}")
        con.execute(f"create or replace temp view correnti as {current.format(table=self._layout.tabella)}")

    def _fill(self, table: str, rows: tuple[Indicator, ...] | tuple[Activity, ...]) -> None:
        listed = [list(column) for column in zip(*map(astuple, rows), strict=True)]
        if listed:
            self._con.execute(f"insert into {table} select " + ", ".join(["unnest(?)"] * len(listed)), listed)

    def _values(self) -> None:
        """For each field, a table ``m_<field>`` of its distinct texts with what they are read as."""
        for field in self._layout.campi:
            name = field.nome
            if field.persona:
                kept = f"select {name} as testo, count(*) as righe from {self._text} where {name} is null group by all"
                self._con.execute(f"create or replace temp table m_{name} as {kept}")
                continue
            distinct = f"select {name} as testo, count(*) as righe from {self._text} group by all"
            if field.tipo == "elenco":
                self._con.execute(f"create or replace temp table d_{name} as {distinct}")
                self._look_up(field)
            else:
                self._con.execute(
                    f"create or replace temp table m_{name} as "
                    f"select testo, righe, {typed(field, 'testo')} as valore from ({distinct})"
                )
            row = self._con.execute(
                f"select count(testo), count(distinct valore), count(valore), "
                f"count(*) filter (testo is distinct from cast(valore as varchar)) from m_{name}"
            )
            texts, values, read, changed = row.fetchall()[0]
            if field.tipo_sql == "varchar" and changed == 0:
                self._as_written.add(name)
            if texts <= _MAPPED or field.tipo == "elenco":  # what a list accepts is only in its table
                self._mapped.add(name)
            self._injective[name] = values == read

    def _look_up(self, field: Campo) -> None:
        """Read the distinct texts of a closed list: whatever the accents and the case, or by another name."""
        accepted = field.valori or {value: [] for value in self._reference.domains[str(field.dominio)]}
        known = {normalised(other): value for value, others in accepted.items() for other in others}
        known |= {normalised(value): value for value in accepted}
        name = field.nome
        texts = self._con.execute(f"select testo, righe from d_{name}").fetchall()
        values = [None if text is None else known.get(normalised(text)) for text, _ in texts]
        self._con.execute(f"create or replace temp table m_{name} (testo varchar, righe bigint, valore varchar)")
        self._con.execute(
            f"insert into m_{name} select unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[])",
            [[text for text, _ in texts], [count for _, count in texts], values],
        )
        self._con.execute(f"drop table d_{name}")

    def _rules(self) -> None:
        """For each rule, a table ``g_<rule>`` of the distinct combinations it sees, and whether it holds."""
        for rule in self._layout.regole:
            seen = ", ".join(rule.visti or rule.campi)
            self._con.execute(
                f"create or replace temp table g_{rule.nome} as {self._with(rule)} "
                f"select distinct {seen}, coalesce({rule.vero}, true) as vero from {self._relation(rule)}"
            )

    def _relation(self, rule: Rule) -> str:
        return "d" if rule.da else "r"

    def _with(self, rule: Rule) -> str:
        """The relation a rule looks at: the rows with the fields it names, as values."""
        named = set(re.findall(r"[a-z_]+", f"{rule.da or ''} {rule.vero} {' '.join(rule.campi)}"))
        fields = [field for field in self._layout.campi if field.nome in named]
        if rule.da:
            return f"with r as ({self.typed_rows(fields)}), d as ({rule.da})"
        # no relation of its own: the distinct texts first, a few, then their values
        names = ", ".join(field.nome for field in fields)
        joins, columns = [], []
        for field in fields:
            expression, join = self._value(field)
            columns.append(f"{expression} as {field.nome}")
            joins.append(join)
        return (
            f"with k as (select distinct {names} from {self._text}), "
            f"r as (select {', '.join(columns)} from k as t {' '.join(joins)})"
        )

    def _value(self, field: Campo) -> tuple[str, str]:
        """Expression of the value of a field of ``t``, and the join it needs."""
        name = field.nome
        if field.persona or name in self._as_written:  # no other value to look for: a join less on every row
            return f"t.{name}", ""
        if name in self._mapped:
            return f"m_{name}.valore", f"left join m_{name} on t.{name} = m_{name}.testo"
        return typed(field, f"t.{name}"), ""

    # --- the judgement ---------------------------------------------------------------------------

    def _judge(self) -> dict[tuple[str, str, str], list[int]]:
        """Run the suite; for each rule that failed, the positions in its table of what it refused."""
        gx = _great_expectations()
        whole = _whole_frames()
        expectations = suite(self._layout, self._reference)
        failed: dict[tuple[str, str, str], list[int]] = {}
        for start, frame in self._frames():
            batch = whole.get_batch({"dataframe": frame})
            # most expectations hold, and only those that do not are asked which values they refuse
            results = batch.validate(expectations, result_format="BOOLEAN_ONLY").results
            wrong = [result.expectation_config.to_domain_obj() for result in results if not result.success]
            if wrong:
                again = gx.ExpectationSuite(name="rifiutate", expectations=wrong)
                results = batch.validate(again, result_format="COMPLETE").results
            for result in results if wrong else []:
                meta = result.expectation_config.meta
                if _raised(result.exception_info):
                    raise RuleError(f"la regola «{meta['regola']}» su «{meta['colonna']}» non si è potuta verificare")
                if not result.success:
                    key = _rule_of(result.expectation_config)
                    failed.setdefault(key, []).extend(start + at for at in result.result["unexpected_index_list"])
        whole.get_batch({"dataframe": frame.iloc[:0]})  # it holds the last frame until the next one
        # the first reason of a cell is the one that is told: in the order of the suite, whatever the chunks
        order = [_rule_of(expectation) for expectation in expectations.expectations]
        return {key: failed[key] for key in order if key in failed}

    def _frames(self) -> Iterator[tuple[int, pd.DataFrame]]:
        """The distinct values of every column side by side, a chunk at a time.

        Columns have different lengths: a shorter one repeats its last value, which says nothing new of it.
        """
        import pandas as pd

        tables = [(f"m_{field.nome}", field) for field in self._layout.campi]
        rules = [(f"g_{rule.nome}", rule) for rule in self._layout.regole]
        sizes = {name: self._size(name) for name, _ in (*tables, *rules)}
        for start in range(0, max(max(sizes.values()), 1), _CHUNK):
            length = min(_CHUNK, max(max(sizes.values()), 1) - start)
            columns: dict[str, Any] = {}
            for name, field in tables:
                value = (
                    "" if field.persona else f", valore is not null or testo is null as letto, {_seen(field)} as valore"
                )
                rows = self._slice(name, f"testo{value}", start, sizes[name])
                columns[field.nome] = _stretched(rows["testo"], length, "")
                if not field.persona:
                    columns[field.nome + _READ] = _stretched(rows["letto"], length, True)
                    columns[field.nome + _VALUE] = _stretched(rows["valore"], length, None)
            for name, rule in rules:
                rows = self._slice(name, "vero", start, sizes[name])
                columns[_RULE + rule.nome] = _stretched(rows["vero"], length, True)
            yield start, pd.DataFrame(columns)

    def _size(self, table: str) -> int:
        return int(self._con.execute(f"select count(*) from {table}").fetchall()[0][0])

    def _slice(self, table: str, columns: str, start: int, size: int) -> dict[str, list[Any]]:
        first = min(start, max(size - 1, 0))  # past its end, a column shows its last value again
        cursor = self._con.execute(
            f"select {columns} from {table} "
            f"where rowid >= {first} and rowid < {max(start + _CHUNK, first + 1)} order by rowid"
        )
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
        return {name: [row[at] for row in rows] for at, name in enumerate(names)}

    # --- back to the rows ------------------------------------------------------------------------

    def _trace_back(self, rule: str, column: str, severity: str, positions: list[int]) -> None:
        declared = next((found for found in self._layout.regole if found.nome == rule), None)
        self._con.execute("create or replace temp table refused_positions (posto bigint)")
        table = f"g_{rule}" if declared else f"m_{column}"
        last = self._size(table) - 1
        places = sorted({min(at, last) for at in positions})
        self._con.execute("insert into refused_positions select unnest(?)", [places])
        if declared is not None:
            self._trace_rule(declared)
            return
        field = self._layout.campo(column)
        message = _sql_message(self._message(field, rule), {"valore": "coalesce(t.valore, '')"})
        if rule == "obbligatorio":
            value, condition, join = "cast(null as varchar)", f"t.{column} is null", ""
        else:
            value, condition = f"t.{column}", "true"
            join = (
                f"inner join (select m.testo from m_{column} as m "
                f"inner join refused_positions as p on m.rowid = p.posto) as f on t.{column} = f.testo"
            )
        self._con.execute(
            f"""
            insert into {FINDINGS}
            select t._foglio, t._riga, '{column}', t.valore, '{rule}', '{severity}', {message}
            from (select t._foglio, t._riga, {value} as valore from {self._text} as t {join} where {condition}) as t
            where {_NOT_YET.format(row="t", column=column)}
            """
        )

    def _trace_rule(self, rule: Rule) -> None:
        keys = list(dict.fromkeys([*rule.campi, *(rule.visti or [])]))
        relation = self._relation(rule)
        seen = rule.visti or rule.campi
        same = " and ".join(f"{relation}.{name} is not distinct from g.{name}" for name in seen)
        named = _named(rule.messaggio)
        message = _sql_message(rule.messaggio, {name: _shown(f"f.{name}") for name in named})
        listed = ", ".join(f"{relation}.{name}" for name in keys)
        self._con.execute(
            f"""
            create or replace temp table refused as {self._with(rule)}
            select distinct {listed} from {relation}
            inner join (select g.* from g_{rule.nome} as g inner join refused_positions as p on g.rowid = p.posto) as g
                on {same}
            where not coalesce({rule.vero}, true)
            """
        )
        if rule.intero_file:
            self._con.execute(
                f"insert into {FINDINGS} select null, null, '{rule.colonna}', null, '{rule.nome}', '{rule.gravita}', "
                f"{message} from refused as f"
            )
            return
        field = self._layout.campo(rule.colonna)
        value = "cast(null as varchar)" if field.persona else f"t.{rule.colonna}"
        fields = [self._layout.campo(name) for name in rule.campi]
        on = " and ".join(f"r.{name} is not distinct from f.{name}" for name in rule.campi)
        self._con.execute(
            f"""
            insert into {FINDINGS}
            select r._foglio, r._riga, '{rule.colonna}', r._valore, '{rule.nome}', '{rule.gravita}', {message}
            from ({self.typed_rows(fields, f", {value} as _valore")}) as r inner join refused as f on {on}
            where {_NOT_YET.format(row="r", column=rule.colonna)}
            """
        )

    def _ambiguous_numbers(self) -> None:
        """1.234 in a column that elsewhere writes decimals with a dot could be either: neither is guessed."""
        for field in self._layout.campi:
            if field.tipo not in NUMBERS or field.tipo == "intero":
                continue
            name = field.nome
            bare = without_currency("testo")
            dotted = self._con.execute(
                f"""
                select count(*) from m_{name}
                where regexp_full_match({bare}, '[+-]?\\d+\\.\\d+') and not regexp_full_match({bare}, ?)
                """,
                [AMBIGUOUS_NUMBER],
            ).fetchall()[0][0]
            if not dotted:
                continue
            message = _sql_message(
                "«{valore}» può essere un numero di migliaia o un numero con tre decimali: nella stessa colonna altri "
                "decimali hanno il punto. Scrivere i decimali con la virgola in tutto il file",
                {"valore": f"t.{name}"},
            )
            self._con.execute(
                f"""
                insert into {FINDINGS}
                select t._foglio, t._riga, '{name}', t.{name}, 'numero_ambiguo', 'errore', {message}
                from {self._text} as t where regexp_full_match({without_currency(f"t.{name}")}, ?)
                """,
                [AMBIGUOUS_NUMBER],
            )

    def _repeated_keys(self) -> None:
        """The first of two rows with the same key stays, the others are refused: a key is looked at as a value."""
        fields = [field for field in self._layout.campi if field.chiave]
        # where no two texts of a column are the same value, the texts tell the keys apart as well, and need no join
        plain = all(self._injective.get(field.nome, True) for field in fields)
        names = ", ".join(field.nome for field in fields)
        rows = f"select _foglio, _riga, {names} from {self._text}" if plain else self.typed_rows(fields)
        # a key with a part that is missing or cannot be read is refused for that, and is the same as no other
        whole = " and ".join(f"{field.nome} is not null" for field in fields)
        rows = f"select * from ({rows}) where {whole}"
        self._con.execute(
            f"""
            create or replace temp table repeated as
            select impronta from (select hash({names}) as impronta from ({rows})) group by impronta having count(*) > 1
            """
        )
        if self._size("repeated") == 0:
            return
        message = _sql_message(
            "Riga ripetuta: la stessa chiave ("
            + ", ".join(field.nome for field in fields if not field.persona)
            + ") è già alla riga {prima}. Togliere una delle due righe",
            {"prima": "cast(prima as varchar)"},
        )
        self._con.execute(
            f"""
            insert into {FINDINGS}
            select _foglio, _riga, '{fields[-1].nome}', null, 'chiave_ripetuta', 'errore', {message}
            from (
                select _foglio, _riga,
                    first_value(_riga) over (partition by {names} order by _foglio nulls first, _riga) as prima,
                    row_number() over (partition by {names} order by _foglio nulls first, _riga) as posto
                from ({rows}) where hash({names}) in (select impronta from repeated)
            ) where posto > 1
            """
        )

    def _message(self, field: Campo, rule: str) -> str:
        name = field.nome
        if rule == "obbligatorio":
            return f"Manca {name}, che è obbligatorio. Scriverlo"
        if rule == "dominio" and field.tipo == "elenco":
            accepted = list(field.valori or self._reference.domains[str(field.dominio)])
            listed = ", ".join(accepted[:12]) + (", ..." if len(accepted) > 12 else "")
            return "«{valore}» non è tra i valori ammessi di " + name + f". Usare uno di questi: {listed}"
        if rule == "dominio":
            return "Il Comune «{valore}» non è tra quelli conosciuti. Correggere il codice ISTAT"
        if rule == "intervallo":
            low, high = _bound(field.minimo), _bound(field.massimo)
            limits = f"tra {low} e {high}" if low and high else f"almeno {low}" if low else f"al più {high}"
            return "«{valore}» è fuori dai limiti di " + name + f": dev'essere {limits}. Correggere"
        return "«{valore}» non va bene per " + name + f": serve {how_to_write(field)}. Correggere"

    def judged(self) -> list[Judged]:
        """Every rule of the layout with the rows it refused or warned about, in the order they are checked."""
        counts = {
            (rule, column): rows
            for rule, column, rows in self._con.execute(
                f"select regola, colonna, count(*) from {FINDINGS} group by all"
            ).fetchall()
        }
        found = []
        for field in self._layout.campi:
            rules = ["obbligatorio"] if field.richiesto else []
            if not field.persona:
                rules += [] if field.tipo == "elenco" else ["formato"]
                rules += ["valore"] if field.tipo in READ_AFTER_MATCH else []
                rules += ["dominio"] if field.tipo == "elenco" or field.dominio == "comuni" else []
                rules += ["intervallo"] if field.minimo is not None or field.massimo is not None else []
            for rule in rules:
                words = self._message(field, rule).replace("«{valore}» ", "")
                found.append(Judged(rule, field.nome, "errore", words, counts.pop((rule, field.nome), 0)))
        for declared in self._layout.regole:
            rows = counts.pop((declared.nome, declared.colonna), 0)
            found.append(Judged(declared.nome, declared.colonna, declared.gravita, declared.messaggio, rows))
        found += [Judged(rule, column, "errore", "", rows) for (rule, column), rows in counts.items()]
        return found


def _raised(info: dict[str, Any]) -> bool:
    """Whether an expectation raised: Great Expectations says so in one dictionary, or in one for each metric."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(_raised(found) for found in info.values() if isinstance(found, dict))


def _rule_of(expectation: Any) -> tuple[str, str, str]:
    return (expectation.meta["regola"], expectation.meta["colonna"], expectation.meta["gravita"])


def _seen(field: Campo) -> str:
    """What Great Expectations sees of a value: a number to compare with its bounds, or a text."""
    if field.tipo in NUMBERS or field.tipo == "anno":
        return "cast(valore as double)"
    if field.tipo == "elenco":  # a text that is none of the accepted values is seen as it is: a NULL would pass
        return "coalesce(valore, testo)"
    return "cast(valore as varchar)"


def _stretched(values: list[Any], length: int, empty: Any) -> list[Any]:
    values = values or [empty]
    return values[:length] + [values[-1]] * (length - len(values))


def _bound(value: float | None) -> str:
    return "" if value is None else str(int(value) if value == int(value) else value).replace(".", ",")


def _named(message: str) -> list[str]:
    return re.findall(r"\{([a-z_]+)\}", message)


def _shown(column: str) -> str:
    """SQL of a value as an Italian reader expects it."""
    return (
        f"case when {column} is null then '(vuoto)' "
        f"when typeof({column}) = 'DATE' then strftime(try_cast({column} as date), '%d/%m/%Y') "
        f"when starts_with(typeof({column}), 'DECIMAL') then replace(cast({column} as varchar), '.', ',') "
        f"else cast({column} as varchar) end"
    )


def _sql_message(message: str, values: dict[str, str]) -> str:
    """SQL that writes a message with its values in place."""
    parts = re.split(r"\{([a-z_]+)\}", message)
    pieces = [
        values[part] if position % 2 else "'" + part.replace("'", "''") + "'" for position, part in enumerate(parts)
    ]
    return f"concat({', '.join(pieces)})"
