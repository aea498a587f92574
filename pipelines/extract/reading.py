"""Reading a batch of export files into Parquet files: records, what was set aside, and what each file brought.

Everything here works on its arguments and the inbox alone, so that it can run in any process (see ``workers``).
"""

import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from math import inf
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import orjson
import pyarrow.parquet as pq

from pipelines.contract import Interaction, Profile, Record
from pipelines.errors import ConfigurationError
from pipelines.extract.archives import folded, place_of, unpacked
from pipelines.extract.inbox import UNFINISHED, Export, keep_survey
from pipelines.extract.instants import EARLIEST, latest_of
from pipelines.extract.issues import Issues, Quarantined
from pipelines.extract.records import SCHEMAS, batch_of, row_of
from pipelines.files import sync

FORMATS = (
    "amazon_connect", "asterisk_cdr", "eml", "freshdesk", "genesys", "instagram", "intercom", "maildir", "mbox", "messenger",
    "slack", "sms_backup", "table", "telegram", "twilio", "whatsapp", "x_archive", "zendesk",
)  # fmt: skip
ROWS, ROWS_SIZE = 5_000, 16 << 20  # rows, and bytes in their texts, that are held before they go to Parquet


@dataclass(slots=True)
class FileCounts:
    """What one export file brought, in records, and why some of them were left out."""

    taken: int = 0
    quarantined: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """All that the file holds."""
        return self.taken + self.quarantined + self.suppressed.total()


@dataclass(slots=True)
class Reading:
    """What came of a batch: counts by file, the Parquet files by table, and how long it took."""

    files: dict[str, FileCounts]
    parts: dict[str, str]
    seconds: float = 0.0


def format_module(name: str) -> ModuleType:
    """Return the module of a format: its ``extract(export, issues)``, and where it has them ``survey`` and ``group``.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in FORMATS:
        raise ConfigurationError(f"format {name!r} is not known; known are {', '.join(FORMATS)}")
    return importlib.import_module(f"pipelines.extract.{name}")


def read_export(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield the records of an export, the entries of its zips read as files; records with impossible times are set aside."""
    for file in export.files:
        if file.refused == UNFINISHED:
            issues.suppress(file=file.name, reason=file.refused)
        elif file.refused:
            issues.quarantine(b"", file=file.name, at="the whole file", reason=file.refused)
    whole = unpacked(arrived(export), issues)
    files = {file.name: file for file in whole.files}
    issues.place_of = lambda file, position: place_of(file, position, files)
    latest = latest_of(export.night)
    for record in format_module(export.source.format).extract(whole, issues):
        reason = _clock_error(record, latest) or _duration_error(record)
        if reason:
            issues.quarantine(orjson.dumps(record, default=str), file=record.file, at=record.position, reason=reason)
            continue
        yield folded(record, files)


def arrived(export: Export) -> Export:
    """Return the export without what is not opened (links, devices, unfinished transfers)."""
    return replace(export, files=[file for file in export.files if not file.refused])


def _clock_error(record: Record, latest: datetime) -> str | None:
    """Say what is wrong with the time of an interaction: a clock that was never set, or one that runs ahead."""
    if not isinstance(record, Interaction):
        return None
    if record.occurred_at < EARLIEST:
        return f"a time before {EARLIEST:%Y}: a clock that was never set"
    if record.occurred_at > latest:
        return "a time after the night: a clock that runs ahead, or a file in the wrong night's folder"
    return None


def _duration_error(record: Record) -> str | None:
    if not isinstance(record, Interaction) or record.duration_seconds is None or 0 <= record.duration_seconds < inf:
        return None
    return "a duration below 0, or without end"


def survey_export(export: Export, path: Path) -> None:
    """Lay down in ``path`` what the format's look through all files tells; what cannot be read there is counted later."""
    keep_survey(format_module(export.source.format).survey(unpacked(arrived(export), Issues())), path)


def read_batch(export: Export, digests: dict[str, str], partition: Path, label: str) -> Reading:
    """Read the export's files into ``<table>-<label>.partial`` files of the partition, whole or not at all.

    Args:
        export: the files of the batch.
        digests: their sha256, by name.
        partition: the folder of the source and night; it is there.
        label: names the files; under one name there is only ever one content.

    Raises:
        ConfigurationError: the source's settings do not fit its format.
    """
    started = perf_counter()
    with PartWriter(partition, export.night, label) as writer:
        issues = Issues(drain=lambda rows: writer.set_aside(export, rows))
        for record in read_export(export, issues):
            writer.add(record)
        issues.flush()
        counts = {file.name: writer.counts_of(file.name, issues) for file in export.files}
        for file in export.files:
            writer.add_row("ledger", _ledger_row(export, file.name, file.size, digests[file.name], counts[file.name]))
        return Reading(counts, writer.finish(), perf_counter() - started)


def set_aside_whole(export: Export, digests: dict[str, str], reason: str, partition: Path, label: str) -> Reading:
    """Quarantine files whole, unread: they could not be read within their budget, or changed while they were read."""
    rows = [Quarantined(file.name, "the whole file", reason, b"") for file in export.files]
    with PartWriter(partition, export.night, label) as writer:
        writer.set_aside(export, rows)
        counts = {file.name: writer.counts_of(file.name, Issues()) for file in export.files}
        for file in export.files:
            writer.add_row("ledger", _ledger_row(export, file.name, file.size, digests[file.name], counts[file.name]))
        return Reading(counts, writer.finish())


def _ledger_row(export: Export, name: str, size: int, digest: str, counts: FileCounts) -> dict[str, Any]:
    return {
        "source": export.source.name,
        "night": export.night,
        "file": name,
        "sha256": digest,
        "bytes": size,
        "format": export.source.format,
        "read": counts.read,
        "suppressed": counts.suppressed.total(),
        "quarantined": counts.quarantined,
        "suppressed_reasons": _reasons(counts.suppressed),
        "warnings": _reasons(counts.warnings),
    }


def _reasons(counter: Counter[str]) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in sorted(counter.items())]


class PartWriter:
    """Rows into Parquet files beside the sealed ones; ``finish`` gives them their names."""

    def __init__(self, partition: Path, night: date, label: str) -> None:
        self.partition, self.night, self.label = partition, night, label
        self.taken: Counter[str] = Counter()  # records by file
        self.quarantined: Counter[str] = Counter()
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in SCHEMAS}
        self._sizes = dict.fromkeys(SCHEMAS, 0)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._end_of_night = datetime.combine(night, time.max, UTC)

    def __enter__(self) -> "PartWriter":
        self.partition.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()
        for left in self.partition.glob(f"*-{self.label}.partial"):
            left.unlink()

    def add(self, record: Record) -> None:
        """Take one record; its place in its file orders versions of the same record."""
        row = row_of(record)
        if isinstance(record, Profile) and row["updated_at"] is None:
            row["updated_at"] = self._end_of_night
        row["night"] = self.night
        row["sequence"] = self.taken[record.file]
        self.taken[record.file] += 1
        self.add_row("interaction" if isinstance(record, Interaction) else "profile", row)

    def set_aside(self, export: Export, rows: list[Quarantined]) -> None:
        """Take records that could not be read."""
        for row in rows:
            self.quarantined[row.file] += 1
            self.add_row(
                "quarantine",
                {
                    "source": export.source.name, "night": export.night, "file": row.file, "position": row.position,
                    "reason": row.reason, "raw": row.raw,
                },
            )  # fmt: skip

    def counts_of(self, file: str, issues: Issues) -> FileCounts:
        """Return what a file has brought so far."""
        return FileCounts(self.taken[file], self.quarantined[file], issues.suppressed[file], issues.warnings[file])

    def add_row(self, table: str, row: dict[str, Any]) -> None:
        """Take a row of any table, as it is."""
        self._rows[table].append(row)
        self._sizes[table] += sum([len(value) for value in row.values() if isinstance(value, str | bytes)])
        if len(self._rows[table]) >= ROWS or self._sizes[table] >= ROWS_SIZE:
            self._flush(table)

    def finish(self) -> dict[str, str]:
        """Bring everything to the disk and return the names of the Parquet files, by table."""
        parts: dict[str, str] = {}
        for table in SCHEMAS:
            self._flush(table)
        for table, writer in self._writers.items():
            writer.close()
            parts[table] = f"{table}-{self.label}.parquet"
            sync(self._partial(table))
            self._partial(table).replace(self.partition / parts[table])
        return parts

    def _flush(self, table: str) -> None:
        if not self._rows[table]:
            return
        if table not in self._writers:
            self._writers[table] = pq.ParquetWriter(self._partial(table), SCHEMAS[table], compression="zstd")
        self._writers[table].write_batch(batch_of(table, self._rows[table]))
        self._rows[table] = []
        self._sizes[table] = 0

    def _partial(self, table: str) -> Path:
        return self.partition / f"{table}-{self.label}.partial"
