"""One message a file: as Outlook, Thunderbird, Gmail and Apple Mail save it, and what else lies in such a folder."""

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from pipelines.contract import Attachment
from pipelines.extract import eml
from pipelines.extract.files.inbox import SourceFile, find_export
from pipelines.extract.landing.naming import shown_file
from pipelines.extract.landing.reading import read_export
from pipelines.extract.values.issues import Issues
from tests.extract.exports import extracted
from tests.extract.mailboxes import OURS, SOURCE, boxed, mail, zipped
from tests.extract.specimens import Specimen

EML = SOURCE.model_copy(update={"format": "eml", "path": "mail/{night}/**/*"})
ALTERNATIVES = mail(
    "--b\nContent-Type: text/plain\n\nDear shop,\n\nit broke.\n--b\nContent-Type: text/html\n\n<p>It broke.</p>\n--b--",
    Content_Type="multipart/alternative; boundary=b", MIME_Version="1.0", Message_ID="<2@field.example>",
)  # fmt: skip
NOTES = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n'
    b"\t<key>date-received</key>\n\t<real>1795168800</real>\n\t<key>flags</key>\n\t<integer>@@</integer>\n</dict>\n</plist>\n"
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def apples(letter, flags=8590195713):
    return b"%-10d\n" % len(letter) + letter + NOTES.replace(b"@@", b"%d" % flags)


SPECIMEN = Specimen(
    EML,
    {"It broke.eml": ALTERNATIVES, "1.emlx": apples(mail("one", Message_ID="<3@field.example>")), "photo.png": PNG,
     "Re_ It broke.eml": mail("sorry", From=OURS, To="ann@field.example", Message_ID="<4@shop.example>")},
    "It broke.eml", load=None,
)  # fmt: skip


def read(folder, files):
    return extracted(folder, files, EML)


def test_a_folder_of_messages_is_read(tmp_path):
    outcome = SPECIMEN.read(tmp_path)
    assert outcome.texts == ["one", "Dear shop,\n\nit broke.", "sorry"]
    assert [record.direction for record in outcome.records] == ["inbound", "inbound", "outbound"]
    assert {record.position for record in outcome.records} == {"message 1"}
    assert outcome.records[1].file == "mail/2026-11-20/It broke.eml"
    assert outcome.suppressed == {"a picture, sound, film or document beside the messages": 1}
    assert (outcome.quarantined, outcome.warnings) == ([], {})


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(mail("hello"), id="as it is"),
        pytest.param(mail("hello").replace(b"\n", b"\r\n"), id="with network line ends"),
        pytest.param(b"\xef\xbb\xbf" + mail("hello"), id="behind a byte order mark"),
        pytest.param(b"\r\n\n" + mail("hello"), id="behind empty lines"),
        pytest.param(gzip.compress(mail("hello")), id="gzipped"),
        pytest.param(b"a gateway's remark\n by it\n" + mail("hello"), id="behind a gateway's remark"),
        pytest.param(b"From - Fri Nov 20 10:00:00 2026\r\n" + mail("hello"), id="behind Thunderbird's From line"),
        pytest.param(b"From ann@field.example\n" + mail("hello"), id="behind a From line without a time"),
        pytest.param(b"From : Ann Field <ann@field.example>\n" + mail("hello", From=None), id="From with a space behind it"),
        pytest.param(apples(mail("hello")), id="Apple Mail's"),
    ],
)
def test_a_message_is_read_however_it_was_saved(content, tmp_path):
    outcome = read(tmp_path, {"x": content})
    assert outcome.texts == ["hello"]
    assert (outcome.records[0].source_ref, outcome.records[0].party_ref) == ("1@field.example", "ann@field.example")
    assert (outcome.quarantined, outcome.warnings) == ([], {})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an Outlook .msg", id="Outlook's .msg"),
        pytest.param("a.pst", b"!BDN" + bytes(600), "an Outlook data file", id="Outlook's .pst"),
        pytest.param("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(60), "a winmail.dat without its mail", id="winmail.dat"),
        pytest.param("a.eml", mail().decode().encode("utf-16"), "written in UTF-16", id="UTF-16"),
        pytest.param("a.eml", b'{"a": 1}\n', "not a mail", id="JSON"),
        pytest.param("a.eml", b"<html><p>Hello</p></html>", "not a mail", id="HTML"),
        pytest.param("a.eml", bytes(5000), "not a mail", id="zeros"),
        pytest.param("a.eml", b"\n\n\n", "nothing but empty lines", id="empty lines"),
        pytest.param("a.eml", b"", "the file is empty", id="empty"),
        pytest.param("a.eml", mail(Date=None), "no time", id="no time"),
        pytest.param("a.eml", b"From: Ann\nSubject: x", "in the middle of the message", id="cut within its headers"),
        pytest.param("a.eml", ALTERNATIVES[:-30], "in the middle of the message", id="cut within its parts"),
        pytest.param("a.eml", ALTERNATIVES[: ALTERNATIVES.index(b"--b\n") + 2], "in the middle", id="cut before its parts"),
        pytest.param("a.emlx", apples(mail())[:150], "shorter than its first line says", id="Apple Mail's, cut off"),
        pytest.param("a.eml", gzip.compress(mail())[:-9], "the gzip stream is", id="gzipped and damaged"),
    ],
)
def test_a_file_that_is_no_whole_message_is_set_aside_with_what_it_is(name, content, reason, tmp_path):
    outcome = read(tmp_path, {name: content, "good.eml": mail("good")})
    assert outcome.texts == ["good"]
    ((_, told),) = outcome.quarantined
    assert reason in told


def test_what_mail_programs_lay_beside_messages_is_counted(tmp_path):
    names = ["index.html", "Inbox.msf", ".DS_Store", "Thumbs.db", "Attachments/7.2.emlxpart", "__MACOSX/._It broke.eml"]
    outcome = read(tmp_path, dict.fromkeys(names, b"<html>") | {"a.pdf": b"%PDF-1.4", "a.eml": mail()})
    assert len(outcome.records) == 1
    assert outcome.suppressed.total() == len(names) + 1
    assert outcome.quarantined == []


def test_a_message_that_ends_within_a_line_is_taken_and_told(tmp_path):
    outcome = read(tmp_path, {"a.eml": mail("It bro").rstrip(b"\n")})
    assert outcome.texts == ["It bro"]
    assert outcome.warnings == {"the message does not end with its line: whole, or cut off": 1}


def test_a_mailbox_among_the_files_loses_none_of_its_messages(tmp_path):
    outcome = read(tmp_path, {"all.eml": boxed(mail("one"), mail("two", Date=None), mail("three"))})
    assert outcome.texts == ["one", "two", "three"]
    assert outcome.records[2].position.startswith("message 3 (byte ")


def test_a_from_line_of_a_forwarded_message_begins_no_other(tmp_path):
    """Thunderbird saves a From line above the message, and forwards one within."""
    within = (
        "--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\nFrom - Fri Nov 20 09:00:00 2026\nSubject: x\n\nhers\n--b--"
    )
    letter = mail(within, Content_Type="multipart/mixed; boundary=b")
    outcome = read(tmp_path, {"a.eml": b"From - Fri Nov 20 10:00:00 2026\n" + letter})
    assert (outcome.texts, outcome.quarantined) == (["see below"], [])


def test_messages_in_a_zip_are_read_and_places_are_told(tmp_path):
    entries = {"Inbox/It broke.eml": mail("one"), "Inbox/b.eml": ALTERNATIVES[:-30], "Inbox/p.png": PNG}
    outcome = read(tmp_path, {"Inbox.zip": zipped(entries)})
    assert [(record.file, record.position) for record in outcome.records] == [
        ("mail/2026-11-20/Inbox.zip", "message 1 in entry 1 of the zip")
    ]
    assert [place for place, _ in outcome.quarantined] == ["message 1 in entry 2 of the zip"]
    assert outcome.suppressed.total() == 1


@pytest.mark.parametrize(
    ("flags", "metadata"),
    [
        pytest.param(1, {}, id="read"),
        pytest.param(1 | 1 << 1, {"trashed": True}, id="deleted"),
        pytest.param(1 | 1 << 4 | 1 << 33, {"flagged": True}, id="flagged"),
        pytest.param(1 << 6, None, id="a draft"),
    ],
)
def test_what_apple_mail_noted_is_kept(flags, metadata, tmp_path):
    outcome = read(tmp_path, {"7.emlx": apples(mail(), flags)})
    assert [record.source_metadata for record in outcome.records] == ([] if metadata is None else [metadata])
    assert outcome.suppressed.total() == (metadata is None)


def test_apple_mail_tells_when_an_undated_message_came(tmp_path):
    (record,) = read(tmp_path, {"7.emlx": apples(mail(Date=None))}).records
    assert record.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_notes_of_apple_mails_that_are_cut_off_cost_no_message(tmp_path):
    outcome = read(tmp_path, {"7.emlx": apples(mail("whole"))[:-40]})
    assert outcome.texts == ["whole"]
    assert outcome.warnings == {"Apple Mail's notes behind the message are cut off": 1}


def test_a_file_that_apple_mail_keeps_elsewhere_is_told_with_its_size(tmp_path):
    partial = mail(
        "--b\n\nhello\n--b\nContent-Type: image/png; name=p.png\nX-Apple-Content-Length: 4711\n\n\n--b--",
        Content_Type="multipart/mixed; boundary=b",
    )  # fmt: skip
    (record,) = read(tmp_path, {"7.partial.emlx": apples(partial)}).records
    assert (record.text, record.attachments) == ("hello", [Attachment("p.png", 4711, "")])


def test_a_files_name_may_be_a_persons():
    assert "Ann" not in shown_file("mail/2026-11-20/Question from Ann Field.eml", "eml")
    assert shown_file("mail/2026-11-20/Messages/4711.emlx", "eml") == "mail/2026-11-20/Messages/4711.emlx"


def test_a_large_message_is_read_whole(tmp_path):
    (record,) = read(tmp_path, {"1.eml": mail("x" * (2 << 20), Content_Type="application/octet-stream")}).records
    assert [file.size for file in record.attachments] == [(2 << 20) + len("\n")]


def test_a_message_that_has_grown_since_the_night_was_listed_is_read_whole(tmp_path):
    file = tmp_path / "mail/2026-11-20/1.eml"
    file.parent.mkdir(parents=True)
    file.write_bytes(mail("short"))
    export = find_export(str(tmp_path), EML, date(2026, 11, 20))
    file.write_bytes(mail("a longer one"))
    issues = Issues()
    assert [record.text for record in read_export(export, issues)] == ["a longer one"]
    assert (issues.quarantined, issues.warnings) == ([], {})


def test_a_message_that_has_gone_since_the_night_was_listed_is_set_aside(tmp_path):
    file = tmp_path / "mail/2026-11-20/1.eml"
    file.parent.mkdir(parents=True)
    file.write_bytes(mail("hello"))
    export = find_export(str(tmp_path), EML, date(2026, 11, 20))
    file.unlink()
    issues = Issues()
    assert list(read_export(export, issues)) == []
    assert [row.reason for row in issues.quarantined] == ["not readable (FileNotFoundError)"]


UNDATED = 11  # samples that tell no time at all, which an mbox's From lines would
CUT = {"cpython/msg_17.txt", "mikel_mail/mime_emails__raw_email4.eml"}  # without a boundary; its last one broken


def test_every_sample_is_read_or_set_aside_with_its_reason(samples, tmp_path):
    files = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in (samples / "email").glob("*/*")}
    assert len(files) == 62
    outcome = read(tmp_path, files)
    assert outcome.read == len(files)
    told = {(row.file.removeprefix("mail/2026-11-20/"), row.reason) for row in outcome.issues.quarantined}
    assert {file for file, reason in told if "in the middle of the message" in reason} == CUT
    assert sum(reason.startswith("no time") for _, reason in told) == UNDATED + 1
    assert {file for file, reason in told if reason.startswith("not a mail")} == {"mikel_mail/MIT-LICENSE"}
    dated = {name: b"From x Fri Nov 20 10:00:00 2026\n" + content for name, content in files.items() if name not in CUT}
    again = read(tmp_path / "dated", {name: content for name, content in dated.items() if "LICENSE" not in name})
    assert len(again.records) == len(files) - 3


def test_line_ends_of_an_older_mac_are_line_ends(tmp_path):
    (record,) = extracted(tmp_path, {"a.eml": mail("It broke.\nAgain.").replace(b"\n", b"\r")}, EML).records
    assert (record.subject, record.text) == ("A question", "It broke.\nAgain.")


def protons(ref, *labels, **headers):
    """A mail as Proton's export tool writes it, with its notes beside it."""
    notes = json.dumps({"Version": 1, "Payload": {"ID": ref, "LabelIDs": ["5", *labels], "Subject": "A question"}})
    return {
        f"mail/{ref}==.eml": mail(ref, Message_ID=f"<{ref}@field.example>", **headers),
        f"mail/{ref}==.metadata.json": notes,
    }


PROTONS = (
    protons("asked", "0", "10") | protons("spammed", "4") | protons("thrown", "3")
    | protons("sent", "2", "7", From=OURS, To="ann@field.example")
    | protons("unsent", "1", "8", From=OURS, To="ann@field.example")
    | {"mail/labels.json": '{"Version": 1, "Payload": []}'}
)  # fmt: skip


@pytest.mark.parametrize("is_packed", [False, True], ids=["a folder", "a zip"])
def test_protons_notes_tell_drafts_and_spam_and_are_no_mails(is_packed, tmp_path):
    files = {name: content if isinstance(content, bytes) else content.encode() for name, content in PROTONS.items()}
    outcome = read(tmp_path, {"proton.zip": zipped(files)} if is_packed else files)
    told = {record.text: (record.direction, record.reason, *record.source_metadata) for record in outcome.records}
    assert told == {
        "asked": ("inbound", None, "flagged"), "spammed": ("inbound", "spam"), "thrown": ("inbound", None, "trashed"),
        "sent": ("outbound", None),
    }  # fmt: skip
    assert outcome.suppressed == {"a file beside the messages": 6, "a draft, not sent": 1}
    assert (outcome.quarantined, outcome.warnings) == ([], {})


def test_a_mail_is_read_together_with_protons_notes_of_it():
    names = ("mail/a.eml", "mail/a.metadata.json", "mail/a.emlx")
    assert [eml.group(SourceFile(name, 1, None, name)) for name in names] == ["mail/a", "mail/a", "mail/a.emlx"]


def test_protons_notes_that_cannot_be_read_cost_no_message(tmp_path):
    outcome = read(tmp_path, protons("asked", "0") | {"mail/asked==.metadata.json": "{"})
    assert outcome.texts == ["asked"]
    assert list(outcome.warnings) == ["Proton's notes of a mail that cannot be read: a draft, or spam, is taken for sent"]
