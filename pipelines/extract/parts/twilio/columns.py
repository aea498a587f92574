"""What Twilio's messages and calls have in common by column: their ends, their times, what is read by itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Direction
from pipelines.extract.parts.columns.identifiers import Identified
from pipelines.extract.parts.columns.instants import can_be, can_be_changes, instants
from pipelines.extract.parts.columns.texts import (
    NULL,
    Flags,
    Places,
    combinations,
    flags_of,
    is_filled,
    looks_like,
    made,
    stripped,
)
from pipelines.extract.parts.phone.columns import Words, persons, words_of
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.parts.twilio.ends import End, Way, end_of, sides
from pipelines.extract.parts.twilio.files import instant_of, spoken
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.records import metadata_column

_IN_UTC = r"^([0-9][0-9T:. -]*?) *(?:UTC|GMT)$"
_COUNT = re.compile("[0-9]{0,9}")
_PLAIN, _UNSAID = 4, 8  # the kinds of ends (see ``_kind``)


@dataclass(frozen=True, slots=True)
class Sided:
    """Which way records went, and who is where.

    Attributes:
        words: what stands at the ends.
        via: the direction as Twilio has it; "" where we do not know it.
        direction: "inbound", "outbound" or "internal"; "" in rows that are odd.
        outside, ours: for each row, which of the words is at the end that is not ours (of internal ones, is called ours
            all the same), and at the other.
        reason: why nobody is there; null where somebody is.
        found: who is.
    """

    ends: Ends
    words: Words[End]
    via: pa.Array
    direction: pa.Array
    outside: Places
    ours: Places
    reason: pa.Array
    found: list[Identified]

    def is_way(self, direction: Direction) -> Flags:
        """Say which rows went one way."""
        return flags_of(pc.equal(self.direction, direction))

    def shown(self, which: Places) -> pa.Array:
        """Return the ends as Twilio writes them, without their schemes."""
        return self.words.column(self.words.texts, lambda end: end.shown).take(pa.array(which))

    def metadata(self, more: pa.Array, make: Callable[[str, str | None, End], dict[str, Any]]) -> pa.Array:
        """Return what ``make`` makes of the direction, of a text ("" is none) and of our end, as the lake has it."""
        first, own = combinations(self.via, more, self.ours)
        told = [
            metadata_column(make(self.via[row].as_py(), more[row].as_py() or None, end))
            if (end := _tried(self.words.at(self.ours, row), self.ends))
            else "{}"
            for row in first.tolist()
        ]
        return pa.array(told, pa.string()).take(pa.array(own))


def sided(cells: dict[str, pa.Array], ways: Mapping[str, Way], ends: Ends, is_passed_on: Flags, is_odd: Flags) -> Sided:
    """Read both ends as ``twilio_ends`` does; rows that are not plain are marked in ``is_odd``.

    Args:
        ways: the directions that there are, with what they mean.
        is_passed_on: which legs were added to a call from the same number.
    """
    via = made(cells["direction"], lambda cell: way if (way := spoken("direction", cell)) in ways else "", pa.string())
    words = words_of(cells["from"], cells["to"], ends, _end_of)
    kinds = words.each(_PLAIN, _kind, _UNSAID)
    caller_kinds, called_kinds = kinds[words.callers], kinds[words.called]
    is_odd |= ~is_filled(via) | (caller_kinds == _UNSAID) | (called_kinds == _UNSAID)
    quiet = replace(ends, issues=Issues())
    first, own = combinations(caller_kinds, called_kinds, via, is_passed_on)
    found: list[tuple[bool, str]] = []
    for row in first.tolist():
        caller, called = (_tried(words.at(which, row), quiet) for which in (words.callers, words.called))
        found.append(_sides(caller, called, via[row].as_py(), ways, is_passed_on=bool(is_passed_on[row])))
    is_caller = np.array([each for each, _ in found])[own]
    direction = pa.array([each for _, each in found], pa.string()).take(pa.array(own))
    outside, ours = np.where(is_caller, words.callers, words.called), np.where(is_caller, words.called, words.callers)
    reason = words.column(None, lambda end: end.reason).take(pa.array(outside))
    reason = pc.if_else(pc.equal(direction, "internal"), "internal", reason)
    there = persons(words, outside, lambda end: end.party)
    for one in there:
        one.values = pc.if_else(reason.is_null(), one.values, NULL)
    return Sided(quiet, words, via, direction, outside, ours, reason, there)


def times(texts: pa.Array, zone: ZoneInfo | None, is_odd: Flags) -> pa.Array:
    """Read times as ``twilio_files.maybe_instant`` does; rows whose time is none, or doubtful, are marked in ``is_odd``."""
    written = stripped(texts)
    is_odd |= is_filled(texts) & ~is_filled(written)
    if pc.or_(pc.ends_with(written, "UTC"), pc.ends_with(written, "GMT")).true_count:
        written = pc.replace_substring_regex(written, _IN_UTC, r"\1+00:00")
    found, is_doubtful = instants(written, zone, read=lambda text: (instant_of(text, zone), None))
    is_odd |= is_doubtful
    return found


def occurred(first: pa.Array, second: pa.Array, zone: ZoneInfo | None, latest: datetime, is_odd: Flags) -> pa.Array:
    """Read the first of two times that is there; rows without one that can be are marked in ``is_odd``."""
    found = pc.coalesce(*(times(texts, zone, is_odd) for texts in (first, second)))
    is_odd |= ~can_be(found, latest)
    return found


def changed(texts: pa.Array, zone: ZoneInfo | None, latest: datetime, is_odd: Flags) -> pa.Array:
    """Read the times of change; rows with one that cannot be are marked in ``is_odd``."""
    found = times(texts, zone, is_odd)
    is_odd |= ~can_be_changes(found, latest)
    return found


def counts(texts: pa.Array, is_odd: Flags) -> pa.Array:
    """Read whole numbers as ``twilio_files.maybe_count`` does; rows with anything else are marked in ``is_odd``."""
    is_count = looks_like(texts, _COUNT)
    is_odd |= ~is_count
    return pc.if_else(pa.array(is_count & is_filled(texts)), texts, NULL).cast(pa.int64())


def choices(name: str, texts: pa.Array, known: Mapping[str, str], is_odd: Flags) -> pa.Array:
    """Read values of a closed set, "" where there is none; rows with one that we do not know are marked in ``is_odd``."""

    def choice(cell: str) -> str:
        value = spoken(name, cell)
        return value if value in known or not value else "?"

    found = made(texts, choice, pa.string())
    is_odd |= flags_of(pc.equal(found, "?"))
    return found


def _sides(
    caller: End | None, called: End | None, via: str, ways: Mapping[str, Way], *, is_passed_on: bool
) -> tuple[bool, str]:
    """Say whether the caller is the end that is not ours, and which way a record went; "" where it cannot be told."""
    if not (caller and called and via):
        return True, ""
    outside, direction = sides(caller, called, ways[via], is_leg=via == "outbound-dial", is_passed_on=is_passed_on)
    return outside is caller, direction


def _end_of(text: str, ends: Ends) -> End:
    end = end_of(text, ends)
    if ends.issues.warnings:
        raise UnreadableError("an end of which something is told")
    return end


def _tried(text: str, ends: Ends) -> End | None:
    try:
        return end_of(text, ends)
    except UnreadableError:
        return None


def _kind(end: End) -> int:
    """Return a number for all that tells which end is ours: a person is ``_PLAIN``."""
    return end.is_ours + 2 * bool(end.staff) + _PLAIN * end.is_person
