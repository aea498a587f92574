"""What providers tell of their users who marked a mail of ours as spam: reports as RFC 5965 has them, written here."""

import pytest

from pipelines.contract import ConsentSignal
from tests.extract.mailboxes import OURS, one

NO = ConsentSignal("email", "marketing", allowed=False, value="ann@field.example")
OUR_MAIL = (
    "From: Shop <news@staff.shop.example>\nTo: Ann <Ann@Field.example>\nSubject: Offers\n"
    "Date: Thu, 19 Nov 2026 09:00:00 +0000\n"
)


def complained(folder, told, mail=OUR_MAIL, *, kind="feedback-report", mail_kind="message/rfc822"):
    parts = [
        ("text/plain", "This is an email abuse report."), (f"message/{kind}", f"User-Agent: Loop/1.0\nVersion: 1\n{told}"),
        (mail_kind, f"{mail}\nBuy more"),
    ]  # fmt: skip
    body = "".join(f"--b\nContent-Type: {each}\n\n{text}\n" for each, text in parts) + "--b--"
    typed = f'multipart/report; report-type={kind}; boundary="b"'
    return one(folder, body, From="feedback@provider.example", Content_Type=typed, MIME_Version="1.0")


@pytest.mark.parametrize(
    ("told", "mail"),
    [
        ("Feedback-Type: abuse\nOriginal-Rcpt-To: <ann@field.example>", OUR_MAIL),
        ("Feedback-Type: ABUSE\nOriginal-Rcpt-To: rfc822; Ann@field.example\nRemoval-Recipient: ann@field.example", ""),
        ("Feedback-Type: opt-out\nRemoval-Recipient: ann@field.example", "Subject: Offers\n"),
        ("Feedback-Type: abuse", OUR_MAIL),
        ("Feedback-Type: abuse", OUR_MAIL.replace("Ann <Ann@Field.example>", "undisclosed-recipients:;")
         + "X-HmXmrOriginalRecipient: ann@field.example\n"),
    ],
    ids=["recipient", "with its type", "removal", "as our mail was sent", "Outlook"],
)  # fmt: skip
def test_who_marks_our_mail_as_spam_says_no(tmp_path, told, mail):
    record = complained(tmp_path, told, mail)
    assert (record.consent, record.reason, record.party) == ([NO], "auto_reply", [])


def test_of_a_mail_of_which_the_headers_alone_are_sent_back_too(tmp_path):
    assert complained(tmp_path, "Feedback-Type: abuse", mail_kind="text/rfc822-headers").consent == [NO]


@pytest.mark.parametrize(
    ("told", "mail", "kind"),
    [
        ("Feedback-Type: not-spam\nOriginal-Rcpt-To: ann@field.example", OUR_MAIL, "feedback-report"),
        ("Feedback-Type: auth-failure\nOriginal-Rcpt-To: ann@field.example", OUR_MAIL, "feedback-report"),
        ("Feedback-Type: abuse\nOriginal-Rcpt-To: ann@field.example", OUR_MAIL, "disposition-notification"),
        ("Feedback-Type: abuse", OUR_MAIL.replace("news@staff.shop.example", "eve@evil.example"), "feedback-report"),
        (f"Feedback-Type: abuse\nOriginal-Rcpt-To: {OURS}", OUR_MAIL.replace("Ann@Field.example", OURS), "feedback-report"),
        ("Feedback-Type: abuse", OUR_MAIL + "Cc: Bob <bob@hill.example>\n", "feedback-report"),
        ("Feedback-Type: abuse\nOriginal-Rcpt-To: redacted", OUR_MAIL.replace("Ann@Field.example", "x"), "feedback-report"),
    ],
    ids=["not spam", "a failed check", "a receipt", "not our mail", "our own address", "one of two", "nobody named"],
)
def test_what_is_no_complaint_of_somebody_is_no_no(tmp_path, told, mail, kind):
    assert complained(tmp_path, told, mail, kind=kind).consent == []


def outlooks(mail):
    """A mail that Outlook.com sends back in a shape of its own: within a mail that says nothing else."""
    body = f"--b\nContent-Type: message/rfc822\nContent-Disposition: inline\n\n{mail}\nBuy more\n--b--"
    return {"body": body, "From": "staff@provider.example", "Content_Type": 'multipart/mixed; boundary="b"'}


def test_what_outlook_sends_back_by_itself_is_a_no_and_nobodys_letter(tmp_path):
    record = one(tmp_path, **outlooks("X-HmXmrOriginalRecipient: ann@field.example\n" + OUR_MAIL))
    assert (record.consent, record.reason, record.party) == ([NO], "auto_reply", [])


def test_what_outlook_sends_back_of_somebody_elses_is_nobodys_no(tmp_path):
    mail = "X-HmXmrOriginalRecipient: ann@field.example\n" + OUR_MAIL.replace("news@staff.shop.example", "eve@evil.example")
    record = one(tmp_path, **outlooks(mail))
    assert (record.consent, record.reason) == ([], "auto_reply")


def test_a_mail_that_somebody_sends_on_as_it_came_is_theirs(tmp_path):
    record = one(tmp_path, **outlooks(OUR_MAIL))
    assert (record.consent, record.reason) == ([], None)
