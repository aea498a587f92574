"""Small exports in the shape of Zendesk's incremental ones, written here: there is no public sample."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from pipelines.contract import Attachment
from pipelines.extract.values.fields import names
from tests.extract.exports import extracted, party, source_of
from tests.extract.specimens import Specimen, dump_lines

SOURCE = source_of(format="zendesk", name="helpdesk", channel="chat", own=["desk@shop.example"], region="GB")
ANN, AGENT, ADMIN, CC = 41_000_000_001, 36_000_000_001, 36_000_000_002, 41_000_000_002


def user(ref, role, name, **more):
    return {
        "id": ref,
        "url": f"https://shop.zendesk.example/{ref}.json",
        "name": name,
        "email": None,
        "phone": None,
        "role": role,
        "verified": False,
        "active": True,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "tags": [],
    } | more


def comment(ref, author, body, *, public=True, via="native_messaging", origin=None, at="2026-11-20T09:00:00Z", **more):
    source = {"from": origin or {}, "to": {}, "rel": None}
    return {
        "id": ref,
        "type": "Comment",
        "author_id": author,
        "body": body,
        "public": public,
        "created_at": at,
        "attachments": [],
        "audit_id": 1,
        "metadata": {},
        "via": {"channel": via, "source": source},
    } | more


def ticket(ref, *comments, via="native_messaging", **more):
    return {
        "id": ref,
        "requester_id": ANN,
        "assignee_id": AGENT,
        "subject": "Order GT-1001",
        "status": "open",
        "type": "question",
        "tags": ["delivery"],
        "group_id": 3601,
        "via": {"channel": via, "source": {"from": {}, "to": {}, "rel": None}},
        "comments": list(comments),
        "description": "…",
        "created_at": "2026-11-20T09:00:00Z",
        "updated_at": "2026-11-20T09:00:00Z",
    } | more


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


PEOPLE = [
    user(ANN, "end-user", "Ann Archer", email="Ann@Mail.example", phone="07700 900123"),
    user(AGENT, "agent", "Gus", email="gus@shop.example", verified=True),
    user(ADMIN, "admin", "Ida", email="ida@shop.example", verified=True),
    user(CC, "end-user", "Carl Cope", email="carl@mail.example", verified=True),
]
TALK = ticket(
    20001,
    comment(701, ANN, "Where is it? Call 07700 900456"),
    comment(702, AGENT, "On its way", via="web", at="2026-11-20T09:05:00Z"),
    comment(703, ADMIN, "She called before", public=False, via="web", at="2026-11-20T09:06:00Z"),
)
EXPORT = {"tickets.ndjson": lines(TALK), "users.ndjson": lines(*PEOPLE)}
CALL = {"from": "+447700900123", "to": "+441632960100", "call_duration": 61, "recording_url": "https://shop.example/r"} | {
    "answered_by_id": AGENT, "transcription_text": "My parcel is lost", "outcome": "completed", "started_at": "…",
}  # fmt: skip
MAILED = comment(711, ANN, "Hello", via="email", origin={"address": "Ann@Mail.example", "name": "Ann Archer"})
FILED = comment(712, ANN, None, html_body="<p>See</p>", attachments=[{"id": 1, "file_name": "a.jpg", "size": 12}])
CALLED = comment(713, AGENT, "Call from +44", type="VoiceComment", via="voice", origin={"phone": "+447700900123"}, data=CALL)
CALLED["via"]["source"]["rel"] = "inbound"
TWEETED = comment(714, ANN, "Hello?", via="twitter", origin={"username": "AnnA", "twitter_id": "99", "name": "Ann"})
MERGED = comment(715, AGENT, "Request #2 was merged into this one", via="web", origin={"ticket_id": 2, "subject": "x"})
MERGED["via"]["source"]["rel"] = "merge"
SPECIMEN = Specimen(
    SOURCE,
    {"desk.ndjson": dump_lines([TALK, ticket(20002, MAILED, FILED, CALLED, TWEETED, MERGED, via="email"), *PEOPLE])},
    "desk.ndjson",
    dump=dump_lines,
    may_lack=frozenset(
        # the plain text beside the HTML, and what only some channels and calls tell
        names(
            """
            comments.html_body comments.via.source.from.address comments.via.source.from.name comments.via.source.from.phone
            comments.via.source.from.ticket_id comments.via.source.from.twitter_id comments.via.source.from.username
            comments.data.answered_by_id comments.data.outcome comments.data.recording_url comments.data.transcription_text
            """
        )
    ),
    has_lines=True,
)


def test_each_comment_is_one_interaction_and_the_authors_role_gives_its_direction(tmp_path):
    outcome = extracted(tmp_path, EXPORT, SOURCE)
    assert [(r.source_ref, r.conversation_ref, r.direction, r.agent_ref) for r in outcome.records] == [
        ("701", "20001", "inbound", None),
        ("702", "20001", "outbound", str(AGENT)),
        ("703", "20001", "internal", str(ADMIN)),
    ]
    first = outcome.records[0]
    assert first.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (first.subject, first.topic, first.status, first.team) == ("Order GT-1001", "delivery", "open", "3601")
    assert first.position == "comment 1 of line 1"
    assert first.party_ref == "Ann Archer"
    assert outcome.suppressed == {"a user of the side file": 4}
    assert not outcome.quarantined
    assert not outcome.warnings


def test_the_party_of_every_comment_is_the_requester(tmp_path):
    for record in extracted(tmp_path, EXPORT, SOURCE).records:
        assert party(record, evidence="channel") == {("account", "helpdesk", str(ANN))}
        assert {("email", "", "ann@mail.example"), ("phone", "", "+447700900123"), ("name", "", "Ann Archer")} <= party(
            record, evidence="claimed"
        )


def test_a_claim_is_taken_from_what_the_person_wrote_and_not_from_an_agent(tmp_path):
    asked, answered, _ = extracted(tmp_path, EXPORT, SOURCE).records
    assert ("phone", "", "+447700900456") in party(asked, evidence="claimed")
    assert ("phone", "", "+447700900456") not in party(answered)


@pytest.mark.parametrize(
    ("verified", "via", "mail", "phone"),
    [
        (True, "web", "channel", "channel"),
        (False, "web", "claimed", "claimed"),
        (False, "email", "channel", "claimed"),
        (False, "sms", "claimed", "channel"),
    ],
)
def test_a_users_address_is_proven_by_zendesk_or_by_the_channel_it_came_through(tmp_path, verified, via, mail, phone):
    files = {
        "t": lines(ticket(1, comment(7, ANN, "hello", via=via), via=via)),
        "u": lines(PEOPLE[0] | {"verified": verified}),
    }
    (record,) = extracted(tmp_path, files, SOURCE).records
    evidence = {each.kind: each.evidence for each in record.party}
    assert (evidence["email"], evidence["phone"], evidence["account"]) == (mail, phone, "channel")


@pytest.mark.parametrize(
    ("via", "own_via", "channel"),
    [
        ("email", "email", "email"),
        ("email", "web", "email"),
        ("sms", "sms", "sms"),
        ("voice", "voice", "voice"),
        ("twitter", "twitter_dm", "social"),
        ("web", "web", "chat"),
        ("native_messaging", "api", "chat"),
    ],
)
def test_via_gives_the_channel_where_it_is_sharper_than_the_source(tmp_path, via, own_via, channel):
    files = {"t": lines(ticket(1, comment(7, ANN, "hello", via=own_via), via=via))}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert record.channel == channel


def test_what_the_channel_says_of_the_sender_is_proof(tmp_path):
    origin = {"address": "Ann.New@mail.example", "name": "Ann"}
    files = {"t": lines(ticket(1, comment(7, ANN, "hello", via="email", origin=origin), via="email")), "u": lines(*PEOPLE)}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert ("email", "", "ann.new@mail.example") in party(record, evidence="channel")


def test_another_end_user_on_the_ticket_is_the_party_of_what_they_write(tmp_path):
    files = {"t": lines(ticket(1, comment(7, CC, "me too"))), "u": lines(*PEOPLE)}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert record.direction == "inbound"
    assert ("account", "helpdesk", str(CC)) in party(record)
    assert ("account", "helpdesk", str(ANN)) not in party(record)


def test_the_requester_needs_no_row_and_automations_speak_for_us(tmp_path):
    files = {"t": lines(ticket(1, comment(7, ANN, "hello"), comment(8, -1, "We received your message")))}
    asked, answered = extracted(tmp_path, files, SOURCE).records
    assert party(asked) == {("account", "helpdesk", str(ANN))}
    assert (answered.direction, answered.source_metadata["automatic"]) == ("outbound", True)


def test_a_ticket_of_our_own_staff_has_no_customer(tmp_path):
    files = {"t": lines(ticket(1, comment(7, AGENT, "fix the lamp"), requester_id=AGENT)), "u": lines(*PEOPLE)}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.party, record.reason) == ([], "internal")


@pytest.mark.parametrize(
    ("shown", "called"),
    [
        ("Caller +44 7700 900123", []), ("Caller (020) 7946-0999", []), ("Visitor 12345678", []), ("Besucher 4711", []),
        ("Permanently Deleted User", []), ("Caller Smith", ["Caller Smith"]), ("Ann 2", ["Ann 2"]),
        ("Web User 6a27d07ec70c5f1aa576a17b", []), ("iOS User 64f1d07ec70c5f1aa576a17b", []), ("Web User", []),
    ],
)  # fmt: skip
def test_a_name_that_zendesk_made_up_is_nobodys(tmp_path, shown, called):
    row = user(ANN, "end-user", shown, verified=True)
    (record,) = extracted(tmp_path, {"a.ndjson": lines(ticket(9, comment(1, ANN, "hi")), row)}, SOURCE).records
    assert ([each.value for each in record.party if each.kind == "name"], record.party_ref) == (called, shown)


def test_a_requester_with_our_own_address_has_no_customer(tmp_path):
    files = {"t": lines(ticket(1, comment(7, ANN, "x"))), "u": lines(PEOPLE[0] | {"email": "desk@shop.example"})}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.party, record.reason) == ([], "own_address")


def test_a_body_of_html_attachments_calls_and_merges_are_understood(tmp_path):
    html = comment(7, ANN, None, html_body="<p>Hello<br>you</p>")
    filed = comment(8, ANN, "see", attachments=[{"id": 1, "file_name": "a.jpg", "size": 12, "content_type": "image/jpeg"}])
    call = comment(9, AGENT, "Call", type="VoiceComment", via="voice", data={"call_duration": 61, "from": "+441"})
    files = {"t": lines(ticket(1, html, filed, call, tags=["closed_by_merge", "refund"])), "u": lines(*PEOPLE)}
    first, second, third = extracted(tmp_path, files, SOURCE).records
    assert first.text.split() == ["Hello", "you"]
    assert second.attachments == [Attachment("a.jpg", 12, "")]
    assert (third.duration_seconds, third.channel) == (61.0, "voice")
    assert (first.topic, first.source_metadata["merged"]) == ("refund", True)


def test_stop_by_sms_is_a_no_to_marketing_for_its_number(tmp_path):
    files = {
        "t": lines(ticket(1, comment(7, ANN, "STOP", via="sms", origin={"phone": "+447700900123"}), via="sms")),
        "u": lines(*PEOPLE),
    }
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert [(each.channel, each.allowed, each.value) for each in record.consent] == [("sms", False, "+447700900123")]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a": json.dumps([TALK]), "b": json.dumps(PEOPLE)}, id="arrays"),
        pytest.param({"a": json.dumps([TALK], indent=2), "b": json.dumps({"users": PEOPLE}, indent=2)}, id="pretty-printed"),
        pytest.param(
            {"a": json.dumps({"tickets": [TALK], "next_page": None}), "b": json.dumps({"users": PEOPLE})}, id="API pages"
        ),
        pytest.param(
            {"a": lines({"tickets": [TALK], "count": 1}), "b": lines({"users": PEOPLE[:2]}, {"users": PEOPLE[2:]})},
            id="pages, one a line",
        ),
        pytest.param(
            {"a.gz": gzip.compress(lines(TALK).encode()), "b": gzip.compress(lines(*PEOPLE).encode())},
            id="gzip, told by content",
        ),
        pytest.param({"one": lines(TALK, *PEOPLE)}, id="tickets and users in one file"),
        pytest.param({"users.ndjson": lines(TALK), "tickets.ndjson": lines(*PEOPLE)}, id="names swapped"),
        pytest.param(
            {"a": "\ufeff" + json.dumps([TALK]), "b": lines(*PEOPLE).replace("\n", "\r\n\r\n")}, id="marks and empty lines"
        ),
    ],
)
def test_every_shape_of_export_gives_the_same(tmp_path, files):
    outcome = extracted(tmp_path, files, SOURCE)
    assert [record.source_ref for record in outcome.records] == ["701", "702", "703"]
    assert [record.direction for record in outcome.records] == ["inbound", "outbound", "internal"]
    assert outcome.suppressed == {"a user of the side file": 4}
    assert not outcome.quarantined


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


GOOD = comment(700, ANN, "fine")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(GOOD, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("id", "author_id", "created_at", "body", "public")
        ),
        pytest.param(GOOD | {"author_id": 5}, "the author is no user", id="an unknown author"),
        pytest.param(GOOD | {"created_at": "2026-11-20T09:00:00"}, "a time without an offset", id="a time without a zone"),
        pytest.param(GOOD | {"public": "yes"}, "field 'public' is not true or false", id="a text for a boolean"),
        pytest.param(
            GOOD | {"via": {"channel": "pigeon"}},
            "field 'channel' has a value we do not know",
            id="a channel we have not seen",
        ),
        pytest.param(GOOD | {"via": "email"}, "field 'via' is not a record", id="another shape"),
        pytest.param([], "not a record", id="not a record"),
        pytest.param(None, "not a record", id="nothing"),
    ],
)
def test_a_comment_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    files = EXPORT | {"tickets.ndjson": lines(TALK, ticket(2, GOOD, bad, comment(702, ANN, "later")))}
    outcome = extracted(tmp_path, files, SOURCE)
    assert len(outcome.records) == 5
    ((position, why),) = outcome.quarantined
    assert position == "comment 2 of line 2"
    assert reason in why


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(json.dumps(without(TALK, name)), f"missing field '{name}'", id=f"no {name}")
            for name in ("id", "status", "comments", "requester_id")
        ),
        pytest.param(
            json.dumps(TALK | {"status": "parked"}),
            "field 'status' has a value we do not know",
            id="a status we have not seen",
        ),
        pytest.param(json.dumps(TALK | {"comments": {}}), "field 'comments' is not a list", id="comments of another shape"),
        pytest.param(
            json.dumps(PEOPLE[0] | {"role": "robot"}),
            "field 'role' has a value we do not know",
            id="a role we have not seen",
        ),
        pytest.param(json.dumps(TALK)[:80], "not JSON", id="a line cut off"),
        pytest.param("[" * 5000, "not JSON", id="deep nesting"),
        pytest.param('{"a": 1}', "neither a ticket", id="something else"),
        pytest.param('{"author_id": 2, "events": []}', "put its comments into it", id="an audit of no ticket"),
        pytest.param('{"side_conversations": []}', "side conversations", id="a page of side conversations"),
        pytest.param('{"id": "8-5", "preview_text": "Hi", "participants": []}', "side conversations", id="one of them"),
        pytest.param('{"id": 7, "cause": "Detected as spam", "content": "Hi"}', "suspended", id="a suspended ticket"),
        pytest.param("17", "neither a ticket|not a record", id="a number"),
    ],
)
def test_a_line_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    files = EXPORT | {"tickets.ndjson": lines(TALK) + bad + "\n" + lines(ticket(3, GOOD))}
    outcome = extracted(tmp_path, files, SOURCE)
    assert [record.source_ref for record in outcome.records] == ["701", "702", "703", "700"]
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert any(part in why for part in reason.split("|"))


def test_an_empty_file_is_told_and_costs_nothing_else(tmp_path):
    outcome = extracted(tmp_path, EXPORT | {"empty.ndjson": ""}, SOURCE)
    assert len(outcome.records) == 3
    assert outcome.quarantined == [("byte 0", "the file is empty")]


def test_tickets_without_comments_and_deleted_ones_are_counted(tmp_path):
    files = EXPORT | {"more": lines(ticket(5), ticket(6, GOOD, status="deleted"))}
    assert extracted(tmp_path, files, SOURCE).suppressed == {
        "a user of the side file": 4,
        "a ticket without comments": 1,
        "a deleted ticket": 1,
    }


@pytest.mark.parametrize("share", range(10, 100, 10))
@pytest.mark.parametrize("shape", ["array", "page", "gzip"])
def test_a_file_cut_off_is_never_taken_as_whole_and_what_stands_before_is_read(tmp_path, share, shape):
    tickets = [ticket(number, comment(number, ANN, "hello")) for number in range(100, 120)]
    whole = {
        "array": json.dumps(tickets).encode(),
        "page": json.dumps({"tickets": tickets, "count": 20}).encode(),
        "gzip": gzip.compress(lines(*tickets).encode()),
    }[shape]
    cut = whole[: len(whole) * share // 100]
    outcome = extracted(tmp_path, {"t": cut}, SOURCE)
    assert outcome.quarantined
    if shape != "gzip":
        assert len(outcome.records) == sum(json.dumps(each).encode() in cut for each in tickets)
    assert [record.source_ref for record in outcome.records] == [
        str(number) for number in range(100, 100 + len(outcome.records))
    ]


def test_a_new_field_is_told_once_a_file(tmp_path):
    files = EXPORT | {"t": lines(ticket(5, GOOD | {"mood": 1}, GOOD | {"mood": 2}), ticket(6, GOOD, weather="fine"))}
    assert extracted(tmp_path, files, SOURCE).warnings == {"unknown field 'mood'": 1, "unknown field 'weather'": 1}
