"""Keep every file received, unchanged, under its sha256."""

from __future__ import annotations

import hashlib
import os
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
