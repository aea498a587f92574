"""Records by column: a stretch of one file's records, in which nearly all never were objects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Attachment, ConsentSignal, Identifier, Interaction, Profile, Record
from pipelines.extract.files.archives import place_of
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.values.records import SCHEMAS

LANDINGS = frozenset({"night", "sequence", "content_hash"})  # the columns of a record that landing gives it
_SHAPES: dict[str, type[Record]] = {"interaction": Interaction, "profile": Profile}
_PARTS: dict[str, Any] = {
    "party": Identifier, "identifiers": Identifier, "consent": ConsentSignal, "attachments": Attachment,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """Records of one file that follow one another.

    Attributes:
        table: "interaction" or "profile".
        file: where all of them come from.
        columns: the records that go by column: all columns of the table but what landing gives.
        others: the records among them that were read one by one.
        order: for each record, by its place in the file, which it is of ``columns`` and behind them ``others``.
        position: where the last record stands that was read, be it one of these or one with a time that cannot be; "" where
            there was none.
    """

    table: str
    file: str
    columns: pa.RecordBatch
    others: list[Record]
    order: npt.NDArray[np.int64]
    position: str

    def __len__(self) -> int:
        return len(self.order)

    def folded(self, files: dict[str, SourceFile]) -> "Block":
        """Return the block with its records where a person finds them again (``archives.folded``)."""
        for record in self.others:
            record.file, record.position = place_of(record.file, record.position, files)
        file, behind = place_of(self.file, "", files)
        if file == self.file:
            return self
        positions = pc.binary_join_element_wise(self.columns.column("position"), behind, "")
        columns = with_columns(self.columns, file=pa.repeat(file, len(positions)), position=positions)
        return Block(self.table, file, columns, self.others, self.order, self.position)

    def records(self) -> Iterator[Record]:
        """Yield the records one by one, as objects."""
        by_column = list(_records(self.table, self.columns))
        every = [*by_column, *self.others]
        return (every[place] for place in self.order)


def block_columns(table: str, size: int, **columns: Any) -> pa.RecordBatch:
    """Return columns of a block: those given, as columns or one value for all rows, and the others empty."""
    fields = [field for field in SCHEMAS[table] if field.name not in LANDINGS]
    arrays = [_column(columns.get(field.name, _EMPTY.get(field.name)), field.type, size) for field in fields]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def records_of(read: Iterable[Record | Block]) -> Iterator[Record]:
    """Yield all records one by one."""
    for each in read:
        if isinstance(each, Block):
            yield from each.records()
        else:
            yield each


_EMPTY: dict[str, Any] = {
    "text": "", "party_ref": "", "is_public": False, "source_metadata": "{}", "consent": [], "attachments": [],
}  # fmt: skip


def _column(value: Any, kind: pa.DataType, size: int) -> pa.Array:
    if isinstance(value, pa.Array):
        return value
    if value == []:
        return pa.ListArray.from_arrays(pa.array(np.zeros(size + 1, np.int32)), pa.array([], kind.value_type), type=kind)
    return pa.nulls(size, kind) if value is None else pa.repeat(pa.scalar(value, kind), size)


def with_columns(columns: pa.RecordBatch, **changed: pa.Array) -> pa.RecordBatch:
    """Return columns with some of them changed."""
    arrays = [changed.get(name, columns.column(name)) for name in columns.schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=columns.schema)


def _records(table: str, columns: pa.RecordBatch) -> Iterator[Record]:
    values = {name: columns.column(name).to_pylist() for name in columns.schema.names}
    values["source_metadata"] = list(map(orjson.loads, values["source_metadata"]))
    for name, part in _PARTS.items():
        if name in values:
            values[name] = [[part(**each) for each in row] for row in values[name]]
    for name in ("occurred_at", "updated_at"):
        if name in values:
            values[name] = [_in_utc(value) for value in values[name]]
    for row in zip(*values.values(), strict=True):
        yield _SHAPES[table](**dict(zip(values, row, strict=True)))


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
