"""Landing: one source's night becomes one sealed partition of the lake, all or nothing.

``lake/<source>/<night>/sealed.json`` is written last, by rename, and lists the Parquet files that make up the
partition; a reader takes what it lists and nothing else, so a partition is seen whole, old or new, or not at all.
"""

import hashlib
import importlib
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, time
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import __version__
from pipelines.contract import Interaction, Profile, Record
from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.extract.archives import folded, place_of, unpacked
from pipelines.extract.inbox import Export, SourceFile, find_export
from pipelines.extract.issues import Issues
from pipelines.extract.naming import shown_file
from pipelines.files import sync
from pipelines.lock import hold
from pipelines.settings import Home, Source

log = logging.getLogger(__name__)

BATCH = 5_000  # records held in memory before they go to Parquet
TOLD = 10  # kinds of warnings that are told; the ledger in the lake has them all
FORMATS = (
    "amazon_connect", "asterisk_cdr", "eml", "freshdesk", "genesys", "instagram", "intercom", "maildir", "mbox", "messenger",
    "slack", "sms_backup", "table", "telegram", "twilio", "whatsapp", "x_archive", "zendesk",
)  # fmt: skip

_INSTANT = pa.timestamp("us", tz="UTC")
_IDENTIFIERS = pa.list_(
    pa.struct(
        [(name, pa.string()) for name in ("kind", "scope", "value", "evidence")]
        + [("seen_at", _INSTANT), ("is_verified", pa.bool_())]
    )
)
_CONSENT = pa.list_(
    pa.struct([("channel", pa.string()), ("purpose", pa.string()), ("allowed", pa.bool_()), ("value", pa.string())])
)
_ATTACHMENTS = pa.list_(pa.struct([("name", pa.string()), ("size", pa.int64()), ("sha256", pa.string())]))
_COMMON = [
    ("source", pa.string()), ("source_ref", pa.string()), ("night", pa.date32()), ("reason", pa.string()),
    ("consent", _CONSENT), ("source_metadata", pa.string()), ("file", pa.string()), ("position", pa.string()),
    ("sequence", pa.int64()), ("content_hash", pa.string()),
]  # fmt: skip
SCHEMAS = {
    "interaction": pa.schema([
        *_COMMON,
        ("conversation_ref", pa.string()), ("channel", pa.string()), ("direction", pa.string()), ("is_public", pa.bool_()),
        ("occurred_at", _INSTANT), ("party", _IDENTIFIERS), ("party_ref", pa.string()), ("agent_ref", pa.string()),
        ("team", pa.string()), ("subject", pa.string()), ("text", pa.string()), ("quoted_text", pa.string()),
        ("signature", pa.string()), ("in_reply_to_ref", pa.string()), ("attachments", _ATTACHMENTS),
        ("topic", pa.string()), ("status", pa.string()), ("duration_seconds", pa.float64()), ("updated_at", _INSTANT),
    ]),
    "profile": pa.schema([*_COMMON, ("updated_at", _INSTANT), ("identifiers", _IDENTIFIERS)]),
    "quarantine": pa.schema([
        ("source", pa.string()), ("night", pa.date32()), ("file", pa.string()), ("position", pa.string()),
        ("reason", pa.string()), ("raw", pa.binary()),
    ]),
    "ledger": pa.schema([
        ("source", pa.string()), ("night", pa.date32()), ("file", pa.string()), ("sha256", pa.string()),
        ("bytes", pa.int64()), ("format", pa.string()), ("read", pa.int64()), ("suppressed", pa.int64()),
        ("quarantined", pa.int64()),
        ("warnings", pa.list_(pa.struct([("reason", pa.string()), ("count", pa.int64())]))),
    ]),
}  # fmt: skip

_FIELDS = {shape: tuple(field.name for field in fields(shape)) for shape in (Interaction, Profile)}
# what a column of structs holds, as the tuple that pyarrow takes for a struct
_NESTED_VALUES = {
    "party": attrgetter("kind", "scope", "value", "evidence", "seen_at", "is_verified"),
    "identifiers": attrgetter("kind", "scope", "value", "evidence", "seen_at", "is_verified"),
    "consent": attrgetter("channel", "purpose", "allowed", "value"),
    "attachments": attrgetter("name", "size", "sha256"),
}
_NESTED = _NESTED_VALUES.keys()
# what two copies of the same content may differ in
_NO_CONTENT = {Interaction: {"file", "position", "updated_at"}, Profile: {"file", "position"}}


@dataclass(frozen=True)
class SourceReport:
    """What one source brought on one night, in records.

    Attributes:
        status: ``landed``, ``absent`` (nothing arrived) or ``broken`` (more than its bound was quarantined; the
            records that could be read are in the lake all the same).
        places: where to look when it is broken: "file, position: reason", the first few.
    """

    source: str
    night: date
    status: Literal["landed", "absent", "broken"]
    files: int
    read: int
    taken: int
    suppressed: int
    quarantined: int
    seconds: float
    places: list[str] = field(default_factory=list)


def land(home: Home, source: Source, night: date) -> SourceReport:
    """Extract the night of one source into its partition of the lake.

    Raises:
        ConfigurationError: the source's format is not one of ``FORMATS``, or its settings do not fit the format.
        GoldthreadError: a file cannot be read at all (a permission, a disk, an inbox that is away).
        LockHeld: another process lands the same source and night.
    """
    started = perf_counter()
    export = find_export(home.inbox, source, night)
    partition = home.lake / source.name / night.isoformat()
    if not export.files:  # what an earlier run sealed stays, even when the exports have been moved away since
        log.warning("extract %s of %s: nothing arrived (%s)", source.name, night, source.pattern(night))
        return SourceReport(source.name, night, "absent", 0, 0, 0, 0, 0, perf_counter() - started)
    with hold(partition.with_suffix(".lock")):
        return _land(export, partition, started)


def _land(export: Export, partition: Path, started: float) -> SourceReport:
    source, night, issues = export.source, export.night, Issues()
    digests = {file.name: _digest(file, source) for file in export.files}
    with _PartitionWriter(partition, night, _label(source, digests)) as writer:
        for record in read_export(export, issues):
            writer.add(record)
        writer.add_rows("quarantine", _quarantine_rows(source, night, issues))
        writer.add_rows("ledger", _ledger_rows(export, digests, issues, writer.taken))
        writer.seal()
    report = _report(source, night, len(export.files), issues, writer.taken.total(), perf_counter() - started)
    log.info(
        "extract %s of %s: %d file(s), %d read, %d taken, %d suppressed, %d quarantined in %.1f s",
        source.name, night, report.files, report.read, report.taken, report.suppressed, report.quarantined, report.seconds,
    )  # fmt: skip
    told = sum(issues.warnings.values(), Counter[str]())
    for reason, count in sorted(told.items(), key=lambda one: (-one[1], one[0]))[:TOLD]:
        log.warning("extract %s of %s: %s (%d times)", source.name, night, reason, count)
    return report


def read_export(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield the records of an export, the entries of its zips read as files."""
    whole = unpacked(export, issues)
    files = {file.name: file for file in whole.files}
    for record in extractor(export.source.format)(whole, issues):
        yield folded(record, files)
    issues.fold(lambda file, position: place_of(file, position, files))


def extractor(name: str) -> Any:
    """Return the function ``extract(export, issues)`` of the format ``name``."""
    if name not in FORMATS:
        raise ConfigurationError(f"format {name!r} is not known; known are {', '.join(FORMATS)}")
    return importlib.import_module(f"pipelines.extract.{name}").extract


def sealed_sources(lake: Path, night: date) -> set[str]:
    """Return the names of the sources that have ``night`` in the lake."""
    return {seal.parent.parent.name for seal in lake.glob(f"*/{night.isoformat()}/sealed.json")}


def sealed_files(lake: Path, table: str) -> list[Path]:
    """Return the Parquet files of ``table`` in all sealed partitions, sorted."""
    return [
        seal.parent / name
        for seal in sorted(lake.glob("*/*/sealed.json"))
        for name in json.loads(seal.read_text())["files"].get(table, [])
    ]


def _digest(file: SourceFile, source: Source) -> str:
    try:
        return file.sha256()
    except OSError as error:  # its words hold the whole name, which may be a person's
        words = error.strerror or type(error).__name__
        raise GoldthreadError(f"{shown_file(file.name, source.format)} cannot be read: {words}") from None


def _label(source: Source, digests: dict[str, str]) -> str:
    """Name the partition's files by all that went in: under one name there is only ever one content."""
    inputs = [__version__, source.model_dump(mode="json"), digests]
    return hashlib.sha256(orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def _quarantine_rows(source: Source, night: date, issues: Issues) -> Iterator[dict[str, Any]]:
    for row in issues.quarantined:
        yield {"source": source.name, "night": night, **asdict(row)}


def _ledger_rows(export: Export, digests: dict[str, str], issues: Issues, taken: Counter[str]) -> Iterator[dict[str, Any]]:
    quarantined = Counter(row.file for row in issues.quarantined)
    for file in export.files:
        suppressed = issues.suppressed[file.name].total()
        yield {
            "source": export.source.name,
            "night": export.night,
            "file": file.name,
            "sha256": digests[file.name],
            "bytes": file.size,
            "format": export.source.format,
            "read": taken[file.name] + suppressed + quarantined[file.name],
            "suppressed": suppressed,
            "quarantined": quarantined[file.name],
            "warnings": [{"reason": reason, "count": n} for reason, n in sorted(issues.warnings[file.name].items())],
        }


def _report(source: Source, night: date, files: int, issues: Issues, taken: int, seconds: float) -> SourceReport:
    quarantined = len(issues.quarantined)
    suppressed = sum(reasons.total() for reasons in issues.suppressed.values())
    read = taken + suppressed + quarantined
    broken = quarantined > source.max_quarantined_share * read
    worst = issues.quarantined[:5] if broken else []
    places = [f"{shown_file(row.file, source.format)}, {row.position}: {row.reason}" for row in worst]
    status: Literal["landed", "broken"] = "broken" if broken else "landed"
    return SourceReport(source.name, night, status, files, read, taken, suppressed, quarantined, seconds, places)


class _PartitionWriter:
    """Batches of rows to Parquet files beside the sealed ones; ``seal`` makes them the partition."""

    def __init__(self, partition: Path, night: date, label: str) -> None:
        self.partition, self.night, self.label = partition, night, label
        self.taken: Counter[str] = Counter()  # records by file
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in SCHEMAS}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._end_of_night = datetime.combine(night, time.max, UTC)

    def __enter__(self) -> "_PartitionWriter":
        self.partition.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()
        for left in self.partition.glob("*.partial"):
            left.unlink()

    def add(self, record: Record) -> None:
        """Take one record; its place in the export orders versions of the same record."""
        table = "interaction" if isinstance(record, Interaction) else "profile"
        row = _row(record)
        if isinstance(record, Profile) and row["updated_at"] is None:
            row["updated_at"] = self._end_of_night
        row["night"] = self.night
        row["sequence"] = self.taken.total()
        self.taken[record.file] += 1
        self._append(table, row)

    def add_rows(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Take rows that are no records (quarantine, ledger)."""
        for row in rows:
            self._append(table, row)

    def seal(self) -> None:
        """Make what was added the partition, and remove what it replaces."""
        for table in SCHEMAS:
            self._flush(table)
        for writer in self._writers.values():
            writer.close()
        files: dict[str, list[str]] = {}
        for table in self._writers:
            name = f"{table}-{self.label}.parquet"
            sync(self._partial(table))
            self._partial(table).replace(self.partition / name)
            files[table] = [name]
        sealed = self.partition / "sealed.json.partial"
        sealed.write_bytes(orjson.dumps({"files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        sync(sealed)
        sealed.replace(self.partition / "sealed.json")
        sync(self.partition)
        kept = {name for names in files.values() for name in names}
        for old in self.partition.glob("*.parquet"):
            if old.name not in kept:
                old.unlink()

    def _append(self, table: str, row: dict[str, Any]) -> None:
        self._rows[table].append(row)
        if len(self._rows[table]) >= BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        if not self._rows[table]:
            return
        if table not in self._writers:
            self._writers[table] = pq.ParquetWriter(self._partial(table), SCHEMAS[table], compression="zstd")
        schema = SCHEMAS[table]
        columns = [pa.array([row[column.name] for row in self._rows[table]], type=column.type) for column in schema]
        self._writers[table].write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
        self._rows[table] = []

    def _partial(self, table: str) -> Path:
        return self.partition / f"{table}-{self.label}.partial"


def _row(record: Record) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in _FIELDS[type(record)]}
    row["source_metadata"] = orjson.dumps(row["source_metadata"], option=orjson.OPT_SORT_KEYS).decode()
    beside = _NO_CONTENT[type(record)]
    content = [value for name, value in row.items() if name not in beside]
    row["content_hash"] = hashlib.blake2b(orjson.dumps(content), digest_size=12).hexdigest()
    for name in _NESTED & row.keys():
        row[name] = [_NESTED_VALUES[name](value) for value in row[name]]
    return row
