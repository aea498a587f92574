"""slackdump's dumps of single conversations: who wrote what in which thread, as in Slack's own export."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract import slack
from pipelines.extract.files.inbox import find_export, keep_survey
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT, extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_slack import ANN, BOB, LISTED, SAM, SOURCE, USERS, day, read, said
from tests.extract.test_slack_world import rendered
from tests.thorough import TIMES

ROOM = "C0ARCHER1"
LISTS = {
    "users.json": json.dumps(USERS),
    "channels.json": json.dumps([{"id": ROOM, "name": "ext-archer", "members": [SAM, ANN]}]),
}
ASKED = said(ANN, "Where is GT-123456?", "1795168800.000200", thread_ts="1795168800.000200", client_msg_id="a")
ANSWERED = said(SAM, "On its way", "1795168900.000300", thread_ts="1795168800.000200", parent_user_id=ANN)
THANKED = said(ANN, "Thanks", "1795168910.000300", thread_ts="1795168800.000200", parent_user_id=ANN)
ALONE = said(SAM, "Closed on Monday", "1795169000.000400", replace_original=False, delete_original=False)


def dump(*messages, ref=ROOM, name="ext-archer", **more):
    """A dump as the program writes it: the channel's id stands behind the messages."""
    told = {"name": name, "messages": list(messages), "channel_id": ref} | more
    return json.dumps({key: value for key, value in told.items() if value is not None}, indent=2)


def thread(first, *replies):
    return first | {"slackdump_thread_replies": list(replies)}


DUMP = dump(thread(ASKED, ANSWERED, THANKED), ALONE)


def test_a_dump_gives_what_an_export_gives(tmp_path):
    lists = {"a/users.json": LISTS["users.json"], "a/channels.json": LISTS["channels.json"]}
    dumped = extracted(tmp_path / "1", LISTS | {f"{ROOM}.json": DUMP}, SOURCE)
    exported = extracted(
        tmp_path / "2", lists | {f"a/{n}": c for n, c in day(ASKED, ALONE, ANSWERED, THANKED).items()}, SOURCE
    )
    assert not dumped.quarantined
    assert not dumped.warnings
    places = ("file", "position")
    assert [{k: v for k, v in asdict(each).items() if k not in places} for each in dumped.records] == [
        {k: v for k, v in asdict(each).items() if k not in places}
        for each in sorted(exported.records, key=lambda each: each.source_ref)
    ]
    asked, answered, _, alone = dumped.records
    assert (asked.source_ref, asked.direction, asked.position) == (f"{ROOM}/1795168800.000200", "inbound", "record 1")
    assert ("reference", "", "GT-123456") in party(asked, evidence="claimed")
    assert (answered.direction, answered.party_ref, answered.position) == ("outbound", "ann.a", "reply 1 of record 1")
    assert {each.conversation_ref for each in dumped.records[:3]} == {asked.source_ref}
    assert (alone.party_ref, alone.source_metadata) == ("ann.a", {"channel": "ext-archer"})
    assert dumped.read == exported.read


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(json.dumps(json.loads(DUMP)), "x.json", id="in one line"),
        pytest.param(
            dump(thread(ASKED, ANSWERED, THANKED), ALONE, ref=None), f"{ROOM}.json", id="the file's name has the id"
        ),
        pytest.param(
            dump(thread(ASKED, ANSWERED, THANKED), ALONE, ref=None), f"{ROOM}-1795168800.000200.json", id="a thread's file"
        ),
        pytest.param(dump(thread(ASKED, ANSWERED), THANKED, ALONE, thread_ts="1"), "x.json", id="answers in two places"),
        pytest.param("\ufeff" + DUMP, "x.json", id="a mark in front"),
        pytest.param(
            json.dumps({"channel_id": ROOM, "messages": json.loads(DUMP)["messages"]}), "x.json", id="the id in front"
        ),
    ],
)
def test_every_shape_gives_the_same(tmp_path, content, name):
    outcome = extracted(tmp_path, LISTS | {name: content}, SOURCE)
    assert not outcome.quarantined
    assert [(each.source_ref, each.text) for each in outcome.records] == [
        (f"{ROOM}/{each['ts']}", each["text"]) for each in (ASKED, ANSWERED, THANKED, ALONE)
    ]


def test_a_channel_of_no_list_has_the_dumps_own_name_and_a_direct_message_none(tmp_path):
    files = {"users.json": LISTS["users.json"], "a.json": dump(ASKED), "b.json": dump(ALONE, ref="D0SAMANN1", name="")}
    channel, direct = extracted(tmp_path, files, SOURCE).records
    assert channel.source_metadata == {"channel": "ext-archer"}
    assert (direct.conversation_ref, direct.source_metadata) == ("D0SAMANN1", {})


def test_dumps_in_one_folder_keep_their_threads_apart(tmp_path):
    """Who began a thread in one channel is not whom a message in another goes to."""
    answer = said(SAM, "Yes", "1795168900.000300", thread_ts="1795168800.000200")
    files = {"users.json": LISTS["users.json"], "a.json": dump(ASKED), "b.json": dump(answer, ref="C0OTHER11", name="other")}
    asked, answered = extracted(tmp_path, files, SOURCE).records
    assert (asked.direction, answered.direction, answered.reason) == ("inbound", "internal", "internal")


def test_a_thread_and_its_channel_in_two_dumps_are_one_thread(tmp_path):
    files = LISTS | {"a.json": dump(ASKED), "b.json": dump(ANSWERED | {"parent_user_id": None}, thread_ts=ASKED["ts"])}
    asked, answered = extracted(tmp_path, files, SOURCE).records
    assert answered.conversation_ref == asked.source_ref
    assert answered.party_ref == "ann.a"


def test_a_dump_beside_an_export_leaves_it_as_it_is(tmp_path):
    outcome = read(tmp_path, day(ASKED) | {"dump.json": dump(said(BOB, "Hello", "1795169010.000400"), ref="C0ALL")})
    assert [each.source_ref for each in outcome.records] == [f"C0ALL/{'1795169010.000400'}", f"C0ANN/{ASKED['ts']}"]
    assert outcome.suppressed == LISTED


def test_parts_that_are_read_apart_give_what_the_whole_gives(tmp_path):
    whole = extracted(tmp_path, LISTS | {"a.json": DUMP, "b.json": dump(ALONE, ref="C0OTHER11", name="other")}, SOURCE)
    export = find_export(str(tmp_path), SOURCE, NIGHT)
    surveyed = tmp_path / "survey"
    keep_survey(slack.survey(export), surveyed)
    parts = [replace(export, files=[file], surveyed=surveyed) for file in export.files]
    assert [each for part in parts for each in slack.extract(part, Issues())] == whole.records


@pytest.mark.parametrize("nothing", [[], None], ids=["an empty list", "null"])
def test_a_dump_without_messages_is_counted(tmp_path, nothing):
    content = json.dumps({"name": "x", "messages": nothing, "channel_id": ROOM})
    outcome = extracted(tmp_path, LISTS | {"x.json": content}, SOURCE)
    assert (outcome.records, outcome.quarantined) == ([], [])
    assert outcome.read == len(USERS) + 1 + 1


@pytest.mark.parametrize(
    ("name", "content", "count", "reason"),
    [
        pytest.param("x.json", dump(ASKED, ALONE, ref=None), 2, "of which one channel it is", id="no id"),
        pytest.param(
            "x.json", dump(ASKED) + dump(ALONE, ref="C0OTHER11"), 2, "of which one channel", id="two dumps in a file"
        ),
        pytest.param("x.json", dump(ASKED | {"user": "U0GHOST"}), 1, "the author is no user of users.json", id="a stranger"),
        pytest.param("x.json", dump("x", 1), 2, "neither a message", id="what is no message"),
        pytest.param(
            "x.json",
            dump(ASKED | {"slackdump_thread_replies": [{"a": 1}]}),
            1,
            "neither a message",
            id="an answer that is none",
        ),
        pytest.param(
            "C0ARCHER1.json", json.dumps({"t": 0, "ts": 1, "id": ROOM, "m": []}), 1, "slackdump convert", id="a chunk"
        ),
    ],
)
def test_what_cannot_be_read_of_a_dump_is_set_aside(tmp_path, name, content, count, reason):
    outcome = extracted(tmp_path, LISTS | {name: content}, SOURCE)
    assert [reason in why for _, why in outcome.quarantined] == [True] * count


def test_without_the_list_of_users_nobody_knows_who_is_ours(tmp_path):
    outcome = extracted(tmp_path, {"x.json": DUMP}, SOURCE)
    assert len(outcome.quarantined) == 4
    assert all("no users.json" in why for _, why in outcome.quarantined)


@pytest.mark.parametrize("share", range(2, 100, 4))
def test_a_dump_cut_off_is_told_and_what_stands_before_is_read(tmp_path, share):
    content = dump(*(said(ANN, str(at), f"17951688{at}.000200") for at in range(10, 30)))
    outcome = extracted(tmp_path, LISTS | {f"{ROOM}.json": content[: len(content) * share // 100]}, SOURCE)
    assert outcome.quarantined
    assert outcome.texts == [str(10 + at) for at in range(len(outcome.records))]
    assert {each.source_ref.partition("/")[0] for each in outcome.records} <= {ROOM}


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), order=st.randoms(use_true_random=False))
def test_a_random_world_comes_back_as_from_an_export(tmp_path_factory, world, order):
    """The same world in day files and in dumps, each with some of its messages put under others as answers."""
    files = rendered(world)
    by_folder = {}
    for name, content in files.items():
        if "/" in name:
            by_folder.setdefault(name.partition("/")[0], []).extend(json.loads(content))
    refs = {each["name"]: each["id"] for each in json.loads(files["channels.json"])}
    dumps = {}
    for folder, messages in by_folder.items():
        order.shuffle(messages)
        at = order.randint(1, len(messages))
        dumps[f"{refs[folder]}.json"] = dump(
            thread(messages[0], *messages[1:at]), *messages[at:], ref=refs[folder], name=folder
        )
    lists = {name: content for name, content in files.items() if "/" not in name}

    def found(outcome):
        assert not outcome.quarantined
        return sorted(
            (each.source_ref, each.conversation_ref, each.direction, each.occurred_at, each.text, each.party_ref)
            for each in outcome.records
        )

    exported, dumped = (extracted(tmp_path_factory.mktemp("x"), each, SOURCE) for each in (files, lists | dumps))
    assert found(dumped) == found(exported)
