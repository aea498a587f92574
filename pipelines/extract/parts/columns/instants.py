"""Columns of times: what stands in the usual writing of ISO 8601 is read at once, the rest text by text (``instants``)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.parts.columns.texts import Flags, Places, each_once, flags_of, is_filled
from pipelines.extract.values.instants import EARLIEST, MADE_ANEW, DateOrder, local_instant, parse_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.records import INSTANT

# From 1990 on, since when every zone changes its clocks on a whole minute.
_CLOCK = r"(?:199\d|20\d\d)-[01]\d-[0-3]\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}(?:\d{3})?)?"
_WITH_OFFSET = rf"^{_CLOCK}(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$"
_OF_A_CLOCK = rf"^{_CLOCK}$"
Read = Callable[[str], tuple[datetime, str | None]]

_MINUTE = 60_000_000  # microseconds
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a wall clock's)


def instants(
    texts: pa.Array, zone: ZoneInfo | None, order: DateOrder | None = None, read: Read | None = None
) -> tuple[pa.Array, Flags]:
    """Read times as ``instants.parse_instant`` does.

    Args:
        read: reads one text, where that is more than ``parse_instant``; ISO 8601 it reads as that does.

    Returns:
        The instants, null where a text is empty or no time; and which texts are no time, or a doubtful one.
    """
    left = is_filled(texts)
    is_doubtful = np.zeros(len(texts), np.bool_)
    if not left.any():
        return pa.nulls(len(texts), INSTANT), is_doubtful
    found = np.zeros(len(texts), np.int64)
    with_offset = _taken(texts, _WITH_OFFSET, INSTANT, left, found)
    left &= ~with_offset
    if zone and left.any():
        of_a_clock = _taken(texts, _OF_A_CLOCK, pa.timestamp("us"), left, found)
        left &= ~of_a_clock
        found[of_a_clock], is_doubtful[of_a_clock] = _in_zone(found[of_a_clock], zone)
    is_none = ~is_filled(texts)
    if left.any():
        places = np.flatnonzero(left)
        own, moments = each_once(
            texts.filter(pa.array(left)), partial(_read, read or partial(parse_instant, zone=zone, order=order))
        )
        times = pa.array([moment or _EPOCH.replace(tzinfo=UTC) for moment, _ in moments], INSTANT).cast(pa.int64())
        found[places] = times.to_numpy()[own]
        is_doubtful[places] = np.array([doubt for _, doubt in moments])[own]
        is_none[places] = np.array([moment is None for moment, _ in moments])[own]
    return pa.array(found, mask=is_none).cast(INSTANT), is_doubtful


def can_be(instants: pa.Array, latest: datetime) -> Flags:
    """Say which instants are there, and none that no clock can have shown (``plausible``); ``latest`` is the last."""
    first, last = pa.array([EARLIEST, latest], instants.type)
    return flags_of(pc.and_(pc.greater_equal(instants, first), pc.less_equal(instants, last)).fill_null(False))


def can_be_changes(instants: pa.Array, latest: datetime) -> Flags:
    """Say which instants are none, or such as a record can have been changed at (``plausible``)."""
    return flags_of(instants.is_null()) | can_be(instants, latest + MADE_ANEW)


def _taken(texts: pa.Array, shape: str, kind: pa.DataType, left: Flags, found: Places) -> Flags:
    """Read the texts ``left`` that are of a shape into ``found``; return which of them that are: none, if one is no date."""
    which = flags_of(pc.match_substring_regex(texts, shape)) & left
    if not which.any():
        return which
    try:
        found[which] = (texts if which.all() else texts.filter(pa.array(which))).cast(kind).cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:  # the 30th of February
        which[:] = False
    return which


def _in_zone(clocks: Places, zone: ZoneInfo) -> tuple[Places, Flags]:
    """Return the instants at which clocks in ``zone`` showed these, and which of them are doubtful (``local_instant``)."""
    minutes, own = np.unique(clocks // _MINUTE, return_inverse=True)
    read = [local_instant(_EPOCH + timedelta(minutes=int(minute)), zone) for minute in minutes]
    ahead = [
        (_EPOCH + timedelta(minutes=int(minute)) - at.replace(tzinfo=None))
        for minute, (at, _) in zip(minutes, read, strict=True)
    ]
    offsets = np.array([offset // timedelta(microseconds=1) for offset in ahead], np.int64)
    return clocks - offsets[own], np.array([flag is not None for _, flag in read])[own]


def _read(read: Read, text: str) -> tuple[datetime | None, bool]:
    try:
        moment, flag = read(text)
    except UnreadableError:
        return None, True
    return moment, flag is not None
