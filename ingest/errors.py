"""The one error family of the ingest: what, where, what to do, in Italian, for the office that sent the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class AmbitoError(Exception):
    """Something the user can act on. Its text is the whole message; no traceback is shown."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place of one file.

    Attributes:
        file: The file as the user knows it (relative to the project or as given).
        line: Line in that file, counted from 1; ``None`` when the whole file is meant.
        column: Column name, where one is meant.
        value: The text found there, where one is meant.
        what: What is wrong (Italian sentence, no full stop).
        action: What to do (Italian sentence, no full stop).
    """

    file: Path
    what: str
    action: str
    line: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        where = str(self.file)
        if self.line is not None:
            where += f", riga {self.line}"
        if self.column is not None:
            where += f", colonna «{self.column}»"
        if self.value is not None:
            where += f", valore «{self.value}»"
        return f"{where}: {self.what}. Che fare: {self.action}."


class ExtractError(AmbitoError):
    """A file or a document cannot be accepted. Carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
