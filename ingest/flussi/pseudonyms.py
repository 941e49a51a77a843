"""Person codes become keyed hashes before anything is written: HMAC-SHA256 with a key kept outside the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
import zipfile
from pathlib import Path
from typing import IO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.errors import AmbitoError
from ingest.flussi.tracciato import Person
from ingest.paths import Paths

VARIABLE = "AMBITO_CHIAVE"
_LEAST_CHARACTERS = 32
# The codes of the demonstration ente are invented: anyone may know how they are hashed.
SYNTHETIC_PREFIX = "DEMO-"
_PUBLIC_KEY = b"ambito: codici inventati dell'ente dimostrativo"
# 72 bits: among ten million persons, two share a hash with a probability of 1 in 90 million.
_BYTES = 9
# What is remembered of codes already hashed, about 200 MB; past it, memory would grow with the file.
_MEMORY = 1_500_000
_NO_TEXT = pa.nulls(0, pa.string())  # an array of nothing would import pandas

# Wherever it stands: in the middle of a name (``ore_RSSMRA85T10A562S``), then in groups (``RSS MRA 85T10 A562S``).
_TAX_CODES = [
    re.compile(
        rf"(?i)[A-Z]{{3}}{gap}[A-Z]{{3}}{gap}[0-9LMNPQRSTUV]{{2}}[ABCDEHLMPRST][0-9LMNPQRSTUV]{{2}}{gap}"
        r"[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"
    )
    for gap in ("", r"[\s.-]?")
]
REMOVED = "[codice fiscale rimosso]"
_LONGEST_TAX_CODE = 20
_PIECE = 8 << 20


class MissingKeyError(AmbitoError):
    """There are codes of persons to hash and no key to do it with."""


class OtherKeyError(AmbitoError):
    """The database holds hashes made with another key: the same person would be two."""


def key_path(paths: Paths) -> Path:
    """Where the key stands, when it is not in the environment."""
    return paths.data / "chiave"


def create_key(paths: Paths) -> Path:
    """Make a key, in a file only its owner can read.

    Raises:
        AmbitoError: There is one already: replacing it would separate each person from what is loaded of them.
    """
    path = key_path(paths)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError as error:
        raise AmbitoError(
            f"La chiave c'è già ({path}). Che fare: tenerla; per cambiarla si veda «Cambiare la chiave» nella guida."
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return path


def read_key(paths: Paths) -> bytes:
    """The key: of the environment or, without it, of the file.

    Raises:
        MissingKeyError: There is none, it is too short, or others can read the file.
    """
    text = os.environ.get(VARIABLE, "").strip()
    path = key_path(paths)
    if not text:
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MissingKeyError(
                f"Il file contiene codici di persone e manca la chiave per cifrarli. Che fare: crearla con «ambito "
                f"chiave» (la scrive in {path}) o metterla nella variabile {VARIABLE}; poi ripetere il caricamento."
            ) from error
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MissingKeyError(
                f"La chiave {path} è leggibile da altri utenti della macchina. Che fare: chmod 600 {path}"
            )
    if len(text) < _LEAST_CHARACTERS:
        raise MissingKeyError(
            f"La chiave è più corta di {_LEAST_CHARACTERS} caratteri. Che fare: crearne una con «ambito chiave»."
        )
    return text.encode("utf-8")


def without_tax_codes(text: str) -> str:
    """A text with no codice fiscale in it, for names of files and messages."""
    for pattern in _TAX_CODES:
        text = pattern.sub(REMOVED, text)
    return text


def holds_tax_codes(path: Path) -> bool:
    """Whether a file, as it is, has a codice fiscale anywhere: in a title, a broken row, a sheet that is not read."""
    if zipfile.is_zipfile(path):  # a spreadsheet
        with zipfile.ZipFile(path) as book:
            return any(_found_in(book.open(name)) for name in book.namelist())
    return _found_in(path.open("rb"))


def _found_in(file: IO[bytes]) -> bool:
    tail = ""
    with file:
        while chunk := file.read(_PIECE):
            # old spreadsheets write two bytes a character
            text = tail + chunk.replace(b"\0", b"").decode("latin-1")
            if any(pattern.search(text) for pattern in _TAX_CODES):
                return True
            tail = text[-_LONGEST_TAX_CODE:]
    return False


class Pseudonyms:
    """Hashes the codes of one load. The key is read when the first real code is met."""

    def __init__(self, paths: Paths) -> None:
        """Remember where the key is."""
        self._paths = paths
        self._key: bytes | None = None
        self._prepared: dict[tuple[bool, Person], hmac.HMAC] = {}
        # the codes met, as written, and their hashes: a month has the persons of the month before
        self._seen: dict[Person, tuple[pa.StringArray, pa.StringArray]] = {}

    @property
    def used_key(self) -> bool:
        """Whether a real person's code was met."""
        return self._key is not None

    @property
    def fingerprint(self) -> str:
        """Tells one key from another, and says nothing of it."""
        assert self._key is not None
        return hmac.new(self._key, b"impronta della chiave", hashlib.sha256).hexdigest()[:16]

    def of(self, code: str, person: Person) -> str:
        """The keyed hash of a code: 12 characters, the same for the same code however it is written."""
        return str(self._hashes([code], person)[0])

    def _hashes(self, codes: list[str], person: Person) -> pa.StringArray:
        kept = []
        for code in codes:
            plain = "".join(code.split()).upper()
            hashing = self._prepared_for(plain, person).copy()
            hashing.update(plain.encode())
            kept.append(hashing.digest()[:_BYTES])
        # nine bytes are twelve characters, with nothing left over: all of them are written at once
        text = base64.urlsafe_b64encode(b"".join(kept))
        width = _BYTES * 4 // 3
        ends = np.arange(0, width * len(kept) + 1, width, dtype=np.int32)
        return pa.StringArray.from_buffers(len(kept), pa.py_buffer(ends), pa.py_buffer(text))

    def _prepared_for(self, plain: str, person: Person) -> hmac.HMAC:
        """The hash of a key and of what kind of person it is, to be copied for each code."""
        synthetic = plain.startswith(SYNTHETIC_PREFIX)
        prepared = self._prepared.get((synthetic, person))
        if prepared is None:
            key = _PUBLIC_KEY
            if not synthetic:
                self._key = key = self._key or read_key(self._paths)
            prepared = hmac.new(key, f"{person}\0".encode(), hashlib.sha256)
            self._prepared[synthetic, person] = prepared
        return prepared

    def column(self, column: pa.DictionaryArray, person: Person) -> pa.DictionaryArray:
        """A dictionary-encoded column of codes, hashed."""
        codes, hashes = self._seen.get(person, (_NO_TEXT, _NO_TEXT))
        if len(codes) > _MEMORY:
            codes = hashes = _NO_TEXT
        written = column.dictionary.cast(pa.string())
        position = pc.index_in(written, value_set=codes)
        unknown = written.filter(pc.and_(pc.is_null(position), pc.is_valid(written)))
        if len(unknown):
            hashed = self._hashes(unknown.to_pylist(), person)
            codes, hashes = pa.concat_arrays([codes, unknown]), pa.concat_arrays([hashes, hashed])
            position = pc.index_in(written, value_set=codes)
        self._seen[person] = codes, hashes
        return _encoded(column.indices, hashes.take(position))


def mask_tax_codes(column: pa.DictionaryArray) -> tuple[pa.DictionaryArray, bool]:
    """A dictionary-encoded column with every codice fiscale taken out, and whether there was one."""
    values = column.dictionary.to_pylist()
    masked = [value if value is None else without_tax_codes(value) for value in values]
    if masked == values:
        return column, False
    return _encoded(column.indices, pa.array(masked, pa.string())), True


def _encoded(indices: pa.Array, values: pa.StringArray) -> pa.DictionaryArray:
    """A dictionary with no value twice: two codes written differently are one hash."""
    distinct = values.dictionary_encode()
    moved = distinct.indices.take(indices)
    return pa.DictionaryArray.from_arrays(moved.cast(pa.int32()), distinct.dictionary)


def check_key(con: duckdb.DuckDBPyConnection, pseudonyms: Pseudonyms) -> None:
    """Note which key the database is made with, or refuse another.

    Raises:
        OtherKeyError: What is loaded was hashed with another key.
    """
    if not pseudonyms.used_key:
        return
    stored = con.execute("select impronta from raw.chiave_persone").fetchall()
    if not stored:
        con.execute("insert into raw.chiave_persone values (?)", [pseudonyms.fingerprint])
    elif stored != [(pseudonyms.fingerprint,)]:
        raise OtherKeyError(
            "La chiave non è quella con cui sono cifrate le persone già caricate: la stessa persona sembrerebbe due. "
            "Che fare: rimettere la chiave di prima; se è perduta o la si vuole cambiare si veda «Cambiare la chiave» "
            "nella guida."
        )
