"""What a benchmark of extraction is told of an export: its source, who writes it, and what reading it is held against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.settings import Source

NIGHT = date(2026, 11, 20)
OWN_NUMBER = "+442079460000"
REFERENCES = [r"\bGT-\d{6}\b"]


@dataclass(frozen=True)
class Limit:
    """What issue "Every channel, nothing lost" asks: our time is at most ``times`` the baseline's."""

    times: float

    @property
    def words(self) -> str:
        return against(self.times)


MAIL, JSON_LINES, CSV = Limit(1 / 5), Limit(3), Limit(4)


@dataclass(frozen=True)
class Case:
    """One export.

    Attributes:
        name: the format's, and behind a dot the dialect's where there are several.
        write: fills the night's folder with a file of so many bytes (its second argument) and returns how many messages
            that is; the third argument numbers files that lie beside each other.
        read: the baseline; reads all files of the night's folder and returns how many messages it saw.
        baseline: its name.
        unit: what the baseline counts.
    """

    name: str
    source: Source
    write: Callable[[Path, int, int], int]
    read: Callable[[Path], int]
    baseline: str
    limit: Limit | None = None
    unit: str = "messages"

    @property
    def folder(self) -> str:
        """The night's folder, below the inbox."""
        return f"{self.source.name}/{NIGHT.isoformat()}"


def against(times: float) -> str:
    """Return a ratio of two times in words."""
    if times < 1:
        return f"{1 / times:.1f} x as fast"
    return f"{times:.1f} x as long" if times < 100 else f"{times:.0f} x as long"


def source_of(format_: str, **settings: Any) -> Source:
    """Return a source whose files lie in a folder of the night."""
    name = settings.pop("name", format_)
    shared: dict[str, Any] = {"region": "GB", "references": REFERENCES}
    return Source(name=name, format=format_, path=f"{name}/{{night}}/**/*", **shared | settings)


Chunks = Iterator[tuple[int, bytes]]


def fill(path: Path, size: int, chunks: Chunks, *, before: bytes = b"", between: bytes = b"", after: bytes = b"") -> int:
    """Write chunks, each told with its number of messages, until the file is large enough; return the messages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as out:
        out.write(before)
        written = len(before)
        for messages, chunk in chunks:
            if count:
                out.write(between)
            out.write(chunk)
            count += messages
            written += len(between) + len(chunk)
            if written >= size:
                break
        out.write(after)
    return count
