"""The shapes that every source is turned into, and the rules for their ids. See docs/data-dictionary.md for the tables."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Channel = Literal["email", "chat", "social", "sms", "voice", "crm"]
CONSENT_CHANNELS = ("chat", "email", "sms", "social", "voice")  # on which people are written to or called
Direction = Literal["inbound", "outbound", "internal"]
Evidence = Literal["channel", "reference", "claimed"]

# How a person is recognised. Scope is the issuer where a value means nothing without one:
# a handle on X is not one on Instagram, a CRM id belongs to its CRM.
KINDS = (
    "email", "phone", "handle", "account", "visitor", "crm_id", "name", "date_of_birth", "address", "company", "reference",
    # the parts that a reference row tells apart; a whole name or address is also given as ``name`` and ``address``
    "given_name", "middle_name", "family_name", "street", "city", "postcode", "country",
)  # fmt: skip

# Why a record has no customer (``Interaction.reason``); NULL where there is a person to find.
REASONS = (
    "auto_reply",
    "bounce",
    "newsletter",
    "no_reply",
    "spam",
    "bot",
    "internal",
    "own_address",
    "short_code",
    "group",
    "no_identifier",
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One way to recognise someone, as one record shows it.

    Attributes:
        kind: one of ``KINDS``.
        scope: the issuer ("x", "messenger", a source's name); empty where the value is unique in the world.
        value: normalised (see ``pipelines.extract.values.identifiers``); never empty.
        evidence: ``channel`` the channel delivered it, ``reference`` our own records, ``claimed`` somebody typed it.
        seen_at: the instant it was seen in use, UTC; None means the record's own time.
        is_verified: False where the channel delivered it without a proof (a mail without authentication results, an
            address that the helpdesk never verified): weaker than ``channel`` with one, more than ``claimed``.
    """

    kind: str
    scope: str
    value: str
    evidence: Evidence
    seen_at: datetime | None = None
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class ConsentSignal:
    """One yes or no, as a record carries it: to one contact point, or (value empty) to all of the person's in the channel.

    Attributes:
        channel: the channel that may or may not be used.
        purpose: "marketing" or "service".
        allowed: yes or no.
        value: the contact point it was said for (a normalised address or number), or "".
    """

    channel: str
    purpose: str
    allowed: bool
    value: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message: its name, size in bytes, and sha256 in hex (empty where the export leaves it out)."""

    name: str
    size: int | None
    sha256: str


@dataclass(slots=True)
class Interaction:
    """One message, call or post.

    Attributes:
        source, source_ref: the name in sources.yml; the source's own id, or ``hashed_ref`` where the format has none.
        conversation_ref: the thread, as the source names it.
        occurred_at: an instant with a zone.
        party: the outside person's identifiers, whichever way the message went; empty where nobody is there.
        party_ref: that person as the source shows it: a name, address, number or handle.
        reason: why there is no customer behind it, one of ``REASONS``; None where there is one.
        text: what the person wrote; ``quoted_text`` and ``signature`` are what was set apart from it.
        file, position: below the inbox; "line 12", "message 4", "row 7": where a person finds it again.
        updated_at: when the source last changed the record, where its exports tell: of two versions the later one counts,
            whenever it was delivered. No part of what the record says (two that differ in it alone are one).
    """

    source: str
    source_ref: str
    conversation_ref: str
    channel: Channel
    direction: Direction
    occurred_at: datetime
    file: str
    position: str
    is_public: bool = False
    party: list[Identifier] = field(default_factory=list)
    party_ref: str = ""
    agent_ref: str | None = None
    team: str | None = None
    subject: str | None = None
    text: str = ""
    quoted_text: str | None = None
    signature: str | None = None
    in_reply_to_ref: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    topic: str | None = None
    status: str | None = None
    duration_seconds: float | None = None
    consent: list[ConsentSignal] = field(default_factory=list)
    reason: str | None = None
    source_metadata: dict[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(slots=True)
class Profile:
    """One reference row about a person (CRM, a helpdesk's users).

    Attributes:
        source_ref: the source's own id of the row.
        updated_at: when the source last changed it, UTC; None means the end of the night that first said what it says.
        identifiers: everything the row says, one identifier a value, evidence ``reference``.
        reason: why it is no person (our own staff), one of ``REASONS``; None where it is one.
    """

    source: str
    source_ref: str
    file: str
    position: str
    updated_at: datetime | None = None
    identifiers: list[Identifier] = field(default_factory=list)
    consent: list[ConsentSignal] = field(default_factory=list)
    reason: str | None = None
    source_metadata: dict[str, Any] = field(default_factory=dict)


Record = Interaction | Profile


def hashed_ref(source: str, thread: str, occurred_at: datetime, author: str, text: str, nth: int = 0) -> str:
    """Return the ``source_ref`` of a message that its format gives no id.

    Args:
        source, thread, author, text: as the source shows them, before any clean-up beyond decoding.
        occurred_at: the instant; second precision is hashed.
        nth: 0 for the first message with all of these alike in its thread, 1 for the next, and so on.

    Returns:
        24 hex digits of sha256.
    """
    instant = occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = json.dumps([source, thread, instant, author, text, nth], ensure_ascii=False)
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:24]
