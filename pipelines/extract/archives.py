"""Zips in the inbox: their entries stand for files of the export, read where they lie and never unpacked to a disk.

Extractors see entries as files; in the lake and the ledger the archive is the file, and the entry part of the position.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, Any

from pipelines.contract import Record
from pipelines.extract.inbox import CHUNK, Export, SourceFile, readable
from pipelines.extract.issues import Issues, UnreadableError

ENTRIES_LIMIT = 100_000
UNPACKED_FREELY = 64 << 20  # bytes that any entry may have
UNPACKED_SHARE = 200  # beyond, as many bytes for each byte in the zip; text comes to 5 to 30, a bomb to 1,000
_HEADER = 30  # bytes before an entry's name in the zip
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)


def unpacked(export: Export, issues: Issues) -> Export:
    """Return the export with the entries of its zips in the place of the zips.

    A zip that cannot be read, or that is made to overwhelm its reader, is quarantined whole; an entry that is locked, a
    link or outside the archive's folder is quarantined alone.
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
        with file.open() as stream:
            return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False  # the extractor's own opening tells


def _entries(file: SourceFile, issues: Issues) -> Iterator[SourceFile]:
    archive = _Archive(file)
    entries = archive.entries()
    _refuse_bombs(entries)
    for number, entry in enumerate(entries, start=1):
        if entry.is_dir():
            continue
        reason = _refused(entry)
        if reason:
            issues.quarantine(b"", file=file.name, at=f"entry {number} of the zip", reason=reason)
            continue
        name = f"{file.name}/{readable(entry.filename)}"
        yield SourceFile(name, entry.file_size, archive, str(number), archive=file.name, entry=number)


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES_LIMIT:
        raise UnreadableError(f"a zip of more than {ENTRIES_LIMIT} entries")
    for entry in entries:
        if entry.file_size > max(UNPACKED_FREELY, UNPACKED_SHARE * entry.compress_size):
            raise UnreadableError("an entry of the zip unpacks to more than text can: a bomb, or not one of ours")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise UnreadableError("entries of the zip lie over one another: a bomb")
        end = entry.header_offset + _HEADER + entry.compress_size


def _refused(entry: zipfile.ZipInfo) -> str | None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "an entry whose name leaves the archive's folder"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "an entry that is a link"
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

    def open(self, number: str, mode: str = "rb") -> IO[bytes]:
        """Open an entry for reading; damage shows while it is read."""
        try:
            return io.BufferedReader(_Entry(self._zip().open(self.entries()[int(number) - 1])), CHUNK)
        except _DAMAGED:
            raise UnreadableError("the zip is damaged or cut off") from None

    def _zip(self) -> zipfile.ZipFile:
        if self._opened is None:
            try:
                self._opened = zipfile.ZipFile(self._file.open())
            except _DAMAGED:
                raise UnreadableError("the zip is damaged or cut off") from None
        return self._opened

    def __reduce__(self) -> tuple[Any, ...]:
        return _Archive, (self._file,)  # another process opens it anew


class _Entry(io.RawIOBase):
    """An open entry, whose damage is told in our words."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGED:
            raise UnreadableError("an entry of the zip is damaged or cut off") from None
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._stream.seek(offset, whence)
        except _DAMAGED:
            raise UnreadableError("an entry of the zip is damaged or cut off") from None

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()
        super().close()
