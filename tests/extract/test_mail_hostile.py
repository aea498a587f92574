"""Mail written by somebody who means harm: contained in time, and nothing of it in what is told."""

import contextlib
from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract import Interaction
from pipelines.extract.parts.mail.addresses import mailboxes
from pipelines.extract.parts.mail.authentication import authentication
from pipelines.extract.parts.mail.dates import instant
from pipelines.extract.parts.mail.headers import Headers, decoded, message_ids, parameters
from pipelines.extract.parts.mail.mail import Place, parse_message
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.records import row_of
from tests.extract.mailboxes import OURS, SOURCE, boxed, mail, read, read_file
from tests.growth import assert_work_grows_with_length

PLACE = Place("f", "message 1", date(2026, 11, 20), "Fri Nov 20 10:00:00 2026")


def crowd(number: int) -> str:
    return ", ".join(f'"Person {each}" <person{each}@field.example>' for each in range(number))


@pytest.mark.parametrize(
    ("length", "letter"),
    [
        pytest.param(20_000, lambda n: mail(To=crowd(n)), id="20,000 recipients"),
        pytest.param(20_000, lambda n: mail(From=crowd(n)), id="20,000 senders"),
        pytest.param(20_000, lambda n: mail(From=OURS, To=", ".join([OURS] * n)), id="20,000 times ourselves"),
        pytest.param(
            100_000, lambda n: mail(From="(" * n + "ann@field.example" + ")" * n), id="comments a hundred thousand deep"
        ),
        pytest.param(300_000, lambda n: mail(From="(" * n), id="comments that never close"),
        pytest.param(200_000, lambda n: mail(From='"' + '\\"' * n), id="a quote that never closes"),
        pytest.param(300_000, lambda n: mail(From="<" * n), id="brackets"),
        pytest.param(100_000, lambda n: mail(Subject="=?utf-8?q?" * n), id="encoded words that never end"),
        pytest.param(50_000, lambda n: mail(Subject="=?utf-8?b?QQ==?= " * n), id="fifty thousand encoded words"),
        pytest.param(50_000, lambda n: mail(References="<a@b.example> " * n), id="fifty thousand ancestors"),
        pytest.param(
            100_000, lambda n: mail(Content_Type="text/plain; " + 'a="b";' * n), id="a hundred thousand parameters"
        ),
        pytest.param(200_000, lambda n: mail(Content_Type="text/plain; " + ';"' * n), id="parameters of quotes"),
        pytest.param(100_000, lambda n: mail(Date="(" * n), id="a date of comments"),
        pytest.param(300, lambda n: mail(Date="1 " * n), id="a date of numbers"),
        pytest.param(
            100_000, lambda n: mail(Authentication_Results="mx; " + "spf=pass; " * n), id="a hundred thousand verdicts"
        ),
        pytest.param(
            100_000,
            lambda n: mail(Authentication_Results="mx; spf=pass smtp.mailfrom=" + '"a;' * n),
            id="quotes in a verdict",
        ),
        pytest.param(100_000, lambda n: mail(Received_SPF="pass " + "a=b " * n), id="a hundred thousand properties"),
        pytest.param(100_000, lambda n: mail(X_Forefront_Antispam_Report="SFV:NSPM;" * n), id="a report without end"),
        pytest.param(100_000, lambda n: mail(X_Gmail_Labels="Inbox," * n), id="a hundred thousand labels"),
        pytest.param(
            100_000, lambda n: mail(Message_ID=None, X_Gmail_Labels="a\n " * n, Status="R"), id="labels folded, and no id"
        ),
        pytest.param(1_000_000, lambda n: mail("-----BEGIN PGP MESSAGE-----\n" * (n // 28)), id="armour that never ends"),
        pytest.param(100_000, lambda n: b"X: y\n" * n + mail(), id="a hundred thousand headers"),
        pytest.param(50_000, lambda n: b"no header\n" * n + mail(), id="fifty thousand lines that are no header"),
        pytest.param(100_000, lambda n: mail("<div>" * n, Content_Type="text/html"), id="HTML a hundred thousand deep"),
        pytest.param(10_000_000, lambda n: mail("a" * n), id="ten megabytes on one line"),
        pytest.param(
            3_000_000, lambda n: mail("=" * n, Content_Transfer_Encoding="quoted-printable"), id="half-encoded bytes"
        ),
        pytest.param(3_000_000, lambda n: mail("=" * n, Content_Transfer_Encoding="base64"), id="padding only"),
        pytest.param(1_000, lambda n: mail("--b\n" * n, Content_Type="multipart/mixed; boundary=b"), id="empty parts"),
        pytest.param(
            3_000_000, lambda n: mail("-" * n, Content_Type='multipart/mixed; boundary="-"'), id="a boundary of dashes"
        ),
        pytest.param(
            1_000_000,
            lambda n: mail("--b\n\n" + "--" * n, Content_Type="multipart/mixed; boundary=b"),
            id="nearly boundaries",
        ),
        pytest.param(1_000_000, lambda n: mail(Message_ID="<" + "x" * n + ">"), id="an id of a megabyte"),
        pytest.param(
            1_000_000, lambda n: mail(Content_Type="text/plain; charset=" + "x" * n), id="a character set of a megabyte"
        ),
    ],
)
def test_a_hostile_mail_takes_no_longer_than_its_length(length, letter, tmp_path):
    outcomes = []
    assert_work_grows_with_length(letter, lambda content: outcomes.append(read(tmp_path, content)), length)
    assert {outcome.read for outcome in outcomes} == {1}


ANY_TEXT = st.text(st.characters(exclude_characters="\n\r"), max_size=80)


@given(
    sender=ANY_TEXT, to=ANY_TEXT, subject=ANY_TEXT, day=ANY_TEXT, kind=ANY_TEXT, ids=ANY_TEXT, body=st.text(max_size=200)
)  # fmt: skip
def test_whatever_is_written_the_lake_can_hold_it(sender, to, subject, day, kind, ids, body):
    headers = f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {day}\nContent-Type: {kind}\nReferences: {ids}\n\n{body}"
    record = parse_message(headers.encode("utf-8", "surrogatepass"), SOURCE, PLACE, Issues())
    orjson.dumps(row_of(record))  # raises on a lone surrogate
    words = [record.text, record.subject, record.quoted_text, record.signature, record.party_ref, record.conversation_ref]
    assert not [word for word in [*words, *(each.value for each in record.party)] if word and "\x00" in word]


LETTERS = (
    mail(
        "--b\n\nGr=C3=BC=C3=9Fe\n--b\nContent-Type: text/html\n\n<p>x</p>\n--b--", Content_Type="multipart/mixed; boundary=b"
    ),
    mail("SGVsbG8=", Content_Transfer_Encoding="base64", Content_Type="text/plain; charset*=utf-8'en'utf-8"),
    mail(From="=?utf-8?q?J=C3=B6rg?= (comment) <ann@field.example>", Auto_Submitted="no", References="<a@b.example> <c@d>"),
    mail("Unsubscribe", Delivered_To=OURS, Authentication_Results="mx; spf=pass; dmarc=none", List_Id="<support.shop>"),
)
PIECES = st.sampled_from(
    [b"\n\n", b"\r\n", b"=?utf-8?b?", b'"', b"(", b"<", b"--b", b"\x00", b"\xff", b"boundary=", b"*0*=", b"%", b":"]
)


@given(
    st.sampled_from(LETTERS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), PIECES | st.binary(max_size=4)), max_size=6),
)
def test_a_damaged_mail_is_read_as_far_as_it_goes_or_set_aside(letter, damages):
    for place, length, piece in damages:
        at = int(place * len(letter))
        letter = letter[:at] + piece + letter[at + length :]
    with contextlib.suppress(UnreadableError):
        orjson.dumps(row_of(parse_message(letter, SOURCE, PLACE, Issues())))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unreadable(noise):
    with contextlib.suppress(UnreadableError):
        assert isinstance(parse_message(noise, SOURCE, PLACE, Issues()), Interaction)


@given(ANY_TEXT)
def test_no_header_raises(value):
    raw = value.encode("utf-8", "surrogatepass").decode("ascii", "surrogateescape")
    list(mailboxes([raw]))
    decoded(raw)
    message_ids(raw)
    instant(raw)
    parameters(raw)


@given(ANY_TEXT, ANY_TEXT)
def test_a_verdict_is_one_of_three(value, older):
    headers = Headers([("Authentication-Results", value), ("Received-SPF", older)])
    assert authentication(headers, "field.example", Own.of(SOURCE)) in ("pass", "fail", "none")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("=?utf-8?q?Ann=0D=0ABcc:_eve@evil.example?=", id="a header hidden in a name"),
        pytest.param("=?utf-8?b?QW5uAAA=?=", id="NUL hidden in a name"),
        pytest.param("Ann \u202edleiF", id="a name that reads backwards"),
        pytest.param("=?utf-8?q?=ED=A0=80Ann?=", id="half a character"),
    ],
)
def test_what_is_hidden_in_a_name_does_not_come_out(name, tmp_path):
    (record,) = read(tmp_path, mail(From=f"{name} <ann@field.example>")).records
    assert record.party_ref == "ann@field.example"
    for each in record.party:
        assert not set(each.value) & set("\r\n\x00\u202e\ud800")


SECRETS = ("ann.secret", "Secretname", "020 7946 0999", "topsecret")
NEVER = "Sun Feb 31 25:61:00 2026"
PARTS = {"Content_Type": "multipart/mixed; boundary=b"}
SIGNED = {"From": "Secretname <ann.secret@x.example>", "Subject": "topsecret"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"topsecret Secretname\n", id="no mailbox"),
        pytest.param(boxed(mail("topsecret", Date=None, **SIGNED), postmark=NEVER), id="no time"),
        pytest.param(boxed(mail(Date="topsecret 020 7946 0999", **SIGNED), postmark=NEVER), id="an odd time"),
        pytest.param(boxed(mail("--b\n\ntopsecret", **PARTS, **SIGNED)), id="cut short"),
        pytest.param(boxed(mail("--b\n\ntopsecret\n" * 3000, **PARTS, **SIGNED)), id="too many parts"),
        pytest.param(boxed(mail("topsecret", **SIGNED))[:-6], id="cut within a line"),
    ],
)
def test_no_reason_holds_anything_of_the_mail(content, tmp_path):
    outcome = read_file(tmp_path, content)
    assert len(outcome.quarantined) == 1
    told = repr([(row.file, row.position, row.reason) for row in outcome.issues.quarantined]) + repr(outcome.warnings)
    assert not [secret for secret in SECRETS if secret in told]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=30))
def test_an_error_of_any_library_is_told_without_the_value(secret):
    issues = Issues()
    issues.quarantine(b"", file="f", at="message 1", reason=ValueError(f"invalid value {secret}"))
    issues.quarantine(b"", file="f", at="message 1", reason=KeyError(secret + "!"))
    assert secret not in repr([row.reason for row in issues.quarantined])
