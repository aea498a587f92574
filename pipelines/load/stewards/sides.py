"""A side of a pair, as a steward names it and as a steward sees it."""

import re
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.resolve.judgements import RecordKey
from pipelines.resolve.relations import arrow

# What an identity shows, in the order in which people compare it, with the words for it.
SHOWN = {
    "full_name": "name", "emails": "mail", "phones": "phone", "accounts": "account", "handles": "handle",
    "crm_ids": "CRM row", "date_of_birth": "born", "street": "street", "postcode": "postcode", "city": "city",
    "company": "company", "refs": "order numbers", "contested_emails": "shared mailbox", "contested_phones": "shared phone",
    "claimed_emails": "mail, typed", "claimed_phones": "phone, typed",
}  # fmt: skip
MESSAGES = 3  # of each side that are shown


@dataclass(frozen=True)
class Anchor:
    """Where a judgement takes hold: a record, the identity that shows it and the customer it is of."""

    record: RecordKey
    identity_id: str
    customer_id: str


@dataclass(frozen=True)
class Message:
    """A message of a side, as people recognise one another by it."""

    at: str
    channel: str
    direction: str
    text: str


@dataclass(frozen=True)
class Side:
    """One side of a pair.

    Attributes:
        shows: what the identity shows, by the words for it, each a list of values.
        records: how many records show the identity; ``sources`` in which, ``first_at`` and ``last_at`` when.
        also: what the rest of its customer shows that the identity does not.
        messages: its latest.
    """

    identity_id: str
    customer_id: str
    shows: dict[str, list[str]]
    records: int
    sources: list[str]
    first_at: str | None
    last_at: str | None
    also: dict[str, list[str]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


def anchor_of(con: duckdb.DuckDBPyConnection, side: str, what: str = "the side") -> Anchor:
    """Return what a side stands for.

    Args:
        side: a customer id (also an old one), ``source:source_ref`` of a record, or an identity id. Of a customer or an
            identity it is the record that founds it: the first by night, then by time.
        what: what the error calls it ("the second side"): a ``source_ref`` may be an address, and is not said again.

    Raises:
        ConfigurationError: it is not in the version, or nobody stands behind it.
    """
    where, values = _condition(side)
    rows = con.execute(f"{_FOUNDER} WHERE {where} {_FIRST}", values).fetchall()
    if not rows:
        raise ConfigurationError(
            f"{what} is not in the version in use, or nobody stands behind it; write a customer id (c…), "
            "source:source_ref of a record, or an identity id, as golden.membership has them"
        )
    return _anchor(rows[0])


def _anchor(row: tuple[Any, ...]) -> Anchor:
    *record, identity_id, customer_id = row
    return Anchor(RecordKey(*record), identity_id, customer_id)


_FOUNDER = """
    SELECT member.record_kind, member.source, member.source_ref, member.identity_id, member.customer_id
    FROM golden.membership AS member
    LEFT JOIN golden.interaction AS message
        ON
            member.record_kind = 'interaction'
            AND member.source = message.source
            AND member.source_ref = message.source_ref
"""
_ORDER = "ORDER BY member.night, message.occurred_at NULLS LAST, member.record_kind, member.source, member.source_ref"
_FIRST = f"AND member.customer_id IS NOT NULL {_ORDER} LIMIT 1"
_LIVING = "member.customer_id = (SELECT current_customer_id FROM golden.crosswalk WHERE customer_id = $customer)"


def anchors_of(con: duckdb.DuckDBPyConnection, customer_id: str) -> list[Anchor]:
    """Return one anchor for each identity of a customer, the customer's founder first: see ``anchor_of``."""
    rows = con.execute(f"{_FOUNDER} WHERE member.customer_id = $customer {_ORDER}", {"customer": customer_id}).fetchall()
    first: dict[str, Anchor] = {}
    for anchor in map(_anchor, rows):
        first.setdefault(anchor.identity_id, anchor)
    return list(first.values())


def _condition(side: str) -> tuple[str, dict[str, Any]]:
    source, colon, source_ref = side.partition(":")
    if colon:
        return "member.source = $source AND member.source_ref = $source_ref", {"source": source, "source_ref": source_ref}
    if re.fullmatch(r"c[0-9a-f]{16}", side):
        return _LIVING, {"customer": side}
    return "member.identity_id = $identity", {"identity": side}


def anchor_of_rest(con: duckdb.DuckDBPyConnection, customer_id: str, apart: list[str]) -> Anchor:
    """Return the founder of what a customer is without the identities ``apart``.

    Raises:
        ConfigurationError: nothing would be left.
    """
    where = "member.customer_id = $customer AND NOT list_contains($apart, member.identity_id)"
    rows = con.execute(f"{_FOUNDER} WHERE {where} {_FIRST}", {"customer": customer_id, "apart": apart}).fetchall()
    if not rows:
        raise ConfigurationError("these are all identities of the customer: name only those that are somebody else's")
    return _anchor(rows[0])


def read_side(con: duckdb.DuckDBPyConnection, identity_id: str) -> Side:
    """Return what a steward sees of an identity."""
    columns = ", ".join(SHOWN)
    select = f"SELECT identity_id, customer_id, record_count, {columns} FROM meta.identity"
    row = arrow(con, f"{select} WHERE identity_id = '{_safe(identity_id)}'").to_pylist()[0]
    rest = arrow(
        con,
        f"{select} WHERE customer_id = '{_safe(row['customer_id'])}' AND identity_id != '{_safe(identity_id)}'"
        " ORDER BY record_count DESC, identity_id",
    ).to_pylist()
    shows = _shown([row])
    also = {word: [v for v in values if v not in shows.get(word, [])] for word, values in _shown(rest).items()}
    sources, first_at, last_at = con.execute(_SEEN, {"identity": identity_id}).fetchall()[0]
    messages = [Message(*told) for told in con.execute(_MESSAGES, {"identity": identity_id, "most": MESSAGES}).fetchall()]
    return Side(
        identity_id, row["customer_id"], shows, row["record_count"], sources, first_at, last_at,
        {word: values for word, values in also.items() if values}, messages,
    )  # fmt: skip


def _safe(name: str) -> str:
    if not name.isalnum():
        raise ConfigurationError("an id is letters and digits; golden.membership has those of records")
    return name


def _shown(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the values of identities by the words for them, each once, in their order."""
    found: dict[str, list[str]] = {}
    for column, word in SHOWN.items():
        listed = [value for row in rows for value in (row[column] if isinstance(row[column], list) else [row[column]])]
        if values := list(dict.fromkeys(value for value in listed if value)):
            found[word] = values
    return found


_SEEN = """
    SELECT
        list(DISTINCT member.source ORDER BY member.source),
        strftime(min(message.occurred_at), '%Y-%m-%d %H:%M'),
        strftime(max(message.occurred_at), '%Y-%m-%d %H:%M')
    FROM golden.membership AS member
    LEFT JOIN golden.interaction AS message
        ON
            member.record_kind = 'interaction'
            AND member.source = message.source
            AND member.source_ref = message.source_ref
    WHERE member.identity_id = $identity
"""
_MESSAGES = """
    SELECT
        strftime(message.occurred_at, '%Y-%m-%d %H:%M'), message.channel, message.direction,
        concat_ws(': ', nullif(message.subject, ''), message.text)
    FROM golden.membership AS member
    INNER JOIN golden.interaction AS message ON member.source = message.source AND member.source_ref = message.source_ref
    WHERE member.identity_id = $identity AND member.record_kind = 'interaction'
    ORDER BY message.direction != 'inbound', message.occurred_at DESC, message.source, message.source_ref
    LIMIT $most
"""
