"""Slack: hostile values cost one message, and a random world written as an export comes back."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from pipelines.extract.parts.slack.text import readable, split_quotes
from tests.extract.exports import extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_slack import ANN, GOOD, HOME, LISTED, SAM, SOURCE, USERS, read, said, user, zipped
from tests.growth import assert_work_grows_with_length
from tests.thorough import TIMES


@pytest.mark.parametrize(
    "more",
    [
        pytest.param('"text": "\\ud83d", "user": "U0ANN", "ts": "1795168810.000001"', id="half a surrogate pair"),
        pytest.param('"text": "a\\u0000b", "user": "U0ANN", "ts": "1795168810.000001"', id="NUL"),
        pytest.param('"text": NaN, "user": "U0ANN", "ts": "1795168810.000001"', id="NaN"),
        pytest.param('"text": "x", "text": "y", "user": "U0ANN", "ts": "1795168810.000001"', id="a name twice"),
        pytest.param('"text": "x", "user": 12345678901234567890123, "ts": "1795168810.000001"', id="a number for an id"),
        pytest.param('"text": "x", "user": "U0ANN", "ts": "1795168810.000001", "blocks": ' + "[" * 2000 + "]" * 2000),
        pytest.param('"text": "x", "user": ["U0ANN"], "ts": "1795168810.000001", "thread_ts": {}', id="lists for ids"),
        pytest.param('"text": "x", "subtype": ["a"], "ts": "1795168810.000001"', id="a list for a subtype"),
        pytest.param('"text": "x", "user": "U0ANN", "ts": "' + "9" * 5000 + '"', id="a long time"),
        pytest.param('"text": "' + "<@" * 50_000 + '", "user": "U0ANN", "ts": "1795168810.000001"', id="many marks"),
    ],
)  # fmt: skip
def test_hostile_values_cost_at_most_their_message(tmp_path, more):
    file = (
        "["
        + json.dumps(GOOD)
        + ', {"type": "message", '
        + more
        + "}, "
        + json.dumps(said(ANN, "after", "1795168820.000001"))
        + "]"
    )
    outcome = read(tmp_path, {"ext-archer/2026-11-20.json": file})
    assert [text for text in outcome.texts if text in ("fine", "after")] == ["fine", "after"]
    assert outcome.read == 3 + sum(LISTED.values())


@pytest.mark.parametrize("piece", ["<", "<@", "<a|", "&lt;", ">\n", "<@U0ANN>", "&amp;"])
def test_marks_take_no_longer_than_their_length(piece):
    def work(text):
        split_quotes(readable(text, lambda ref: "Ann", str))

    assert_work_grows_with_length(lambda n: piece * n, work, 400_000)


def rendered(world):
    """The world as an export: a channel for each thread, its messages in files of days somewhere west of Greenwich."""
    users = [USERS[0]] + [user(f"U0P{number}", f"Person {number}", is_restricted=True) for number in range(3)]
    channels = [{"id": f"C0T{number}", "name": f"thread-{number}", "members": [SAM, f"U0P{number}"]} for number in range(3)]
    files = {}
    for number, each in enumerate(world):
        seconds = int((each.at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
        text = each.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        message = said(SAM if each.is_ours else f"U0P{each.person}", text, f"{seconds}.{number:06d}")
        name = f"thread-{each.thread}/{(each.at - timedelta(hours=8)).date()}.json"
        files.setdefault(name, []).append(message)
    lists = {"users.json": users, "channels.json": channels}
    return {name: json.dumps(content) for name, content in (lists | files).items()}


@settings(
    max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(world=worlds())
def test_a_random_world_comes_back(tmp_path_factory, world):
    outcome = extracted(tmp_path_factory.mktemp("world"), {"a.zip": zipped(rendered(world))}, SOURCE)
    assert outcome.quarantined == []
    found = {int(record.source_ref[-6:]): record for record in outcome.records}
    assert len(found) == len(world)
    for number, each in enumerate(world):
        record = found[number]
        wanted = readable(each.text, str, str) if "<" not in each.text and "&" not in each.text else each.text
        assert (record.quoted_text or "" if wanted.startswith(">") else record.text) == wanted
        assert record.direction == ("outbound" if each.is_ours else "inbound")
        assert record.occurred_at == each.at + timedelta(microseconds=number)
        assert record.source_ref.startswith(f"C0T{each.thread}/")
        assert record.conversation_ref == record.source_ref
        assert ("account", f"slack:{HOME}", f"U0P{each.person}") in party(record)
