"""Zendesk's users: the side file that says who an author is, and what of it identifies a ticket's requester."""

from dataclasses import dataclass
from typing import Any, Literal

from pipelines.contract import Evidence, Identifier
from pipelines.extract import identifiers
from pipelines.extract.fields import Drift, Fields, known, names
from pipelines.settings import Source

Role = Literal["end-user", "agent", "admin"]
_ROLES: dict[str, Role] = {"end-user": "end-user", "agent": "agent", "admin": "admin"}
_USUAL = names("email name phone verified")
_LEFT = names("""
    active alias chat_only created_at custom_role_id default_group_id details external_id iana_time_zone is_billing_admin
    last_login_at locale locale_id moderator notes only_private_comments organization_id permanently_deleted photo
    remote_photo_url report_csv restricted_agent role_type shared shared_agent shared_phone_number signature suspended tags
    ticket_restriction time_zone two_factor_auth_enabled updated_at url user_fields
""")


@dataclass(frozen=True, slots=True)
class User:
    """One user of the helpdesk.

    Attributes:
        user_ref: the helpdesk's id.
        verified: whether Zendesk has seen proof of one of the user's addresses.
    """

    user_ref: str
    role: Role
    name: str
    email: str
    phone: str
    verified: bool


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
    )
    if drift:
        drift.tell(fields, _LEFT, usual=_USUAL)
    return user


def person_of(user_ref: str, user: User | None, channel: str, source: Source) -> tuple[list[Identifier], str]:
    """Return an end user's identifiers and how the source shows them (a name, an address, a number or the id).

    The account is the helpdesk's own. What the row says was delivered by a channel where Zendesk verified it, or where the
    ticket came through that very channel; else somebody typed it.
    """
    account = identifiers.account(user_ref, source.name, "channel")
    if user is None:
        return known(account), user_ref

    def evidence(*channels: str) -> Evidence:
        return "channel" if user.verified or channel in channels else "claimed"

    party = known(
        account,
        identifiers.email(user.email, evidence("email")),
        identifiers.phone(user.phone, source.region, evidence("voice", "sms")),
        identifiers.name(user.name, evidence("email")),
    )
    return party, user.name or user.email or user.phone or user_ref
