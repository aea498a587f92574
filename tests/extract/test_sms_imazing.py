"""iMazing's CSV of an iPhone's Messages: who wrote, to whom a message of ours went, and when, by the wall clock."""

import csv
import io
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from pipelines.extract.landing.naming import shown_file
from tests.extract.exports import extracted, party, source_of
from tests.extract.random_world import LONDON, UNQUOTED, is_told_twice, worlds
from tests.extract.test_sms_backup import ANN, BOB, HEAD, OURS
from tests.extract.test_sms_backup import SOURCE as PHONE
from tests.thorough import TIMES

SOURCE = source_of(format="sms_backup", name="iphone", region="GB", own=[OURS], timezone="Europe/London")
NOWHERE = source_of(format="sms_backup", name="iphone", region="GB")
FOLDER = itertools.count()
COLUMNS = (
    "Chat Session", "Message Date", "Delivered Date", "Read Date", "Edited Date", "Service", "Type", "Sender ID",
    "Sender Name", "Status", "Replying to", "Subject", "Text", "Attachment", "Attachment type",
)  # fmt: skip
OTHER_TIMES = ("Delivered Date", "Read Date", "Edited Date")  # which older versions leave out
OF_WHATSAPP = (
    "Chat Session", "Message Date", "Sent Date", "Type", "Sender ID", "Sender Name", "Status", "Forwarded", "Replying to",
    "Text", "Reactions", "Attachment", "Attachment type", "Attachment info",
)  # fmt: skip


def row(text="hello", at="2026-11-20 09:00:00", chat="Ann Archer", sender=ANN, name="Ann Archer", **more):
    told = {"Chat Session": chat, "Message Date": at, "Service": "iMessage", "Type": "Incoming", "Sender ID": sender,
            "Sender Name": name, "Status": "Read", "Text": text}  # fmt: skip
    return told | more


def ours(text="on its way", at="2026-11-20 09:01:00", chat="Ann Archer", **more):
    return row(text, at, chat, "", "", **{"Type": "Outgoing"} | more)


def table(*rows, columns=COLUMNS, **form):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", **{"lineterminator": "\n"} | form)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(folder, *rows, source=SOURCE, **form):
    return extracted(folder, {"Messages - Ann.csv": table(*rows, **form)}, source)


def only(outcome):
    assert not outcome.quarantined
    (record,) = outcome.records
    return record


def test_a_message_is_mapped_field_by_field(tmp_path):
    told = row(
        "I am on 07700 900456",
        **{"Edited Date": "2026-11-20 09:05:00", "Replying to": "hello?", "Subject": "order", "Attachment": "a/b | c.jpg"},
    )
    outcome = read(tmp_path, told)
    record = only(outcome)
    assert not outcome.warnings
    assert (record.channel, record.direction, record.status) == ("sms", "inbound", "read")
    assert record.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (record.conversation_ref, record.party_ref, record.position) == (ANN, ANN, "row 2")
    assert (record.text, record.quoted_text, record.subject) == ("I am on 07700 900456", "hello?", "order")
    assert record.attachments == [Attachment("b | c.jpg", None, "")]
    assert record.source_metadata == {"service": "iMessage", "edited": True}
    assert party(record, evidence="channel") == {("phone", "", ANN)}
    assert party(record, evidence="reference") == {("name", "", "Ann Archer")}
    assert party(record, evidence="claimed") == {("phone", "", BOB)}


def test_a_message_of_ours_went_to_who_else_writes_in_the_chat(tmp_path):
    """Wherever they do: the rows may come in any order, and the chat's name be another than theirs."""
    written = [ours(chat="Annie"), row(chat="Annie"), ours("bye", chat="Annie")]
    for number, rows in enumerate(itertools.permutations(written)):
        outcome = read(tmp_path / str(number), *rows)
        assert {(each.text, each.direction, each.party_ref) for each in outcome.records} == {
            ("hello", "inbound", ANN), ("on its way", "outbound", ANN), ("bye", "outbound", ANN),
        }  # fmt: skip
        assert {each.conversation_ref for each in outcome.records} == {ANN}


@pytest.mark.parametrize(
    ("chat", "found", "reason"),
    [
        pytest.param("+44 7700 900123", {("phone", "", ANN)}, None, id="a number"),
        pytest.param("ann@mail.example", {("email", "", "ann@mail.example")}, None, id="an address"),
        pytest.param("Ann Archer", set(), "no_identifier", id="a name alone"),
        pytest.param("Ann Archer & Bob Baker", set(), "group", id="two names"),
        pytest.param("62007", set(), "no_identifier", id="a short code"),
    ],
)
def test_where_nobody_answers_the_chats_name_tells_to_whom_if_it_is_a_number(tmp_path, chat, found, reason):
    record = only(read(tmp_path, ours(chat=chat)))
    assert (party(record), record.reason) == (found, reason)


def test_in_a_group_each_is_told_as_one_of_many(tmp_path):
    group = {"chat": "Family"}
    rows = [row("a", **group), row("b", sender=BOB, name="Bob Baker", **group), ours("c", **group)]
    outcome = read(tmp_path, *rows)
    assert [(each.reason, each.conversation_ref) for each in outcome.records] == [("group", "Family")] * 3
    assert [party(each) for each in outcome.records] == [{("phone", "", ANN)}, {("phone", "", BOB)}, set()]


def test_a_chat_of_two_names_with_only_one_of_them_is_a_group_but_not_of_a_couple_with_one_number(tmp_path):
    silent = read(tmp_path / "1", row("a", chat="Ann Archer & Bob Baker"), ours("b", chat="Ann Archer & Bob Baker"))
    couple = read(tmp_path / "2", row("a", chat="Ann & Al", name="Ann & Al"), ours("b", chat="Ann & Al"))
    assert [each.reason for each in silent.records] == ["group", "group"]
    assert [(each.reason, each.party_ref) for each in couple.records] == [(None, ANN), (None, ANN)]


def test_one_person_under_two_spellings_is_one(tmp_path):
    outcome = read(tmp_path, row(), row("again", sender="07700 900123"), ours())
    assert {each.reason for each in outcome.records} == {None}
    assert {each.conversation_ref for each in outcome.records} == {ANN}


def test_our_own_number_is_no_customer(tmp_path):
    record = only(read(tmp_path, row(sender=OURS, name="Shop", chat="Shop")))
    assert (record.party, record.reason) == ([], "own_address")


def test_stop_is_a_no_and_a_short_code_no_customer(tmp_path):
    stop, code = read(tmp_path, row("STOP"), row("Your code", sender="62007", name="", chat="62007")).records
    assert [(each.channel, each.allowed, each.value) for each in stop.consent] == [("sms", False, ANN)]
    assert (code.party, code.reason) == ([], "short_code")


def test_whatsapps_table_has_no_service_and_is_a_chat(tmp_path):
    record = only(read(tmp_path, row(Service=""), columns=OF_WHATSAPP))
    assert (record.channel, record.source_metadata) == ("chat", {"service": "WhatsApp"})


def test_the_newest_columns_are_known(tmp_path):
    newest = ("Chat Session", "Message ID", *COLUMNS[1:5], "Deleted Date", *COLUMNS[5:], "Reactions")
    outcome = read(tmp_path, row(**{"Message ID": "1204"}), ours(**{"Message ID": "1205"}), columns=newest)
    assert [(each.channel, each.direction, each.party_ref) for each in outcome.records] == [
        ("sms", "inbound", ANN), ("sms", "outbound", ANN)
    ]  # fmt: skip
    assert not outcome.warnings


def test_what_the_phone_itself_writes_is_counted(tmp_path):
    outcome = read(tmp_path, row(), row("encrypted", Type="Notification", sender="", name=""))
    assert len(outcome.records) == 1
    assert outcome.suppressed == {"what the phone itself writes into a chat": 1}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(table(row(), ours(), delimiter=";"), id="semicolons"),
        pytest.param(table(row(), ours(), delimiter="\t", lineterminator="\r\n"), id="tabs, as Windows ends lines"),
        pytest.param("\ufeff" + table(row(), ours()), id="a mark in front"),
        pytest.param(table(row(), ours(), columns=tuple(reversed(COLUMNS))), id="columns in another order"),
        pytest.param(table(row(), ours(), columns=[each for each in COLUMNS if each not in OTHER_TIMES]), id="fewer"),
    ],
)
def test_every_shape_gives_the_same(tmp_path, content):
    outcome = extracted(tmp_path, {"x.csv": content}, SOURCE)
    assert not outcome.quarantined
    assert [(each.direction, each.text, each.party_ref) for each in outcome.records] == [
        ("inbound", "hello", ANN), ("outbound", "on its way", ANN),
    ]  # fmt: skip


def test_a_backup_of_another_phone_may_lie_beside_it(tmp_path):
    xml = HEAD + f'<smses count="1"><sms address="{ANN}" date="1795165200000" type="1" body="x" contact_name="Ann"/></smses>'
    outcome = extracted(tmp_path, {"a.csv": table(row()), "b.xml": xml}, SOURCE)
    assert [each.text for each in outcome.records] == ["hello", "x"]
    assert {each.conversation_ref for each in outcome.records} == {ANN}


def test_who_texts_and_is_on_whatsapp_has_two_threads(tmp_path):
    """A conversation is a thread in one channel."""
    files = {"Messages.csv": table(row(), ours()), "WhatsApp.csv": table(row(), ours(), columns=OF_WHATSAPP)}
    assert [(each.channel, each.conversation_ref) for each in extracted(tmp_path, files, SOURCE).records] == [
        *[("sms", ANN)] * 2, *[("chat", f"whatsapp:{ANN}")] * 2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(row(Service="Pager"), "field 'service' has a value", id="a service not seen"),
        pytest.param(row(Service=""), "missing field 'service'", id="no service"),
        pytest.param(row(Type="Sideways"), "field 'type' has a value", id="a type not seen"),
        pytest.param(row(at="yesterday"), "not a time", id="no time"),
        pytest.param(row(at=""), "field 'message_date' is not a text", id="nothing for a time"),
        pytest.param(row(chat=""), "field 'chat_session' is not a text", id="of no chat"),
    ],
)
def test_a_row_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, row("a"), bad, row("b"))
    assert outcome.texts == ["a", "b"]
    ((position, why),) = outcome.quarantined
    assert position == "row 3"
    assert reason in why


def test_without_a_zone_a_time_tells_no_instant(tmp_path):
    outcome = read(tmp_path, row(), row("b", at="2026-11-20T09:00:00Z"), source=NOWHERE)
    assert outcome.texts == ["b"]
    assert ["declares no 'timezone'" in why for _, why in outcome.quarantined] == [True]


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("change", ["rename", "drop"])
def test_a_changed_column_is_set_aside_or_told_or_was_never_there_everywhere(tmp_path, name, change):
    """What versions of the program come without has no part in this: subject, quotes, other times."""
    full = [row("a", **dict.fromkeys(("Delivered Date", "Read Date"), "2026-11-20 09:00:01"), Attachment="a.jpg")]
    content, lines = table(*full), list(csv.reader(io.StringIO(table(*full))))
    before = extracted(tmp_path / "1", {"a.csv": content}, SOURCE)
    at = COLUMNS.index(name)
    if change == "rename":
        lines[0][at] += " v2"
    else:
        lines = [cells[:at] + cells[at + 1 :] for cells in lines]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    after = extracted(tmp_path / "2", {"a.csv": text.getvalue()}, SOURCE)
    if not (after.quarantined or after.warnings):
        assert after.records == before.records


@pytest.mark.parametrize("share", range(2, 100, 4))
def test_a_table_cut_off_is_told_or_ends_with_a_row(tmp_path, share):
    rows = [row(f"number {number}\nof its chat", at=f"2026-11-20 09:{number:02}:00") for number in range(20)]
    content = table(*rows)
    cut = content[: len(content) * share // 100]
    outcome = extracted(tmp_path, {"a.csv": cut}, SOURCE)
    assert outcome.quarantined or outcome.warnings or cut.endswith("\n")
    whole = {row["Text"] for row in rows}
    assert set(outcome.texts[:-1]) <= whole


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Chat Session,Message Date,Message Date\nAnn,x,y\n", id="a column twice"),
        pytest.param("Chat Session,Message Date\n" + "a," * 50_000, id="a long row"),
        pytest.param('Chat Session,Message Date\n"' + "a\n" * 50_000, id="a quote that never closes"),
        pytest.param("Chat Session,Message Date\n\0,\0\n", id="NUL"),
    ],
)
def test_hostile_files_are_contained(tmp_path, content):
    outcome = extracted(tmp_path, {"a.csv": content, "b.csv": table(row())}, SOURCE)
    assert outcome.texts == ["hello"]
    assert outcome.quarantined


def test_who_a_file_is_named_after_is_not_shown():
    assert "Ann" not in shown_file("iphone/2026-11-20/Messages - Ann Archer.csv", "sms_backup")
    assert shown_file("phone/2026-11-20/sms-20261120.xml", PHONE.format) == "phone/2026-11-20/sms-20261120.xml"


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(UNQUOTED), has_zone=st.booleans())
def test_a_random_world_comes_back(tmp_path, world, has_zone):
    """Each thread is a chat with a person; times are London's wall clock, whose hour in autumn is told twice."""
    rows = [row(f"first {thread}", chat=f"P {thread}", sender=f"+44770090{thread:04}", name="") for thread in range(3)]
    for said in world:
        at = said.at.isoformat() if has_zone else said.at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")
        who = {"chat": f"P {said.thread}", "at": at}
        told = f"+44770090{said.thread:04}"
        rows.append(ours(said.text, **who) if said.is_ours else row(said.text, sender=told, name="", **who))
    source = SOURCE.model_copy(update={"claims": False})
    outcome = read(tmp_path / str(next(FOLDER)), *rows, source=source)
    assert not outcome.quarantined
    found = outcome.records[3:]
    assert [(each.text, each.direction, each.party_ref) for each in found] == [
        (said.text, "outbound" if said.is_ours else "inbound", f"+44770090{said.thread:04}") for said in world
    ]
    assert len({each.source_ref for each in outcome.records}) == len(outcome.records)
    for said, each in zip(world, found, strict=True):
        is_doubtful = is_told_twice(said.at) and not has_zone
        assert is_doubtful == (each.source_metadata.get("local_time") is not None)
        assert is_doubtful or each.occurred_at == said.at
