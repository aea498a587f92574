"""One call detail record of Asterisk as an interaction: which way it went, who was called or calling, how it ended."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.contract import Direction, Identifier, Interaction, hashed_ref
from pipelines.extract.parts.asterisk_cdr.rows import STAMP, UNIQUEID
from pipelines.extract.parts.phone.parties import Ends, caller_name
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import UnreadableError

CHANNELS_HELD = 50_000
LEG = "|"  # between what tells a leg
DISPOSITIONS = {each: each.lower() for each in ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION")}
# What they are to Asterisk itself since 1.8, as its databases have them unless told otherwise ("dispositionstring").
_NUMBERED = {"0": "no answer", "1": "no answer", "2": "failed", "4": "busy", "8": "answered", "16": "congestion"}
_WRITTEN = {each: (status, False) for each, status in DISPOSITIONS.items()}
_WRITTEN |= {each: (status, True) for each, status in _NUMBERED.items()}
# Contexts of the dialplan in which calls from outside arrive, and those in which our own phones dial: these names, and
# what begins with one of them and a hyphen ("from-trunk-sip-provider").
_FROM_OUTSIDE = (
    "from-trunk", "from-pstn", "from-did", "from-external", "from-outside", "from-provider", "from-zaptel", "from-dahdi",
    "from-sip-external", "from-analog", "from-digital", "ext-did", "incoming", "inbound",
)  # fmt: skip
_FROM_INSIDE = (
    "from-internal", "from-inside", "from-extensions", "from-phones", "internal", "outbound", "outgoing", "outrt",
)  # fmt: skip
# Contexts of FreePBX in which a call is that came to us, from outside or within: a queue and its agents, a group, a menu.
_COME = (
    "ext-findmefollow", "ext-group", "ext-local", "ext-queues", "from-did-direct-ivr", "from-queue", "ivr", "timeconditions",
)  # fmt: skip
EXTENSION = re.compile(r"[*#]?[\d*#]{1,6}|[a-z]?|~~s~~")  # 101, *97, and the dialplan's own s, h, t, i
NUMBER = re.compile(r"[\w+*#.@:()/~ -]*")
_CALLER = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^"<>]*?)|")\s*<([^<>"]*)>\s*')
CHANNEL = re.compile(r"(?:[A-Za-z]\w*/.+)?")
PEER = re.compile(r"(?:SIP|PJSIP|IAX2|SCCP|Skinny|Local|DAHDI)/(\d{2,6})(?:[-@;].*)?", re.IGNORECASE)
MADE = re.compile(r"(?P<made>\d{9,10})\.\d+$")  # of a ``uniqueid``, the second in which its channel was made
LATER = range(2, 86_400)  # seconds after it
APPLICATION = re.compile(r"[A-Za-z]\w*")
_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_LEFT = names("""
    accountcode amaflags answer cnam cnum dst_cnam end lastdata outbound_cnam outbound_cnum peeraccount recordingfile
    userfield
""")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the records of one file share; ``legs`` has the first leg of the channels seen last, by ``uniqueid``."""

    ends: Ends
    zone: ZoneInfo
    drift: Drift
    legs: OrderedDict[str, str] = field(default_factory=OrderedDict)  # of which the oldest goes without a search

    def first_leg(self, unique: str, leg: str) -> str:
        """Return the first leg of a channel in this file; its legs are written when the call ends, near one another."""
        first = self.legs.setdefault(unique, leg)
        if len(self.legs) > CHANNELS_HELD:
            self.legs.popitem(last=False)
        return first


def parse_call(fields: Fields, exchange: Exchange, at: str, usual: frozenset[str] = frozenset()) -> Interaction:
    """Map one row; UnreadableError where it is not what we know, or nothing tells which way the call went."""
    ends, source = exchange.ends, exchange.ends.source
    caller, called = (_matching(fields, name, NUMBER, "a number") for name in ("src", "dst"))
    context = fields.maybe_string("dcontext") or ""
    name, number = caller_id(fields.maybe_string("clid") or "")
    moment, doubt = _moment(fields, exchange.zone)
    duration, talk = _seconds(fields, "duration"), _seconds(fields, "billsec")
    status, is_numbered = fields.choice("disposition", _WRITTEN)
    channel, peer = (_matching(fields, each, CHANNEL, "a channel") for each in ("channel", "dstchannel"))
    application = _matching(fields, "lastapp", APPLICATION, "an application")
    unique, linked = (_matching(fields, each, UNIQUEID, "a uniqueid") for each in ("uniqueid", "linkedid"))
    sequence, has_did = _sequence(fields), bool(fields.maybe_string("did"))
    exchange.drift.tell(fields, _LEFT, usual=usual)
    if talk > duration:
        raise UnreadableError("more seconds of talk than the call has")
    if is_numbered and talk and status != "answered":
        raise UnreadableError("field 'disposition' has a number of an older Asterisk: export it as a word")
    direction = direction_of(caller or number, called, context, exchange, has_did=has_did)
    shown = (caller or number) if direction != "outbound" else called
    party, reason = ([], "internal") if direction == "internal" else ends.party_of(shown)
    if direction == "inbound" and reason is None:  # the name is what the caller's phone, or their network, sends along
        party = known(*party, claimed_name(name, number))
    leg = LEG.join([called, peer, application, moment.isoformat(), str(duration), str(talk), status])
    if unique:
        ref = leg_ref(unique, sequence or told_by(leg), exchange, is_later=is_later(unique, moment))
    else:
        ref = hashed_ref(source.name, channel, moment, caller, leg)
    agent = peer_of(peer) if direction == "inbound" else peer_of(channel)
    return Interaction(
        source=source.name,
        source_ref=ref,
        conversation_ref=linked or unique or ref,
        channel="voice",
        direction=direction,
        occurred_at=moment,
        file=ends.file,
        position=at,
        party=party if reason is None else [],
        party_ref=shown,
        agent_ref=agent,
        status=status,
        duration_seconds=float(talk),
        reason=reason,
        source_metadata=metadata_of(round(duration - talk), application, called if direction == "inbound" else "", doubt),
    )


def direction_of(caller: str, called: str, context: str, exchange: Exchange, *, has_did: bool | None = None) -> Direction:
    """Say which way a call went: by our own numbers, else by the context in which it was dialled.

    Args:
        has_did: whether it came over a route from outside, of which FreePBX keeps the number that was dialled: told by
            nothing else, it came in. None where that is not looked at.

    Raises:
        UnreadableError: neither tells.
    """
    own = exchange.ends.own
    caller_is_ours, called_is_ours = own.is_ref(caller), own.is_ref(called)
    if caller_is_ours or called_is_ours:
        if caller_is_ours and (called_is_ours or EXTENSION.fullmatch(called)):
            return "internal"
        if called_is_ours and _is_in(context, _FROM_INSIDE) and caller and EXTENSION.fullmatch(caller):
            return "internal"
        return "outbound" if caller_is_ours else "inbound"
    if _is_in(context, _FROM_OUTSIDE):
        return "inbound"
    if _is_in(context, _COME) and EXTENSION.fullmatch(called):
        if not caller or not EXTENSION.fullmatch(caller):
            return "inbound"
        if has_did is False:
            return "internal"
    if not _is_in(context, _FROM_INSIDE):
        if has_did:
            return "inbound"
        raise _open("a context of the dialplan that we do not know", exchange)
    if not EXTENSION.fullmatch(called):
        return "outbound"
    if EXTENSION.fullmatch(caller):
        return "internal"
    if has_did:
        return "inbound"
    raise _open("a call between an extension and a number that may be ours or not", exchange)


def _open(what: str, exchange: Exchange) -> UnreadableError:
    return UnreadableError(f"{what}: list our numbers and extensions in sources.{exchange.ends.source.name}.own")


def _is_in(context: str, known_contexts: tuple[str, ...]) -> bool:
    return any(context == each or context.startswith(f"{each}-") for each in known_contexts)


def _matching(fields: Fields, name: str, pattern: re.Pattern[str], words: str) -> str:
    """Take a text that may be empty and else has to look like what it is."""
    value = (fields.maybe_string(name) or "").strip()
    if value and not pattern.fullmatch(value):
        raise UnreadableError(f"field {name!r} is not {words}")
    return value


def _moment(fields: Fields, zone: ZoneInfo) -> tuple[datetime, str | None]:
    name = "calldate" if "calldate" in fields.names else "start"
    value = fields.maybe_string(name) or ""
    try:
        found = parse_instant(value if STAMP.fullmatch(value) else "", zone)
    except UnreadableError:
        raise UnreadableError(f"field {name!r} is not a time") from None
    if name == "calldate":
        fields.maybe_string("start")
    return found


def _seconds(fields: Fields, name: str) -> int | float:
    value = fields.maybe_string(name) or ""
    if not _AMOUNT.fullmatch(value):
        raise UnreadableError(f"field {name!r} is no number of seconds")
    seconds = float(value)
    return int(seconds) if seconds.is_integer() else seconds  # of a whole number, "5.0000" is another writing


def _sequence(fields: Fields) -> str:
    value = fields.maybe_string("sequence") or ""
    if value and not (value.isascii() and value.isdigit()):
        raise UnreadableError("field 'sequence' is no whole number")
    return value


def caller_id(clid: str) -> tuple[str, str]:
    """Return the name and the number of a caller ID: ``"Ann Archer" <07700900123>``, or either alone."""
    match = _CALLER.fullmatch(clid)
    if match:
        return re.sub(r"\\(.)", r"\1", match[1] or match[2] or ""), match[3].strip()
    if "<" in clid or ">" in clid or "[" in clid:
        raise UnreadableError("field 'clid' is no caller ID")
    alone = clid.strip().strip('"')
    return ("", alone) if NUMBER.fullmatch(alone) and not any(c.isalpha() for c in alone) else (alone, "")


def claimed_name(shown: str, number: str) -> Identifier | None:
    """Return the name that a caller ID claims; None where it shows none."""
    return None if shown == number else caller_name(shown)


def peer_of(channel: str) -> str | None:
    """Return the extension that a channel belongs to: of ``PJSIP/101-0000001b``, ``101``."""
    match = PEER.fullmatch(channel)
    return match[1] if match else None


def told_by(leg: str) -> str:
    """Return what tells a leg from others of its channel where the exchange gives it no number."""
    return sha256(leg.encode("utf-8", "replace")).hexdigest()[:8]


def leg_ref(unique: str, told: str, exchange: Exchange, *, is_later: bool) -> str:
    """Return the id of a leg: the channel's ``uniqueid`` for its first, and for others what tells them from it as well.

    That is the leg's number where the exchange writes it. Of two nights' files each may have one of a call's legs: a
    ``uniqueid`` begins with the second in which its channel was made, so that a leg which began later is no first one,
    even where it stands alone. Rows that are alike in all of this are one leg, written twice: what stands in
    ``Master.csv`` stands in its account's file again.
    """
    is_first = not is_later and exchange.first_leg(unique, told) == told
    return unique if is_first else f"{unique}/{told}"


def is_later(unique: str, moment: datetime) -> bool:
    """Say whether a leg began later than its channel was made, within the day: it is not the channel's first."""
    made = MADE.search(unique)
    return made is not None and int(moment.timestamp()) - int(made["made"]) in LATER


def metadata_of(ringing: int, application: str, dialled: str, doubt: str | None) -> dict[str, Any]:
    """Return what only a call log tells: how long it rang, whether the voicemail took it, which number was dialled."""
    told = {
        "ring_seconds": ringing or None,
        "voicemail": True if application.lower() == "voicemail" else None,
        "our_number": dialled or None,
        "local_time": doubt,
    }
    return {name: value for name, value in told.items() if value is not None}
