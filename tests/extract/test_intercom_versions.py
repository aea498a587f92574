"""Intercom's newer API versions: what they have added, and what they leave empty."""

import pytest

from tests.extract.exports import extracted, party
from tests.extract.test_intercom import ANN, GUS, MAIL, NINE, SOURCE, conversation, lines, one, part, source

ADDED = {
    "channel": {"initial": "messenger", "current": "email"},
    "external_references": [{"type": "zendesk_ticket", "id": "3633338"}],
    "monitor_evaluations": [],
    "sales_agent": None,
    "sales_agent_participated": False,
    "scorecards": [],
}


def test_what_the_version_of_2026_tells_beside_the_messages_is_no_news(tmp_path):
    mail = MAIL | {"message_id": "<1@mail.example>", "history": "<blockquote>before</blockquote>"}
    first = source(ANN, via="email", email_message_metadata=mail)
    talk = conversation("1", part("2", GUS, "<p>Yes</p>", email_message_metadata=mail), first=first, **ADDED)
    outcome = extracted(tmp_path, {"c": lines(talk)}, SOURCE)
    assert outcome.texts == ["Where is it?", "Yes"]
    assert not outcome.warnings


@pytest.mark.parametrize("name", ["body", "updated"])
def test_a_first_message_without_an_id_is_read_and_told_by_its_conversation(tmp_path, name):
    told = one(tmp_path / "1", source(id=None))
    changed = source(ANN | {"name": "Ann A."}, "<p>It?</p>", id=None) if name == "body" else source(id=None)
    again = one(tmp_path / "2", changed, updated_at=NINE + 900)
    assert (told.text, told.conversation_ref) == ("Where is it?", "1")
    assert ("account", "messenger_app", ANN["id"]) in party(told)
    assert told.source_ref == again.source_ref
    assert len(told.source_ref) == 24


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(
            part("1", ANN, "<p>Hi</p>", conversation_id="4"), "retrieve each conversation", id="a connector's part"
        ),
        pytest.param({"type": "ticket", "id": "4", "ticket_parts": {}}, "a ticket, which is not read", id="a ticket"),
        pytest.param({"type": ["x"], "id": "4"}, "field 'type' is not a text", id="no type"),
    ],
)
def test_what_is_no_conversation_says_what_to_deliver(tmp_path, record, reason):
    ((_, why),) = extracted(tmp_path, {"c": lines(record)}, SOURCE).quarantined
    assert reason in why
