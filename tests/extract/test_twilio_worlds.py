"""Twilio's exports in other hands: records that are not understood, hostile texts, random worlds."""

import gzip
import json
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extract.exports import extracted, party, source_of
from tests.extract.random_world import worlds
from tests.extract.test_twilio import ANN, BOB, CONSOLE, OURS, SOURCE, call, lines, message, page, recording, sid, table
from tests.thorough import TIMES

# --- what is not understood ---


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


BAD = [
    *(
        pytest.param(lines(without(message(9), name)), f"missing field '{name}'", id=f"a message without {name}")
        for name in ("sid", "from", "to", "body", "direction", "status")
    ),
    *(
        pytest.param(lines(without(call(9), name)), f"missing field '{name}'", id=f"a call without {name}")
        for name in ("sid", "from", "to", "direction", "status")
    ),
    pytest.param(lines(message(9, date_sent=None, date_created=None)), "missing field 'date_sent'", id="no time"),
    pytest.param(
        lines(call(9, start_time=None, date_created=None)), "missing field 'start_time'", id="a call without a time"
    ),
    pytest.param(lines(message(9, date_sent="yesterday")), "not a time", id="a time we cannot read"),
    pytest.param(lines(message(9, date_sent="Fri, 99 Nov 2026 09:00:00 +0000")), "not a time", id="a day there is not"),
    pytest.param(lines(message(9, direction="sideways")), "'direction' has a value", id="a direction we have not seen"),
    pytest.param(
        lines(call(9, direction="outbound-reply")), "'direction' has a value", id="a message's direction on a call"
    ),
    pytest.param(lines(message(9, status="completed")), "'status' has a value", id="a call's status on a message"),
    pytest.param(lines(call(9, answered_by="a dog")), "'answered_by' has a value", id="an answerer we have not seen"),
    pytest.param(lines(message(9, frm="pigeon:7")), "an address of a kind", id="an address of a kind we have not seen"),
    pytest.param(lines(call(9, duration="1 min")), "no whole number", id="a duration in words"),
    pytest.param(lines(message(9, num_media="999999")), "more than a message can have", id="a million media"),
    pytest.param(lines(message(9, body=["x"])), "'body' is not a text", id="a body of another shape"),
    pytest.param(lines(message(9) | {"sid": "ZZ1"}), "a sid of another kind", id="another kind of record"),
    pytest.param(lines(without(recording(9, 1), "call_sid")), "missing field 'call_sid'", id="a recording of no call"),
    pytest.param(lines(message(9))[:90] + "\n", "not JSON", id="a line cut off"),
    pytest.param("[" * 5000 + "\n", "not JSON", id="deep nesting"),
    pytest.param('{"sid": NaN}\n', "not JSON", id="NaN"),
    pytest.param("17\n", "not a record", id="a number"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_line_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = extracted(tmp_path, {"a": lines(message(1)) + bad + lines(call(2))}, SOURCE)
    assert [record.source_ref for record in outcome.records] == [sid("SM", 1), sid("CA", 2)]
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


def test_a_row_not_understood_is_set_aside_and_the_rest_is_read(tmp_path):
    text = table(CONSOLE, CONSOLE | {"Status": "lost", "Sid": sid("SM", 2)}, CONSOLE | {"Sid": sid("SM", 3)})
    outcome = extracted(tmp_path, {"log.csv": text + 'one,"cell\n' + text.split("\n", 1)[1]}, SOURCE)
    assert [record.source_ref for record in outcome.records] == [sid("SM", n) for n in (1, 3, 1, 3)]
    assert [at for at, _ in outcome.quarantined] == ["row 3", "row 5", "row 7"]


@pytest.mark.parametrize(
    "text",
    ["\x00\x01", "\\ud83d", "\u202egnp.exe", "a" * 200_000, "\r\n\r\n", "=cmd|' /C calc'!A0"],
    ids=["controls", "half an emoji", "bidirectional", "long", "line ends", "a formula"],
)
def test_hostile_texts_are_contained(tmp_path, text):
    raw = lines(message(1)).replace('"hello"', json.dumps(text).replace("\\\\ud83d", "\\ud83d"))
    (record,) = extracted(tmp_path, {"a": raw}, SOURCE).records
    assert not set(record.text) & {"\0", "\ud83d", "\u202e", "\r"}
    record.text.encode()


def test_numbers_written_without_a_country_are_told_where_no_region_is_declared(tmp_path):
    source = source_of(format="twilio", name="texts")
    outcome = extracted(tmp_path, {"a": lines(call(1, frm="07700900123", to="+442079460000"))}, source)
    assert outcome.records[0].reason == "no_identifier"
    assert outcome.warnings == {"a number that is none without a country: declare the source's 'region'": 1}


# --- a random world ---

PEOPLE = [ANN, BOB, "+15005550006"]


def rendered(said, number, dialect):
    person = PEOPLE[said.thread]
    ends = {"frm": OURS, "to": person} if said.is_ours else {"frm": person, "to": OURS}
    status = "sent" if said.is_ours else "received"
    direction = "outbound-api" if said.is_ours else "inbound"
    at = said.at.isoformat() if dialect in ("bulk", "csv") else format_datetime(said.at)
    record = message(number, body=said.text, direction=direction, status=status, date_sent=at, **ends)
    if dialect != "csv":
        return record
    return CONSOLE | {
        "From": ends["frm"], "To": ends["to"], "Body": said.text, "Status": status, "Direction": direction, "SentDate": at,
        "Sid": record["sid"],
    }  # fmt: skip


@settings(max_examples=50 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), dialect=st.sampled_from(["page", "bulk", "lines", "csv"]))
def test_a_random_world_comes_back(tmp_path, world, dialect):
    records = [rendered(said, number, dialect) for number, said in enumerate(world)]
    write = {
        "page": lambda: page("messages", *records),
        "bulk": lambda: gzip.compress(lines(*records).encode()),
        "lines": lambda: lines(*records),
        "csv": lambda: table(*records),
    }[dialect]
    outcome = extracted(tmp_path, {"export": write()}, SOURCE)
    assert not outcome.quarantined
    assert len(outcome.records) == len(world)
    for said, record in zip(world, outcome.records, strict=True):
        assert record.text == said.text
        assert record.occurred_at == said.at
        assert record.direction == ("outbound" if said.is_ours else "inbound")
        assert record.conversation_ref == "~".join(sorted([OURS, PEOPLE[said.thread]]))
        assert ("phone", "", PEOPLE[said.thread]) in party(record, evidence="channel")
