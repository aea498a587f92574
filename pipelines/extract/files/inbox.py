"""The files that a source sent for a night, wherever the inbox lies (any fsspec address)."""

import hashlib
import os
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import fsspec
from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import glob_translate

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.extract.values.issues import Issues
from pipelines.files import NOT_PERMITTED
from pipelines.settings import Source

Survey = TypeVar("Survey")
Read = TypeVar("Read", bound="Positioned")

CHUNK = 1 << 20
ANY_NIGHT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"  # as a glob; and within a part of a path
NIGHT = re.compile(r"\d{4}-\d\d-\d\d")
UNFINISHED = "a transfer that has not finished"
LITTER = "a file that macOS or Windows leaves in folders"
_ESCAPED = re.compile(r"\\x[89a-f][0-9a-f]")  # as readable writes a byte
# What programs call a file for as long as they write it: browsers, (S)FTP clients, rsync (".name.x1Y2z3").
_UNFINISHED = re.compile(
    r"\.(?:part|partial|tmp|temp|filepart|crdownload|download|opdownload|inprogress|uploading)$|^\.[^/]+\.[A-Za-z0-9]{6}$",
    re.IGNORECASE,
)
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|(?:\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of an export, as it lies in the inbox or in an archive there.

    Attributes:
        name: its path below the inbox; of an archive's entry, the archive's name and the entry's own behind it.
        size: in bytes, unpacked.
        filesystem, address: where it is opened.
        archive, entry: the name of the archive it lies in, and the how-manieth of its entries it is; "" and 0 elsewhere.
        stamp: when it was last changed, as its filesystem tells.
        refused: why it is not opened ("" where it is): ``UNFINISHED``, ``LITTER``, or a link or device that stands in a
            file's place.
    """

    name: str
    size: int
    filesystem: Any
    address: str
    archive: str = ""
    entry: int = 0
    stamp: str = ""
    refused: str = ""

    @property
    def is_left_alone(self) -> bool:
        """Whether it is no delivery: it is counted, and nothing is wrong with it."""
        return self.refused in (UNFINISHED, LITTER)

    def open(self) -> IO[bytes]:
        """Open for reading bytes."""
        if type(self.filesystem) is LocalFileSystem:  # which does just this, in twice the time
            return open(self.address, "rb")  # noqa: PTH123 (a path is built anew for each)
        stream: IO[bytes] = self.filesystem.open(self.address, "rb")
        return stream

    def first(self, size: int) -> bytes:
        """Return the first bytes; perhaps fewer, where a filesystem hands on less at a time than a few."""
        if type(self.filesystem) is LocalFileSystem:  # half the time of a stream, which counts where files are many
            descriptor = os.open(self.address, os.O_RDONLY)
            try:
                return os.read(descriptor, size)
            finally:
                os.close(descriptor)
        with self.open() as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """Return the whole file; for formats whose one document fills it."""
        with self.open() as stream:
            return stream.read()

    def sha256(self) -> str:
        """Return the file's digest in hex."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def is_unchanged(self) -> bool:
        """Say whether the file is still what it was when the inbox was listed."""
        if self.refused:
            return True
        try:
            self.filesystem.invalidate_cache()
            entry = self.filesystem.info(self.address)
        except FileNotFoundError:
            return False
        return int(entry["size"]) == self.size and _stamp(entry) == self.stamp


@dataclass(frozen=True, slots=True)
class Export:
    """What one source sent for one night, sorted by name, or a part of it that is read by itself.

    Attributes:
        surveyed: where it lies what ``survey`` of the format found in the whole export, where ``files`` are a part of it.
    """

    source: Source
    night: date
    files: list[SourceFile]
    surveyed: Path | None = None

    def known_by(self, survey: Callable[["Export"], Survey]) -> Survey:
        """Return what a look through all files of the export tells (users, accounts): taken once for all its parts."""
        found: Survey = survey(self) if self.surveyed is None else _kept(self.surveyed)
        return found


def keep_survey(found: object, path: Path) -> None:
    """Lay down what a look through an export found, for the processes that read its parts; no ``path`` is used twice."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
        pickle.dump(found, stream)


@lru_cache(maxsize=1)
def _kept(path: Path) -> Any:
    """Return what ``keep_survey`` laid down: read once in each process, which reads many parts of one export."""
    with path.open("rb") as stream:
        return pickle.load(stream)  # noqa: S301 (our own, written a moment ago)


def find_export(inbox: str, source: Source, night: date) -> Export:
    """List the night's files of ``source``; an empty list where nothing arrived."""
    return Export(source, night, find_files(inbox, source.pattern(night)))


def find_files(inbox: str, pattern: str) -> list[SourceFile]:
    """List the files below the inbox that ``pattern`` names, sorted by name.

    Only ``pattern`` is one: an inbox below a folder ``[old]`` or ``a*`` is just there.

    Raises:
        ConfigurationError: the address of the inbox is of a kind that fsspec does not know, or for which it lacks a package;
            a folder may not be listed.
        GoldthreadError: a folder cannot be listed.
    """
    try:
        filesystem, root = fsspec.url_to_fs(inbox)
    except (ImportError, ValueError) as error:  # they name the protocol and the package
        raise ConfigurationError(f"GOLDTHREAD_INBOX: {error}") from None
    root = root.rstrip("/")
    fixed = re.split(r"[*?\[]", pattern, maxsplit=1)[0].rpartition("/")[0]
    depth = None if "**" in pattern else pattern.count("/", len(fixed) + bool(fixed)) + 1
    is_named = re.compile(glob_translate(pattern)).match
    top = f"{root}/{fixed}".rstrip("/")
    if type(filesystem) is LocalFileSystem:
        found = _found_here(filesystem, top, depth)
    else:
        found = filesystem.find(top, maxdepth=depth, withdirs=True, detail=True)
    files = []
    for address, entry in sorted(found.items()):
        name = str(address)[len(root) + 1 :]
        if entry["type"] == "directory" or not is_named(name):
            continue
        refused = _refused(name, entry)
        size = 0 if refused else int(entry["size"])
        files.append(SourceFile(readable(name), size, filesystem, str(address), stamp=_stamp(entry), refused=refused))
    return files


def _found_here(filesystem: LocalFileSystem, top: str, depth: int | None) -> dict[str, dict[str, Any]]:
    """Return what lies below a folder of this machine, as ``find``, to which one that it cannot list is empty.

    Its ``on_error`` would tell so of ``top`` alone: ``walk`` does not hand it on to the folders below.

    Raises:
        ConfigurationError, GoldthreadError: as ``find_files``; further down than ``top`` people may be named.
    """
    found: dict[str, dict[str, Any]] = {}
    folders = [top]
    while folders and depth != 0:
        entries: list[dict[str, Any]] = []
        for folder in folders:
            try:
                entries += filesystem.ls(folder, detail=True)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                kind = ConfigurationError if error.errno in NOT_PERMITTED else GoldthreadError
                raise kind(f"{top}, or a folder in it, cannot be listed ({error.strerror})") from None
        found |= {entry["name"]: entry for entry in entries}
        folders = [entry["name"] for entry in entries if entry["type"] == "directory"]
        depth = None if depth is None else depth - 1
    return found


def _refused(name: str, entry: dict[str, Any]) -> str:
    """Say why what stands in the inbox is not opened; "" where it is a file that has arrived."""
    if entry.get("islink"):
        return "a link, which may lead anywhere: put the file itself here"
    if entry["type"] != "file":
        return "a device, a pipe or a socket, and no file"
    return left_alone(name)


def left_alone(name: str) -> str:
    """Say why a file of this name is no delivery; "" where it is one."""
    if is_litter(name):
        return LITTER
    return UNFINISHED if _UNFINISHED.search(name.rpartition("/")[2]) else ""


def is_litter(name: str) -> bool:
    """Say whether macOS or Windows lays a file of this name into the folders and zips that people make there."""
    return _LITTER.search(name) is not None


def _stamp(entry: dict[str, Any]) -> str:
    return str(entry.get("mtime") or entry.get("ETag") or entry.get("LastModified") or "")


def readable(name: str) -> str:
    r"""Return a file's name as text that UTF-8 can hold: a byte that is none is written ``\xe9``.

    No two names become one: beside such a byte, or where a name looks as if it had one, a backslash is written twice.
    """
    is_text = name.isascii() or name.encode("utf-8", "replace").decode() == name
    if is_text and not _ESCAPED.search(name):
        return name
    return name.replace("\\", "\\\\").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Positioned(Protocol):
    """A record, or several that follow one another."""

    @property
    def position(self) -> str:
        """Where the (last) record stands in its file."""


def each_file(
    export: Export, issues: Issues, parse: Callable[[SourceFile, Export, Issues], Iterator[Read]]
) -> Iterator[Read]:
    """Parse files that stand alone, one after the other; one that breaks half-way is quarantined from there on."""
    for file in export.files:
        if file.size == 0:
            issues.quarantine(b"", file=file.name, at="byte 0", reason="the file is empty")
            continue
        last = "the beginning"
        try:
            for record in parse(file, export, issues):
                last = record.position
                yield record
        except (ValueError, LookupError, TypeError, ArithmeticError, OSError, EOFError, RecursionError) as error:
            issues.quarantine(b"", file=file.name, at=f"after {last}", reason=error)
