"""Every mail of the public samples, and what somebody who opens the file sees in it."""

import re
from dataclasses import dataclass, replace

import pytest

from tests.extract.mailboxes import boxed, read_file

RECEIVED = "2026-11-20T10:00:00"  # the From line's time, where the mail tells none that will do


@dataclass(frozen=True)
class Seen:
    """Sender, display name, subject, how the text begins, when (UTC), the files' names, and why nobody is behind it."""

    sender: str
    name: str | None
    subject: str | None
    text: str
    at: str = RECEIVED
    files: tuple[str, ...] = ()
    reason: str | None = None
    is_vouched_for: bool = True


DINGUS = Seen(
    "barry@digicool.com", "Barry", "Here is your dingus fish", "Hi there,\n\nThis is the dingus fish.", "2001-04-20T23:35:02"
)
LIKE = Seen(
    "bbb@ddd.com", "John X. Doe", "This is a test message", "Hi,\n\nDo you like this message?\n\n-Me", "2001-05-04T18:05:44"
)
HELLO = Seen(
    "jdoe@machine.example", "John Doe", "Saying Hello", "This is a message just to say hello.", "1997-11-21T15:55:06"
)
EVERYONE = Seen("john.q.public@example.com", "Joe Q. Public", None, "Hi everyone.", "2003-07-01T08:52:37")
FIRST = Seen("foo@example.com", None, "testing", "This is the first part.", "2005-06-06T20:21:22")
OUTLOOK = Seen(
    "email_test@me.nowhere", "Mikel Lindsaar", "Testing outlook", "Hello\nThis is an outlook test\n\nSo there.\n\nMe.",
    "2007-10-21T09:38:13",
)  # fmt: skip
PDF = Seen(
    "xxxx@xxxx.com", "Test Tester", "Another PDF with 🎉 Unicode chars in it 🍿", "Just attaching another PDF, here",
    "2005-05-10T17:26:39", ("broken.pdf",),
)  # fmt: skip
WAVING = Seen("xxx@xxxx.xxx", None, None, "Test test. Hi. Waving. m", "2005-05-10T20:27:03")

EXPECTED = {
    "cpython/msg_01.txt": LIKE,
    "cpython/msg_03.txt": LIKE,
    "cpython/msg_05.txt": Seen("", None, "bar", "Yadda yadda yadda", files=("",), reason="bounce"),
    "cpython/msg_07.txt": replace(DINGUS, files=("dingusfish.gif",)),
    "cpython/msg_09.txt": Seen("barry@python.org", "Barry Warsaw", "Lyrics", "", "2001-04-20T23:35:02"),
    "cpython/msg_11.txt": Seen("", None, "The enclosing message", "", files=("",), reason="no_identifier"),
    "cpython/msg_13.txt": replace(DINGUS, text="A text/plain part\nHi there,", files=("dingusfish.gif",)),
    # two multiparts share one boundary; the gif is lost in their tangle, as the email package loses it
    "cpython/msg_15.txt": Seen("xx@xx.dk", None, "XX", "Some removed test."),
    "cpython/msg_17.txt": DINGUS,
    "cpython/msg_19.txt": Seen("", None, None, "Send Ppp mailing list submissions to", reason="no_identifier"),
    "cpython/msg_21.txt": Seen("aperson@dom.ain", None, "Test", "One\nTwo"),
    "cpython/msg_23.txt": Seen("aperson@dom.ain", None, None, "A message part"),
    "cpython/msg_25.txt": Seen(
        "mailer-daemon@zinfandel.lacita.com", "Mail Delivery Subsystem", "Returned mail: Too many hops 19 (17 max)",
        "This is a MIME-encapsulated message", "2001-04-06T17:23:06", reason="bounce",
    ),
    "cpython/msg_27.txt": Seen("aperson@dom.ain", "Anne P. Erson", "bug demonstration 123", "test", "2002-06-05T01:46:59"),
    "cpython/msg_29.txt": LIKE,
    "cpython/msg_31.txt": Seen("aperson@dom.ain", None, None, "--BOUNDARY"),  # its header names another boundary
    "cpython/msg_33.txt": Seen(
        "aperson@example.com", "Anne Person", "Re: Limiting Perl CPU Utilization", "part 1\npart 2",
        "2000-09-27T16:11:09", reason="newsletter",
    ),
    "cpython/msg_35.txt": Seen("aperson@dom.ain", None, "here's something interesting", "counter to RFC 2822"),
    "cpython/msg_37.txt": Seen("", None, None, "", files=("", "", ""), reason="no_identifier"),
    "cpython/msg_39.txt": Seen("", None, None, "", files=("", ""), reason="no_identifier"),  # two boundaries of one name
    "cpython/msg_41.txt": Seen("xxx@example.com", "Allison Dunlap", "64423", "Blah blah blah", "2004-07-11T19:09:27"),
    "cpython/msg_43.txt": Seen(
        "", None, "Banned file: auto__mail.python.bat in mail from you", "BANNED FILENAME ALERT", "2004-11-27T03:41:44",
        ("", ""), "bounce",
    ),
    "cpython/msg_45.txt": Seen("foo@bar.baz", None, "test", "This is the signed contents.", files=("signature.asc",)),
    "mikel_mail/attachment_emails__attachment_content_disposition.eml": replace(FIRST, files=("api.rb",)),
    "mikel_mail/attachment_emails__attachment_message_rfc822.eml": replace(FIRST, files=("ForwardedMessage.eml",)),
    "mikel_mail/attachment_emails__attachment_nonascii_filename.eml": replace(FIRST, files=("ciële.txt",)),
    "mikel_mail/attachment_emails__attachment_pdf.eml": PDF,
    "mikel_mail/attachment_emails__attachment_pdf_non_ascii.eml": PDF,
    "mikel_mail/attachment_emails__attachment_with_base64_encoded_name.eml": Seen(
        "xxxxxxxxx.xxxxxxx@gmail.com", "xxxxxxxxx xxxxxxx", "Fwd: Signed email causes file attachments",
        "We should not include these files or vcards as attachments.", "2005-05-08T19:09:11", ("This is a test.pdf",),
    ),
    "mikel_mail/attachment_emails__attachment_with_quoted_filename.eml": Seen(
        "jeff@37signals.com", "Jeffrey Hardy", "Eelanalüüsi päring", "", "2009-05-13T15:42:01", ("Eelanalüüsi päring.jpg",),
    ),
    "mikel_mail/mime_emails__email_with_similar_boundaries.eml": Seen(
        "xxxxxx@xxxxxxxx.xxx", "Xxxxx", "Xxxxxx", "Test", "2012-04-06T01:01:01", ("LOGO.png",)
    ),
    "mikel_mail/mime_emails__raw_email12.eml": replace(FIRST, files=("",)),
    "mikel_mail/mime_emails__raw_email_encoded_stack_level_too_deep.eml": Seen(
        "gmail-noreply@google.com", "Gmail Team", "Nicolas Fouché has accepted your invitation to Gmail",
        "Nicolas Fouché has accepted your invitation to Gmail and has chosen the",
        "2005-06-28T08:02:11", reason="no_reply",
    ),
    "mikel_mail/mime_emails__raw_email_with_illegal_boundary.eml": OUTLOOK,
    "mikel_mail/mime_emails__raw_email_with_multipart_mixed_quoted_boundary.eml": replace(
        OUTLOOK, text="Just attaching another PDF, here", files=("broken.pdf",)
    ),
    "mikel_mail/mime_emails__raw_email_with_quoted_illegal_boundary.eml": OUTLOOK,
    "mikel_mail/mime_emails__two_from_in_message.eml": Seen(
        "tester1@test.com", "Tester 1", "Sending messages include last little bit", "When sending email:\n* From Hotmail",
        "2009-12-02T09:39:33",
    ),
    "mikel_mail/multi_charset__japanese_attachment.eml": Seen(
        "raasdnil@gmail.com", "Mikel Lindsaar", "testing", "testing", "2009-10-16T12:39:34", ("てすと.txt",)
    ),
    "mikel_mail/multi_charset__japanese_iso_2022.eml": Seen(
        "raasdnil@gmail.com", "Mikel Lindsaar", "まみむめも", "すみません。"
    ),
    "mikel_mail/multi_charset__ks_c_5601-1987.eml": Seen("from@example.com", None, "test", "스티해", "2014-05-28T08:18:19"),
    "mikel_mail/multipart_report_emails__multi_address_bounce2.eml": Seen(
        "mailer-daemon@lvmail01.ll.com", "Mail Delivery System", "Undelivered Mail Returned to Sender",
        "This is the mail system at host", "2010-02-24T06:16:41", ("", ""), "bounce",
    ),
    "mikel_mail/multipart_report_emails__report_422.eml": Seen(
        "mailer-daemon@tppppp.com.au", "Mail Delivery Subsystem", "Warning: could not send message for past 8 hours", "****",
        "2008-01-16T16:40:52", ("", ""), "bounce",
    ),
    "mikel_mail/plain_emails__basic_email.eml": Seen(
        "test@lindsaar.net", "Mikel Lindsaar", "Testing 123", "Plain email.\n\nHope it works well!\n\nMikel",
        "2008-11-22T04:04:59",
    ),
    "mikel_mail/plain_emails__mix_caps_content_type.eml": Seen(
        "bb@bug.com", "Big Bug", "undef method parameter bug", "foo bar", "2010-02-19T07:08:29"
    ),
    "mikel_mail/plain_emails__raw_email10.eml": WAVING,
    "mikel_mail/plain_emails__raw_email6.eml": WAVING,
    "mikel_mail/plain_emails__raw_email_bad_time.eml": Seen(  # it is dated to the year 3609
        "yusuf75thu@auracom.net", None, "[0]: XXXXXXX XXXXX XXXXX !", "Filter2: This message", reason="spam"
    ),
    "mikel_mail/plain_emails__raw_email_incorrect_header.eml": Seen(
        "xxx@xxx.xxx", "xxx xxx", "Stop adware/spyware once and for all.", "You are infected with:", "2005-02-23T22:20:17",
        is_vouched_for=False,  # Received-SPF: softfail
    ),
    "mikel_mail/plain_emails__raw_email_quoted_with_0d0a.eml": replace(FIRST, text="A fax has arrived from remote ID"),
    "mikel_mail/plain_emails__raw_email_simple.eml": Seen(
        "mikel@nowhere.com", "Mikel Lindsaar", "Testing outlook", "Hello Mikel", "2007-10-21T09:38:13"
    ),
    "mikel_mail/plain_emails__raw_email_trailing_dot.eml": Seen(
        "noreply@rubyforge.org", "Sandy M.", "[skynet-help][60666] How are intermediate files", "Testing, testing, 123.",
        "2008-09-22T19:06:28", reason="no_reply",
    ),
    "mikel_mail/plain_emails__raw_email_with_bad_date.eml": Seen(
        "subventive@vodtravel.com", "Darrell Shaw", "Microsoft Vlsta & Office2007, Just released", "hotnewsoft . com"
    ),
    "mikel_mail/rfc2822__example01.eml": HELLO,
    "mikel_mail/rfc2822__example03.eml": EVERYONE,
    "mikel_mail/rfc2822__example05.eml": HELLO,
    "mikel_mail/rfc2822__example07.eml": replace(
        HELLO, subject="Re: Saying Hello", text="This is a reply to your reply.", at="1997-11-21T17:00:00"
    ),
    "mikel_mail/rfc2822__example09.eml": HELLO,
    "mikel_mail/rfc2822__example11.eml": EVERYONE,
    "mikel_mail/rfc2822__example13.eml": HELLO,
    "mikel_mail/rfc6532__utf8_headers.eml": Seen("jdöe@mächine.example", "Jöhn Doe", "Säying Hello", "body"),
}  # fmt: skip
CUT = "mikel_mail/mime_emails__raw_email4.eml"  # its last boundary ends in one dash instead of two


def test_no_sample_is_left_out(samples):
    found = {
        f"{path.parent.name}/{path.name}"
        for path in (samples / "email").glob("*/*")
        if re.search(r"\.(txt|eml)$", path.name)
    }
    assert found == EXPECTED.keys() | {CUT}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_read_as_its_reader_sees_it(name, samples, tmp_path):
    seen = EXPECTED[name]
    outcome = read_file(tmp_path, boxed((samples / "email" / name).read_bytes()))
    assert outcome.quarantined == []
    (record,) = outcome.records
    assert record.occurred_at.strftime("%Y-%m-%dT%H:%M:%S") == seen.at
    assert (record.subject or "").startswith(seen.subject or "")
    assert (record.subject is None) == (seen.subject is None)
    assert record.text.startswith(seen.text)
    assert bool(record.text) == bool(seen.text)
    assert tuple(file.name for file in record.attachments) == seen.files
    assert record.reason == seen.reason
    expected = set() if seen.reason else {("email", seen.sender)} | ({("name", seen.name)} if seen.name else set())
    known = {
        (one.kind, one.value) for one in record.party if one.evidence == ("channel" if seen.is_vouched_for else "claimed")
    }
    assert known == expected if seen.is_vouched_for else known >= expected
    assert seen.reason == "no_identifier" or record.party_ref == seen.sender or not seen.sender


def test_a_sample_without_its_last_boundary_is_set_aside_with_the_reason(samples, tmp_path):
    outcome = read_file(tmp_path, boxed((samples / "email" / CUT).read_bytes()))
    assert outcome.records == []
    assert outcome.quarantined == [("message 1 (byte 0)", "the file ends in the middle of the message")]


def test_all_samples_in_one_mailbox_come_out_one_by_one(samples, tmp_path):
    names = [CUT, *EXPECTED]  # not last in the file, the odd one is no longer suspect of having been cut
    outcome = read_file(tmp_path, boxed(*((samples / "email" / name).read_bytes() for name in names)))
    assert outcome.quarantined == []
    assert len(outcome.records) == len(names)
    assert [record.subject for record in outcome.records[1:4]] == ["This is a test message", "This is a test message", "bar"]
    assert outcome.records[0].subject == "Filth"


def test_the_attachments_of_a_sample_keep_their_bytes(samples, tmp_path):
    outcome = read_file(
        tmp_path, boxed((samples / "email" / "mikel_mail/multi_charset__japanese_attachment.eml").read_bytes())
    )
    (file,) = outcome.records[0].attachments
    # base64 -d of the part's one line, through sha256sum
    assert (file.size, file.sha256) == (33, "be049d6d281305a555065a8200d0d0c551b283a89abfbd4c6a5c78b18fbcc927")
