"""Zips in the inbox: their entries stand for files of the export, read where they lie and never unpacked to a disk.

Extractors see entries as files; in the lake and the ledger the archive is the file, and the entry part of the position.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any, cast

from pipelines.contract import Record
from pipelines.extract.files.budget import most_unpacked
from pipelines.extract.files.inbox import CHUNK, LITTER, Export, SourceFile, is_litter, readable
from pipelines.extract.files.unzipped import Salvaged
from pipelines.extract.values.issues import Issues, UnreadableError

ENTRIES_LIMIT = 100_000
DIRECTORY_LIMIT = 32 << 20  # bytes of the list of entries: 300 for each of the most
PIECE = 1 << 16  # bytes unpacked at a time: what stands before a damage is lost with a piece
PACKED_AGAIN = 2  # what is packed already does not become half as long
DAMAGED = "the zip is damaged or cut off"
DAMAGED_ENTRY = "an entry of the zip is damaged or cut off"
TOO_MANY = f"a zip of more than {ENTRIES_LIMIT} entries"
_LISTED = b"PK\x01\x02"  # begins an entry in the list of them
_HEADER = 30  # bytes before an entry's name in the zip
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UTF8_NAME = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError, IndexError)


def unpacked(export: Export, issues: Issues) -> Export:
    """Return the export with the entries of its zips in the place of the zips.

    A zip that cannot be read, or that is made to overwhelm its reader, is quarantined whole; an entry that is locked, a
    link, outside the archive's folder or under another's name is quarantined alone.
    """
    files: list[SourceFile] = []
    for file in export.files:
        if not is_zip(file):
            files.append(file)
            continue
        try:
            files += _entries(file, issues)
        except (UnreadableError, OSError) as error:
            issues.quarantine(b"", file=file.name, at="the whole file", reason=error)
    return replace(export, files=files)


def folded(record: Record, files: dict[str, SourceFile]) -> Record:
    """Give a record out of an archive the archive's name and, in its position, the entry's number."""
    record.file, record.position = place_of(record.file, record.position, files)
    return record


def place_of(file: str, position: str, files: dict[str, SourceFile]) -> tuple[str, str]:
    """Return where a person finds again what an extractor found at ``position`` of ``file``.

    Args:
        files: the export's, by name, as ``unpacked`` gave them.
    """
    entry = files.get(file)
    if entry is None or not entry.archive:
        return file, position
    return entry.archive, f"{position} in entry {entry.entry} of the zip"


def is_zip(file: SourceFile) -> bool:
    """Say whether a file is a zip, by its content."""
    if file.size < 22:  # the empty one
        return False
    try:
        return file.first(4) in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # the last where it was once split
    except OSError:
        return False  # the extractor's own opening tells


def _entries(file: SourceFile, issues: Issues) -> Iterator[SourceFile]:
    archive = _Archive(file)
    _refuse_bombs(archive, file.size)
    taken: set[str] = set()
    for number, entry in enumerate(archive.entries(), start=1):
        name = _name_of(entry)
        if is_litter(name) and not name.endswith("/"):
            issues.suppress(file=file.name, reason=LITTER)
            continue
        reason = _refused(entry, name, taken)
        if reason:
            issues.quarantine(b"", file=file.name, at=f"entry {number} of the zip", reason=reason)
        elif not name.endswith("/"):
            taken.add(name)
            yield SourceFile(
                f"{file.name}/{readable(name)}", entry.file_size, archive, str(number), archive=file.name, entry=number
            )


def _refuse_bombs(archive: "_Archive", size: int) -> None:
    entries = archive.entries()
    if len(entries) > ENTRIES_LIMIT:
        raise UnreadableError(TOO_MANY)
    for entry in entries:
        if entry.file_size > most_unpacked(entry.compress_size):
            raise UnreadableError("an entry of the zip unpacks to more than text can: a bomb, or not one of ours")
    if sum(entry.file_size for entry in entries) > most_unpacked(size):
        raise UnreadableError("the zip unpacks to more than text can: a bomb, or not one of ours")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise UnreadableError("entries of the zip lie over one another: a bomb")
        end = entry.header_offset + _HEADER + entry.compress_size
        if end > archive.end():
            raise UnreadableError("an entry of the zip lies outside of it: damaged, or a bomb")


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's path; macOS writes it in UTF-8 without saying so, old programs of Windows with backslashes."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            name = entry.orig_filename
    return name.replace("\\", "/")


def _refused(entry: zipfile.ZipInfo, name: str, taken: set[str]) -> str | None:
    parts = set(name.split("/"))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if parts <= {"", "."} or not name.isprintable():
        return "an entry without a name that can be shown"
    if name.startswith("/") or ".." in parts or _DRIVE.match(name):
        return "an entry whose name leaves the archive's folder"
    if name in taken:
        return "an entry under a name that another one has"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "an entry that is a link or a device"
    if name.endswith("/"):
        return "a folder that has content" if entry.file_size else None
    if entry.flag_bits & 0x1:
        return "an entry that is locked with a password"
    if entry.compress_type not in _METHODS:
        return "an entry packed in a way that is not read (only stored and deflated are)"
    return None


class _Archive:
    """A zip as a filesystem of its entries, each under its number; opened once in each process."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._opened: zipfile.ZipFile | None = None

    def entries(self) -> list[zipfile.ZipInfo]:
        return self._zip().infolist()

    def end(self) -> int:
        """Return where the entries end and the list of them begins."""
        return self._zip().start_dir

    def open(self, number: str, mode: str = "rb") -> IO[bytes]:
        """Open an entry for reading; damage shows while it is read."""
        entry = self.entries()[int(number) - 1]
        try:
            stream = Salvaged(_Entry(cast(zipfile.ZipExtFile, self._zip().open(entry))), CHUNK)
        except _DAMAGED:
            raise UnreadableError(DAMAGED_ENTRY) from None
        if entry.file_size > PACKED_AGAIN * entry.compress_size and stream.peek(2)[:2] == b"\x1f\x8b":
            raise UnreadableError("a gzip that could be packed again: a bomb in a bomb")
        return stream

    def _zip(self) -> zipfile.ZipFile:
        if self._opened is None:
            directory = _Directory(self._file.open())
            try:
                self._opened = zipfile.ZipFile(cast(IO[bytes], directory))
            except UnreadableError:
                raise
            except _DAMAGED:
                raise UnreadableError(DAMAGED) from None
            directory.is_read = True
        return self._opened

    def __reduce__(self) -> tuple[Any, ...]:
        return _Archive, (self._file,)  # another process opens it anew


class _Directory:
    """A zip's bytes while its list of entries is read, which is done in one go: refused before it takes memory.

    The number of entries that the zip itself tells may be a lie.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.is_read = False
        self.seek, self.tell, self.seekable, self.close = stream.seek, stream.tell, stream.seekable, stream.close

    def read(self, size: int = -1) -> bytes:
        if not self.is_read and size > DIRECTORY_LIMIT:
            raise UnreadableError(TOO_MANY)
        data = self._stream.read(size)
        if not self.is_read and data.startswith(_LISTED) and data.count(_LISTED) > ENTRIES_LIMIT:
            raise UnreadableError(TOO_MANY)
        return data


class _Entry(io.RawIOBase):
    """An open entry, whose damage is told in our words."""

    def __init__(self, stream: zipfile.ZipExtFile) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read1(min(len(buffer), PIECE))
        except _DAMAGED:
            raise UnreadableError(DAMAGED_ENTRY) from None
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._stream.seek(offset, whence)
        except _DAMAGED:
            raise UnreadableError(DAMAGED_ENTRY) from None

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()
        super().close()
