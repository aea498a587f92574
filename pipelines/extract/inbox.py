"""The files that a source sent for a night, wherever the inbox lies (any fsspec address)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import fsspec

from pipelines.contract import Record
from pipelines.extract.issues import Issues
from pipelines.settings import Source

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of an export: ``name`` is its path below the inbox, ``size`` in bytes."""

    name: str
    size: int
    filesystem: Any
    address: str

    def open(self) -> IO[bytes]:
        """Open for reading bytes."""
        stream: IO[bytes] = self.filesystem.open(self.address, "rb")
        return stream

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


@dataclass(frozen=True, slots=True)
class Export:
    """What one source sent for one night, sorted by name."""

    source: Source
    night: date
    files: list[SourceFile]


def find_export(inbox: str, source: Source, night: date) -> Export:
    """List the night's files of ``source``; an empty list where nothing arrived."""
    filesystem, root = fsspec.url_to_fs(inbox)
    root = root.rstrip("/")
    found = filesystem.glob(f"{root}/{source.pattern(night)}", detail=True)
    files = [
        SourceFile(str(address)[len(root) + 1 :], int(entry["size"]), filesystem, str(address))
        for address, entry in sorted(found.items())
        if entry["type"] == "file"
    ]
    return Export(source, night, files)


def each_file(
    export: Export, issues: Issues, parse: Callable[[SourceFile, Export, Issues], Iterator[Record]]
) -> Iterator[Record]:
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
