"""Landing: what sources sent for a night becomes sealed partitions of the lake, whatever was sent, and however often.

A file that landed is read again only when something that it depends on has changed; one that was moved away since stays
landed; one that comes under its name with another content replaces what the name brought before.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pyarrow.parquet as pq

from pipelines.errors import GoldthreadError
from pipelines.extract.files.budget import OverBudget
from pipelines.extract.files.inbox import Export, SourceFile, find_export, left_alone
from pipelines.extract.landing import batches, reading
from pipelines.extract.landing.batches import Plan
from pipelines.extract.landing.jobs import Jobs
from pipelines.extract.landing.naming import shown_file
from pipelines.extract.landing.partition import Batch, LandedFile, Seal, read_seal, remove_leftovers, without, write_seal
from pipelines.extract.landing.reading import Reading, format_module
from pipelines.extract.landing.workers import Pool
from pipelines.lock import hold
from pipelines.settings import Home, Source

log = logging.getLogger(__name__)

TOLD = 10  # kinds of warnings that are told; the ledger in the lake has them all
PLACES = 5  # of what cannot be read that are told when a source is broken
CHANGED = "it changed while it was read: still growing? Run the night again when it is complete"
SURVEY_FAILED = "looking through the source's files of this night first was stopped: "

Status = Literal["landed", "absent", "missing", "broken"]


@dataclass(frozen=True)
class SourceReport:
    """What one source brought on one night, in records.

    Attributes:
        status: ``landed``, ``absent`` (nothing arrived), ``missing`` (nothing ever arrived for a night on which the source
            is ``due``) or ``broken`` (more than its bound was quarantined; the records that could be read are in the lake
            all the same).
        files, read, taken, suppressed, quarantined: of the files that are in the inbox now, read tonight or before.
        seconds: that were spent reading tonight, in all processes.
        unchanged: how many of the files had landed before and were not read again.
        places: where to look when it is broken: "file, position: reason", the first few.
    """

    source: str
    night: date
    status: Status
    files: int
    read: int
    taken: int
    suppressed: int
    quarantined: int
    seconds: float
    unchanged: int = 0
    places: list[str] = field(default_factory=list)


def land(home: Home, source: Source, night: date, pool: Pool | None = None) -> SourceReport:
    """Extract the night of one source into its partition of the lake (see ``land_all``)."""
    return land_all(home, [source], night, pool)[0]


def land_all(
    home: Home, sources: Iterable[Source], night: date, pool: Pool | None = None, *, only_quarantined: bool = False
) -> list[SourceReport]:
    """Extract the night of several sources, side by side, each into its partition of the lake.

    Args:
        pool: where files are read; None reads them in this process, without a budget.
        only_quarantined: read just the files of which something is in quarantine, and those changed or not.

    Raises:
        ConfigurationError: a source's format is not known, or its settings do not fit the format.
        GoldthreadError: a file cannot be read at all (a permission, a disk, an inbox that is away).
        LockHeld: another process lands the same source and night.
    """
    with ExitStack() as locks:
        landings = [_Landing.begin(home, source, night, locks, only_quarantined=only_quarantined) for source in sources]
        jobs, here = Jobs(pool), Jobs(None)
        for landing in landings:
            landing.start(jobs if landing.can_be_read_elsewhere else here)
        jobs.run()
        here.run()
        return [landing.seal() for landing in landings]


class _Landing:
    """One source's night on its way into the lake."""

    def __init__(self, export: Export, partition: Path, digests: dict[str, str], seal: Seal, plans: list[Plan]) -> None:
        self.export, self.partition, self.digests, self.plans = export, partition, digests, plans
        self.sealed = seal
        self.new: dict[str, Batch] = {}
        self.warnings: Counter[str] = Counter()
        self.seconds = 0.0

    @staticmethod
    def begin(home: Home, source: Source, night: date, locks: ExitStack, *, only_quarantined: bool) -> "_Landing":
        """Lock the partition, and see what has arrived and what of it is new."""
        export = find_export(home.inbox, source, night)
        partition = home.lake / source.name / night.isoformat()
        if export.files or partition.is_dir():  # a run that was killed may have left something of files that are gone since
            locks.enter_context(hold(partition.with_suffix(".lock")))
            locks.callback(remove_leftovers, partition)
        seal = read_seal(partition)
        again = {name for name, file in seal.files.items() if file.quarantined} if only_quarantined else None
        if gone := len((again or set()) - {file.name for file in export.files}):
            log.warning(
                "extract %s of %s: %d file(s) with something in quarantine are gone from the inbox: put them back",
                source.name, night, gone,
            )  # fmt: skip
        digests = {file.name: _digest(file, source) for file in export.files}
        return _Landing(export, partition, digests, seal, batches.plan(export, digests, seal, only=again))

    @property
    def can_be_read_elsewhere(self) -> bool:
        """Whether another process sees the same files: fsspec's ``memory://`` is each process's own."""
        return not any("memory" in _protocols(file) for file in self.export.files)

    def start(self, jobs: Jobs) -> None:
        """Read the batches."""
        if self.export.files:
            self.partition.mkdir(parents=True, exist_ok=True)
        self._read_all(self.plans, jobs)

    def _read_all(self, plans: list[Plan], jobs: Jobs) -> None:
        """Read batches; where the format asks for it, look through all files first, once, unless one batch has them all."""
        is_whole = len(plans) == 1 and len(plans[0].export.files) == len(self.export.files)
        has_survey = hasattr(format_module(self.export.source.format), "survey")
        if plans and has_survey and not is_whole and self.export.surveyed is None:
            size = sum(file.size for file in self.export.files)
            path = self.partition / f"survey-{uuid4().hex}.pickle"
            jobs.add(
                lambda future: self._surveyed(plans, path, future, jobs), reading.survey_export, self.export, path, size=size
            )
            return
        for plan in plans:
            self._read(plan, jobs)

    def _surveyed(self, plans: list[Plan], path: Path, future: Future[Any], jobs: Jobs) -> None:
        try:
            future.result()
            self.export = replace(self.export, surveyed=path)
        except OverBudget as error:
            for plan in plans:
                self._set_aside(plan.export.files, SURVEY_FAILED + str(error))
            return
        self._read_all(plans, jobs)

    def _read(self, plan: Plan, jobs: Jobs) -> None:
        export = replace(plan.export, surveyed=self.export.surveyed)
        jobs.add(
            lambda future: self._take(plan, future, jobs),
            reading.read_batch, export, self.digests, self.partition, plan.label, size=plan.size,
        )  # fmt: skip

    def _take(self, plan: Plan, future: Future[Any], jobs: Jobs) -> None:
        """Take what came of a batch; one that overwhelmed its reader is read file by file, until the file is found."""
        try:
            self._keep(plan.label, plan.labels, plan.export.files, future.result())
        except OverBudget as error:
            if smaller := plan.parts():
                self._read_all(smaller, jobs)
            else:
                self._set_aside(plan.export.files, str(error))

    def _set_aside(self, files: list[SourceFile], reason: str) -> None:
        """Quarantine files whole; under a label of no file's, so that they are tried again next time."""
        export = replace(self.export, files=files)
        label = hashlib.sha256(repr([reason, sorted(file.name for file in files)]).encode()).hexdigest()[:12]
        taken = reading.set_aside_whole(export, self.digests, reason, self.partition, label)
        self._keep(label, {file.name: "" for file in files}, files, taken)

    def _keep(self, label: str, labels: dict[str, str], files: list[SourceFile], taken: Reading) -> None:
        settings = batches.settings_digest(self.export.source)
        landed = {
            file.name: LandedFile(
                self.digests[file.name], file.size, labels[file.name],
                counts.read, counts.suppressed.total(), counts.quarantined, settings,
            )
            for file in files
            for counts in [taken.files[file.name]]
        }  # fmt: skip
        self.new[label] = Batch(landed, taken.parts)
        self.seconds += taken.seconds
        for counts in taken.files.values():
            self.warnings += counts.warnings

    def seal(self) -> SourceReport:
        """Make what was read the partition, with what is kept of the old one, and tell of it."""
        if not self.export.files:  # what an earlier run sealed stays, even when the exports have been moved away since
            return self._absent()
        if self.new:
            self._refuse_growing()
            anew = {name for batch in self.new.values() for name in batch.files}
            self.sealed = Seal(self._trimmed(self.sealed.batches, anew) | self.new)
            write_seal(self.partition, self.sealed)
        return self._report()

    def _trimmed(self, old: dict[str, Batch], gone: set[str]) -> dict[str, Batch]:
        """Return the batches without the files ``gone``."""
        kept = {label: batch for label, batch in old.items() if gone.isdisjoint(batch.files)}
        cut = {label: batch for label, batch in old.items() if not (label in kept or gone.issuperset(batch.files))}
        return kept | dict(without(self.partition, label, batch, gone) for label, batch in cut.items())

    def _refuse_growing(self) -> None:
        """Set aside whole the files that are not what they were when the reading began."""
        read = {name for batch in self.new.values() for name in batch.files}
        growing = [file for file in self.export.files if file.name in read and not file.is_unchanged()]
        if growing:
            self.new = self._trimmed(self.new, {file.name for file in growing})
            self._set_aside(growing, CHANGED)

    def _absent(self) -> SourceReport:
        source, night = self.export.source, self.export.night
        log.warning("extract %s of %s: nothing arrived (%s)", source.name, night, source.pattern(night))
        return SourceReport(source.name, night, self._without_delivery(), 0, 0, 0, 0, 0, 0.0)

    def _without_delivery(self) -> Status:
        """Return what it means that no delivery lies in the inbox; what landed before and was moved away is not missing."""
        has_landed = not all(map(left_alone, self.sealed.files))
        return "missing" if self.export.source.is_due(self.export.night) and not has_landed else "absent"

    def _report(self) -> SourceReport:
        source, night = self.export.source, self.export.night
        landed = self.sealed.files
        files = [landed[file.name] for file in self.export.files if file.name in landed]
        read, suppressed, quarantined = (
            sum(getattr(file, name) for file in files) for name in ("read", "suppressed", "quarantined")
        )
        is_broken = quarantined > source.max_quarantined_share * read
        is_delivery = not all(left_alone(file.name) for file in self.export.files)
        status: Status = "broken" if is_broken else "landed" if is_delivery else self._without_delivery()
        unchanged = len(files) - sum(len(batch.files) for batch in self.new.values())
        report = SourceReport(
            source.name, night, status, len(files), read, read - suppressed - quarantined,
            suppressed, quarantined, self.seconds, unchanged, self._places() if is_broken else [],
        )  # fmt: skip
        log.info(
            "extract %s of %s: %d file(s)%s, %d read, %d taken, %d suppressed, %d quarantined in %.1f s",
            source.name, night, report.files, f" ({unchanged} as before)" if unchanged else "", read, report.taken,
            suppressed, quarantined, report.seconds,
        )  # fmt: skip
        for reason, count in sorted(self.warnings.items(), key=lambda one: (-one[1], one[0]))[:TOLD]:
            log.warning("extract %s of %s: %s (%d %s)", source.name, night, reason, count, "time" if count == 1 else "times")
        return report

    def _places(self) -> list[str]:
        """Return the first places of the files that are there, in words without people."""
        present = {file.name for file in self.export.files}
        rows = [
            row
            for batch in self.sealed.batches.values()
            if "quarantine" in batch.parts and not present.isdisjoint(batch.files)
            for row in pq.read_table(
                self.partition / batch.parts["quarantine"], columns=["file", "position", "reason"]
            ).slice(0, 1_000).to_pylist()
            if row["file"] in present
        ]  # fmt: skip
        rows.sort(key=lambda row: str(row["file"]))
        format_ = self.export.source.format
        return [f"{shown_file(row['file'], format_)}, {row['position']}: {row['reason']}" for row in rows[:PLACES]]


def _protocols(file: SourceFile) -> tuple[str, ...]:
    found = file.filesystem.protocol
    return (found,) if isinstance(found, str) else tuple(found)


def _digest(file: SourceFile, source: Source) -> str:
    if file.refused:
        return ""
    try:
        return file.sha256()
    except OSError as error:  # its words hold the whole name, which may be a person's
        words = error.strerror or type(error).__name__
        raise GoldthreadError(f"{shown_file(file.name, source.format)} cannot be read: {words}") from None
