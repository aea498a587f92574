"""Backups that are damaged, cut off or hostile cost what is hurt and no more; and random worlds come back."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract.parts.sms_backup import xml as sms_backup_xml
from tests.extract.exports import extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_sms_backup import ANN, AT, EPOCH, SOURCE, addr, backup, call, mms, part, sms, texts, written
from tests.thorough import TIMES

# --- what is not understood ---


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


BAD = [
    *(
        pytest.param(written("sms", without(sms(), name)), f"missing field '{name}'", id=f"a text without {name}")
        for name in ("address", "date", "type", "body")
    ),
    *(
        pytest.param(written("call", without(call(), name)), f"missing field '{name}'", id=f"a call without {name}")
        for name in ("number", "date", "type", "duration")
    ),
    *(
        pytest.param(written("mms", without(mms(), name)), f"missing field '{name}'", id=f"media without {name}")
        for name in ("address", "date", "msg_box")
    ),
    pytest.param(written("sms", sms(type="9")), "'type' has a value we do not know", id="a type we have not seen"),
    pytest.param(written("call", call(type="42")), "'type' has a value we do not know", id="a call of such a type"),
    pytest.param(written("call", call(presentation="9")), "'presentation' has a value", id="such a presentation"),
    pytest.param(written("mms", mms(addrs=[addr(ANN, "1")])), "'type' has a value we do not know", id="such an address"),
    pytest.param(written("sms", sms(date="yesterday")), "'date' is no whole number", id="a time in words"),
    pytest.param(written("sms", sms(date="9" * 16)), "a time outside the calendar", id="a time beyond the calendar"),
    pytest.param(written("call", call(duration="-1")), "'duration' is no whole number", id="a duration below zero"),
    pytest.param('<sms address="1" address="2" />\n', "an attribute that stands twice", id="an attribute twice"),
    pytest.param('<sms address="&bomb;" />\n', "an entity that XML does not have", id="an entity"),
    pytest.param('<sms address="a & b" />\n', "a character reference that is none", id="a bare ampersand"),
    pytest.param('<sms address="&#99999999;" />\n', "a character reference that is none", id="a character there is not"),
    pytest.param('<sms address="1" body="he"llo" type="1" />\n', "not XML", id="a quote in a text"),
    pytest.param('<sms address="1" body="<b>" />\n', "not XML", id="a tag in a text"),
    pytest.param('<sms address="1" body=hello />\n', "not XML", id="a value without quotes"),
    pytest.param("<sms address=\n", "not XML", id="a record cut off"),
    pytest.param("<mms>" + "<a>" * 5000 + "\n", "more elements in one record", id="deep nesting"),
    pytest.param(
        "<mms><parts>" + '<part ct="x" />' * 20_000 + "</parts></mms>\n", "more elements in one", id="a million parts"
    ),
    pytest.param('<mms address="1"><parts></mms>\n', "not XML", id="elements that cross"),
    pytest.param('<mms address="1">\n', "not XML", id="an element never closed"),
    pytest.param("<![CDATA[ <x> ]]>\n", "not XML", id="a CDATA section"),
    pytest.param("<email from='x' />\n", "not XML", id="an element that we do not know"),
    pytest.param("somebody wrote here\n", "not XML", id="text between the records"),
    pytest.param("<!-- never closed\n", "not XML", id="a comment never closed"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
@pytest.mark.parametrize("chunk", [50, 1 << 18])
def test_a_record_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, monkeypatch, bad, reason, chunk):
    monkeypatch.setattr(sms_backup_xml, "CHUNK", chunk)
    good = texts(sms(), sms(body="bye"), sms(body="after"))
    at = good.index("\n", good.index("<sms ")) + 1
    outcome = extracted(tmp_path, {"a.xml": good[:at] + bad + good[at:]}, SOURCE)
    assert outcome.texts == ["hello", "bye", "after"]
    ((position, why),) = outcome.quarantined
    assert position == "line 6"
    assert reason in why


def test_bytes_that_are_no_text_cost_their_record(tmp_path):
    content = texts(sms(), sms(body="@@"), sms(body="bye")).encode().replace(b"@@", b"\xff\xfe")
    outcome = extracted(tmp_path, {"a.xml": content}, SOURCE)
    assert (outcome.texts, outcome.quarantined) == (["hello", "bye"], [("line 6", "not UTF-8")])


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE smses [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE smses SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE smses [<!ENTITY x SYSTEM "http://shop.example/">]>',
    ],
)
def test_declarations_of_types_and_entities_are_refused(tmp_path, declaration):
    outcome = extracted(tmp_path, {"a.xml": texts(sms()).replace("<smses", f"{declaration}<smses", 1)}, SOURCE)
    assert outcome.records == []
    assert "a declaration of a document type" in outcome.quarantined[-1][1]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<html><body><p>hello</p></body></html>", id="a page"),
        pytest.param("BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", id="a card"),
        pytest.param('{"sms": []}', id="JSON"),
        pytest.param(texts(sms()).encode("utf-16"), id="UTF-16"),
        pytest.param("\n\n", id="empty lines"),
    ],
)
def test_what_is_no_backup_is_set_aside(tmp_path, content):
    outcome = extracted(tmp_path, {"a.xml": content}, SOURCE)
    assert outcome.records == []
    assert outcome.quarantined


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_what_stands_before_a_cut_is_read_and_the_cut_is_told(tmp_path, share):
    whole = texts(*(sms(body=f"text {number}") for number in range(20)))
    cut = whole[: len(whole) * share // 100]
    outcome = extracted(tmp_path, {"a.xml": cut}, SOURCE)
    assert outcome.quarantined
    assert outcome.texts == [f"text {number}" for number in range(cut.count("/>"))]


@given(place=st.floats(0.2, 0.9), put=st.sampled_from([b'"', b"<", b">", b"/", b"\xff", b"&", b"\0", b"'", b"<!--", b"="]))
@settings(max_examples=100 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_one_damaged_place_costs_at_most_the_record_it_stands_in(tmp_path, place, put):
    whole = texts(*(sms(body=f"text {number}", date=str(AT + number)) for number in range(20))).encode()
    at = int(place * len(whole))
    outcome = extracted(tmp_path, {"a.xml": whole[:at] + put + whole[at:]}, SOURCE)
    assert len(outcome.records) >= 19


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "\u202egnp.exe", "\u200e\ufeffx", "]]>", "<sms />"],
    ids=["long", "bidi", "marks", "cdata", "a tag"],
)
def test_hostile_texts_are_contained(tmp_path, text):
    (record,) = extracted(tmp_path, {"a.xml": texts(sms(body=text))}, SOURCE).records
    assert record.text == text.translate(dict.fromkeys(map(ord, "\u202e\u200e\ufeff")))


def test_a_value_longer_than_can_be_held_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(sms_backup_xml, "VALUE_LIMIT", 1 << 20)
    outcome = extracted(tmp_path, {"a.xml": texts(sms(), sms(body="a" * (5 << 20)), sms(body="bye"))}, SOURCE)
    assert outcome.texts == ["hello", "bye"]
    assert [at for at, _ in outcome.quarantined] == ["line 6"]


# --- a random world ---


def rendered(said):
    number = f"+44770090012{said.thread}"
    moment = str((said.at - EPOCH) // timedelta(milliseconds=1))
    return number, moment


@settings(max_examples=50 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), as_mms=st.booleans(), on_one_line=st.booleans())
def test_a_random_world_comes_back(tmp_path, world, as_mms, on_one_line):
    records = []
    for said in world:
        number, moment = rendered(said)
        kind = "2" if said.is_ours else "1"
        if as_mms:
            addrs = [addr("insert-address-token", "137"), addr(number, "151")] if said.is_ours else [addr(number, "137")]
            records.append(("mms", mms([part("text/plain", said.text)], addrs, address=number, date=moment, msg_box=kind)))
        else:
            records.append(("sms", sms(address=number, date=moment, type=kind, body=said.text)))
    content = backup(*records)
    outcome = extracted(tmp_path, {"a.xml": content.replace("\n", "") if on_one_line else content}, SOURCE)
    assert not outcome.quarantined
    assert len({record.source_ref for record in outcome.records}) == len(world)
    for said, record in zip(world, outcome.records, strict=True):
        assert record.text == said.text
        assert record.occurred_at == said.at
        assert record.direction == ("outbound" if said.is_ours else "inbound")
        assert record.conversation_ref == rendered(said)[0]
        assert ("phone", "", rendered(said)[0]) in party(record, evidence="channel")
