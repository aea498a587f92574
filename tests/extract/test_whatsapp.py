import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment, hashed_ref
from pipelines.errors import ConfigurationError
from tests.extract.exports import extracted, extracted_from, party, source_of

LONDON = ZoneInfo("Europe/London")
SOURCE = source_of(format="whatsapp", channel="chat", own=["The Shop"], timezone="Europe/London", region="GB")
NAME = "WhatsApp Chat with Ann Archer.txt"


@pytest.mark.parametrize(
    "name", ["test_[[]mmddyy]_24hrs", "test_ddmmyy_24hrs", "test_mmddyy_24hrs", "test_mmddyyyy_12hrs", "test_yyyymmdd_24hrs"]
)
def test_sample_in_each_dialect_is_the_chat_that_its_authors_say(samples, name):
    source = source_of(format="whatsapp", channel="chat", own=["Nobody"], timezone="UTC", path=f"{name}.txt")
    outcome = extracted_from(samples / "chat/whatsapp", source)
    expected = json.loads((samples / "chat/whatsapp/target.json").read_text())
    assert [
        {
            "timestamp": record.occurred_at.strftime("%Y-%m-%dT%H:%M:%S"),
            "author": record.party_ref,
            "message": record.text.replace("\n", " "),
        }
        for record in outcome.records
    ] == expected[::-1]
    assert outcome.suppressed == {"a line that WhatsApp itself wrote": 3}
    assert not outcome.quarantined
    assert {record.reason for record in outcome.records} == {"group"}


# --- a writer of our own, by the dialect ---

DATES = {"dmy": "{d:02}{s}{m:02}{s}{y}", "mdy": "{m}{s}{d}{s}{y}", "ymd": "{Y}{s}{m:02}{s}{d:02}"}


def stamp(moment, order, separator, seconds, half, narrow, short_year):
    year = moment.year % 100 if short_year else moment.year
    day = DATES[order].format(d=moment.day, m=moment.month, y=f"{year:02}", Y=moment.year, s=separator)
    hour = f"{moment.hour % 12 or 12}" if half else f"{moment.hour:02}"
    clock = f"{hour}:{moment.minute:02}" + (f":{moment.second:02}" if seconds else "")
    if half:
        clock += narrow + half[0 if moment.hour < 12 else 1]
    return f"{day}, {clock}"


def render(messages, dialect):
    """Write a chat: ``(moment, author, text)`` each, as a phone set to ``dialect`` does."""
    shape, mark, end, *how = dialect
    lines = []
    for moment, author, text in messages:
        when = stamp(moment, *how)
        lines.append(f"{mark}[{when}] {author}: {mark}{text}" if shape == "iphone" else f"{when} - {author}: {text}")
    return end.join(line.replace("\n", end) for line in lines) + end


DIALECTS = st.tuples(
    st.sampled_from(["iphone", "android"]),
    st.sampled_from(["", "\u200e"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(sorted(DATES)),
    st.sampled_from("/.-"),
    st.just(True),
    st.sampled_from([None, ("AM", "PM"), ("a.m.", "p.m."), ("a. m.", "p. m."), ("am", "pm")]),
    st.sampled_from([" ", "\u202f", "\u00a0"]),
    st.booleans(),
)
LINES = st.text("abc xyzÄé😀:/-[]()!?,.0123", min_size=1, max_size=30).map(lambda line: f"so {line}".strip())
MESSAGES = st.lists(
    st.tuples(
        st.datetimes(datetime.fromisoformat("2019-01-01"), datetime.fromisoformat("2030-01-01")).map(
            lambda moment: moment.replace(microsecond=0)
        ),
        st.sampled_from(["The Shop", "Ann Archer"]),
        st.lists(LINES, min_size=1, max_size=3).map("\n".join),
    ),
    max_size=8,
).map(lambda messages: [(datetime.fromisoformat("2018-12-31 10:00"), "Ann Archer", "first"), *sorted(messages)])


@settings(deadline=None, max_examples=150)
@given(messages=MESSAGES, dialect=DIALECTS)
@example(
    messages=[(datetime.fromisoformat("2026-10-25 01:30"), "The Shop", "so")],
    dialect=("android", "", "\n", "dmy", "/", False, None, " ", False),
)
@example(
    messages=[(datetime.fromisoformat("2026-03-29 01:30"), "The Shop", "so")],
    dialect=("iphone", "\u200e", "\n", "mdy", "/", True, ("AM", "PM"), "\u202f", True),
)
def test_a_chat_comes_back_from_every_dialect_it_is_written_in(tmp_path_factory, messages, dialect):
    folder = tmp_path_factory.mktemp("chat")
    outcome = extracted(folder, {NAME: render(messages, dialect)}, SOURCE)
    assert not outcome.quarantined
    assert [(record.direction, record.text) for record in outcome.records] == [
        ("outbound" if author == "The Shop" else "inbound", text) for _, author, text in messages
    ]
    for record, (moment, _, _) in zip(outcome.records, messages, strict=True):
        flag = record.source_metadata.get("local_time")
        expected = moment.replace(second=moment.second if dialect[5] else 0)
        shown = record.occurred_at.astimezone(LONDON).replace(tzinfo=None)
        assert shown == (expected + timedelta(hours=1) if flag == "imaginary" else expected)


# --- who it is with ---

CHAT = (
    "20/11/2026, 09:58 - Messages and calls are end-to-end encrypted. Only people in this chat can read them.\n"
    "20/11/2026, 10:00 - {0}: Is it in stock?\nI mean the tent\n"
    "20/11/2026, 10:01 - The Shop: Yes\n"
)


def test_a_saved_contact_is_a_name_and_a_chat(tmp_path):
    outcome = extracted(tmp_path, {NAME: CHAT.format("Ann Archer")}, SOURCE)
    asked, answered = outcome.records
    for record in (asked, answered):
        assert party(record, evidence="channel") == {("name", "", "Ann Archer"), ("account", "whatsapp", "Ann Archer")}
        assert record.conversation_ref == "WhatsApp Chat with Ann Archer"
        assert record.party_ref == "Ann Archer"
    assert (asked.text, asked.position, answered.position) == ("Is it in stock?\nI mean the tent", "line 2", "line 4")
    assert asked.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert answered.agent_ref == "The Shop"
    assert outcome.suppressed == {"a line that WhatsApp itself wrote": 1}


def test_a_number_is_a_phone(tmp_path):
    files = {"WhatsApp Chat with +44 7700 900123.txt": CHAT.format("+44 7700 900123")}
    for record in extracted(tmp_path, files, SOURCE).records:
        assert party(record) == {("phone", "", "+447700900123")}


def test_the_number_in_the_title_stands_for_a_stranger_who_calls_herself_something(tmp_path):
    files = {"WhatsApp Chat with +44 7700 900123.txt": CHAT.format("~\u202fAnn")}
    for record in extracted(tmp_path, files, SOURCE).records:
        assert party(record) == {("phone", "", "+447700900123"), ("name", "", "Ann")}


def test_a_chat_in_which_only_we_wrote_is_with_its_title(tmp_path):
    files = {NAME: "20/11/2026, 10:01 - The Shop: Hello?\n"}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert ("account", "whatsapp", "Ann Archer") in party(record)


def test_a_chat_with_ourselves_has_no_customer(tmp_path):
    files = {"WhatsApp Chat with The Shop.txt": "20/11/2026, 10:01 - The Shop: buy milk\n"}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.party, record.reason) == ([], "own_address")


@pytest.mark.parametrize(
    "line", ["20/11/2026, 10:02 - Bob: me too", '20/11/2026, 09:00 - Ann Archer created group "Tents: all"']
)
def test_a_group_has_no_customer(tmp_path, line):
    outcome = extracted(tmp_path, {"WhatsApp Chat with Tents.txt": CHAT.format("Ann Archer") + line + "\n"}, SOURCE)
    assert {record.reason for record in outcome.records} == {"group"}
    assert party(outcome.records[0]) == {("name", "", "Ann Archer")}


def test_who_is_neither_the_chats_person_nor_one_of_us_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, {NAME: CHAT.format("Ann Archer").replace("The Shop", "Old Name")}, SOURCE)
    assert [record.direction for record in outcome.records] == ["inbound"]
    ((position, reason),) = outcome.quarantined
    assert position == "line 4"
    assert "sources.whatsapp.own" in reason


@pytest.mark.parametrize(
    ("name", "thread"),
    [
        ("WhatsApp Chat - Ann Archer.txt", "WhatsApp Chat - Ann Archer"),
        ("WhatsApp Chat - Ann Archer/_chat.txt", "WhatsApp Chat - Ann Archer"),
        ("_chat.txt", "_chat"),
        ("Chat de WhatsApp con Ann Archer.txt", "Chat de WhatsApp con Ann Archer"),
    ],
)
def test_the_thread_is_in_the_name_of_the_file_or_its_folder(tmp_path, name, thread):
    asked, _ = extracted(tmp_path, {name: CHAT.format("Ann Archer")}, SOURCE).records
    assert asked.conversation_ref == thread
    if thread != "_chat":
        assert ("account", "whatsapp", "Ann Archer") in party(asked)


def test_a_zip_is_told_by_its_content_and_read_with_its_name(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", CHAT.format("Ann Archer"))
        archive.writestr("photo.jpg", b"\xff\xd8\xff")
    outcome = extracted(tmp_path, {"WhatsApp Chat - Ann Archer.export": packed.getvalue()}, SOURCE)
    assert [record.conversation_ref for record in outcome.records] == ["WhatsApp Chat - Ann Archer"] * 2
    assert outcome.records[0].position == "line 2 of chat 1 in the zip"
    assert outcome.suppressed["a picture or another file beside the chat"] == 1
    cut = extracted(tmp_path / "cut", {"WhatsApp Chat - Ann Archer.zip": packed.getvalue()[:-30]}, SOURCE)
    assert [reason for _, reason in cut.quarantined] == ["the zip is damaged, cut off or locked"]


def test_a_message_is_known_by_file_time_author_and_text_without_marks(tmp_path):
    chat = (
        "\u200e[20/11/2026, 10:00:07] Ann Archer: \u200esee this\nand this\n" + "[20/11/2026, 10:00:07] Ann Archer: ok\n" * 2
    )
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    thread, moment = "WhatsApp Chat with Ann Archer", datetime(2026, 11, 20, 10, 0, 7, tzinfo=UTC)
    assert [record.source_ref for record in outcome.records] == [
        hashed_ref("whatsapp", thread, moment, "Ann Archer", "see this\nand this"),
        hashed_ref("whatsapp", thread, moment, "Ann Archer", "ok"),
        hashed_ref("whatsapp", thread, moment, "Ann Archer", "ok", 1),
    ]


def test_a_longer_export_gives_each_message_the_same_id_again(tmp_path):
    chat = "".join(f"20/11/2026, 10:0{number // 3} - Ann Archer: ok\n" for number in range(9))
    short = extracted(tmp_path / "1", {NAME: chat[: len(chat) * 4 // 9]}, SOURCE)
    whole = extracted(tmp_path / "2", {NAME: chat}, SOURCE)
    refs = [record.source_ref for record in whole.records]
    assert refs[: len(short.records)] == [record.source_ref for record in short.records]
    assert len(set(refs)) == 9


# --- what a message is ---


@pytest.mark.parametrize(
    ("body", "text", "attachments", "metadata"),
    [
        ("<Media omitted>", "", [Attachment("", None, "")], {}),
        ("\u200eimage omitted", "", [Attachment("", None, "")], {}),
        ("\u200e<attached: 0012-PHOTO.jpg>", "", [Attachment("0012-PHOTO.jpg", None, "")], {}),
        ("IMG-1.jpg (file attached)\nlook", "look", [Attachment("IMG-1.jpg", None, "")], {}),
        ("on Monday \u200e<This message was edited>", "on Monday", [], {"edited": True}),
        ("This message was deleted", "", [], {"deleted": True}),
        ("a: b - c", "a: b - c", [], {}),
    ],
)
def test_what_whatsapp_notes_of_a_message_is_set_apart_from_its_text(tmp_path, body, text, attachments, metadata):
    chat = f"20/11/2026, 10:00 - Ann Archer: hello\n20/11/2026, 10:00 - Ann Archer: {body}\n"
    record = extracted(tmp_path, {NAME: chat}, SOURCE).records[1]
    assert (record.text, record.attachments, record.source_metadata) == (text, attachments, metadata)


def test_stop_is_a_no_to_marketing_for_its_number(tmp_path):
    files = {"WhatsApp Chat with +44 7700 900123.txt": "20/11/2026, 10:00 - +44 7700 900123: STOP\n"}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert [(each.channel, each.purpose, each.allowed, each.value) for each in record.consent] == [
        ("chat", "marketing", False, "+447700900123")
    ]


def test_notices_in_an_iphones_chat_bear_the_persons_name_and_are_left_out(tmp_path):
    notice = "[20/11/26, 10:00:00] Ann Archer: \u200eMessages and calls are end-to-end encrypted.\n"
    chat = notice + "[20/11/26, 10:00:01] Ann Archer: hi\n"
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    assert outcome.texts == ["hi"]
    assert outcome.suppressed.total() == 1


@pytest.mark.parametrize(
    "head",
    [
        "[20.11.26, 10:00:00] ",
        "20.11.26, 10:00 - ",
        "20/11/26 10:00 - ",
        "20/11/26 10.00 - ",
        "2026-11-20 10:00 - ",
        "20.11.2026 klo 10.00 - ",
        "20.11.2026 kl. 10.00 - ",
        "20/11/2026 à 10:00 - ",
        "20. 11. 2026, 10:00 - ",
        "20/11/2026, 10:00 a.\u00a0m. - ",
        "\u200e[20/11/2026, 10:00:00\u202fAM] ",
        "\ufeff[20/11/2026 10:00:00] ",
    ],
)
def test_the_heads_of_lines_that_phones_write_are_understood(tmp_path, head):
    (record,) = extracted(tmp_path, {NAME: f"{head}Ann Archer: hello: you\n"}, SOURCE).records
    assert (record.occurred_at, record.text) == (datetime(2026, 11, 20, 10, tzinfo=UTC), "hello: you")


# --- the order of dates ---


def chat_of(*days):
    return "".join(f"{day}, 10:0{number} - Ann Archer: {number}\n" for number, day in enumerate(days))


@pytest.mark.parametrize(
    ("days", "declared", "first"),
    [
        pytest.param(["02/03/2026", "13/03/2026"], None, "2026-03-02", id="a day above 12, day first"),
        pytest.param(["02/03/2026", "02/13/2026"], None, "2026-02-03", id="a day above 12, month first"),
        pytest.param(["02/03/2026", "13/03/2026"], "mdy", "2026-03-02", id="the file outranks the configuration"),
        pytest.param(["01/02/2026", "05/02/2026", "01/03/2026"], None, "2026-02-01", id="only day first goes forward"),
        pytest.param(["02/01/2026", "02/05/2026", "03/01/2026"], None, "2026-02-01", id="only month first goes forward"),
        pytest.param(["05/05/2026", "06/06/2026"], None, "2026-05-05", id="the same either way"),
        pytest.param(["02/03/2026"], "dmy", "2026-03-02", id="declared day first"),
        pytest.param(["02/03/2026"], "mdy", "2026-02-03", id="declared month first"),
        pytest.param(["26/03/02", "26/03/04"], "ymd", "2026-03-02", id="declared year first"),
        pytest.param(["2026/03/02"], None, "2026-03-02", id="the year in front"),
        pytest.param(["45/99/2026", "13/03/2026", "14/03/2026"], None, "2026-03-13", id="a corrupt line proves nothing"),
    ],
)
def test_the_order_of_dates_is_proven_by_the_file_or_declared(tmp_path, days, declared, first):
    source = SOURCE.model_copy(update={"date_order": declared})
    outcome = extracted(tmp_path, {NAME: chat_of(*days)}, source)
    assert outcome.records[0].occurred_at.date().isoformat() == first


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(["02/03/2026"], id="one day"),
        pytest.param(["01/02/2026", "02/02/2026", "03/02/2026"], id="days that go forward either way"),
        pytest.param(["13/03/2026", "03/13/2026"], id="days that contradict each other"),
    ],
)
def test_an_open_order_of_dates_is_never_guessed(tmp_path, days):
    outcome = extracted(tmp_path, {NAME: chat_of(*days)}, SOURCE)
    assert outcome.records == []
    ((_, reason),) = outcome.quarantined
    assert "date_order" in reason


def test_the_hour_that_happens_twice_is_flagged(tmp_path):
    chat = "25/10/2026, 01:30 - Ann Archer: a\n"
    (record,) = extracted(tmp_path, {NAME: chat}, SOURCE).records
    assert record.occurred_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert record.source_metadata == {"local_time": "ambiguous"}


def test_a_source_without_a_zone_is_a_mistake_in_its_configuration(tmp_path):
    with pytest.raises(ConfigurationError, match=r"sources\.whatsapp\.timezone"):
        extracted(tmp_path, {NAME: CHAT}, source_of(format="whatsapp", channel="chat", own=["The Shop"]))


# --- bad input ---


@pytest.mark.parametrize(
    ("line", "at", "reason"),
    [
        pytest.param("45/99/2026, 10:00 - Ann Archer: x", "line 3", "no such date or time", id="a day that is none"),
        pytest.param("20/11/2026, 25:61 - Ann Archer: x", "line 3", "no such date or time", id="an hour that is none"),
    ],
)
def test_a_message_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, line, at, reason):
    chat = chat_of("20/11/2026", "20/11/2026") + line + "\nmore of it\n" + chat_of("21/11/2026")
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    assert outcome.texts == ["0", "1", "0"]
    ((position, why),) = outcome.quarantined
    assert position == at
    assert reason in why


def test_lines_before_the_first_message_are_set_aside_one_by_one(tmp_path):
    outcome = extracted(tmp_path, {NAME: "rest of a message\n\nmore\n" + chat_of("20/11/2026")}, SOURCE)
    assert outcome.texts == ["0"]
    assert [position for position, _ in outcome.quarantined] == ["line 1", "line 3"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b"hello\n", "no WhatsApp chat", id="another text"),
        pytest.param("20/11/2026, 10:00 - A: x\n".encode("utf-16"), "no WhatsApp chat", id="UTF-16"),
    ],
)
def test_a_file_that_is_no_chat_is_set_aside_whole(tmp_path, content, reason):
    outcome = extracted(tmp_path, {NAME: CHAT.format("Ann Archer"), "bad.txt": content}, SOURCE)
    assert len(outcome.records) == 2
    ((_, why),) = outcome.quarantined
    assert reason in why


def test_bytes_that_are_no_text_cost_no_message(tmp_path):
    chat = b"20/11/2026, 10:00 - Ann Archer: caf\xe9 \x00 \xed\xa0\x80\n"
    outcome = extracted(tmp_path, {NAME: chat}, SOURCE)
    assert outcome.texts[0].startswith("caf\ufffd")
    outcome.texts[0].encode()
    assert "\0" not in outcome.texts[0]
    assert outcome.warnings == {"bytes that are not UTF-8 were replaced": 1}


@pytest.mark.parametrize(
    "end", ["21", "21/1", "21/11/2026, 1", "21/11/2026, 10:00", "21/11/2026, 10:00 -", "21/11/2026, 10:00 - Ann"]
)
def test_a_chat_cut_off_within_a_line_is_told(tmp_path, end):
    outcome = extracted(tmp_path, {NAME: chat_of("20/11/2026", "20/11/2026") + end}, SOURCE)
    assert outcome.texts[0] == "0"
    if "/" in end and end != "21/1":  # shorter ones may be the end of a message just as well
        assert outcome.texts == ["0", "1"]
        assert "cut off" in outcome.quarantined[0][1]
