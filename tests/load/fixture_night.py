"""A night as resolve leaves it, written by hand: every table of staging and resolve for a story of a few people.

``Message`` and ``Profile`` are records as a test thinks of them, each with the person behind it; ``write_night`` lays
them down as the tables that the load stage reads. ``STORY`` is the story most tests use.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import duckdb

NIGHT = date(2026, 11, 20)
Shown = tuple[str, str, str, str]  # kind, scope, value, evidence


@dataclass(frozen=True)
class Message:
    person: str | None
    source: str
    ref: str
    at: str
    shows: tuple[Shown, ...] = ()
    text: str = ""
    thread: str = ""
    channel: str = "email"
    direction: str = "inbound"
    is_public: bool = False
    topic: str | None = None
    status: str | None = None
    reason: str | None = None
    reply_to: str | None = None
    consent: tuple[tuple[str, str, bool, str], ...] = ()  # channel, purpose, allowed, value


@dataclass(frozen=True)
class Profile:
    """A reference row in its versions, oldest first: ``(updated_at, what it shows)``."""

    person: str
    source: str
    ref: str
    versions: tuple[tuple[str, tuple[Shown, ...]], ...]
    consent: tuple[tuple[str, str, bool, str], ...] = ()


@dataclass(frozen=True)
class Night:
    records: tuple[Message | Profile, ...]
    shared: tuple[tuple[str, str, str], ...] = ()  # kind, scope, value
    edges: tuple[tuple[str, str, float, str], ...] = field(default=())  # (source_ref, source_ref, weight, rule)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def customer_id(person: str) -> str:
    return "c" + hashlib.sha256(person.encode()).hexdigest()[:16]


def identity_id(record: Message | Profile) -> str:
    return hashlib.sha256(f"{record.source} {record.ref}".encode()).hexdigest()[:16]


def kind_of(record: Message | Profile) -> str:
    return "profile" if isinstance(record, Profile) else "interaction"


INTERACTION = """
    source VARCHAR, source_ref VARCHAR, night DATE, reason VARCHAR, conversation_ref VARCHAR, channel VARCHAR,
    direction VARCHAR, is_public BOOLEAN, occurred_at TIMESTAMPTZ, party_ref VARCHAR, agent_ref VARCHAR, team VARCHAR,
    subject VARCHAR, text VARCHAR, quoted_text VARCHAR, signature VARCHAR, in_reply_to_ref VARCHAR,
    attachments STRUCT(name VARCHAR, size BIGINT, sha256 VARCHAR)[], topic VARCHAR, status VARCHAR, duration_seconds DOUBLE,
    source_metadata VARCHAR, file VARCHAR, position VARCHAR, sequence BIGINT, content_hash VARCHAR"""
TABLES = {
    "staging.interaction": INTERACTION,
    "staging.profile": "source VARCHAR, source_ref VARCHAR, night DATE, reason VARCHAR, updated_at TIMESTAMPTZ, "
    "source_metadata VARCHAR, file VARCHAR, position VARCHAR",
    "staging.identifier": "record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, kind VARCHAR, scope VARCHAR, "
    "value VARCHAR, evidence VARCHAR, is_verified BOOLEAN, first_seen_at TIMESTAMPTZ, last_seen_at TIMESTAMPTZ, "
    "is_current BOOLEAN, file VARCHAR, position VARCHAR",
    "staging.consent": "record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, channel VARCHAR, purpose VARCHAR, "
    "allowed BOOLEAN, value VARCHAR, said_at TIMESTAMPTZ, file VARCHAR, position VARCHAR",
    "staging.ledger": "source VARCHAR, night DATE, file VARCHAR, bytes BIGINT, sha256 VARCHAR, format VARCHAR, read BIGINT, "
    "accepted BIGINT, duplicate BIGINT, suppressed BIGINT, quarantined BIGINT",
    "resolve.identity": "identity_id VARCHAR, record_count BIGINT, given_name VARCHAR, family_name VARCHAR, "
    "full_name VARCHAR, given_forms VARCHAR[], family_forms VARCHAR[], middle_initials VARCHAR[], name_aliases VARCHAR[], "
    "emails VARCHAR[], phones VARCHAR[], handles VARCHAR[], accounts VARCHAR[], crm_ids VARCHAR[], refs VARCHAR[], "
    "contested_emails VARCHAR[], contested_phones VARCHAR[], claimed_emails VARCHAR[], claimed_phones VARCHAR[], "
    "date_of_birth VARCHAR, street VARCHAR, city VARCHAR, postcode VARCHAR, company VARCHAR, claims VARCHAR[], "
    "confirmed_claims VARCHAR[], "
    "points VARCHAR[], aliases VARCHAR[], written_aliases VARCHAR[], odd_aliases VARCHAR[], name_key VARCHAR, "
    "initial_key VARCHAR, given_key VARCHAR, tf_name_key DOUBLE, tf_initial_key DOUBLE, tf_given_key DOUBLE,"
    " is_promiscuous BOOLEAN, doubted_given_name VARCHAR, doubted_family_name VARCHAR, doubted_given_forms VARCHAR[]",
    "resolve.record_identity": "record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, night DATE, identity_id VARCHAR, "
    "reason VARCHAR",
    "resolve.shared_identifier": "kind VARCHAR, scope VARCHAR, value VARCHAR, name_count BIGINT, identity_count BIGINT",
    "resolve.contested_identifier": "kind VARCHAR, scope VARCHAR, value VARCHAR",
    "resolve.phone_form": "value VARCHAR, is_fixed_line BOOLEAN, read_by VARCHAR",
    "resolve.block": "rule VARCHAR, pairs BIGINT, largest_block BIGINT, blocks_left_out BIGINT, pairs_left_out BIGINT",
    "resolve.edge": "identity_l VARCHAR, identity_r VARCHAR, match_weight DOUBLE, match_probability DOUBLE, "
    "other_weight DOUBLE, rule VARCHAR, model_version VARCHAR",
    "resolve.judgement": 'judgement_id VARCHAR, identity_l VARCHAR, identity_r VARCHAR, verdict VARCHAR, "by" VARCHAR, '
    '"at" TIMESTAMP WITH TIME ZONE, why VARCHAR, is_audit BOOLEAN, judgement_rank BIGINT, '
    "overruled_count BIGINT",
    "resolve.guard_cut": "identity_l VARCHAR, identity_r VARCHAR, match_weight DOUBLE, reason VARCHAR, witness_l VARCHAR, "
    "witness_r VARCHAR, is_judgement BOOLEAN",
    "resolve.review": "rank BIGINT, identity_l VARCHAR, identity_r VARCHAR, customer_l VARCHAR, customer_r VARCHAR, cause "
    "VARCHAR, error_probability DOUBLE, conversation_count BIGINT, consent_count BIGINT, cost DOUBLE, "
    "match_weight DOUBLE, is_linked BOOLEAN, is_unsure BOOLEAN, stratum VARCHAR",
    "resolve.audit": "stratum VARCHAR, is_linked BOOLEAN, pair_count BIGINT, sample_bits INTEGER, same_count BIGINT, "
    "different_count BIGINT, unsure_count BIGINT, current_count BIGINT",
    "resolve.cluster": "identity_id VARCHAR, customer_id VARCHAR",
    "resolve.membership": "record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, night DATE, identity_id VARCHAR, "
    "customer_id VARCHAR, reason VARCHAR, home_customer_id VARCHAR",
    "resolve.basis": "fact VARCHAR, content VARCHAR",
    "resolve.demoted_identifier": "kind VARCHAR, scope VARCHAR, value VARCHAR, standing VARCHAR",
    "resolve.digest": "table_name VARCHAR, row_count BIGINT, digest UBIGINT",
    "resolve.customer": "customer_id VARCHAR, founder_at TIMESTAMPTZ, founder_source VARCHAR, founder_source_ref VARCHAR, "
    "identity_count BIGINT, record_count BIGINT, confidence DOUBLE",
    "resolve.crosswalk": "customer_id VARCHAR, current_customer_id VARCHAR, since DATE, cause VARCHAR, born DATE, "
    "generation BIGINT",
    "resolve.change": "customer_id VARCHAR, change VARCHAR, other_customer_id VARCHAR, cause VARCHAR, record_count BIGINT, "
    "interaction_count BIGINT",
}


def write_night(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Lay ``night`` down as the tables of staging and resolve, whatever stood there before."""
    for schema in ("staging", "resolve", "golden", "meta"):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table, columns in TABLES.items():
        con.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
    for sequence, record in enumerate(night.records):
        if isinstance(record, Message):
            _write_message(con, record, sequence)
        else:
            _write_profile(con, record, sequence)
        _write_resolved(con, record)
    for person in sorted({record.person for record in night.records if record.person}):
        _write_customer(con, person, [record for record in night.records if record.person == person])
    for kind, scope, value in night.shared:
        _insert(con, "resolve.shared_identifier", kind, scope, value, 9, 9)
    ids = {record.ref: identity_id(record) for record in night.records}
    for one, other, weight, rule in night.edges:
        left, right = sorted((ids[one], ids[other]))
        _insert(con, "resolve.edge", left, right, weight, 1 / (1 + 2**-weight), weight, rule, "1")
    for source in sorted({record.source for record in night.records}):
        count = sum(record.source == source for record in night.records)
        _insert(con, "staging.ledger", source, NIGHT, f"{source}/file", 1000, "0" * 64, "table", count, count, 0, 0, 0)


def _write_message(con: duckdb.DuckDBPyConnection, message: Message, sequence: int) -> None:
    at, file, position = instant(message.at), f"{message.source}/file", f"message {sequence}"
    _insert(
        con, "staging.interaction", message.source, message.ref, NIGHT, message.reason, message.thread or message.ref,
        message.channel, message.direction, message.is_public, at, "party", None, None, None, message.text, None, None,
        message.reply_to, [], message.topic, message.status, None, "{}", file, position, sequence, str(sequence),
    )  # fmt: skip
    for kind, scope, value, evidence in message.shows:
        _insert(
            con, "staging.identifier", "interaction", message.source, message.ref, kind, scope, value, evidence, True,
            at, at, True, file, position,
        )  # fmt: skip
    for channel, purpose, allowed, value in message.consent:
        _insert(
            con, "staging.consent", "interaction", message.source, message.ref, channel, purpose, allowed, value, at, file,
            position,
        )  # fmt: skip


def _write_profile(con: duckdb.DuckDBPyConnection, profile: Profile, sequence: int) -> None:
    file, position = f"{profile.source}/file", f"row {sequence}"
    updated_at = instant(profile.versions[-1][0])
    _insert(con, "staging.profile", profile.source, profile.ref, NIGHT, None, updated_at, "{}", file, position)
    seen: dict[Shown, list[datetime]] = {}
    for at, shows in profile.versions:
        for shown in shows:
            seen.setdefault(shown, []).append(instant(at))
    for shown, times in seen.items():
        kind, scope, value, evidence = shown
        _insert(
            con, "staging.identifier", "profile", profile.source, profile.ref, kind, scope, value, evidence, True,
            min(times), max(times), shown in profile.versions[-1][1], file, position,
        )  # fmt: skip
    for channel, purpose, allowed, value in profile.consent:
        _insert(
            con, "staging.consent", "profile", profile.source, profile.ref, channel, purpose, allowed, value, updated_at,
            file, position,
        )  # fmt: skip


def _write_resolved(con: duckdb.DuckDBPyConnection, record: Message | Profile) -> None:
    key = (kind_of(record), record.source, record.ref, NIGHT)
    if record.person is None:
        reason = record.reason if isinstance(record, Message) else None
        _insert(con, "resolve.record_identity", *key, None, reason or "no_identifier")
        _insert(con, "resolve.membership", *key, None, None, reason or "no_identifier", None)
        return
    identity = identity_id(record)
    con.execute("INSERT INTO resolve.identity BY NAME SELECT ? AS identity_id, 1 AS record_count", [identity])
    _insert(con, "resolve.record_identity", *key, identity, None)
    _insert(con, "resolve.cluster", identity, customer_id(record.person))
    _insert(con, "resolve.membership", *key, identity, customer_id(record.person), None, customer_id(record.person))


def _write_customer(con: duckdb.DuckDBPyConnection, person: str, records: list[Message | Profile]) -> None:
    identifier = customer_id(person)
    first = records[0]
    at = first.at if isinstance(first, Message) else first.versions[-1][0]
    _insert(con, "resolve.customer", identifier, at, first.source, first.ref, len(records), len(records), 0.99)
    _insert(con, "resolve.crosswalk", identifier, identifier, NIGHT, "new", NIGHT, 1)
    _insert(con, "resolve.change", identifier, "new", None, "first seen", len(records), len(records))


def _insert(con: duckdb.DuckDBPyConnection, table: str, *row: Any) -> None:
    con.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def email(value: str, evidence: str = "channel") -> Shown:
    return ("email", "", value, evidence)


def phone(value: str, evidence: str = "channel") -> Shown:
    return ("phone", "", value, evidence)


def name(value: str, evidence: str = "channel") -> Shown:
    return ("name", "", value, evidence)


def crm(**values: str) -> tuple[Shown, ...]:
    return tuple((kind, "", value, "reference") for kind, value in values.items())


HOUSE_PHONE = "+442079460018"
ORDER = ("reference", "", "A-10077", "claimed")
LATE = "Hello, my parcel A-10077 has not arrived, where is it?"
STORY = Night(
    records=(
        # Maria moved house and changed her mail; she asks for a parcel by mail, again on X, then in a direct message
        Profile(
            "maria", "crm", "C1",
            (
                ("2025-02-01", crm(name="Maria Lopez", given_name="Maria", family_name="Lopez", email="maria@old.example",
                                   street="1 First Street", city="Leeds", postcode="LS1 1AA", country="GB")),
                ("2026-05-01", crm(name="Maria Lopez", given_name="Maria", family_name="Lopez", email="maria@new.example",
                                   street="2 Second Street", city="York", country="GB", date_of_birth="1980-02-29")),
            ),
            consent=(("email", "marketing", True, ""),),
        ),
        Message("maria", "support_mail", "m1", "2026-11-18 09:00", (email("maria@new.example"), name("M. Lopez"), ORDER),
                LATE, "t1"),
        Message("maria", "support_mail", "m2", "2026-11-18 11:00", (email("maria@new.example"),), "It is on its way.", "t1",
                direction="outbound", status="solved"),
        Message("maria", "social_x", "x1", "2026-11-19 10:00", (("handle", "x", "maria_l", "channel"),),
                "hello my parcel A-10077 has not arrived, where is it??", "x1", "social", is_public=True),
        Message("maria", "social_x", "x2", "2026-11-19 10:30", (("handle", "x", "maria_l", "channel"), ORDER),
                "my number is +44 7700 900001", "dm1", "social", topic="delivery"),
        # father and son share the house's phone; the son has one of his own
        Message("tom senior", "calls", "k1", "2026-11-10 12:00", (phone(HOUSE_PHONE), name("Tom Baker")), "", "k1",
                "voice"),
        Message("tom junior", "sms", "s1", "2026-11-18 12:00", (phone(HOUSE_PHONE), name("Tom Baker")),
                "Call me back please", "s1", "sms"),
        Message("tom junior", "sms", "s2", "2026-11-12 12:00", (phone("+447700900017"), name("Tom Baker jr")),
                "STOP", "s2", "sms", consent=(("sms", "marketing", False, "+447700900017"),)),
        # Ana types Maria's address into a chat, beside one that the channel delivers
        Message("ana", "whatsapp", "w1", "2026-11-19 08:00",
                (phone("+34600111222"), name("Ana"), email("maria@new.example", "claimed")), "my mail is maria@new.example",
                "Chat with Ana", "chat"),
        # Pavel is a handle and nothing else; he asks the same in one thread twice, and once more after an answer
        Message("pavel", "social_x", "x3", "2026-11-19 08:00", (("handle", "x", "pavel", "channel"),),
                "when do you open on sunday", "dm3", "social"),
        Message("pavel", "social_x", "x4", "2026-11-19 09:00", (("handle", "x", "pavel", "channel"),),
                "When do you open on Sunday?", "dm3", "social"),
        Message("pavel", "social_x", "x5", "2026-11-19 10:00", (), "At ten.", "dm3", "social", direction="outbound"),
        Message("pavel", "social_x", "x6", "2026-11-19 11:00", (("handle", "x", "pavel", "channel"),),
                "when do you open on sunday", "dm3", "social"),
        # Ines is known to the CRM alone
        Profile("ines", "crm", "C2", (("2026-01-01", crm(name="Inês Costa", email="ines@example.org")),),
                consent=(("email", "marketing", False, ""),)),
        Message(None, "support_mail", "m3", "2026-11-19 07:00", (email("mailer@example.net"),), "bounced", reason="bounce"),
    ),
    shared=(("phone", "", HOUSE_PHONE),),
    edges=(("C1", "m1", 12.0, "email"), ("x1", "x2", 9.0, "handle"), ("k1", "s1", -2.0, "phone")),
)  # fmt: skip
