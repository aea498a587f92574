"""Texts, times, markup and file names by somebody who means harm."""

from xml.sax.saxutils import quoteattr

from tests.extract.hostile import AFTER, BEFORE, GOOD, HIDDEN, MB, Hostile, between_lines, case
from tests.extract.hostile_json import call
from tests.extract.test_landing import CALLS
from tests.extract.test_sms_backup import HEAD, sms, texts
from tests.extract.test_sms_backup import SOURCE as PHONE
from tests.extract.test_whatsapp import NAME
from tests.extract.test_whatsapp import SOURCE as WHATSAPP

LAUGHS = "<!DOCTYPE lolz [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(12)) + "]>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/hostname'><!ENTITY % y SYSTEM 'http://127.0.0.1:9/x'>%y;]>"
COMBINING = "a" + "\u0301" * 1_000_000
RECORD = texts(sms()).partition("<sms ")[2].partition("/>")[0]


def said(name, text, told="", *, others=1):
    """A case of one text between two good records."""
    return between_lines(name, lambda: call(note=text() if callable(text) else text), told, others=others)


def timed(name, at, told=""):
    return between_lines(name, lambda: call(at=at), told)


def backed_up(name, make, told="", *, others=None):
    """A case of XML between two good messages."""
    one, two = (texts(sms(body="good", date=str(1_795_165_200_000 + n))) for n in range(2))
    head, tail = one.partition("</smses>")[0], two.partition("<sms ")
    return case(
        name,
        Hostile(
            PHONE,
            lambda: {"sms.xml": (head + make() + tail[1] + tail[2]).encode("utf-8", "surrogatepass")},
            (),
            others,
            told,
        ),
    )


def xml(name, make, told="", *, others=None):
    return case(name, Hostile(PHONE, lambda: {"sms.xml": make().encode()}, (), others, told))


def element(**more):
    return "<sms " + " ".join(f"{key}={quoteattr(value)}" for key, value in sms(**more).items()) + " />\n"


def chat(name, line, told="", *, others=None):
    """A case of a line between others of a chat."""
    lines = [f"20/11/2026, 10:0{n} - Ann Archer: hello {n}\n".encode() for n in range(4)]
    return case(
        name, Hostile(WHATSAPP, lambda: {NAME: b"".join(lines[:2]) + line() + b"\n" + b"".join(lines[2:])}, (), others, told)
    )


def named(name, file, told="", *, good=GOOD, others=0):
    """A case of a file's name, which is where a customer's may stand."""
    return case(name, Hostile(CALLS, lambda: {file: BEFORE + AFTER}, good, others, told))


CASES = [
    said("bidirectional controls", "\u202e\u2066topsecret\u2069 moc.elpmaxe@nna"),
    said("a text of a million combining marks", COMBINING),
    said("zalgo", "Z\u0351\u036b\u0343a\u0328\u0489l\u0488g\u0322o\u0337" * 1_000),
    said("a million zero widths", "\u200b\u200d\ufeff\u2060" * 250_000),
    said("private use and noncharacters", "\ue000\uf8ff\ufdd0\ufffe\uffff\U0010ffff\U000f0000"),
    said("a terminal's commands", "\x1b[2J\x1b]52;c;dG9w\x07\x9b31m"),
    said("a million line ends", "\r\n\x0b\x0c\x1c\x85\u2028\u2029" * 100_000),
    said("a million spaces and a word", " " * 1_000_000 + "x"),
    said("a formula", '=HYPERLINK("http://x.example")'),
    said("a million digits in a text", "1" * 1_000_000),
    said("numbers without end", "+44 7700 900123 " * 60_000),
    said("addresses without end", "a.b@c.example, " * 60_000),
    said("an address of a million dots", "a@" + "b." * 500_000 + "example"),
    said("a million at signs", "@a " * 300_000),
    said("order numbers without end", "GT-123456 " * 100_000),
    said("digits of other scripts", "\u0660\u0661\u0662" * 100_000),
    said("letters that look like others", "\u0430nn@\u0435xample.com p\u0430yp\u0430l"),
    said("a letter whose capital is longer", "\ufb03\u0130\u00df\u1e9e" * 100_000),
    said("tags of an unseen language", "".join(chr(0xE0000 + ord(c)) for c in HIDDEN) * 1_000),
    between_lines("a number of a phone of 1 MB", lambda: call(number="+" + "9" * MB)),
    between_lines("a direction of 1 MB", lambda: call(direction=HIDDEN * 100_000), "direction"),
    between_lines("an id of 10 MB", lambda: call(id="x" * 10 * MB)),
    between_lines("an id of a terminal's commands", lambda: call(id="\x1b[2Jtopsecret")),
    timed("the year 0", "0000-01-01T00:00:00Z"),
    timed("the year 1", "0001-01-01T00:00:00+14:00"),
    timed("the year 9999", "9999-12-31T23:59:59-14:00"),
    timed("the year 10000", "10000-01-01T00:00:00Z"),
    timed("a time of 10^18", 10**18),
    timed("a time of 10^30", 10**30),
    timed("a time of 1e308", 1e308),
    timed("a time of -1", -1),
    timed("a time of 1 MB", "2" * MB),
    timed("a zone of a hundred hours", "2026-11-20T09:00:00+99:59"),
    timed("a 30th of February", "2026-02-30T09:00:00Z"),
    timed("a leap second", "2026-06-30T23:59:60Z"),
    timed("a time of other digits", "\u0662\u0660\u0662\u0666-11-20T09:00:00Z"),
    timed("a time of tomorrow's tomorrow", "2026-11-25T09:00:00Z", "clock"),
    backed_up("a message in XML with a name of 10 MB", lambda: element(contact_name="x" * 10 * MB)),
    backed_up("a message in XML with a text of 10 MB", lambda: element(body=HIDDEN + "x" * 10 * MB)),
    backed_up(
        "a message in XML with a hundred thousand attributes",
        lambda: "<sms " + RECORD + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>\n",
    ),
    backed_up("elements in elements, a hundred thousand deep", lambda: "<sms>" * 100_000 + "</sms>" * 100_000),
    backed_up("an element that does not end", lambda: "<sms " + "x" * 10 * MB),
    backed_up("a comment that does not end", lambda: "<!--" + "-" * 10 * MB),
    backed_up("a million numbers of letters", lambda: element(body="X").replace("X", "&#128512;" * 500_000)),
    backed_up("letters that XML does not have", lambda: element(body="X").replace("X", "&#0;&#55357;&#x110000;&#xFFFE;")),
    backed_up("an entity nobody declared", lambda: element(body="X").replace("X", "&lol;")),
    backed_up("a CDATA in the middle", lambda: "<![CDATA[" + element() * 100 + "]]>"),
    backed_up(
        "a message of times", lambda: "".join(element(date=at) for at in ("-1", "0", "9" * 400, "1e18", "", "\u0661"))
    ),
    xml("a billion laughs", lambda: LAUGHS + texts(sms(body="X")).replace(HEAD, "").replace("X", "&a12;")),
    xml("a file outside", lambda: OUTSIDE + texts(sms(body="X")).replace(HEAD, "").replace("X", "&x;")),
    xml(
        "a quadratic blow-up",
        lambda: f"<!DOCTYPE x [<!ENTITY a '{'x' * 100_000}'>]>" + f"<smses><sms body='{'&a;' * 10_000}'/></smses>",
    ),
    xml("XML in UTF-7", lambda: '<?xml version="1.0" encoding="utf-7"?>+ADw-smses+AD4-'),
    xml("XML of a million roots", lambda: "<smses/>" * 1_000_000),
    xml(
        "XML that includes",
        lambda: '<smses xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/hostname" parse="text"/></smses>',
    ),
    chat("a line of 50 MB in a chat", lambda: b"x" * 50 * MB),
    chat("a name of 10 MB in a chat", lambda: b"20/11/2026, 10:01 - " + b"N" * 10 * MB + b": hi"),
    chat("half a million lines of one message", lambda: b"x\n" * 500_000),
    chat("marks without end in a chat", lambda: "\u200e\u202f\ufeff".encode() * 500_000),
    chat("a date of other digits", lambda: "\u0662\u0660/\u0661\u0661/\u0662\u0660\u0662\u0666, 10:00 - Ann: hi".encode()),
    chat("a date that does not end", lambda: b"20/11/" + b"2" * MB + b", 10:00 - Ann: hi"),
    chat("a chat of NUL", lambda: b"20/11/2026, 10:01 - A\0nn: h\0i" + bytes(MB)),
    chat("a chat that is no text", lambda: b"20/11/2026, 10:01 - \xff\xfe: \xc0\xaf"),
    named("a file named in two lines", "a\nb.jsonl"),
    named("a file named by a terminal's commands", "\x1b[2J\x1b]0;x\x07.jsonl"),
    named("a file whose name reads backwards", "a\u202elnosj.jsonl"),
    named("a file whose name is no UTF-8", b"\xff\xfe\x80.jsonl"),
    named("a file whose name has 255 bytes", "x" * 249 + ".jsonl"),
    named("a file in forty folders", "/".join(["folder"] * 40) + "/a.jsonl"),
    named("a file named as a pattern", "[a-z]*?{b}.jsonl"),
    named("a file named as an option", "--help.jsonl"),
    named("a file named as an address", "s3:/x.example/a.jsonl"),
    named("a file named as a zip's entry", "a.zip/1.jsonl"),
]
