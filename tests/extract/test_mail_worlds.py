"""Random conversations written as mail and read back: every format, encoding, character set and clock."""

import quopri
from base64 import encodebytes
from collections import defaultdict
from datetime import UTC, timedelta, timezone
from email.header import Header
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract.values.text import clean, split_reply
from tests.extract.exports import extracted
from tests.extract.mailboxes import OURS, SOURCE, boxed, zipped
from tests.extract.random_world import LONDON, WORDS, worlds
from tests.extract.test_eml import EML, apples
from tests.extract.test_maildir import MAILDIR
from tests.thorough import TIMES

# What a mail's text carries as it is: no line that begins a quote, a signature or a block of armour.
SPOKEN = WORDS.filter(lambda text: clean(text) == text and split_reply(text).text == text)
CHARSETS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252", "iso-8859-15", "koi8-r", "gb2312", "iso-2022-jp", "utf-16")
CLOCKS = (UTC, LONDON, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=45)), None)
DIALECT = st.tuples(
    st.sampled_from(["7bit", "8bit", "quoted-printable", "base64"]), st.sampled_from(CHARSETS), st.sampled_from(CLOCKS),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


def in_charset(text, charset, encoding):
    """The first character set that holds the text, of the one asked for and UTF-8, and the text in it."""
    if charset == "utf-16" and encoding != "base64":
        charset = "utf-8"  # whose zero bytes and line ends stand in no line
    try:
        raw = text.encode(charset)
        return (charset, raw) if raw.decode(charset) == text else ("utf-8", text.encode())
    except UnicodeError:
        return "utf-8", text.encode()


def letter(number, said, root, dialect):
    encoding, charset, clock, crlf, has_parts, is_known_by_name = dialect
    charset, raw = in_charset(said.text, charset, encoding)
    name = str(Header(f"Pérson {said.person}", "utf-8")) if is_known_by_name else f"P{said.person}"
    person, us = f"{name} <person{said.person}@field.example>", f"Shop <{OURS}>"
    sender, to = (us, person) if said.is_ours else (person, us)
    date = format_datetime(said.at.astimezone(clock)) if clock else said.at.strftime("%a, %d %b %Y %H:%M:%S -0000")
    body = {"quoted-printable": quopri.encodestring, "base64": encodebytes}.get(encoding, lambda raw: raw)(raw)
    part = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + body + b"\n"
    if has_parts:
        part = b'Content-Type: multipart/mixed; boundary="=_b"\n\nMIME\n--=_b\n' + part + b"\n--=_b--\n"
    head = f"From: {sender}\nTo: {to}\nDate: {date}\nMessage-ID: <{number}@x.example>\nMIME-Version: 1.0\n"
    head += f"References: <{root}@x.example>\n" if root != number else ""
    whole = head.encode() + part
    return whole.replace(b"\n", b"\r\n") if crlf and b"\r" not in raw else whole


def in_mbox(mails):
    return SOURCE, {"all.mbox": boxed(*mails)}


def in_maildir(mails):
    names = [f"{'cur' if number % 2 else 'new'}/{number:09}.M1.mx" for number in range(len(mails))]
    sized = [f"{name},S={len(content)}:2,S" for name, content in zip(names, mails, strict=True)]
    return MAILDIR, dict(zip(sized, mails, strict=True))


def in_files(mails):
    return EML, {f"{number}.eml": content for number, content in enumerate(mails)}


def in_apples_files(mails):
    return EML, {f"{number}.emlx": apples(content) for number, content in enumerate(mails)}


def in_a_zip(mails):
    return EML, {"all.zip": zipped(in_files(mails)[1])}


@pytest.mark.parametrize("written", [in_mbox, in_maildir, in_files, in_apples_files, in_a_zip])
@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(SPOKEN), data=st.data())
def test_a_random_world_comes_back(tmp_path_factory, written, world, data):
    roots = {}
    for number, said in enumerate(world):
        roots.setdefault(said.thread, number)
    mails = [letter(number, said, roots[said.thread], data.draw(DIALECT)) for number, said in enumerate(world)]
    source, files = written(mails)
    outcome = extracted(tmp_path_factory.mktemp("world"), files, source)
    assert outcome.quarantined == []
    read = {record.source_ref: record for record in outcome.records}
    assert len(outcome.records) == len(read) == len(world)
    threads = defaultdict(set)
    for number, said in enumerate(world):
        record = read[f"{number}@x.example"]
        assert record.text == said.text
        assert record.direction == ("outbound" if said.is_ours else "inbound")
        assert record.occurred_at == said.at
        assert {each.value for each in record.party if each.kind == "email" and each.evidence == "channel"} == {
            f"person{said.person}@field.example"
        }
        threads[record.conversation_ref].add(said.thread)
    assert all(len(thread) == 1 for thread in threads.values())
    assert len(threads) == len(roots)
