"""Twilio's messages by column: what ``twilio_messages`` makes of one row, made of a thousand at once."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.parts.columns.identifiers import identifier_lists
from pipelines.extract.parts.columns.said import claimed, looked_up, mark_keywords
from pipelines.extract.parts.columns.texts import Flags, cleaned, flags_of, is_filled, stripped
from pipelines.extract.parts.twilio.columns import Sided, changed, choices, counts, occurred, sided
from pipelines.extract.parts.twilio.ends import CHANNELS
from pipelines.extract.parts.twilio.messages import STATUS, UNSUBSCRIBED, WAYS, metadata_of, thread_prefix
from pipelines.extract.parts.twilio.sides import Log


def messages(cells: dict[str, pa.Array], log: Log, latest: datetime, is_odd: Flags) -> dict[str, Any]:
    """Return the columns that messages fill; rows that are not plain are marked in ``is_odd``.

    Args:
        cells: all columns that are read, "" where an export has none; ``body`` is among them.
    """
    source, sid = log.ends.source, cells["sid"]
    is_odd |= ~flags_of(pc.or_(pc.starts_with(sid, "SM"), pc.starts_with(sid, "MM")))
    ends = sided(cells, WAYS, log.ends, np.zeros_like(is_odd), is_odd)
    status = choices("status", cells["status"], STATUS, is_odd)
    is_odd |= ~is_filled(status) | (counts(cells["num_media"], is_odd).fill_null(0).to_numpy() > 0)
    text = stripped(cleaned(cells["body"]))
    channel = ends.words.column(pa.repeat("sms", len(ends.words.texts)), lambda end: CHANNELS[end.scheme])
    channel = channel.take(pa.array(ends.outside))
    has_text, is_person = is_filled(text), flags_of(ends.reason.is_null())
    is_asked = (
        has_text & ends.is_way("inbound") & (is_person | flags_of(pc.equal(ends.reason, "no_identifier").fill_null(False)))
    )
    for name in ("sms", "chat"):
        mark_keywords(name, text, is_asked & flags_of(pc.equal(channel, name).fill_null(False)), is_odd)
    is_odd |= flags_of(pc.equal(cells["error_code"], UNSUBSCRIBED).fill_null(False))
    occurred_at = occurred(cells["date_sent"], cells["date_created"], source.zone, latest, is_odd)
    updated_at = changed(cells["date_updated"], source.zone, latest, is_odd)
    read = has_text & is_person & ~is_odd
    more = claimed(text, read & ends.is_way("inbound"), ends.found, source)
    more += looked_up(text, read & ends.is_way("outbound"), ends.found, source)
    return {
        "source_ref": sid,
        "conversation_ref": _threads(ends, sid),
        "channel": channel,
        "direction": ends.direction,
        "occurred_at": occurred_at,
        "party": identifier_lists(ends.found, more, len(is_odd)),
        "party_ref": ends.shown(ends.outside),
        "text": text,
        "status": status,
        "reason": ends.reason,
        "source_metadata": ends.metadata(cells["error_code"], metadata_of),
        "updated_at": updated_at,
    }


def _threads(ends: Sided, sid: pa.Array) -> pa.Array:
    """Return the pair of ends in their order, as ``twilio_messages`` does, and the message's own id where both are empty."""
    one, other = (ends.shown(which) for which in (ends.outside, ends.ours))
    is_first = pc.less(one, other)
    first, last = pc.if_else(is_first, one, other), pc.if_else(is_first, other, one)
    pair = pc.if_else(pc.equal(first, ""), last, pc.binary_join_element_wise(first, last, "~"))
    prefix = ends.words.column(pa.repeat("", len(ends.words.texts)), thread_prefix).take(pa.array(ends.outside))
    return pc.if_else(pc.equal(pair, ""), sid, pc.binary_join_element_wise(prefix, pair, ""))
