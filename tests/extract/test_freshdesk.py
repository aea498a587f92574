"""Small exports in the shape of Freshdesk's second API, written here, and the public samples."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from pipelines.extract import freshdesk
from pipelines.extract.files.inbox import find_export
from pipelines.extract.values.fields import names
from tests.extract.exports import NIGHT, extracted, party, source_of
from tests.extract.random_world import UNQUOTED, worlds
from tests.extract.specimens import Specimen, dump_lines
from tests.thorough import TIMES

SOURCE = source_of(format="freshdesk", name="desk", channel="email", own=["*@shop.example"], region="GB")
ANN, GUS, CARL = 43_000_000_001, 43_000_000_002, 43_000_000_003


def contact(ref, name, **more):
    row = {"id": ref, "name": name, "email": None, "phone": None, "mobile": None, "twitter_id": None, "active": False}
    return row | {"other_emails": [], "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"} | more


def agent(ref):
    inner = {"name": "Gus", "email": "gus@shop.example", "active": True}
    return {"id": ref, "occasional": False, "ticket_scope": 1, "available": True, "contact": inner}


def said(ref, body, *, by=ANN, incoming=True, private=False, source=0, at="2026-11-20T10:00:00Z", **more):
    return {
        "id": ref,
        "user_id": by,
        "body": f"<div>{body}</div>",
        "body_text": body,
        "incoming": incoming,
        "private": private,
        "source": source,
        "from_email": None,
        "to_emails": [],
        "created_at": at,
        "updated_at": at,
        "attachments": [],
    } | more


def ticket(ref, *conversations, description="Where is it?", source=1, **more):
    return {
        "id": ref,
        "subject": "Order GT-1001",
        "description": f"<div>{description}</div>",
        "description_text": description,
        "status": 2,
        "source": source,
        "type": "Question",
        "tags": ["delivery"],
        "requester_id": ANN,
        "responder_id": GUS,
        "group_id": 3601,
        "spam": False,
        "created_at": "2026-11-20T09:00:00Z",
        "updated_at": "2026-11-20T12:00:00Z",
        "attachments": [],
        "conversations": list(conversations),
    } | more


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def one(folder, record, *people):
    (found,) = extracted(folder, {"t": lines(record, *people)}, SOURCE).records
    return found


PEOPLE = [
    contact(ANN, "Ann Archer", email="Ann@Mail.example", mobile="07700 900123", twitter_id="AnnA"),
    contact(CARL, "Carl Cope", email="carl@mail.example", active=True),
    agent(GUS),
]
TALK = ticket(
    20001,
    said(702, "Call 07700 900456", from_email="Ann <ann@mail.example>", at="2026-11-20T11:00:00Z"),
    said(701, "On its way", by=GUS, incoming=False, to_emails=["ann@mail.example"]),
    said(703, "She called before", by=GUS, incoming=False, private=True, source=2, at="2026-11-20T11:30:00Z"),
)
EXPORT = {"tickets.json": lines(TALK), "people.json": lines(*PEOPLE)}
FILED = said(704, "see", attachments=[{"id": 1, "name": "a.jpg", "size": 12}], auto_response=True, last_edited_at=None)
OUTER = ticket(20002, FILED, source=5, attachments=[{"id": 2, "name": "b.jpg", "size": 13}]) | {
    "requester": {"id": ANN, "name": "Ann", "email": "ann@mail.example", "mobile": None, "phone": None}
}
ALONE = said(705, "Hello Ann", by=GUS, incoming=False, to_emails=["Ann <ann@mail.example>"], ticket_id=20003)
SPECIMEN = Specimen(
    SOURCE,
    {"desk.ndjson": dump_lines([TALK, OUTER, ALONE, *PEOPLE])},
    "desk.ndjson",
    dump=dump_lines,
    # left out where they say no or nothing: only a ticket in the spam folder, an edited or automatic message has them
    may_lack=names("spam conversations.auto_response conversations.last_edited_at twitter_id other_emails"),
    has_lines=True,
)


def test_the_description_comes_first_and_every_conversation_follows_as_it_stands(tmp_path):
    outcome = extracted(tmp_path, EXPORT, SOURCE)
    assert [(r.source_ref, r.conversation_ref, r.direction, r.agent_ref) for r in outcome.records] == [
        ("20001", "20001", "inbound", None),
        ("702", "20001", "inbound", None),
        ("701", "20001", "outbound", str(GUS)),
        ("703", "20001", "internal", str(GUS)),
    ]
    first, second, *_ = outcome.records
    assert (first.occurred_at, second.occurred_at) == (
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        datetime(2026, 11, 20, 11, tzinfo=UTC),
    )
    assert (first.channel, first.subject, first.topic, first.status, first.team) == (
        ("email", "Order GT-1001", "delivery", "open", "3601")
    )
    assert (first.position, second.position) == ("line 1", "conversation 1 of line 1")
    assert (first.text, first.party_ref) == ("Where is it?", "Ann Archer")
    assert outcome.suppressed == {"a contact of the side file": 2, "an agent of the side file": 1}
    assert not outcome.quarantined
    assert not outcome.warnings


def test_the_party_of_every_message_is_the_requester_and_claims_are_the_writers_own(tmp_path):
    records = extracted(tmp_path, EXPORT, SOURCE).records
    for record in records:
        assert {("account", "desk", str(ANN)), ("email", "", "ann@mail.example")} <= party(record, evidence="channel")
    assert [("phone", "", "+447700900456") in party(record) for record in records] == [False, True, False, False]


@pytest.mark.parametrize(
    ("active", "source", "evidence"),
    [
        (True, 2, [("email", "channel", True), ("phone", "channel", True)]),
        (False, 2, [("email", "claimed", True), ("phone", "claimed", True)]),
        (False, 1, [("email", "channel", False), ("phone", "claimed", True)]),
        (False, 3, [("email", "claimed", True), ("phone", "channel", False)]),
    ],
)
def test_a_contacts_address_is_proven_where_they_confirmed_it_and_weaker_where_only_the_channel_has_it(
    tmp_path, active, source, evidence
):
    record = one(tmp_path, ticket(1, source=source), PEOPLE[0] | {"active": active})
    found = [(each.kind, each.evidence, each.is_verified) for each in record.party if each.kind in ("email", "phone")]
    assert found == evidence


@pytest.mark.parametrize(
    ("source", "channel", "via"),
    [
        (1, "email", "email"), (2, "email", "portal"), (3, "voice", "phone"), (5, "social", "twitter"),
        (7, "chat", "chat"), (9, "email", "feedback_widget"), (0, "email", None), (13, "chat", "whatsapp"),
        (101, "email", "source_101"),
    ],
)  # fmt: skip
def test_the_code_of_its_source_gives_a_tickets_channel(tmp_path, source, channel, via):
    record = one(tmp_path, ticket(1, source=source))
    assert (record.channel, record.source_metadata.get("via")) == (channel, via)


def test_a_mail_we_began_with_is_outbound_by_the_agent(tmp_path):
    record = one(tmp_path, ticket(1, source=10))
    assert (record.direction, record.agent_ref, record.channel) == ("outbound", str(GUS), "email")


def test_what_staff_wrote_down_from_a_call_is_no_claim_of_the_caller(tmp_path):
    record = one(tmp_path, ticket(1, source=3, description="says to call 07700 900456"))
    assert ("phone", "", "+447700900456") not in party(record)


@pytest.mark.parametrize(
    ("source", "at", "count"),
    [
        pytest.param(7, "2026-11-20T09:30:00Z", 1, id="a chat"),
        pytest.param(1, "2026-11-20T09:00:05Z", 1, id="seconds later, by mail"),
        pytest.param(1, "2026-11-20T09:30:00Z", 2, id="half an hour later, by mail: meant"),
    ],
)
def test_a_description_repeated_as_the_first_conversation_counts_once(tmp_path, source, at, count):
    again = said(702, " Where is\nit? ", at=at, attachments=[{"id": 1, "name": "a.jpg", "size": 12}])
    talk = ticket(1, said(703, "Where is it?", at="2026-11-20T11:00:00Z"), again, source=source)
    outcome = extracted(tmp_path, {"t": lines(talk)}, SOURCE)
    assert len(outcome.records) == count + 1
    assert outcome.suppressed.total() == 2 - count
    assert outcome.read == 3
    if count == 1:
        assert [record.source_ref for record in outcome.records] == ["1", "703"]
        assert outcome.records[0].attachments == [Attachment("a.jpg", 12, "")]


def test_a_requester_without_numbers_has_empty_ones(tmp_path):
    empty = {"phone": "", "mobile": "", "twitter_id": "", "facebook_id": "", "unique_external_id": ""}
    row = {"id": ANN, "name": "Ann Archer", "email": "ann@mail.example"} | empty
    for written in ([ticket(1, requester=row)], [ticket(1), contact(ANN, "Ann Archer") | empty]):
        assert one(tmp_path, *written).party_ref == "Ann Archer"


def test_another_person_on_the_ticket_is_the_party_of_what_they_write(tmp_path):
    outcome = extracted(tmp_path, {"t": lines(ticket(1, said(7, "me too", by=CARL)), *PEOPLE)}, SOURCE)
    assert outcome.records[1].party_ref == "Carl Cope"
    assert ("email", "", "ann@mail.example") not in party(outcome.records[1])


def test_a_forwarded_mail_is_to_whom_it_was_sent_and_not_to_the_requester(tmp_path):
    sent = said(
        7, "please look", by=GUS, incoming=False, source=8, to_emails=["Own <a@shop.example>", "maker@parts.example"]
    )
    record = extracted(tmp_path, {"t": lines(ticket(1, sent), *PEOPLE)}, SOURCE).records[1]
    assert (record.party_ref, party(record)) == ("maker@parts.example", {("email", "", "maker@parts.example")})


@pytest.mark.parametrize(
    ("source", "channel", "via"),
    [(1, "email", "form"), (12, "email", "ecommerce"), (15, "email", "automation"), (17, "chat", "whatsapp")],
)
def test_the_code_of_its_source_gives_a_conversations_channel(tmp_path, source, channel, via):
    wrote = said(7, "I am on 07700 900456", source=source)
    record = extracted(tmp_path, {"t": lines(ticket(1, wrote, source=1), *PEOPLE)}, SOURCE).records[1]
    assert (record.channel, record.source_metadata.get("via")) == (channel, via)
    assert ("phone", "", "+447700900456") in party(record, evidence="claimed")


def test_by_whatsapp_the_number_is_the_channels(tmp_path):
    ours = said(8, "hi", by=GUS, incoming=False)
    bot, whatsapp = ticket(1, said(7, "hello", source=17), source=12), ticket(2, ours, said(9, "thanks"), source=13)
    people = contact(ANN, "Ann", mobile="+447700900123"), agent(GUS)
    records = extracted(tmp_path, {"t": lines(bot, whatsapp, *people)}, SOURCE).records
    numbers = [(each.evidence, each.is_verified) for record in records for each in record.party if each.kind == "phone"]
    assert numbers == [("claimed", True), *[("channel", False)] * 4]


def test_what_a_rule_sends_on_is_not_to_the_requester(tmp_path):
    sent = said(7, "FYI", by=GUS, incoming=False, source=16, to_emails=["maker@parts.example"])
    record = extracted(tmp_path, {"t": lines(ticket(1, sent), *PEOPLE)}, SOURCE).records[1]
    assert (record.party_ref, record.channel) == ("maker@parts.example", "email")


@pytest.mark.parametrize("source", [3, 4, 13])
def test_what_freshdesk_itself_writes_is_no_claim_of_the_person(tmp_path, source):
    wrote = said(7, "I am on 07700 900456", source=source)
    assert not party(extracted(tmp_path, {"t": lines(ticket(1, wrote))}, SOURCE).records[1], evidence="claimed")


def test_conversations_that_stand_alone_name_their_ticket_and_take_the_person_from_the_mail(tmp_path):
    asked = said(8, "Hello", ticket_id=20003)
    out, back = extracted(tmp_path, {"c": json.dumps([ALONE, asked]), "u": lines(*PEOPLE)}, SOURCE).records
    assert (out.conversation_ref, out.direction, party(out)) == ("20003", "outbound", {("email", "", "ann@mail.example")})
    assert (back.source_ref, back.party_ref) == ("8", "Ann Archer")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(ticket(1, spam=True), "spam", id="in the spam folder"),
        pytest.param(ticket(1, requester_id=GUS), "internal", id="of our own agent"),
        pytest.param(ticket(1, requester_id=9, email="x@shop.example"), "own_address", id="of an address of ours"),
        pytest.param(ticket(1, requester_id=9, email="no-reply@bank.example"), "no_reply", id="of one that takes no answer"),
        pytest.param(ticket(1, requester_id=9, email="mailer-daemon@mx.example"), "bounce", id="of a mail server"),
    ],
)
def test_who_is_no_customer_is_kept_with_the_reason(tmp_path, record, reason):
    outcome = extracted(tmp_path, {"t": lines(record, *PEOPLE)}, SOURCE)
    assert [(each.reason, each.party, each.text) for each in outcome.records] == [(reason, [], "Where is it?")]


def test_what_we_answer_a_machine_that_mails_has_no_customer(tmp_path):
    talk = ticket(1, said(7, "Thanks", incoming=False, user_id=GUS), requester_id=9, email="no-reply@bank.example", source=1)
    records = extracted(tmp_path, {"t": lines(talk, *PEOPLE)}, SOURCE).records
    assert [(record.reason, record.party) for record in records] == [("no_reply", []), ("no_reply", [])]


def test_an_automatic_answer_is_marked_and_from_outside_has_no_customer(tmp_path):
    ours, theirs = said(7, "We got it", incoming=False, auto_response=True), said(8, "I am away", auto_response=True)
    _, first, second = extracted(tmp_path, {"t": lines(ticket(1, ours, theirs))}, SOURCE).records
    assert (first.reason, first.source_metadata) == (None, {"automatic": True})
    assert second.reason == "auto_reply"


def test_tickets_deleted_or_without_messages_are_counted(tmp_path):
    bare = {name: value for name, value in ticket(2).items() if not name.startswith(("description", "conversations"))}
    outcome = extracted(tmp_path, {"t": lines(ticket(1, said(7, "x"), deleted=True), bare)}, SOURCE)
    assert outcome.suppressed == {"a deleted ticket": 1, "a ticket without messages": 1}
    assert outcome.warnings["field 'conversations' is gone"] == 1


@pytest.mark.parametrize(("count", "told"), [(9, 0), (10, 1), (11, 0)])
def test_a_ticket_that_the_api_may_have_cut_at_ten_conversations_is_told(tmp_path, count, told):
    talk = ticket(1, *(said(ref, f"message {ref}") for ref in range(count)))
    outcome = extracted(tmp_path, {"t": lines(talk)}, SOURCE)
    assert (len(outcome.records), outcome.warnings.total()) == (count + 1, told)


def test_a_status_of_the_accounts_own_is_kept_by_its_number(tmp_path):
    assert one(tmp_path, ticket(1, status=17)).status == "status_17"


def test_a_redelivered_ticket_tells_when_it_changed_and_keeps_its_ids(tmp_path):
    late = ticket(1, said(7, "x"), updated_at="2026-11-20T13:00:00Z", status=5)
    outcome = extracted(tmp_path, {"page1": lines(ticket(1, said(7, "x"))), "page2": lines(late)}, SOURCE)
    assert [(r.source_ref, r.updated_at.hour, r.status) for r in outcome.records] == [
        ("1", 12, "open"),
        ("7", 12, "open"),
        ("1", 13, "closed"),
        ("7", 13, "closed"),
    ]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a": json.dumps([TALK]), "b": json.dumps(PEOPLE)}, id="arrays"),
        pytest.param({"a": json.dumps({"results": [TALK], "total": 1}), "b": json.dumps(PEOPLE, indent=1)}, id="pages"),
        pytest.param({"a": json.dumps(TALK, indent=2), "b": lines(*PEOPLE)}, id="one ticket, pretty-printed"),
        pytest.param({"a.gz": gzip.compress(lines(TALK, *PEOPLE).encode())}, id="gzip, tickets and people in one"),
    ],
)
def test_every_shape_of_export_gives_the_same(tmp_path, files):
    outcome = extracted(tmp_path, files, SOURCE)
    assert [record.source_ref for record in outcome.records] == ["20001", "702", "701", "703"]
    assert outcome.suppressed.total() == 3
    assert not outcome.quarantined


def test_the_first_apis_shape_is_understood(tmp_path):
    note = {"id": 7, "user_id": GUS, "body": "On its way", "body_html": "<p>On its way</p>", "incoming": False}
    note |= {"private": False, "source": 0, "deleted": False, "created_at": "2026-11-20T10:00:00+01:00"}
    older = {
        "id": 99_001,
        "display_id": 5,
        "description": "Hello",
        "description_html": "<p>Hello</p>",
        "status": 2,
        "source": 1,
    }
    older |= {"requester_id": ANN, "created_at": "2026-11-20T09:00:00Z", "tags": [{"name": "delivery"}], "subject": "Hi"}
    filed = [{"attachment": {"content_file_name": "a.jpg", "content_file_size": 12, "id": 1}}]
    wrapped = {"helpdesk_ticket": older | {"notes": [{"note": note}], "attachments": filed}}
    outcome = extracted(tmp_path, {"t": json.dumps([wrapped]), "u": json.dumps([{"user": PEOPLE[0]}])}, SOURCE)
    assert [(r.source_ref, r.text, r.direction) for r in outcome.records] == [
        ("5", "Hello", "inbound"),
        ("7", "On its way", "outbound"),
    ]
    assert outcome.records[0].attachments == [Attachment("a.jpg", 12, "")]
    assert outcome.records[0].party_ref == "Ann Archer"
    listed = extracted(tmp_path / "page", {"t": json.dumps([older]), "u": json.dumps([{"user": PEOPLE[0]}])}, SOURCE)
    assert [(r.source_ref, r.text, r.party) for r in listed.records] == [("5", "Hello", outcome.records[0].party)]


def test_of_the_first_apis_users_those_of_the_helpdesk_are_ours(tmp_path):
    row = {"name": "Ann", "email": "ann@mail.example", "phone": None, "customer_id": 9, "custom_field": {}}
    users = [
        {"user": row | {"id": ANN, "helpdesk_agent": False, "external_id": "A-1", "fb_profile_id": None}},
        {"user": row | {"id": GUS, "helpdesk_agent": True, "external_id": None, "email": "gus@mail.example"}},
    ]
    noted = said(700, "called her", by=GUS, incoming=False)
    outcome = extracted(
        tmp_path, {"t": lines(ticket(1), ticket(2, noted, requester_id=GUS)), "u": json.dumps(users)}, SOURCE
    )
    assert [(r.reason, ("account", "desk:external", "A-1") in party(r)) for r in outcome.records] == [
        (None, True), ("internal", False), ("internal", False),
    ]  # fmt: skip
    assert outcome.suppressed == {"a contact of the side file": 1, "an agent of the side file": 1}
    assert not [told for told in outcome.warnings if told.startswith("unknown")]


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


GOOD = said(700, "fine")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(GOOD, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("id", "created_at", "incoming", "private", "source")
        ),
        pytest.param(without(without(GOOD, "body"), "body_text"), "neither field 'body_text'", id="no text"),
        pytest.param(GOOD | {"source": 77}, "field 'source' has a value we do not know", id="a source we have not seen"),
        pytest.param(GOOD | {"incoming": "yes"}, "field 'incoming' is not true or false", id="a text for a boolean"),
        pytest.param(GOOD | {"created_at": "2026-11-20T09:00:00"}, "a time without an offset", id="a time without a zone"),
        pytest.param(GOOD | {"to_emails": "a@b.example"}, "field 'to_emails' is not a list", id="a text for a list"),
        pytest.param([], "not a record", id="not a record"),
    ],
)
def test_a_conversation_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = extracted(tmp_path, {"t": lines(TALK, ticket(2, GOOD, bad, said(702, "later")))}, SOURCE)
    assert len(outcome.records) == 7
    ((position, why),) = outcome.quarantined
    assert position == "conversation 2 of line 2"
    assert reason in why


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(json.dumps(without(TALK, name)), f"missing field '{name}'", id=f"no {name}")
            for name in ("id", "status", "requester_id", "created_at")
        ),
        pytest.param(json.dumps(TALK | {"status": 1}), "field 'status' has a value we do not know", id="a status unknown"),
        pytest.param(json.dumps(TALK | {"source": 99}), "field 'source' has a value we do not know", id="a source unknown"),
        pytest.param(json.dumps(TALK | {"conversations": {}}), "field 'conversations' is not a list", id="another shape"),
        pytest.param(json.dumps(without(ALONE, "ticket_id")), "missing field 'ticket_id'", id="a conversation of no ticket"),
        pytest.param(json.dumps(TALK)[:80], "not JSON", id="a line cut off"),
        pytest.param("[" * 5000, "not JSON", id="deep nesting"),
        pytest.param('{"id": NaN, "status": 2}', "not JSON", id="NaN"),
        pytest.param('{"a": 1}', "neither a ticket", id="something else"),
        pytest.param("17", "not a record", id="a number"),
    ],
)
def test_a_line_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = extracted(tmp_path, {"t": lines(TALK) + bad + "\n" + lines(ticket(3, GOOD))}, SOURCE)
    assert len(outcome.records) == 6
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("a\u202eb\u0000c\ud800", "abc?", id="controls and half a character"),
        pytest.param("x" * 1_000_000, "x" * 1_000_000, id="a long text"),
    ],
)
def test_hostile_text_comes_out_valid(tmp_path, body, text):
    assert one(tmp_path, ticket(1, description=body)).text == text


def test_ids_beyond_two_to_the_53_are_kept_to_the_digit_and_of_two_keys_the_last_counts(tmp_path):
    twice = '{"id": 1, ' + json.dumps(said(9_007_199_254_740_993, "x", ticket_id=2))[1:]
    assert extracted(tmp_path, {"t": twice}, SOURCE).records[0].source_ref == "9007199254740993"


def test_the_samples_lose_no_message(tmp_path, samples):
    folder = samples / "chat" / "freshdesk"
    files = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    outcome = extracted(tmp_path, files, SOURCE)
    assert [record.source_ref for record in outcome.records] == [
        "1", "2001", "2002", "2003", "1", "2",
    ]  # fmt: skip
    assert [record.direction for record in outcome.records[:4]] == ["inbound", "inbound", "outbound", "outbound"]
    assert outcome.records[0].text == "Initial ticket description with an issue"
    assert outcome.records[3].attachments == [Attachment("solution_guide.pdf", 234567, "")]
    assert outcome.records[4].updated_at == datetime(2024, 1, 15, 14, 45, tzinfo=UTC)
    assert not outcome.quarantined
    assert outcome.read == 6


def test_the_survey_finds_the_people_and_never_raises(tmp_path):
    extracted(tmp_path, EXPORT | {"broken": "[{", "empty": "", "odd.gz": b"\x1f\x8bxx"}, SOURCE)
    people = freshdesk.survey(find_export(str(tmp_path), SOURCE, NIGHT))
    assert (set(people.contacts), people.agents) == ({str(ANN), str(CARL)}, {str(GUS)})


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(UNQUOTED), shape=st.sampled_from(["lines", "array", "page"]))
def test_a_random_world_comes_back(tmp_path, world, shape):
    spoken = dict(enumerate(world, start=1))
    tickets = [
        ticket(
            thread + 100,
            *(
                said(ref, each.text, by=GUS if each.is_ours else 500 + thread, incoming=not each.is_ours, at=str(each.at))
                for ref, each in spoken.items()
                if each.thread == thread
            ),
            requester_id=500 + thread,
            description="the first of all",
        )
        for thread in sorted({each.thread for each in world})
    ]
    text = {"lines": lines(*tickets), "array": json.dumps(tickets), "page": json.dumps({"tickets": tickets})}[shape]
    outcome = extracted(tmp_path, {"t": text}, SOURCE)
    assert not outcome.quarantined
    records = [record for record in outcome.records if record.position.startswith("conversation")]
    assert len(records) == len(world)
    for record in records:
        each = spoken[int(record.source_ref)]
        assert (record.text, record.occurred_at) == (each.text, each.at)
        assert record.conversation_ref == str(each.thread + 100)
        assert record.direction == ("outbound" if each.is_ours else "inbound")
        assert ("account", "desk", str(500 + each.person)) in party(record, evidence="channel")
