"""Parts within parts, held against the reader of the ``email`` package."""

import email
import email.policy
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.parts.mail.mime import Part, parse_mail
from pipelines.extract.values.issues import UnreadableError
from tests.extract.test_mail_samples import EXPECTED
from tests.thorough import TIMES

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60)


@st.composite
def letters(draw) -> EmailMessage:
    """A mail as the standard library writes it: text, perhaps HTML beside, files, a mail within."""
    letter = EmailMessage(policy=email.policy.SMTP if draw(st.booleans()) else email.policy.default)
    letter["Subject"] = draw(WORDS)
    letter["From"] = "ann@field.example"
    charset = draw(st.sampled_from(["utf-8", "utf-16", "utf-8"]))
    letter.set_content(draw(WORDS), charset=charset, cte=draw(st.sampled_from(["base64", "quoted-printable"])))
    if draw(st.booleans()):
        letter.add_alternative(f"<p>{draw(WORDS)}</p>", subtype="html")
    for number in range(draw(st.integers(0, 3))):
        letter.add_attachment(
            draw(st.binary(max_size=80)), maintype="application", subtype="x-any", filename=f"file {number}"
        )
    return letter


def leaves(part: Part) -> list[tuple[str, bytes]]:
    return [leaf for inner in part.parts for leaf in leaves(inner)] or [(part.kind, part.content())]


def leaves_of(message: Message) -> list[tuple[str, bytes]]:
    """The same, by the email package; what lies within message/rfc822 is left whole by us."""
    return [
        (part.get_content_type(), part.get_payload(decode=True) or b"") for part in message.walk() if not part.is_multipart()
    ]


@given(letters())
@settings(max_examples=100 * TIMES)
def test_a_written_mail_falls_into_the_parts_it_was_made_of(letter):
    ours = leaves(parse_mail(letter.as_bytes()))
    theirs = leaves_of(email.message_from_bytes(letter.as_bytes()))
    assert [kind for kind, _ in ours] == [kind for kind, _ in theirs]
    assert [content.rstrip() for _, content in ours] == [content.rstrip() for _, content in theirs]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_samples_fall_into_the_same_parts(name, samples):
    raw = (samples / "email" / name).read_bytes()
    message = email.message_from_bytes(raw)
    if any(part.get_content_maintype() == "message" for part in message.walk()) or any(
        part.defects for part in message.walk()
    ):
        pytest.skip("mails within mails and malformed ones are read differently on purpose")
    ours = [(kind, content.replace(b"\r\n", b"\n").strip()) for kind, content in leaves(parse_mail(raw))]
    assert ours == [(kind, content.replace(b"\r\n", b"\n").strip()) for kind, content in leaves_of(message)]


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n", b"Subject: x\n"])
)
def test_no_bytes_raise_anything_but_unreadable(noise, before):
    part = parse_mail(before + noise)
    assert leaves(part)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000)),
            id="five thousand levels",
        ),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000, id="a hundred thousand parts"
        ),
    ],
)
def test_too_many_parts_are_refused(raw):
    with pytest.raises(UnreadableError, match=r"more than .* parts"):
        parse_mail(raw)


def test_a_parts_headers_may_be_missing_or_odd():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nno header at all\n--b\nX-Odd: 1\n\nlast\n--b--\n"
    assert [part.body for part in parse_mail(raw).parts] == [b"first", b"no header at all", b"last"]


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        pytest.param("quoted-printable;", b"caf=C3=A9", "café", id="with a semicolon"),
        pytest.param('"quoted-printable"', b"caf=C3=A9", "café", id="in quotes"),
        pytest.param("x-uuencode", b"begin 644 a.txt\n+:&5L;&\\@=V]R;&0\n`\nend\n", "hello world", id="the older of Unix"),
        pytest.param("x-uuencode", b"no such block", "no such block", id="the older, without its block"),
        pytest.param("8bit", "café".encode(), "café", id="none"),
    ],
)
def test_a_body_is_decoded_as_it_says(encoding, body, content):
    mail = parse_mail(b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body)
    assert mail.content().decode() == content


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param(b"Subject: x\n\nbody", b"body", id="an ordinary mail"),
        pytest.param(b"Subject: x\r\n\r\nbody", b"body", id="with network line ends"),
        pytest.param(b">From ann Fri Nov 20\nSubject: x\n\nbody", b"body", id="below an older From line"),
        pytest.param(b"broken gateway\n by it\nSubject: x\n\nbody", b"body", id="below a gateway's remark"),
        pytest.param(b"Subject : x\n\nbody", b"body", id="with a space before the colon"),
        pytest.param(b"Subject: x\nbody", b"body", id="without the empty line"),
    ],
)
def test_headers_are_read_to_their_end(head, body):
    mail = parse_mail(head)
    assert mail.headers.text("subject") == "x"
    assert mail.body == body
