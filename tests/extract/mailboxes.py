"""Small mailboxes for tests, written the way RFC 4155 and the mboxrd convention say, by a few lines of our own."""

import io
import zipfile
from pathlib import Path

from pipelines.contract import Interaction
from pipelines.settings import Source
from tests.extract.exports import Outcome, extracted, source_of

OURS = "support@shop.example"
SOURCE = source_of(
    name="mail", format="mbox", path="mail/{night}/*.mbox", channel="email", region="GB",
    own=[OURS, "*@staff.shop.example", "+44 20 7946 0000", "Shop Support"], references=[r"\bGT-\d{6}\b"],
)  # fmt: skip
POSTMARK = "Fri Nov 20 10:00:00 2026"


def mail(body: str = "Hello", **headers: str | None) -> bytes:
    """A letter from Ann to us; a header given as None is left out, ``_`` in its name stands for ``-``."""
    usual: dict[str, str | None] = {
        "From": "Ann Field <ann@field.example>", "To": OURS, "Subject": "A question", "Message-ID": "<1@field.example>",
        "Date": "Fri, 20 Nov 2026 09:00:00 +0000",
    }  # fmt: skip
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in (usual | given).items() if value is not None]
    return "\n".join([*lines, "", body, ""]).encode("utf-8", "surrogateescape")


def boxed(*mails: bytes, postmark: str = POSTMARK) -> bytes:
    """The mails as an mbox: a From line before each, lines like it quoted, an empty line after."""
    written = b""
    for one in mails:
        line_end = b"\r\n" if b"\r\n" in one else b"\n"
        quoted = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in one.split(b"\n")]
        whole = b"\n".join(quoted)
        whole += b"" if whole.endswith(b"\n") else line_end
        written += f"From ann@field.example {postmark}".encode() + line_end + whole + line_end
    return written


def read(folder: Path, *mails: bytes) -> Outcome:
    """Extract the mails from one mbox."""
    return read_file(folder, boxed(*mails))


def one(folder: Path, *args: str, **headers: str | None) -> Interaction:
    """Extract one mail, of which nothing is set aside."""
    outcome = read(folder, mail(*args, **headers))
    assert outcome.quarantined == []
    (record,) = outcome.records
    assert isinstance(record, Interaction)
    return record


def read_from(source: Source, folder: Path, *mails: bytes) -> Outcome:
    """Extract the mails from one mbox of another source."""
    return extracted(folder, {"support.mbox": boxed(*mails)}, source)


def read_file(folder: Path, content: bytes) -> Outcome:
    """Extract an mbox of this content."""
    return extracted(folder, {"support.mbox": content}, SOURCE)


def zipped(entries: dict[str, bytes]) -> bytes:
    """A zip of these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return written.getvalue()
