"""Messages a second of the mbox extractor, against ``mailbox`` with ``policy.default`` on the same file in the same run.

Usage: python benchmarks/extract_mail.py [--messages 20000]
"""

import argparse
import json
import mailbox
import resource
import tempfile
from collections.abc import Callable
from datetime import date
from email import message_from_binary_file, policy
from pathlib import Path
from time import perf_counter, process_time

from pipelines.extract import mbox
from pipelines.extract.inbox import find_export
from pipelines.extract.issues import Issues
from pipelines.settings import Source

NIGHT = date(2026, 11, 20)
SOURCE = Source(
    name="mail", format="mbox", path="{night}/*.mbox", channel="email", region="GB", own=["support@shop.example"],
    references=[r"\bGT-\d{6}\b"],
)  # fmt: skip


def write_mailbox(path: Path, messages: int) -> None:
    """Write letters as a support mailbox holds them: plain, quoted-printable, with HTML beside, in two directions."""
    with path.open("wb") as out:
        for number in range(messages):
            out.write(_message(number).encode())


def _message(number: int) -> str:
    person = f"person{number % 5000}@mail{number % 40}.example"
    theirs, ours = f"=?utf-8?q?J=C3=B6rg_P{number % 5000}?= <{person}>", "Shop support <support@shop.example>"
    sender, to = (theirs, ours) if number % 3 else (ours, theirs)
    words = f"My order GT-{100000 + number} has not come. Please call 020 7946 {number % 10000:04d}.\n" * (1 + number % 5)
    quoted = f"\nOn Fri, 20 Nov 2026 at 09:00, Somebody <{person}> wrote:\n" + "> We have sent your parcel today.\n" * 6
    text = f"Hello,\n\n{words}\nKind regards\n-- \nJ. P.\n{quoted}"
    head = (
        f"From {person} Fri Nov 20 10:00:00 2026\nReturn-Path: <{person}>\nDelivered-To: support@shop.example\n"
        + "Received: from mx.example by mail.shop.example with ESMTPS id abc123; Fri, 20 Nov 2026 10:00:00 +0000\n" * 3
        + f"Authentication-Results: mail.shop.example; dmarc=pass header.from=mail.example\nFrom: {sender}\nTo: {to}\n"
        f"Subject: Re: order GT-{100000 + number}\nDate: Fri, 20 Nov 2026 10:00:{number % 60:02d} +0000\n"
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


def read_with_goldthread(folder: Path) -> int:
    """Return how many messages our extractor takes, identifiers, quotes and claims included."""
    issues = Issues()
    count = sum(1 for _ in mbox.extract(find_export(str(folder), SOURCE, NIGHT), issues))
    return count + len(issues.quarantined)


def read_with_mailbox(folder: Path) -> int:
    """Return how many messages the standard way reads: headers, sender, recipients, date and the text, no more."""
    box = mailbox.mbox(
        next(folder.glob("*/*.mbox")), factory=lambda file: message_from_binary_file(file, policy=policy.default)
    )
    count = 0
    for message in box:
        count += 1
        _ = message["from"].addresses, message["to"].addresses, message["date"].datetime, str(message["subject"])
        body = message.get_body(("plain", "html"))
        _ = body.get_content() if body else ""
    return count


def measure(read: Callable[[Path], int], folder: Path) -> dict[str, float]:
    """Return messages, and seconds by the clock and of this process; the rate is by the latter, as machines are shared."""
    started, used = perf_counter(), process_time()
    count = read(folder)
    seconds, used = perf_counter() - started, process_time() - used
    rate = round(count / used)
    return {"messages": count, "seconds": round(seconds, 2), "cpu_seconds": round(used, 2), "messages_per_second": rate}


def main() -> None:
    """Print both readings as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    wanted = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / NIGHT.isoformat()).mkdir()
        path = folder / NIGHT.isoformat() / "support.mbox"
        write_mailbox(path, wanted)
        ours = measure(read_with_goldthread, folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        theirs = measure(read_with_mailbox, folder)
        report = {
            "megabytes": round(path.stat().st_size / 1e6, 1),
            "goldthread": ours | {"peak_megabytes": peak},
            "mailbox and policy.default": theirs,
            "times_faster": round(ours["messages_per_second"] / theirs["messages_per_second"], 1),
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
