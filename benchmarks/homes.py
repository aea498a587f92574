"""Homes for the benches of identity resolution: nights extracted and resolved, nothing loaded or published."""

import json
import os
import resource
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

from pipelines import night as stages
from pipelines import warehouse
from pipelines.demo.command import write_demo
from pipelines.resolve.customers.past import PUBLISHED, Past
from pipelines.settings import Home

WORLD = "bench_world.json"  # which world a kept home holds


@dataclass(frozen=True)
class Resolved:
    """A resolved home, and what its last resolve took: CPU seconds, and peak megabytes of this process so far."""

    home: Home
    rows: dict[str, int]
    cpu_seconds: float
    peak_megabytes: int


def nights_of(home: Home) -> list[date]:
    """Return the nights in the inbox, in order."""
    return [date.fromisoformat(name) for name in sorted({path.name for path in Path(home.inbox).glob("*/*")})]


def prepare_world(home: Home, persons: int, nights: int, seed: int) -> None:
    """Write a sample world into ``home``, unless it holds this one already; what was made of another one is removed."""
    asked = {"persons": persons, "nights": nights, "seed": seed}
    told = home.path / WORLD
    if told.is_file() and json.loads(told.read_text()) == asked:
        return
    if home.path.is_dir() and any(home.path.iterdir()) and not told.is_file():
        raise SystemExit(f"{home.path} holds something else than a bench's world: name an empty folder")
    shutil.rmtree(home.path, ignore_errors=True)
    write_demo(home, persons, nights, seed)
    told.write_text(json.dumps(asked) + "\n")


def run_nights(home: Home) -> Resolved:
    """Extract and resolve every night in order, as a company would have."""
    for night in nights_of(home):
        extract_night(home, night)
        resolved = resolve_night(home, night)
    return resolved


def extract_nights(home: Home) -> None:
    """Extract all nights, those that have not been, and read again what was set aside."""
    for night in nights_of(home):
        extract_night(home, night)
    stages.replay_quarantine(home, stages.sources_of(home))


def extract_night(home: Home, night: date, only: str | None = None) -> None:
    """Extract one night, of all sources or one; files have an hour, so that a busy machine sets none of them aside.

    Raises:
        SourceBroken: a source broke its bounds; what is measured on a part of a world is no measure.
    """
    os.environ.setdefault("GOLDTHREAD_FILE_SECONDS", "3600")
    stages.raise_broken(stages.extract(home, stages.sources_of(home), night, only=only))


def resolve_anew(home: Home) -> Resolved:
    """Resolve the last night without anything that earlier nights left: whatever has changed in the code, it counts."""
    shutil.rmtree(home.database.parent, ignore_errors=True)
    return resolve_night(home, nights_of(home)[-1])


def resolve_night(home: Home, night: date) -> Resolved:
    """Resolve one night."""
    started = process_time()
    report: Any = stages.resolve(night.isoformat(), str(home.path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Resolved(home, dict(report), process_time() - started, peak)


def publish_past(home: Home, version: Path) -> Past:
    """Write to the file ``version`` what a night goes on from, of all that a version has; return it as the past of the next.

    The warehouse is resolved, and nobody writes it.
    """
    con = warehouse.connect(version, home)
    con.execute(f"ATTACH '{home.database}' AS resolved (READ_ONLY)")
    con.execute("USE resolved")
    for table in PUBLISHED.values():
        query, _ = warehouse.select_of(con, home, table, {})
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {version.stem}.{table.split('.')[0]}")
        con.execute(f"CREATE TABLE {version.stem}.{table} AS {query}")
    con.close()
    return Past(version, version)
