"""Keep every file received, unchanged, under its sha256."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path


def digest(content: bytes) -> str:
    """The sha256 of some bytes, in hexadecimal: the identity of a file."""
    return hashlib.sha256(content).hexdigest()


def keep(archive: Path, content: bytes) -> str:
    """Archive some bytes and return their sha256. Archiving the same bytes again changes nothing.

    The file appears whole or not at all: it is written aside and moved into place.
    """
    identity = digest(content)
    target = archive / identity[:2] / identity
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{identity}.{os.getpid()}")
        partial.write_bytes(content)
        partial.replace(target)
    return identity


def digest_file(path: Path) -> str:
    """The sha256 of a file of any size, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_file(archive: Path, source: Path, name: str, *, ours: bool = False) -> str:
    """Archive a file of any size under a name and return where, within the archive. What is there already stays.

    Args:
        archive: The archive's folder.
        source: The file, kept as it is.
        name: The sha256 of what was received, with the ending of what is kept.
        ours: Whether nobody else writes to the file: then it is not copied, where the disk can give it a second name.
    """
    target = archive / name[:2] / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{name}.{os.getpid()}")
        if not (ours and _second_name(source, partial)):
            shutil.copyfile(source, partial)
        partial.replace(target)
    return target.relative_to(archive).as_posix()


def _second_name(source: Path, target: Path) -> bool:
    """Give a file another name; not every disk can."""
    try:
        target.hardlink_to(source)
    except OSError:
        return False
    return True
