"""What the synthetic offices count by themselves: paths, units of offer, acts, operators, hours of a convention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from ingest.generate.chance import stream

WHOLE = "totale"
# A service whose register several comuni of the ente may do without.
_COMUNI_SERVED = (0.7, 0.9)


@dataclass(frozen=True)
class Counted:
    """A figure of a register.

    Attributes:
        servizio: Whose.
        indicatore: What is counted.
        valore: In hundredths of its unit.
        unita: Its unit.
        parte: Dimension and part, where it is not the whole.
        rilevazione: When.
        anno: The year it is about.
    """

    servizio: str
    indicatore: str
    valore: int
    unita: str
    parte: tuple[str, str] = (WHOLE, WHOLE)
    rilevazione: str = "nell_anno"
    anno: int = 0


def activity_frame(seme: int, ente: str, first: int, year: int, comuni: int) -> pl.DataFrame:
    """The layout ``attivita``: what the registers of an ente say of a year.

    Args:
        seme: Seed of what is drawn.
        ente: The ente.
        first: First year of the registers: what is open at its start is drawn, later it comes from the year before.
        year: The year.
        comuni: Comuni of the ente.
    """
    rows = [
        replace(each, anno=each.anno or year)
        for each in (
            *_water_bank(seme, first, year),
            *_convention(seme, year, comuni),
            *_units_of_offer(seme, first, year),
            *_district(seme, year),
            *_platform(seme, first, year),
            *_management(seme, year),
        )
    ]
    chance = stream(seme, "attivita", year)
    roles = {"SISTEMA": "responsabile amministrativo", "CPE": "ufficio di piano", "GECAS": "ufficio di piano"}
    days = [date(year + 1, 1, int(day)) for day in chance.integers(8, 29, len(rows))]
    return pl.DataFrame(
        {
            "ente": [ente] * len(rows),
            "anno": [each.anno for each in rows],
            "servizio": [each.servizio for each in rows],
            "indicatore": [each.indicatore for each in rows],
            "dimensione": [each.parte[0] for each in rows],
            "modalita": [each.parte[1] for each in rows],
            "rilevazione": [each.rilevazione for each in rows],
            "valore": pl.Series([each.valore for each in rows], dtype=pl.Int64),
            "unita": [each.unita for each in rows],
            "evidenza": [f"Estrazione dimostrativa del {day:%d/%m/%Y}" for day in days],
            "ruolo_dichiarante": [roles.get(each.servizio, "coordinamento") for each in rows],
        }
    )


def _count(
    servizio: str,
    indicatore: str,
    many: int,
    unita: str,
    parte: tuple[str, str] = (WHOLE, WHOLE),
    rilevazione: str = "nell_anno",
) -> Counted:
    return Counted(servizio, indicatore, 100 * int(many), unita, parte, rilevazione)


def _about(chance: np.random.Generator, usual: int, spread: float = 0.15) -> int:
    """A count near the usual one."""
    return round(usual * (1 + spread * (2 * chance.random() - 1)))


def _water_bank(seme: int, first: int, year: int) -> list[Counted]:
    """Who is followed comes from the year before or begins, and ends, gives up, breaks off or goes on."""
    service, paths, cases = "BANCA_ACQUA", "progetti", "casi"
    open_before = 22
    for each in range(first, year + 1):
        chance = stream(seme, "attivita", service, each)
        new = _about(chance, 32)
        not_begun, broken = int(chance.integers(5, 9)), int(chance.integers(4, 8))
        begun = new - not_begun - broken
        followed = open_before + begun + broken
        given_up = int(chance.integers(5, 8))
        # what stays open hovers about what was there at the start
        ended = followed - broken - given_up - _about(chance, 22)
        going_on = followed - broken - given_up - ended
        before, open_before = open_before, going_on
    return [
        _count(service, "percorsi_dell_anno_precedente", before, paths),
        _count(service, "segnalazioni", new + int(chance.integers(0, 6)), "domande"),
        _count(service, "percorsi_nuovi", new, paths),
        _count(service, "percorsi_nuovi", not_begun, paths, ("esito", "non attivati")),
        _count(service, "percorsi_nuovi", begun, paths, ("esito", "attivati")),
        _count(service, "percorsi_nuovi", broken, paths, ("esito", "interrotti")),
        _count(service, "consulenze", int(chance.integers(5, 12)), "eventi"),
        _count(service, "situazioni_in_carico", followed, cases),
        _count(service, "percorsi_conclusi", ended, paths),
        _count(service, "rinunce", given_up, cases),
        _count(service, "percorsi_in_corso", going_on, paths, rilevazione="al_31_12"),
        _count(service, "percorsi_da_attivare", int(chance.integers(5, 9)), paths, rilevazione="al_31_12"),
    ]


def _convention(seme: int, year: int, comuni: int) -> list[Counted]:
    service = "SST"
    chance = stream(seme, "attivita", service, year)
    low, high = _COMUNI_SERVED
    served = round(comuni * (low + (high - low) * chance.random()))
    quarters = int(chance.integers(4 * 820, 4 * 920)) * served  # of an hour, in the year
    return [
        _count(service, "comuni_serviti", served, "comuni", rilevazione="al_31_12"),
        Counted(service, "ore_erogate", 25 * quarters, "ore"),
    ]


def _units_of_offer(seme: int, first: int, year: int) -> list[Counted]:
    """What is there at the end is what was there, and the new ones, without those that closed."""
    service, unit = "CPE", "unita_offerta"
    stock = {"esercizio": 84, "accreditate": 62}
    for each in range(first, year + 1):
        chance = stream(seme, "attivita", service, each)
        new = {regime: int(chance.integers(3, 11)) for regime in stock}
        gone = {regime: int(chance.integers(1, 6)) for regime in stock}
        stock = {regime: stock[regime] + new[regime] - gone[regime] for regime in stock}
    found = [_count(service, unit, stock[regime], unit, ("regime", regime), "al_31_12") for regime in stock]
    for other, many in (("sperimentali", 9), ("non normate", 13)):
        found.append(_count(service, unit, many + year - first, unit, ("regime", other), "al_31_12"))
    found += [_count(service, "unita_offerta_nuove", new[regime], unit, ("regime", regime)) for regime in stock]
    found += [_count(service, "unita_offerta_cessate", gone[regime], unit, ("regime", regime)) for regime in stock]
    moved, reports = int(chance.integers(3, 8)), _about(chance, 34)
    positive = reports - int(chance.integers(3, 9))
    opened = new["esercizio"]
    return [
        *found,
        _count(service, "colloqui_orientamento", int(chance.integers(4, 16)), "eventi"),
        _count(service, "comunicazioni", _about(chance, 140), "atti"),
        _count(service, "sopralluoghi_vigilanza", reports, "eventi"),
        _count(service, "contestazioni", int(chance.integers(0, 4)), "atti"),
        _count(service, "sanzioni", int(chance.integers(0, 2)), "atti"),
        _count(service, "cpe_nuove", opened + moved, "atti"),
        _count(service, "cpe_nuove", opened, "atti", ("motivo", "apertura")),
        _count(service, "cpe_nuove", moved, "atti", ("motivo", "variazione di sede o di capacità")),
        _count(service, "posti_nuovi", 12 * opened, "posti", ("target", "minori")),
        _count(service, "verbali_vigilanza", reports, "atti"),
        _count(service, "verbali_vigilanza", positive, "atti", ("esito", "positivo")),
        _count(service, "verbali_vigilanza", reports - positive, "atti", ("esito", "subordinato ad altre valutazioni")),
        _count(service, "istanze_accreditamento", new["accreditate"], "domande"),
    ]


def _district(seme: int, year: int) -> list[Counted]:
    service = "SSD"
    chance = stream(seme, "attivita", service, year)
    return [
        _count(service, "bonifici", _about(chance, 860), "numero"),
        _count(service, "protocolli", _about(chance, 5400), "atti"),
    ]


def _platform(seme: int, first: int, year: int) -> list[Counted]:
    """Who works on the platform is who did, and who is given a profile, without who leaves."""
    service = "GECAS"
    active = 640
    for each in range(first, year + 1):
        chance = stream(seme, "attivita", service, each)
        profiled = _about(chance, 120)
        active += profiled - _about(chance, 70)
    return [
        _count(service, "operatori_profilati", profiled, "persone"),
        _count(service, "operatori_attivi", active, "persone", rilevazione="al_31_12"),
    ]


def _management(seme: int, year: int) -> list[Counted]:
    service = "SISTEMA"
    chance = stream(seme, "attivita", service, year)
    usual = (
        ("documenti_protocollati", 13_000, "atti"),
        ("fatture_registrate", 1_700, "atti"),
        ("scritture_contabili", 5_100, "atti"),
        ("cig_cup", 240, "numero"),
        ("visite_mediche", 48, "eventi"),
        ("procedure_gara", 6, "numero"),
    )
    assemblies, boards = int(chance.integers(2, 5)), int(chance.integers(8, 12))
    return [
        *(_count(service, name, _about(chance, many), unit) for name, many, unit in usual),
        _count(service, "deliberazioni_assemblea", 2 * assemblies, "atti"),
        _count(service, "sedute_assemblea", assemblies, "eventi"),
        _count(service, "verbali_cda", boards, "atti"),
        _count(service, "sedute_cda", boards, "eventi"),
        Counted(service, "ore_formazione", 50 * _about(chance, 2 * 1_150), "ore"),
        _count(service, "richieste_accesso_atti", int(chance.integers(2, 9)), "domande"),
        _count(service, "quota_richieste_evase", 100, "pct"),
        _count(service, "richieste_accesso_civico", int(chance.integers(0, 2)), "domande"),
        _count(service, "infortuni_dipendenti", int(chance.integers(0, 4)), "eventi"),
        _count(service, "infortuni_tirocinanti", int(chance.integers(0, 2)), "eventi"),
        _count(service, "segnalazioni_rspp", int(chance.integers(0, 3)), "numero"),
    ]
