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
from pipelines.extract.values.plausible import plausible
from pipelines.settings import Source


def positions(unit: str, numbers: Places) -> pa.Array:
    """Return where rows are found again: "row 7"."""
    return pc.binary_join_element_wise(unit, pa.array(numbers).cast(pa.string()), " ")


def read_apart(
    is_odd: Flags, read: Callable[[int], Record | None], latest: datetime, source: Source, issues: Issues
) -> dict[int, Record]:
    """Read rows one by one, in their order, as ``reading.read_blocks`` takes records; return those that are any.

    Args:
        read: reads a row by its place; None where it is no record, which has then been told.
        latest: the last instant that the export can tell.
    """
    records: dict[int, Record] = {}
    for place in np.flatnonzero(is_odd).tolist():
        record = read(place)
        if record and plausible(record, latest, issues):
            records[place] = with_references(record, source)
    return records


def block_with(table: str, file: str, columns: pa.RecordBatch, is_odd: Flags, others: dict[int, Record]) -> Block:
    """Return the rows of ``columns`` that are not odd, and in their places among the odd ones the ``others``."""
    if not is_odd.any():
        return Block(table, file, columns, [], np.arange(len(is_odd)))
    order = np.argsort(np.concatenate((np.flatnonzero(~is_odd), np.array(list(others), np.int64))))
    return Block(table, file, columns.filter(pa.array(~is_odd)), list(others.values()), order)
