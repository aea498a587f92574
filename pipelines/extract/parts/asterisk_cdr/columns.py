"""Call detail records by column: what ``asterisk_cdr_calls`` makes of one row, made of a thousand at once.

A row of which any field needs judgement is left to ``parse_call`` whole, in its turn, and put back in its place: so is the
first of each block, which tells of the columns that are new or gone.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Direction, Identifier, Interaction
from pipelines.extract.files.blocks import Block, block_columns
from pipelines.extract.parts.asterisk_cdr.calls import (
    APPLICATION,
    CHANNEL,
    DISPOSITIONS,
    EXTENSION,
    NUMBER,
    PEER,
    Exchange,
    caller_id,
    claimed_name,
    direction_of,
    metadata_of,
)
from pipelines.extract.parts.asterisk_cdr.legs import Alike, Legs
from pipelines.extract.parts.asterisk_cdr.rows import NULLS, TIME, UNIQUEID
from pipelines.extract.parts.columns.blocks import block_with, positions, read_apart
from pipelines.extract.parts.columns.identifiers import Identified, identifier_lists
from pipelines.extract.parts.columns.instants import can_be, instants
from pipelines.extract.parts.columns.texts import (
    NULL,
    Flags,
    Places,
    combinations,
    each_once,
    flags_of,
    is_filled,
    is_there,
    looks_like,
    made,
    stripped,
)
from pipelines.extract.parts.phone.columns import Words, persons, words_of
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.parts.phone.rows import Rows
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.records import metadata_column

_SECONDS = re.compile("[0-9]{1,9}")
_SEQUENCE = re.compile("[0-9]*")


class _End(NamedTuple):
    """What is said of a text that stands at an end of a call; ``is_told`` where that is told of."""

    is_ours: bool
    is_extension: bool
    party: list[Identifier]
    reason: str | None
    is_told: bool


def block_of(rows: Rows, exchange: Exchange, apart: Callable[[int], Interaction | None], latest: datetime) -> Block:
    """Return the legs of many rows.

    Args:
        apart: reads one of them by itself, by its place; None where it is none, which has then been told.
        latest: the last instant that the export can tell.
    """
    ends, is_odd = exchange.ends, np.zeros(len(rows), np.bool_)
    columns, legs = _calls(rows.cells, exchange, latest, is_odd)
    is_odd[np.flatnonzero(~is_odd)[:1]] = True

    def in_turn(place: int) -> Interaction | None:
        legs.read_to(place)
        return apart(place)

    others = read_apart(is_odd, in_turn, latest, ends.source, ends.issues)
    legs.read_to(len(rows))
    refs = pa.array(legs.refs, pa.string())
    columns["source_ref"] = refs
    columns["conversation_ref"] = pc.coalesce(columns["conversation_ref"], refs)
    whole = block_columns(
        "interaction", len(rows), source=ends.source.name, file=ends.file, position=positions("row", rows.numbers), **columns
    )
    return block_with("interaction", ends.file, whole, is_odd, others)


def _calls(cells: dict[str, pa.Array], exchange: Exchange, latest: datetime, is_odd: Flags) -> tuple[dict[str, Any], Legs]:
    """Return the columns that legs fill, but for their ids; rows that are not plain are marked in ``is_odd``."""
    nothing = pa.repeat("", len(is_odd))
    src, called, channel, peer, application, unique, linked = (
        _checked(cells.get(name, nothing), pattern, is_odd)
        for name, pattern in (
            ("src", NUMBER), ("dst", NUMBER), ("channel", CHANNEL), ("dstchannel", CHANNEL), ("lastapp", APPLICATION),
            ("uniqueid", UNIQUEID), ("linkedid", UNIQUEID),
        )
    )  # fmt: skip
    for name in ("src", "dst", "clid"):  # the others are odd where they say so
        is_odd |= is_filled(cells[name]) & flags_of(pc.is_in(cells[name], pa.array(list(NULLS))))
    sequence = cells.get("sequence", nothing)
    is_odd |= ~looks_like(sequence, _SEQUENCE)
    names, numbers = _caller_ids(cells["clid"], is_odd)
    caller = pc.if_else(pc.equal(src, ""), numbers, src)
    moment = _moments(cells, exchange, latest, is_odd)
    duration, talk = (_seconds(cells[name], is_odd) for name in ("duration", "billsec"))
    is_odd |= talk > duration
    status = made(cells["disposition"], DISPOSITIONS.get, pa.string())
    is_odd |= ~is_there(status)
    who = _who(caller, called, names, cells["dcontext"], exchange, is_odd)
    is_in = pc.equal(who["direction"], "inbound")
    alike = Alike(unique, sequence, channel, src, called, peer, application, moment, duration, talk, status)
    return who | {
        "conversation_ref": _first_filled(linked, unique),
        "channel": "voice",
        "occurred_at": moment,
        "agent_ref": _peers(pc.if_else(is_in, peer, channel)),
        "status": status,
        "duration_seconds": pa.array(talk).cast(pa.float64()),
        "source_metadata": _metadata(duration - talk, application, pc.if_else(is_in, called, "")),
    }, Legs(alike, exchange, is_odd)


def _who(
    caller: pa.Array, called: pa.Array, names: pa.Array, context: pa.Array, exchange: Exchange, is_odd: Flags
) -> dict[str, pa.Array]:
    """Return the columns that tell which way calls went and who was there.

    Args:
        names: what the callers claim to be called.
    """
    words = words_of(caller, called, exchange.ends, _end_of)
    direction = _directions(words, caller, called, context, exchange, is_odd)
    is_internal = pc.equal(direction, "internal")
    shown = np.where(flags_of(pc.equal(direction, "outbound")), words.called, words.callers)
    is_odd |= (words.each(0, lambda end: end.is_told)[shown] > 0) & ~flags_of(is_internal)
    reason = words.column(None, lambda end: end.reason).take(pa.array(shown))
    reason = pc.if_else(is_internal, "internal", reason)
    found = persons(words, shown, lambda end: end.party)
    found.append(Identified(("name", "", "claimed"), pc.if_else(pc.equal(direction, "inbound"), names, NULL)))
    for one in found:
        one.values = pc.if_else(reason.is_null(), one.values, NULL)
    return {
        "direction": direction,
        "party": identifier_lists(found, [], len(is_odd)),
        "party_ref": words.texts.take(pa.array(shown)),
        "reason": reason,
    }


def _checked(texts: pa.Array, pattern: re.Pattern[str], is_odd: Flags) -> pa.Array:
    """Return texts without white space around them, which are empty or look like a pattern, in ASCII."""
    texts = stripped(texts)
    is_odd |= is_filled(texts) & ~(looks_like(texts, pattern) & flags_of(pc.string_is_ascii(texts)))
    return texts


def _caller_ids(clids: pa.Array, is_odd: Flags) -> tuple[pa.Array, pa.Array]:
    """Return the names that caller IDs claim, and the numbers they show."""
    own, found = each_once(clids, _caller_id)
    names, numbers, refused = zip(*found, strict=True)
    is_odd |= np.array(refused)[own]
    places = pa.array(own)
    return pa.array(names, pa.string()).take(places), pa.array(numbers, pa.string()).take(places)


def _caller_id(clid: str) -> tuple[str | None, str, bool]:
    try:
        name, number = caller_id(clid)
    except UnreadableError:
        return None, "", True
    claimed = claimed_name(name, number)
    return claimed.value if claimed else None, number, False


def _moments(cells: dict[str, pa.Array], exchange: Exchange, latest: datetime, is_odd: Flags) -> pa.Array:
    written = cells["calldate"] if "calldate" in cells else cells["start"]
    found, is_doubtful = instants(written, exchange.zone)
    is_odd |= is_doubtful | ~can_be(found, latest) | ~looks_like(written, TIME)
    return found


def _seconds(texts: pa.Array, is_odd: Flags) -> Places:
    """Return seconds; 0 where a text is no number of them."""
    is_number = looks_like(texts, _SECONDS)
    is_odd |= ~is_number
    written = texts if is_number.all() else pc.if_else(pa.array(is_number), texts, "0")
    seconds: Places = written.cast(pa.int64()).to_numpy()
    return seconds


def _end_of(text: str, ends: Ends) -> _End:
    party, reason = ends.party_of(text)
    is_extension = EXTENSION.fullmatch(text) is not None
    return _End(ends.own.is_ref(text), is_extension, party, reason, bool(ends.issues.warnings))


def _directions(
    words: Words[_End], caller: pa.Array, called: pa.Array, context: pa.Array, exchange: Exchange, is_odd: Flags
) -> pa.Array:
    """Return which way each call went, "" where nothing tells: found once for all that are alike in what tells it."""
    kinds = words.each(0, lambda end: 1 + 2 * end.is_ours + 4 * end.is_extension)
    kinds += 8 * ~is_filled(words.texts)
    first, own = combinations(kinds[words.callers], kinds[words.called], context)
    found: list[Direction | None] = []
    for row in first.tolist():
        try:
            found.append(direction_of(caller[row].as_py(), called[row].as_py(), context[row].as_py(), exchange))
        except UnreadableError:
            found.append(None)
    is_odd |= np.array([each is None for each in found])[own]
    return pa.array([each or "" for each in found], pa.string()).take(pa.array(own))


def _peers(channels: pa.Array) -> pa.Array:
    """Return what ``peer_of`` does."""
    is_peer = pa.array(looks_like(channels, PEER))
    return pc.if_else(is_peer, pc.replace_substring_regex(channels, r"^[^/]*/([0-9]*).*$", r"\1"), NULL)


def _metadata(ringing: Places, application: pa.Array, dialled: pa.Array) -> pa.Array:
    first, own = combinations(ringing - ringing.min(), application, dialled)
    told = [
        metadata_column(metadata_of(int(ringing[row]), application[row].as_py(), dialled[row].as_py(), None))
        for row in first.tolist()
    ]
    return pa.array(told, pa.string()).take(pa.array(own))


def _first_filled(texts: pa.Array, more: pa.Array) -> pa.Array:
    """Return the first of two texts that is not empty; null where both are."""
    found = pc.if_else(pc.equal(texts, ""), more, texts)
    return pc.if_else(pc.equal(found, ""), NULL, found)
