"""Small call logs as Asterisk's cdr_csv.c writes them, and with the header of FreePBX's table, written here."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from pipelines.extract.parts.asterisk_cdr.rows import COLUMNS, NEWER
from tests.extract.exports import extracted, party, source_of
from tests.extract.random_world import LONDON, is_told_twice, worlds
from tests.extract.specimens import Specimen
from tests.thorough import TIMES

OURS, ANN, BOB = "02079460000", "07700900123", "07700900456"
ANN_E164, BOB_E164 = "+447700900123", "+447700900456"
SOURCE = source_of(format="asterisk_cdr", name="exchange", timezone="Europe/London", region="GB", own=[OURS, "101", "102"])
STRANGE = source_of(format="asterisk_cdr", name="exchange", timezone="Europe/London", region="GB")
NUMBERS = ("duration", "billsec", "sequence")


def cdr(**more):
    return {
        "accountcode": "", "src": ANN, "dst": OURS, "dcontext": "from-trunk", "clid": f'"Ann Archer" <{ANN}>',
        "channel": "PJSIP/trunk-0000001a", "dstchannel": "PJSIP/101-0000001b", "lastapp": "Dial",
        "lastdata": "PJSIP/101,20,tr", "start": "2026-11-20 09:00:00", "answer": "2026-11-20 09:00:07",
        "end": "2026-11-20 09:01:08", "duration": "68", "billsec": "61", "disposition": "ANSWERED",
        "amaflags": "DOCUMENTATION", "uniqueid": "1795165200.12", "userfield": "",
    } | more  # fmt: skip


def master(*rows, columns=(*COLUMNS, "uniqueid", "userfield")):
    """As Asterisk writes them: every text in quotes, numbers bare, and a time that there was not without either."""

    def cell(name, value):
        return value if name in NUMBERS or (name == "answer" and not value) else '"' + value.replace('"', '""') + '"'

    return "".join(",".join(cell(name, row[name]) for name in columns) + "\n" for row in rows)


def freepbx(**more):
    row = cdr()
    return {
        "calldate": row["start"], **{name: row[name] for name in COLUMNS if name not in ("start", "answer", "end")},
        "uniqueid": row["uniqueid"], "userfield": "", "did": OURS, "recordingfile": "", "cnum": ANN, "cnam": "Ann Archer",
        "linkedid": row["uniqueid"], "peeraccount": "", "sequence": "41",
    } | more  # fmt: skip


def table(rows):
    """With the first row's columns; what a schema change made no text is written as JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = list(rows[0])
    writer.writerow(columns)
    for row in rows:
        cells = (row.get(name, "") for name in columns)
        writer.writerow([cell if isinstance(cell, str) else json.dumps(cell) for cell in cells])
    return text.getvalue().encode()


def load(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


SPECIMEN = Specimen(
    SOURCE,
    {
        "cdr.csv": table([
            freepbx(),
            freepbx(src="101", dst=BOB, clid='"Gus" <101>', dcontext="from-internal", sequence="42", disposition="NO ANSWER",
                    billsec="0", channel="PJSIP/101-0000001c", dstchannel="PJSIP/trunk-0000001d"),
            freepbx(src="101", dst="102", sequence="43", dcontext="from-internal"),
        ]),
        "Master.csv": master(cdr(uniqueid="1795165299.77")).encode(),
    },
    "cdr.csv",
    load,
    table,
    has_lines=True,
)  # fmt: skip


# --- what a record says ---


def test_a_call_is_one_interaction_with_its_talk_and_ring_time(tmp_path):
    outcome = extracted(tmp_path, {"Master.csv": master(cdr())}, SOURCE)
    (record,) = outcome.records
    assert (record.channel, record.direction, record.status, record.duration_seconds) == (
        "voice",
        "inbound",
        "answered",
        61.0,
    )
    assert record.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (record.party_ref, record.agent_ref, record.position) == (ANN, "101", "row 1")
    assert record.source_metadata == {"ring_seconds": 7, "our_number": OURS}
    assert record.conversation_ref == "1795165200.12"
    assert record.source_ref == "1795165200.12"
    assert party(record, evidence="channel") == {("phone", "", ANN_E164)}
    assert party(record, evidence="claimed") == {("name", "", "Ann Archer")}
    assert not outcome.quarantined
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("disposition", "status"),
    [
        ("ANSWERED", "answered"),
        ("NO ANSWER", "no answer"),
        ("BUSY", "busy"),
        ("FAILED", "failed"),
        ("CONGESTION", "congestion"),
        ("0", "no answer"),
        ("4", "busy"),
        ("8", "answered"),
    ],
)
def test_the_disposition_is_the_outcome(tmp_path, disposition, status):
    row = cdr(disposition=disposition, answer="", billsec="0", duration="20")
    (record,) = extracted(tmp_path, {"Master.csv": master(row)}, SOURCE).records
    assert (record.status, record.duration_seconds, record.source_metadata["ring_seconds"]) == (status, 0.0, 20)


@pytest.mark.parametrize(
    ("row", "direction", "who"),
    [
        pytest.param({"src": ANN, "dst": OURS, "dcontext": "whatever"}, "inbound", ANN_E164, id="to a number of ours"),
        pytest.param({"src": ANN, "dst": "101", "dcontext": "from-internal"}, "inbound", ANN_E164, id="on to an extension"),
        pytest.param({"src": "101", "dst": BOB, "dcontext": "whatever"}, "outbound", BOB_E164, id="from our extension"),
        pytest.param({"src": OURS, "dst": BOB, "dcontext": "from-trunk"}, "outbound", BOB_E164, id="with a number of ours"),
        pytest.param({"src": "101", "dst": "102", "dcontext": "from-internal"}, "internal", None, id="between extensions"),
        pytest.param({"src": "101", "dst": "*97", "dcontext": "from-internal"}, "internal", None, id="to the voicemail"),
        pytest.param({"src": "+447700900123", "dst": "+442079460000"}, "inbound", ANN_E164, id="in E.164"),
        pytest.param({"src": ANN, "dst": "s", "dcontext": "from-trunk-sip-x"}, "inbound", ANN_E164, id="to the dialplan"),
        pytest.param({"src": ANN, "dst": "~~s~~", "dcontext": "from-trunk"}, "inbound", ANN_E164, id="to a macro of AEL"),
    ],
)
def test_our_own_numbers_decide_the_direction(tmp_path, row, direction, who):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(clid="", **row))}, SOURCE).records
    assert (record.direction, {each.value for each in record.party}) == (direction, {who} - {None})
    assert record.reason == ("internal" if direction == "internal" else None)


@pytest.mark.parametrize(
    ("row", "direction", "who"),
    [
        ({"dcontext": "from-pstn"}, "inbound", ANN_E164),
        ({"dcontext": "from-did-direct"}, "inbound", ANN_E164),
        ({"dcontext": "ext-did-0002"}, "inbound", ANN_E164),
        ({"dcontext": "from-internal", "src": "201", "dst": BOB}, "outbound", BOB_E164),
        ({"dcontext": "from-internal", "src": OURS, "dst": BOB}, "outbound", BOB_E164),
        ({"dcontext": "from-internal", "src": "201", "dst": "202"}, "internal", None),
    ],
)
def test_the_dialplans_context_decides_where_nothing_is_listed(tmp_path, row, direction, who):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(clid="", **row))}, STRANGE).records
    assert (record.direction, {each.value for each in record.party}) == (direction, {who} - {None})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"dcontext": "macro-x"}, "a context of the dialplan that we do not know"),
        ({"dcontext": ""}, "a context of the dialplan that we do not know"),
        ({"dcontext": "from-internal", "dst": "201"}, "an extension and a number that may be ours or not"),
    ],
)
def test_a_direction_is_never_guessed(tmp_path, row, reason):
    outcome = extracted(tmp_path, {"Master.csv": master(cdr(**row), cdr())}, STRANGE)
    assert len(outcome.records) == 1
    ((position, why),) = outcome.quarantined
    assert position == "row 1"
    assert reason in why
    assert "list our numbers and extensions in sources.exchange.own" in why


@pytest.mark.parametrize(
    ("src", "clid", "reason"),
    [
        ("", "", "no_identifier"),
        ("anonymous", '"Anonymous" <anonymous>', "no_identifier"),
        ("Restricted", "Restricted", "no_identifier"),
        ("unavailable", "<unavailable>", "no_identifier"),
        ("60777", "<60777>", "short_code"),
        ("parcelco", '"ParcelCo" <parcelco>', "short_code"),
    ],
)
def test_a_caller_who_is_not_shown_is_nobody(tmp_path, src, clid, reason):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(src=src, clid=clid))}, SOURCE).records
    assert (record.direction, record.reason, record.party) == ("inbound", reason, [])


@pytest.mark.parametrize(
    ("clid", "name"),
    [
        (f'"Ann Archer" <{ANN}>', "Ann Archer"),
        (f"Ann Archer <{ANN}>", "Ann Archer"),
        (f'"Ann \\"The\\" Archer" <{ANN}>', 'Ann "The" Archer'),
        (f"<{ANN}>", None),
        (f'"{ANN}" <{ANN}>', None),
        (f'"Unknown" <{ANN}>', None),
        (ANN, None),
        ("Ann Archer", "Ann Archer"),
    ],
)
def test_the_name_of_a_caller_id_is_a_claim(tmp_path, clid, name):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(clid=clid))}, SOURCE).records
    assert party(record, evidence="claimed") == ({("name", "", name)} if name else set())


def test_a_number_that_only_the_caller_id_has_is_the_callers(tmp_path):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(src=""))}, SOURCE).records
    assert (record.party_ref, party(record, evidence="channel")) == (ANN, {("phone", "", ANN_E164)})


def test_legs_of_one_call_are_told_apart_and_share_the_conversation(tmp_path):
    ringing = [
        cdr(dstchannel=f"PJSIP/{phone}-0000001{phone[-1]}", billsec="0", disposition="NO ANSWER") for phone in ("101", "102")
    ]
    later = cdr(start="2026-11-20 09:02:00")
    outcome = extracted(tmp_path, {"Master.csv": master(*ringing, later)}, SOURCE)
    assert len({record.source_ref for record in outcome.records}) == 3
    assert {record.conversation_ref for record in outcome.records} == {"1795165200.12"}
    assert outcome.records[0].source_ref == "1795165200.12"


def test_a_leg_that_began_later_is_never_taken_for_the_first_even_where_it_stands_alone(tmp_path):
    first, later = cdr(), cdr(start="2026-11-20 09:02:00")
    together = extracted(tmp_path / "1", {"Master.csv": master(first, later)}, SOURCE).records
    (alone,) = extracted(tmp_path / "2", {"Master.csv": master(later)}, SOURCE).records
    assert alone.source_ref == together[1].source_ref != "1795165200.12"


def test_the_same_leg_written_twice_has_one_id(tmp_path):
    records = extracted(tmp_path, {"Master.csv": master(cdr(), cdr()), "account.csv": master(cdr())}, SOURCE).records
    assert {record.source_ref for record in records} == {"1795165200.12"}


def test_the_newer_columns_give_the_leg_and_the_call(tmp_path):
    row = cdr(peeraccount="", linkedid="1795165200.11", sequence="41")
    columns = (*COLUMNS, "uniqueid", "userfield", *NEWER)
    (record,) = extracted(tmp_path, {"Master.csv": master(row, columns=columns)}, SOURCE).records
    assert (record.source_ref, record.conversation_ref) == ("1795165200.12", "1795165200.11")


@pytest.mark.parametrize(
    "extra", [(), ("uniqueid",), ("userfield",), ("uniqueid", "userfield"), NEWER, ("uniqueid", *NEWER)], ids=len
)
def test_rows_of_every_width_are_read(tmp_path, extra):
    row = cdr(peeraccount="", linkedid="1795165200.11", sequence="41")
    outcome = extracted(tmp_path, {"Master.csv": master(row, columns=(*COLUMNS, *extra))}, SOURCE)
    (record,) = outcome.records
    assert party(record, evidence="channel") == {("phone", "", ANN_E164)}
    assert (record.source_ref == "1795165200.12") == ("uniqueid" in extra)
    assert not outcome.quarantined


def test_without_an_id_a_row_has_the_same_one_in_every_delivery(tmp_path):
    first, second = cdr(), cdr(channel="PJSIP/trunk-0000002a")
    refs = [
        [r.source_ref for r in extracted(tmp_path / str(n), {"Master.csv": master(*rows, columns=COLUMNS)}, SOURCE).records]
        for n, rows in enumerate([(first, second), (second,), (first, first)])
    ]
    assert refs[0][0] != refs[0][1] == refs[1][0]
    assert refs[2] == [refs[0][0]] * 2


def test_a_widening_in_the_middle_of_a_file_is_told(tmp_path):
    content = master(cdr(), columns=COLUMNS) + master(cdr(start="2026-11-20 10:00:00"))
    outcome = extracted(tmp_path, {"Master.csv": content}, SOURCE)
    assert len(outcome.records) == 2
    assert outcome.warnings == {"rows of more or fewer columns than the first one": 1}


def test_a_voicemail_is_told(tmp_path):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(lastapp="VoiceMail"))}, SOURCE).records
    assert record.source_metadata["voicemail"] is True


def test_freepbxs_table_is_read_by_its_header(tmp_path):
    outcome = extracted(tmp_path, {"cdr.csv": table([freepbx()])}, SOURCE)
    (record,) = outcome.records
    assert (record.source_ref, record.conversation_ref, record.position) == ("1795165200.12", "1795165200.12", "row 2")
    assert (record.direction, record.duration_seconds, record.agent_ref) == ("inbound", 61.0, "101")
    assert not outcome.warnings


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: "\ufeff" + text, id="a mark"),
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzipped"),
        pytest.param(lambda text: text.replace(",", ";"), id="semicolons"),
    ],
)
def test_every_way_to_write_it_gives_the_same(tmp_path, change):
    row = cdr(lastdata="", dst="101")
    outcome = extracted(tmp_path, {"Master.csv": change(master(row, row | {"src": BOB}))}, SOURCE)
    assert [record.party_ref for record in outcome.records] == [ANN, BOB]
    assert not outcome.quarantined


# --- times ---


def test_a_zone_has_to_be_declared(tmp_path):
    with pytest.raises(ConfigurationError, match=r"sources\.asterisk_cdr\.timezone is missing"):
        extracted(tmp_path, {"Master.csv": master(cdr())}, source_of(format="asterisk_cdr"))


@pytest.mark.parametrize(
    ("start", "instant", "flag"),
    [
        ("2026-07-20 09:00:00", "2026-07-20T08:00:00+00:00", None),
        ("2026-10-25 01:30:00", "2026-10-25T00:30:00+00:00", "ambiguous"),
        ("2026-03-29 01:30:00", "2026-03-29T01:30:00+00:00", "imaginary"),
    ],
)
def test_local_times_are_instants_and_doubtful_ones_are_flagged(tmp_path, start, instant, flag):
    (record,) = extracted(tmp_path, {"Master.csv": master(cdr(start=start))}, SOURCE).records
    assert record.occurred_at == datetime.fromisoformat(instant)
    assert record.source_metadata.get("local_time") == flag


# --- what is not understood ---

GOOD = master(cdr())
SHIFTED = (*COLUMNS[1:], "uniqueid", "userfield", "userfield")
BAD = [
    pytest.param(master(cdr(start="")), "'start' is not a time", id="no time"),
    pytest.param(master(cdr(start="20/11/2026 09:00")), "'start' is not a time", id="a time of another shape"),
    pytest.param(master(cdr(disposition="SOLD")), "'disposition' has a value we do not know", id="an outcome not seen"),
    pytest.param(master(cdr(disposition="")), "'disposition' is not a text", id="no outcome"),
    pytest.param(master(cdr(disposition="4")), "'disposition' has a number of an older", id="an outcome in an old number"),
    pytest.param(master(cdr(duration="long")), "'duration' is no number of seconds", id="a duration in words"),
    pytest.param(master(cdr(billsec="")), "'billsec' is no number of seconds", id="no talk time"),
    pytest.param(master(cdr(billsec="99")), "more seconds of talk than the call has", id="more talk than call"),
    pytest.param(master(cdr(src="a[b]")), "'src' is not a number", id="no number"),
    pytest.param(master(cdr(clid='"Ann <1')), "'clid' is no caller ID", id="half a caller ID"),
    pytest.param(master(cdr(channel="x")), "'channel' is not a channel", id="no channel"),
    pytest.param(master(cdr(uniqueid="x y")), "'uniqueid' is not a uniqueid", id="no uniqueid"),
    pytest.param(master(cdr(), columns=COLUMNS[1:]), "15 columns where call records have 16 to 21", id="a column too few"),
    pytest.param(master(cdr(), columns=SHIFTED), "'billsec' is no number", id="columns shifted"),
    pytest.param('"",07700\n', "2 columns", id="a row cut off"),
    pytest.param('"","07700\n', "a quote is never closed", id="a quote never closed"),
    pytest.param("\x00\x01\x02\n", "1 columns", id="controls"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_row_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    after = master(cdr(src=BOB, clid=""))
    outcome = extracted(tmp_path, {"Master.csv": GOOD + bad + after}, SOURCE)
    assert [record.party_ref for record in outcome.records] == [ANN, BOB]
    ((position, why),) = outcome.quarantined
    assert position == "row 2"
    assert reason in why


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{name: value for name, value in freepbx().items() if name != "dst"}], "wrong column: 'dst' is not in the header"),
        ([{name: value for name, value in freepbx().items() if name != "calldate"}], "wrong column: 'calldate'"),
    ],
)
def test_a_table_without_a_needed_column_is_set_aside(tmp_path, rows, reason):
    ((_, why),) = extracted(tmp_path, {"cdr.csv": table(rows)}, SOURCE).quarantined
    assert reason in why


def test_bytes_that_are_no_text_cost_their_row(tmp_path):
    content = (master(cdr(clid=f'"Zoë" <{ANN}>')) + master(cdr(userfield="@@")) + GOOD).encode().replace(b"@@", b"\xff\xfe")
    outcome = extracted(tmp_path, {"Master.csv": content}, SOURCE)
    assert len(outcome.records) == 2
    assert outcome.quarantined == [("row 2", "not utf-8-sig")]


def test_a_last_row_that_may_have_been_cut_off_is_told(tmp_path):
    outcome = extracted(tmp_path, {"Master.csv": GOOD + GOOD.rstrip("\n")}, SOURCE)
    assert len(outcome.records) == 2
    assert outcome.warnings == {"the last line has no line end: it may have been cut off": 1}


@pytest.mark.parametrize(
    "name", ["\u202eevil", "Ann\nArcher", "A" * 100_000, "=cmd|' /C calc'!A0", "\ud7ff\ufffe"], ids=ascii
)
def test_hostile_names_are_contained(tmp_path, name):
    outcome = extracted(tmp_path, {"Master.csv": master(cdr(clid=f'"{name}" <{ANN}>')) + GOOD}, SOURCE)
    assert len(outcome.records) == 2
    for identifier in outcome.records[0].party:
        assert len(identifier.value) <= 120
        assert not set(identifier.value) & {"\u202e", "\n"}


# --- a random world ---

PEOPLE = [ANN_E164, BOB_E164, "+15005550006"]


@settings(max_examples=50 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), has_header=st.booleans(), is_listed=st.booleans())
def test_a_random_world_comes_back(tmp_path, world, has_header, is_listed):
    rows = []
    for number, said in enumerate(world):
        person = PEOPLE[said.thread]
        wall = said.at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")
        ends = {"src": "101", "dst": person} if said.is_ours else {"src": person, "dst": OURS}
        context = "from-internal" if said.is_ours else "from-trunk"
        clid = '"Gus" <101>' if said.is_ours else f"<{person}>"
        same = ends | {"dcontext": context, "clid": clid, "uniqueid": f"1795165200.{number}"}
        rows.append(freepbx(calldate=wall, **same) if has_header else cdr(start=wall, **same))
    content = table(rows) if has_header else master(*rows)
    outcome = extracted(tmp_path, {"cdr.csv": content}, SOURCE if is_listed else STRANGE)
    assert not outcome.quarantined
    for number, (said, record) in enumerate(zip(world, outcome.records, strict=True)):
        assert record.direction == ("outbound" if said.is_ours else "inbound")
        assert record.occurred_at in (said.at, said.at - timedelta(hours=1) * is_told_twice(said.at))
        assert record.source_metadata.get("local_time") == ("ambiguous" if is_told_twice(said.at) else None)
        assert record.conversation_ref == (f"1795165200.{number}" if not has_header else "1795165200.12")
        assert party(record, evidence="channel") == {("phone", "", PEOPLE[said.thread])}
