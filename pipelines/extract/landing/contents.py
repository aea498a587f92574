"""The content hash of records by column: each record's JSON, as ``records.row_of`` writes it, put together from columns."""

import hashlib

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.values.records import CONTENT_NAMES

_ESCAPED = np.zeros(256, np.bool_)  # the bytes that JSON writes in another way
_ESCAPED[:32] = _ESCAPED[[ord('"'), ord("\\")]] = True


def content_hashes(table: str, columns: pa.RecordBatch) -> pa.Array:
    """Return the content hash of each row of a block's columns."""
    parts = [
        columns.column(name) if name == "source_metadata" else _json(columns.column(name)) for name in CONTENT_NAMES[table]
    ]
    contents = pc.binary_join_element_wise("[", pc.binary_join_element_wise(*parts, ","), "]", "").cast(pa.binary())
    return pa.array([hashlib.blake2b(content, digest_size=12).hexdigest() for content in contents.to_pylist()], pa.string())


def _json(column: pa.Array) -> pa.Array:
    """Return each value as the JSON that orjson writes for it."""
    kind = column.type
    if column.null_count == len(column):
        return pa.repeat("null", len(column))
    if pa.types.is_string(kind):
        written = _quoted(column)
    elif pa.types.is_boolean(kind):
        written = pc.if_else(column, "true", "false")
    elif pa.types.is_timestamp(kind):
        written = _instants(column)
    elif pa.types.is_struct(kind):
        fields = [
            part
            for name, child in zip(kind.names, column.flatten(), strict=True)
            for part in (f'"{name}":', _json(child), ",")
        ]
        written = pc.binary_join_element_wise("{", *fields[:-1], "}", "")
    elif pa.types.is_list(kind):
        items = pa.ListArray.from_arrays(_offsets(column), _json(column.flatten()))
        written = pc.binary_join_element_wise("[", pc.binary_join(items, ","), "]", "")
    else:
        found = column.dictionary_encode()
        written = pa.array([orjson.dumps(value).decode() for value in found.dictionary.to_pylist()]).take(found.indices)
    return written.fill_null("null") if written.null_count else written


def _quoted(texts: pa.Array) -> pa.Array:
    offsets, data = (
        np.frombuffer(buffer, kind) for buffer, kind in zip(texts.buffers()[1:], (np.int32, np.uint8), strict=True)
    )
    bounds = offsets[texts.offset : texts.offset + len(texts) + 1]
    escaped = np.flatnonzero(_ESCAPED[data[bounds[0] : bounds[-1]]])
    written = pc.binary_join_element_wise('"', texts, '"', "")
    if not len(escaped):
        return written
    other = pa.array(np.diff(np.searchsorted(escaped, bounds - bounds[0])) > 0)
    dumped = [orjson.dumps(text).decode() for text in texts.filter(other).to_pylist()]
    return pc.replace_with_mask(written, other, pa.array(dumped, pa.string()))


def _instants(column: pa.Array) -> pa.Array:
    clock = column.cast(pa.timestamp("us"))
    second = pc.floor_temporal(clock, unit="second")
    is_whole = pc.equal(clock, second)  # orjson writes microseconds where there are any
    written = pc.if_else(is_whole, second.cast(pa.timestamp("s")).cast(pa.string()), clock.cast(pa.string()))
    return pc.binary_join_element_wise('"', pc.utf8_replace_slice(written, 10, 11, "T"), '+00:00"', "")


def _offsets(lists: pa.Array) -> pa.Array:
    """Return where each list begins among the values of all of them, from 0 on."""
    lengths = lists.value_lengths().to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int32())
