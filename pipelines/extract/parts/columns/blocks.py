"""A block out of columns and of the rows among them that were read one by one."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Record
from pipelines.extract.claims.answers import with_references
from pipelines.extract.files.blocks import Block
from pipelines.extract.parts.columns.texts import Flags, Places
from pipelines.extract.values.issues import Issues
from pipelines.extract.values.plausible import with_plausible_times
from pipelines.settings import Source


def positions(unit: str, numbers: Places) -> pa.Array:
    """Return where rows are found again: "row 7"."""
    return pc.binary_join_element_wise(unit, pa.array(numbers).cast(pa.string()), " ")


def read_apart(
    is_odd: Flags, read: Callable[[int], Record | None], latest: datetime, source: Source, issues: Issues
) -> dict[int, Record | None]:
    """Read rows one by one, in their order, as ``reading.read_blocks`` takes records; return those that are any.

    None stands for one with a time that cannot be, which is set aside.

    Args:
        read: reads a row by its place; None where it is no record, which has then been told.
        latest: the last instant that the export can tell.
    """
    records: dict[int, Record | None] = {}
    for place in np.flatnonzero(is_odd).tolist():
        if told := read(place):
            record = with_plausible_times(told, latest, issues)
            records[place] = with_references(record, source) if record else None
    return records


def block_with(table: str, file: str, columns: pa.RecordBatch, is_odd: Flags, others: dict[int, Record | None]) -> Block:
    """Return the rows of ``columns`` that are not odd, and in their places among the odd ones the ``others``."""
    read = np.concatenate((np.flatnonzero(~is_odd), np.array(list(others), np.int64)))
    position = str(columns.column("position")[int(read.max())].as_py()) if len(read) else ""
    if not is_odd.any():
        return Block(table, file, columns, [], np.arange(len(is_odd)), position)
    kept = {place: record for place, record in others.items() if record}
    order = np.argsort(np.concatenate((np.flatnonzero(~is_odd), np.array(list(kept), np.int64))))
    return Block(table, file, columns.filter(pa.array(~is_odd)), list(kept.values()), order, position)
