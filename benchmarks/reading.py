"""One reading of one export, in a process of its own: messages, seconds and peak memory, as a line of JSON.

Usage: python -m benchmarks.reading READING CASE HOME [--size BYTES] [--files 1] [--workers 1]
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.exports.case import NIGHT, Case
from benchmarks.exports.cases import CASES
from pipelines.settings import PACKAGE_ROOT, Home

os.environ.pop("GOLDTHREAD_INBOX", None)  # an inbox of one's own has no part in this


class ReadingFailed(Exception):
    """A process ended without a figure."""


def apart(reading: str, case: str, home: Path, **options: int) -> dict[str, Any]:
    """Take a reading in a fresh process.

    Raises:
        ReadingFailed: what it said is on the standard error stream.
    """
    more = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "benchmarks.reading", reading, case, str(home), *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=PACKAGE_ROOT)
    if done.returncode:
        raise ReadingFailed(f"{reading} of {case} failed")
    return dict(json.loads(done.stdout))


def write(case: Case, home: Home, options: argparse.Namespace) -> dict[str, Any]:
    """Write the export; returns its messages, bytes and files."""
    folder = Path(home.inbox) / case.folder
    messages = sum(case.write(folder, options.size, part) for part in range(options.files))
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return {"messages": messages, "megabytes": round(sum(sizes) / 1e6, 2), "files": len(sizes)}


def extracted(case: Case, home: Home, options: argparse.Namespace) -> dict[str, Any]:
    """Extract the export to the end, records handed on, one by one or by column, and dropped."""
    from pipelines.extract.files.blocks import Block
    from pipelines.extract.files.inbox import find_export
    from pipelines.extract.landing.reading import format_module, read_blocks
    from pipelines.extract.values.issues import Issues

    format_module(case.source.format)

    def read() -> int:
        issues = Issues()
        read = read_blocks(find_export(home.inbox, case.source, NIGHT), issues)
        found = sum(len(each) if isinstance(each, Block) else 1 for each in read)
        _refuse(case, len(issues.quarantined), [row.reason for row in issues.quarantined[:1]])
        return found

    return timed(read)


def landed(case: Case, home: Home, options: argparse.Namespace) -> dict[str, Any]:
    """Land the export: digests, records, Parquet, in this process."""
    from pipelines.extract.landing.landing import land
    from pipelines.extract.landing.reading import format_module

    format_module(case.source.format)

    def read() -> int:
        report = land(home, case.source, NIGHT)
        _refuse(case, report.quarantined, report.places)
        return report.taken

    try:
        return timed(read)
    finally:
        shutil.rmtree(home.lake, ignore_errors=True)


def side_by_side(case: Case, home: Home, options: argparse.Namespace) -> dict[str, Any]:
    """Land the export in workers; CPU seconds and peak memory are theirs, start-up included."""
    from pipelines.extract.landing.landing import land
    from pipelines.extract.landing.reading import format_module
    from pipelines.extract.landing.workers import pool

    format_module(case.source.format)
    started = perf_counter()
    with pool(options.workers) as workers:
        report = land(home, case.source, NIGHT, workers)
    seconds = perf_counter() - started
    _refuse(case, report.quarantined, report.places)
    shutil.rmtree(home.lake, ignore_errors=True)
    of_workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told(report.taken, seconds, of_workers.ru_utime + of_workers.ru_stime, of_workers.ru_maxrss)


def baseline(case: Case, home: Home, options: argparse.Namespace) -> dict[str, Any]:
    """Read the export in the simplest way."""
    return timed(lambda: case.read(Path(home.inbox) / case.folder))


def _refuse(case: Case, quarantined: int, reasons: list[str]) -> None:
    if quarantined:
        raise SystemExit(f"{case.name}: {quarantined} of its records are quarantined ({reasons})")


def timed(read: Callable[[], int]) -> dict[str, Any]:
    """Read once."""
    started, used = perf_counter(), process_time()
    messages = read()
    seconds, used = perf_counter() - started, process_time() - used
    return told(messages, seconds, used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def told(messages: int, seconds: float, cpu_seconds: float, peak_kilobytes: int) -> dict[str, Any]:
    """Return what came of a reading; rates are by ``cpu_seconds``, as machines are shared."""
    return {
        "messages": messages, "seconds": round(seconds, 4), "cpu_seconds": round(cpu_seconds, 4),
        "peak_megabytes": round(peak_kilobytes * 1024 / 1e6),
    }  # fmt: skip


READINGS = {each.__name__: each for each in (write, extracted, landed, side_by_side, baseline)}


def main() -> None:
    """Take the reading and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reading", choices=READINGS)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("home", type=Path)
    parser.add_argument("--size", type=int, default=2_000_000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(READINGS[options.reading](CASES[options.case], Home(options.home), options)))


if __name__ == "__main__":
    main()
