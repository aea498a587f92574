"""What no clock can have shown: records with such a time, or such a duration, are set aside; such a change is left out."""

from dataclasses import replace
from datetime import datetime
from math import inf

import orjson

from pipelines.contract import Interaction, Record
from pipelines.extract.values.instants import EARLIEST, MADE_ANEW
from pipelines.extract.values.issues import Issues

CHANGED = "a time of change before 1990, or a year after the night: left out"


def with_plausible_times(record: Record, latest: datetime, issues: Issues) -> Record | None:
    """Return a record whose times can be; None where they cannot, which is quarantined.

    When it was last changed only orders its versions: a time that cannot be would make one of them the last for good, and is
    left out.

    Args:
        latest: the last instant that the export can tell (``instants.latest_of``).
    """
    reason = _clock_error(record, latest) or _duration_error(record)
    if reason:
        issues.quarantine(orjson.dumps(record, default=str), file=record.file, at=record.position, reason=reason)
        return None
    if record.updated_at and not EARLIEST <= record.updated_at <= latest + MADE_ANEW:
        issues.warn(file=record.file, reason=CHANGED)
        return replace(record, updated_at=None)
    return record


def _clock_error(record: Record, latest: datetime) -> str | None:
    """Say what is wrong with the time of an interaction: a clock that was never set, or one that runs ahead."""
    if not isinstance(record, Interaction):
        return None
    if record.occurred_at < EARLIEST:
        return f"a time before {EARLIEST:%Y}: a clock that was never set"
    if record.occurred_at > latest:
        return "a time after the night: a clock that runs ahead, or a file in the wrong night's folder"
    return None


def _duration_error(record: Record) -> str | None:
    if not isinstance(record, Interaction) or record.duration_seconds is None or 0 <= record.duration_seconds < inf:
        return None
    return "a duration below 0, or without end"
