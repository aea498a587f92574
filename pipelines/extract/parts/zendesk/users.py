"""Zendesk's users: the side file that says who an author is, and what of it identifies a ticket's requester."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pipelines.contract import Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.record_times import maybe_instant
from pipelines.settings import Source

Role = Literal["end-user", "agent", "admin"]
_ROLES: dict[str, Role] = {"end-user": "end-user", "agent": "agent", "admin": "admin"}
_USUAL = names("email name phone updated_at verified")
_LEFT = names("""
    active alias chat_only created_at custom_role_id default_group_id details external_id iana_time_zone is_billing_admin
    last_login_at locale locale_id moderator notes only_private_comments organization_id permanently_deleted photo
    remote_photo_url report_csv restricted_agent role_type shared shared_agent shared_phone_number signature suspended tags
    ticket_restriction time_zone two_factor_auth_enabled url user_fields
""")
IN_MESSAGING = "(?:web|ios|android) user(?: [0-9a-f]{24})?"
# What Zendesk itself calls somebody who gave no name, or is gone: Caller +49 171 2345678, Visitor 12345678, and in
# messaging Web User 6a27d07ec70c5f1aa576a17b, after the program they write in.
_GIVEN_BY_ZENDESK = re.compile(
    r"(?:caller|visitor|anrufer|besucher|appelant|visiteur|visitante)\s+[+(]?\d[\d\s().-]*|permanently deleted user"
    rf"|{IN_MESSAGING}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class User:
    """One user of the helpdesk.

    Attributes:
        user_ref: the helpdesk's id.
        verified: whether Zendesk has seen proof of one of the user's addresses.
        updated_at: of two rows of one user, the later counts.
    """

    user_ref: str
    role: Role
    name: str
    email: str
    phone: str
    verified: bool
    updated_at: datetime | None = None


def is_user(record: Any) -> bool:
    """Say whether a record of an export is a user's row."""
    return isinstance(record, dict) and "requester_id" not in record and "comments" not in record and "role" in record


def parse_user(record: Any, drift: Drift | None = None) -> User:
    """Map one user's row; UnreadableError where it is not what we know (a role we have not seen)."""
    fields = Fields(record)
    user = User(
        user_ref=fields.ref("id"),
        role=fields.choice("role", _ROLES),
        name=fields.maybe_string("name") or "",
        email=fields.maybe_string("email") or "",
        phone=fields.maybe_string("phone") or "",
        verified=fields.maybe_boolean("verified") or False,
        updated_at=maybe_instant(fields, "updated_at"),
    )
    if drift:
        drift.tell(fields, _LEFT, usual=_USUAL)
    return user


def person_of(user_ref: str, user: User | None, carrier: str, source: Source) -> tuple[list[Identifier], str]:
    """Return an end user's identifiers and how the source shows them (a name, an address, a number or the id).

    The account is the helpdesk's own. What the row says counts as delivered by a channel: with a proof where Zendesk
    verified the user, without one where the message came through that very channel (``carrier``); else somebody typed it.
    """
    party, party_ref = _person(user_ref, user, carrier, source.name, source.region)
    return list(party), party_ref


@lru_cache(maxsize=1 << 14)
def _person(
    user_ref: str, user: User | None, carrier: str, issuer: str, region: str | None
) -> tuple[tuple[Identifier, ...], str]:
    """The same, cached: the same few people run through a ticket."""
    account = identifiers.account(user_ref, issuer, "channel")
    if user is None:
        return tuple(known(account)), user_ref

    def graded(identifier: Identifier | None, *carriers: str) -> Identifier | None:
        if identifier is None or user.verified:
            return identifier
        if carrier in carriers:
            return identifiers.unproven(identifier)
        return identifiers.as_claim(identifier)

    party = known(
        account,
        graded(identifiers.email(user.email, "channel"), "email"),
        graded(identifiers.phone(user.phone, region, "channel"), "voice", "sms", "whatsapp"),
        graded(None if _GIVEN_BY_ZENDESK.fullmatch(user.name) else identifiers.name(user.name, "channel"), "email"),
    )
    return tuple(party), user.name or user.email or user.phone or user_ref
