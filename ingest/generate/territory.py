"""The comuni of an ente, from the seeds: the generator invents no place of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.errors import AmbitoError
from ingest.files import read_csv
from ingest.flussi.tracciato import OUTSIDE_COMUNE


@dataclass(frozen=True)
class Territory:
    """Where the persons of an ente live.

    Attributes:
        ente: Its identifier.
        comuni: ISTAT codes of its comuni, in order.
        residenti: About how many live in each.
    """

    ente: str
    comuni: list[str]
    residenti: list[int]

    @property
    def codici(self) -> list[str]:
        """Codes a person may live at: the comuni, then outside the ambito."""
        return [*self.comuni, OUTSIDE_COMUNE]


def read_territory(seeds: Path, ente: str) -> Territory:
    """The comuni of an ente. Sizes are invented: the first comune of a group of three is a town, the others villages.

    Raises:
        AmbitoError: The seeds give the ente no comuni.
    """
    (_, header), *rows = read_csv(seeds / "comuni.csv")
    code, owner = header.index("codice_istat"), header.index("ente_id")
    comuni = sorted(row[code] for _, row in rows if row[owner] == ente)
    if not comuni:
        raise AmbitoError(f"{seeds / 'comuni.csv'}: l'ente «{ente}» non ha Comuni. Che fare: aggiungerli.")
    sizes = (9400, 3100, 1700, 6200, 2400, 900)
    return Territory(ente, comuni, [sizes[at % len(sizes)] for at in range(len(comuni))])
