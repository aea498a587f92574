"""Intercom's contacts: the side file that tells more of who wrote than a conversation does, and how far it is proven.

Intercom exports no flag that says an address is verified. A *user* was made known by our own app or import, over a browser
that could say otherwise: taken as delivered, without a proof. A *lead* typed into the Messenger: a claim. What a mail, text
message or platform carries itself is that channel's, whoever wrote it.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pipelines.contract import ConsentSignal, Evidence, Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names, plain
from pipelines.extract.values.instants import epoch_instant, parse_instant
from pipelines.settings import Source

Role = Literal["user", "lead"]
# "contact" stands where a conversation's author is not told apart: the weaker is taken, until the contact's row says more.
ROLES: dict[str, Role] = {"user": "user", "lead": "lead", "contact": "lead", "visitor": "lead"}
_ROLES: dict[str, Role] = {"user": "user", "lead": "lead"}
_TYPES = ("contact", "lead", "user")
_PLATFORMS = {"twitter": "x", "x": "x", "facebook": "facebook", "instagram": "instagram"}
_NUMBERED = frozenset(("phone_call", "phone_switch", "sms", "whatsapp"))

_UNSUBSCRIBED = {"unsubscribed_from_emails": "email", "unsubscribed_from_sms": "sms"}

_USUAL = names("email external_id name phone updated_at")
_LEFT = names("""
    android_app_name android_app_version android_device android_last_seen_at android_os_version android_sdk_version avatar
    browser browser_language browser_version created_at custom_attributes enabled_push_messaging formatted_phone
    has_hard_bounced ios_app_name ios_app_version ios_device ios_last_seen_at ios_os_version ios_sdk_version
    language_override last_contacted_at last_email_clicked_at last_email_opened_at last_replied_at last_seen_at location
    marked_email_as_spam notes opted_in_subscription_types opted_out_subscription_types os owner_id push_tokens referrer
    segments signed_up_at sms_consent tags utm_campaign utm_content utm_medium utm_source utm_term workspace_id
""")
_LIST_LEFT = names("has_more total_count type url")
_PROFILE_LEFT = names("id type username")
_COMPANY_LEFT = names("company_id id type url")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact.

    Attributes:
        external: our own system's id of a user.
        handles: platform and handle, as the row's social profiles have them.
        unsubscribed: the channels in which they want no advertising any more.
        updated_at: of two rows of one contact, the later counts.
    """

    role: Role
    name: str = ""
    email: str = ""
    phone: str = ""
    external: str = ""
    handles: tuple[tuple[str, str], ...] = ()
    companies: tuple[str, ...] = ()
    unsubscribed: tuple[str, ...] = ()
    updated_at: datetime | None = None


def is_contact(record: Any) -> bool:
    """Say whether a record of an export is a contact's row."""
    return isinstance(record, dict) and record.get("type") in _TYPES and "source" not in record


def parse_contact(record: Any, drift: Drift | None = None) -> tuple[str, Contact]:
    """Return a contact's id and who it is; UnreadableError where the row is not what we know (a role we have not seen)."""
    fields = Fields(record)
    fields.string("type")
    contact_ref = fields.ref("id")
    profiles, companies = fields.maybe_fields("social_profiles"), fields.maybe_fields("companies")
    contact = Contact(
        role=fields.choice("role", _ROLES),
        name=fields.maybe_string("name") or "",
        email=fields.maybe_string("email") or "",
        phone=fields.maybe_ref("phone") or "",
        external=fields.maybe_ref("external_id") or "",
        handles=tuple(handle for each in profiles.maybe_items("data") if (handle := _handle(Fields(each), drift))),
        companies=tuple(name for each in companies.maybe_items("data") if (name := _company(Fields(each), drift))),
        unsubscribed=tuple(channel for name, channel in _UNSUBSCRIBED.items() if fields.maybe_boolean(name)),
        updated_at=_changed(fields),
    )
    if drift:
        drift.tell(profiles, _LIST_LEFT)
        drift.tell(companies, _LIST_LEFT)
        drift.tell(fields, _LEFT, usual=_USUAL)
    return contact_ref, contact


def _changed(fields: Fields) -> datetime | None:
    """Take the time of the last change: seconds of the epoch from the API, a date with its zone in webhooks."""
    written = fields.maybe_ref("updated_at")
    if written is None:
        return None
    return epoch_instant(int(written) * 1000) if written.isdecimal() else parse_instant(written, None)[0]


def _handle(profile: Fields, drift: Drift | None) -> tuple[str, str] | None:
    platform = _PLATFORMS.get((profile.maybe_string("name") or "").lower())
    url = profile.maybe_string("url")
    if drift:
        drift.tell(profile, _PROFILE_LEFT, usual=names("name url"))
    return (platform, url) if platform and url else None


def _company(company: Fields, drift: Drift | None) -> str | None:
    name = company.maybe_string("name")
    if drift:
        drift.tell(company, _COMPANY_LEFT)
    return name


def party_of(contact_ref: str, contact: Contact, delivered_by: str, source: Source) -> tuple[list[Identifier], str]:
    """Return a contact's identifiers and how the source shows them (a name, an address, a number or the id).

    Args:
        delivered_by: Intercom's name of the channel that the message came through.
    """
    party, party_ref = _party(contact_ref, contact, delivered_by, source.name, source.region)
    return list(party), party_ref


def refusals_of(contact: Contact, source: Source) -> list[ConsentSignal]:
    """Return what a contact does not want any more, for their address or number; without one, for all that are theirs."""
    if not contact.unsubscribed:  # most have not, and each message asks
        return []
    points = {
        "email": identifiers.email(contact.email, "channel"),
        "sms": identifiers.phone(contact.phone, source.region, "channel"),
    }
    return [
        ConsentSignal(channel, "marketing", allowed=False, value=point.value if (point := points[channel]) else "")
        for channel in contact.unsubscribed
    ]


@lru_cache(maxsize=1 << 14)
def _party(
    contact_ref: str, contact: Contact, delivered_by: str, issuer: str, region: str | None
) -> tuple[tuple[Identifier, ...], str]:
    """The same, cached: the same few people run through a conversation."""
    platform = _PLATFORMS.get(delivered_by)

    def graded(identifier: Identifier | None, *, is_delivered: bool) -> Identifier | None:
        if identifier is None:
            return None
        if is_delivered or contact.role == "user":
            return identifiers.unproven(identifier)
        return identifiers.as_claim(identifier)

    def on(scope: str) -> Evidence:
        return "channel" if scope == platform else "claimed"

    is_mail, is_numbered = delivered_by == "email", delivered_by in _NUMBERED
    number = identifiers.phone(contact.phone, region, "channel")
    name = identifiers.name(contact.name, "channel")
    party = known(
        identifiers.account(contact_ref, issuer, "channel"),
        graded(identifiers.email(contact.email, "channel"), is_delivered=is_mail),
        number if is_numbered else graded(number, is_delivered=False),
        *(identifiers.handle(value, scope, on(scope)) for scope, value in contact.handles),
        _external(contact, issuer),
        name if platform else graded(name, is_delivered=is_mail),
        *(graded(plain("company", each, "channel"), is_delivered=False) for each in contact.companies),
    )
    return tuple(party), contact.name or contact.email or contact.phone or contact_ref


def _external(contact: Contact, issuer: str) -> Identifier | None:
    """Return our own system's id of a user; that of a lead is one that Intercom made up."""
    if contact.role != "user":
        return None
    return identifiers.account(contact.external, f"{issuer}:external", "reference")
