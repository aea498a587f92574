"""Where things stand: the version in use, how old it is, what the last night brought, and what went wrong since."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import GoldthreadError
from pipelines.extract.landing.unclaimed import Unclaimed, undeclared
from pipelines.extract.landing.waiting import Waiting
from pipelines.load.answers.delivered import Quarantined, absent, missing, quarantined
from pipelines.load.answers.landed import unpublished
from pipelines.load.answers.query import open_read_only, plain
from pipelines.load.validation.checks import read_checks
from pipelines.load.versions.candidate import candidate_folder
from pipelines.load.versions.published import current, manifest_of, version_names
from pipelines.lock import holder
from pipelines.resolve.relations import has_table
from pipelines.settings import Home, Source

log = logging.getLogger(__name__)

COUNTED = ("customer", "membership", "interaction", "conversation", "enquiry", "channel_switch")

SOURCES = """
SELECT source, sum(read)::BIGINT, sum(accepted)::BIGINT, sum(duplicate)::BIGINT, sum(suppressed)::BIGINT,
    sum(quarantined)::BIGINT
FROM meta.ledger WHERE night = $night GROUP BY source ORDER BY source
"""
NOTICES = """
SELECT source, reason, sum(record_count)::BIGINT FROM meta.notice WHERE night = $night AND kind = 'warning'
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class SourceStatus:
    """What one source brought on the last night, in records."""

    source: str
    read: int
    accepted: int
    duplicate: int
    suppressed: int
    quarantined: int


@dataclass(frozen=True)
class Notice:
    """What was told of a source's files of the last night that cost no record, and how often."""

    source: str
    reason: str
    count: int


@dataclass(frozen=True)
class FailedValidation:
    """The last candidate, where it did not pass: its night, what failed, and its report."""

    night: date
    failed: list[str]
    report: Path


@dataclass(frozen=True)
class Status:
    """Where a home stands.

    Attributes:
        version, night, published_at: of the version in use; None where nothing is published.
        age_hours: since it was published.
        counts: rows of its golden tables.
        versions: how many versions there are.
        put_aside: the names of those that came after the one in use, which a rollback put aside.
        report: the page of the version in use.
        sources: what each source brought on its night.
        absent: sources that brought something on an earlier night, and nothing on this one.
        missing: sources that were due on this night, and brought nothing.
        quarantined: what could not be read of them, by reason, the most frequent first.
        notices: how the exports of its night have changed.
        waiting: files in the inbox that no run has taken in yet: late ones, and those that have changed since.
        unclaimed: folders of the inbox with files that no source's path names.
        undeclared: sources that have landed, and stand in sources.yml no more.
        unpublished: files that landed since with what the version in use does not hold.
        failed_validation: the last candidate, where it did not pass.
        writer: the process that is writing this home now, if any.
    """

    home: Path
    version: str | None = None
    night: date | None = None
    published_at: str | None = None
    age_hours: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    warnings: int = 0
    versions: int = 0
    put_aside: list[str] = field(default_factory=list)
    report: Path | None = None
    sources: list[SourceStatus] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    unclaimed: list[Unclaimed] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    unpublished: list[Waiting] = field(default_factory=list)
    failed_validation: FailedValidation | None = None
    writer: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return plain(value)


def status(
    home: Home,
    *,
    now: datetime | None = None,
    waiting: list[Waiting] | None = None,
    unclaimed: list[Unclaimed] | None = None,
    sources: Iterable[Source] = (),
) -> Status:
    """Say where the home stands; it reads only, and stands in no writer's way.

    Args:
        now: the present instant, for the age; None asks the clock.
        waiting: what waits in the inbox (see ``landing.waiting``), to be told with the rest.
        unclaimed: what lies there and nobody reads (see ``landing.unclaimed``), likewise.
        sources: those of sources.yml, to tell which were due, and what landed of them since.
    """
    sources = list(sources)
    writer, failed = holder(home.path / "writer.lock"), _failed(home)
    waiting, unclaimed = waiting or [], unclaimed or []
    without_entry = undeclared(home, sources) if sources else []  # where there is a mistake in sources.yml, nobody knows
    folder = current(home)
    if folder is None:
        return Status(
            home.path, versions=len(version_names(home)), waiting=waiting, unclaimed=unclaimed,
            undeclared=without_entry, unpublished=_unpublished(home, sources, None), failed_validation=failed,
            writer=writer,
        )  # fmt: skip
    manifest, names = manifest_of(folder), version_names(home)
    night = date.fromisoformat(manifest["night"])
    published = datetime.fromisoformat(manifest["published_at"])
    age = (now or datetime.now(UTC)) - published
    with open_read_only(folder / "customers.duckdb") as con:
        brought = [SourceStatus(*row) for row in con.execute(SOURCES, {"night": night}).fetchall()]
        told = con.execute(NOTICES, {"night": night}).fetchall() if has_table(con, "meta", "notice") else []  # since 0.2
        unread, gone, due = quarantined(con, night), absent(con, night), missing(con, night, sources)
    return Status(
        home.path, folder.name, night, manifest["published_at"],
        age_hours=round(age.total_seconds() / 3600, 2),
        counts={name: manifest["counts"][f"golden.{name}"] for name in COUNTED if f"golden.{name}" in manifest["counts"]},
        warnings=manifest["checks"]["failed warning"], versions=len(names),
        put_aside=[name for name in names if name > folder.name], report=folder / "report.html",
        sources=brought, absent=gone, missing=due, quarantined=unread, notices=[Notice(*row) for row in told],
        waiting=waiting, unclaimed=unclaimed, undeclared=without_entry,
        unpublished=_unpublished(home, sources, folder),
        failed_validation=failed, writer=writer,
    )  # fmt: skip


def _unpublished(home: Home, sources: list[Source], folder: Path | None) -> list[Waiting]:
    """Return what landed since; where a part of the lake cannot be read, status tells that, and the rest all the same."""
    try:
        return unpublished(home, sources, folder)
    except (GoldthreadError, OSError) as error:
        words = str(error) if isinstance(error, GoldthreadError) else f"{home.lake} ({error.strerror})"
        log.warning("status: what landed and is not published cannot be told: %s", words)
        return []


def _failed(home: Home) -> FailedValidation | None:
    try:
        found = read_checks(candidate_folder(home) / "checks.json")
    except PermissionError:  # the candidate is the writer's alone; the rest is told to everybody who may read the home
        return None
    if found is None or found[0].passed:
        return None
    checked = found[0]
    words = [check.words() for check in checked.failed if check.severity == "critical"]
    return FailedValidation(checked.night, words, candidate_folder(home) / "report.html")
