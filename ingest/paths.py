"""Where things are: the project's root and the data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Paths:
    """Folders of one warehouse. Several can stand side by side: each has its own ``data``.

    Attributes:
        root: The project: ``dbt_project.yml``, ``extracts/``, ``seeds/``.
        data: ``AMBITO_DATA``, or ``data/`` in the project.
    """

    root: Path
    data: Path

    @classmethod
    def from_environment(cls) -> Paths:
        """Read ``AMBITO_ROOT`` (the project, for tests and for several sets of extracts) and ``AMBITO_DATA``."""
        root = Path(os.environ.get("AMBITO_ROOT") or ROOT).resolve()
        return cls(root=root, data=Path(os.environ.get("AMBITO_DATA") or root / "data").resolve())

    @property
    def prospetti(self) -> Path:
        """The folders of the printed documents."""
        return self.root / "extracts" / "prospetti"

    @property
    def flussi(self) -> Path:
        """The drop folder: files that systems export, as they come."""
        return self.root / "extracts" / "flussi"

    @property
    def provided(self) -> Path:
        """Flussi that Ambito makes itself: the demonstration ente, the population of ISTAT."""
        return self.data / "forniti"

    @property
    def answers(self) -> Path:
        """What goes back to the offices: a spreadsheet a file, with what to correct."""
        return self.data / "risposte"

    @property
    def seeds(self) -> Path:
        """Reference data."""
        return self.root / "seeds"

    @property
    def archive(self) -> Path:
        """Every file received, unchanged, under its sha256."""
        return self.data / "archive"

    @property
    def build(self) -> Path:
        """Work in progress: the database being built, dbt's compiled files, logs."""
        return self.data / "build"

    @property
    def database(self) -> Path:
        """The database being built: raw, staging, intermediate and marts."""
        return self.build / "ambito.duckdb"

    @property
    def published(self) -> Path:
        """Immutable published versions and the pointer to the one served."""
        return self.data / "published"

    def shown(self, path: Path) -> Path:
        """A path as the user knows it: relative to the project where it stands inside it."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path
