"""Letters made to overwhelm a parser, or to mean one thing to it and another to people."""

import base64

from tests.extract.hostile import GOOD, HIDDEN, MB, Hostile, between_mails, case
from tests.extract.mailboxes import SOURCE, boxed, mail
from tests.extract.test_eml import EML
from tests.extract.test_maildir import MAILDIR, NAME

MIXED = {"Content_Type": "multipart/mixed; boundary=b"}
HTML = {"Content_Type": "text/html"}


def parts(number):
    return "".join(f"--b\nContent-Type: text/plain\n\npart {each}\n" for each in range(number)) + "--b--"


def nested(depth):
    head = "".join(f"--b{each}\nContent-Type: multipart/mixed; boundary=b{each + 1}\n\n" for each in range(depth))
    return mail(head + f"--b{depth}\n\n{HIDDEN}", Content_Type="multipart/mixed; boundary=b0")


def forwarded(depth):
    return mail("Content-Type: message/rfc822\n\n" * depth + HIDDEN, Content_Type="message/rfc822")


def alone(name, source, file, make, told="", *, others=1):
    good, beside = mail("hello", Message_ID=f"<{GOOD[0]}>"), "cur/1.M1P1.mx:2,S" if source is MAILDIR else "good.eml"
    return case(name, Hostile(source, lambda: {beside: good, file: make()}, GOOD[:1], others, told))


CASES = [
    between_mails("20,000 recipients", lambda: mail(To=", ".join(f'"P {n}" <p{n}@x.example>' for n in range(20_000)))),
    between_mails(
        "20,000 recipients in 20,000 headers", lambda: b"".join(b"Cc: p%d@x.example\n" % n for n in range(20_000)) + mail()
    ),
    between_mails("100,000 headers", lambda: b"".join(b"X-%d: topsecret\n" % n for n in range(100_000)) + mail()),
    between_mails("100,000 times the same header", lambda: b"From: topsecret@x.example\n" * 100_000 + mail()),
    between_mails("a header of a million lines", lambda: mail(X_A="a\n " * 1_000_000)),
    between_mails("a subject of 10 MB", lambda: mail(Subject=HIDDEN + "x" * 10 * MB)),
    between_mails(
        "a subject of 10 MB in encoded words",
        lambda: mail(Subject="=?utf-8?b?" + base64.b64encode(b"x" * 10 * MB).decode() + "?="),
    ),
    between_mails("200,000 encoded words", lambda: mail(Subject="=?utf-8?q?=41?= " * 200_000)),
    between_mails("encoded words in encoded words", lambda: mail(Subject="=?utf-8?q?" * 100_000 + "?=" * 100_000)),
    between_mails("a name of 10 MB", lambda: mail(From=f'"{HIDDEN}{"x" * 10 * MB}" <ann@x.example>')),
    between_mails("an address of 10 MB", lambda: mail(From="a" * 10 * MB + "@x.example")),
    between_mails("comments nested 100,000 deep", lambda: mail(From="(" * 100_000 + ")" * 100_000 + " ann@x.example")),
    between_mails("groups in groups", lambda: mail(To="g:" * 100_000 + "ann@x.example" + ";" * 100_000)),
    between_mails("a header hidden in a name", lambda: mail(From="=?utf-8?q?Ann=0D=0ABcc:_eve@x.example?= <ann@x.example>")),
    between_mails("two senders", lambda: mail(From="Ann <ann@x.example>, Eve <eve@x.example>")),
    between_mails("an address in another's name", lambda: mail(From='"support@shop.example" <eve@x.example>')),
    between_mails("5,000 parts", lambda: mail(parts(5_000), **MIXED), others=1),
    between_mails("parts nested 1,000 deep", lambda: nested(1_000)),
    between_mails("letters nested 1,000 deep", lambda: forwarded(1_000)),
    between_mails("a boundary of nothing", lambda: mail("--\n\nx\n----", Content_Type='multipart/mixed; boundary=""')),
    between_mails("a boundary of 1 MB", lambda: mail("x", Content_Type="multipart/mixed; boundary=" + "b" * MB)),
    between_mails("a boundary that begins another", lambda: mail("--bb\n\nx\n--b\n\ny\n--b--", **MIXED)),
    between_mails(
        "a boundary that is a From line",
        lambda: mail("--From \n\nx\n--From --", Content_Type='multipart/mixed; boundary="From "'),
    ),
    between_mails("a From line in the text", lambda: mail("a\n\nFrom eve@x.example Fri Nov 20 10:00:00 2026\nb"), others=1),
    between_mails("HTML of 100,000 nested tags", lambda: mail("<div>" * 100_000 + HIDDEN, **HTML)),
    between_mails("HTML of 100,000 tables", lambda: mail("<table><tr><td>" * 100_000, **HTML)),
    between_mails("HTML of a million entities", lambda: mail("&#x110000;&lt;" * 1_000_000, **HTML)),
    between_mails("HTML of an attribute of 10 MB", lambda: mail(f'<a href="{"x" * 10 * MB}">x</a>', **HTML)),
    between_mails("HTML that does not end", lambda: mail("<!--" * 500_000, **HTML)),
    between_mails(
        "base64 of 20 MB", lambda: mail(base64.encodebytes(b"x" * 15 * MB).decode(), Content_Transfer_Encoding="base64")
    ),
    between_mails("base64 that is none", lambda: mail("!" * 10 * MB, Content_Transfer_Encoding="base64")),
    between_mails(
        "a file of 20 MB in base64",
        lambda: mail(
            "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n"
            "Content-Disposition: attachment; filename=../../a.png\n\n"
            + base64.encodebytes(b"x" * 15 * MB).decode()
            + "\n--b--",
            **MIXED,
        ),
    ),
    between_mails(
        "uuencode that does not end",
        lambda: mail("begin 644 a\n" + "M" * 60 + "\n" * 100_000, Content_Transfer_Encoding="x-uuencode"),
    ),
    between_mails("an unknown character set", lambda: mail("x", Content_Type="text/plain; charset=../../etc")),
    between_mails(
        "a character set that is a codec of bytes", lambda: mail("x" * 100, Content_Type="text/plain; charset=zip")
    ),
    between_mails("UTF-7", lambda: mail("+ADw-script+AD4-", Content_Type="text/plain; charset=utf-7")),
    between_mails("punycode of 1 MB", lambda: mail("a-" + "9" * MB, Content_Type="text/plain; charset=punycode")),
    between_mails("an address in punycode of 1 MB", lambda: mail(From="a@xn--" + "9" * MB + ".example")),
    between_mails("a quoted reply of 100,000 levels", lambda: mail("\n".join(">" * n + " x" for n in range(4_000)))),
    between_mails("a million lines of reply", lambda: mail("> x\n" * 1_000_000)),
    between_mails("a million numbers in the text", lambda: mail("07700 900123 " * 300_000)),
    between_mails("a million addresses in the text", lambda: mail("a@b.example " * 300_000)),
    between_mails("a text of at signs", lambda: mail("@" * 3_000_000)),
    between_mails("control characters", lambda: mail("\x1b[2J\x1b]0;topsecret\x07", Subject="\x1b[31mred")),
    case(
        "ten thousand From lines",
        Hostile(
            SOURCE,
            lambda: {
                "a.mbox": boxed(mail("x", Message_ID="<good1>")) + b"From a@b.example Fri Nov 20 10:00:00 2026\n\n" * 10_000
            },
            GOOD[:1],
            None,
        ),
    ),
    alone("a letter of NUL", EML, "b.eml", lambda: bytes(5 * MB)),
    alone("a letter that is one line of 50 MB", EML, "b.eml", lambda: b"x" * 50 * MB),
    alone("a letter whose length is a lie", EML, "b.emlx", lambda: b"999999999999\n" + mail("x")),
    alone("a letter whose length is no number", EML, "b.emlx", lambda: b"9" * 5_000 + b"\n" + mail("x")),
    alone("a letter without a header", MAILDIR, f"cur/{NAME}:2,S", lambda: b"\n" * MB),
]
