"""Small exports in the shape of Intercom's API, written here, and the public samples."""

import gzip
import json
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment, ConsentSignal
from pipelines.extract import intercom
from pipelines.extract.files.inbox import find_export
from pipelines.extract.values.fields import names
from tests.extract.exports import NIGHT, extracted, party, source_of
from tests.extract.random_world import UNQUOTED, worlds
from tests.extract.specimens import Specimen, dump_lines
from tests.thorough import TIMES

SOURCE = source_of(format="intercom", name="messenger_app", channel="chat", own=["*@shop.example"], region="GB")
NINE = 1_795_165_200  # 20 November 2026, 9:00 UTC
ANN = {"type": "user", "id": "63a07ddf", "name": "Ann Archer", "email": "Ann@Mail.example"}
LEAD = {"type": "lead", "id": "63a07dd0", "name": "Visitor", "email": "lee@mail.example"}
GUS = {"type": "admin", "id": "815309", "name": "Gus", "email": "gus@shop.example"}
FIN = {"type": "bot", "id": "278", "name": "Fin", "email": "operator+x@intercom.example"}
FILE = {"type": "upload", "name": "a.jpg", "url": "https://x.example/a", "content_type": "image/jpeg", "filesize": 12}


def part(ref, author, body, *, part_type="comment", at=NINE + 60, **more):
    return {
        "type": "conversation_part",
        "id": ref,
        "part_type": part_type,
        "body": body,
        "created_at": at,
        "updated_at": at,
        "notified_at": at,
        "assigned_to": None,
        "author": author,
        "attachments": [],
        "external_id": None,
        "redacted": False,
    } | more


def source(author=ANN, body="<p>Where is it?</p>", *, via="conversation", delivered_as="customer_initiated", **more):
    told = {"type": via, "id": "403918320", "delivered_as": delivered_as, "subject": "", "body": body, "author": author}
    return told | {"attachments": [], "url": None, "redacted": False} | more


def conversation(ref, *parts, first=None, contacts=(ANN,), **more):
    people = [{"type": "contact", "id": each["id"], "external_id": "70"} for each in contacts]
    return {
        "type": "conversation",
        "id": ref,
        "created_at": NINE,
        "updated_at": NINE + 600,
        "source": first or source(),
        "contacts": {"type": "contact.list", "contacts": people},
        "team_assignee_id": 5017691,
        "state": "open",
        "title": None,
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": "delivery"}]},
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": list(parts),
            "total_count": len(parts),
        },
    } | more


def contact(who, **more):
    row = {"type": "contact", "id": who["id"], "role": who["type"], "name": who["name"], "email": who["email"]}
    row |= {"phone": "07700 900123", "external_id": "70", "unsubscribed_from_emails": False, "updated_at": NINE - 9_000_000}
    return row | more


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def one(folder, first, *others, **more):
    files = {"c": lines(conversation("1", first=first, **more)), "p": lines(*others)} if others else {
        "c": lines(conversation("1", first=first, **more))
    }  # fmt: skip
    (record,) = extracted(folder, files, SOURCE).records
    return record


TALK = conversation(
    "471",
    part("702", GUS, "<p>On its way</p>", attachments=[FILE]),
    part("703", GUS, "<p>She called before</p>", part_type="note", at=NINE + 120),
    part("704", ANN, "<p>Call 07700 900456</p>", at=NINE + 180),
    part("705", GUS, None, part_type="close", at=NINE + 240),
)
PROFILES = {"type": "list", "data": [{"type": "social_profile", "name": "Twitter", "url": "http://twitter.com/AnnA"}]}
COMPANIES = {"type": "list", "data": [{"type": "company", "id": "c1", "name": "Archer Ltd"}], "total_count": 1}
PEOPLE = [contact(ANN, social_profiles=PROFILES, companies=COMPANIES), contact(LEAD, phone=None)]
EXPORT = {"conversations.json": lines(TALK), "contacts.json": lines(*PEOPLE)}
MAIL = {
    "subject": "Re: it",
    "email_address_headers": [{"type": "from", "email_address": "ann.two@mail.example", "name": "A"}],
}
MAILED = conversation(
    "472", part("712", LEAD, "<p>Hi</p>", email_message_metadata=MAIL), first=source(LEAD, via="email"), contacts=(LEAD,)
)
SPECIMEN = Specimen(
    SOURCE,
    {"all.ndjson": dump_lines([TALK, MAILED, *PEOPLE])},
    "all.ndjson",
    dump=dump_lines,
    # versions of the API without them, and contacts without profiles and companies
    may_lack=names("""
        companies companies.data companies.data.name conversation_parts.conversation_parts.email_message_metadata
        conversation_parts.conversation_parts.email_message_metadata.email_address_headers social_profiles
        social_profiles.data
    """),
    has_lines=True,
)


def test_the_source_comes_first_and_every_part_that_says_something_follows(tmp_path):
    outcome = extracted(tmp_path, EXPORT, SOURCE)
    assert [(r.source_ref, r.conversation_ref, r.direction, r.agent_ref) for r in outcome.records] == [
        ("403918320", "471", "inbound", None),
        ("702", "471", "outbound", "815309"),
        ("703", "471", "internal", "815309"),
        ("704", "471", "inbound", None),
    ]
    first, second, *_ = outcome.records
    assert (first.occurred_at, second.occurred_at) == (
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        datetime(2026, 11, 20, 9, 1, tzinfo=UTC),
    )
    assert (first.channel, first.topic, first.status, first.team) == ("chat", "delivery", "open", "5017691")
    assert (first.text, first.party_ref, first.position) == ("Where is it?", "Ann Archer", "line 1")
    assert (second.attachments, second.position) == ([Attachment("a.jpg", 12, "")], "part 1 of line 1")
    assert second.updated_at == datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
    assert outcome.suppressed == {"a contact of the side file": 2, "a change of the conversation's state": 1}
    assert not outcome.quarantined
    assert not outcome.warnings


def test_the_party_of_every_part_is_the_contact_and_claims_are_the_writers_own(tmp_path):
    records = extracted(tmp_path, EXPORT, SOURCE).records
    for record in records:
        assert {("account", "messenger_app", "63a07ddf"), ("email", "", "ann@mail.example")} <= party(record)
        assert {("handle", "x", "anna"), ("company", "", "Archer Ltd")} <= party(record)
    assert [("phone", "", "+447700900456") in party(record) for record in records] == [False, False, False, True]


@pytest.mark.parametrize(
    ("author", "via", "mail", "phone"),
    [
        pytest.param(ANN, "conversation", ("channel", False), ("channel", False), id="a user, as our app says"),
        pytest.param(LEAD, "conversation", ("claimed", True), ("claimed", True), id="a lead, who typed it"),
        pytest.param(LEAD, "email", ("channel", False), ("claimed", True), id="a lead, by mail"),
        pytest.param(LEAD, "sms", ("claimed", True), ("channel", True), id="a lead, by text message"),
        pytest.param(LEAD, "whatsapp", ("claimed", True), ("channel", True), id="a lead, by WhatsApp"),
    ],
)
def test_an_address_weighs_what_the_one_who_delivered_it_can_prove(tmp_path, author, via, mail, phone):
    record = one(tmp_path, source(author, via=via), contact(author), contacts=(author,))
    found = {each.kind: (each.evidence, each.is_verified) for each in record.party}
    assert (found["email"], found["phone"]) == (mail, phone)


def test_our_own_id_of_a_user_is_a_record_of_ours_and_that_of_a_lead_is_made_up(tmp_path):
    user = one(tmp_path / "a", source(ANN), contact(ANN))
    assert ("account", "messenger_app:external", "70") in party(user, evidence="reference")
    lead = one(tmp_path / "b", source(LEAD), contact(LEAD), contacts=(LEAD,))
    assert not [each for each in lead.party if each.scope == "messenger_app:external"]


def test_a_handle_is_proven_where_the_message_came_by_its_platform(tmp_path):
    record = one(tmp_path, source(ANN, via="twitter"), PEOPLE[0])
    assert record.channel == "social"
    assert ("handle", "x", "anna") in party(record, evidence="channel")


@pytest.mark.parametrize(
    ("via", "channel"),
    [("conversation", "chat"), ("push", "chat"), ("email", "email"), ("facebook", "social"), ("phone_call", "voice")],
)
def test_the_type_of_the_source_gives_the_channel(tmp_path, via, channel):
    record = one(tmp_path, source(via=via))
    assert record.channel == channel
    assert record.source_metadata.get("via") == (None if via == "conversation" else via)


def test_who_unsubscribed_said_no_whatever_they_write(tmp_path):
    gone = contact(ANN, unsubscribed_from_emails=True, unsubscribed_from_sms=True)
    note = part("703", GUS, "<p>She called before</p>", part_type="note")
    files = {"c": lines(conversation("1", part("702", GUS, "<p>On its way</p>"), note)), "p": lines(gone)}
    mail, text = (ConsentSignal(*each) for each in (
        ("email", "marketing", False, "ann@mail.example"), ("sms", "marketing", False, "+447700900123"),
    ))  # fmt: skip
    assert [each.consent for each in extracted(tmp_path, files, SOURCE).records] == [[mail, text]] * 2 + [[]]


def test_an_answer_by_mail_in_a_chat_is_a_mail_and_shows_its_sender(tmp_path):
    talk = conversation("1", part("7", ANN, "<p>Hi</p>", email_message_metadata=MAIL))
    _, record = extracted(tmp_path, {"c": lines(talk)}, SOURCE).records
    (mail,) = [each for each in record.party if each.value == "ann.two@mail.example"]
    assert (record.channel, mail.evidence, mail.is_verified) == ("email", "channel", False)


@pytest.mark.parametrize(
    ("author", "delivered_as"),
    [(FIN, "operator_initiated"), (GUS, "automated"), (GUS | {"from_ai_agent": True}, "admin_initiated")],
)
def test_what_a_bot_or_a_campaign_says_is_to_the_customer_and_marked(tmp_path, author, delivered_as):
    record = one(tmp_path, source(author, delivered_as=delivered_as), contact(ANN))
    assert (record.direction, record.source_metadata["automatic"]) == ("outbound", True)
    assert (record.party_ref, record.reason) == ("Ann Archer", None)


def test_an_author_whom_the_platform_withholds_is_the_one_contact_there_is(tmp_path):
    record = one(tmp_path, source({"type": "user", "id": None, "name": "", "email": ""}, via="twitter"), PEOPLE[0])
    assert (record.direction, record.party_ref) == ("inbound", "Ann Archer")


def test_words_to_nobody_have_no_customer(tmp_path):
    record = one(tmp_path, source(FIN), contacts=())
    assert (record.reason, record.party) == ("no_identifier", [])


@pytest.mark.parametrize(("address", "reason"), [("x@shop.example", "own_address"), ("noreply@bank.example", "no_reply")])
def test_who_is_no_customer_is_kept_with_the_reason(tmp_path, address, reason):
    record = one(tmp_path, source(ANN | {"email": address}, via="email"))
    assert (record.reason, record.party, record.text) == (reason, [], "Where is it?")


def test_what_we_answer_a_machine_that_mails_has_no_customer(tmp_path):
    machine = ANN | {"email": "mailer-daemon@mx.example"}
    talk = conversation("1", part("7", GUS, "<p>Thanks</p>"), first=source(machine, via="email"))
    records = extracted(tmp_path, {"c": lines(talk)}, SOURCE).records
    assert [(record.reason, record.party) for record in records] == [("bounce", []), ("bounce", [])]


def test_of_several_people_each_is_the_party_of_what_they_write(tmp_path):
    talk = conversation("1", part("7", LEAD, "<p>me too</p>"), part("8", GUS, "<p>Both</p>"), contacts=(LEAD, ANN))
    records = extracted(tmp_path, {"c": lines(talk)}, SOURCE).records
    assert [record.party_ref for record in records] == ["Ann Archer", "Visitor", "Ann Archer"]
    assert records[2].source_metadata == {"participants": 2}


@pytest.mark.parametrize("part_type", ["assignment", "close", "open", "snoozed"])
def test_a_change_of_state_that_carries_a_message_is_one(tmp_path, part_type):
    talk = conversation("1", part("7", GUS, "<p>Bye</p>", part_type=part_type), part("8", GUS, None, part_type=part_type))
    outcome = extracted(tmp_path, {"c": lines(talk)}, SOURCE)
    assert (outcome.records[1].text, outcome.records[1].source_metadata) == ("Bye", {"part_type": part_type})
    assert outcome.suppressed.total() == 1


@pytest.mark.parametrize("part_type", ["note", "note_and_reopen", "note_and_unsnooze"])
def test_a_note_is_internal(tmp_path, part_type):
    talk = conversation("1", part("7", GUS, "<p>hm, zoe@mail.example</p>", part_type=part_type))
    record = extracted(tmp_path, {"c": lines(talk)}, SOURCE).records[1]
    assert (record.direction, record.party_ref) == ("internal", "Ann Archer")
    assert ("email", "", "zoe@mail.example") not in party(record)


def test_a_new_type_of_part_is_set_aside_where_it_says_something_and_told_where_not(tmp_path):
    talk = conversation("1", part("7", GUS, "<p>?</p>", part_type="musing"), part("8", GUS, None, part_type="musing"))
    outcome = extracted(tmp_path, {"c": lines(talk)}, SOURCE)
    assert outcome.quarantined == [("part 1 of line 1", "field 'part_type' has a value we do not know")]
    assert outcome.warnings == {"field 'part_type' has a value we do not know": 1}
    assert (len(outcome.records), outcome.read) == (1, 3)


def test_what_was_deleted_or_withheld_is_kept_without_words(tmp_path):
    gone = part("7", ANN, "<p><i>This message was deleted</i></p>", redacted=True)
    held = part("8", ANN, "We've removed this part of the conversation to comply with Twitter's terms and conditions.")
    _, first, second = extracted(tmp_path, {"c": lines(conversation("1", gone, held))}, SOURCE).records
    assert (first.text, first.source_metadata) == ("", {"redacted": True})
    assert (second.text, second.source_metadata) == ("", {"withheld": True})


def test_parts_that_the_export_leaves_out_are_told(tmp_path):
    talk = conversation("1", part("7", ANN, "<p>x</p>"))
    talk["conversation_parts"]["total_count"] = 612
    listed = {name: value for name, value in conversation("2").items() if name != "conversation_parts"}
    outcome = extracted(tmp_path, {"c": lines(talk), "page": json.dumps({"conversations": [listed]})}, SOURCE)
    assert len(outcome.records) == 3
    assert outcome.warnings == {
        "a conversation has more parts than the export holds": 1,
        "field 'conversation_parts' is gone": 1,
    }


def test_a_redelivered_conversation_tells_when_it_changed_and_keeps_its_ids(tmp_path):
    late = conversation("1", state="closed", updated_at=NINE + 7200)
    old, new = extracted(tmp_path, {"a": lines(conversation("1")), "b": lines(late)}, SOURCE).records
    assert old.source_ref == new.source_ref
    assert (old.updated_at.hour, new.updated_at.hour, new.status) == (9, 11, "closed")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("<p>Hello<br>you</p>", "Hello\nyou", id="HTML"),
        pytest.param("2 < 3 & 5 > 4", "2 < 3 & 5 > 4", id="plain text, as display_as asks for"),
        pytest.param("<p>a\u202eb\u0000c\ud800</p>", "abc?", id="controls and half a character"),
        pytest.param("<p>" + "x" * 1_000_000, "x" * 1_000_000, id="a long text"),
        pytest.param("<b>" * 20_000 + "deep", "deep", id="deep markup"),
    ],
)
def test_a_body_becomes_the_text_a_reader_sees(tmp_path, body, text):
    assert one(tmp_path, source(body=body)).text == text


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a": json.dumps([TALK]), "b": json.dumps({"type": "list", "data": PEOPLE})}, id="arrays and pages"),
        pytest.param({"a": json.dumps({"conversations": [TALK]}), "b": lines(*PEOPLE)}, id="page"),
        pytest.param(
            {"a": json.dumps(TALK, indent=1), "b": json.dumps({"data": PEOPLE}, indent=1)}, id="one, pretty-printed"
        ),
        pytest.param({"a": json.dumps(TALK) + json.dumps(PEOPLE[0]) + json.dumps(PEOPLE[1])}, id="documents in a row"),
        pytest.param({"a.gz": gzip.compress(lines(TALK, *PEOPLE).encode())}, id="gzip, all in one"),
    ],
)
def test_every_shape_of_export_gives_the_same(tmp_path, files):
    outcome = extracted(tmp_path, files, SOURCE)
    assert [record.source_ref for record in outcome.records] == ["403918320", "702", "703", "704"]
    assert outcome.records[0].party_ref == "Ann Archer"
    assert outcome.suppressed.total() == 3
    assert not outcome.quarantined


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


GOOD = part("700", ANN, "<p>fine</p>")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(GOOD, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("id", "author", "created_at", "part_type")
        ),
        pytest.param(GOOD | {"author": {"type": "ghost", "id": "1"}}, "field 'type' has a value", id="an author unknown"),
        pytest.param(GOOD | {"created_at": "2026-11-20"}, "field 'created_at' is no whole number", id="a time as text"),
        pytest.param(GOOD | {"created_at": 10**18}, "a time outside the calendar", id="a time beyond all"),
        pytest.param(GOOD | {"body": ["x"]}, "field 'body' is not a text", id="a list for a text"),
        pytest.param([], "not a record", id="not a record"),
    ],
)
def test_a_part_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = extracted(tmp_path, {"c": lines(TALK, conversation("2", GOOD, bad, part("9", ANN, "<p>x</p>")))}, SOURCE)
    assert len(outcome.records) == 7
    ((position, why),) = outcome.quarantined
    assert position == "part 2 of line 2"
    assert reason in why


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(json.dumps(without(TALK, name)), f"missing field '{name}'", id=f"no {name}")
            for name in ("id", "type", "source", "state", "created_at")
        ),
        pytest.param(json.dumps(TALK | {"state": "parked"}), "field 'state' has a value", id="a state unknown"),
        pytest.param(json.dumps(TALK | {"source": source(via="pigeon")}), "field 'type' has", id="a channel unknown"),
        pytest.param(
            json.dumps(TALK | {"source": source(delivered_as="thrown")}), "field 'delivered_as'", id="a delivery unknown"
        ),
        pytest.param(json.dumps(contact(ANN, role="robot")), "field 'role' has a value we do not know", id="a role unknown"),
        pytest.param(json.dumps(TALK)[:80], "not JSON", id="a line cut off"),
        pytest.param("[" * 5000, "not JSON", id="deep nesting"),
        pytest.param('{"type": "conversation", "created_at": NaN}', "not JSON", id="NaN"),
        pytest.param('{"type": "company", "id": "1"}', "field 'type' has a value we do not know", id="something else"),
        pytest.param("17", "not a record", id="a number"),
    ],
)
def test_a_line_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = extracted(tmp_path, {"c": lines(TALK) + bad + "\n" + lines(conversation("3", GOOD))}, SOURCE)
    assert len(outcome.records) == 6
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "header",
    ["user_id,email,receipt_id,received_at", '"message_id";"message_body";"conversation_id"', "id\tbody\tcreated_at"],
)
def test_a_table_is_set_aside_with_what_to_take_instead(tmp_path, header, mark):
    outcome = extracted(tmp_path, {"export.csv": f"{mark}{header}\n1,2,3,4\n"}, SOURCE)
    assert not outcome.records
    assert [at for at, _ in outcome.quarantined] == ["line 1", "line 2"]
    assert "take those from the API" in outcome.quarantined[0][1]
    assert "'table'" in outcome.quarantined[0][1]


def test_ids_beyond_two_to_the_53_are_kept_to_the_digit(tmp_path):
    outcome = extracted(tmp_path, {"c": lines(conversation(1, part(9_007_199_254_740_993, ANN, "<p>x</p>")))}, SOURCE)
    assert outcome.records[1].source_ref == "9007199254740993"


def test_the_samples_lose_no_message(tmp_path, samples):
    files = {path.name: path.read_bytes() for path in (samples / "chat" / "intercom").glob("*.json")}
    outcome = extracted(tmp_path, files, SOURCE)
    assert [(r.source_ref, r.conversation_ref, r.direction, r.text) for r in outcome.records] == [
        ("403918320", "471", "outbound", "this is the message body"),
        ("403918334", "503", "outbound", "this is the message body"),
        ("1", "503", "outbound", "Okay!"),
    ]
    assert ("account", "messenger_app", "6762f1261bb69f9f2193bba7") in party(outcome.records[2])
    assert outcome.records[2].occurred_at == datetime(2022, 9, 19, 14, 20, 23, tzinfo=UTC)
    assert outcome.suppressed == {"a change of the conversation's state": 3}
    assert not outcome.quarantined


def hooked(item):
    """A webhook's message about a conversation or a contact."""
    told = {"type": "notification_event", "app_id": "x", "topic": "conversation.user.replied", "created_at": NINE}
    return told | {"data": {"type": "notification_event_data", "item": item}, "id": "notif_1", "delivery_attempts": 1}


def test_a_webhook_is_read_as_what_it_tells_of(tmp_path):
    talk = conversation("1", part("900", ANN, "<p>Hello?</p>"))
    plain = extracted(tmp_path / "a", {"c": lines(talk), "p": lines(contact(ANN))}, SOURCE)
    outcome = extracted(tmp_path / "b", {"c": lines(hooked(talk)), "p": lines(hooked(contact(ANN)))}, SOURCE)
    assert [(r.source_ref, r.text, r.party) for r in outcome.records] == [
        (r.source_ref, r.text, r.party) for r in plain.records
    ]
    assert outcome.suppressed == {"a contact of the side file": 1}


def test_the_first_apis_conversation_is_read_and_says_who_it_is_with(tmp_path):
    first = {"type": "conversation_message", "id": "6", "subject": "", "body": "<p>Hi</p>", "attachments": [], "url": None}
    talk = without(without(without(conversation("1", part("7", ANN, "<p>Yes?</p>")), "source"), "contacts"), "state")
    talk |= {"conversation_message": first | {"author": {"type": "admin", "id": GUS["id"]}}, "open": True}
    talk |= {"user": without(ANN, "x") | {"user_id": "70", "do_not_track": None}, "assignee": GUS, "links": {}}
    mail = SOURCE.model_copy(update={"channel": "email"})
    outcome = extracted(tmp_path, {"c": lines(hooked(talk))}, mail)
    assert [(r.source_ref, r.direction, r.channel, r.status) for r in outcome.records] == [
        ("6", "outbound", "email", "open"), ("7", "inbound", "email", "open"),
    ]  # fmt: skip
    for record in outcome.records:
        assert {("account", "messenger_app:external", "70"), ("name", "", "Ann Archer")} <= party(record)
    assert not outcome.quarantined


def test_users_and_leads_of_the_first_api_are_contacts(tmp_path):
    rows = [{"type": kind, "id": who["id"], "user_id": "u", "email": who["email"], "session_count": 3} for kind, who in (
        ("user", ANN), ("contact", LEAD),
    )]  # fmt: skip
    extracted(tmp_path, {"c": lines(TALK), "p": lines(*rows)}, SOURCE)
    found = intercom.survey(find_export(str(tmp_path), SOURCE, NIGHT))
    assert {ref: (each.role, each.external) for ref, each in found.items()} == {
        ANN["id"]: ("user", "u"), LEAD["id"]: ("lead", "u"),
    }  # fmt: skip


def test_a_webhook_of_nothing_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, {"c": lines(hooked(None), hooked(hooked({})))}, SOURCE)
    assert [why for _, why in outcome.quarantined] == ["field 'type' has a value we do not know"] * 2


def test_the_survey_finds_the_contacts_and_never_raises(tmp_path):
    extracted(tmp_path, EXPORT | {"broken": "[{", "empty": "", "odd.gz": b"\x1f\x8bxx"}, SOURCE)
    found = intercom.survey(find_export(str(tmp_path), SOURCE, NIGHT))
    assert {ref: each.role for ref, each in found.items()} == {ANN["id"]: "user", LEAD["id"]: "lead"}


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(UNQUOTED), shape=st.sampled_from(["lines", "array", "page"]))
def test_a_random_world_comes_back(tmp_path, world, shape):
    spoken = dict(enumerate(world, start=1))
    talks = []
    for thread in sorted({each.thread for each in world}):
        person = {"type": "lead", "id": f"p{thread}", "name": "", "email": ""}
        parts = [
            part(str(ref), GUS if each.is_ours else person, f"<p>{escape(each.text)}</p>", at=int(each.at.timestamp()))
            for ref, each in spoken.items()
            if each.thread == thread
        ]
        talks.append(conversation(str(thread), *parts, first=source(person), contacts=(person,)))
    text = {"lines": lines(*talks), "array": json.dumps(talks), "page": json.dumps({"conversations": talks})}[shape]
    outcome = extracted(tmp_path, {"t": text}, SOURCE)
    assert not outcome.quarantined
    records = [record for record in outcome.records if record.position.startswith("part")]
    assert len(records) == len(world)
    for record in records:
        each = spoken[int(record.source_ref)]
        assert (" ".join(record.text.split()), record.occurred_at) == (" ".join(each.text.split()), each.at)
        assert record.conversation_ref == str(each.thread)
        assert record.direction == ("outbound" if each.is_ours else "inbound")
        assert ("account", "messenger_app", f"p{each.person}") in party(record, evidence="channel")
