"""Parquet: the columns of a table, some hundred rows at a time.

What is held is a batch of rows and the pages it came from, never a row group, however large its writer made it. A file is
small and its values are not where they are packed or repeated: beyond what a log comes to, it is a bomb and no table.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.extract.files.budget import most_unpacked
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.values.issues import UnreadableError

BATCH, BATCH_SIZE = 1_000, 16 << 20  # rows, and the bytes that they may have on average
ROWS_FREELY = 10_000  # that any file may have; beyond, one for each byte of it, since each has an id of its own
BUFFER = 1 << 20  # bytes read at a time for each column
LONG = 4_096  # characters from which a text that is repeated counts each time
BOMB = "the Parquet file unpacks to more than a log can: a bomb, or not one of ours"


def parquet_batches(file: SourceFile, check: Callable[[list[str]], None], columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield ``columns``, a batch of rows at a time.

    Args:
        check: is shown the names of all columns of the file first.

    Raises:
        UnreadableError: the file is damaged or cut off (its footer, which comes last, tells), or is a bomb.
    """
    limit = most_unpacked(file.size)
    with file.open() as stream:
        try:
            metadata = pq.read_metadata(stream)
            check(metadata.schema.to_arrow_schema().names)
            if metadata.num_rows > ROWS_FREELY + file.size:
                raise UnreadableError(BOMB)
            groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
            if sum(group.total_byte_size for group in groups) > limit:
                raise UnreadableError(BOMB)
            widest = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
            rows = max(1, min(BATCH, BATCH_SIZE // max(widest, 1)))
            table = pq.ParquetFile(
                stream, metadata=metadata, buffer_size=BUFFER, pre_buffer=False, read_dictionary=_small(groups, columns)
            )
            for batch in _joined(table.iter_batches(batch_size=rows, columns=columns, use_threads=False), rows):
                limit -= sum(_length(batch.column(name), LONG) for name in columns)
                if limit < 0:
                    raise UnreadableError(BOMB)
                yield batch
        except (pa.ArrowException, OSError):
            raise UnreadableError("the Parquet file is damaged or cut off") from None


def _joined(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield batches of about so many rows, where a file has them in many small row groups."""
    held: list[pa.RecordBatch] = []
    room = rows
    for batch in batches:
        if held and batch.num_rows > room:
            yield _one(held)
            held, room = [], rows
        held.append(batch)
        room -= batch.num_rows
    if held:
        yield _one(held)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    (batch,) = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()
    return batch


def _small(groups: list[Any], columns: list[str]) -> list[str]:
    """Return the columns whose values fit into memory as they lie in the file: a few may stand for a million rows."""
    sizes = dict.fromkeys(columns, 0)
    for group in groups:
        for number in range(group.num_columns):
            chunk = group.column(number)
            if chunk.path_in_schema in sizes:
                sizes[chunk.path_in_schema] = max(sizes[chunk.path_in_schema], chunk.total_uncompressed_size)
    return [name for name, size in sizes.items() if 0 < size <= BATCH_SIZE]


def values_of(column: pa.Array) -> list[Any]:
    """Return a batch's values; of a text that many rows share (the file has it once) there is one, not a copy a row."""
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    used = pc.unique(column.indices.drop_null())
    values = dict(zip(used.to_pylist(), column.dictionary.take(used).to_pylist(), strict=True))
    values[None] = None
    return [values[index] for index in column.indices.to_pylist()]


def texts_of(column: pa.Array) -> pa.Array | None:
    """Return a column of texts as one; None where it is of another type, or holds what is no UTF-8."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return None
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return column.cast(pa.string())


def is_much(column: pa.Array) -> bool:
    """Say whether the texts of a batch are more than is held at a time, each time that they stand in it."""
    return _length(column, 0) > BATCH_SIZE


def _length(column: pa.Array, longer_than: int) -> int:
    """Return how many characters the texts have that are ``longer_than`` so many, each time that they stand in a column."""
    texts = column.dictionary if pa.types.is_dictionary(column.type) else column
    if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)) or texts.nbytes <= longer_than:
        return 0
    lengths = pc.utf8_length(texts)
    if pa.types.is_dictionary(column.type):
        lengths = lengths.take(column.indices)
    return pc.sum(lengths.filter(pc.greater(lengths, longer_than))).as_py() or 0
