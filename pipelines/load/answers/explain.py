"""Explain a customer: where each value comes from, what they wrote where, and why these records are one person."""

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.answers.holding import Holding, Link, holding_of
from pipelines.load.answers.query import open_read_only, plain
from pipelines.load.versions.published import current_file
from pipelines.resolve.lookup import quoted
from pipelines.resolve.relations import has_table
from pipelines.settings import Home

TEXT = 100  # characters of a message that a story shows

CUSTOMER = "SELECT confidence, profile_count FROM golden.customer WHERE customer_id = $customer"
VALUES = """
SELECT lineage.attribute, lineage.value, lineage.rule, lineage.evidence, lineage.source, lineage.source_ref, lineage.file,
    lineage.position, lineage.candidates,
    list_filter(coalesce(other.found, []), LAMBDA found: found != lineage.value)[:5] AS others
FROM golden.lineage AS lineage
LEFT JOIN (
    SELECT kind, list(value ORDER BY last_seen_at DESC, value) AS found FROM golden.identifier
    WHERE customer_id = $customer GROUP BY kind
) AS other ON lineage.kind = other.kind
WHERE lineage.customer_id = $customer
ORDER BY list_position(
    ['full_name', 'given_name', 'family_name', 'email', 'phone', 'handle', 'date_of_birth', 'street', 'city', 'postcode',
     'country', 'company'], lineage.attribute), lineage.attribute
"""
CHANNELS = """
SELECT channel, string_agg(DISTINCT source, ', ' ORDER BY source), count(*),
    count(*) FILTER (WHERE direction = 'inbound'), min(occurred_at), max(occurred_at)
FROM golden.interaction WHERE customer_id = $customer GROUP BY channel ORDER BY count(*) DESC, channel
"""
STORY = """
SELECT occurred_at, channel, source, source_ref, direction, is_public, subject, text, conversation_id, enquiry_id,
    duplicate_of, coalesce(channel != lag(channel) OVER by_time, FALSE) AS is_switch
FROM golden.interaction WHERE customer_id = $customer
WINDOW by_time AS (ORDER BY occurred_at, source, source_ref)
ORDER BY occurred_at, source, source_ref
"""
IDENTITIES = """
SELECT membership.identity_id, count(*), list_sort(list(DISTINCT membership.source)), any_value(identity.full_name),
    any_value(identity.emails), any_value(identity.phones), any_value(identity.handles),
    list_sort(list(DISTINCT interaction.channel) FILTER (WHERE interaction.channel IS NOT NULL)),
    min(interaction.occurred_at), max(interaction.occurred_at)
FROM golden.membership AS membership
LEFT JOIN meta.identity AS identity ON membership.identity_id = identity.identity_id
LEFT JOIN golden.interaction AS interaction
    ON membership.record_kind = 'interaction' AND membership.source = interaction.source
    AND membership.source_ref = interaction.source_ref
WHERE membership.customer_id = $customer GROUP BY membership.identity_id ORDER BY count(*) DESC, membership.identity_id
"""
SEEN = """
SELECT identity_id, min(first_seen_at), max(last_seen_at) FROM meta.identity_identifier
WHERE identity_id IN ({identities}) GROUP BY identity_id
"""
HOUSEHOLDS = """
SELECT household.household_id, household.kind, household.member_count, household.identifier_kind,
    household.identifier_value, household.first_seen_at, household.last_seen_at,
    list([other.customer_id, customer.full_name] ORDER BY other.customer_id) AS others
FROM golden.household AS household
INNER JOIN golden.household AS other
    ON household.household_id = other.household_id AND household.customer_id != other.customer_id
INNER JOIN golden.customer AS customer ON other.customer_id = customer.customer_id
WHERE household.customer_id = $customer
GROUP BY ALL ORDER BY household.kind, household.household_id
"""


@dataclass(frozen=True)
class Value:
    """A surviving value: the rule that chose it, the record, file and position it came from, and what it was chosen over.

    Attributes:
        candidates: how many different values there were, this one included.
        others: the other values of its kind that the customer carries, the latest first, five at most.
    """

    attribute: str
    value: str
    rule: str
    evidence: str
    source: str
    source_ref: str
    file: str
    position: str
    candidates: int
    others: list[str]


@dataclass(frozen=True)
class ChannelUse:
    """What the customer did in one channel."""

    channel: str
    sources: str
    interactions: int
    inbound: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Event:
    """One interaction of the story; ``is_switch`` where it came by another channel than the one before it."""

    occurred_at: datetime
    channel: str
    source: str
    source_ref: str
    direction: str
    is_public: bool
    subject: str | None
    text: str
    conversation_id: str
    enquiry_id: str | None
    duplicate_of: str | None
    is_switch: bool


@dataclass(frozen=True)
class IdentityPart:
    """One distinct tuple of identifiers, how many of the customer's records carry it, and when it was in use.

    Attributes:
        channels: in which it was met; empty for a row of our own records.
    """

    identity_id: str
    records: int
    sources: list[str]
    name: str | None
    emails: list[str]
    phones: list[str]
    handles: list[str]
    channels: list[str]
    first_seen_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Member:
    """Another member of a household, with the name it goes by, if any."""

    customer_id: str
    name: str | None


@dataclass(frozen=True)
class Household:
    """A household or organisation of the customer's: what ties them to it, and the other members."""

    household_id: str
    kind: str
    member_count: int
    identifier_kind: str
    identifier_value: str
    first_seen_at: datetime
    last_seen_at: datetime
    others: list[Member]


@dataclass(frozen=True)
class CustomerExplanation:
    """Everything there is to say about a customer.

    Attributes:
        asked_id, customer_id: the id that was asked for, and the one that answers for it now (None: forgotten).
        since, cause: of the crosswalk's entry: when it last changed and why.
        holding: how the identities hang together; see ``holding.Holding``.
        households: whom the customer belongs together with without being one person.
    """

    version: str
    asked_id: str
    customer_id: str | None
    since: date
    cause: str
    confidence: float | None
    values: list[Value]
    channels: list[ChannelUse]
    profiles: int
    story: list[Event]
    identities: list[IdentityPart]
    holding: Holding
    households: list[Household]

    @property
    def links(self) -> list[Link]:
        """The strongest links that together hold the identities in one piece, the weakest of them first."""
        return self.holding.links

    @property
    def weakest_link(self) -> Link | None:
        """The link without which the customer falls apart most easily."""
        return self.links[0] if self.links else None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        told = asdict(self)
        holding = told.pop("holding")
        weakest = holding["links"][0] if holding["links"] else None
        document: dict[str, Any] = plain(told | holding | {"weakest_link": weakest})
        return document


def explain_customer(home: Home, customer_id: str) -> CustomerExplanation:
    """Explain the customer that answers for ``customer_id``, an id of today or of any earlier version.

    Raises:
        ConfigurationError: nothing is published yet, or no version ever had such an id.
    """
    path = current_file(home)
    with open_read_only(path) as con:
        found = con.execute(
            "SELECT current_customer_id, since, cause FROM golden.crosswalk WHERE customer_id = $customer",
            {"customer": customer_id},
        ).fetchall()
        if not found:
            shown = repr(customer_id) if re.fullmatch(r"c[0-9a-f]{1,32}", customer_id) else "of that id"
            raise ConfigurationError(f"no customer {shown} in {path.parent.name} or before it; an id is c and 16 hex digits")
        current_id, since, cause = found[0]
        return _explain(con, home, path.parent.name, customer_id, current_id, since, cause)


def _explain(
    con: duckdb.DuckDBPyConnection, home: Home, version: str, asked_id: str, current_id: str | None, since: date, cause: str
) -> CustomerExplanation:
    asked = {"customer": current_id}
    rows = con.execute(CUSTOMER, asked).fetchall()
    confidence, profiles = rows[0] if rows else (None, 0)
    identities = _identities(con, asked)
    story = [Event(*line) for line in con.execute(STORY, asked).fetchall()]
    return CustomerExplanation(
        version, asked_id, current_id, since, cause, confidence,
        values=[Value(*line) for line in con.execute(VALUES, asked).fetchall()],
        channels=[ChannelUse(*line) for line in con.execute(CHANNELS, asked).fetchall()],
        profiles=profiles, story=story, identities=identities,
        holding=holding_of(con, home, current_id, [part.identity_id for part in identities]) if current_id else Holding(),
        households=_households(con, asked),
    )  # fmt: skip


def _identities(con: duckdb.DuckDBPyConnection, asked: dict[str, str | None]) -> list[IdentityPart]:
    rows = con.execute(IDENTITIES, asked).fetchall()
    seen: dict[str, tuple[datetime, datetime]] = {}
    if rows and has_table(con, "meta", "identity_identifier"):
        listed = quoted(row[0] for row in rows)
        seen = {row[0]: row[1:] for row in con.execute(SEEN.format(identities=listed)).fetchall()}
    return [
        IdentityPart(
            identity, records, sources, name, emails or [], phones or [], handles or [], channels or [],
            *seen.get(identity, (first, last)),
        )
        for identity, records, sources, name, emails, phones, handles, channels, first, last in rows
    ]  # fmt: skip


def _households(con: duckdb.DuckDBPyConnection, asked: dict[str, str | None]) -> list[Household]:
    if not has_table(con, "golden", "household"):  # a version of before there were any
        return []
    rows = con.execute(HOUSEHOLDS, asked).fetchall()
    return [
        Household(household, kind, size, what, value, first, last, [Member(*other) for other in others])
        for household, kind, size, what, value, first, last, others in rows
    ]


def shortened(text: str, characters: int = TEXT) -> str:
    """Return the text on one line, cut at a word where it is long."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    return line[:characters].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
