"""Reading a batch of export files into Parquet files: records, what was set aside, and what each file brought.

Everything here works on its arguments and the inbox alone, so that it can run in any process (see ``workers``).
"""

import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from pipelines.contract import Record
from pipelines.errors import ConfigurationError
from pipelines.extract.claims.answers import with_references
from pipelines.extract.files.archives import folded, place_of, unpacked
from pipelines.extract.files.blocks import Block, records_of
from pipelines.extract.files.inbox import Export, keep_survey
from pipelines.extract.landing.writing import FileCounts, PartWriter
from pipelines.extract.values.instants import latest_of
from pipelines.extract.values.issues import Issues, Quarantined
from pipelines.extract.values.plausible import with_plausible_times

FORMATS = (
    "amazon_connect", "asterisk_cdr", "eml", "freshdesk", "genesys", "instagram", "intercom", "maildir", "mbox", "messenger",
    "slack", "sms_backup", "table", "telegram", "twilio", "whatsapp", "x_archive", "zendesk",
)  # fmt: skip


@dataclass(slots=True)
class Reading:
    """What came of a batch: counts by file, the Parquet files by table, and how long it took."""

    files: dict[str, FileCounts]
    parts: dict[str, str]
    seconds: float = 0.0


def format_problem(name: str) -> str:
    """Say what is wrong with a format's name; "" where it is one."""
    return "" if name in FORMATS else f"{name!r} is not known; known are {', '.join(FORMATS)}"


def format_module(name: str) -> ModuleType:
    """Return the module of a format: its ``extract(export, issues)``, and where it has them ``survey`` and ``group``.

    Raises:
        ConfigurationError: there is none.
    """
    if problem := format_problem(name):
        raise ConfigurationError(f"format {problem}")
    return importlib.import_module(f"pipelines.extract.{name}")


def read_export(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield the records of an export one by one (see ``read_blocks``)."""
    return records_of(read_blocks(export, issues))


def read_blocks(export: Export, issues: Issues) -> Iterator[Record | Block]:
    """Yield the records of an export, the entries of its zips read as files; records with impossible times are set aside.

    A format that has ``extract_blocks`` gives many of its records by column.
    """
    for file in export.files:
        if file.is_left_alone:
            issues.suppress(file=file.name, reason=file.refused)
        elif file.refused:
            issues.quarantine(b"", file=file.name, at="the whole file", reason=file.refused)
    whole = unpacked(arrived(export), issues)
    files = {file.name: file for file in whole.files}
    issues.place_of = lambda file, position: place_of(file, position, files)
    latest = latest_of(export.night)
    module = format_module(export.source.format)
    for read in getattr(module, "extract_blocks", module.extract)(whole, issues):
        if isinstance(read, Block):
            yield read.folded(files)
        elif record := with_plausible_times(read, latest, issues):
            yield folded(with_references(record, export.source), files)


def arrived(export: Export) -> Export:
    """Return the export without what is not opened (links, devices, unfinished transfers, litter)."""
    return replace(export, files=[file for file in export.files if not file.refused])


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
        for read in read_blocks(export, issues):
            if isinstance(read, Block):
                writer.add_block(read)
            else:
                writer.add(read)
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
