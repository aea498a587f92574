"""Texts and calls that an app keeps in a mailbox, one a mail: SMS Backup+ (Android), told by its headers ``X-smssync-…``.

The app puts them there itself, so that no server has handed them on: in a mail that came over one, whoever sent it wrote
these headers. Where they are believed, nobody vouches for them still: whom they name is unproven. The mail's From and To
have addresses that the app made of numbers, or that the contact has besides.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.contract import Attachment, Direction, Identifier, Interaction
from pipelines.extract.parts.mail.headers import Headers
from pipelines.extract.parts.sms_backup.calls import TYPES as CALLS
from pipelines.extract.parts.sms_backup.messages import Text, interaction_of, others_of
from pipelines.extract.parts.sms_backup.records import Phone
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import known
from pipelines.extract.values.instants import epoch_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

_TYPE, _KIND, _ADDRESS, _DATE = (f"x-smssync-{name}" for name in ("type", "datatype", "address", "date"))
_TEXTS = frozenset({"", "SMS", "MMS"})  # older versions do not say, and kept nothing else
_CALL = "CALLLOG"
DRAFT = "3"
# Android's numbers for a text's box and, of an MMS, for what was sent or received (OMA MMS encapsulation).
_WAYS: dict[str, tuple[Direction, str]] = {
    **dict.fromkeys(("1", "130", "132"), ("inbound", "received")),
    **dict.fromkeys(("2", "128", "135"), ("outbound", "sent")),
    "4": ("outbound", "outbox"), "5": ("outbound", "failed"), "6": ("outbound", "queued"),
}  # fmt: skip
_APART = re.compile("[~;,|]")
_SECONDS_BELOW = 10**11  # a smaller number of the epoch counts seconds


@dataclass(frozen=True, slots=True)
class Synced:
    """What a mail holds of a text or call, beside its headers."""

    ref: str
    text: str
    attachments: list[Attachment]
    names: dict[Direction, str]  # who From and To are called
    file: str
    position: str


def is_synced(headers: Headers) -> bool:
    """Say whether a mail is a text or call that the app put into the mailbox."""
    return headers.first(_TYPE) != "" and not headers.is_handed_on()


def is_draft(headers: Headers) -> bool:
    """Say whether it is one that nobody sent."""
    return headers.first(_TYPE) == DRAFT and headers.first(_KIND) in _TEXTS


def moment_of(headers: Headers) -> datetime | None:
    """Return when the phone says that it was; None where it does not."""
    told = headers.first(_DATE)
    if not (told.isascii() and told.isdigit() and len(told) <= 16):
        return None
    return epoch_instant(int(told) * (1 if int(told) >= _SECONDS_BELOW else 1_000))


def interaction_in(synced: Synced, headers: Headers, moment: datetime, source: Source, issues: Issues) -> Interaction:
    """Map a text or call; UnreadableError where it is not what we know."""
    record = _interaction_in(synced, headers, moment, source, issues)
    return replace(
        record, party=[each if each.evidence == "claimed" else identifiers.unproven(each) for each in record.party]
    )


def _interaction_in(synced: Synced, headers: Headers, moment: datetime, source: Source, issues: Issues) -> Interaction:
    phone = Phone.of(synced.file, source, issues)
    kind, number = headers.first(_KIND), headers.first(_TYPE)
    addresses = [one_line(each) for each in _APART.split(headers.text(_ADDRESS)) if each.strip()]
    if kind == _CALL:
        return _call(synced, number, "".join(addresses[:1]), moment, phone)
    if kind not in _TEXTS or number not in _WAYS:
        raise UnreadableError("a header 'X-smssync-type' or 'X-smssync-datatype' with a value we do not know")
    direction, status = _WAYS[number]
    others = others_of(addresses, phone)
    said = Text(
        direction=direction,
        status=status,
        moment=moment,
        text=synced.text,
        others=others,
        sender=others[0] if direction == "inbound" and len(others) == 1 else "",
        contact=_contact(synced.names[direction], source),
        attachments=synced.attachments,
    )
    return interaction_of(said, phone, synced.position, synced.ref)


def _call(synced: Synced, number: str, address: str, moment: datetime, phone: Phone) -> Interaction:
    if number not in CALLS:
        raise UnreadableError("a header 'X-smssync-type' with a call of a kind we do not know")
    direction, status = CALLS[number]
    party, reason = phone.ends.party_of(address)
    return Interaction(
        source=phone.ends.source.name,
        source_ref=synced.ref,
        conversation_ref=synced.ref,
        channel="voice",
        direction=direction,
        occurred_at=moment,
        file=synced.file,
        position=synced.position,
        party=known(*party, _contact(synced.names[direction], phone.ends.source)) if reason is None else [],
        party_ref=address,
        status=status,
        reason=reason,
    )


def _contact(shown: str, source: Source) -> Identifier | None:
    """Return the name that the phone's address book has; where it has none, the app writes the number."""
    is_number = identifiers.normalise_phone(one_line(shown), source.region) is not None or not any(map(str.isalpha, shown))
    return None if is_number or "@" in shown else identifiers.name(shown, "reference")
