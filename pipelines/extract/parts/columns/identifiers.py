"""Identifiers of many rows, by column, and the lists that the contract has of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Evidence, Identifier
from pipelines.extract.parts.columns.texts import NULL, Places, is_there
from pipelines.extract.values.records import IDENTIFIERS


@dataclass(slots=True)
class Identified:
    """An identifier for each of many rows.

    Attributes:
        who: its kind, scope and evidence.
        values: null where a row has none.
    """

    who: tuple[str, str, Evidence]
    values: pa.Array

    def is_at(self, row: int, one: Identifier) -> bool:
        """Say whether a row's identifier is ``one``."""
        return self.who == (one.kind, one.scope, one.evidence) and self.values[row].as_py() == one.value


def without_repeats(found: list[Identified]) -> list[Identified]:
    """Return the identifiers; where a row has one twice, the first."""
    for place, one in enumerate(found):
        for before in found[:place]:
            if before.who == one.who and (again := pc.equal(before.values, one.values)).true_count:
                one.values = pc.if_else(again.fill_null(False), NULL, one.values)
    return found


def identifier_lists(found: list[Identified], more: Sequence[tuple[int, Identifier]], size: int) -> pa.Array:
    """Return the identifiers of ``size`` rows, a list each.

    Args:
        more: of some rows, by number, the identifiers that come behind those ``found``.
    """
    which, rows = np.nonzero(np.array([is_there(one.values) for one in found], np.bool_).reshape(len(found), size))
    values = [one.values.drop_null() for one in found] + [pa.array([one.value for _, one in more], pa.string())]
    who = [one.who for one in found] + [(one.kind, one.scope, one.evidence) for _, one in more]
    which = np.concatenate((which, np.arange(len(found), len(who))))
    rows = np.concatenate((rows, np.array([row for row, _ in more], np.int64)))
    order = np.argsort(rows, kind="stable")
    kinds, scopes, evidences = (pa.array(each, pa.string()) for each in (zip(*who, strict=True) if who else ((), (), ())))
    own = pa.array(which[order])
    fields = [
        kinds.take(own), scopes.take(own), pa.concat_arrays(values).take(pa.array(order)), evidences.take(own),
        pa.nulls(len(order), IDENTIFIERS.value_type.field("seen_at").type), pa.array(np.ones(len(order), np.bool_)),
    ]  # fmt: skip
    return lists_of(IDENTIFIERS, rows[order], fields, size)


def lists_of(kind: pa.DataType, rows: Places, fields: list[Any], size: int) -> pa.Array:
    """Return lists of records, one list for each of ``size`` rows, out of the records' fields and the rows they are of."""
    offsets = pa.array(np.searchsorted(rows, np.arange(size + 1)), pa.int32())
    records = pa.StructArray.from_arrays(fields, fields=list(kind.value_type))
    return pa.ListArray.from_arrays(offsets, records, type=kind)
