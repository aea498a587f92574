"""Zendesk's comments beside their tickets, in audits and in events: the same as within them, and never a guess."""

import json

import pytest

from tests.extract.exports import extracted
from tests.extract.test_zendesk import (
    ADMIN,
    AGENT,
    ANN,
    CALLED,
    FILED,
    MAILED,
    MERGED,
    PEOPLE,
    SOURCE,
    TALK,
    comment,
    lines,
    ticket,
)

TICKETS = [TALK, ticket(20002, MAILED, FILED, CALLED, MERGED, via="email")]
BARE = [{name: value for name, value in each.items() if name != "comments"} for each in TICKETS]
FLAT = [said | {"ticket_id": each["id"]} for each in TICKETS for said in each["comments"]]
USERS = {"users.ndjson": lines(*PEOPLE)}
CHANGED = {"id": 801, "type": "Change", "field_name": "status", "value": "open", "previous_value": "new"}
MAILED_OUT = {"id": 802, "type": "Notification", "subject": "Your request", "body": "We are on it", "recipients": [ANN]}


def audit_of(said, number):
    event = {name: value for name, value in said.items() if name not in ("ticket_id", "created_at", "via", "metadata")}
    return {
        "id": 9000 + number,
        "ticket_id": said["ticket_id"],
        "created_at": said["created_at"],
        "author_id": said["author_id"],
        "metadata": {},
        "via": said["via"],
        "events": [CHANGED, event, MAILED_OUT],
    }


def event_of(said, number):
    audit = audit_of(said, number)
    events = [each | {"event_type": each["type"]} for each in audit.pop("events")]
    return audit | {"child_events": events, "event_type": "Audit", "updater_id": audit.pop("author_id")}


AUDITS = [audit_of(said, number) for number, said in enumerate(FLAT)]
EVENTS = [event_of(said, number) for number, said in enumerate(FLAT)]


def told(outcome):
    return [
        {name: getattr(each, name) for name in each.__slots__ if name not in ("file", "position")}
        for each in outcome.records
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lines(*FLAT), id="comments, one a line"),
        pytest.param(json.dumps(FLAT), id="an array of comments"),
        pytest.param(lines(*AUDITS), id="audits, one a line"),
        pytest.param(json.dumps({"audits": AUDITS, "next_page": None, "count": 7}), id="a page of audits"),
        pytest.param(json.dumps({"ticket_events": EVENTS, "end_time": 1, "count": 7}, indent=1), id="a page of events"),
    ],
)
def test_comments_beside_their_tickets_are_those_within_them(tmp_path, content):
    within = extracted(tmp_path / "1", USERS | {"tickets": lines(*TICKETS)}, SOURCE)
    beside = extracted(tmp_path / "2", USERS | {"tickets": lines(*BARE), "comments": content}, SOURCE)
    assert told(beside) == told(within)
    assert not beside.quarantined
    assert not beside.warnings
    assert beside.suppressed == {"a user of the side file": 4, "a ticket whose comments come beside it": 2}


def test_the_kind_of_an_event_may_be_told_by_number(tmp_path):
    mailed = FLAT[3] | {"via": "Mail", "via_reference_id": 4}
    (record,) = extracted(tmp_path, USERS | {"c": lines(mailed)}, SOURCE).records
    assert record.channel == "email"


def test_a_comment_on_facebook_is_one_in_audits(tmp_path):
    said = comment(704, ANN, "Is it in stock?", via="facebook", origin={"name": "Ann A", "facebook_id": "77"})
    event = {"type": "FacebookComment", "graph_object_id": "9_77", "trusted": True}
    bare = {name: value for name, value in said.items() if name not in ("via", "created_at", "metadata", "audit_id")}
    audit = audit_of(said | {"ticket_id": 20001}, 1) | {"events": [CHANGED, bare | event]}
    outcome = extracted(tmp_path, USERS | {"t": lines(*BARE), "a": lines(audit)}, SOURCE)
    (record,) = outcome.records
    assert (record.channel, record.direction, record.text) == ("social", "inbound", "Is it in stock?")
    assert not outcome.quarantined
    assert not outcome.warnings


def test_without_its_ticket_a_persons_comment_is_read_and_what_staff_wrote_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, USERS | {"comments": lines(*FLAT[:3])}, SOURCE)
    (record,) = outcome.records
    assert (record.source_ref, record.conversation_ref, record.direction) == ("701", "20001", "inbound")
    assert (record.subject, record.status) == (None, None)
    assert [at for at, _ in outcome.quarantined] == ["comment 1 of line 2", "comment 1 of line 3"]
    assert all("deliver the tickets" in reason for _, reason in outcome.quarantined)


def test_nobody_is_taken_for_the_requester_without_the_users(tmp_path):
    outcome = extracted(tmp_path, {"comments": lines(FLAT[0])}, SOURCE)
    assert not outcome.records
    assert "no user of the side file" in outcome.quarantined[0][1]


def test_of_two_rows_of_a_ticket_the_later_counts(tmp_path):
    later = BARE[0] | {"status": "solved", "updated_at": "2026-11-21T09:00:00Z"}
    for files in (lines(later, BARE[0]), lines(BARE[0], later)):
        outcome = extracted(tmp_path, USERS | {"comments": lines(FLAT[0]), "tickets": files}, SOURCE)
        assert [record.status for record in outcome.records] == ["solved"]


def test_what_happened_without_a_comment_and_comments_of_deleted_tickets_are_counted(tmp_path):
    gone = BARE[1] | {"status": "deleted"}
    files = {"a": lines(AUDITS[0] | {"events": [CHANGED, MAILED_OUT]}), "b": lines(FLAT[3]), "t": lines(BARE[0], gone)}
    outcome = extracted(tmp_path, USERS | files, SOURCE)
    assert not outcome.records
    assert not outcome.quarantined
    assert outcome.suppressed == {
        "a user of the side file": 4,
        "a ticket whose comments come beside it": 2,
        "what happened to a ticket, without a comment": 1,
        "a deleted ticket": 1,
    }


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        pytest.param({"type": "Whisper", "body": "x", "public": False}, "a kind that we do not know", id="a new kind"),
        pytest.param({"id": 26, "type": "Comment"}, "include=comment_events", id="a comment that was not asked for"),
        pytest.param("Comment", "not a record", id="no record"),
    ],
)
def test_an_event_not_understood_sets_its_audit_aside(tmp_path, event, reason):
    bad = AUDITS[1] | {"events": [event]}
    outcome = extracted(tmp_path, USERS | {"t": lines(*BARE), "a": lines(AUDITS[0], bad, AUDITS[2])}, SOURCE)
    assert [record.source_ref for record in outcome.records] == ["701", "703"]
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


@pytest.mark.parametrize("name", ["ticket_id", "author_id", "id", "body", "public", "created_at"])
@pytest.mark.parametrize("records", [FLAT, AUDITS], ids=["comments", "audits"])
def test_a_field_that_is_gone_never_gives_a_silent_null(tmp_path, name, records):
    def without(value):
        if isinstance(value, list):
            return [without(each) for each in value]
        if isinstance(value, dict):
            return {key: each if key == "via" else without(each) for key, each in value.items() if key != name}
        return value

    agents = [each for each in records if each["author_id"] in (AGENT, ADMIN)][:2]
    before = extracted(tmp_path / "1", USERS | {"t": lines(*BARE), "c": lines(*agents)}, SOURCE)
    outcome = extracted(tmp_path / "2", USERS | {"t": lines(*BARE), "c": lines(*without(agents))}, SOURCE)
    assert len(before.records) == 2
    assert outcome.quarantined or told(outcome) == told(before)


def test_a_comment_in_a_page_that_does_not_say_whose_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, USERS | {"c": json.dumps({"comments": [comment(7, ANN, "hello")]})}, SOURCE)
    assert "comments without their ticket" in outcome.quarantined[0][1]
