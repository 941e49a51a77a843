"""Every rule of every layout: a row that breaks it is told, in Italian, and a row that just does not is loaded.

One file a layout holds every case; a rule without a case, now or in a layout to come, makes ``test_every_rule`` red.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from ingest.flussi.checks import Reference, suite
from ingest.flussi.tracciato import Campo, Tracciato, tracciati
from ingest.flussi.values import NUMBERS
from ingest.paths import ROOT
from ingest.reference import read_domains
from tests.python.ingest.flussi.office import TELLS_APART, Office, Row, row, rows

TAX_CODE = "RSSMRA85T10A562S"


@dataclass(frozen=True)
class Case:
    """Rows that break a rule, and rows that just do not.

    Attributes:
        rule: The rule.
        column: The column it looks at.
        bad: Rows, the last of which breaks the rule; ``by_itself`` when another row of them may be told instead.
        good: Rows that do not.
        says: What the message must name.
    """

    rule: str
    column: str
    bad: list[Row]
    good: list[Row]
    says: list[str] = field(default_factory=list)


Changes = dict[str, str | None]


class Numbering:
    """A number for each row of a layout, so that no two have the same key."""

    def __init__(self, layout: str) -> None:
        self._layout = layout
        self._next = 0

    def __call__(self, **changes: str | None) -> Row:
        self._next += 1
        return row(self._layout, self._next, **changes)


# --- what comes from the type of a field ----------------------------------------------------------------------------

# A text that has not the form of its type, and one that has it and cannot be read.
WRONG_FORM = {
    "testo": "x" * 201,
    "codice": "Rossi",
    "codice_istat": "Crema",
    "data": "2024",
    "mese": "primavera 2024",
    "anno": "24",
    "intero": "dodici",
    "decimale": "1,2,3",
    "euro": "12,5,0",
}
UNREADABLE = {
    "data": "30/02/2024",
    "mese": "2024-13",
    "intero": "99999999999",
    "decimale": "12,123456",
    "euro": "12,345",
}
STEP = {"intero": Decimal(1), "anno": Decimal(1), "euro": Decimal("0.01")}


def italian(value: Decimal, step: Decimal) -> str:
    return f"{value.quantize(step):f}".replace(".", ",")


def of_type(layout: Tracciato, column: Campo, new: Callable[..., Row]) -> list[Case]:
    """The cases of the rules that come from the declaration of a field."""
    name = column.nome
    cases = []

    def case(rule: str, bad: str | None, *good: str | None, says: str = "") -> None:
        cases.append(
            Case(
                rule,
                name,
                [new(**{name: bad})],
                [new(**{name: text}) for text in good] or [new()],
                [says] if says else [],
            )
        )

    if column.richiesto:
        case("obbligatorio", None, says=f"Manca {name}")
    if column.persona:
        return cases
    if column.tipo == "elenco":
        case("dominio", "inventato", column.esempio.upper(), says="«inventato»")
        case("dominio", f"è {TAX_CODE}", says="codice fiscale rimosso")
        return cases
    case("formato", WRONG_FORM[column.tipo], says=f"«{WRONG_FORM[column.tipo]}»")
    case("formato", f"è {TAX_CODE}", says="codice fiscale rimosso")
    if column.tipo in UNREADABLE:
        case("valore", UNREADABLE[column.tipo], says=f"«{UNREADABLE[column.tipo]}»")
    if column.dominio == "comuni":
        case("dominio", "058091", says="«058091»")
    for limit, outwards in ((column.minimo, -1), (column.massimo, 1)):
        if limit is None:
            continue
        step = STEP.get(column.tipo, Decimal(1).scaleb(-column.decimali))
        edge = Decimal(str(limit))
        out = italian(edge + outwards * step, step)
        case("intervallo", out, italian(edge, step), says=f"«{out}»")
    return cases


# --- the rules across fields, rows and files ------------------------------------------------------------------------


def declared(layout: str, new: Callable[..., Row]) -> list[Case]:
    """The cases of the rules that a layout declares, and of those that every layout has."""

    def one(rule: str, column: str, bad: Changes, *good: Changes, says: list[str] | None = None) -> Case:
        return Case(rule, column, [new(**bad)], [new(**changes) for changes in good], says or [])

    if layout == "ore_servizio":
        elsewhere: Changes = {"ente": "asc_insieme", "codice_istat_comune": "999999", "servizio": "SIP"}
        return [
            one(
                "comune_dell_ente",
                "codice_istat_comune",
                {"codice_istat_comune": "999001"},
                {"codice_istat_comune": "999999"},
                {"ente": "dimostrativo", "codice_istat_comune": "999001"},
                says=["999001", "csc"],
            ),
            # the rate in force: 20 until 15 March, then 21; of another gestore nothing is known
            one(
                "tariffa_in_vigore",
                "tariffa_oraria",
                elsewhere | {"tariffa_oraria": "20,00", "periodo": "2024-04", "ente_gestore": "Coop"},
                elsewhere | {"tariffa_oraria": "20", "periodo": "2024-03", "ente_gestore": "Coop"},
                elsewhere | {"tariffa_oraria": "21,0000", "periodo": "2024-03", "ente_gestore": "Coop"},
                elsewhere | {"tariffa_oraria": "21", "periodo": "2030-01", "ente_gestore": "Coop"},
                says=["20,0000", "2024-04", "SIP", "Coop", "file delle tariffe"],
            ),
            one(
                "tariffa_in_vigore",
                "tariffa_oraria",
                elsewhere | {"tariffa_oraria": "20,00", "periodo": "2024-03", "ente_gestore": "Altra"},
            ),
            # in force from the last day of January to the first of February: in both months
            *(
                one(
                    "tariffa_in_vigore",
                    "tariffa_oraria",
                    elsewhere | {"tariffa_oraria": "22", "periodo": out, "ente_gestore": "Breve"},
                    elsewhere | {"tariffa_oraria": "22", "periodo": within, "ente_gestore": "Breve"},
                )
                for out, within in (("2023-12", "2024-01"), ("2024-03", "2024-02"))
            ),
            Case(
                "ore_nel_mese",
                "ore",
                [
                    new(codice_utente="P1", periodo="2024-02", servizio="TM", ore="600"),
                    new(codice_utente="p1 ", periodo="2024-02", servizio="TM", ore="96,01", ente_gestore="Altra"),
                ],
                [
                    new(codice_utente="P2", periodo="2024-02", servizio="TM", ore="600"),
                    new(codice_utente="P2", periodo="2024-02", servizio="TM", ore="96", ente_gestore="Altra"),
                    new(codice_utente="P2", periodo="2024-03", servizio="TM", ore="600"),
                ],
                ["696,01", "2024-02"],
            ),
            Case(
                "salto_sul_mese_prima",
                "ore",
                [
                    new(servizio="SAD", periodo="2024-02", ore="300,01"),  # 100 are loaded in January
                    new(servizio="CPE", periodo="2024-01", ore="99"),
                    new(servizio="CPE", periodo="2024-02", ore="32,99"),
                ],
                [
                    new(servizio="ADM", periodo="2024-02", ore="300"),
                    new(servizio="SST", periodo="2024-01", ore="99"),
                    new(servizio="SST", periodo="2024-02", ore="33"),
                    new(servizio="SIL", periodo="2024-05", ore="99"),
                    new(servizio="SIL", periodo="2024-06", ore="9"),  # the schools are closed
                    new(servizio="SSD", periodo="2024-02", ore="700"),  # nothing is known of the month before
                ],
                ["300,01", "100,00", "SAD", "2024-02"],
            ),
        ]
    if layout == "tariffe":
        period = {"servizio": "SAD", "ente_gestore": "Coop"}
        other = {"servizio": "SAD", "ente_gestore": "Altra"}
        return [
            one(
                "date_in_ordine",
                "valida_al",
                {"valida_dal": "02/01/2024", "valida_al": "01/01/2024"},
                {"valida_dal": "02/01/2024", "valida_al": "02/01/2024"},
                {"valida_al": None},
                says=["01/01/2024", "02/01/2024"],
            ),
            Case(
                "tariffe_sovrapposte",
                "valida_al",
                [
                    new(**period, valida_dal="01/09/2024", valida_al=None),
                    new(**period, valida_dal="01/01/2024", valida_al="01/09/2024"),
                ],
                [
                    new(**other, valida_dal="01/01/2024", valida_al="31/08/2024"),
                    new(**other, valida_dal="01/09/2024", valida_al=None),
                ],
                ["01/01/2024", "01/09/2024"],
            ),
        ]
    if layout == "prese_in_carico":
        return [
            one(
                "comune_dell_ente",
                "codice_istat_comune",
                {"codice_istat_comune": "999001"},
                {"codice_istat_comune": "999999"},
                says=["999001", "csc"],
            ),
            one(
                "date_in_ordine",
                "data_chiusura",
                {"data_apertura": "02/01/2024", "data_chiusura": "01/01/2024"},
                {"data_apertura": "02/01/2024", "data_chiusura": "02/01/2024"},
                {"data_chiusura": None},
                says=["02/01/2024", "01/01/2024"],
            ),
            one(
                "apertura_entro_estrazione",
                "data_apertura",
                {"data_apertura": "01/01/2025", "data_chiusura": None},
                {"data_apertura": "31/12/2024", "data_chiusura": None},
                says=["01/01/2025", "31/12/2024"],
            ),
            one(
                "chiusura_entro_estrazione",
                "data_chiusura",
                {"data_chiusura": "01/01/2025"},
                {"data_chiusura": "31/12/2024"},
                says=["01/01/2025", "31/12/2024"],
            ),
            one(
                "nascita_prima_di_apertura",
                "anno_nascita",
                {"anno_nascita": "2024"},
                {"anno_nascita": "2023"},
                {"anno_nascita": None},
                says=["2024", "15/03/2023"],
            ),
            Case(
                "una_sola_estrazione",
                "data_estrazione",
                [
                    new(servizio="SIL", data_estrazione="31/12/2024"),
                    new(servizio="SIL", data_estrazione="30/12/2024"),
                ],
                [new(servizio="SAD", data_estrazione="30/12/2024"), new(servizio="SAD", data_estrazione="30/12/2024")],
                ["31/12/2024", "SIL"],
            ),
        ]
    if layout == "collocamenti":
        return [
            one(
                "comune_dell_ente",
                "codice_istat_comune",
                {"codice_istat_comune": "999001"},
                {"codice_istat_comune": "999999"},
                {"codice_istat_comune": None},
                says=["999001", "csc"],
            ),
            one(
                "date_in_ordine",
                "al",
                {"dal": "10/01/2024", "al": "09/01/2024"},
                {"dal": "10/01/2024", "al": "10/01/2024"},
                {"al": None},
                says=["10/01/2024", "09/01/2024"],
            ),
            Case(
                "un_solo_posto",
                "dal",
                [
                    new(codice_utente="P1", dal="01/01/2024", al="31/03/2024"),
                    new(codice_utente="P1", dal="30/03/2024", al=None, struttura="COM-2"),
                ],
                [
                    new(codice_utente="P2", dal="01/01/2024", al="31/03/2024"),
                    new(codice_utente="P2", dal="31/03/2024", al="30/06/2024", struttura="COM-2"),
                    # a day centre is no place to live
                    new(codice_utente="P2", dal="01/02/2024", al=None, tipo_collocamento="centro diurno"),
                    new(codice_utente="P2", dal="01/07/2024", al=None, tipo_collocamento="affido"),
                ],
                ["31/03/2024", "30/03/2024"],
            ),
        ]
    if layout == "domande":
        return [
            one(
                "comune_dell_ente",
                "codice_istat_comune",
                {"codice_istat_comune": "999001"},
                {"codice_istat_comune": "999999"},
                {"codice_istat_comune": None},
                says=["999001", "csc"],
            ),
            one(
                "esito_dopo_domanda",
                "data_esito",
                {"data_esito": "11/02/2024"},
                {"data_esito": "12/02/2024"},
                {"data_esito": None},
                says=["11/02/2024", "12/02/2024"],
            ),
            one(
                "chiamata_dopo_domanda",
                "data_chiamata",
                {"data_chiamata": "11/02/2024"},
                {"data_chiamata": "12/02/2024"},
                {"data_chiamata": None},
                says=["11/02/2024", "12/02/2024"],
            ),
            # a missing amount is as good as none
            one(
                "importo_se_finanziata",
                "importo_concesso",
                {"importo_concesso": "0"},
                {"importo_concesso": "0,01"},
                {"misura": "RSA", "importo_concesso": None},
                {"esito": "non ammessa", "importo_concesso": None},
                says=["B2"],
            ),
            one("importo_se_finanziata", "importo_concesso", {"importo_concesso": None}, says=["B2"]),
            one(
                "importo_senza_finanziamento",
                "importo_concesso",
                {"esito": "non ammessa", "importo_concesso": "0,01"},
                {"esito": "non ammessa", "importo_concesso": "0"},
                {"esito": "rinuncia", "importo_concesso": "10"},
                says=["non ammessa", "0,01"],
            ),
        ]
    if layout == "movimenti_fondi":
        return [
            one(
                "importo_positivo",
                "importo",
                {"importo": "0"},
                {"importo": "0,01"},
                {"tipo": "storno", "importo": "-1"},
                says=["assegnazione", "0,00"],
            ),
            one(
                "annualita_non_futura",
                "annualita",
                {"annualita": "2026"},
                {"annualita": "2025"},
                says=["2026", "12/03/2024"],
            ),
            Case(
                "speso_entro_assegnato",
                "importo",
                [
                    # 100 are loaded, assigned in another year; of this year nothing else remains
                    new(fondo="FAMI", annualita="2022", tipo="spesa", importo="80"),
                    new(fondo="FAMI", annualita="2022", tipo="storno", importo="20,01"),
                ],
                [
                    new(fondo="GAP", annualita="2022", tipo="spesa", importo="80"),
                    new(fondo="GAP", annualita="2022", tipo="storno", importo="20"),
                    new(fondo="PIPPI", annualita="2022", tipo="assegnazione", importo="50"),
                    new(fondo="PIPPI", annualita="2022", tipo="spesa", importo="50"),
                ],
                ["FAMI", "2022", "80,00", "79,99"],
            ),
        ]
    if layout == "contabilita":
        return [
            one(
                "data_dell_esercizio",
                "data",
                {"data": "31/12/2022"},
                {"data": "01/01/2023"},
                {"data": "31/12/2025"},
                {"data": None},
                says=["31/12/2022", "2024"],
            ),
            one("data_dell_esercizio", "data", {"data": "01/01/2026"}),
        ]
    if layout == "fatture":
        unpaid: Changes = {"data_pagamento": None, "importo_pagato": None}
        return [
            one(
                "ricevuta_dopo_emessa",
                "data_ricezione",
                {"data_ricezione": "04/02/2024"},
                {"data_ricezione": "05/02/2024"},
                says=["04/02/2024", "05/02/2024"],
            ),
            one(
                "scade_dopo_emessa",
                "data_scadenza",
                {"data_scadenza": "04/02/2024"},
                {"data_scadenza": "05/02/2024"},
                says=["04/02/2024", "05/02/2024"],
            ),
            one(
                "pagata_dopo_emessa",
                "data_pagamento",
                {"data_pagamento": "04/02/2024"},
                {"data_pagamento": "05/02/2024"},
                says=["04/02/2024", "05/02/2024"],
            ),
            one(
                "pagamento_completo",
                "importo_pagato",
                {"importo_pagato": None},
                unpaid,
                unpaid | {"importo_pagato": "0"},
                says=["01/03/2024", "(vuoto)"],
            ),
            one("pagamento_completo", "importo_pagato", {"data_pagamento": None}, says=["(vuoto)", "1830,00"]),
            one(
                "pagato_entro_dovuto",
                "importo_pagato",
                {"importo_pagato": "1.830,01"},
                {},
                {"importo": "-100", "importo_pagato": "-100"},
                says=["1830,01", "1830,00"],
            ),
        ]
    if layout == "crediti_debiti":
        return [
            one(
                "regolazione_completa",
                "data_regolazione",
                {"data_regolazione": None},
                {"data_regolazione": None, "regolato": None},
                {"data_regolazione": None, "regolato": "0"},
                says=["(vuoto)", "9000,00"],
            ),
            one("regolazione_completa", "data_regolazione", {"regolato": "0"}, says=["20/11/2024"]),
            one(
                "regolato_entro_importo",
                "regolato",
                {"regolato": "12.500,01"},
                {"regolato": "12.500,00"},
                {"importo": "-100", "regolato": "-100"},
                says=["12500,01", "12500,00"],
            ),
            one("regolato_entro_importo", "regolato", {"importo": "-9.000"}, says=["-9000,00"]),
            one(
                "regolato_alla_data",
                "data_regolazione",
                {"data_regolazione": "01/01/2025"},
                {"data_regolazione": "31/12/2024"},
                says=["01/01/2025", "31/12/2024"],
            ),
            one(
                "competenza_non_futura",
                "anno_competenza",
                {"anno_competenza": "2025"},
                {"anno_competenza": "2024"},
                says=["2025", "31/12/2024"],
            ),
        ]
    if layout == "saldi_cassa":
        return [
            one(
                "conto_non_iban",
                "conto",
                {"conto": "IT60X0542811101000000123456"},
                {"conto": "C9"},
                {"conto": "IT60X054281110"},
                {"conto": "000000000123456"},
            ),
            one("conto_non_iban", "conto", {"conto": "no9386011117947"}),
            one(
                "saldo_entro_fido",
                "saldo",
                {"saldo": "-500.000,01"},
                {"saldo": "-500.000,00"},
                says=["-500000,01", "500000,00"],
            ),
            one("saldo_entro_fido", "saldo", {"saldo": "-0,01", "fido_accordato": None}, says=["(vuoto)"]),
        ]
    if layout == "ore_personale":
        return [
            Case(
                "ore_dell_operatore",
                "ore",
                [
                    new(codice_operatore="A1", ore="250", servizio="TM"),
                    new(codice_operatore="A1", ore="150,01", servizio="SIL"),
                ],
                [
                    new(codice_operatore="A2", ore="250", servizio="TM"),
                    new(codice_operatore="A2", ore="150", servizio="SIL"),
                ],
                ["400,01", "2024-01"],
            )
        ]
    if layout == "spesa_sociale_comuni":
        return [
            one(
                "comune_dell_ente",
                "codice_istat_comune",
                {"codice_istat_comune": "999001"},
                {"ente": "dimostrativo", "codice_istat_comune": "999001"},
                says=["999001", "csc"],
            ),
            one(
                "netto_non_negativo",
                "spesa_lorda",
                {"spesa_lorda": "100", "compartecipazione_utenti": "60", "contributo_ssn": "40,01"},
                {"spesa_lorda": "100", "compartecipazione_utenti": "60", "contributo_ssn": "40"},
                {"spesa_lorda": "0", "compartecipazione_utenti": None, "contributo_ssn": None},
                says=["60,00", "40,01", "100,00"],
            ),
            Case(
                "salto_sull_anno_prima",
                "spesa_lorda",
                [
                    *bare(new, codice_istat_comune="019002", spesa_lorda="2000,01"),  # 1000 the year before
                    *bare(new, codice_istat_comune="019005", spesa_lorda="499,99"),
                ],
                [
                    *bare(new, codice_istat_comune="019010", spesa_lorda="2000"),
                    *bare(new, codice_istat_comune="019011", spesa_lorda="500"),
                    *bare(new, codice_istat_comune="019012", spesa_lorda="5000"),  # nothing is known
                ],
                ["019002", "2000,01", "1000,00"],
            ),
        ]
    if layout == "popolazione":
        crema = {"codice_istat_comune": "019011"}
        other = {"codice_istat_comune": "019012"}
        return [
            Case(
                "totale_e_parti",
                "cittadinanza",
                [new(**crema, cittadinanza="totale"), new(**crema, cittadinanza="straniera")],
                [
                    new(**other, cittadinanza="italiana"),
                    new(**other, cittadinanza="straniera"),
                    new(**other, data="02/01/2023", cittadinanza="totale"),
                ],
                ["019011", "01/01/2023"],
            )
        ]
    if layout == "personale":
        running: Changes = {"al": None, "causa_cessazione": None}
        return [
            one(
                "date_in_ordine",
                "al",
                {"dal": "02/01/2024", "al": "01/01/2024"},
                {"dal": "02/01/2024", "al": "02/01/2024"},
                running,
                says=["02/01/2024", "01/01/2024"],
            ),
            one(
                "inizio_entro_estrazione",
                "dal",
                running | {"dal": "01/01/2025"},
                running | {"dal": "31/12/2024"},
                says=["01/01/2025", "31/12/2024"],
            ),
            one("fine_entro_estrazione", "al", {"al": "01/01/2025"}, {"al": "31/12/2024"}, running, says=["2025"]),
            one("causa_e_fine", "causa_cessazione", {"causa_cessazione": None}, running, says=["30/06/2024"]),
            one("causa_e_fine", "causa_cessazione", {"al": None}, {"causa_cessazione": "pensione"}, says=["(vuoto)"]),
            Case(
                "una_sola_estrazione",
                "data_estrazione",
                [new(ente="asc_insieme"), new(ente="asc_insieme", data_estrazione="30/12/2024")],
                [new(ente="dimostrativo", data_estrazione="30/12/2024")],
                ["31/12/2024"],
            ),
            Case(
                "un_solo_rapporto",
                "dal",
                [
                    new(codice_operatore="A1", dal="01/01/2023", al="30/06/2024"),
                    new(codice_operatore="A1", dal="30/06/2024", **running),
                ],
                [
                    new(codice_operatore="A2", dal="01/01/2023", al="30/06/2024"),
                    new(codice_operatore="A2", dal="01/07/2024", **running),
                    new(codice_operatore="A2", dal="01/07/2024", ente="dimostrativo", data_estrazione="30/12/2024"),
                ],
                ["30/06/2024"],
            ),
        ]
    if layout == "lavoro_agile":
        return [
            one(
                "giorni_del_mese",
                "giorni",
                {"periodo": "2023-02", "giorni": "29"},
                {"periodo": "2024-02", "giorni": "29"},
                {"periodo": "2023-02", "giorni": "28"},
                says=["2023-02", "29"],
            )
        ]
    if layout == "attivita":
        parts: Changes = {"dimensione": "esito", "modalita": "attivati"}
        hours: Changes = {"servizio": "SST", "indicatore": "ore_erogate", "unita": "ore"}
        share: Changes = {"servizio": "SISTEMA", "indicatore": "quota_richieste_evase", "unita": "pct"}
        same: Changes = {"rilevazione": "al_31_12", "ente": "asc_cremonese"}
        acts: Changes = {"servizio": "CPE", "unita": "atti", "rilevazione": "nell'anno"}
        protocols: Changes = {**acts, "servizio": "SSD", "indicatore": "protocolli"}
        transfers: Changes = {**protocols, "indicatore": "bonifici", "unita": "numero"}
        return [
            one(
                "indicatore_del_servizio",
                "indicatore",
                {"indicatore": "ore_formazione", "unita": "ore"},
                {"indicatore": "rinunce", "unita": "casi"},
                says=["ore_formazione", "BANCA_ACQUA"],
            ),
            one("indicatore_del_servizio", "indicatore", {"servizio": "GECAS"}, says=["percorsi_nuovi", "GECAS"]),
            one(
                "parte_dell_indicatore",
                "modalita",
                {"dimensione": "regime", "modalita": "accreditate"},
                parts,
                says=["regime", "accreditate", "percorsi_nuovi"],
            ),
            one("parte_dell_indicatore", "modalita", {"dimensione": "esito"}, says=["totale", "esito"]),
            one("parte_dell_indicatore", "modalita", {"modalita": "attivati"}, says=["attivati"]),
            one("unita_dell_indicatore", "unita", {"unita": "persone"}, {"unita": "Progetti"}, says=["persone"]),
            one("conteggio_intero", "valore", {"valore": "10,5"}, {**hours, "valore": "10,5"}, says=["10,50"]),
            one(
                "quota_entro_cento",
                "valore",
                {**share, "valore": "100,01"},
                {**share, "valore": "100"},
                {**hours, "valore": "100,01"},
                says=["100,01"],
            ),
            Case(
                "parte_entro_il_totale",
                "valore",
                [
                    new(**same, anno="2011", valore="12"),
                    new(**same, anno="2011", **parts, valore="13"),
                ],
                [
                    new(**same, anno="2021", valore="12"),
                    new(**same, anno="2021", **parts, valore="12"),
                    # of another year, of another day, of another indicator
                    new(**same, anno="2023", **parts, valore="13"),
                    new(ente="asc_cremonese", rilevazione="previsto", anno="2021", **parts, valore="13"),
                    new(**same, anno="2021", indicatore="percorsi_conclusi", valore="5"),
                ],
                ["13,00", "12,00", "attivati"],
            ),
            one(
                "evidenza_senza_nomi",
                "evidenza",
                {"evidenza": "registro di Mario Rossi"},
                {"evidenza": "https://esempio.it/registri"},
                {"evidenza": "Protocollo 7"},
                says=["registro di Mario Rossi"],
            ),
            Case(
                "salto_sull_anno_prima",
                "valore",
                [
                    new(**protocols, anno="2041", valore="100"),
                    new(**protocols, anno="2042", valore="301"),
                    new(**acts, indicatore="comunicazioni", anno="2041", valore="100"),
                    new(**acts, indicatore="comunicazioni", anno="2042", valore="33"),
                ],
                [
                    new(**transfers, anno="2041", valore="100"),
                    new(**transfers, anno="2042", valore="300"),
                    new(**transfers, anno="2043", valore="100"),
                    new(**transfers, anno="2045", valore="900"),  # not the next
                    new(**acts, indicatore="sanzioni", anno="2041", valore="0"),
                    new(**acts, indicatore="sanzioni", anno="2042", valore="40"),
                    new(**acts, indicatore="contestazioni", anno="2041", valore="1"),
                    new(**acts, indicatore="contestazioni", anno="2042", valore="11"),
                ],
                ["100,00", "301,00", "33,00", "protocolli"],
            ),
        ]
    if layout == "rilevazioni":
        yes: Changes = {"codice_indicatore": "1.2", "valore": None, "valore_testo": "sì"}
        day: Changes = {"codice_indicatore": "2.5c", "valore": None, "valore_data": "15/03/2027"}
        ratio: Changes = {"numeratore": None, "denominatore": None}
        events: Changes = {"codice_indicatore": "4.1", **ratio}
        return [
            one(
                "indicatore_del_piano",
                "codice_indicatore",
                {"codice_indicatore": "001:2174"},
                {},
                says=["001:2174", "indicatori-2026-2028", "asc_insieme"],
            ),
            one("indicatore_del_piano", "codice_indicatore", {"ente": "csc"}, says=["csc"]),
            one("anno_del_piano", "anno", {"anno": "2029"}, {"anno": "2027"}, says=["2029"]),
            one("anno_del_piano", "anno", {"anno": "2025"}, {"anno": "2026"}, says=["2025"]),
            one(
                "momento_dell_indicatore",
                "momento",
                {"momento": "consuntivo"},
                {**day, "momento": "consuntivo", **ratio},
                says=["consuntivo", "1.5a"],
            ),
            one("momento_dell_indicatore", "momento", {**day, **ratio}, says=["intero", "2.5c"]),
            one(
                "valore_dell_unita",
                "valore",
                {"valore": None, **ratio},
                {**yes, **ratio},
                {**day, **ratio, "momento": "monitoraggio"},
                says=["1.5a", "(vuoto)"],
            ),
            one("valore_dell_unita", "valore", {**yes, **ratio, "valore": "1"}, says=["1.2"]),
            one(
                "valore_dell_unita", "valore", {**day, **ratio, "valore_data": None, "valore_testo": "no"}, says=["no"]
            ),
            one("rapporto_completo", "denominatore", {"denominatore": None}, ratio, says=["(vuoto)"]),
            one("rapporto_completo", "denominatore", {"denominatore": "0", **events, "numeratore": "1"}, says=["0"]),
            one(
                "valore_del_rapporto",
                "valore",
                {"valore": "92,32"},
                {"valore": "92,31"},
                {"valore": "92,3077"},
                {"codice_indicatore": "1.4c", "valore": "25", "numeratore": "100", "denominatore": "4"},
                says=["92,3200", "12,00", "13,00"],
            ),
            one(
                "quota_entro_cento",
                "numeratore",
                {"valore": "108,33", "numeratore": "13", "denominatore": "12"},
                {"valore": "100", "numeratore": "13", "denominatore": "13"},
                says=["13,00", "12,00"],
            ),
            one(
                "data_dopo_l_inizio",
                "data_rilevazione",
                {"data_rilevazione": "31/12/2025"},
                {"data_rilevazione": "01/01/2026"},
                says=["31/12/2025", "2026"],
            ),
            one(
                "evidenza_senza_nomi",
                "evidenza",
                {"evidenza": "relazione di Mario Rossi"},
                {"evidenza": "https://esempio.it/atti"},
                says=["relazione di Mario Rossi"],
            ),
            Case(
                "salto_sul_valore_prima",
                "valore",
                [
                    new(
                        **events | {"codice_indicatore": "4.5"}, valore="10", anno="2026", data_rilevazione="01/02/2026"
                    ),
                    new(
                        **events | {"codice_indicatore": "4.5"},
                        valore="30,01",
                        anno="2027",
                        data_rilevazione="01/02/2027",
                    ),
                ],
                [
                    new(**events | {"codice_indicatore": "1.2a"}, valore="10", data_rilevazione="01/02/2026"),
                    new(**events | {"codice_indicatore": "1.2a"}, valore="30", data_rilevazione="01/02/2027"),
                    new(**events | {"codice_indicatore": "1.2b"}, valore="1", data_rilevazione="01/02/2026"),
                    new(**events | {"codice_indicatore": "1.2b"}, valore="11", data_rilevazione="01/02/2027"),
                ],
                ["10,0000", "30,0100", "4.5"],
            ),
        ]
    if layout == "report":
        owed: Changes = {"data_consegna": None, "evidenza": None}
        return [
            one(
                "dovuto_dopo_l_inizio",
                "dovuto_il",
                {"dovuto_il": "31/12/2025"},
                {"dovuto_il": "01/01/2026"},
                {"dovuto_il": "31/12/2027"},
                says=["31/12/2025", "2026"],
            ),
            one("dovuto_dopo_l_inizio", "dovuto_il", {"dovuto_il": "01/01/2028"}, says=["01/01/2028"]),
            one(
                "consegna_entro_il_registro",
                "data_consegna",
                {"data_consegna": "01/04/2027"},
                {"data_consegna": "31/03/2027"},
                says=["01/04/2027", "31/03/2027"],
            ),
            one("consegna_e_prova", "evidenza", {"evidenza": None}, owed, says=["12/03/2027"]),
            one("consegna_e_prova", "evidenza", {"data_consegna": None}, says=["Protocollo 1204/2027"]),
            one(
                "contenuti_del_report",
                "relazione",
                {"relazione": None},
                {"relazione": None, "tipo": "cruscotto consuntivo"},
                owed | {"relazione": None, "dettaglio_territorio": None},
                says=["consuntivo", "12/03/2027", "(vuoto)"],
            ),
            one(
                "contenuti_del_report",
                "relazione",
                {"dettaglio_territorio": None, "tipo": "II monitoraggio"},
                {"dettaglio_territorio": "no", "relazione": "no"},
                says=["secondo monitoraggio"],
            ),
            one(
                "contenuti_del_report",
                "relazione",
                {"dettaglio_territorio": None, "tipo": "primo monitoraggio"},
                {"dettaglio_territorio": None, "tipo": "rendicontazione PNRR"},
                says=["primo monitoraggio"],
            ),
            one(
                "evidenza_senza_nomi",
                "evidenza",
                {"evidenza": "consegnato a Mario Rossi"},
                {"evidenza": "https://esempio.it/atti"},
                says=["consegnato a Mario Rossi"],
            ),
            Case(
                "un_solo_aggiornamento",
                "aggiornato_al",
                [new(anno="2027"), new(anno="2027", aggiornato_al="30/03/2027")],
                [
                    new(ente="csc", aggiornato_al="30/03/2027"),
                    new(anno="2026", ente="dimostrativo", aggiornato_al="29/03/2027"),
                ],
                ["30/03/2027", "31/03/2027", "2027"],
            ),
        ]
    if layout == "plessi":
        none: Changes = {"buona_prassi": "no", "documentata_il": None, "evidenza": None}
        return [
            one(
                "comune_del_plesso",
                "codice_istat_comune",
                {"ente": "asc_insieme"},
                {"codice_istat_comune": "019002"},
                says=["019035", "asc_insieme"],
            ),
            one("comune_del_plesso", "codice_istat_comune", {"codice_istat_comune": "999999"}, says=["999999"]),
            one("prassi_e_data", "documentata_il", {"documentata_il": None}, none, says=["(vuoto)"]),
            one("prassi_e_data", "documentata_il", none | {"documentata_il": "20/05/2026"}, says=["20/05/2026"]),
            one("prassi_e_prova", "evidenza", {"evidenza": None}, none, says=["(vuoto)"]),
            one("prassi_e_prova", "evidenza", none | {"evidenza": "Atto 1/2026"}, says=["Atto 1/2026"]),
            one(
                "documentata_entro_l_elenco",
                "documentata_il",
                {"documentata_il": "01/01/2027"},
                {"documentata_il": "31/12/2026"},
                {"documentata_il": "31/12/2019"},
                says=["01/01/2027", "31/12/2026"],
            ),
            Case(
                "elenco_dell_anno",
                "aggiornato_al",
                [new(anno="2028", aggiornato_al="01/01/2029")],
                [new(anno="2029", aggiornato_al="31/12/2029"), new(anno="2030", aggiornato_al="01/01/2030")],
                ["01/01/2029", "2028"],
            ),
            Case(
                "elenco_dell_anno",
                "aggiornato_al",
                [new(anno="2031", aggiornato_al="31/12/2030")],
                [new(anno="2032", aggiornato_al="30/06/2032")],
                ["31/12/2030", "2031"],
            ),
            one(
                "evidenza_senza_nomi",
                "evidenza",
                {"evidenza": "relazione di Mario Rossi"},
                {"evidenza": "https://esempio.it/atti"},
                says=["relazione di Mario Rossi"],
            ),
            Case(
                "un_solo_aggiornamento",
                "aggiornato_al",
                [
                    new(anno="2027", aggiornato_al="31/12/2027"),
                    new(anno="2027", aggiornato_al="30/12/2027"),
                ],
                [new(anno="2026", ente="csc")],
                ["30/12/2027", "31/12/2027", "2027"],
            ),
        ]
    if layout == "formazione":
        return [
            Case(
                "un_tema_per_evento",
                "tema",
                [
                    new(codice_evento="EV-01", tema="codice etico"),
                    new(codice_evento="EV-01", tema="intelligenza artificiale"),
                ],
                [
                    new(codice_evento="EV-02", tema="codice etico"),
                    new(codice_evento="EV-02", tema="etica"),
                    new(codice_evento="EV-02", tema="altro", ente="asc_insieme"),
                ],
                ["EV-01", "codice etico", "intelligenza artificiale"],
            )
        ]
    raise AssertionError(f"the layout {layout} has no cases")


def bare(new: Callable[..., Row], **changes: str) -> list[Row]:
    """A row of spending without contributions."""
    return [new(compartecipazione_utenti=None, contributo_ssn=None, **changes)]


def of_every_layout(layout: Tracciato, new: Callable[..., Row]) -> list[Case]:
    """The rules that need no declaration: the same key twice, numbers that could be two."""
    key = [column for column in layout.campi if column.chiave]
    twice = new()
    cases = [Case("chiave_ripetuta", key[-1].nome, [twice, dict(twice)], [new()], ["Riga ripetuta"])]
    for column in layout.campi:
        if column.tipo in NUMBERS - {"intero"}:
            # one value with a decimal dot makes every 1.234 of the column doubtful: only the second is refused
            bad = [new(**{column.nome: "10.5"}), new(**{column.nome: "1.234"})]
            cases.append(Case("numero_ambiguo", column.nome, bad, [new(**{column.nome: "10.50"})], ["«1.234»"]))
    return cases


LOADED_BEFORE: dict[str, list[tuple[str, list[Row]]]] = {
    "ore_servizio": [
        (
            "tariffe",
            [
                row("tariffe", 1, ente="asc_insieme", servizio="SIP", ente_gestore="Coop", tariffa_oraria="20,00")
                | {"valida_dal": "01/01/2024", "valida_al": "15/03/2024"},
                row("tariffe", 2, ente="asc_insieme", servizio="SIP", ente_gestore="Coop", tariffa_oraria="21,00")
                | {"valida_dal": "16/03/2024", "valida_al": ""},
                row("tariffe", 3, ente="asc_insieme", servizio="SIP", ente_gestore="Breve", tariffa_oraria="22,00")
                | {"valida_dal": "31/01/2024", "valida_al": "01/02/2024"},
            ],
        ),
        ("ore_servizio", [row("ore_servizio", 1, servizio=s, periodo="2024-01", ore="100") for s in ("SAD", "ADM")]),
    ],
    "movimenti_fondi": [
        (
            "movimenti_fondi",
            [
                row("movimenti_fondi", n, fondo=fund, annualita="2022", data="01/06/2022", importo="100")
                for n, fund in enumerate(("FAMI", "GAP"), start=1)
            ],
        )
    ],
    "spesa_sociale_comuni": [
        (
            "spesa_sociale_comuni",
            [
                row("spesa_sociale_comuni", n, anno="2022", codice_istat_comune=code, spesa_lorda="1000")
                | {"compartecipazione_utenti": "", "contributo_ssn": ""}
                for n, code in enumerate(("019002", "019005", "019010", "019011"), start=1)
            ],
        )
    ],
}

LAYOUTS = sorted(tracciati())


@dataclass(frozen=True)
class Tried:
    """A layout with every case of it, loaded."""

    cases: list[Case]
    lines: dict[int, int]
    findings: list[tuple[int | None, str, str, str, str]]
    outcome_adds_up: bool

    def told(self, case: Case, which: list[Row]) -> list[str]:
        """Messages of the rule of a case on some of its rows (or, for a rule on the whole file, on the file)."""
        lines = {self.lines[id(found)] for found in which}
        return [
            message
            for line, column, rule, _, message in self.findings
            if rule == case.rule and column == case.column and (line in lines or line is None)
        ]


@cache
def cases_of(name: str) -> list[Case]:
    layout, new = tracciati()[name], Numbering(name)
    found = [case for column in layout.campi for case in of_type(layout, column, new)]
    return found + declared(name, new) + of_every_layout(layout, new)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tried]:
    @cache
    def load(name: str) -> Tried:
        office = Office.create(tmp_path_factory.mktemp(name))
        for number, (layout, lines) in enumerate(LOADED_BEFORE.get(name, [])):
            assert office.send(f"prima{number}.csv", layout, lines).ok, office.messages()
        cases = cases_of(name)
        written = [found for case in cases for found in (*case.bad, *case.good)]
        outcome = office.send("casi.csv", name, written)
        findings = office.query("select riga, colonna, regola, gravita, messaggio from raw.quarantena")
        lines_of = {id(found): line for line, found in enumerate(written, start=2)}
        adds_up = outcome.righe_lette == len(written) == outcome.righe_caricate + outcome.righe_in_quarantena
        return Tried(cases, lines_of, findings, adds_up)  # type: ignore[arg-type]

    return load


def whole_file(layout: str, rule: str) -> bool:
    return any(found.nome == rule and found.intero_file for found in tracciati()[layout].regole)


@pytest.mark.parametrize(
    ("layout", "rule", "column"), sorted({(n, c.rule, c.column) for n in LAYOUTS for c in cases_of(n)})
)
def test_a_row_that_breaks_a_rule_is_told_and_one_that_just_does_not_is_fine(
    tried: Callable[[str], Tried], layout: str, rule: str, column: str
) -> None:
    found = tried(layout)
    assert found.outcome_adds_up
    for case in found.cases:
        if (case.rule, case.column) != (rule, column):
            continue
        messages = found.told(case, case.bad)
        assert messages, f"{case.bad[-1]} breaks the rule and nothing is told"
        for words in case.says:
            assert any(words in message for message in messages), (words, messages)
        for message in messages:
            assert re.search(
                r"Correggere|Scriver|Usare|Togliere|Mettere|Completare|Chiudere|Chiuderla|Controllare|Aggiungerlo|"
                r"Mandare|Tenerne|Per ridurre",
                message,
            ), f"what to do? {message}"
            assert "{" not in message
        if whole_file(layout, rule):
            named = [line for line in case.good for words in case.says[:1] if words in line.values()]
            assert not named
            continue
        assert not found.told(case, case.good)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_rule_on_the_whole_file_tells_only_what_breaks_it(tried: Callable[[str], Tried], layout: str) -> None:
    for case in tried(layout).cases:
        if not whole_file(layout, case.rule):
            continue
        messages = tried(layout).told(case, case.bad)
        key = {"ore_servizio": "servizio", "movimenti_fondi": "fondo", "spesa_sociale_comuni": "codice_istat_comune"}
        broken = {line[key[layout]] for line in case.bad}
        fine = {line[key[layout]] for line in case.good}
        assert all(any(name in message for message in messages) for name in broken)
        assert not any(name in message for name in fine for message in messages)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_warning_keeps_no_row_out(tried: Callable[[str], Tried], layout: str) -> None:
    severity = {rule.nome: rule.gravita for rule in tracciati()[layout].regole}
    for _, _, rule, found, _ in tried(layout).findings:
        assert found == severity.get(rule, "errore")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_rule_has_a_case(layout: str) -> None:
    """Whatever Great Expectations is asked about a layout has a row that breaks it, here above."""
    domains, comuni = read_domains(ROOT / "seeds")
    asked = {
        (expectation.meta["regola"], expectation.meta["colonna"])
        for expectation in suite(tracciati()[layout], Reference(domains, comuni)).expectations
        if expectation.meta is not None
    }
    tried_here = {(case.rule, case.column) for case in cases_of(layout)}
    assert asked <= tried_here, asked - tried_here
    assert {rule.nome for rule in tracciati()[layout].regole} <= {rule for rule, _ in tried_here}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_small_file_of_examples_loads_whole(office: Office, layout: str) -> None:
    lines = rows(layout, 12)
    outcome = office.send("piccolo.csv", layout, lines)
    assert (outcome.stato, outcome.righe_lette, outcome.righe_caricate) == ("accettato", 12, 12), office.messages()
    assert office.findings() == []
    types = office.query(
        "select column_name, data_type from duckdb_columns() where schema_name = 'raw' and table_name = ?",
        f"flusso_{layout}",
    )
    wanted = {
        column.nome: column.tipo_sql.upper().replace("DECIMAL(18, ", "DECIMAL(18,")
        for column in tracciati()[layout].campi
    }
    assert {name: kind for name, kind in types if not str(name).startswith("_")} == wanted
    found = office.query(
        f"select count(distinct {TELLS_APART[layout]}), min(_riga), max(_riga) from raw.flusso_{layout}"
    )
    assert found == [(12, 2, 13)]
    empty = [column.nome for column in tracciati()[layout].campi if column.richiesto]
    assert office.query(f"select * from raw.flusso_{layout} where {' or '.join(f'{n} is null' for n in empty)}") == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_with_only_the_required_columns_loads(office: Office, layout: str) -> None:
    required = [column.nome for column in tracciati()[layout].campi if column.richiesto]
    if layout == "rilevazioni":  # one of the columns of the value is required, which one the indicator says
        required.append("valore")
    if layout == "plessi":  # who says that a practice is documented says when, with what proof
        required += ["documentata_il", "evidenza"]
    path = office.write("minimo.csv", layout, rows(layout, 3), required)
    (outcome,) = office.load(path)
    if layout == "domande":  # financed, and the amount is not in the file: only a warning
        assert {rule for _, _, _, rule, _ in office.findings()} == {"importo_se_finanziata"}
    assert (outcome.stato, outcome.righe_caricate) == ("accettato", 3), office.messages()


def test_a_declaration_that_is_wrong_says_where(tmp_path: Path) -> None:
    text = (ROOT / "ingest" / "flussi" / "tracciati" / "tariffe.yml").read_text(encoding="utf-8")
    (tmp_path / "tariffe.yml").write_text(text.replace("tipo: data", "tipo: giorno", 1), encoding="utf-8")
    with pytest.raises(Exception, match=r"tariffe\.yml, riga \d+.*correggere la dichiarazione"):
        tracciati(tmp_path)
