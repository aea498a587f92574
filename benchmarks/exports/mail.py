"""Letters as a support mailbox holds them: plain, quoted-printable, with HTML beside, in two directions, with quotes."""

from itertools import count
from pathlib import Path

from benchmarks import baselines
from benchmarks.exports.case import MAIL, OWN_NUMBER, Case, Chunks, fill, source_of
from benchmarks.exports.talk import APART, PEOPLE

OURS = "support@shop.example"
_OWN = [OURS, OWN_NUMBER]
_BASELINE = "mailbox, policy.default"


def letters(part: int = 0) -> Chunks:
    """Yield the bytes of letters without end, as they lie in a mailbox but without the ``From `` line."""
    for number in count(part * APART):
        yield 1, _letter(number).encode()


def _letter(number: int) -> str:
    person = f"person{number % PEOPLE}@mail{number % 40}.example"
    theirs, ours = f"=?utf-8?q?J=C3=B6rg_P{number % PEOPLE}?= <{person}>", f"Shop support <{OURS}>"
    sender, to = (theirs, ours) if number % 3 else (ours, theirs)
    order = 100_000 + number % 900_000
    words = f"My order GT-{order} has not come. Please call 020 7946 {number % 10_000:04d}.\n" * (1 + number % 5)
    quoted = f"\nOn Fri, 20 Nov 2026 at 09:00, Somebody <{person}> wrote:\n" + "> We have sent your parcel today.\n" * 6
    text = f"Hello,\n\n{words}\nKind regards\n-- \nJ. P.\n{quoted}"
    head = (
        f"Return-Path: <{person}>\nDelivered-To: {OURS}\n"
        + "Received: from mx.example by mail.shop.example with ESMTPS id abc123; Fri, 20 Nov 2026 10:00:00 +0000\n" * 3
        + f"Authentication-Results: mail.shop.example; dmarc=pass header.from=mail.example\nFrom: {sender}\nTo: {to}\n"
        f"Subject: Re: order GT-{order}\nDate: Fri, 20 Nov 2026 10:00:{number % 60:02d} +0000\n"
        f"Message-ID: <{number}@mail.example>\nReferences: <{number - number % 4}@mail.example>\nMIME-Version: 1.0\n"
    )
    if number % 3 == 1:
        return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    if number % 3 == 2:
        encoded = text.replace("=", "=3D")
        return f"{head}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{encoded}\n"
    html = "<p>" + text.replace("\n", "<br>\n") + "</p>"
    return (
        f"{head}Content-Type: multipart/alternative; boundary=b{number}\n\n"
        f"--b{number}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--b{number}\nContent-Type: text/html; charset=utf-8\n\n{html}\n--b{number}--\n\n"
    )


def write_mbox(folder: Path, size: int, part: int) -> int:
    """Write one mailbox."""
    line = b"From sender@mail.example Fri Nov 20 10:00:00 2026\n"
    return fill(folder / f"support-{part}.mbox", size, ((each, line + letter) for each, letter in letters(part)))


def write_maildir(folder: Path, size: int, part: int) -> int:
    """Write a Maildir, a file a letter."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return _write_each(folder / "cur", "1795168800.M{number}P2.mx1:2,S", size, part)


def write_eml(folder: Path, size: int, part: int) -> int:
    """Write a folder of letters, as a mail program saves them."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write_each(folder, "letter {number}.eml", size, part)


def _write_each(folder: Path, name: str, size: int, part: int) -> int:
    written = 0
    for number, (_, letter) in enumerate(letters(part), start=1):
        (folder / name.format(number=part * APART + number)).write_bytes(letter)
        written += len(letter)
        if written >= size:
            return number
    return 0


CASES = [
    Case("mbox", source_of("mbox", channel="email", own=_OWN), write_mbox, baselines.mbox, _BASELINE, MAIL),
    Case("maildir", source_of("maildir", channel="email", own=_OWN), write_maildir, baselines.maildir, _BASELINE, MAIL),
    Case("eml", source_of("eml", channel="email", own=_OWN), write_eml, baselines.eml, "email, policy.default", MAIL),
]
