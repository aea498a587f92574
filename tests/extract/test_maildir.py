"""A Maildir: one message a file, whose name says when it came, how long it is and what became of it."""

import gzip
from datetime import UTC, datetime

import pytest

from pipelines.extract.landing.naming import shown_file
from tests.extract.exports import extracted
from tests.extract.mailboxes import OURS, SOURCE, mail, zipped
from tests.extract.specimens import Specimen

MAILDIR = SOURCE.model_copy(update={"format": "maildir", "path": "mail/{night}/**/*"})
NAME = "1795168800.M4711P2.mx1"  # 20 November 2026, 10:00 UTC
ALTERNATIVES = mail(
    "--b\nContent-Type: text/plain\n\nmine\n--b\nContent-Type: text/html\n\n<p>mine</p>\n--b--",
    Content_Type="multipart/alternative; boundary=b", MIME_Version="1.0", Message_ID="<2@field.example>",
)  # fmt: skip


def sized(content, flags="S"):
    return f"cur/{NAME},S={len(content)},W={len(content) + content.count(10)}:2,{flags}"


LETTER = mail("Dear shop,\n\nit broke.\n\nAnn")
OURS_SENT = mail("sorry", From=OURS, To="Ann Field <ann@field.example>", Message_ID="<3@shop.example>")
SPECIMEN = Specimen(
    MAILDIR,
    {sized(LETTER): LETTER, f"new/{NAME}": ALTERNATIVES, f".Sent/cur/{NAME}:2,S": OURS_SENT, "maildirfolder": b""},
    sized(LETTER), load=None,
)  # fmt: skip


def read(folder, files):
    return extracted(folder, files, MAILDIR)


def test_a_maildir_is_read_with_its_folders(tmp_path):
    outcome = SPECIMEN.read(tmp_path)
    assert outcome.texts == ["sorry", "Dear shop,\n\nit broke.\n\nAnn", "mine"]
    assert [record.direction for record in outcome.records] == ["outbound", "inbound", "inbound"]
    assert {record.position for record in outcome.records} == {"message 1"}
    assert outcome.records[1].file == f"mail/2026-11-20/{sized(LETTER)}"
    assert outcome.records[1].source_metadata == {}
    assert outcome.suppressed == {"a file beside the messages": 1}
    assert outcome.quarantined == []
    assert outcome.warnings == {}


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        pytest.param(f"cur/{NAME}:2,", {}, id="not yet read"),
        pytest.param(f"cur/{NAME}:2,PRS", {}, id="passed on, replied and seen"),
        pytest.param(f"cur/{NAME}:2,FS", {"flagged": True}, id="flagged"),
        pytest.param(f"cur/{NAME}:2,STab", {"trashed": True}, id="trashed, with keywords of the owner's"),
        pytest.param(f"cur/{NAME}!2,T", {"trashed": True}, id="as Windows may name it"),
        pytest.param(f"cur/{NAME};2,T", {"trashed": True}, id="as isync may name it"),
        pytest.param(f"cur/{NAME}_2,T", {"trashed": True}, id="as a zip program may name it"),
        pytest.param(f".Trash/cur/{NAME}:2,S", {"trashed": True}, id="in the trash"),
        pytest.param(f".INBOX.Deleted Items/cur/{NAME}:2,S", {"trashed": True}, id="in a trash below another folder"),
        pytest.param(f"Trash/cur/{NAME}:2,S", {"trashed": True}, id="in a trash without a dot"),
        pytest.param(f"new/{NAME}", {}, id="new"),
    ],
)
def test_flags_and_folders_are_kept(name, metadata, tmp_path):
    (record,) = read(tmp_path, {name: mail()}).records
    assert (record.source_metadata, record.reason) == (metadata, None)


def test_mail_in_the_folder_for_spam_is_spam(tmp_path):
    files = {f".Junk/cur/{NAME}:2,S": mail(), f".Spam/new/{NAME}": mail(From="MAILER-DAEMON@mx.example")}
    assert [record.reason for record in read(tmp_path, files).records] == ["spam", "bounce"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"cur/{NAME}:2,DS", id="by its flag"),
        pytest.param(f".Drafts/cur/{NAME}:2,S", id="by its folder"),
        pytest.param(f".Entw&APw-rfe/cur/{NAME}:2,S", id="by its German folder"),
    ],
)
def test_a_draft_is_left_out_and_counted(name, tmp_path):
    outcome = read(tmp_path, {name: mail(From=OURS, To="ann@field.example")})
    assert outcome.records == []
    assert outcome.suppressed == {"a draft, not sent": 1}


def test_what_is_still_being_delivered_is_left_out_and_counted(tmp_path):
    outcome = read(tmp_path, {f"tmp/{NAME}": b"From: half a", f"tmp/{NAME}2": b"", f".Sent/tmp/{NAME}": b"x"})
    assert outcome.records == []
    assert outcome.suppressed == {"a message not yet delivered (tmp)": 3}


def test_a_servers_own_files_are_left_out_and_counted(tmp_path):
    names = ["dovecot-uidlist", "dovecot.index.log", ".Sent/dovecot.index.cache", "subscriptions", "maildirsize",
             "courierimapuiddb", ".Sent/maildirfolder", "dovecot-keywords", "dovecot-uidvalidity.5f"]  # fmt: skip
    outcome = read(tmp_path, dict.fromkeys(names, b""))
    assert outcome.suppressed == {"a file beside the messages": len(names)}
    assert outcome.quarantined == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param(
            "1795168800.M1.mx1", mail(), "lies neither in 'cur' nor in 'new' of a Maildir", id="in no folder of mail"
        ),
        pytest.param("Sent/1795168800.M1.mx1", mail(), "lies neither in 'cur' nor in 'new'", id="in a folder by itself"),
        pytest.param(f"cur/{NAME},S=9999:2,S", mail(), "shorter than its file's name says", id="shorter than its name says"),
        pytest.param(f"cur/{NAME},W=9999:2,S", mail(), "shorter than its file's name says", id="by network line ends"),
        pytest.param(f"cur/{NAME}", b"", "the file is empty", id="empty"),
        pytest.param(f"cur/{NAME}", b"From: Ann", "in the middle of the message", id="cut within its headers"),
        pytest.param(f"cur/{NAME}", ALTERNATIVES[:-30], "in the middle of the message", id="cut within its parts"),
        pytest.param("cur/mail", mail(Date=None), "no time", id="without any time"),
        pytest.param(f"cur/{NAME}", gzip.compress(mail())[:-9], "the gzip stream is", id="packed and damaged"),
    ],
)
def test_a_file_that_is_no_whole_message_is_set_aside_and_the_rest_is_read(name, content, reason, tmp_path):
    outcome = read(tmp_path, {name: content, f"new/{NAME}.good": mail("good")})
    assert outcome.texts == ["good"]
    ((_, told),) = outcome.quarantined
    assert reason in told


def test_a_message_without_a_time_came_when_its_files_name_says(tmp_path):
    (record,) = read(tmp_path, {f"cur/{NAME}:2,S": mail(Date=None)}).records
    assert record.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_message_as_long_as_its_name_says_is_whole_however_it_ends(tmp_path):
    """A boundary that its writer forgot is no cut."""
    odd = ALTERNATIVES.rstrip(b"-\n")
    outcome = read(tmp_path, {sized(odd): odd})
    assert (outcome.texts, outcome.quarantined, outcome.warnings) == (["mine"], [], {})


def test_a_message_that_ends_within_a_line_is_taken_and_told(tmp_path):
    outcome = read(tmp_path, {f"cur/{NAME}": mail("It bro").rstrip(b"\n")})
    assert outcome.texts == ["It bro"]
    assert outcome.warnings == {"the message does not end with its line: whole, or cut off": 1}


def test_network_line_ends_and_packed_files_are_as_good(tmp_path):
    crlf = LETTER.replace(b"\n", b"\r\n")
    files = {f"cur/1.a,S={len(LETTER)}:2,S": crlf, f"cur/2.a,S={len(LETTER)}:2,SZ": gzip.compress(LETTER)}
    outcome = read(tmp_path, files)
    assert outcome.texts == ["Dear shop,\n\nit broke.\n\nAnn"] * 2
    assert outcome.warnings == {}


def test_a_maildir_in_a_zip_is_read_and_places_are_told(tmp_path):
    content = zipped({"Maildir/cur/": b"", f"Maildir/cur/{NAME}:2,S": mail("one"), f"Maildir/tmp/{NAME}": mail()})
    outcome = read(tmp_path, {"mail.zip": content})
    assert [(record.file, record.position) for record in outcome.records] == [
        ("mail/2026-11-20/mail.zip", "message 1 in entry 2 of the zip")
    ]
    assert outcome.suppressed == {"a message not yet delivered (tmp)": 1}


def test_a_sent_mail_whose_sender_is_not_known_as_ours_is_told(tmp_path):
    outcome = read(tmp_path, {f".Sent/cur/{NAME}:2,S": mail(From="new.colleague@shop.example")})
    assert len(outcome.records) == 1
    assert outcome.warnings == {"a mail in the folder of sent ones whose sender is not in 'own'": 1}


def test_a_flag_that_nobody_knows_is_told(tmp_path):
    outcome = read(tmp_path, {f"cur/{NAME}:2,SX": mail()})
    assert outcome.warnings == {"a flag in the file's name that we do not know": 1}


def test_the_same_message_in_two_folders_is_alike(tmp_path):
    first, second = read(tmp_path, {f".Archive/cur/{NAME}:2,S": mail(), f"cur/{NAME}:2,": mail()}).records
    assert (first.source_ref, first.text, first.source_metadata) == (second.source_ref, second.text, second.source_metadata)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(
            f"mail/2026-11-20/cur/{NAME},S=4711:2,S", f"mail/2026-11-20/cur/{NAME},S=4711:2,S", id="a server's name"
        ),
        pytest.param(f"mail/2026-11-20/.Ann Field/cur/{NAME}", None, id="a folder named after a person"),
        pytest.param("mail/2026-11-20/ann@field.example/Maildir/new/x", None, id="a box named after one"),
    ],
)
def test_names_of_servers_are_shown_and_names_of_people_are_not(name, shown):
    told = shown_file(name, "maildir")
    assert told == shown if shown else "Ann" not in told and "ann@" not in told
