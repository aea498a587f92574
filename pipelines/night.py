"""The night: its stages in order, as plain functions that the command line and the DAGs call alike.

Arguments and results are names, dates and counts, so that a scheduler can hand them about; rows stay in the lake and
the warehouse. Every writing stage holds the home's one lock for as long as it writes.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pipelines.errors import ConfigurationError, SourceBroken, StateDiffers, ValidationStopped
from pipelines.extract.landing.lake import told_where_damaged
from pipelines.extract.landing.landing import SourceReport, land, land_all
from pipelines.extract.landing.partition import quarantined_nights, sealed_sources
from pipelines.extract.landing.reading import format_problem
from pipelines.extract.landing.unclaimed import unclaimed, undeclared
from pipelines.extract.landing.workers import pool
from pipelines.resolve.engines.spark_session import require_spark
from pipelines.settings import (
    Home,
    Source,
    SparkPlace,
    engine_name,
    home_of,
    load_sources,
    parse_night,
    sources_path,
    spark_place,
    stray_files,
)
from pipelines.timings import note_seconds, timings
from pipelines.warehouse import transaction, writer_lock

if TYPE_CHECKING:
    from pipelines.resolve.check import CheckReport

log = logging.getLogger(__name__)

STAGES = ("extract", "resolve", "load", "validate", "publish")


@dataclass(frozen=True)
class StageReport:
    """What a stage did on a night: rows by table (or what it counted), and the seconds it took."""

    stage: str
    night: date
    rows: dict[str, int]
    seconds: float


def night_of(text: str) -> date:
    """Read a night; ConfigurationError says how to write one."""
    try:
        return parse_night(text)
    except ValueError:
        raise ConfigurationError("--night is a date written YYYY-MM-DD, such as 2026-11-20") from None


def sources_of(home: Home, path: str | Path | None = None) -> dict[str, Source]:
    """Return the configured sources by name.

    Raises:
        ConfigurationError: naming the file, the source and the key.
    """
    at = sources_path(home, path)
    sources = load_sources(at)
    for source in sources.values():
        if problem := format_problem(source.format):
            raise ConfigurationError(f"{at}: sources.{source.name}.format: {problem}")
    return sources


def plan(night: str, home_path: str | None = None) -> list[str]:
    """Return the names of the sources that the night should bring, sorted, and tell what lies beside them in the inbox."""
    home = home_of(home_path)
    sources = sources_of(home)
    tell_strays(home, sources, night_of(night))
    return sorted(sources)


@dataclass(frozen=True)
class RunReport:
    """A whole night: what the sources brought, the version that was published, the seconds by stage.

    Attributes:
        changes: what happened to customers, by cause: {"merged": {"records": 12, "late": 1}, …}.
    """

    night: date
    sources: list[SourceReport]
    rows: dict[str, int]
    version: str
    seconds: dict[str, float]
    changes: dict[str, dict[str, int]] = field(default_factory=dict)


def run(
    home: Home, night: date, *, full: bool = False, accepted_by: str | None = None, engine: str | None = None
) -> RunReport:
    """Run the five stages under one hold of the writer's lock.

    A source that broke its bounds does not stop the others: see ``raise_broken``.

    Args:
        full: resolve without anything stored from earlier nights.
        accepted_by: who lets through a night that moves more customers than the change budget; None where nobody does.
        engine: what scores and finds components; see ``resolve``.

    Raises:
        ConfigurationError: the engine cannot be used here; nothing was read.
        SourceBroken: nothing at all is there for this night.
        ValidationStopped: a critical expectation failed; the version in use stays. It tells the sources that broke, too.
        LockHeld: another process is writing this home.
    """
    name, place = night.isoformat(), str(home.path)
    _require_engine(home, engine)
    with writer_lock(home):
        sources = extract(home, sources_of(home), night)
        rows = resolve(name, place, full=full, engine=engine) | load(name, place)
        try:
            rows |= validate(name, place, accepted_by)
        except ValidationStopped as stopped:
            raise ValidationStopped("\n".join([str(stopped), *_broken(sources)])) from None
        published = publish(name, place)
    return RunReport(night, sources, rows, published["version"], timings(home, night), published["changes"])


def extract(home: Home, sources: dict[str, Source], night: date, only: str | None = None) -> list[SourceReport]:
    """Land every source of the night, or ``only`` one of them.

    Raises:
        ConfigurationError: there is no source ``only``.
        SourceBroken: nothing at all is there for this night, in the inbox or in the lake. (A single source that broke
            its bounds is told in its report: what could be read of it is landed, and the night goes on.)
    """
    chosen = _chosen(sources, only)
    with _timed(home, "extract", night), _told_with_its_file(home), pool() as workers:
        reports = land_all(home, chosen, night, workers)
    if sealed_sources(home.lake, night).isdisjoint(source.name for source in chosen):
        others = ", ".join(other.words() for other in unclaimed(home, sources.values()))
        raise SourceBroken(
            f"no source has a file for {night} in {home.inbox}: is the night right, have the exports landed? "
            f"Looked for {', '.join(source.pattern(night) for source in chosen)}"
            + (f"; there lies what no path of sources.yml names: {others}" if others else "")
        )
    tell_strays(home, sources, night)
    return reports


def tell_strays(home: Home, sources: dict[str, Source], night: date) -> None:
    """Tell what lies in the inbox for the night and no source's path names, and which sources have lost their entry."""
    for other in unclaimed(home, sources.values(), night):
        log.warning("extract %s: no path of sources.yml names what lies in %s", night, other.words())
    for name in stray_files(home):
        log.warning("extract %s: %s stands in for no file of ours, and nobody reads it", night, home.path / "config" / name)
    for name in undeclared(home, sources.values()):
        log.warning("extract %s: %s is not in sources.yml any more; what it brought stays, under this name", night, name)


@contextlib.contextmanager
def _told_with_its_file(home: Home) -> Iterator[None]:
    """Tell a format's complaint about its source's entry together with the file in which the entry stands."""
    try:
        yield
    except ConfigurationError as error:
        words = str(error)
        raise ConfigurationError(f"{sources_path(home)}: {words}" if words.startswith("sources.") else words) from None


def replay_quarantine(
    home: Home, sources: dict[str, Source], night: date | None = None, only: str | None = None
) -> list[SourceReport]:
    """Read again the files of which something is in quarantine, of ``night`` or of every night in the lake.

    What is mended by now (our code, the source's settings, the file under its name) enters, once, in its own night; run that
    night, or any, to publish it.

    Raises:
        ConfigurationError: there is no source ``only``.
    """
    chosen = _chosen(sources, only)
    with _told_with_its_file(home), pool() as workers:
        return [
            report
            for day, names in quarantined_nights(home.lake).items()
            if night in (None, day)
            for report in land_all(
                home, [source for source in chosen if source.name in names], day, workers, only_quarantined=True
            )
            if report.files
        ]


def _chosen(sources: dict[str, Source], only: str | None) -> list[Source]:
    return [_source(sources, only)] if only else list(sources.values())


def _source(sources: dict[str, Source], name: str) -> Source:
    if name not in sources:
        raise ConfigurationError(f"source {name!r} is not in sources.yml; it has {', '.join(sorted(sources))}")
    return sources[name]


def raise_broken(reports: list[SourceReport]) -> None:
    """Raise SourceBroken where a source broke its bounds, saying which, by how much, and where to look."""
    if broken := _broken(reports):
        raise SourceBroken("\n".join(broken))


def _broken(reports: list[SourceReport]) -> list[str]:
    return [_broken_words(report) for report in reports if report.status in ("broken", "missing")]


def _broken_words(report: SourceReport) -> str:
    if report.status == "missing":
        return (
            f"source {report.source}, night {report.night}: nothing arrived, and it is due (sources.yml). The other sources "
            "are landed. Get the export sent and run the night again, or change the source's 'due'."
        )
    share = report.quarantined / report.read if report.read else 1.0
    head = (
        f"source {report.source}, night {report.night}: {report.quarantined} of {report.read} records ({share:.1%}) could "
        "not be read, over its max_quarantined_share; the others are landed. Mend the export, or the source's entry in "
        "sources.yml, and run the night again:"
    )
    return "\n".join([head, *(f"  {place}" for place in report.places)])


def extract_source(source: str, night: str, home_path: str | None = None) -> dict[str, Any]:
    """Land one source of the night and return its counts.

    Raises:
        SourceBroken: more of it than its bound could not be read; what could be is landed.
    """
    home = home_of(home_path)
    with _told_with_its_file(home), pool() as workers:
        report = land(home, _source(sources_of(home), source), night_of(night), workers)
    raise_broken([report])
    return {name: value for name, value in asdict(report).items() if name not in ("places", "night")}


def resolve(night: str, home_path: str | None = None, *, full: bool = False, engine: str | None = None) -> dict[str, int]:
    """Link the records of every sealed night into customers, whose ids go on from the version in use.

    Args:
        full: use nothing that was stored from earlier nights; the rows are the same.
        engine: "duckdb" or "spark", what scores and finds components; else ``GOLDTHREAD_ENGINE``. The rows are the same.

    Raises:
        ConfigurationError: the engine cannot be used here.
        SourceBroken: nothing has landed for this night: there is nothing to publish anew.
    """
    from pipelines.load.versions.history import past_of
    from pipelines.resolve.engines.engine import open_engine
    from pipelines.resolve.stage import resolve as resolve_stage  # splink takes a second to import

    home, day = home_of(home_path), night_of(night)
    name, place = _require_engine(home, engine)
    require_landed(home, day)

    def work(con: Any) -> dict[str, int]:
        with open_engine(name, home, place) as opened:
            return resolve_stage(con, home, day, past_of(home, day), full=full, engine=opened)

    return _write(home, "resolve", day, work).rows


def require_landed(home: Home, night: date) -> None:
    """Raise SourceBroken when no source has anything in the lake for the night."""
    if not sealed_sources(home.lake, night):
        raise SourceBroken(f"nothing has landed for {night} in {home.lake}: is the night right, did its extract run?")


def _require_engine(home: Home, engine: str | None) -> tuple[str, SparkPlace]:
    """Return the engine's name and where Spark would run; ConfigurationError where it cannot be used here."""
    name, place = engine_name(engine), spark_place(home)
    if name == "spark":
        require_spark(place)
    return name, place


def check_full(home_path: str | None = None) -> "CheckReport":
    """Compare what is stored from night to night with what a full run makes of the same lake; nothing is written.

    Raises:
        ConfigurationError: nothing is resolved yet.
    """
    from pipelines.load.versions.history import past_of
    from pipelines.resolve.check import compare_with_full, resolved_night

    home = home_of(home_path)
    with writer_lock(home):
        night = resolved_night(home)
        return compare_with_full(home, night, past_of(home, night))


def raise_differences(report: "CheckReport") -> None:
    """Raise StateDiffers where the stored state is not that of a full run, naming tables, counts and a few ids."""
    if report.differences:
        told = [
            f"  {found.table}: {found.only_stored:,} rows only as stored, {found.only_full:,} only in the full run"
            + (f" ({', '.join(found.ids)}…)" if found.ids else "")
            for found in report.differences
        ]
        raise StateDiffers(
            f"night {report.night}: what is stored is not what a full run makes of it; the version in use is unchanged.\n"
            f"goldthread run --full --night {report.night} builds it anew. Please report this:\n" + "\n".join(told)
        )


def load(night: str, home_path: str | None = None) -> dict[str, int]:
    """Build the golden tables."""
    from pipelines.load.stage import load as load_stage

    home = home_of(home_path)
    return _write(home, "load", night_of(night), lambda con: load_stage(con, home, night_of(night))).rows


def validate(night: str, home_path: str | None = None, accepted_by: str | None = None) -> dict[str, int]:
    """Build the candidate version and hold the expectations and the change budget against it.

    Args:
        accepted_by: who lets through a night that moves more than the change budget; empty or None where nobody does.

    Raises:
        ValidationStopped: a critical expectation failed, or more moves than the budget allows; the version in use stays.
    """
    home, day = home_of(home_path), night_of(night)
    with writer_lock(home), _timed(home, "validate", day):
        from pipelines.load.validate import validate as validate_stage  # great_expectations takes seconds to import

        report = validate_stage(home, day, accepted_by or None)
    failed = sum(not check.success for check in report.checks)
    log.info("validate %s: %d checks, %d failed", night, len(report.checks), failed)
    if report.accepted:
        moved = report.accepted["customers"], report.accepted["interactions"]
        log.warning("validate %s: over the change budget, let through: %d customers, %d interactions move", night, *moved)
    return {"checks": len(report.checks), "failed": failed}


def publish(night: str, home_path: str | None = None) -> dict[str, Any]:
    """Make the candidate the published version in use, and return its name."""
    from pipelines.load.publish import publish as publish_stage
    from pipelines.load.versions.history import changes_of
    from pipelines.load.versions.published import current_file
    from pipelines.resolve.customers.change_causes import change_words

    home, day = home_of(home_path), night_of(night)
    with writer_lock(home), _timed(home, "publish", day):
        version = publish_stage(home, day)
    changes = changes_of(current_file(home))
    log.info("publish %s: %s", night, change_words(changes))
    return {"version": version, "changes": changes}


def _write(home: Home, stage: str, night: date, work: Callable[[Any], dict[str, int]]) -> StageReport:
    """Run a stage in one transaction of the warehouse, all or none."""
    started = perf_counter()
    with writer_lock(home), _timed(home, stage, night), told_where_damaged(home.lake), transaction(home) as con:
        rows = work(con)
    report = StageReport(stage, night, rows, perf_counter() - started)
    log.info("%s %s: %d tables, %d rows in %.1f s", stage, night, len(rows), sum(rows.values()), report.seconds)
    return report


@contextlib.contextmanager
def _timed(home: Home, stage: str, night: date) -> Iterator[None]:
    """Say that a stage begins, and note its seconds."""
    log.info("%s %s …", stage, night)
    started = perf_counter()
    yield
    note_seconds(home, night, stage, perf_counter() - started)
