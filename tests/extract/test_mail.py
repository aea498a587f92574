"""One mail to one interaction: who is behind it, which way it went, when, in which thread, and what it says."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from pipelines.extract.parts.mail.charsets import decode
from pipelines.extract.parts.mail.mail import FOR_ANOTHER, Place, parse_message
from pipelines.extract.values.issues import Issues
from pipelines.settings import Source
from tests.extract.exports import extracted
from tests.extract.mailboxes import OURS, SOURCE, boxed, mail, one, read, read_file


def people(record, evidence=None):
    return {(each.kind, each.value) for each in record.party if evidence in (None, each.evidence)}


def test_a_customers_letter(tmp_path):
    record = one(tmp_path, "It broke.\n\nAnn\n\nOn 19 Nov 2026 Shop wrote:\n> Enjoy!\n\n-- \nAnn Field, 020 7946 0123")
    assert (record.source, record.source_ref, record.conversation_ref) == ("mail", "1@field.example", "1@field.example")
    assert (record.channel, record.direction, record.reason) == ("email", "inbound", None)
    assert record.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert people(record, "channel") == {("email", "ann@field.example"), ("name", "Ann Field")}
    assert people(record, "claimed") == {("phone", "+442079460123")}
    assert record.party_ref == "ann@field.example"
    assert (record.text, record.signature) == ("It broke.\n\nAnn", "Ann Field, 020 7946 0123")
    assert record.quoted_text == "On 19 Nov 2026 Shop wrote:\n> Enjoy!"
    assert (record.file, record.position) == ("mail/2026-11-20/support.mbox", "message 1 (byte 0)")


def test_our_answer_belongs_to_the_customer_it_went_to(tmp_path):
    record = one(
        tmp_path, "Call us on 020 7946 9999 about GT-123456",
        From="Gwen <gwen@staff.shop.example>", To=f"{OURS}, Ann Field <ann@field.example>, eve@other.example",
        In_Reply_To="<0@field.example>", References="<root@field.example> <0@field.example>",
    )  # fmt: skip
    assert (record.direction, record.agent_ref) == ("outbound", "gwen@staff.shop.example")
    assert people(record, "channel") == {("email", "ann@field.example"), ("name", "Ann Field")}
    assert people(record, "reference") == {("reference", "GT-123456")}  # we know whose order it is that we write about
    assert people(record, "claimed") == set()  # nothing else of what we wrote is theirs
    assert (record.conversation_ref, record.in_reply_to_ref) == ("root@field.example", "0@field.example")


def test_a_customers_mail_sent_on_by_our_own_group_stays_the_customers_but_as_a_claim(tmp_path):
    record = one(tmp_path, From=f"'Ann Field' via Support <{OURS}>", X_Original_From="Ann Field <ann@field.example>")
    assert (record.direction, record.reason, record.party_ref) == ("inbound", None, "ann@field.example")
    assert people(record, "claimed") == {("email", "ann@field.example"), ("name", "Ann Field")}


@pytest.mark.parametrize("form", [OURS, "Shop <form@staff.shop.example>"])
def test_a_form_that_mails_itself_to_us_is_by_whom_the_answer_goes_to_as_a_claim(form, tmp_path):
    asked = one(
        tmp_path, "Where is GT-123456? I am on 020 7946 0123.", From=form, Reply_To="Ann Field <ann@field.example>",
        Message_ID="<a@shop.example>",
    )  # fmt: skip
    assert (asked.direction, asked.reason, asked.party_ref, asked.agent_ref) == ("inbound", None, "ann@field.example", None)
    assert people(asked, "claimed") == {
        ("email", "ann@field.example"), ("name", "Ann Field"), ("phone", "+442079460123"), ("reference", "GT-123456"),
    }  # fmt: skip
    assert people(asked, "channel") == set()


@pytest.mark.parametrize(
    ("reply_to", "reason"),
    [
        pytest.param("gwen@staff.shop.example", "internal", id="to one of us"),
        pytest.param("Gwen", "internal", id="to no address"),
        pytest.param("no-reply@forms.example", "no_reply", id="to nobody"),
    ],
)
def test_a_mail_among_us_that_is_answered_to_nobody_outside_has_no_customer(reply_to, reason, tmp_path):
    record = one(tmp_path, From=OURS, To="gwen@staff.shop.example", Reply_To=reply_to)
    assert (record.reason, record.party) == (reason, [])


def test_our_mail_to_a_customer_stays_ours_wherever_it_is_answered_to(tmp_path):
    record = one(tmp_path, From=OURS, To="ann@field.example", Reply_To="desk@elsewhere.example")
    assert (record.direction, record.party_ref) == ("outbound", "ann@field.example")


def test_a_mail_among_us_is_internal(tmp_path):
    record = one(tmp_path, From=OURS, To="gwen@staff.shop.example", Cc=OURS)
    assert (record.direction, record.reason, record.party) == ("internal", "internal", [])


@pytest.mark.parametrize(
    ("headers", "thread"),
    [
        pytest.param({"X_GM_THRID": "1234", "References": "<a@x.example>"}, "1234", id="Gmail's own thread"),
        pytest.param({"X_GMAIL_THRID": "1234", "References": "<a@x.example>"}, "1234", id="as getmail writes it"),
        pytest.param({"References": "<a@x.example>\n <b@x.example>"}, "a@x.example", id="the root of References, folded"),
        pytest.param({"In_Reply_To": "<b@x.example>"}, "b@x.example", id="the mail it answers"),
        pytest.param({"In_Reply_To": "Your message of Monday"}, "1@field.example", id="an answer to nothing that has an id"),
        pytest.param({}, "1@field.example", id="itself"),
    ],
)
def test_a_thread_has_one_name(headers, thread, tmp_path):
    assert one(tmp_path, **headers).conversation_ref == thread


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 -0500"}, "2026-11-20T14:00:00", id="with an offset"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 -0000"}, "2026-11-20T09:00:00", id="UTC, its place unknown"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 GMT"}, "2026-11-20T09:00:00", id="with a zone by name"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 +01:00"}, "2026-11-20T08:00:00", id="an offset with a colon"),
        pytest.param(
            {"Date": "Fri, 20 Nov 2026 09:00:00 +0800 (中国标准时间)"}, "2026-11-20T01:00:00", id="a zone in Chinese"
        ),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 GMT+0100"}, "2026-11-20T08:00:00", id="an offset to Greenwich"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 UTC-5"}, "2026-11-20T14:00:00", id="a short offset"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 CET"}, "2026-11-20T08:00:00", id="a zone of one meaning by name"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00 IST"}, "2026-11-20T10:00:00", id="a name of three zones"),
        pytest.param({"Date": "Fri, 20 Nov 2026 2:30:00 PM +0000"}, "2026-11-20T14:30:00", id="a clock of twelve hours"),
        pytest.param({"Date": "Fri, 20 Nov 2026 12:30 AM +0000"}, "2026-11-20T00:30:00", id="half past midnight"),
        pytest.param({"Date": "2026-11-20T09:00:00.5+01:00"}, "2026-11-20T08:00:00", id="ISO 8601"),
        pytest.param({"Date": "2026-11-20T09:00:00"}, "2026-11-20T10:00:00", id="ISO 8601 without a zone"),
        pytest.param({"Date": "Fri, 20 Nov 2026 09:00:00"}, "2026-11-20T10:00:00", id="without a zone, so the From line"),
        pytest.param({"Date": None}, "2026-11-20T10:00:00", id="none, so the From line"),
        pytest.param({"Date": "yesterday"}, "2026-11-20T10:00:00", id="no date, so the From line"),
        pytest.param(
            {"Date": "Thu, 01 Jan 1970 00:00:00 +0000"}, "2026-11-20T10:00:00", id="a clock never set, so the From line"
        ),
        pytest.param(
            {"Date": "Fri, 20 Nov 3026 09:00:00 +0000"}, "2026-11-20T10:00:00", id="the far future, so the From line"
        ),
    ],
)
def test_the_time_is_the_first_that_can_be_told(headers, at, tmp_path):
    assert one(tmp_path, **headers).occurred_at.strftime("%Y-%m-%dT%H:%M:%S") == at


NO_POSTMARK = "Sun Feb 31 25:61:00 2026"


@pytest.mark.parametrize(
    ("date", "at", "doubt"),
    [
        pytest.param("Fri, 20 Nov 2026 09:00:00", "2026-11-20T08:00", None, id="as the standard has it"),
        pytest.param("Friday, November 20, 2026 09:00 PM", "2026-11-20T20:00", None, id="as Americans write it"),
        pytest.param("Fri Nov 20 09:00:00 2026", "2026-11-20T08:00", None, id="as C has it"),
        pytest.param("Sun, 25 Oct 2026 02:30:00", "2026-10-25T00:30", "ambiguous", id="in the autumn hour"),
        pytest.param("Fri, 20 Nov 2026 09:00:00 EST5EDT", None, None, id="a zone that is not known"),
    ],
)
def test_a_date_without_a_zone_is_read_in_the_sources_where_nothing_else_tells(date, at, doubt, tmp_path):
    berlin = Source(**SOURCE.model_dump() | {"timezone": "Europe/Berlin"})
    outcome = extracted(tmp_path, {"support.mbox": boxed(mail(Date=date), postmark=NO_POSTMARK)}, berlin)
    found = [
        (each.occurred_at.strftime("%Y-%m-%dT%H:%M"), each.source_metadata.get("local_time")) for each in outcome.records
    ]
    assert found == ([(at, doubt)] if at else [])
    assert "no time" in read_file(tmp_path / "undeclared", boxed(mail(Date=date), postmark=NO_POSTMARK)).quarantined[0][1]


def test_received_tells_the_time_where_all_else_fails(tmp_path):
    undated = mail(Date=None, Received="from a by b with ESMTP;\n Fri, 20 Nov 2026 08:00:00 +0100 (CET)")
    (record,) = read_file(tmp_path, boxed(undated, postmark=NO_POSTMARK)).records
    assert record.occurred_at == datetime(2026, 11, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        pytest.param(None, "no time", id="none anywhere"),
        pytest.param("Sun, 31 Feb 2026 25:61:00 +0000", "no time", id="a day that never was"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 +0000", "lies before 1990 or after the night", id="1970"),
        pytest.param(
            "Tue, 24 Nov 2026 00:00:00 +0000", "lies before 1990 or after the night", id="four days after the night"
        ),
    ],
)
def test_a_mail_whose_time_cannot_be_known_is_set_aside(date, reason, tmp_path):
    outcome = read_file(tmp_path, boxed(mail(Date=date), postmark=NO_POSTMARK))
    assert outcome.records == []
    assert reason in outcome.quarantined[0][1]


def test_a_mail_without_an_id_is_known_by_its_bytes(tmp_path):
    letter = mail("From the depot\nhello", Message_ID=None)
    record = read(tmp_path, letter).records[0]
    assert record.source_ref == "raw:" + hashlib.sha256(letter).hexdigest()[:24]
    assert record.conversation_ref == record.source_ref


REPORT = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b"}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        pytest.param({"Return_Path": "<>"}, "bounce", id="nowhere to answer to"),
        pytest.param({"From": "MAILER-DAEMON@mx.example"}, "bounce", id="the mail system"),
        pytest.param({"From": "Mail Delivery Subsystem <x@mx.example>"}, "bounce", id="the mail system by name"),
        pytest.param(
            {"From": "postmaster@mx.example", "Subject": "Undeliverable: hi"}, "bounce", id="the postmaster's note"
        ),
        pytest.param(
            {"From": "postmaster@mx.example", "Return_Path": "<MAILER-DAEMON@mx.example>"}, "bounce", id="through a daemon"
        ),
        pytest.param(REPORT, "bounce", id="a report on delivery"),
        pytest.param(REPORT | {"Auto_Submitted": "auto-replied"}, "bounce", id="a report that calls itself an answer"),
        pytest.param({"Auto_Submitted": "auto-replied (vacation)", "Return_Path": "<>"}, "auto_reply", id="on holiday"),
        pytest.param({"Auto_Submitted": "auto-replied\n\t(vacation)"}, "auto_reply", id="on holiday, folded"),
        pytest.param({"Auto_Submitted": "auto-generated"}, "auto_reply", id="by a machine"),
        pytest.param({"X_Autoreply": "yes"}, "auto_reply", id="an older sign of a machine"),
        pytest.param({"Precedence": "auto_reply"}, "auto_reply", id="another older sign"),
        pytest.param(
            {"Content_Type": "multipart/report; report-type=disposition-notification"}, "auto_reply", id="read receipt"
        ),
        pytest.param({"List_Id": "Weekly <weekly.news.example>"}, "newsletter", id="a list"),
        pytest.param({"List_Unsubscribe": "<https://news.example/u>"}, "newsletter", id="a way out of a list"),
        pytest.param({"Precedence": "bulk"}, "newsletter", id="bulk"),
        pytest.param({"X_Spam_Flag": "YES"}, "spam", id="spam by flag"),
        pytest.param({"X_Gmail_Labels": "=?utf-8?q?Spam,Ge=C3=B6ffnet?="}, "spam", id="spam by Takeout's label"),
        pytest.param({"X_GMAIL_LABELS": r'"\\\\Spam" Work'}, "spam", id="by getmail's"),
        pytest.param(
            {"X_Gmail_Labels": "=?utf-8?q?=E8=BF=B7=E6=83=91=E3=83=A1=E3=83=BC=E3=83=AB?="}, "spam", id="in Japanese"
        ),
        pytest.param({"X_Spam_Status": "Yes, score=17"}, "spam", id="spam by status"),
        pytest.param({"From": "Parcels <do-not-reply+77@parcel.example>"}, "no_reply", id="no answers, please"),
        pytest.param({"From": "noreply-orders@parcel.example"}, "no_reply", id="no answers, in one word"),
        pytest.param({"From": "nao-responda@parcel.example"}, "no_reply", id="no answers, in Portuguese"),
        pytest.param({"From": "non_rispondere@parcel.example"}, "no_reply", id="no answers, in Italian"),
        pytest.param({"From": "keine-antwort@parcel.example"}, "no_reply", id="no answers, in German"),
        pytest.param(
            {"From": "Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@shop.example>"}, "bot", id="Exchange"
        ),
        pytest.param({"From": "desk@mx.example", "X_MS_Journal_Report": ""}, "bot", id="a report to Exchange's journal"),
        pytest.param({"From": None}, "no_identifier", id="from nobody"),
        pytest.param({"From": "Ann Field <ann@localhost>"}, "no_identifier", id="from an address that leads nowhere"),
    ],
)
def test_mail_with_nobody_behind_it_says_why_and_carries_nobody(headers, reason, tmp_path):
    record = one(tmp_path, "ann@field.example GT-123456", **headers)
    assert record.reason == reason
    assert (record.party, record.consent) == ([], [])


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Auto_Submitted": "no"}, id="not automatic, it says"),
        pytest.param({"X_Spam_Flag": "NO", "X_Spam_Status": "No, score=-1"}, id="not spam"),
        pytest.param({"List_Id": "<support.shop.example>", "Precedence": "list"}, id="through our own group"),
        pytest.param({"From": "Leonore Plyer <leonore.plyer@field.example>"}, id="a name that holds no-reply"),
        pytest.param({"X_Gmail_Labels": "Inbox,Not spam"}, id="a label that only mentions spam"),
        pytest.param({"Precedence": "first-class"}, id="an ordinary precedence"),
        pytest.param({"From": "Ann Field <postmaster@field.example>"}, id="somebody who keeps a mail server"),
        pytest.param({"Subject": "Delivery failed again"}, id="a customer whose parcel did not come"),
    ],
)
def test_a_persons_mail_is_not_taken_for_a_machines(headers, tmp_path):
    record = one(tmp_path, **headers)
    assert record.reason is None
    assert any(each.kind == "email" for each in record.party)


def test_reply_to_is_nobodys_proof(tmp_path):
    record = one(tmp_path, Reply_To="Victim <victim@other.example>")
    assert people(record) == {("email", "ann@field.example"), ("name", "Ann Field")}


@pytest.mark.parametrize(
    ("headers", "is_told"),
    [
        pytest.param({"From": "Shop (Shopify) <mailer@shopify.example>"}, True, id="a shop's form"),
        pytest.param({"From": "noreply@forms.example"}, True, id="a form of a sender that takes no answers"),
        pytest.param({"From": "ann@mail.field.example"}, False, id="another server of the same house"),
        pytest.param({"Reply_To": "noreply@other.example"}, False, id="answers to nobody"),
        pytest.param({"Reply_To": OURS}, False, id="answers to us"),
        pytest.param({"From": "news@other.example", "List_Id": "<news.other.example>"}, False, id="a newsletter"),
        pytest.param({"From": OURS}, False, id="a form of ours, which is the writer's"),
    ],
)
def test_a_mail_that_a_service_sends_for_somebody_is_told(headers, is_told, tmp_path):
    outcome = read(tmp_path, mail(**({"Reply_To": "Ann <ann@field.example>"} | headers)))
    assert outcome.warnings == ({FOR_ANOTHER: 1} if is_told else {})


def test_what_the_person_quotes_is_not_their_claim(tmp_path):
    record = one(tmp_path, "Yes.\n\nOn 19 Nov 2026 Bob <bob@other.example> wrote:\n> call 020 7946 0123 about GT-123456")
    assert people(record, "claimed") == set()


def test_the_subject_may_hold_a_reference(tmp_path):
    assert ("reference", "GT-654321") in people(one(tmp_path, Subject="Re: gt-654321"), "claimed")


def test_claims_are_left_alone_where_the_source_says_so(tmp_path):
    record = read(tmp_path, mail("GT-123456, bob@other.example")).records[0]
    assert people(record, "claimed")
    silent = SOURCE.model_copy(update={"claims": False})
    quiet = parse_message(
        mail("GT-123456, bob@other.example"), silent, Place("f", "message 1", record.occurred_at.date()), Issues()
    )
    assert people(quiet, "claimed") == set()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ann at field.example (Ann Field)", "Ann Field"),
        ('"Ann Field" <ann(a)field.example>', "Ann Field"),
        ("Ann Field <ann at field.example>", "Ann Field"),
        ("ann at field.example", None),
    ],
)
def test_an_address_that_a_lists_archive_veils_is_an_address(tmp_path, written, name):
    record = one(tmp_path, From=written)
    assert {(each.kind, each.value) for each in record.party} == {
        ("email", "ann@field.example"),
        *([("name", name)] if name else []),
    }


@pytest.mark.parametrize(
    ("written", "name"),
    [
        pytest.param("Field, Ann <ann@field.example>", "Field, Ann", id="a comma without quotes"),
        pytest.param("=?utf-8?Q?Ann_Field_=3Cann=40field.example=3E?=", "Ann Field", id="encoded with the name"),
        pytest.param("'ann@field.example'", None, id="between apostrophes"),
    ],
)
def test_a_sender_written_against_the_standard_is_known(tmp_path, written, name):
    record = one(tmp_path, From=written)
    found = {(each.kind, each.value, each.evidence) for each in record.party}
    assert found == {("email", "ann@field.example", "channel"), *([("name", name, "channel")] if name else [])}


def test_names_without_an_address_before_another_entry_are_none_of_its_name(tmp_path):
    record = one(tmp_path, From=OURS, To="root, Gus; Ann Field <ann@field.example>")
    assert [(each.kind, each.value) for each in record.party] == [("email", "ann@field.example"), ("name", "Ann Field")]


@pytest.mark.parametrize("written", ["Meet us at noon", "ann(a) field", "ann at field"])
def test_words_that_are_no_address_are_a_name(tmp_path, written):
    assert not [each for each in one(tmp_path, From=written).party if each.kind == "email"]


@pytest.mark.parametrize(
    ("encoding", "blank"),
    [
        pytest.param("base64", "DQo=", id="a line end"),
        pytest.param("base64", "wqANCsKgDQo=", id="two hard spaces"),
        pytest.param("quoted-printable", "=20\n=20", id="spaces"),
        pytest.param("quoted-printable", "=C2=A0=E2=80=8B", id="a hard space and one of no width"),
        pytest.param("8bit", "\u00a0", id="a hard space as it is"),
        pytest.param("7bit", "", id="nothing"),
    ],
)
def test_a_plain_alternative_that_says_nothing_does_not_hide_the_html(encoding, blank, tmp_path):
    parts = f"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{blank}\n"
    parts += "--b\nContent-Type: text/html; charset=utf-8\n\n<p>It broke.</p>\n--b--"
    assert one(tmp_path, parts, Content_Type="multipart/alternative; boundary=b").text == "It broke."


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        pytest.param({"Content_Type": 'text/plain; name="mail.txt"'}, "It broke.", id="a name"),
        pytest.param({"Content_Disposition": 'inline; filename="mail.txt"'}, "It broke.", id="a file's name, to be shown"),
        pytest.param({"Content_Disposition": 'attachment; filename="log.txt"'}, "", id="a file alone"),
    ],
)
def test_a_mail_that_is_one_text_is_read_whatever_it_is_called(headers, text, tmp_path):
    record = one(tmp_path, "It broke.", **headers)
    assert (record.text, len(record.attachments)) == (text, not text)


def test_html_alone_is_turned_to_text_and_its_quotes_set_apart(tmp_path):
    html = "<p>It broke.</p><div>On 1 May 2026 Bob &lt;bob@x.example&gt; wrote:<blockquote>Hi</blockquote></div>"
    record = one(tmp_path, html, Content_Type="text/html; charset=utf-8")
    assert record.text == "It broke."
    assert "Hi" in record.quoted_text


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        pytest.param("Grüße".encode(), "utf-8", "Grüße", id="as declared"),
        pytest.param("Grüße".encode(), "us-ascii", "Grüße", id="more than declared"),
        pytest.param("Grüße".encode("cp1252"), "x-unknown", "Grüße", id="a set nobody knows"),
        pytest.param("“Grüße”".encode("cp1252"), "iso-8859-1", "“Grüße”", id="Windows' set under another name"),
        pytest.param("Grüße".encode("cp1252"), None, "Grüße", id="nothing declared"),
        pytest.param("Привет ".encode() + b"pi\xe8", None, "Привет pi\ufffd", id="nothing declared, and something broken"),
        pytest.param("„Grüße“".encode(), "iso-8859-1", "„Grüße“", id="UTF-8 under another name"),
        pytest.param("привет, Ann".encode(), "windows-1251", "привет, Ann", id="UTF-8 in another alphabet's name"),
        pytest.param("Ã¼ber 5 ¼".encode("cp1252"), "iso-8859-1", "Ã¼ber 5 ¼", id="not UTF-8 throughout"),
        pytest.param("联通".encode("gb18030"), "gb2312", "联通", id="two bytes a character, as declared"),
        pytest.param("“José”".encode("cp1252"), "utf-8", "“José”", id="not UTF-8 at all"),
        pytest.param("Grüße ".encode() + b"an Jos\xe9", "utf-8", "Grüße an Jos\ufffd", id="UTF-8, and something broken"),
        pytest.param("привет, Ann".encode("cp1251"), "utf-8", "\ufffd" * 6 + ", Ann", id="another alphabet under its name"),
        pytest.param("日本語".encode("iso-2022-jp"), "ISO-2022-JP", "日本語", id="Japanese"),
        pytest.param(
            b"\x1b$B-!-j\x1b(B ok\n\x1b$Bl[\x1b(B \x1b(I1\x1b(B", "iso-2022-jp", "①㈱ ok\n贓 ｱ", id="Windows' Japanese"
        ),
        pytest.param(b"\xad\xa1\xad\xea\xb9\xe2\x8e\xb1!", "euc-jp", "①㈱高ｱ!", id="the same on Unix"),
        pytest.param("髙橋".encode("cp932"), "Windows-31J", "髙橋", id="Windows' own Japanese"),
        pytest.param("碁銹".encode("cp950"), "big5", "碁銹", id="Windows' Chinese under the older name"),
        pytest.param("嘅".encode("big5hkscs"), "big5", "嘅", id="Hong Kong's under the older name"),
        pytest.param("สวัสดี".encode("cp874"), "windows-874", "สวัสดี", id="Thai"),
        pytest.param("café".encode("mac-roman"), "x-mac-roman", "café", id="an older Mac"),
        pytest.param("café".encode("cp850"), "ibm-850", "café", id="a set by its number"),
        pytest.param("привет".encode("koi8-r"), "koi8-r", "привет", id="Russian"),
        pytest.param(b"plain", "idna", "plain", id="a codec that is no character set"),
        pytest.param(b"plain", "hex", "plain", id="a codec that is no text"),
        pytest.param(b"plain", "a" * 500, "plain", id="a name without end"),
    ],
)
def test_characters_are_read_in_the_set_they_are_in(raw, charset, text, tmp_path):
    declared = f"text/plain; charset={charset}" if charset else None
    record = read(tmp_path, mail("@@", Content_Type=declared).replace(b"@@", raw)).records[0]
    assert record.text == text


def test_every_character_of_the_japanese_standard_is_read_from_the_rows_of_windows():
    for pair in (bytes((row, cell)) for row in range(0x30, 0x75) for cell in range(0x21, 0x7F)):
        known = (b"\x1b$B" + pair).decode("iso2022_jp", "replace")
        if "\ufffd" not in known:
            assert decode(b"\x1b$B-!" + pair + b"\x1b(B", "iso-2022-jp") == "①" + known


@pytest.mark.parametrize(
    ("page", "text"),
    [
        pytest.param(
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Привет', "Привет", id="older"
        ),
        pytest.param("<meta charset='koi8-r'>Привет", "Привет", id="newer"),
        pytest.param("<meta charset=utf-8>Grüße", "Grüße", id="UTF-8"),
        pytest.param("<meta name=viewport>Hello", "Hello", id="one that tells no set"),
    ],
)
def test_a_page_that_comes_without_a_character_set_tells_its_own(page, text, tmp_path):
    charset = next((each for each in ("windows-1251", "koi8-r") if each in page), "utf-8")
    letter = mail("@@", Content_Type="text/html").replace(b"@@", page.encode(charset))
    assert read(tmp_path, letter).records[0].text == text


def test_a_page_whose_text_was_translated_without_its_word_on_the_set_is_read(tmp_path):
    letter = mail("<meta charset=windows-1251>Привет", Content_Type="text/html")
    assert read(tmp_path, letter).records[0].text == "Привет"


@pytest.mark.parametrize(
    ("kind", "body", "text", "quoted"),
    [
        pytest.param("format=flowed", "It broke \nagain.\n\nAnn \n", "It broke again.\n\nAnn", "", id="broken lines"),
        pytest.param("format=flowed; delsp=yes", "壊れ \nました。\n", "壊れました。", "", id="within words"),
        pytest.param(
            "format=flowed", "No.\n> Is it \n> on?\n>> Hm \n> So?\n", "No.", "> Is it on?\n> > Hm\n> So?", id="quotes"
        ),
        pytest.param("format=flowed", "It broke\n From the start.\n", "It broke\nFrom the start.", "", id="a space before"),
        pytest.param("format=fixed", "It broke \nagain.\n", "It broke \nagain.", "", id="lines of one's own"),
    ],
)
def test_lines_broken_for_the_way_only_are_joined(kind, body, text, quoted, tmp_path):
    record = one(tmp_path, body, Content_Type=f"text/plain; charset=utf-8; {kind}")
    assert (record.text, (record.quoted_text or "").replace(" \n", "\n")) == (text, quoted)


def test_the_dashes_of_a_signature_do_not_flow_into_it(tmp_path):
    record = one(tmp_path, "It broke.\n-- \nAnn Field\n", Content_Type="text/plain; format=flowed")
    assert (record.text, record.signature) == ("It broke.", "Ann Field")


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "utf-7"])
def test_a_character_set_of_wide_characters_is_read(charset, tmp_path):
    text = b64encode("Grüße".encode(charset)).decode()
    kind = {"Content_Type": f"text/plain; charset={charset}", "Content_Transfer_Encoding": "base64"}
    assert one(tmp_path, text, **kind).text == "Grüße"


def test_little_is_kept_beside_and_it_names_who_received_it(tmp_path):
    record = one(
        tmp_path, Delivered_To="support+7@shop.example", Authentication_Results="mx; dmarc=pass", Auto_Submitted="no"
    )
    assert record.source_metadata == {"delivered_to": "support+7@shop.example", "authentication": "pass"}
