"""Publish: the validated candidate becomes a version of its own, and the pointer moves to it last (docs/adr/0031).

The version is built under a name with a dot before it, brought to the disk, made read-only and renamed; a publish that is
killed at any moment leaves the pointer on the version before or on this one, and both are whole.
"""

import json
import logging
import shutil
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import duckdb

from pipelines import __version__
from pipelines.errors import ValidationStopped
from pipelines.files import sha256_of, sync
from pipelines.load.answers.delivered import declared
from pipelines.load.pages import report
from pipelines.load.validation.checks import ValidationReport, read_checks
from pipelines.load.versions.candidate import candidate_file, candidate_folder
from pipelines.load.versions.history import past_of
from pipelines.load.versions.published import current, manifest_of, point, version_names, versions_folder
from pipelines.settings import PACKAGE_ROOT, Home, sources_path
from pipelines.timings import timings

log = logging.getLogger(__name__)

STAMP = "%Y%m%dT%H%M%S%fZ"


def now() -> datetime:
    """Return the present instant; a test puts another in its place."""
    return datetime.now(UTC)


def publish(home: Home, night: date) -> str:
    """Make the candidate of ``night`` the version in use, and return the version's name.

    Writes ``published/versions/<version>/`` with customers.duckdb, report.html and manifest.json, all read-only, then
    moves ``published/current``. The caller holds the writer's lock.

    Raises:
        ValidationStopped: the candidate has not passed its checks for this night, or it or the version in use is another
            since.
    """
    checked = _passed(home, night)
    folder = versions_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    name = new_name(night, version_names(home), now())
    partial = folder / f".{name}"
    partial.mkdir(mode=0o700)
    before = past_of(home, night).before
    _fill(home, partial, name, checked, before.parent.name if before else None)
    _make_read_only(partial)
    _sync_all(partial)
    partial.rename(folder / name)
    sync(folder)
    point(home, name)
    log.info("publish %s: version %s is in use", night, name)
    return name


def _passed(home: Home, night: date) -> ValidationReport:
    """Return the candidate's checks, or refuse."""
    found = read_checks(candidate_folder(home) / "checks.json")
    if found is None:
        raise ValidationStopped(f"night {night}: no candidate was checked; run the stage validate first")
    checked, document = found
    if checked.night != night:
        raise ValidationStopped(f"night {night}: the candidate is one of {checked.night}; run the stage validate first")
    if not checked.passed:
        page = candidate_folder(home) / "report.html"
        raise ValidationStopped(f"night {night}: the candidate did not pass its checks, see {page}")
    if not candidate_file(home).is_file() or sha256_of(candidate_file(home)) != document["sha256"]:
        raise ValidationStopped(f"night {night}: the candidate changed after its checks; run the stage validate again")
    if _is_another_in_use(home, document):
        raise ValidationStopped(
            f"night {night}: another version is in use than the candidate goes on from and was held against; "
            "run the night again from the stage resolve on"
        )
    return checked


def _is_another_in_use(home: Home, document: dict[str, Any]) -> bool:
    """Tell whether another version came into use since the checks: somebody rolled back. Not this very candidate's own."""
    in_use = current(home)
    name = in_use.name if in_use else None
    if document.get("held_against", name) == name:  # an earlier Goldthread does not say
        return False
    return in_use is None or manifest_of(in_use)["files"]["customers.duckdb"]["sha256"] != document["sha256"]


def new_name(night: date, taken: list[str], instant: datetime) -> str:
    """Return a name that sorts after every one that is taken, even where the clock went back."""
    if taken:
        last = datetime.strptime(taken[-1].split("-", 1)[0], STAMP).replace(tzinfo=UTC)
        instant = max(instant, last + timedelta(microseconds=1))
    return f"{instant.strftime(STAMP)}-{night.isoformat()}"


def remove_leftovers(folder: Path) -> None:
    """Remove what a publish left that was killed before its version stood."""
    for left in folder.glob(".*-*"):
        left.chmod(0o700)
        shutil.rmtree(left)


def _fill(home: Home, partial: Path, name: str, checked: ValidationReport, before: str | None) -> None:
    database = partial / "customers.duckdb"
    shutil.copyfile(candidate_file(home), database)
    seconds = timings(home, checked.night)
    report.write_report(database, partial / "report.html", checked, version=name, seconds=seconds, sources=declared(home))
    files = sorted(partial.iterdir())
    manifest = {
        "version": name,
        "night": checked.night.isoformat(),
        "published_at": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        **_contents(database),
        "before": before,
        "checks": checked.counts(),
        "accepted_changes": checked.accepted,
        "files": {path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)} for path in files},
        "versions": {"goldthread": __version__, "duckdb": duckdb.__version__, "splink": installed("splink")},
        "configuration": _configuration(home),
        "seconds": seconds,
    }
    (partial / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _contents(database: Path) -> dict[str, Any]:
    """Count the rows by table, and read the nights and the model out of the version's own tables."""
    with duckdb.connect(str(database), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        counts = {
            f"{schema}.{table}": int(con.execute(f'SELECT count(*) FROM {schema}."{table}"').fetchall()[0][0])
            for schema, table in tables
        }
        nights = con.execute("SELECT DISTINCT night FROM meta.ledger ORDER BY night").fetchall()
        models = con.execute("SELECT DISTINCT model_version FROM meta.edge ORDER BY ALL").fetchall()
    return {
        "nights": [night.isoformat() for (night,) in nights],
        "counts": counts,
        "model_versions": [model for (model,) in models],
    }


def _configuration(home: Home) -> dict[str, str]:
    """Return the digest of each configuration file that the night went by."""
    names = sorted(path.name for path in (PACKAGE_ROOT / "config").iterdir() if path.is_file())
    paths = {name: home.find(f"config/{name}") for name in names} | {"sources.yml": sources_path(home)}
    return {name: sha256_of(path) for name, path in paths.items() if path.is_file()}


def _make_read_only(partial: Path) -> None:
    for path in partial.iterdir():
        path.chmod(0o444)
    partial.chmod(0o555)


def _sync_all(partial: Path) -> None:
    for path in (*sorted(partial.iterdir()), partial):
        sync(path)
