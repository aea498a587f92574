"""Messenger's threads: who is in one, which files make one, and random worlds, written in either dialect and read back."""

import hashlib
import json
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from pipelines.extract.files.inbox import find_export
from pipelines.extract.messenger import group
from tests.extract.exports import NIGHT, extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_messenger import GOOD, SOURCE, encrypted, files_of, message, sealed, thread, without
from tests.thorough import TIMES


def test_a_picture_that_came_along_is_known_by_size_and_digest(tmp_path):
    picture = b"\xff\xd8\xff\xe0 picture"
    folder = "your_activity_across_facebook/messages/inbox/zoe_123"
    photos = [{"uri": f"{folder}/photos/1.jpg", "creation_timestamp": 1}, {"uri": f"{folder}/photos/2.jpg"}]
    files = files_of(thread(message("Zoë Ágoston", "", photos=photos))) | {f"{folder}/photos/1.jpg": picture}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert record.attachments == [
        Attachment("1.jpg", len(picture), hashlib.sha256(picture).hexdigest()),
        Attachment("2.jpg", None, ""),
    ]


def test_files_that_people_sent_are_never_read_as_messages(tmp_path):
    folder = "messages/inbox/zoe_123"
    sent = {
        f"{folder}/files/message_1.json": json.dumps(thread(GOOD)),
        f"{folder}/files/order.docx/word/document.xml": "<w:document>",
        f"{folder}/audio/clip.aac": b"\xff\xf1\x50",
        "messages/stickers_used/1.png": b"\x89PNG\r\n",
    }
    outcome = extracted(tmp_path, files_of(thread(GOOD), folder=folder) | sent, SOURCE)
    assert outcome.texts == ["fine"]
    assert outcome.suppressed == {"a picture or another file beside the messages": 4}
    assert not outcome.quarantined


def test_the_rest_of_a_whole_download_is_counted_and_left(tmp_path):
    rest = {
        "personal_information/profile_information/profile_information.json": '{"profile_v2": {}}',
        "your_activity_across_facebook/comments_and_reactions/comments.json": "[]",
        "your_activity_across_facebook/messages/autofill_information.json": '{"autofill_information_v2": {}}',
        "your_activity_across_facebook/start_here.html": "<html>",
        "this_profile's_activity_across_facebook/posts/profile_posts_1.json": "[]",  # so a page's own download calls it
        "this_profile's_activity_across_facebook/start_here.html": "<html>",
    }
    outcome = extracted(tmp_path, files_of(thread(GOOD)) | rest, SOURCE)
    assert outcome.texts == ["fine"]
    assert outcome.suppressed == {"a part of the download without conversations": 6}
    assert not outcome.quarantined


@pytest.mark.parametrize(
    "gone", ["", "Facebook user", "Facebook User", "Facebook-Nutzer", "Utilisateur de Facebook", "Instagram User"]
)
def test_what_meta_shows_for_a_deleted_account_is_no_name(tmp_path, gone):
    outcome = extracted(tmp_path, files_of(thread(message(gone, "hello"), people=[gone, "The Shop"])), SOURCE)
    (record,) = outcome.records
    assert party(record) == {("account", "messenger", "inbox/zoe_123")}
    assert (record.direction, record.reason, record.party_ref) == ("inbound", None, "inbox/zoe_123")


@pytest.mark.parametrize("name", ["Facebook Nation", "Ann User", "Instagram Anna " + "x" * 30, "facebook" * 9])
def test_a_name_that_only_looks_like_it_stays_one(tmp_path, name):
    outcome = extracted(tmp_path, files_of(thread(message(name, "hello"), people=[name, "The Shop"])), SOURCE)
    assert ("name", "", name) in party(outcome.records[0])


def test_a_message_by_somebody_who_has_left_is_not_the_persons(tmp_path):
    two = thread(message("Zoë Ágoston", "mine"), message("Carl Cope", "not hers"))
    mine, other = extracted(tmp_path, files_of(two), SOURCE).records
    assert ("account", "messenger", "inbox/zoe_123") in party(mine)
    assert (other.reason, party(other)) == ("group", {("name", "", "Carl Cope")})


def test_three_people_are_a_group_also_where_two_share_a_name(tmp_path):
    three = thread(message("Ann Lee", "hello"), people=["Ann Lee", "Ann Lee", "The Shop"], title="Team")
    (record,) = extracted(tmp_path, files_of(three), SOURCE).records
    assert (record.reason, record.subject) == ("group", "Team")


def test_a_group_in_which_we_are_not_known_is_told(tmp_path):
    outcome = extracted(tmp_path, files_of(thread(message("A", "x"), people=["A", "B", "C"])), SOURCE)
    assert [(record.reason, record.direction) for record in outcome.records] == [("group", "inbound")]
    assert outcome.warnings == {"a group without one of our names: list them in sources.messenger.own": 1}
    left = thread(message("A", "x"), people=["A", "B", "C"]) | {"is_still_participant": False}
    outcome = extracted(tmp_path / "left", files_of(left), SOURCE)
    assert outcome.records[0].reason == "group"
    assert not outcome.warnings


def test_a_thread_is_known_by_its_folder_where_the_file_does_not_tell(tmp_path):
    outcome = extracted(tmp_path, files_of(without(thread(GOOD), "thread_path")), SOURCE)
    assert outcome.records[0].conversation_ref == "inbox/zoe_123"
    assert outcome.warnings == {"field 'thread_path' is gone": 1}


def test_a_thread_that_nothing_names_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, files_of(without(thread(GOOD), "thread_path"), folder="here"), SOURCE)
    assert outcome.records == []
    assert "which thread it is" in outcome.quarantined[0][1]


def test_a_damaged_field_behind_the_messages_costs_no_message(tmp_path):
    files = files_of(thread(GOOD, weather="fine"))
    (name, whole), *_ = files.items()
    outcome = extracted(tmp_path, {name: whole.replace('"fine"}', '"\x01"}').encode()}, SOURCE)
    assert outcome.texts == ["fine"]
    assert outcome.quarantined == [("around the messages", "field 'weather': not JSON")]


def test_a_second_document_in_the_file_is_not_taken_for_the_thread(tmp_path):
    (name, whole), *_ = files_of(thread(GOOD)).items()
    outcome = extracted(tmp_path, {name: whole + whole}, SOURCE)
    assert outcome.texts == ["fine"]
    assert outcome.quarantined == [("after message 1", "something follows the end of the thread")]


def test_a_message_that_says_nothing_is_told(tmp_path):
    outcome = extracted(tmp_path, files_of(thread(without(GOOD, "content"))), SOURCE)
    assert outcome.warnings == {"a message without a text, a file or anything else": 1}


def test_what_is_read_together_is_a_threads_folder_with_what_was_sent_in_it(tmp_path):
    ours = "zoe_1/message_1.json zoe_1/message_2.json zoe_1/photos/1.jpg bob_2/message_1.json"
    for name in [*(f"inbox/{name}" for name in ours.split()), "sealed/Ann_3.json", "sealed/media/1.jpg"]:
        path = tmp_path / "messenger" / NIGHT.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    groups = {}
    for file in find_export(str(tmp_path), SOURCE, NIGHT).files:
        groups.setdefault(PurePosixPath(group(file)).name, []).append(PurePosixPath(file.name).name)
    assert groups == {
        "zoe_1": ["message_1.json", "message_2.json", "1.jpg"],
        "bob_2": ["message_1.json"],
        "sealed": ["Ann_3.json", "1.jpg"],
    }


def test_a_download_twice_in_the_night_gives_each_message_one_id(tmp_path):
    """Two downloads in folders of their own: what is alike in both is one message, not a second that says the same."""
    both = files_of(thread(GOOD, GOOD), folder="one/inbox/zoe_123") | files_of(
        thread(GOOD, GOOD), folder="two/inbox/zoe_123"
    )
    refs = [record.source_ref for record in extracted(tmp_path, both, SOURCE).records]
    assert (len(refs), len(set(refs))) == (4, 2)
    copy = {"e2ee/Zoe_12.json": json.dumps(encrypted(sealed("Zoë Ágoston", "ok")))}
    copy["e2ee/Zoe_12 (1).json"] = copy["e2ee/Zoe_12.json"]
    refs = [record.source_ref for record in extracted(tmp_path / "copy", copy, SOURCE).records]
    assert (len(refs), len(set(refs))) == (2, 1)


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [
        pytest.param('"\\ud83d half"', True, id="half a surrogate pair"),
        pytest.param('"\\u0000nul \\u202ebidi"', True, id="NUL and bidirectional controls"),
        pytest.param("NaN", False, id="NaN"),
        pytest.param("[" * 5000 + "]" * 5000, False, id="a deep nesting"),
        pytest.param('"' + "x" * (17 << 20) + '"', False, id="a text of 17 MB"),
        pytest.param('"one", "content": "two"', True, id="a field twice"),
    ],
)
def test_hostile_values_cost_at_most_their_message(tmp_path, value, is_taken):
    (name, whole), *_ = files_of(thread(GOOD, GOOD | {"content": "HERE"}, message("The Shop", "answer"))).items()
    outcome = extracted(tmp_path, {name: whole.replace('"HERE"', value)}, SOURCE)
    assert {"fine", "answer"} <= set(outcome.texts)
    assert outcome.read == 3
    assert len(outcome.records) == 2 + is_taken


PEOPLE = ("Zoë Ágoston", "李小龍", "Bob \u2019n Co")
ONE_WORLD = settings(
    max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def threads_of(said):
    """By thread, its messages the newest first."""
    found = {}
    for each in sorted(said, key=lambda each: each.at, reverse=True):
        found.setdefault(each.thread, []).append(each)
    return found


def download_of(said, cut):
    """As Meta renders it: each thread in a folder, newest first, over several files."""
    files = {}
    for number, messages in threads_of(said).items():
        rows = [
            message("The Shop" if m.is_ours else PEOPLE[number], m.text, at=int(m.at.timestamp() * 1000)) for m in messages
        ]
        parts = [rows[start : start + cut] for start in range(0, len(rows), cut)]
        path = f"inbox/p_{number}"
        whole = [thread(*part, people=(PEOPLE[number], "The Shop"), path=path) for part in parts]
        files |= files_of(*whole, folder=path)
    return files


def sealed_download_of(said):
    files = {}
    for number, messages in threads_of(said).items():
        rows = [
            sealed("The Shop" if m.is_ours else PEOPLE[number], m.text, at=int(m.at.timestamp() * 1000)) for m in messages
        ]
        name = f"inbox/p_{number}"
        files[f"e2ee/p_{number}.json"] = json.dumps(encrypted(*rows, people=(PEOPLE[number], "The Shop"), name=name))
    return files


def told_by(records):
    return sorted((r.conversation_ref, r.occurred_at, r.direction, r.text, r.party_ref) for r in records)


@ONE_WORLD
@given(said=worlds(), cut=st.integers(1, 4), is_sealed=st.booleans())
def test_a_random_world_comes_back(tmp_path_factory, said, cut, is_sealed):
    files = sealed_download_of(said) if is_sealed else download_of(said, cut)
    outcome = extracted(tmp_path_factory.mktemp("world"), files, SOURCE)
    assert told_by(outcome.records) == sorted(
        (f"inbox/p_{m.thread}", m.at, "outbound" if m.is_ours else "inbound", m.text, PEOPLE[m.person]) for m in said
    )
    assert len({record.source_ref for record in outcome.records}) == len(said)
    assert not outcome.quarantined
    for record in outcome.records:
        assert ("account", "messenger", record.conversation_ref) in party(record)
