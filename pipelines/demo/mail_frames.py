"""What mails are made of: dates, encoded names, bodies in several charsets and encodings, and their place in an mbox."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pipelines.demo.contacts import DAY
from pipelines.demo.world import CLOCK, World

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PICTURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"  # one transparent pixel
CHARSETS = {
    "polish": "iso-8859-2",
    "turkish": "iso-8859-9",
    "english": "windows-1252",
    "vietnamese": "utf-8",
}  # else iso-8859-1


@dataclass(frozen=True)
class Calendar:
    """Days written out once: for mail headers ("Mon, 2 Mar 2026") and for From_ lines ("Mon Mar  2")."""

    header: list[str]
    from_line: list[tuple[str, int]]

    @classmethod
    def of(cls, world: World) -> "Calendar":
        """Write out the days of the world, one before and one after included (other zones)."""
        days = [datetime.fromtimestamp(world.epoch + number * DAY, UTC) for number in range(-1, world.nights + 2)]
        return cls(
            [f"{WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}" for day in days],
            [(f"{WEEKDAYS[day.weekday()]} {MONTHS[day.month - 1]} {day.day:2d}", day.year) for day in days],
        )

    def date(self, at: int, minutes: int) -> str:
        """Return a Date header's value for ``at`` in a zone ``minutes`` east of UTC."""
        day, second = divmod(at + minutes * 60, DAY)
        return f"{self.header[day + 1]} {CLOCK[second]} +{minutes // 60:02d}{minutes % 60:02d}"

    def postmark(self, at: int) -> str:
        """Return the time of a From_ line, UTC."""
        day, second = divmod(at, DAY)
        words, year = self.from_line[day + 1]
        return f"{words} {CLOCK[second]} {year}"


def enclose(sender: str, postmark: str, raw: bytes) -> bytes:
    """Put a message between its From_ line and the empty line after it, lines like "From " quoted (mboxrd)."""
    if b"From " in raw:
        lines = raw.split(b"\n")
        raw = b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)
    return f"From {sender} {postmark}\n".encode() + raw + b"\n\n"


@lru_cache(100_000)
def mailbox(name: str, address: str) -> str:
    """Return a From or To value: "Name" <address>, the name as an encoded word where it is not ASCII."""
    if not name:
        return address
    if name.isascii():
        return f'"{name}" <{address}>'
    return f"{encoded_word(name)} <{address}>"


def encoded_word(text: str) -> str:
    """Return text as RFC 2047 encoded words, cut between letters so that none grows over 75 characters."""
    words = [base64.b64encode(text[start : start + 14].encode()).decode() for start in range(0, len(text), 14)]
    return "\n ".join(f"=?utf-8?B?{word}?=" for word in words)


def form(headers: str, text: str, style: int, culture: str, boundary: str) -> bytes:
    """Return headers and body; ``style`` (0 to 999) chooses the charset, the encoding, and whether there is HTML.

    Args:
        headers: those before the content's own, with their line ends.
        text: the body; its quotation and signature in it.
        culture: the writer's, for the charset.
        boundary: parts the multipart, and stands nowhere else.
    """
    if style < 640:
        return f"{headers}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}".encode()
    if style < 760:
        charset, content = _encoded(text, CHARSETS.get(culture, "iso-8859-1"))
        quoted = binascii.b2a_qp(content, istext=True)
        kind = f'Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: quoted-printable\n\n'
        return f"{headers}{kind}".encode() + quoted
    if style < 800:
        packed = base64.encodebytes(text.encode()).rstrip(b"\n")
        return f"{headers}Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n".encode() + packed
    if style < 815:
        return (
            f'{headers}Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
            f"--{boundary}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
            f'--{boundary}\nContent-Type: image/gif; name="picture.gif"\nContent-Transfer-Encoding: base64\n'
            f'Content-Disposition: attachment; filename="picture.gif"\n\n{PICTURE}\n--{boundary}--'
        ).encode()
    if style < 900:
        return (
            f'{headers}Content-Type: multipart/alternative; boundary="{boundary}"\n\n'
            f"--{boundary}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
            f"--{boundary}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{html(text)}\n"
            f"--{boundary}--"
        ).encode()
    if style < 960:
        return f"{headers}Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{html(text)}".encode()
    charset, content = _encoded(text, CHARSETS.get(culture, "iso-8859-1"))
    return f"{headers}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode() + content


def html(text: str) -> str:
    """Return a body as mail programs write it: paragraphs, and the quotation in a blockquote."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words, mark, quotation = escaped.partition("\n\nOn ")
    paragraphs = words.replace("\n\n", "</p>\n<p>").replace("\n", "<br>\n")
    quote = quotation.replace("\n&gt; ", "<br>\n").replace("\n&gt;", "<br>\n")
    tail = (
        f'<div class="gmail_quote">On {quote.replace("wrote:", "wrote:<blockquote>", 1)}</blockquote></div>' if mark else ""
    )
    return f"<html><head><style>p {{margin: 0 0 1em}}</style></head><body><p>{paragraphs}</p>{tail}</body></html>"


def _encoded(text: str, charset: str) -> tuple[str, bytes]:
    try:
        return charset, text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8", text.encode()
