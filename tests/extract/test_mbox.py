"""Mailboxes: where one message ends and the next begins, and what happens to those that are no longer whole."""

import gzip
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract import mbox
from pipelines.extract.values.records import row_of
from tests.extract.exports import extracted
from tests.extract.mailboxes import OURS, SOURCE, boxed, mail, read, read_file, zipped
from tests.extract.specimens import Specimen
from tests.growth import assert_work_grows_with_length
from tests.thorough import TIMES

SOURCE_OF_ANY = SOURCE.model_copy(update={"path": "mail/{night}/*"})
BODY_LINES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=30),
        st.sampled_from([
            "", "From here on it went wrong", "From ann@field.example Fri Nov 20 10:00:00 2026", ">From the depot",
            ">>From him", "From: Ann", "--", "From ", "from us", "From ann@field.example\nSubject: x",
        ]),
    ),
    max_size=8,
)  # fmt: skip


@given(st.lists(BODY_LINES, min_size=1, max_size=6), st.booleans())
@settings(max_examples=100 * TIMES)
def test_what_a_mailbox_was_written_from_comes_back(bodies, crlf):
    mails = [mail("\n".join(lines), Subject=str(number)) for number, lines in enumerate(bodies)]
    if crlf:
        mails = [one.replace(b"\n", b"\r\n") for one in mails]
    envelopes = list(mbox.split(io.BytesIO(boxed(*mails))))
    assert [envelope.raw for envelope in envelopes] == mails


@given(st.lists(BODY_LINES, min_size=2, max_size=4), st.integers(1, 400))
@settings(max_examples=40 * TIMES)
def test_the_size_of_the_chunks_changes_nothing(bodies, size):
    content = boxed(*(mail("\n".join(lines)) for lines in bodies))

    class Trickle(io.BytesIO):
        def read(self, _=-1):
            return super().read(size)

    assert list(mbox.split(Trickle(content))) == list(mbox.split(io.BytesIO(content)))


def test_each_message_can_be_found_again_at_its_byte(tmp_path):
    content = boxed(mail("one"), mail("two", Message_ID="<2@field.example>"), mail("three", Message_ID="<3@field.example>"))
    outcome = read_file(tmp_path, content)
    assert [record.text for record in outcome.records] == ["one", "two", "three"]
    for number, record in enumerate(outcome.records, start=1):
        word, at = record.position.split(" (byte ")
        assert word == f"message {number}"
        assert content[int(at.rstrip(")")) :].startswith(b"From ann@field.example ")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"From ann@field.example Fri Nov 20 10:00:00 2026", id="the standard's"),
        pytest.param(b"From 1234567890@xxx Fri Nov 20 10:00:00 +0000 2026", id="Google Takeout's"),
        pytest.param(b"From - Fri Nov 20 10:00:00 2026", id="Thunderbird's"),
        pytest.param(b"From MAILER-DAEMON Fri Nov 20 10:00:00 2026", id="a bounce's"),
        pytest.param(b"From ann@field.example  Fri Nov 20 10:00 UTC 2026", id="with a zone and no seconds"),
        pytest.param(b"From ann@field.example Sun Feb 31 25:61:00 2026", id="of a day that never was"),
        pytest.param(b"From ann@field.example Fri, 20 Nov 2026 10:00:00 +0000 (UTC)", id="as a Date header has it"),
        pytest.param(
            b"From - Fri Nov 20 2026 11:00:00 GMT+0100 (Central European Standard Time)", id="as JavaScript has it"
        ),
        pytest.param(b"From  Fri Nov 20 10:00:00 2026", id="from nobody"),
        pytest.param(b"From ann Fri Nov 20 10:00:00 2026 remote from field", id="UUCP's"),
        pytest.param(b"From ann at field.example  Fri Nov 20 10:00:00 2026", id="a mailing list's archive"),
        pytest.param(b"From ann@field.example", id="without a time, above a header"),
    ],
)
def test_from_lines_of_many_writers_begin_a_message(line, tmp_path):
    content = boxed(mail("one")) + line + b"\n" + mail("two") + b"\n"
    assert [record.text for record in read_file(tmp_path, content).records] == ["one", "two"]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(b"From ann@field.example Fri Nov 20 10:00:00 2026\n", id="without the empty line before it"),
        pytest.param(b"\nFrom ann@field.example 20/11/2026 10:00:00\n", id="with a time that no mailbox has"),
        pytest.param(b"\r\nFrom - Fr Nov 20 10:00:00 2026\r\n", id="with a day in German"),
    ],
)
def test_a_message_that_looks_like_part_of_the_one_above_is_told(between, tmp_path):
    """To split there would let whoever writes to us make up messages; to say nothing would lose some in silence."""
    outcome = read_file(tmp_path, boxed(mail("one")).removesuffix(b"\n") + between + mail("two") + b"\n")
    assert [record.source_ref for record in outcome.records] == ["1@field.example"]
    assert outcome.warnings == {mbox.SWALLOWED: 1}


def test_what_looks_like_a_message_behind_a_mark_is_not_told(tmp_path):
    forwarded = mail("From ann@field.example Fri Nov 20 10:00:00 2026\nSubject: look")
    sentence = mail("\nFrom here on:\nNote: it was your turn.", Message_ID="<2@field.example>")
    unquoted = boxed(forwarded) + boxed(sentence).replace(b">From here", b"From here")
    assert read_file(tmp_path, unquoted).warnings == {}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("From here on it was your turn.", id="a sentence"),
        pytest.param("From Fri Nov 20 it rained", id="a sentence with a day"),
        pytest.param("From ann@field.example", id="an address and no header below it"),
    ],
)
def test_a_line_of_the_text_that_begins_with_from_stays_in_it(line, tmp_path):
    unquoted = boxed(mail("before")).removesuffix(b"\n") + b"\n" + line.encode() + b"\nafter\n\n"
    (record,) = read_file(tmp_path, unquoted).records
    assert record.text == f"before\n\n{line}\nafter"


def test_a_from_line_without_an_empty_line_before_it_is_text(tmp_path):
    content = boxed(mail("before")).removesuffix(b"\n") + b"From ann@field.example Fri Nov 20 10:00:00 2026\nafter\n\n"
    assert len(read_file(tmp_path, content).records) == 1


def test_the_same_mail_in_two_labels_is_yielded_twice_and_alike(tmp_path):
    first, second = read(tmp_path, mail(), mail()).records
    assert (first.source_ref, first.text, first.party) == (second.source_ref, second.text, second.party)


@pytest.mark.parametrize(
    "noted",
    [
        pytest.param({"X_Gmail_Labels": "Archived,=?utf-8?q?Ge=C3=B6ffnet?=,Ann", "X_GM_THRID": "1"}, id="labels"),
        pytest.param({"Status": "RO", "X_Status": "A", "X_UID": "7", "X_Keywords": "NonJunk"}, id="a mail server's notes"),
        pytest.param(
            {"X_Mozilla_Status": "0009", "X_Mozilla_Status2": "00800000", "X_Mozilla_Keys": "a\n b"}, id="Thunderbird's"
        ),
    ],
)
@pytest.mark.parametrize("ref", ["<1@field.example>", None])
def test_what_a_mailbox_noted_in_a_mail_makes_no_other_record_of_it(noted, ref, tmp_path):
    thread = {"X_GM_THRID": "1"} if "X_GM_THRID" in noted else {}
    first, second = read(
        tmp_path, mail(Message_ID=ref, X_Gmail_Labels="Inbox,Important", **thread), mail(Message_ID=ref, **noted)
    ).records
    assert row_of(first)["content_hash"] == row_of(second)["content_hash"]
    assert first.source_ref == second.source_ref


ALTERNATIVES = mail(
    "--b\nContent-Type: text/plain\n\nmine\n--b\nContent-Type: text/html\n\n<p>mine</p>\n--b--",
    Content_Type="multipart/alternative; boundary=b", MIME_Version="1.0", Message_ID="<2@field.example>",
)  # fmt: skip


SPECIMEN = Specimen(
    SOURCE,
    {"support.mbox": boxed(
        mail("one\ntwo"), mail("ours", From=OURS, To="ann@field.example", Message_ID="<3@shop.example>"), ALTERNATIVES,
        mail("SGVsbG8gdGhlcmU=", Content_Transfer_Encoding="base64", Message_ID="<4@field.example>"),
        mail("last", Message_ID=None),
    )},
    "support.mbox", load=None, has_lines=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        pytest.param(-3, "in the middle of", id="within the closing boundary"),
        pytest.param(-20, "in the middle of", id="within the last part"),
        pytest.param(-60, "in the middle of", id="within the first part"),
        pytest.param(-130, "in the middle of a line", id="within the headers"),
    ],
)
def test_a_mailbox_cut_short_loses_its_last_message_to_quarantine_and_no_other(end, reason, tmp_path):
    outcome = read_file(tmp_path, boxed(mail("whole"), ALTERNATIVES)[:end])
    assert [record.text for record in outcome.records] == ["whole"]
    ((position, why),) = outcome.quarantined
    assert position.startswith("message 2 (byte ")
    assert reason in why


@pytest.mark.parametrize("percent", range(1, 100))
def test_no_cut_of_a_mailbox_passes_off_half_a_message_as_a_whole_one(percent, tmp_path):
    content = boxed(mail("one"), ALTERNATIVES, mail("x" * 300 + "\nthe end"))
    outcome = read_file(tmp_path, content[: len(content) * percent // 100])
    assert {record.text for record in outcome.records} <= {"one", "mine", "x" * 300 + "\nthe end"}
    assert outcome.read >= 1


def test_base64_cut_within_a_group_is_noticed(tmp_path):
    whole = mail("SGVsbG8gdGhlcmU=", Content_Transfer_Encoding="base64")
    assert read(tmp_path, whole).records[0].text == "Hello there"
    cut = read(tmp_path, mail("SGVsbG8gdGhlc", Content_Transfer_Encoding="base64"))
    assert cut.quarantined == [("message 1 (byte 0)", "the file ends in the middle of the message")]


def test_a_last_message_without_the_empty_line_is_taken_and_told(tmp_path):
    outcome = read_file(tmp_path, boxed(mail("one")).removesuffix(b"\n"))
    assert outcome.texts == ["one"]
    assert outcome.warnings == {"no empty line after the last message": 1}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{}\n", id="JSON"),
        pytest.param(mail(), id="one mail without a From line"),
        pytest.param(b"\n\n", id="empty lines"),
        pytest.param(b"\x00" * 5000, id="zeros"),
    ],
)
def test_what_is_no_mailbox_is_set_aside_whole(content, tmp_path):
    outcome = read_file(tmp_path, content)
    assert outcome.records == []
    assert outcome.quarantined == [("message 1 (byte 0)", "not an mbox: it does not begin with a From line")]


def test_a_damaged_archive_is_set_aside_whole(tmp_path):
    outcome = read_file(tmp_path, b"PK\x03\x04" + bytes(range(256)) * 20)
    assert outcome.records == []
    assert outcome.quarantined == [("the whole file", "the zip is damaged or cut off")]


def test_what_takeout_brings_beside_mail_is_counted(tmp_path):
    files = {
        "Takeout/Gmail/Alle Nachrichten.mbox": boxed(mail()), "Takeout/Gmail/Nutzereinstellungen/Filter.json": b"{}",
        "Takeout/Google Chat/Groups/DM 1/messages.json": b"{}", "Takeout/Contacts/All.vcf": b"BEGIN:VCARD",
        "Takeout/Drive/notes": b"From here on", "Inbox": b"no mailbox",
    }  # fmt: skip
    outcome = extracted(tmp_path, {"takeout.zip": zipped(files)}, SOURCE_OF_ANY)
    assert outcome.texts == ["Hello"]
    assert outcome.suppressed == {"a part of Takeout without mail": 4}
    assert len(outcome.quarantined) == 1


def test_the_mailboxes_of_an_archive_are_read_as_files_and_what_lies_beside_them_is_counted(tmp_path):
    entries = {
        "Takeout/Mail/Inbox.mbox": boxed(mail("one"), mail("two")), "Takeout/Mail/Sent.mbox": boxed(mail("three")),
        "Takeout/archive_browser.html": b"<html>", "Takeout/Mail/User Settings/Filters.json": b"{}",
    }  # fmt: skip
    outcome = extracted(tmp_path, {"takeout.zip": zipped(entries)}, SOURCE_OF_ANY)
    assert outcome.texts == ["one", "two", "three"]
    assert outcome.records[0].file == "mail/2026-11-20/takeout.zip"
    assert outcome.records[0].position == "message 1 (byte 0) in entry 1 of the zip"
    assert outcome.suppressed == {"a file beside the messages": 2}
    assert outcome.quarantined == []


def test_a_gzipped_mailbox_is_read_and_one_cut_off_loses_nothing_silently(tmp_path):
    content = gzip.compress(boxed(*(mail(f"{number} " + os.urandom(50_000).hex()) for number in range(30))))
    assert len(read_file(tmp_path / "whole", content).records) == 30
    outcome = read_file(tmp_path / "cut", content[: len(content) // 2])
    assert 0 < len(outcome.records) < 30
    assert [reason for _, reason in outcome.quarantined] == ["the gzip stream is cut off"]


def test_text_before_the_first_message_costs_no_message(tmp_path):
    outcome = read_file(tmp_path, b"a remark\n\n" + boxed(mail("one")))
    assert outcome.texts == ["one"]
    assert len(outcome.quarantined) == 1


def test_a_byte_order_mark_and_empty_lines_before_the_first_message_are_nothing(tmp_path):
    assert read_file(tmp_path, b"\xef\xbb\xbf\n\n" + boxed(mail("one"))).texts == ["one"]


def test_a_message_beyond_any_size_is_set_aside_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "MESSAGE_LIMIT", 3_000_000)
    huge = mail("x" * 79 + "\n" + ("y" * 79 + "\n") * 100_000, Message_ID="<2@field.example>")
    outcome = read_file(tmp_path, boxed(mail("one"), huge, mail("three")))
    assert outcome.texts == ["one", "three"]
    ((position, reason),) = outcome.quarantined
    assert position.startswith("message 2")
    assert reason == "the message is longer than 3000000 bytes"
    assert len(outcome.issues.quarantined[0].raw) <= 64 * 1024


def test_one_unreadable_mail_costs_no_other(tmp_path):
    undated = mail("two", Date=None)
    outcome = read_file(
        tmp_path, boxed(mail("one")) + boxed(undated, postmark="Sun Feb 31 25:61:00 2026") + boxed(mail("three"))
    )
    assert outcome.texts == ["one", "three"]
    assert outcome.quarantined[0][1].startswith("no time")
    assert outcome.read == 3


def test_a_mailbox_of_false_beginnings_takes_no_longer_than_its_length(tmp_path):
    outcomes = []
    assert_work_grows_with_length(
        lambda n: mail("\n\nFrom x\n" * n, To=OURS), lambda content: outcomes.append(read(tmp_path, content)), 100_000
    )
    assert {outcome.read for outcome in outcomes} == {1}


@pytest.mark.parametrize(
    ("name", "reason", "kept"),
    [
        pytest.param("Junk.mbox", "spam", 1, id="Thunderbird's"),
        pytest.param("Inbox.sbd/Spam", "spam", 1, id="below another folder"),
        pytest.param("Outlook/Junk E-mail/mbox", "spam", 1, id="readpst's"),
        pytest.param("Junk.mbox/mbox", "spam", 1, id="Apple Mail's"),
        pytest.param("Junk.mbox.gz", "spam", 1, id="packed"),
        pytest.param("Drafts.mbox", None, 0, id="drafts"),
        pytest.param("Inbox.mbox", None, 1, id="what came in"),
        pytest.param("Junk removal.mbox", None, 1, id="a name that only begins so"),
    ],
)
def test_a_mailboxs_name_tells_what_lies_in_it(name, reason, kept, tmp_path):
    source = SOURCE.model_copy(update={"path": "mail/{night}/**/*"})
    content = boxed(mail())
    outcome = extracted(tmp_path, {name: gzip.compress(content) if name.endswith("gz") else content}, source)
    assert [record.reason for record in outcome.records] == [reason] * kept
    assert outcome.suppressed == ({} if kept else {"a draft, not sent": 1})
