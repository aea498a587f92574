"""Conversation detail in the shape of Genesys Cloud's analytics API, and the sample that lies in the shared folder."""

import gzip
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extract.exports import extracted, party, source_of
from tests.extract.random_world import INSTANTS
from tests.extract.specimens import Specimen, dump_lines
from tests.thorough import TIMES

SOURCE = source_of(
    format="genesys", name="cloud", region="GB", own=["+442079460000", "shop@shop.example"], references=[r"GT-\d+"]
)
ANN, SHOP = "tel:+447700900123", "tel:+442079460000"
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def segment(kind="interact", start=0, end=60, **more):
    times = {"segmentStart": stamp(NINE + timedelta(seconds=start)), "segmentEnd": stamp(NINE + timedelta(seconds=end))}
    return times | {"segmentType": kind, "conference": False} | more


def session(ref, *segments, media="voice", direction="inbound", **more):
    return {
        "sessionId": ref,
        "mediaType": media,
        "direction": direction,
        "provider": "Edge",
        "metrics": [{"name": "nConnected", "value": 1, "emitDate": stamp(NINE)}],
        "segments": list(segments) or [segment()],
    } | more


def person(purpose, *sessions, **more):
    return {"participantId": f"p-{purpose}", "purpose": purpose, "sessions": list(sessions)} | more


def customer(*sessions, **more):
    return person("customer", *(sessions or [session("s1", ani=ANN, dnis=SHOP)]), participantName="LONDON UK", **more)


def agent(user="u1", *segments, ref="a1", peer="s1", **more):
    return person("agent", session(ref, *segments, peerId=peer, **more), userId=user)


def queue(ref="q1", *segments):
    return person(
        "acd", session(f"acd-{ref}", *(segments or [segment(queueId=ref, disconnectType="transfer")]), peerId="s1")
    )


def talk(ref, *participants, **more):
    return {
        "conversationId": ref,
        "conversationStart": stamp(NINE),
        "conversationEnd": stamp(NINE + timedelta(seconds=90)),
        "originatingDirection": "inbound",
        "divisionIds": ["d1"],
        "participants": list(participants),
    } | more


CALL = talk(
    "c1",
    customer(externalContactId="x1"),
    queue(),
    agent("u1", segment("alert", 5, 10), segment(start=10, queueId="q1", wrapUpCode="w1")),
)
CHAT = talk("c2", person("customer", session("s2", media="chat"), participantName="Ann Archer"))
SMS = talk(
    "c3",
    person(
        "customer",
        session("s3", media="message", messageType="sms", addressFrom="+447700900123", addressTo="+442079460000"),
        participantName="+447700900123",
    ),
)
MAIL = talk(
    "c4",
    person(
        "customer",
        session(
            "s4", segment(subject="My order"), media="email", addressFrom="ann@mail.example", addressTo="shop@shop.example"
        ),
        participantName="Ann Archer",
    ),
)


def phrase(at, text, by="external", **more):
    """One phrase of a transcript, in the shape of what ``transcripturl`` leads to."""
    return {
        "phraseIndex": at,
        "participantPurpose": by,
        "text": text,
        "stability": 1.0,
        "startTimeMs": 1_795_165_200_000 + at,
        "duration": {"milliseconds": 900},
        "words": [{"word": word, "confidence": 0.9} for word in text.split()],
    } | more


def transcript(ref, session_ref, *phrases, media="voice", **more):
    """The transcript of one session."""
    return {
        "organizationId": "o1",
        "conversationId": ref,
        "communicationId": session_ref,
        "mediaType": media,
        "conversationStartTime": 1_795_165_200_000,
        "duration": {"milliseconds": 60_000},
        "transcripts": [
            {"transcriptId": "t1", "language": "en-gb", "phrases": list(phrases), "analytics": {"sentiment": []}}
        ],
        "participants": [{"participantPurpose": "customer", "ani": ANN, "startTimeMs": 1_795_165_200_000}],
        "uri": "/conversations/c1",
    } | more


HEARD = transcript(
    "c1", "s1", phrase(1, "hello", "internal"), phrase(2, "my order gt 1001", decoratedText="My order is GT-1001.")
)
SPARSE = (  # the API leaves out what there is nothing to say of
    "externalContactId",
    "participantName",
    "sessions.direction",
    "sessions.peerId",
    "sessions.segments.conference",
    "sessions.segments.disconnectType",
    "sessions.segments.queueId",
    "sessions.segments.segmentEnd",
    "sessions.segments.subject",
    "sessions.segments.wrapUpCode",
)
SPECIMEN = Specimen(
    SOURCE,
    {"page.json": dump_lines([{"conversations": [CALL, CHAT, SMS, MAIL], "totalHits": 4}, HEARD])},
    "page.json",
    dump=dump_lines,
    may_lack=frozenset(f"conversations.participants.{name}" for name in SPARSE)
    | {"conversations.conversationEnd", "totalHits", "transcripts.phrases.decoratedText"},
    has_lines=True,
)


def read(folder, *records, source=SOURCE):
    return extracted(folder, {"a.json": json.dumps({"conversations": list(records)})}, source)


def only(outcome):
    assert not outcome.quarantined
    (record,) = outcome.records
    return record


def test_the_sample_is_one_chat(tmp_path, samples):
    content = (samples / "voice_sms/genesys/conversation1.json").read_bytes()
    outcome = extracted(tmp_path, {"conversation1.json": content}, SOURCE)
    record = only(outcome)
    assert outcome.read == 1
    assert not outcome.warnings
    assert record.source_ref == "1bc96a39-6725-40c4-9345-db72aa67b8c6"
    assert record.conversation_ref == "1bc96a39-6725-40c4-9345-db72aa67b8c6"
    assert (record.channel, record.direction, record.status, record.party_ref) == ("chat", "inbound", "answered", "John Doe")
    assert record.occurred_at == datetime(2021, 4, 1, 12, 27, 53, 386_000, tzinfo=UTC)
    assert record.duration_seconds == pytest.approx(929.917)
    assert record.agent_ref == "50fcd33c-f432-4726-abc9-979f3ca01555"
    assert record.team == "a623d83c-96d7-4baa-af1f-d46ad6700d8b"
    assert record.source_metadata == {"media": "chat", "transfers": 1}
    assert party(record) == {("name", "", "John Doe")}
    assert {each.evidence for each in record.party} == {"claimed"}


def test_a_call_is_the_customers_session(tmp_path):
    outcome = read(tmp_path, CALL)
    record = only(outcome)
    assert not outcome.warnings
    assert (record.source_ref, record.conversation_ref, record.position) == ("c1", "c1", "session 1 of record 1 of line 1")
    assert (record.channel, record.direction, record.status) == ("voice", "inbound", "answered")
    assert (record.occurred_at, record.duration_seconds) == (NINE, 60.0)
    assert party(record, evidence="channel") == {("phone", "", "+447700900123")}
    assert party(record, evidence="reference") == {("account", "cloud", "x1")}
    assert not party(record, evidence="claimed"), "a caller's name is the network's, and often a place"
    assert (record.agent_ref, record.team, record.topic) == ("u1", "q1", "w1")


def test_a_longer_version_of_a_conversation_gives_its_sessions_the_same_ids(tmp_path):
    before = read(tmp_path / "1", talk("c1", customer())).records
    called_in = person("external", session("s9", ani=SHOP, dnis="tel:+441632960001", direction="outbound"))
    later = read(tmp_path / "2", talk("c1", queue(), called_in, customer(), agent()))
    assert [each.source_ref for each in before] == ["c1"]
    assert [each.source_ref for each in later.records] == ["c1/s9", "c1"]


def test_whoever_spoke_longest_is_the_agent_and_the_transfers_are_counted(tmp_path):
    record = only(
        read(
            tmp_path,
            talk(
                "c1",
                customer(),
                queue("q1"),
                agent("u1", segment(start=0, end=10, queueId="q1", disconnectType="consultTransfer"), ref="a1"),
                queue("q2"),
                agent("u2", segment(start=10, end=50, queueId="q2", disconnectType="peer"), ref="a2"),
                agent("u3", segment("alert", 50, 60), ref="a3"),
            ),
        )
    )
    assert (record.agent_ref, record.team) == ("u2", "q2")
    assert record.source_metadata == {"media": "voice", "agents": ["u1", "u2"], "queues": ["q1", "q2"], "transfers": 3}


@pytest.mark.parametrize(
    ("participants", "direction", "status", "seconds"),
    [
        ([queue(), agent()], "inbound", "answered", 60.0),
        ([queue()], "inbound", "abandoned", 60.0),
        ([queue(), agent("u1", segment("alert", 5, 10))], "inbound", "abandoned", 60.0),
        ([person("ivr", session("i1", peerId="s1"))], "inbound", "self_service", 60.0),
        ([person("voicemail", session("v1", peerId="s1"))], "inbound", "voicemail", 60.0),
        ([agent()], "outbound", "answered", 60.0),
    ],
)
def test_what_a_call_came_to(tmp_path, participants, direction, status, seconds):
    record = only(read(tmp_path, talk("c1", customer(), *participants, originatingDirection=direction)))
    assert (record.status, record.duration_seconds) == (status, seconds)


def test_a_call_of_ours_that_nobody_took_lasted_no_time(tmp_path):
    rang = customer(session("s1", segment("dialing", 0, 20), segment("contacting", 20, 30), ani=SHOP, dnis=ANN))
    record = only(read(tmp_path, talk("c1", rang, agent(), originatingDirection="outbound")))
    assert (record.status, record.duration_seconds) == ("not_answered", 0.0)


def test_the_time_of_a_call_of_ours_begins_when_it_is_taken(tmp_path):
    took = customer(session("s1", segment("dialing", 0, 20), segment("interact", 20, 50), ani=SHOP, dnis=ANN))
    record = only(read(tmp_path, talk("c1", took, agent(), originatingDirection="outbound")))
    assert (record.occurred_at, record.status, record.duration_seconds) == (NINE, "answered", 30.0)


def test_a_conversation_that_goes_on_is_open_and_has_no_length(tmp_path):
    still = {key: value for key, value in segment().items() if key != "segmentEnd"}
    going = talk("c1", customer(session("s1", still, ani=ANN, dnis=SHOP)))
    del going["conversationEnd"]
    record = only(read(tmp_path, going))
    assert (record.status, record.duration_seconds) == ("open", None)


@pytest.mark.parametrize("left", ["inactivity", "sessionExpired", "takeover"])
def test_a_chat_that_nobody_closed_is_no_transfer(tmp_path, left):
    wrote = {"media": "message", "messageType": "webmessaging", "addressFrom": "k-9", "addressTo": "ours"}
    spoke = agent("u1", segment(disconnectType=left), media="message", messageType="webmessaging")
    went = session("s1", segment(disconnectType=left), **wrote, engagementSource="WebChat", errorCodeDescription="")
    record = only(read(tmp_path, talk("c1", person("customer", went), spoke, accessAttributes=[])))
    assert (record.status, record.agent_ref) == ("answered", "u1")
    assert "transfers" not in record.source_metadata


def test_a_watched_screen_is_no_part_of_a_call(tmp_path):
    watcher = agent("u2", segment("screenmonitoring"), ref="a2", media="screenmonitoring", screenMonitoredUserId="u1")
    record = only(read(tmp_path, talk("c1", customer(), agent(), watcher, consultationConversationIds=["c0"])))
    assert (record.agent_ref, record.source_metadata) == ("u1", {"media": "voice"})


def test_a_conference_is_one_interaction_for_each_outside_party(tmp_path):
    both = segment(conference=True)
    called_in = session("s2", both, ani=SHOP, dnis="tel:+441632960001", direction="outbound", peerId="a1")
    legs = [customer(session("s1", both, ani=ANN, dnis=SHOP)), agent(), person("external", called_in)]
    first, second = read(tmp_path, talk("c1", *legs)).records
    assert (first.direction, party(first)) == ("inbound", {("phone", "", "+447700900123")})
    assert (second.direction, party(second)) == ("outbound", {("phone", "", "+441632960001")})
    assert first.conversation_ref == second.conversation_ref
    assert (second.agent_ref, second.source_metadata["external"]) == ("u1", True)
    assert first.source_metadata["conference"]


def test_a_call_among_ourselves_is_internal(tmp_path):
    call = talk("c1", person("user", session("u-1"), userId="u1"), person("user", session("u-2"), userId="u2"))
    record = only(read(tmp_path, call))
    assert (record.source_ref, record.direction, record.reason, record.party) == ("c1", "internal", "internal", [])


def test_machines_alone_and_shared_screens_are_counted(tmp_path):
    screen = talk("c2", customer(session("s1", media="screenshare")))
    outcome = read(tmp_path, talk("c1", queue()), screen)
    assert outcome.records == []
    assert outcome.suppressed == {"a conversation in which nobody spoke or wrote: machines, screens": 2}


ALL = [CALL, CHAT, SMS, MAIL]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps({"conversations": ALL, "totalHits": 4}), id="a page of the query"),
        pytest.param(
            json.dumps({"conversations": ALL, "cursor": "x", "dataAvailabilityDate": "y"}, indent=1), id="a page of a job"
        ),
        pytest.param("\n".join(json.dumps({"conversations": [each]}) for each in ALL), id="pages, one a line"),
        pytest.param("\n".join(map(json.dumps, ALL)), id="one a line"),
        pytest.param(json.dumps(ALL), id="an array"),
        pytest.param("".join(map(json.dumps, ALL)), id="one right after the other"),
        pytest.param(gzip.compress(json.dumps({"conversations": ALL}).encode()), id="gzip, told by content"),
    ],
)
def test_every_shape_of_export_gives_the_same(tmp_path, content):
    outcome = extracted(tmp_path, {"a": content}, SOURCE)
    assert [each.source_ref for each in outcome.records] == ["c1", "c2", "c3", "c4"]
    assert not outcome.quarantined
    assert not outcome.warnings


def changed(**more):
    return customer(session("s1", **{"ani": ANN, "dnis": SHOP} | more))


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(CALL, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("conversationId", "conversationStart", "originatingDirection", "participants")
        ),
        pytest.param(CALL | {"originatingDirection": "up"}, "field 'originatingDirection' has", id="a direction not seen"),
        pytest.param(CALL | {"conversationStart": "soon"}, "not a time", id="a start that is no time"),
        pytest.param(CALL | {"participants": {}}, "field 'participants' is not a list", id="another shape"),
        pytest.param(talk("c1", without(customer(), "purpose")), "missing field 'purpose'", id="no purpose"),
        pytest.param(talk("c1", person("ghost")), "field 'purpose' has a value we do not know", id="a purpose not seen"),
        pytest.param(talk("c1", without(customer(), "sessions")), "missing field 'sessions'", id="no sessions"),
        pytest.param(talk("c1", changed(mediaType="smoke")), "field 'mediaType' has", id="a medium not seen"),
        pytest.param(talk("c1", changed(sessionId=None)), "field 'sessionId' is no id", id="a session without an id"),
        pytest.param(talk("c1", changed(ani=7700900123)), "field 'ani' is not a text", id="a number for a text"),
        pytest.param(talk("c1", changed(direction="up")), "field 'direction' has", id="a session's direction not seen"),
        pytest.param(talk("c1", changed(segments=[segment("dance")])), "field 'segmentType' has", id="a segment not seen"),
        pytest.param(talk("c1", changed(segments=[segment(start=9, end=1)])), "ends before it begins", id="time backwards"),
        pytest.param(
            talk("c1", changed(segments=[segment(disconnectType="bored")])),
            "field 'disconnectType' has",
            id="an end not seen",
        ),
        pytest.param(talk("c1", changed(mediaType="message")), "missing field 'messageType'", id="a message of no kind"),
        pytest.param(
            talk("c1", changed(mediaType="message", messageType="owl")), "field 'messageType' has", id="a kind not seen"
        ),
        pytest.param(
            {"id": "c1", "startTime": "2026", "participants": []}, "the conversations API", id="the other API's shape"
        ),
        pytest.param({"a": 1}, "missing field 'conversationId'", id="something else"),
        pytest.param([], "not a record", id="a list"),
        pytest.param(None, "not a record", id="nothing"),
    ],
)
def test_a_conversation_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, CHAT, bad, SMS)
    assert [each.source_ref for each in outcome.records] == ["c2", "c3"]
    ((position, why),) = outcome.quarantined
    assert position == "record 2 of line 1"
    assert reason in why


def test_fields_that_are_new_or_gone_are_told_once_a_file(tmp_path):
    lost = talk("c9", customer(session("s9")))
    outcome = read(tmp_path, lost, lost, CALL | {"mood": 1}, CALL | {"mood": 2})
    assert outcome.warnings == {"field 'ani' is gone": 1, "field 'dnis' is gone": 1, "unknown field 'mood'": 1}


@pytest.mark.parametrize("share", range(3, 100, 6))
@pytest.mark.parametrize("is_zipped", [False, True], ids=["plain", "gzipped"])
def test_a_page_cut_off_is_told_and_what_stands_before_is_read(tmp_path, share, is_zipped):
    whole = json.dumps({"conversations": [CALL | {"conversationId": f"c{number}"} for number in range(20)]}).encode()
    whole = gzip.compress(whole) if is_zipped else whole
    outcome = extracted(tmp_path, {"a": whole[: len(whole) * share // 100]}, SOURCE)
    assert outcome.quarantined
    assert [each.conversation_ref for each in outcome.records] == [f"c{number}" for number in range(len(outcome.records))]
    if not is_zipped:
        assert len(outcome.records) >= 20 * share // 100 - 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"conversations": [{"conversationId": NaN}]}', id="NaN"),
        pytest.param('{"conversations": ' * 50_000, id="deep nesting"),
        pytest.param("[" * 100_000, id="deep lists"),
        pytest.param('{"conversationId": "c", "conversationId": "d"}', id="a name twice"),
        pytest.param(json.dumps({"conversations": [CALL | {"conversationStart": "9" * 100_000}]}), id="a long time"),
        pytest.param("", id="nothing"),
        pytest.param("\0\0", id="NUL"),
    ],
)
def test_hostile_files_are_contained(tmp_path, content):
    outcome = extracted(tmp_path, {"a": content, "b": json.dumps(CHAT)}, SOURCE)
    assert [each.source_ref for each in outcome.records] == ["c2"]
    assert outcome.quarantined


def test_hostile_names_come_out_as_valid_text(tmp_path):
    chat = person("customer", session("s2", media="chat"), participantName="Ann\u202e\0 \ud800Archer\u2066")
    assert party(only(read(tmp_path, talk("c2", chat)))) == {("name", "", "Ann ?Archer")}


CALLS = st.lists(
    st.tuples(st.integers(0, 9_999), st.booleans(), INSTANTS, st.integers(0, 300), st.integers(0, 50_000), st.booleans()),
    min_size=1,
    max_size=6,
)
DUMPS = [
    lambda all_: json.dumps({"conversations": all_}),
    json.dumps,
    lambda all_: "\n".join(map(json.dumps, all_)),
    lambda all_: "".join(map(json.dumps, all_)),
]
FOLDER = itertools.count()


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(calls=CALLS, dump=st.sampled_from(DUMPS))
def test_a_random_world_comes_back(tmp_path, calls, dump):
    records = []
    for ref, (who, is_ours, at, rung, talked, is_answered) in enumerate(calls):
        number, taken, ended = f"tel:+44770090{who:04}", at + timedelta(seconds=rung), at + timedelta(seconds=rung + talked)
        spans = [("dialing" if is_ours else "system", at, taken), ("interact", taken, ended)]
        said = [{"segmentType": kind, "segmentStart": stamp(a), "segmentEnd": stamp(b)} for kind, a, b in spans]
        numbers = {"ani": SHOP, "dnis": number} if is_ours else {"ani": number, "dnis": SHOP}
        records.append(
            talk(
                f"c{ref}",
                customer(session(f"s{ref}", *said, **numbers)),
                *([agent(f"u{ref}", said[1], peer=f"s{ref}")] if is_answered else []),
                originatingDirection="outbound" if is_ours else "inbound",
                conversationStart=stamp(at),
            )
        )
    outcome = extracted(tmp_path / str(next(FOLDER)), {"a": dump(records)}, SOURCE)
    assert not outcome.quarantined
    found = [
        (
            each.source_ref,
            each.conversation_ref,
            each.party[0].value,
            each.direction,
            each.occurred_at,
            each.duration_seconds,
            each.agent_ref,
        )
        for each in outcome.records
    ]
    assert found == [
        (
            f"c{ref}",
            f"c{ref}",
            f"+44770090{who:04}",
            "outbound" if is_ours else "inbound",
            at,
            float(talked if is_ours else rung + talked),
            f"u{ref}" if is_answered else None,
        )
        for ref, (who, is_ours, at, rung, talked, is_answered) in enumerate(calls)
    ]
