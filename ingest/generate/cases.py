"""Case files, placements and applications of the synthetic persons, as they stand on the day of an extraction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.flussi.tracciato import tracciati
from ingest.generate.chance import stream
from ingest.generate.persons import CHUNK, CITIZENSHIPS, Flags, Ints, Persons, Population

Days = npt.NDArray[np.datetime64]

CASE_SERVICES = ("TM", "ADM", "SIP", "SIL")

# Kinds of placement with their share of the first ones, a daily rate in cents and the days they last.
PLACEMENTS = ("affido", "comunità", "mamma con bambino", "centro diurno", "cdd", "incontri protetti", "extra retta")
_DAILY_RATES = (1850, 9400, 12600, 4150, 5800, 2600, 3100)
_EXCLUSIVE = 3  # the first three cannot overlap
STRUCTURES_PER_KIND = 6
_CHANNELS = ("comuni", "ambito", "misura 6", "fsr", "care leavers", "altro")
_CHANNEL_SHARES = (0.62, 0.14, 0.12, 0.08, 0.02, 0.02)

# Measures that each kind of person asks for.
_MEASURES: dict[str, tuple[tuple[str, str, str, float], ...]] = {
    "SAD": (
        ("B2", "anziani", "buono caregiver", 0.30),
        ("RSA", "anziani", "ingresso in struttura", 0.24),
        ("Bonus assistenti familiari", "anziani", "contributo assistente familiare", 0.16),
        ("Telesoccorso", "anziani", "attivazione", 0.16),
        ("Trasporto sociale", "anziani", "trasporto per cure", 0.14),
    ),
    "SAAP": (
        ("B2", "minori", "intervento integrativo", 0.30),
        ("B1", "minori", "buono caregiver", 0.25),
        ("Autismo", "minori", "progetto individuale", 0.25),
        ("ISD", "minori", "sollievo", 0.20),
    ),
    "SIL": (
        ("ADI", "adulti", "patto di inclusione", 0.30),
        ("PIS", "adulti", "progetto di intervento", 0.15),
        ("Dopo di Noi", "adulti", "supporto alla domiciliarità", 0.15),
        ("Pro.Vi", "adulti", "vita indipendente", 0.20),
        ("CDD", "adulti", "ingresso in struttura", 0.20),
    ),
}
_ASKING = 0.24  # share of them that ask in a year
# Columns whose type an empty list would not tell.
_TEXTS = (
    "ente", "misura", "codice_domanda", "codice_utente", "target", "tipo_intervento", "codice_istat_comune", "esito",
)  # fmt: skip
_NO_AMOUNT = ("RSA", "CDD", "ADI", "Telesoccorso", "Trasporto sociale")
_INTO_STRUCTURES = ("RSA", "CDD")
_OUTCOMES = ("ammessa finanziata", "ammessa non finanziata", "non ammessa", "rinuncia")
_OUTCOME_SHARES = (0.62, 0.2, 0.12, 0.06)


def measures() -> list[str]:
    """Every measure asked for."""
    return sorted({measure for asked in _MEASURES.values() for measure, *_ in asked})


@dataclass(frozen=True)
class Cases:
    """Case files of some persons, ``servizio`` being a position in ``CASE_SERVICES``; the last day may be to come."""

    persona: Ints
    servizio: Ints
    apertura: Days
    chiusura: Days


@dataclass(frozen=True)
class Placements:
    """Placements of some persons, ``tipo`` being a position in ``PLACEMENTS``; the last day may be to come."""

    persona: Ints
    tipo: Ints
    struttura: Ints
    dal: Days
    al: Days
    canale: Ints

    @property
    def retta(self) -> Ints:
        """Daily rate in cents: a structure has one, of its kind."""
        base: Ints = np.array(_DAILY_RATES, dtype=np.int64)[self.tipo]
        return base + 150 * self.struttura * (1 + self.tipo % 2)


def _pick(luck: npt.NDArray[np.float64], shares: tuple[float, ...]) -> Ints:
    return np.minimum(np.searchsorted(np.cumsum(shares), luck, side="right"), len(shares) - 1).astype(np.int64)


class CaseWork:
    """Case files, placements and applications of a population."""

    def __init__(self, population: Population) -> None:
        """Nothing is drawn yet."""
        self.population = population
        self._origin = np.datetime64(f"{population.primo_anno}-01", "M")

    # --- case files -------------------------------------------------------------------------------

    def cases(self, chunk: int, persons: Persons) -> Cases:
        """The case files of some persons, over their whole life."""
        luck = self._luck("fascicoli", chunk, persons, 4)
        in_care = self._in_care(persons)
        found = []
        for service, who in (
            ("TM", in_care),
            ("ADM", persons.of("ADM")),
            ("SIP", persons.of("SIP")),
            ("SIL", persons.of("SIL")),
        ):
            person = np.flatnonzero(who)
            earlier, later = (0, 0) if service != "TM" else (5, 8)
            opens = persons.entrata[person] - (luck[0, person] * earlier).astype(np.int64)
            closes = persons.uscita[person] - 1 + (luck[1, person] * later).astype(np.int64)
            found.append(
                (
                    person,
                    np.full(len(person), CASE_SERVICES.index(service)),
                    self._day(opens, luck[2, person] * 13),
                    self._day(closes, 14 + luck[3, person] * 13),
                )
            )
        return Cases(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def case_frame(self, persons: Persons, chunk: int, on: date) -> pl.DataFrame:
        """The layout ``prese_in_carico``: what an extraction of that day shows."""
        cases = self.cases(chunk, persons)
        placed = self.placements(chunk, persons)
        day = np.datetime64(on)
        seen = cases.apertura <= day
        person, service = cases.persona[seen], cases.servizio[seen]
        closed = cases.chiusura[seen]
        luck = self._luck("provvedimenti", chunk, persons, 3)[:, person]
        care = service == CASE_SERVICES.index("TM")
        work = service == CASE_SERVICES.index("SIL")
        measure, authority = self._measures(luck, care)
        senders = list(_values("prese_in_carico", "ente_segnalante"))
        sender = np.array(senders)[_pick(luck[2], (0.12, 0.22, 0.16, 0.2, 0.12, 0.08, 0.08, 0.02))]
        lives = np.full(len(persons), "famiglia", dtype=object)
        now = (placed.dal <= day) & (day <= placed.al) & (placed.tipo <= PLACEMENTS.index("centro diurno"))
        lives[placed.persona[now]] = np.array(PLACEMENTS, dtype=object)[placed.tipo[now]]
        codes = np.array(persons.codici, dtype=object)
        return pl.DataFrame(
            {
                "ente": [self.population.territory.ente] * len(person),
                "data_estrazione": pl.Series([on] * len(person), dtype=pl.Date),
                "servizio": np.array(CASE_SERVICES, dtype=object)[service].tolist(),
                "codice_fascicolo": [
                    f"DEMO-F{persons.primo + who + 1:06d}-{CASE_SERVICES[what]}"
                    for who, what in zip(person.tolist(), service.tolist(), strict=True)
                ],
                "codice_utente": codes[person].tolist(),
                "data_apertura": _dates(cases.apertura[seen]),
                "data_chiusura": _dates(closed, missing=closed > day),
                "codice_istat_comune": self._places(persons, person),
                "tipo_provvedimento": pl.Series(
                    [None if w else m for w, m in zip(work, measure, strict=True)], dtype=pl.String
                ),
                "autorita": pl.Series(
                    [None if w else a for w, a in zip(work, authority, strict=True)], dtype=pl.String
                ),
                "ente_segnalante": sender.tolist(),
                "anno_nascita": persons.nascita[person],
                "cittadinanza": np.array(CITIZENSHIPS, dtype=object)[persons.cittadinanza[person]].tolist(),
                "collocamento": pl.Series(
                    [None if w else x for w, x in zip(work, lives[person], strict=True)], dtype=pl.String
                ),
            },
            schema_overrides={"anno_nascita": pl.Int64},
        )

    def _in_care(self, persons: Persons) -> Flags:
        return persons.of("TM", "SIP") | (persons.of("ADM") & (persons.sorte < 0.55))

    def _measures(self, luck: npt.NDArray[np.float64], care: Flags) -> tuple[list[str], list[str]]:
        kinds = (
            "civile",
            "penale",
            "amministrativo",
            "civile/penale",
            "amministrativo/civile",
            "adozione",
            "solo procura",
            "nessuno",
        )
        minors = "tribunale per i minorenni"
        who = ("tribunale ordinario", *[minors] * 5, "procura minorenni", "nessuna")
        kind = np.where(care, _pick(luck[0], (0.5, 0.08, 0.07, 0.05, 0.04, 0.04, 0.1, 0.12)), len(kinds) - 1)
        appeal = (luck[1] < 0.04) & (kind == 0)
        return (
            [kinds[at] for at in kind],
            ["corte d'appello" if high else who[at] for at, high in zip(kind, appeal, strict=True)],
        )

    # --- placements -------------------------------------------------------------------------------

    def placements(self, chunk: int, persons: Persons) -> Placements:
        """The placements of some persons: one after the other where they exclude each other."""
        cases = self.cases(chunk, persons)
        luck = self._luck("collocamenti", chunk, persons, 9)
        care = np.flatnonzero(cases.servizio == CASE_SERVICES.index("TM"))
        person = cases.persona[care]
        care, person = (values[luck[0, person] < 0.34] for values in (care, person))
        closes = cases.chiusura[care]
        start = cases.apertura[care] + _days(15 + luck[1, person] * 160)
        end = np.minimum(start + _days(60 + luck[2, person] * 640), closes)
        again = (luck[3, person] < 0.4) & (end < closes)
        start_again = end + _days(1 + luck[4, person] * 50)
        end_again = np.minimum(start_again + _days(60 + luck[5, person] * 500), closes)
        parts = [
            (person, _pick(luck[6, person], (0.34, 0.5, 0.16)), start, end),
            (person[again], _pick(luck[7, person[again]], (0.55, 0.45)), start_again[again], end_again[again]),
        ]
        for kind, profile, share in (
            ("centro diurno", "ADM", 0.14),
            ("cdd", "SIL", 0.25),
            ("incontri protetti", "SIP", 0.3),
            ("extra retta", "SAAP", 0.02),
        ):
            who = np.flatnonzero(persons.of(profile) & (luck[8] < share))
            begins = self._day(persons.entrata[who], luck[1, who] * 25)
            ends = self._day(persons.uscita[who] - 1, np.full(len(who), 26.0))
            parts.append((who, np.full(len(who), PLACEMENTS.index(kind)), begins, ends))
        who, kind_of, begins, ends = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        kept = begins <= ends
        who, kind_of, begins, ends = who[kept], kind_of[kept], begins[kept], ends[kept]
        return Placements(
            persona=who,
            tipo=kind_of,
            struttura=(luck[5, who] * STRUCTURES_PER_KIND).astype(np.int64),
            dal=begins,
            al=ends,
            canale=_pick(luck[4, who], _CHANNEL_SHARES),
        )

    def placement_frame(self, persons: Persons, chunk: int, on: date) -> pl.DataFrame:
        """The layout ``collocamenti``: all the placements begun by that day."""
        placed = self.placements(chunk, persons)
        seen = placed.dal <= np.datetime64(on)
        kind, structure, person = placed.tipo[seen], placed.struttura[seen], placed.persona[seen]
        return pl.DataFrame(
            {
                "ente": [self.population.territory.ente] * len(person),
                "codice_utente": np.array(persons.codici, dtype=object)[person].tolist(),
                "tipo_collocamento": np.array(PLACEMENTS, dtype=object)[kind].tolist(),
                "struttura": [structure_code(*pair) for pair in zip(kind.tolist(), structure.tolist(), strict=True)],
                "dal": _dates(placed.dal[seen]),
                "al": _dates(placed.al[seen], missing=placed.al[seen] > np.datetime64(on)),
                "retta_giornaliera": placed.retta[seen],
                "canale_finanziamento": np.array(_CHANNELS, dtype=object)[placed.canale[seen]].tolist(),
                "codice_istat_comune": self._places(persons, person),
            },
            schema_overrides={"retta_giornaliera": pl.Int64},
        )

    # --- applications -----------------------------------------------------------------------------

    def application_frame(self, persons: Persons, chunk: int, year: int, on: date) -> pl.DataFrame:
        """The layout ``domande``: those of a year, as an extraction of that day shows them."""
        luck = self._luck(f"domande {year}", chunk, persons, 9)
        rows = []
        for profile, asked in _MEASURES.items():
            who = np.flatnonzero(persons.of(profile) & (luck[0] < _ASKING))
            rows.append((who, _pick(luck[1, who], tuple(share for *_, share in asked)), [profile] * len(who)))
        day = np.datetime64(on)
        first = np.datetime64(f"{year}-01-01")
        frames = []
        for person, kind, profiles in rows:
            asked = _MEASURES[profiles[0]] if profiles else ()
            submitted = first + _days(luck[2, person] * 340)
            decided = submitted + _days(15 + luck[3, person] ** 2 * 110)
            outcome = np.array(_OUTCOMES, dtype=object)[_pick(luck[4, person], _OUTCOME_SHARES)]
            waiting = decided > day
            outcome[waiting] = "in valutazione"
            called = decided + _days(5 + luck[5, person] ** 3 * 420)
            financed = outcome == "ammessa finanziata"
            measure = np.array([asked[at][0] for at in kind], dtype=object)
            paid = financed & ~np.isin(measure, _NO_AMOUNT)
            amount = 10_000 * (4 + (luck[6, person] * 56).astype(np.int64))
            reached = financed & (called <= day)
            into = np.isin(measure, _INTO_STRUCTURES) & reached
            codes = np.array(persons.codici, dtype=object)
            frames.append(
                pl.DataFrame(
                    {
                        "ente": [self.population.territory.ente] * len(person),
                        "misura": measure.tolist(),
                        "codice_domanda": [f"DEMO-D{year}-{persons.primo + who + 1:06d}" for who in person.tolist()],
                        "codice_utente": codes[person].tolist(),
                        "data_domanda": _dates(submitted),
                        "target": [asked[at][1] for at in kind],
                        "tipo_intervento": [asked[at][2] for at in kind],
                        "codice_istat_comune": self._places(persons, person),
                        "esito": outcome.tolist(),
                        "data_esito": _dates(decided, missing=waiting),
                        "importo_concesso": _optional(amount, paid),
                        "punteggio": _optional(
                            50 * (20 + (luck[7, person] * 160).astype(np.int64)), np.isin(measure, ("B2", "RSA", "CDD"))
                        ),
                        "data_chiamata": _dates(called, missing=~reached),
                        "struttura": pl.Series(
                            [
                                f"{m} Demo {1 + int(x * 4)}" if i else None
                                for m, x, i in zip(measure, luck[8, person], into, strict=True)
                            ],
                            dtype=pl.String,
                        ),
                    },
                    schema_overrides=dict.fromkeys(_TEXTS, pl.String),
                )
            )
        return pl.concat(frames)

    # --- shared -----------------------------------------------------------------------------------

    def _luck(self, what: str, chunk: int, persons: Persons, columns: int) -> npt.NDArray[np.float64]:
        # drawn for a whole chunk: a larger population must not change the persons of a smaller one
        return stream(self.population.seme, what, chunk).random((columns, CHUNK))[:, : len(persons)]

    def _day(self, month: Ints, offset: npt.NDArray[np.float64]) -> Days:
        first: Days = (self._origin + month).astype("datetime64[D]")
        return np.add(first, _days(offset))

    def _places(self, persons: Persons, person: Ints) -> list[str]:
        return [self.population.territory.codici[at] for at in persons.comune[person].tolist()]


def structure_code(kind: int, structure: int) -> str:
    """Code of a structure; a foster family has one too, and no surname."""
    return f"{PLACEMENTS[kind][:3].upper()}-{structure + 1:02d}"


def _days(count: npt.NDArray[np.float64]) -> npt.NDArray[np.timedelta64]:
    return count.astype(np.int64).astype("timedelta64[D]")


def _dates(days: Days, missing: Flags | None = None) -> pl.Series:
    values = days.astype("datetime64[D]").copy()
    if missing is not None:
        values[missing] = np.datetime64("NaT")
    return pl.Series(values).cast(pl.Date)


def _optional(values: Ints, there: Flags) -> pl.Series:
    return pl.select(pl.when(pl.Series(there)).then(pl.Series(values)).otherwise(None)).to_series().cast(pl.Int64)


def _values(layout: str, field: str) -> dict[str, list[str]]:
    return tracciati()[layout].campo(field).valori or {}
