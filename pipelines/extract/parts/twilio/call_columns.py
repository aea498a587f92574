"""Twilio's calls by column: what ``twilio_calls`` makes of one row, made of a thousand at once."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.parts.columns.identifiers import Identified, identifier_lists
from pipelines.extract.parts.columns.texts import NULL, Flags, flags_of, is_filled, made
from pipelines.extract.parts.phone.parties import caller_name
from pipelines.extract.parts.twilio.calls import ANSWERED_BY, STATUS, WAYS, metadata_of
from pipelines.extract.parts.twilio.columns import changed, choices, counts, occurred, sided
from pipelines.extract.parts.twilio.sides import Log


def calls(cells: dict[str, pa.Array], log: Log, latest: datetime, is_odd: Flags) -> dict[str, Any]:
    """Return the columns that legs of calls fill; rows that are not plain are marked in ``is_odd``.

    A call of which side files tell something is none.

    Args:
        cells: all columns that are read, "" where an export has none.
    """
    zone, sid, parent = log.ends.source.zone, cells["sid"], cells["parent_call_sid"]
    is_odd |= ~flags_of(pc.starts_with(sid, "CA")) | _have_sides(sid, log)
    ends = sided(cells, WAYS, log.ends, _are_passed_on(parent, cells["from"], log), is_odd)
    status, answered_by = (
        choices(name, cells[name], known, is_odd) for name, known in (("status", STATUS), ("answered_by", ANSWERED_BY))
    )
    is_odd |= ~is_filled(status)
    occurred_at = occurred(cells["start_time"], cells["date_created"], zone, latest, is_odd)
    updated_at = changed(cells["date_updated"], zone, latest, is_odd)
    is_named = pc.and_(pc.equal(ends.direction, "inbound"), ends.reason.is_null())
    name = Identified(("name", "", "claimed"), pc.if_else(is_named, made(cells["caller_name"], _name, pa.string()), NULL))
    parent = pc.if_else(pc.equal(parent, ""), NULL, parent)
    staff = ends.words.column(None, lambda end: end.staff).take(pa.array(ends.ours))
    return {
        "source_ref": sid,
        "conversation_ref": pc.coalesce(parent, sid),
        "channel": "voice",
        "direction": ends.direction,
        "occurred_at": occurred_at,
        "party": identifier_lists([*ends.found, name], [], len(is_odd)),
        "party_ref": ends.shown(ends.outside),
        "agent_ref": staff,
        "in_reply_to_ref": parent,
        "status": status,
        "duration_seconds": counts(cells["duration"], is_odd).cast(pa.float64()),
        "reason": ends.reason,
        "source_metadata": ends.metadata(answered_by, metadata_of),
        "updated_at": updated_at,
    }


def _name(shown: str) -> str | None:
    claimed = caller_name(shown)
    return claimed.value if claimed else None


def _have_sides(sid: pa.Array, log: Log) -> Flags:
    """Say of which calls there are recordings or transcripts."""
    told = log.sides.recordings.keys() | log.sides.transcripts.keys() | log.sides.talks.keys()
    return (
        np.fromiter((each in told for each in sid.to_pylist()), np.bool_, len(sid)) if told else np.zeros(len(sid), np.bool_)
    )


def _are_passed_on(parent: pa.Array, caller: pa.Array, log: Log) -> Flags:
    """Say which legs were added to a call that came from the same number."""
    found = np.zeros(len(parent), np.bool_)
    legs = is_filled(parent)
    if legs.any():
        pairs = zip(parent.filter(pa.array(legs)).to_pylist(), caller.filter(pa.array(legs)).to_pylist(), strict=True)
        found[legs] = [log.sides.is_from(call, number) for call, number in pairs]
    return found
