"""Freshdesk's contacts and agents: side files that say who wrote, and what of them identifies a ticket's requester."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from pipelines.contract import Evidence, Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.record_times import maybe_instant
from pipelines.settings import Source

_CONTACT_USUAL = names("active email mobile name phone updated_at")
_CONTACT_LEFT = names("""
    address avatar company_id created_at csat_rating custom_fields deleted description facebook_profile_status first_name
    job_title language last_name org_contact_id org_contact_id_str other_companies other_phone_numbers preferred_source
    tags time_zone view_all_tickets visitor_id
""")
_AGENT_USUAL = names("contact")
_AGENT_LEFT = names("""
    agent_level_id agent_operational_status agent_type available available_since availability contribution_group_ids
    created_at deactivated focus_mode freshcaller_agent freshchat_agent group_ids has_logged_in id last_active_at occasional
    org_contact_id org_group_ids role_ids scoreboard_level_id signature skill_ids ticket_scope type updated_at
""")
_AGENT_ONLY = names("occasional ticket_scope")
_REQUESTER_USUAL = names("email mobile name phone")


@dataclass(frozen=True, slots=True)
class Person:
    """One contact of the helpdesk.

    Attributes:
        handle, facebook: on X and on Facebook, as the contact's row has them.
        external: our own system's id of them.
        verified: whether the contact has confirmed their address ("active").
        updated_at: of two rows of one contact, the later counts.
    """

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    handle: str = ""
    facebook: str = ""
    external: str = ""
    verified: bool = False
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Contacts by id, and the ids of those who work for us."""

    contacts: dict[str, Person] = field(default_factory=dict)
    agents: set[str] = field(default_factory=set)


def is_agent(record: Any) -> bool:
    """Say whether a record is an agent's row."""
    return isinstance(record, dict) and bool(_AGENT_ONLY & record.keys()) and "requester_id" not in record


def is_contact(record: Any) -> bool:
    """Say whether a record is a contact's row."""
    if not isinstance(record, dict) or "requester_id" in record or "incoming" in record:
        return False
    return "name" in record and bool(record.keys() & {"email", "mobile", "phone"})


def parse_agent(record: Any, drift: Drift | None = None) -> str:
    """Return an agent's id; UnreadableError where the row is not what we know."""
    fields = Fields(record)
    agent_ref = fields.ref("id")
    fields.maybe_fields("contact")
    if drift:
        drift.tell(fields, _AGENT_LEFT, usual=_AGENT_USUAL)
    return agent_ref


def parse_contact(record: Any, drift: Drift | None = None) -> tuple[str, Person]:
    """Return a contact's id and who it is; UnreadableError where the row is not what we know."""
    fields = Fields(record)
    contact_ref, changed = fields.ref("id"), maybe_instant(fields, "updated_at")
    person = replace(take_person(fields, drift), updated_at=changed)
    if drift:
        drift.tell(fields, _CONTACT_LEFT, usual=_CONTACT_USUAL)
    return contact_ref, person


def parse_requester(fields: Fields, drift: Drift) -> Person:
    """Map the requester that a ticket holds within it (``include=requester``)."""
    if not fields.names:
        return Person()
    person = take_person(fields, drift)
    drift.tell(fields, _CONTACT_LEFT | {"id"}, usual=_REQUESTER_USUAL)
    return person


def take_person(fields: Fields, drift: Drift | None = None) -> Person:
    """Take what tells of a person out of a record, a contact's or a ticket's own."""
    return Person(
        name=fields.maybe_string("name") or "",
        emails=tuple(each for each in (fields.maybe_string("email"), *fields.strings("other_emails")) if each),
        phones=tuple(each for each in (fields.maybe_ref("phone"), fields.maybe_ref("mobile")) if each),
        handle=fields.maybe_string("twitter_id") or "",
        facebook=fields.maybe_ref("facebook_id") or "",
        external=fields.maybe_ref("unique_external_id") or "",
        verified=fields.maybe_boolean("active") or False,
    )


def party_of(person_ref: str, person: Person, channel: str, source: Source) -> tuple[list[Identifier], str]:
    """Return a contact's identifiers and how the source shows them (a name, an address, a number or the id).

    The account is the helpdesk's own. What the row says counts as delivered by a channel: with a proof where the contact
    confirmed their address, without one where the message came through that very channel; else somebody typed it.
    A handle or Facebook account is what that platform delivered, on its own messages. WhatsApp is ``channel`` "whatsapp".
    """
    party, party_ref = _party(person_ref, person, channel, source.name, source.region)
    return list(party), party_ref


@lru_cache(maxsize=1 << 14)
def _party(
    person_ref: str, person: Person, channel: str, issuer: str, region: str | None
) -> tuple[tuple[Identifier, ...], str]:
    """The same, cached: the same few people run through a ticket."""

    def graded(identifier: Identifier | None, *channels: str) -> Identifier | None:
        if identifier is None or person.verified:
            return identifier
        if channel in channels:
            return identifiers.unproven(identifier)
        return identifiers.as_claim(identifier)

    shown_by_platform: Evidence = "channel" if channel == "social" else "claimed"
    party = known(
        identifiers.account(person_ref, issuer, "channel"),
        *(graded(identifiers.email(each, "channel"), "email") for each in person.emails[:1]),
        *(identifiers.email(each, "claimed") for each in person.emails[1:]),
        *(graded(identifiers.phone(each, region, "channel"), "voice", "sms", "whatsapp") for each in person.phones),
        identifiers.handle(person.handle, "x", shown_by_platform),
        identifiers.account(person.facebook, "facebook", shown_by_platform),
        identifiers.account(person.external, f"{issuer}:external", "reference"),
        graded(identifiers.name(person.name, "channel"), "email", "social"),
    )
    shown = person.name or next(iter((*person.emails, *person.phones, person.handle)), "") or person_ref
    return tuple(party), shown
