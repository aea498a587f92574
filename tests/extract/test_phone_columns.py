"""Logs of calls and messages by column are what the row reader alone makes of them: the same lake, and all that is told."""

import csv
import gzip
import io
import re
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract.landing import writing
from pipelines.extract.parts.asterisk_cdr import calls as asterisk_cdr_calls
from pipelines.extract.parts.csv import blocks as csv_blocks
from pipelines.extract.parts.csv import cells as csv_cells
from pipelines.extract.parts.phone import columns as phone_columns
from pipelines.extract.parts.phone import parties as phone_parties
from pipelines.extract.parts.phone import rows as phone_rows
from tests.extract.by_column import assert_alike, counted, laid
from tests.extract.exports import extracted, source_of
from tests.extract.random_calls import (
    ANN,
    DESK_E164,
    EXCHANGES,
    LOGS,
    OF_CALLS,
    OF_LEGS,
    OF_MESSAGES,
    call_logs,
    plain_call,
    plain_leg,
    plain_message,
    texts_logs,
)
from tests.extract.tables import changed
from tests.extract.test_asterisk_cdr import COLUMNS, NEWER, cdr, freepbx
from tests.extract.test_twilio import CALL_LOG, lines, recording, sid, transcription
from tests.thorough import TIMES

FORGIVING = settings(
    max_examples=40 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


EXCHANGE = source_of(format="asterisk_cdr", timezone="Europe/London", region="GB", own=[DESK_E164])
TEXTS = source_of(format="twilio", timezone="Europe/London", region="GB", own=[DESK_E164])


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Blocks of a few lines, so that a small file has several; few channels held, so that some are forgotten."""
    for module, name, value in (
        (csv_blocks, "BLOCK", 2_000), (csv_blocks, "STRETCH", 2), (phone_rows, "FEW", 1),
        (asterisk_cdr_calls, "CHANNELS_HELD", 3), (writing, "ROWS", 7), (writing, "ROWS_SIZE", 1_000),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@FORGIVING
@given(source=EXCHANGES, content=call_logs())
def test_call_records_by_column_are_what_the_row_reader_makes_of_them(tmp_path_factory, source, content):
    assert_alike(tmp_path_factory, source, content)


@FORGIVING
@given(source=LOGS, files=texts_logs())
def test_twilios_csv_by_column_is_what_the_row_reader_makes_of_it(tmp_path_factory, source, files):
    assert_alike(tmp_path_factory, source, files)


@FORGIVING
@given(
    content=st.lists(st.sampled_from([b"CA", b"C", b"A", b"x", b" ", b",", b'"', b"\n", b"\xef\xbb\xbf", b"ACA"])).map(
        b"".join
    ),
    size=st.integers(1, 5),
)
def test_a_look_at_the_bytes_finds_each_cell_that_begins_with_a_text(tmp_path_factory, content, size):
    (file,) = laid(tmp_path_factory.mktemp("inbox"), TEXTS, content).files
    with patch.object(csv_cells, "CHUNK", size):
        found = csv_cells.may_have_cell(file, None, (b"CA", b"RE"))
    assert found == bool(re.search(rb"(?<![A-Za-z0-9 ])CA", content))


LEGS = [row | {"uniqueid": f"1795165{number}.7"} for number, row in enumerate(map(plain_call, range(200, 400)), start=200)]
FREEPBX = [freepbx() | {"calldate": row["start"]} | {name: row[name] for name in ("src", "dst", "dcontext")} for row in LEGS]
MESSAGES, CALLS = list(map(plain_message, range(200))), [CALL_LOG | plain_leg(number) for number in range(200)]


def table(*rows, columns=None, **how):
    page = io.StringIO(newline="")
    header = [] if columns else [list(rows[0])]
    csv.writer(page, **how).writerows([*header, *([row.get(name, "") for name in columns or row] for row in rows)])
    return page.getvalue().encode()


STRANGE = [
    *((EXCHANGE, LEGS, name, values) for name, values in OF_CALLS.items() if name in LEGS[0]),
    *((TEXTS, MESSAGES, name, values) for name, values in OF_MESSAGES.items()),
    *((TEXTS, CALLS, name, values) for name, values in OF_LEGS.items()),
]


@pytest.mark.parametrize(("source", "rows", "name", "values"), STRANGE)
def test_each_strange_value_costs_its_own_row_at_most(tmp_path_factory, source, rows, name, values):
    mixed = [row for value, plain in zip(values, rows, strict=False) for row in (plain, plain | {name: value}, plain)]
    if source is EXCHANGE:
        assert_alike(tmp_path_factory, source, table(*mixed, columns=(*COLUMNS, "uniqueid", "userfield", *NEWER)))
        assert_alike(tmp_path_factory, source, table(*mixed, columns=(*COLUMNS, "uniqueid")))
    else:
        columns = list(dict.fromkeys([*rows[0], name]))
        assert_alike(tmp_path_factory, source, table(dict(zip(columns, columns, strict=True)), *mixed, columns=columns))


@pytest.mark.parametrize(
    ("source", "content", "blocks"),
    [
        pytest.param(EXCHANGE, table(*LEGS, columns=(*COLUMNS, "uniqueid", "userfield")), 30, id="Master.csv"),
        pytest.param(EXCHANGE, table(*LEGS, columns=COLUMNS), 30, id="Master.csv without a uniqueid"),
        pytest.param(EXCHANGE, table(*LEGS, columns=(*COLUMNS, "uniqueid", *NEWER)), 30, id="the newer columns"),
        pytest.param(EXCHANGE, table(*FREEPBX, quoting=csv.QUOTE_ALL), 50, id="FreePBX's table"),
        pytest.param(TEXTS, table(*MESSAGES), 30, id="messages"),
        pytest.param(TEXTS, table(*MESSAGES, delimiter=";").decode().encode("utf-8-sig"), 30, id="messages with a mark"),
        pytest.param(TEXTS, gzip.compress(table(*CALLS)), 30, id="calls in gzip"),
    ],
)
def test_plain_rows_do_go_by_column(tmp_path, source, content, blocks):
    columns, others = counted(tmp_path, source, content)
    assert columns + others == 200
    assert others <= blocks + 1  # the first of each block, and of a log without a header its first


def test_a_few_rows_are_not_worth_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr(phone_rows, "FEW", 50)
    assert counted(tmp_path, TEXTS, table(*MESSAGES[:40])) == (0, 40)


def test_what_a_source_alone_tells_of_a_record_by_column_comes_out_of_it_again(tmp_path):
    for record in extracted(tmp_path, {"a.csv": table(*MESSAGES)}, TEXTS).records:
        assert record.source_metadata == {"our_number": DESK_E164}


@pytest.mark.parametrize("odd", [{"src": "1234567890123456"}, {"channel": "PJSIP/é-1"}, {"disposition": "SOLD"}])
def test_the_first_leg_of_a_channel_is_the_first_whether_its_row_is_plain_or_not(tmp_path_factory, odd):
    ways = [({}, odd), (odd, {}), ({}, {}), (odd, odd)]
    legs = [
        cdr(uniqueid=f"1795165200.{channel}", dstchannel=f"PJSIP/10{leg}-1") | more
        for channel in range(12)
        for leg, more in enumerate(ways[channel % 4])
    ]
    for rows in (legs, legs[1:], [*legs, *reversed(legs)]):
        assert_alike(tmp_path_factory, EXCHANGE, table(*rows, columns=(*COLUMNS, "uniqueid")))


@pytest.fixture
def one_block(small, monkeypatch):
    monkeypatch.setattr(csv_blocks, "BLOCK", 1 << 20)


@pytest.mark.usefixtures("one_block")
@pytest.mark.parametrize("own", [[DESK_E164], [DESK_E164, "101"], []])
def test_calls_that_differ_in_one_end_alone_are_not_taken_for_each_other(tmp_path_factory, own):
    ends = ["", "101", "7", "*97", "07700900123", "+447700900456", DESK_E164, "x"]
    contexts = ["from-trunk", "from-internal", "other"]
    legs = [
        cdr(src=src, dst=dst, dcontext=context, clid="", uniqueid=f"{1795165000 - number}.1")
        for number, (src, dst, context) in enumerate(product(ends, ends, contexts))
    ]
    assert_alike(tmp_path_factory, changed(EXCHANGE, own=own), table(*legs, columns=(*COLUMNS, "uniqueid")))


@pytest.mark.usefixtures("one_block")
def test_records_that_differ_in_one_end_alone_are_not_taken_for_each_other(tmp_path_factory):
    ends = [
        "",
        "client:gus",
        "sip:101@shop.sip.twilio.com",
        "60777",
        "07700900123",
        f"whatsapp:{DESK_E164}",
        DESK_E164,
        "fax:1",
    ]
    ways = ["inbound", "outbound-dial"]
    legs = [
        CALLS[2] | {"From": caller, "To": called, "Direction": way, "Parent Call Sid": parent, "Call Sid": f"CA{number}"}
        for number, (caller, called, way, parent) in enumerate(product(ends, ends, ways, ["", "CA1"]))
    ]
    assert_alike(tmp_path_factory, TEXTS, table(CALLS[1] | {"Call Sid": "CA1", "From": "60777"}, *legs))
    texts = [MESSAGES[1] | {name: leg[name] for name in ("From", "To")} for leg in legs]
    assert_alike(tmp_path_factory, TEXTS, table(*texts))


@pytest.mark.parametrize("first", ["", "x", "1795165200.7"])
@pytest.mark.parametrize("more", [(), NEWER])
def test_a_column_that_may_be_one_of_two_is_what_each_row_has_in_it(tmp_path_factory, first, more):
    told = [first, "", "x", "1795165200.7", "", "1795165200.7", "x"]
    legs = [leg | {"either": either} for leg, either in zip(LEGS, told, strict=False)]
    assert_alike(tmp_path_factory, EXCHANGE, table(*legs, columns=(*COLUMNS, "either", *more)))


def test_a_leg_is_later_than_its_channel_within_the_day(tmp_path_factory):
    seconds = [-1, 0, 1, 2, 3, 86_398, 86_399, 86_400, 86_401]
    made = [f"{prefix}{1795165200 - after}.{number}" for number, after in enumerate(seconds) for prefix in ("", "pbx-")]
    assert_alike(
        tmp_path_factory, EXCHANGE, table(*[cdr(uniqueid=unique) for unique in made], columns=(*COLUMNS, "uniqueid"))
    )


def test_what_stands_for_a_number_kept_back_is_nobody_even_where_it_could_be_one(tmp_path, monkeypatch):
    for module in (phone_parties, phone_columns):
        monkeypatch.setattr(module, "WITHHELD", {"+447700900123"})
    legs = table(*[cdr(src="+447700900123")] * 9, columns=COLUMNS)
    assert {record.reason for record in extracted(tmp_path, {"a.csv": legs}, EXCHANGE).records} == {"no_identifier"}


SIDE = {"Sid": sid("RE", 5), "Call Sid": sid("CA", 3), "Status": "completed", "From": "", "To": "", "Direction": ""}


@pytest.mark.parametrize(
    "sides",
    [
        pytest.param(lines(recording(5, 3), transcription(6, 5, "where is it?")).encode(), id="in JSON"),
        pytest.param(table({name: SIDE[name] for name in ("Sid", "Call Sid", "Status")}), id="in CSV"),
        pytest.param(table(*[SIDE, SIDE | {"Sid": sid("RE", 6)}] * 9), id="in CSV with the columns of calls"),
    ],
)
def test_what_side_files_tell_of_calls_comes_with_them(tmp_path_factory, tmp_path, sides):
    files = {"calls.csv": table(*CALLS[:40]), "sides": sides}
    assert_alike(tmp_path_factory, TEXTS, files)
    told = [record for record in extracted(tmp_path, files, TEXTS).records if record.attachments or record.text]
    assert [record.source_ref for record in told] == [sid("CA", 3)]


def test_texts_of_all_sorts_are_read_alike(tmp_path_factory):
    source = changed(TEXTS, references=[r"\bGT-\d{4,6}\b"])
    bodies = [
        "hello",
        " GT-1001 ",
        "\u00a0hi\u200b",
        "STOP",
        "Start",
        "call 07700 900456",
        "a@mail.example",
        "Grüße",
        "",
        "a\nb ",
    ]
    ends = [(DESK_E164, ANN), (ANN, DESK_E164), (f"whatsapp:{ANN}", f"whatsapp:{DESK_E164}"), ("60777", DESK_E164), ("", "")]
    texts = [
        MESSAGES[0] | {"From": caller, "To": called, "Body": body, "Direction": way, "Sid": f"SM{number}"}
        for number, (body, (caller, called), way) in enumerate(product(bodies, ends, ["inbound", "outbound-api"]))
    ]
    assert_alike(tmp_path_factory, source, table(*texts))
