"""Records as rows of the lake: the schemas of its tables, and what makes two copies of a record the same."""

import hashlib
from dataclasses import fields
from operator import attrgetter
from typing import Any

import orjson
import pyarrow as pa

from pipelines.contract import Interaction, Profile, Record

INSTANT = pa.timestamp("us", tz="UTC")
IDENTIFIERS = pa.list_(
    pa.struct(
        [(name, pa.string()) for name in ("kind", "scope", "value", "evidence")]
        + [("seen_at", INSTANT), ("is_verified", pa.bool_())]
    )
)
CONSENT = pa.list_(
    pa.struct([("channel", pa.string()), ("purpose", pa.string()), ("allowed", pa.bool_()), ("value", pa.string())])
)
ATTACHMENTS = pa.list_(pa.struct([("name", pa.string()), ("size", pa.int64()), ("sha256", pa.string())]))
_REASONS = pa.list_(pa.struct([("reason", pa.string()), ("count", pa.int64())]))
_COMMON = [
    ("source", pa.string()), ("source_ref", pa.string()), ("night", pa.date32()), ("reason", pa.string()),
    ("consent", CONSENT), ("source_metadata", pa.string()), ("file", pa.string()), ("position", pa.string()),
    ("sequence", pa.int64()), ("content_hash", pa.string()),
]  # fmt: skip
SCHEMAS = {
    "interaction": pa.schema([
        *_COMMON,
        ("conversation_ref", pa.string()), ("channel", pa.string()), ("direction", pa.string()), ("is_public", pa.bool_()),
        ("occurred_at", INSTANT), ("party", IDENTIFIERS), ("party_ref", pa.string()), ("agent_ref", pa.string()),
        ("team", pa.string()), ("subject", pa.string()), ("text", pa.string()), ("quoted_text", pa.string()),
        ("signature", pa.string()), ("in_reply_to_ref", pa.string()), ("attachments", ATTACHMENTS),
        ("topic", pa.string()), ("status", pa.string()), ("duration_seconds", pa.float64()), ("updated_at", INSTANT),
    ]),
    "profile": pa.schema([*_COMMON, ("updated_at", INSTANT), ("identifiers", IDENTIFIERS)]),
    "quarantine": pa.schema([
        ("source", pa.string()), ("night", pa.date32()), ("file", pa.string()), ("position", pa.string()),
        ("reason", pa.string()), ("raw", pa.binary()),
    ]),
    "ledger": pa.schema([
        ("source", pa.string()), ("night", pa.date32()), ("file", pa.string()), ("sha256", pa.string()),
        ("bytes", pa.int64()), ("format", pa.string()), ("read", pa.int64()), ("suppressed", pa.int64()),
        ("quarantined", pa.int64()), ("suppressed_reasons", _REASONS), ("warnings", _REASONS),
    ]),
}  # fmt: skip

# what two copies of the same content may differ in
_BESIDE = {Interaction: {"file", "position", "updated_at"}, Profile: {"file", "position"}}
_NAMES = {shape: tuple(field.name for field in fields(shape)) for shape in _BESIDE}
_VALUES = {shape: attrgetter(*names) for shape, names in _NAMES.items()}
CONTENT_NAMES = {
    shape.__name__.lower(): tuple(name for name in _NAMES[shape] if name not in beside) for shape, beside in _BESIDE.items()
}
_CONTENT = {shape: attrgetter(*CONTENT_NAMES[shape.__name__.lower()]) for shape in _BESIDE}
# what a column of structs holds, as the tuple that pyarrow takes for a struct
_IDENTIFIER_VALUES = attrgetter("kind", "scope", "value", "evidence", "seen_at", "is_verified")
_STRUCTS = {
    "party": _IDENTIFIER_VALUES,
    "identifiers": _IDENTIFIER_VALUES,
    "consent": attrgetter("channel", "purpose", "allowed", "value"),
    "attachments": attrgetter("name", "size", "sha256"),
}
_NESTED = {shape: [(name, _STRUCTS[name]) for name in names if name in _STRUCTS] for shape, names in _NAMES.items()}


def row_of(record: Record) -> dict[str, Any]:
    """Return a record as a row of its table, without the night and the sequence that landing gives it."""
    shape = type(record)
    row = dict(zip(_NAMES[shape], _VALUES[shape](record), strict=True))
    content = orjson.dumps(_CONTENT[shape](record), option=orjson.OPT_SORT_KEYS)
    row["content_hash"] = hashlib.blake2b(content, digest_size=12).hexdigest()
    row["source_metadata"] = metadata_column(record.source_metadata)
    for name, values in _NESTED[shape]:
        if row[name]:
            row[name] = list(map(values, row[name]))
    return row


def metadata_column(metadata: dict[str, Any]) -> str:
    """Return what a source alone tells as the column of the lake has it."""
    return orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS).decode() if metadata else "{}"


def batch_of(table: str, rows: list[dict[str, Any]]) -> pa.RecordBatch:
    """Return rows of ``table`` as one batch in its schema."""
    schema = SCHEMAS[table]
    columns = [pa.array([row[column.name] for row in rows], type=column.type) for column in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
