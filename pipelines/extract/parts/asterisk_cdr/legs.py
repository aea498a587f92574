"""The ids of many legs of calls, given in the order of their rows: which is a channel's first depends on those before it."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import hashed_ref
from pipelines.extract.parts.asterisk_cdr.calls import LATER, LEG, MADE, Exchange, leg_ref, told_by
from pipelines.extract.parts.columns.texts import Flags, Places


class Alike(NamedTuple):
    """What tells a leg from others, by column; the texts without white space around them."""

    unique: pa.Array
    sequence: pa.Array
    channel: pa.Array
    src: pa.Array
    called: pa.Array
    peer: pa.Array
    application: pa.Array
    moment: pa.Array
    duration: Places
    talk: Places
    status: pa.Array


class Legs:
    """Gives legs their ids as ``parse_call`` does.

    Args:
        is_odd: the legs that ``parse_call`` reads, each once all before it have been given theirs.

    Attributes:
        refs: the ids; None where a leg is odd, or has none yet.
    """

    def __init__(self, alike: Alike, exchange: Exchange, is_odd: Flags) -> None:
        self._alike, self._exchange, self._is_odd = alike, exchange, is_odd
        self._unique: list[str] = alike.unique.to_pylist()
        self._sequence: list[str] = alike.sequence.to_pylist()
        self._legs: list[str] = _legs(alike).to_pylist()
        self._is_later = _are_later(alike)
        self._at = 0
        self.refs: list[str | None] = [None] * len(is_odd)

    def read_to(self, end: int) -> None:
        """Give the legs before row ``end`` their ids."""
        rows = np.flatnonzero(~self._is_odd[self._at : end]) + self._at
        self._at = end
        for row in rows.tolist():
            self.refs[row] = self._ref(row)

    def _ref(self, row: int) -> str:
        unique, leg = self._unique[row], self._legs[row]
        if unique:
            told = self._sequence[row] or told_by(leg)
            return leg_ref(unique, told, self._exchange, is_later=self._is_later[row])
        channel, moment, src = (column[row].as_py() for column in (self._alike.channel, self._alike.moment, self._alike.src))
        return hashed_ref(self._exchange.ends.source.name, channel, moment, src, leg)


def _legs(alike: Alike) -> pa.Array:
    """Return the text that ``parse_call`` makes of each leg that is not odd: its time has whole seconds."""
    clock = pc.binary_replace_slice(alike.moment.cast(pa.timestamp("s"), safe=False).cast(pa.string()), 10, 11, "T")
    moment = pc.binary_join_element_wise(clock, "+00:00", "")
    lengths = [pa.array(each).cast(pa.string()) for each in (alike.duration, alike.talk)]
    return pc.binary_join_element_wise(alike.called, alike.peer, alike.application, moment, *lengths, alike.status, LEG)


def _are_later(alike: Alike) -> list[bool]:
    """Say of each leg what ``asterisk_cdr_calls.is_later`` does."""
    made = pc.struct_field(pc.extract_regex(alike.unique, MADE.pattern), "made").cast(pa.int64())
    after = pc.subtract(pc.divide(alike.moment.cast(pa.int64()), 1_000_000), made)
    is_later = pc.and_(pc.greater_equal(after, LATER.start), pc.less(after, LATER.stop)).fill_null(False)
    later: list[bool] = is_later.to_pylist()
    return later
