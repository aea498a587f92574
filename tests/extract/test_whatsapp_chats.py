"""Who a WhatsApp chat is with, what its messages are, and what is set aside."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from pipelines.contract import Attachment, hashed_ref
from tests.extract.exports import extracted, party
from tests.extract.test_whatsapp import NAME, SOURCE, chat_of

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


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Samræða á WhatsApp við +48 601 234 567", {("phone", "", "+48601234567")}),
        ("Samræða á WhatsApp við Ann", {("account", "whatsapp", "Samræða á WhatsApp við Ann")}),
        ("Ann Archer", {("account", "whatsapp", "Ann Archer"), ("name", "", "Ann Archer")}),
    ],
)
def test_words_of_whatsapp_in_a_title_that_is_not_known_are_nobodys_name(tmp_path, title, expected):
    """Where only we wrote, the title alone tells who it is with; what phones write around a name differs by language."""
    files = {f"{title}.txt": "20/11/2026, 10:00 - The Shop: Your tent is ready\n"}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.conversation_ref, party(record)) == (title, expected)


@pytest.mark.parametrize(
    "title",
    [
        "WhatsApp Chat - …", "WhatsApp-Chat mit …", "WhatsApp-chat met …", "WhatsApp-chatt med …", "WhatsApp chat med …",
        "WhatsApp-samtale med …", "WhatsApp-keskustelu henkilön … kanssa", "Chat WhatsApp con …",
        "Discussion WhatsApp avec …", "Conversa do WhatsApp com …", "Czat WhatsApp z użytkownikiem …", "Czat WhatsApp z …",
        "Conversație WhatsApp cu …", "WhatsApp csevegés vele: …", "Чат WhatsApp \u0441 контактом …",
        "Бесіда WhatsApp з …", "Συνομιλία WhatsApp με …", "… ile WhatsApp Sohbeti", "Trò chuyện WhatsApp với …",
        "แชท WhatsApp กับ …", "צ'אט WhatsApp עם …", "دردشة واتساب مع …", "… के साथ WhatsApp चैट", "…とのWhatsAppチャット",
        "…님과의 WhatsApp 대화", "WhatsApp 与 … 的对话", "WhatsApp_Chat_with_…",
    ],
)  # fmt: skip
def test_a_title_is_understood_in_every_language_of_whatsapp(tmp_path, title):
    files = {f"{title.replace('…', 'Ann')}.txt": "20/11/2026, 10:00 - The Shop: Your tent is ready\n"}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert party(record) == {("account", "whatsapp", "Ann"), ("name", "", "Ann")}


def test_whoever_is_saved_as_somebody_of_whatsapp_keeps_the_name(tmp_path):
    files = {"WhatsApp-chatt med Juan WhatsApp.txt": CHAT.format("Juan WhatsApp")}
    assert {("name", "", "Juan WhatsApp")} <= party(extracted(tmp_path, files, SOURCE).records[0])


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
    assert outcome.records[0].position == "line 2 in entry 1 of the zip"
    assert outcome.suppressed["a picture or another file beside the chat"] == 1
    cut = extracted(tmp_path / "cut", {"WhatsApp Chat - Ann Archer.zip": packed.getvalue()[:-30]}, SOURCE)
    assert [reason for _, reason in cut.quarantined] == ["the zip is damaged or cut off"]


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


def test_what_looks_like_our_message_within_a_message_of_theirs_is_theirs_on_iphones(tmp_path):
    """iPhones end messages alone with a carriage return: what somebody pastes, or makes up, has none before it."""
    said = "Look\n[20/11/2026, 10:01:00] The Shop: We pay you 500\n[20/11/2026, 10:02:00] Ann Archer: Thanks"
    rows = ["\u200eMessages and calls are end-to-end encrypted.", "Hello", said, "Bye"]
    chat = "".join(f"[20/11/2026, 10:00:0{at}] Ann Archer: {row}\r\n" for at, row in enumerate(rows))
    outcome = extracted(tmp_path, {"WhatsApp Chat - Ann Archer/_chat.txt": chat}, SOURCE)
    assert [(record.text, record.direction) for record in outcome.records] == [
        ("Hello", "inbound"), (said, "inbound"), ("Bye", "inbound"),
    ]  # fmt: skip
    outcome = extracted(tmp_path / "2", {"WhatsApp Chat - Ann Archer/_chat.txt": chat.replace("\r\n", "\n")}, SOURCE)
    assert len(outcome.records) == 5  # where all lines end alike, nothing tells


@pytest.mark.parametrize(
    "end", ["21", "21/1", "21/11/2026, 1", "21/11/2026, 10:00", "21/11/2026, 10:00 -", "21/11/2026, 10:00 - Ann"]
)
def test_a_chat_cut_off_within_a_line_is_told(tmp_path, end):
    outcome = extracted(tmp_path, {NAME: chat_of("20/11/2026", "20/11/2026") + end}, SOURCE)
    assert outcome.texts[0] == "0"
    if "/" in end and end != "21/1":  # shorter ones may be the end of a message just as well
        assert outcome.texts == ["0", "1"]
        assert "cut off" in outcome.quarantined[0][1]
