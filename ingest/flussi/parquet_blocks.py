"""Read a Parquet: its values are typed, and become the texts that the one value parser reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.flussi.headers import Header
from ingest.flussi.refused import refused
from ingest.flussi.rows import Assembler, Block, texts
from ingest.flussi.sheets import cell_text
from ingest.flussi.tracciato import Tracciato

_ROWS_PER_BLOCK = 1_000_000


def open_parquet(path: Path) -> pq.ParquetFile:
    """Open a Parquet.

    Raises:
        RefusedError: It is not readable, is empty, or has columns that are not of values.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise refused(path, "il file Parquet è rovinato o incompleto", "esportarlo di nuovo") from error
    for column in file.schema_arrow:
        if pa.types.is_nested(column.type) or _is_bytes(column.type):
            what = "la colonna non contiene valori semplici (testi, numeri, date)"
            raise refused(path, what, "esportarla come testo", column=column.name)
    if not file.metadata.num_rows:
        raise refused(path, "il file non ha righe", "esportare di nuovo i dati, o non mandarlo se non ce ne sono")
    return file


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _as_texts(column: pa.Array) -> pa.DictionaryArray:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = column.dictionary
    if pa.types.is_string(values.type):
        read = values
    else:
        read = pa.array([None if value is None else cell_text(value) for value in values.to_pylist()], pa.string())
    if read.null_count or len(set(read.to_pylist())) < len(read):  # distinct numbers, same text
        again = read.dictionary_encode()
        return pa.DictionaryArray.from_arrays(again.indices.take(column.indices), again.dictionary)
    return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), read)


def parquet_blocks(
    path: Path, header: Header, layout: Tracciato, size: int, progress: Callable[[int, int], None]
) -> Iterator[Block]:
    """The rows of a Parquet, in blocks; a row's number is its position from 1."""
    file = open_parquet(path)
    assembler = Assembler(layout, header)
    names = file.schema_arrow.names
    done, rows = 0, file.metadata.num_rows
    empty = texts([])
    try:
        for batch in file.iter_batches(batch_size=_ROWS_PER_BLOCK):
            columns = [_as_texts(batch.column(position)) for position in range(len(names))] or [empty]
            lines = np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64)
            yield assembler.block(columns, lines)
            done += batch.num_rows
            progress(size * done // rows, size)
    except (pa.ArrowException, OSError) as error:
        raise refused(path, "il file Parquet è rovinato o incompleto", "esportarlo di nuovo") from error
