"""Small exports for tests: files written into an inbox, a source that matches them, and what came out."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.contract import Interaction, Profile
from pipelines.extract.files.inbox import find_export
from pipelines.extract.landing.reading import read_export
from pipelines.extract.values.issues import Issues
from pipelines.settings import Source

NIGHT = date(2026, 11, 20)


@dataclass(frozen=True)
class Outcome:
    """What an extractor made of an export: the records, and everything it told."""

    records: list[Any]
    issues: Issues

    @property
    def quarantined(self) -> list[tuple[str, str]]:
        """Place and reason of each record set aside."""
        return [(row.position, row.reason) for row in self.issues.quarantined]

    @property
    def suppressed(self) -> Counter[str]:
        """The reasons of what was left out on purpose."""
        return sum(self.issues.suppressed.values(), Counter())

    @property
    def warnings(self) -> Counter[str]:
        """What was told that cost no record."""
        return sum(self.issues.warnings.values(), Counter())

    @property
    def texts(self) -> list[str]:
        return [record.text for record in self.records]

    @property
    def read(self) -> int:
        return len(self.records) + self.suppressed.total() + len(self.issues.quarantined)


def source_of(**settings: Any) -> Source:
    """A source whose files lie in its folder of the night."""
    settings.setdefault("name", settings["format"])
    settings.setdefault("path", f"{settings['name']}/{{night}}/**/*")
    return Source(**settings)


def extracted(folder: Path, files: dict[str, bytes | str], source: Source) -> Outcome:
    """Write ``files`` into the night's folder of ``source`` and extract it."""
    for name, content in files.items():
        path = folder / source.name / NIGHT.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return extracted_from(folder, source)


def extracted_from(folder: Path, source: Source) -> Outcome:
    """Extract what lies in ``folder`` already."""
    issues = Issues()
    records = list(read_export(find_export(str(folder), source, NIGHT), issues))
    assert all(isinstance(record, Interaction | Profile) for record in records)
    return Outcome(records, issues)


def party(record: Interaction, *, evidence: str | None = None) -> set[tuple[str, str, str]]:
    """Kind, scope and value of those on the other side, of one grade of evidence or all."""
    return {(each.kind, each.scope, each.value) for each in record.party if evidence in (None, each.evidence)}
