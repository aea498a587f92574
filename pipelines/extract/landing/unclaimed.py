"""What is there and no source of sources.yml is about: files that no path names, and what a source left that is gone."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import fsspec
from fsspec.utils import glob_translate

from pipelines.extract.files.inbox import ANY_NIGHT, NIGHT, SourceFile, find_files
from pipelines.extract.landing.partition import landed_sources
from pipelines.settings import Home, Source


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """How many files of a folder nobody reads.

    Attributes:
        folder: below the inbox, as far as its night or, without one, the first: further down people may be named.
    """

    folder: str
    files: int

    def words(self) -> str:
        """Return the folder with its count."""
        return f"{self.folder} ({self.files:,} file{'' if self.files == 1 else 's'})"


def unclaimed(home: Home, sources: Iterable[Source], night: date | None = None) -> list[Unclaimed]:
    """List the folders in which files lie that no source's path names; told by names alone, nothing is opened.

    Args:
        night: look only into the folders of this night; None looks through the whole inbox, but not at files that lie in
            no folder.

    Raises:
        OSError: the inbox is away.
    """
    named = [re.compile(glob_translate(source.path.replace("{night}", ANY_NIGHT))).match for source in sources]
    files = find_files(home.inbox, "**/*") if night is None else _of_night(home.inbox, night.isoformat())
    counts = Counter(
        _folder(file.name)
        for file in files
        if "/" in file.name and not file.is_left_alone and not any(names(file.name) for names in named)
    )
    return [Unclaimed(folder, count) for folder, count in sorted(counts.items())]


def undeclared(home: Home, sources: Iterable[Source]) -> list[str]:
    """Return the sources that have landed and stand in sources.yml no more, sorted: what they brought stays."""
    return sorted(landed_sources(home.lake) - {source.name for source in sources})


def _of_night(inbox: str, night: str) -> Iterator[SourceFile]:
    """Yield the files of a night without a walk through all others."""
    filesystem, root = fsspec.url_to_fs(inbox)
    try:
        entries = filesystem.ls(root, detail=True)
    except FileNotFoundError:
        return
    for entry in entries:
        top = str(entry["name"]).rstrip("/").rpartition("/")[2]
        if entry["type"] == "directory":
            yield from find_files(inbox, f"{top}/**/*" if night in top else f"{top}/{night}/**/*")


def _folder(name: str) -> str:
    """Return the path of a file as far as its night's folder, else its first folder."""
    parts = name.split("/")[:-1]
    depth = next((depth for depth, part in enumerate(parts, start=1) if NIGHT.search(part)), 1)
    return "/".join(parts[:depth])
