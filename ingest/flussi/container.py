"""The first look at a file: its identity, its encoding, and what it really is, whatever its name says."""

from __future__ import annotations

import codecs
import hashlib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.flussi.refused import refused

Container = Literal["CSV", "XLSX", "XLS", "ODS", "Parquet"]

_CHUNK = 8 << 20
_SAVE_AS_CSV = "aprirlo con Excel o LibreOffice e salvarlo come CSV UTF-8 o come XLSX"

# Beginnings of files that are not tables, or not tables as they are read here.
_NOT_TABLES: list[tuple[bytes, str, str]] = [
    (b"%PDF", "un PDF", "mandare l'estrazione in CSV o XLSX, non la stampa"),
    (b"\x89PNG", "un'immagine", "mandare l'estrazione in CSV o XLSX, non la sua fotografia"),
    (b"\xff\xd8\xff", "un'immagine", "mandare l'estrazione in CSV o XLSX, non la sua fotografia"),
    (b"GIF8", "un'immagine", "mandare l'estrazione in CSV o XLSX, non la sua fotografia"),
    (b"BM", "un'immagine", "mandare l'estrazione in CSV o XLSX, non la sua fotografia"),
    (b"\x1f\x8b", "un archivio compresso", "decomprimerlo e mandare il file che contiene"),
    (b"Rar!", "un archivio compresso", "decomprimerlo e mandare il file che contiene"),
    (b"7z\xbc\xaf", "un archivio compresso", "decomprimerlo e mandare il file che contiene"),
    (b"{\\rtf", "un documento di testo", _SAVE_AS_CSV),
]


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes of a file tells.

    Attributes:
        sha256: Of the bytes as received.
        size: In bytes.
        encoding: ``UTF-8`` or ``cp1252`` (meaningful for text).
        bom: Whether it begins with the mark of UTF-8.
        mixed: Lines of UTF-8 among lines of cp1252: two exports glued together. Each line is read as what it is.
        cut: The last character is incomplete: the file was cut.
        newlines: Ends of line.
        quotes: Whether there are double quotes.
        nul: Whether there are bytes that no text has.
    """

    sha256: str
    size: int
    encoding: Literal["UTF-8", "cp1252"]
    bom: bool
    mixed: bool
    cut: bool
    newlines: int
    quotes: bool
    nul: bool


def scan(path: Path) -> Scan:
    """Read a file once, in pieces: a byte that is not UTF-8 may come at the very end, and decides for the first line.

    Raises:
        RefusedError: The file is missing or does not open.
    """
    digest = hashlib.sha256()
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    size = newlines = 0
    bom = quotes = nul = letters = after_cr = False
    try:
        with path.open("rb") as file, ThreadPoolExecutor(1) as pool:
            while chunk := file.read(_CHUNK):
                hashing = pool.submit(digest.update, chunk)  # it lets the other thread run
                bom = bom or (size == 0 and chunk.startswith(codecs.BOM_UTF8))
                size += len(chunk)
                newlines += chunk.count(b"\n")
                if b"\r" in chunk:
                    newlines += chunk.count(b"\r") - chunk.count(b"\r\n")
                newlines -= after_cr and chunk.startswith(b"\n")
                after_cr = chunk.endswith(b"\r")
                quotes = quotes or b'"' in chunk
                nul = nul or b"\0" in chunk
                if not letters and not chunk.isascii():
                    letters = has_utf8(chunk)
                if decoder is not None and not (chunk.isascii() and decoder.getstate()[0] == b""):
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        decoder = None
                hashing.result()
    except FileNotFoundError as error:
        raise refused(path, "il file manca", "controllare il nome e la cartella") from error
    except OSError as error:
        raise refused(path, f"il file non si apre ({error.strerror})", "metterci un file leggibile") from error
    return Scan(
        sha256=digest.hexdigest(),
        size=size,
        encoding="cp1252" if decoder is None else "UTF-8",
        bom=bom,
        mixed=decoder is None and letters,
        cut=decoder is not None and decoder.getstate()[0] != b"",
        newlines=newlines,
        quotes=quotes,
        nul=nul,
    )


def has_utf8(content: bytes) -> bool:
    """Whether some bytes hold letters written in UTF-8, such as an office writes: those that cp1252 has too.

    Two letters of cp1252 may happen to be one of UTF-8, but of another alphabet.
    """
    letters = {letter for letter in set(content.decode("utf-8", "ignore")) if letter > "\x7f"} - {"\ufeff"}
    return bool("".join(letters).encode("cp1252", "ignore"))


def container(path: Path) -> Container:
    """What a file really is, from its first bytes: a name such as ``.csv`` may say anything.

    Raises:
        RefusedError: It is empty, or nothing that is read here.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8192)
    except OSError as error:
        raise refused(path, f"il file non si apre ({error.strerror})", "metterci un file leggibile") from error
    text = head.removeprefix(codecs.BOM_UTF8).strip()
    if not text.strip(b"\0"):
        raise refused(path, "il file è vuoto", "esportare di nuovo i dati, con l'intestazione e le righe")
    if head.startswith(b"PAR1"):
        return "Parquet"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(path)
    for beginning, what, action in _NOT_TABLES:
        if head.startswith(beginning) and (beginning != b"BM" or b"\0" in head[:64]):
            raise refused(path, f"non è una tabella: è {what}", action)
    start = text[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<style")):
        what = "una pagina web o un file XML con il nome di una tabella"
        raise refused(path, f"non è una tabella: è {what}", _SAVE_AS_CSV)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head[:512].count(b"\0") > len(head[:512]) / 4:
        raise refused(path, "il testo è scritto in UTF-16 (il «Testo Unicode» di Excel)", _SAVE_AS_CSV)
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) / 20:
        raise refused(path, "non è una tabella: il contenuto non è testo", "mandare l'estrazione in CSV o XLSX")
    return "CSV"


def _zipped(path: Path) -> Container:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError) as error:
        raise refused(path, "il file è rovinato o incompleto", "esportarlo o scaricarlo di nuovo") from error
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ODS"
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return "XLSX"
    if "[Content_Types].xml" in names or kind:
        raise refused(path, "non è un foglio di calcolo: è un altro tipo di documento", _SAVE_AS_CSV)
    raise refused(path, "è un archivio compresso", "decomprimerlo e mandare il file che contiene")


def _compound(path: Path) -> Container:
    """An old Excel, or a new one under a password: both live in the same kind of container."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refused(path, "il file è protetto da una password", "salvarlo senza password e mandarlo di nuovo")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "XLS"
    raise refused(path, "non è un foglio di calcolo: è un altro tipo di documento", _SAVE_AS_CSV)
