"""What is fuzzed: the main file of each format's small export, and a zip. Needs no atheris, so that tests replay it all."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.landing.reading import FORMATS, read_export
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT
from tests.extract.soundness import assert_told_soundly, sound
from tests.extract.specimens import Specimen, specimens

HERE = Path(__file__).parent
CORPUS, FINDS = HERE / "corpus", HERE / "finds"
ARCHIVES = "archives"
TARGETS = (ARCHIVES, *FORMATS)


@dataclass(frozen=True)
class Memory:
    """The files of an inbox that lies in memory: as much of a filesystem as reading needs."""

    files: dict[str, bytes]

    def open(self, address: str, mode: str = "rb") -> IO[bytes]:
        """Open one for reading."""
        return io.BytesIO(self.files[address])


@dataclass(frozen=True)
class Target:
    """An export of which one file is fuzzed.

    Attributes:
        seeds: contents to start from.
    """

    specimen: Specimen
    seeds: tuple[bytes, ...]

    def read(self, content: bytes) -> tuple[int, int]:
        """Read the export with ``content`` for its main file; return how many records came out and were set aside.

        Raises:
            Exception: a find, whatever it is.
        """
        specimen = self.specimen
        memory = Memory(specimen.files | {specimen.main: content})
        files = [SourceFile(name, len(memory.files[name]), memory, name) for name in sorted(memory.files)]
        issues = Issues()
        records = sum(1 for _ in sound(read_export(Export(specimen.source, NIGHT, files), issues)))
        assert_told_soundly(issues)
        return records, len(issues.quarantined)


def targets() -> dict[str, Target]:
    """By name, as far as the formats' tests have a specimen."""
    found = {name: Target(specimen, (specimen.content,)) for name, specimen in specimens().items()}
    tickets = found["zendesk"].specimen
    zips = tuple(_zipped(tickets.content, method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    return {ARCHIVES: Target(Specimen(tickets.source, {"desk.zip": zips[0]}, "desk.zip", load=None), zips)} | found


def _zipped(content: bytes, method: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name in ("tickets/1.ndjson", "2.ndjson"):
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
        archive.writestr(zipfile.ZipInfo("photos/"), b"")
    return written.getvalue()
