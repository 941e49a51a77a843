"""A file that cannot come in as it is: said once, for every reader."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import ExtractError, Problem


class RefusedError(ExtractError):
    """The whole file is refused: nothing of it can be told to be a row of a layout."""


def refused(
    path: Path,
    what: str,
    action: str,
    *,
    line: int | None = None,
    column: str | None = None,
    value: str | None = None,
) -> RefusedError:
    """A refusal for one reason."""
    return RefusedError([Problem(path, what, action, line=line, column=column, value=value)])
