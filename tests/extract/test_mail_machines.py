"""Whose a mail is that a server, a gateway or a reporter had its hand in: nobody's, or still the person's."""

import pytest

from tests.extract.exports import party
from tests.extract.mailboxes import mail, one, read

HOP = "from {} by mx.shop.example; Fri, 20 Nov 2026 09:00:00 +0000"


def on_the_way(*headers: str) -> bytes:
    """A mail of Ann's under the headers that servers wrote on top of it, the last one first."""
    return "\n".join([*headers, ""]).encode() + mail()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        pytest.param(
            [f"Received: {HOP.format('a.example')}", "Precedence: bulk", f"Received: {HOP.format('b.example')}"], None,
            id="who forwards all of a mailbox's mail writes it, not the sender",
        ),
        pytest.param(
            [f"Received: {HOP.format('a.example')}", f"Received: {HOP.format('b.example')}", "Precedence: bulk"],
            "newsletter", id="the sender writes it",
        ),
        pytest.param(
            [f"Received: {HOP.format('a.example')}", "Precedence: bulk", "Mailing-List: contact help@list.example",
             f"Received: {HOP.format('b.example')}"], "newsletter", id="an older list does",
        ),
    ],
)  # fmt: skip
def test_bulk_is_what_its_sender_calls_so(headers, reason, tmp_path):
    (record,) = read(tmp_path, on_the_way(*headers)).records
    assert record.reason == reason
    assert bool(record.party) == (reason is None)


@pytest.mark.parametrize("path", ["<>", "<MAILER-DAEMON>", "<MAILER-DAEMON@mx.shop.example>", "MAILER-DAEMON (Mail)"])
def test_what_goes_back_to_nobody_is_a_bounce_however_the_server_writes_nobody(path, tmp_path):
    record = one(tmp_path, From="gateway@relay.example", Subject="Your letter", Return_Path=path)
    assert (record.reason, record.party) == ("bounce", [])


@pytest.mark.parametrize(
    ("subject", "headers", "reason"),
    [
        pytest.param("AUTO: Field, Ann is out of the office. (returning 05/01/2026)", {"X_MIMETrack": "x"}, "auto_reply",
                     id="Notes answers"),
        pytest.param("AUTO: Ann Feld ist außer Haus (Rückkehr am 05.01.2026)", {"X_MIMETrack": "x"}, "auto_reply",
                     id="in German"),
        pytest.param("AUTO: Field, Ann is out of the office. (returning 05/01/2026)", {}, None, id="through no Notes"),
        pytest.param("Auto: your offer (05/01/2026)", {"X_MIMETrack": "x"}, None, id="a person's subject"),
        pytest.param("AUTO: your offer", {"X_MIMETrack": "x"}, None, id="until no day"),
        pytest.param("Re: AUTO: Ann is out (returning 05/01/2026)", {"X_MIMETrack": "x"}, None, id="a person answers"),
    ],
)  # fmt: skip
def test_what_notes_answers_in_somebodys_absence_bears_no_mark_but_its_subject(subject, headers, reason, tmp_path):
    assert one(tmp_path, "I am away.", Subject=subject, **headers).reason == reason


def parts(*bodies: str) -> str:
    return "\n".join([*(f"--b\n{body}" for body in bodies), "--b--"])


RETURNED = "Content-Type: message/rfc822{}\n\nFrom: support@shop.example\nSubject: Your order\n\nIt is on its way."


@pytest.mark.parametrize(
    ("subject", "disposition", "reason"),
    [
        pytest.param("Mail delivery failed: back to you", "", "bounce", id="a server encloses what it could not deliver"),
        pytest.param("Your message could not be delivered", "", "bounce", id="in other words"),
        pytest.param("=?utf-8?b?44Oh44O844Or44Ko44Op44O86YCa55+l?=", "", "bounce", id="in Japanese"),
        pytest.param("Delivery failed", "\nContent-Disposition: attachment; filename=x.eml", None, id="a person attaches"),
        pytest.param("Fwd: Mail delivery failed: back to you", "", None, id="a person passes it on"),
        pytest.param("As you wrote", "", None, id="of something else"),
    ],
)
def test_a_mail_that_brings_ours_back_is_a_bounce_whoever_signs_it(subject, disposition, reason, tmp_path):
    body = parts("Content-Type: text/plain\n\nSee below.", RETURNED.format(disposition))
    record = one(tmp_path, body, From="ndr@relay.example", Subject=subject, Content_Type="multipart/mixed; boundary=b")
    assert record.reason == reason


REPORT = 'application/gzip; name="{}"\nContent-Transfer-Encoding: base64\n\nH4sIAAAA'


@pytest.mark.parametrize(
    ("name", "headers", "reason"),
    [
        pytest.param("relay.example!shop.example!1700000000!1700086399.xml.gz", {}, "bot", id="of a day"),
        pytest.param("relay.example!shop.example!1700000000!1700086399!7f3a.zip", {}, "bot", id="with a number of its own"),
        pytest.param("relay.example!shop.example!1700000000!1700086399.xml.gz", {"References": "<a@b.example>"}, None,
                     id="passed on by a person"),
        pytest.param("shop!order!1.zip", {}, None, id="another name"),
    ],
)  # fmt: skip
def test_a_dmarc_report_is_known_by_the_name_of_its_file(name, headers, reason, tmp_path):
    body = parts("Content-Type: text/plain\n\nSee the file.", "Content-Type: " + REPORT.format(name))
    sent = one(tmp_path, body, From="reports@relay.example", Content_Type="multipart/mixed; boundary=b", **headers)
    assert sent.reason == reason


def test_a_dmarc_report_may_be_all_of_a_mail(tmp_path):
    kind = REPORT.format("relay.example!shop.example!1700000000!1700086399.xml.gz").partition("\n")[0]
    assert one(tmp_path, "H4sIAAAA", From="reports@relay.example", Content_Type=kind).reason == "bot"


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        pytest.param("koi8-r", "Анна Поле", id="Russian"),
        pytest.param("windows-1251", "Анна Поле", id="Russian on Windows"),
        pytest.param("iso-8859-2", "Żaneta Łąka", id="Polish"),
        pytest.param("gb2312", "田安", id="Chinese"),
        pytest.param("utf-8", "Анна Поле", id="in UTF-8"),
    ],
)
def test_headers_that_nobody_encoded_are_in_the_texts_character_set(charset, name, tmp_path):
    written = mail(name, From=f"{name} <ann@field.example>", Subject=name, Content_Type=f"text/plain; charset={charset}")
    (record,) = read(tmp_path, written.decode().encode(charset)).records
    assert (record.subject, record.text) == (name, name)
    assert party(record) == {("email", "", "ann@field.example"), ("name", "", name)}


def test_headers_in_utf_8_above_a_text_in_another_set_stay_what_they_are(tmp_path):
    body = parts("Content-Type: text/plain; charset=windows-1251\n\nHello")
    record = one(tmp_path, body, Subject="Поле", Content_Type="multipart/mixed; boundary=b")
    assert record.subject == "Поле"
