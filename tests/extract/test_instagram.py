"""Instagram's download is read as Messenger's is (see test_messenger): here is what differs, and that nothing is lost."""

import json
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract.landing.naming import shown_file
from tests.extract.exports import extracted, extracted_from, party, source_of
from tests.extract.random_world import worlds
from tests.extract.specimens import Specimen
from tests.extract.test_messenger import written
from tests.extract.test_messenger_threads import download_of, told_by
from tests.thorough import TIMES

SOURCE = source_of(format="instagram", channel="social", own=["The Shop"], region="GB")
FOLDER = "your_instagram_activity/messages/inbox/annlee_123"
START = 1_763_628_000_000  # 2025-11-20T08:40:00Z


def message(author, text, at=START, **more):
    body = {"sender_name": written(author), "timestamp_ms": at, "content": written(text), "is_geoblocked_for_viewer": False}
    return body | {"is_unsent_image_by_messenger_kid_parent": False} | more


def thread(*messages, people=("Ann Lee 🎈", "The Shop"), path="inbox/annlee_123", **more):
    return {
        "participants": [{"name": written(name)} for name in people],
        "messages": list(messages),
        "title": written(people[0]),
        "is_still_participant": True,
        "thread_path": path,
        "magic_words": [],
    } | more


POST = {"link": "https://www.instagram.com/p/x", "share_text": "Tents", "original_content_owner": "marlowe"}
HEART = {"reaction": written("❤"), "actor": "The Shop", "timestamp": 1}
TALK = thread(
    message("Ann Lee 🎈", "Merci, où?", at=START + 2000),
    message("The Shop", "Here you are", at=START + 1000, share=POST, reactions=[HEART]),
    {"sender_name": written("Ann Lee 🎈"), "timestamp_ms": START, "photos": [{"uri": f"{FOLDER}/photos/1.jpg"}]},
    {"sender_name": "The Shop", "timestamp_ms": START - 1000, "content": "Call", "call_duration": 61},
)
SPECIMEN = Specimen(
    SOURCE,
    {f"{FOLDER}/message_1.json": json.dumps(TALK).encode()},
    f"{FOLDER}/message_1.json",
    may_lack=frozenset({"messages.reactions", "messages.share", "messages.share.link", "messages.share.share_text"})
    | {"messages.call_duration"},  # calls are told by nothing else in this dialect
)


def test_a_thread_of_instagram_is_known_by_its_path_and_the_display_name(tmp_path):
    outcome = extracted(tmp_path, {f"{FOLDER}/message_1.json": json.dumps(TALK)}, SOURCE)
    question, answer, picture, call = outcome.records
    for record in outcome.records:
        assert party(record) == {("account", "instagram", "inbox/annlee_123"), ("name", "", "Ann Lee 🎈")}
        assert (record.conversation_ref, record.party_ref) == ("inbox/annlee_123", "Ann Lee 🎈")
    assert (answer.direction, answer.agent_ref, answer.quoted_text) == ("outbound", "The Shop", "Tents")
    assert (question.direction, question.text, question.channel) == ("inbound", "Merci, où?", "social")
    assert answer.source_metadata == {"link": POST["link"], "reactions": ["❤"]}
    assert question.occurred_at == datetime(2025, 11, 20, 8, 40, 2, tzinfo=UTC)
    assert [each.name for each in picture.attachments] == ["1.jpg"]
    assert (call.channel, call.status, call.duration_seconds) == ("voice", "completed", 61)
    assert (outcome.quarantined, outcome.warnings, outcome.suppressed) == ([], {}, {})


def test_sample_gives_each_message_of_its_target(samples):
    """The sample has messages and nothing around them: who takes part is told by who wrote, the thread by the file."""
    folder = samples / "chat/instagram"
    source = source_of(format="instagram", channel="social", own=["John Doe"], path="test_export.json")
    outcome = extracted_from(folder, source)
    assert [
        {"timestamp": f"{r.occurred_at:%Y-%m-%dT%H:%M:%S}", "author": r.agent_ref or r.party_ref, "message": r.text}
        for r in outcome.records
    ] == json.loads((folder / "target.json").read_text())
    assert [(r.direction, party(r)) for r in outcome.records] == [
        ("outbound", {("name", "", "Jane Doe")}),
        ("inbound", {("name", "", "Jane Doe")}),
    ]
    assert {r.conversation_ref for r in outcome.records} == {"test_export"}
    assert not outcome.quarantined
    assert outcome.warnings == {f"field {name!r} is gone": 1 for name in ("participants", "thread_path", "title")}


def test_what_else_the_download_holds_is_counted_and_left(tmp_path):
    activity = "your_instagram_activity"
    comment = {
        "string_map_data": {"Comment": {"value": "Lovely"}, "Media Owner": {"value": "ann"}, "Time": {"timestamp": 1}}
    }
    rest = {
        f"{activity}/comments/post_comments_1.json": json.dumps([comment]),
        f"{activity}/comments/reels_comments.json": json.dumps({"comments_reels_comments": [comment]}),
        f"{activity}/story_interactions/polls.json": json.dumps({"story_activities_polls": []}),
        f"{activity}/messages/secret_conversations.json": "{}",
        "connections/followers_and_following/followers_1.json": "[]",
        "media/posts/202511/1.jpg": b"\xff\xd8\xff\xe0",
    }
    outcome = extracted(tmp_path, {f"{FOLDER}/message_1.json": json.dumps(TALK)} | rest, SOURCE)
    assert len(outcome.records) == 4
    assert outcome.suppressed == {
        "a part of the download without conversations": 5,
        "a picture or another file beside the messages": 1,
    }
    assert not outcome.quarantined


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param(
            f"{FOLDER}/message_2.json", '{"participants": []}', "expected its 'messages'", id="a thread without messages"
        ),
        pytest.param(f"{FOLDER}/message_2.html", "<html>", "format JSON", id="a page of HTML"),
        pytest.param(
            "messages.json", '[{"participants": ["a"], "conversation": []}]', "expected its", id="a download of 2019"
        ),
        pytest.param(f"{FOLDER}/message_2.json", "", "the file is empty", id="an empty file"),
        pytest.param(
            f"{FOLDER}/message_2.json", '{"messages": {}}', "'messages' is not a list", id="messages of another shape"
        ),
    ],
)
def test_a_file_that_is_no_thread_is_set_aside_and_the_others_are_read(tmp_path, name, content, reason):
    outcome = extracted(tmp_path, {f"{FOLDER}/message_1.json": json.dumps(TALK), name: content}, SOURCE)
    assert len(outcome.records) == 4
    ((_, why),) = outcome.quarantined
    assert reason in why


def test_folders_named_after_people_are_not_shown():
    shown = PurePosixPath(shown_file(f"instagram/2026-11-20/{FOLDER}/message_1.json", "instagram"))
    assert "annlee" not in str(shown)
    assert shown.parts[2:5] == ("your_instagram_activity", "messages", "inbox")
    assert shown.name == "message_1.json"


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=worlds(), cut=st.integers(1, 4))
def test_a_random_world_comes_back(tmp_path_factory, said, cut):
    files = {f"your_instagram_activity/messages/{name}": each for name, each in download_of(said, cut).items()}
    outcome = extracted(tmp_path_factory.mktemp("world"), files, SOURCE)
    assert [(thread, at, way, text) for thread, at, way, text, _ in told_by(outcome.records)] == sorted(
        (f"inbox/p_{m.thread}", m.at, "outbound" if m.is_ours else "inbound", m.text) for m in said
    )
    assert not outcome.quarantined
    for record in outcome.records:
        assert ("account", "instagram", record.conversation_ref) in party(record)
