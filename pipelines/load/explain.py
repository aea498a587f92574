"""Explain a customer: where each value comes from, what they wrote where, and why these records are one person."""

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.load.query import open_read_only, plain
from pipelines.load.versions import current_file
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
    any_value(identity.emails), any_value(identity.phones), any_value(identity.handles)
FROM golden.membership AS membership
LEFT JOIN meta.identity AS identity ON membership.identity_id = identity.identity_id
WHERE membership.customer_id = $customer GROUP BY membership.identity_id ORDER BY count(*) DESC, membership.identity_id
"""
LINKS = """
SELECT edge.identity_l, edge.identity_r, edge.match_weight, edge.match_probability, edge.rule
FROM meta.edge AS edge
INNER JOIN meta.identity AS l ON edge.identity_l = l.identity_id
INNER JOIN meta.identity AS r ON edge.identity_r = r.identity_id
WHERE l.customer_id = $customer AND r.customer_id = $customer AND edge.is_link
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
    """One distinct tuple of identifiers, and how many of the customer's records carry it."""

    identity_id: str
    records: int
    sources: list[str]
    name: str | None
    emails: list[str]
    phones: list[str]
    handles: list[str]


@dataclass(frozen=True)
class Link:
    """One link that holds identities together: its weight in bits, its probability, and the rule that let the pair in."""

    identity_l: str
    identity_r: str
    match_weight: float
    match_probability: float
    rule: str


@dataclass(frozen=True)
class CustomerExplanation:
    """Everything there is to say about a customer.

    Attributes:
        asked_id, customer_id: the id that was asked for, and the one that answers for it now (None: forgotten).
        since, cause: of the crosswalk's entry: when it last changed and why.
        links: the strongest links that together hold the identities in one piece, the weakest of them first; where
            copies of one identity or a steward hold it together there are fewer.
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
    links: list[Link]

    @property
    def weakest_link(self) -> Link | None:
        """The link without which the customer falls apart most easily."""
        return self.links[0] if self.links else None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        weakest = asdict(self.weakest_link) if self.weakest_link else None
        document: dict[str, Any] = plain(asdict(self) | {"weakest_link": weakest})
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
        return _explain(con, path.parent.name, customer_id, current_id, since, cause)


def _explain(
    con: duckdb.DuckDBPyConnection, version: str, asked_id: str, current_id: str | None, since: date, cause: str
) -> CustomerExplanation:
    asked = {"customer": current_id}
    rows = con.execute(CUSTOMER, asked).fetchall()
    confidence, profiles = rows[0] if rows else (None, 0)
    identities = [
        IdentityPart(identity, records, sources, name, emails or [], phones or [], handles or [])
        for identity, records, sources, name, emails, phones, handles in con.execute(IDENTITIES, asked).fetchall()
    ]
    story = [Event(*line) for line in con.execute(STORY, asked).fetchall()]
    return CustomerExplanation(
        version, asked_id, current_id, since, cause, confidence,
        values=[Value(*line) for line in con.execute(VALUES, asked).fetchall()],
        channels=[ChannelUse(*line) for line in con.execute(CHANNELS, asked).fetchall()],
        profiles=profiles, story=story, identities=identities,
        links=holding_links([Link(*line) for line in con.execute(LINKS, asked).fetchall()]),
    )  # fmt: skip


def holding_links(links: list[Link]) -> list[Link]:
    """Return the strongest links that connect all that the links connect (a maximum spanning tree), the weakest first."""
    parent: dict[str, str] = {}

    def root(identity: str) -> str:
        while parent.setdefault(identity, identity) != identity:
            parent[identity] = identity = parent[parent[identity]]
        return identity

    kept = []
    for link in sorted(links, key=lambda link: (-link.match_weight, link.identity_l, link.identity_r)):
        left, right = root(link.identity_l), root(link.identity_r)
        if left != right:
            parent[left] = right
            kept.append(link)
    return kept[::-1]


def shortened(text: str, characters: int = TEXT) -> str:
    """Return the text on one line, cut at a word where it is long."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    return line[:characters].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
