"""Zendesk's calls, chats, merges, follow-ups and later versions, and how far the channel vouches for who wrote."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract import zendesk
from pipelines.extract.files.inbox import find_export
from tests.extract.exports import NIGHT, extracted, party
from tests.extract.random_world import UNQUOTED, worlds
from tests.extract.test_zendesk import (
    ADMIN,
    AGENT,
    ANN,
    CALL,
    EXPORT,
    PEOPLE,
    SOURCE,
    SPECIMEN,
    comment,
    lines,
    ticket,
    user,
)
from tests.thorough import TIMES


def one(folder, written, people=PEOPLE, **more):
    (record,) = extracted(folder, {"t": lines(ticket(1, written, **more)), "u": lines(*people)}, SOURCE).records
    return record


def by(written, rel):
    written["via"]["source"]["rel"] = rel
    return written


def called(rel, author=AGENT, **more):
    ends = {"from": {"phone": "+447700900999", "name": "Caller"}, "to": {"phone": "+441632960100"}, "rel": rel}
    if rel == "outbound":
        ends["from"], ends["to"] = ends["to"], ends["from"]
    return comment(9, author, "Call details …", type="VoiceComment", data=CALL | more) | {
        "via": {"channel": "voice", "source": ends}
    }


@pytest.mark.parametrize("rel", ["inbound", "outbound"])
def test_a_call_has_its_direction_length_outcome_words_and_the_number_of_the_other_end(tmp_path, rel):
    record = one(tmp_path, called(rel))
    assert (record.channel, record.direction, record.duration_seconds) == ("voice", rel, 61.0)
    assert (record.text, record.status) == ("My parcel is lost", "completed")
    assert (record.agent_ref, record.source_metadata["recording"]) == (str(AGENT), True)
    assert ("phone", "", "+447700900999") in party(record, evidence="channel")
    assert ("account", "helpdesk", str(ANN)) in party(record)
    assert ("phone", "", "+441632960100") not in party(record)


@pytest.mark.parametrize(
    ("via", "channel", "direction"),
    [
        pytest.param("phone_call_inbound", "voice", "inbound", id="a call to us"),
        pytest.param("api_phone_call_outbound", "voice", "outbound", id="a call of ours by another maker's telephone"),
        pytest.param(44, "voice", "inbound", id="a voicemail there, by number"),
        pytest.param(57, "sms", "outbound", id="a text message, by number"),
        pytest.param(41, "social", "outbound", id="Facebook, by number"),
        pytest.param(48, "chat", "outbound", id="the web widget, by number: the source's channel"),
        pytest.param(39, "chat", "outbound", id="moved from another helpdesk, by number"),
        pytest.param(60, "email", "outbound", id="a campaign's mail, by number"),
        pytest.param(75, "chat", "outbound", id="messaging, by number"),
        pytest.param(78, "social", "outbound", id="Messenger, by number"),
        pytest.param(80, "sms", "outbound", id="a text message over Twilio, by number"),
        pytest.param(91, "chat", "outbound", id="Slack Connect, by number"),
        pytest.param("import", "chat", "outbound", id="moved from another helpdesk"),
        pytest.param("omnichannel", "chat", "outbound", id="routed by Zendesk"),
    ],
)
def test_a_via_is_known_by_its_name_and_by_its_number(via, channel, direction, tmp_path):
    record = one(tmp_path, comment(7, AGENT, "hello", via=via))
    assert (record.channel, record.direction) == (channel, direction)


@pytest.mark.parametrize("via", [3, 18, 92])
def test_a_number_that_is_no_via_is_set_aside(tmp_path, via):
    outcome = extracted(tmp_path, {"t": lines(ticket(1, comment(7, AGENT, "x", via=via))), "u": lines(*PEOPLE)}, SOURCE)
    assert outcome.quarantined == [("comment 1 of line 1", "field 'channel' has a value we do not know")]


def test_what_is_said_in_a_voicemail_is_the_callers_and_in_a_call_it_may_be_ours(tmp_path):
    said = {"transcription_text": "Write to new@mail.example"}
    assert ("email", "", "new@mail.example") in party(one(tmp_path / "a", called("voicemail", **said)), evidence="claimed")
    assert ("email", "", "new@mail.example") not in party(one(tmp_path / "b", called("inbound", **said)))


def test_a_call_without_its_data_is_set_aside(tmp_path):
    call = called("inbound")
    del call["data"]
    outcome = extracted(tmp_path, {"t": lines(ticket(1, call))}, SOURCE)
    assert outcome.quarantined == [("comment 1 of line 1", "missing field 'data'")]


def test_the_transcript_of_a_chat_stays_whole_and_only_the_persons_lines_are_claims(tmp_path):
    body = "(10:01:02) Ann Archer: I am ann.two@mail.example\n(10:01:09) *** Gus joined ***\n(10:01:40) Gus: +447700900777?"
    record = one(tmp_path, comment(7, ANN, body, via="chat"))
    assert record.text == body
    assert record.source_metadata["transcript"]
    assert ("email", "", "ann.two@mail.example") in party(record, evidence="claimed")
    assert ("phone", "", "+447700900777") not in party(record)


def test_what_a_person_wrote_before_they_gave_a_name_is_their_claim(tmp_path):
    body = "(16:59:33) Tri: Hi, mail help@tri.example\n(16:59:49) Web User 6a27d07ec70c5f1aa576a17b: ann.two@mail.example"
    record = one(tmp_path, comment(7, ANN, body, via="native_messaging"))
    assert ("email", "", "ann.two@mail.example") in party(record, evidence="claimed")
    assert ("email", "", "help@tri.example") not in party(record)


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        pytest.param("Conversation with Ann Archer", "Lost parcel", id="by the person's name"),
        pytest.param("Conversa com Ana", "Conversa com Ana", id="by a name of before, in another language"),
        pytest.param("Conversation with Web User 6a27d07ec70c5f1aa576a17b", "My parcel", id="before they had one"),
    ],
)
def test_the_line_that_zendesk_writes_as_a_conversation_begins_is_nobodys_words(tmp_path, body, subject):
    record = one(tmp_path, comment(7, ANN, body, via="native_messaging", public=False), subject=subject)
    assert (record.direction, record.text, record.subject) == ("inbound", "", subject)
    assert record.source_metadata["automatic"]
    assert ("account", "helpdesk", str(ANN)) in party(record)


@pytest.mark.parametrize(
    ("written", "via"),
    [
        pytest.param(comment(7, ANN, "Help", public=False, via="email"), "email", id="a mail that became a private comment"),
        pytest.param(comment(7, ANN, "Help", via="chat"), "chat", id="shown to all"),
        pytest.param(comment(7, AGENT, "Help", public=False, via="chat"), "chat", id="a note of staff"),
        pytest.param(comment(7, ANN, "Help", public=False, via="api"), "api", id="over the API, which may be anything"),
    ],
)
def test_a_comment_that_repeats_the_subject_is_what_its_author_wrote(tmp_path, written, via):
    record = one(tmp_path, written, subject="Help", via=via)
    assert (record.text, record.source_metadata) == ("Help", {})


@pytest.mark.parametrize("public", [True, False])
def test_the_note_of_a_merge_repeats_others_and_has_no_customer(tmp_path, public):
    note = by(comment(7, AGENT, "Request #2 was merged", public=public, via="web", origin={"ticket_ids": [2, 3]}), "merge")
    record = one(tmp_path, note, tags=["closed_by_merge"])
    assert (record.reason, record.party) == ("internal", [])
    assert record.source_metadata["from_tickets"] == ["2", "3"]


def test_a_follow_up_names_the_ticket_it_follows(tmp_path):
    record = one(tmp_path, by(comment(7, ANN, "again", via="closed_ticket", origin={"ticket_id": 4}), "follow_up"))
    assert record.source_metadata == {"via_rel": "follow_up", "from_tickets": ["4"]}
    assert record.reason is None


def test_an_internal_note_is_about_the_requester_and_never_a_message(tmp_path):
    record = one(tmp_path, comment(7, ADMIN, "angry, ann.other@mail.example", public=False))
    assert (record.direction, record.reason, record.party_ref) == ("internal", None, "Ann Archer")
    assert ("email", "", "ann.other@mail.example") not in party(record)


@pytest.mark.parametrize(
    ("verified", "address", "is_verified"),
    [(True, "ann@mail.example", True), (False, "ann@mail.example", False), (True, "ann.other@mail.example", False)],
)
def test_a_mails_sender_is_proven_only_where_zendesk_verified_that_address(tmp_path, verified, address, is_verified):
    mailed = comment(7, ANN, "hello", via="email", origin={"address": address, "name": "Ann"})
    record = one(tmp_path, mailed, [PEOPLE[0] | {"verified": verified}], via="email")
    found = [each for each in record.party if (each.kind, each.value) == ("email", address)]
    assert [(each.evidence, each.is_verified) for each in found] == [("channel", is_verified)]


@pytest.mark.parametrize(
    ("via", "of_ticket", "evidence"),
    [
        pytest.param("whatsapp", "whatsapp", "channel", id="WhatsApp"),
        pytest.param(74, "native_messaging", "channel", id="WhatsApp by its number, in a ticket that began elsewhere"),
        pytest.param("api", "whatsapp", "channel", id="as the ticket tells"),
        pytest.param("native_messaging", "whatsapp", "claimed", id="another program, in a ticket that began on WhatsApp"),
        pytest.param("viber", "viber", "claimed", id="a chat that tells nobody a number"),
    ],
)
def test_the_users_number_is_told_by_the_channel_where_they_wrote_by_whatsapp(via, of_ticket, evidence, tmp_path):
    record = one(tmp_path, comment(7, ANN, "hello", via=via), via=of_ticket)
    found = [each for each in record.party if each.kind == "phone"]
    assert (record.channel, [each.evidence for each in found]) == ("chat", [evidence])
    assert not (evidence == "channel" and found[0].is_verified)
    assert ("email", "", "ann@mail.example") in party(record, evidence="claimed")


@pytest.mark.parametrize(
    ("via", "origin", "identifier"),
    [
        ("twitter_dm", {"username": "AnnA", "name": "Ann"}, ("handle", "x", "anna")),
        ("instagram_dm", {"username": "anna.pics"}, ("handle", "instagram", "anna.pics")),
        ("facebook_post", {"facebook_id": "77", "name": "Ann"}, ("account", "facebook", "77")),
        ("whatsapp", {"phone": "+447700900123"}, ("phone", "", "+447700900123")),
        (30, {"username": "AnnA"}, ("handle", "x", "anna")),
        (74, {"phone": "+447700900123"}, ("phone", "", "+447700900123")),
        (86, {"username": "anna.pics"}, ("handle", "instagram", "anna.pics")),
    ],
)
def test_what_a_platform_says_of_its_account_is_proof_in_that_platforms_scope(tmp_path, via, origin, identifier):
    assert identifier in party(one(tmp_path, comment(7, ANN, "hello", via=via, origin=origin), []), evidence="channel")


@pytest.mark.parametrize(
    ("address", "reason"), [("no-reply@bank.example", "no_reply"), ("MAILER-DAEMON@mx.bank.example", "bounce")]
)
def test_a_machine_that_mails_is_no_customer_of_what_it_writes_nor_of_what_we_answer(tmp_path, address, reason):
    written = comment(7, ANN, "x", via="email", origin={"address": address})
    machine = user(ANN, "end-user", "Bank", email=address)
    told = {"t": lines(ticket(1, written, comment(8, AGENT, "Thanks"), via="email")), "u": lines(machine, *PEOPLE[1:])}
    records = extracted(tmp_path, told, SOURCE).records
    assert [(record.reason, record.party) for record in records] == [(reason, []), (reason, [])]


def test_the_agent_a_ticket_is_given_to_is_known_without_a_row_and_others_are_not(tmp_path):
    files = {"t": lines(ticket(1, comment(7, ANN, "hello"), comment(8, AGENT, "yes"), comment(9, ADMIN, "and")))}
    outcome = extracted(tmp_path, files, SOURCE)
    assert [record.direction for record in outcome.records] == ["inbound", "outbound"]
    assert outcome.quarantined == [("comment 3 of line 1", "the author is no user of the side file and not the requester")]


def test_of_two_rows_of_a_user_the_later_counts_wherever_it_stands(tmp_path):
    old = user(ANN, "end-user", "Ann Archer", updated_at="2026-01-01T00:00:00Z")
    new = user(ANN, "end-user", "Ann Baker", updated_at="2026-11-01T00:00:00Z")
    record = one(tmp_path, comment(7, ANN, "hello"), [new, old])
    assert record.party_ref == "Ann Baker"


def test_a_ticket_delivered_again_is_the_same_comments_and_tells_when_it_changed(tmp_path):
    first = ticket(1, comment(7, ANN, "hello"), updated_at="2026-11-20T09:00:00Z")
    again = first | {"status": "solved", "updated_at": "2026-11-20T12:00:00Z"}
    old, new = extracted(tmp_path, {"page1": lines(first), "page2": lines(again)}, SOURCE).records
    assert old.source_ref == new.source_ref
    assert (old.updated_at.hour, new.updated_at.hour, new.status) == (9, 12, "solved")


def test_comments_out_of_order_keep_their_own_times(tmp_path):
    late, early = (
        comment(8, ANN, "second", at="2026-11-20T11:00:00+01:00"),
        comment(7, ANN, "first", at="2026-11-20T09:00:00Z"),
    )
    outcome = extracted(tmp_path, {"t": lines(ticket(1, late, early))}, SOURCE)
    assert [(r.text, r.occurred_at) for r in outcome.records] == [
        ("second", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("first", datetime(2026, 11, 20, 9, tzinfo=UTC)),
    ]


SAID = comment(7, ANN, "hello")


def test_tickets_as_the_incremental_api_gives_them_lack_their_comments_and_are_told(tmp_path):
    bare = ticket(1)
    del bare["comments"]
    files = {"t": json.dumps({"tickets": [bare], "users": PEOPLE, "count": 1}), "u": json.dumps({"comments": [SAID]})}
    outcome = extracted(tmp_path, files, SOURCE)
    assert outcome.quarantined == [
        ("record 1 of line 1", "missing field 'comments': put each ticket's comments into it, or deliver them beside it"),
        ("line 1", "comments without their ticket: put each ticket's comments into it, under 'comments'"),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("a\u202eb\u0000c\ud800", "abc?", id="controls and half a character"),
        pytest.param("x" * 1_000_000, "x" * 1_000_000, id="a long text"),
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="markup in a plain text"),
        pytest.param("(1:01) a: " + "(" * 5_000, "(1:01) a: " + "(" * 5_000, id="almost a transcript"),
    ],
)
def test_hostile_text_comes_out_valid(tmp_path, body, text):
    assert one(tmp_path, comment(7, ANN, body)).text == text


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"id": NaN, "requester_id": 1, "comments": []}', id="NaN"),
        pytest.param('{"comments": ' + "[" * 100_000 + "]" * 100_000 + "}", id="a hundred thousand levels"),
        pytest.param('{"id": 1e400, "requester_id": 1, "comments": [], "status": "open"}', id="a number beyond all"),
    ],
)
def test_hostile_json_costs_its_own_line(tmp_path, line):
    outcome = extracted(tmp_path, EXPORT | {"bad": line + "\n" + lines(ticket(5, comment(75, ANN, "x")))}, SOURCE)
    assert len(outcome.records) == 4
    assert [at for at, _ in outcome.quarantined] == ["line 1"]


def test_ids_beyond_two_to_the_53_are_kept_to_the_digit(tmp_path):
    assert one(tmp_path, comment(9_007_199_254_740_993, ANN, "x")).source_ref == "9007199254740993"


def test_the_survey_finds_the_users_and_never_raises(tmp_path):
    extracted(tmp_path, EXPORT | {"broken": "[{", "empty": "", "odd.gz": b"\x1f\x8bxx"}, SOURCE)
    found = zendesk.survey(find_export(str(tmp_path), SOURCE, NIGHT))
    assert {ref: each.role for ref, each in found.users.items()} == {str(each["id"]): each["role"] for each in PEOPLE}


def test_all_that_the_specimen_holds_is_read(tmp_path):
    outcome = SPECIMEN.read(tmp_path)
    assert (len(outcome.records), outcome.suppressed.total(), outcome.warnings) == (8, 4, {})


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(UNQUOTED), shape=st.sampled_from(["lines", "array", "page"]))
def test_a_random_world_comes_back(tmp_path, world, shape):
    said = dict(enumerate(world, start=1))
    tickets = [
        ticket(
            thread + 100,
            *(
                comment(ref, AGENT if each.is_ours else 500 + each.person, each.text, at=each.at.isoformat())
                for ref, each in said.items()
                if each.thread == thread
            ),
            requester_id=500 + thread,
        )
        for thread in sorted({each.thread for each in world})
    ]
    text = {"lines": lines(*tickets), "array": json.dumps(tickets), "page": json.dumps({"tickets": tickets})}[shape]
    outcome = extracted(tmp_path, {"t": text, "u": lines(*PEOPLE)}, SOURCE)
    assert not outcome.quarantined
    assert len(outcome.records) == len(world)
    for record in outcome.records:
        each = said[int(record.source_ref)]
        assert (record.text, record.occurred_at) == (each.text, each.at)
        assert record.conversation_ref == str(each.thread + 100)
        assert record.direction == ("outbound" if each.is_ours else "inbound")
        assert ("account", "helpdesk", str(500 + each.person)) in party(record, evidence="channel")
