"""Messages a second, megabytes a second and peak memory of every format's extractor, against the simplest way to read.

    python -m benchmarks.extract                            all formats, 20 megabytes each
    python -m benchmarks.extract --formats mbox,table       some of them
    python -m benchmarks.extract --megabytes 1000 --no-baseline
                                                            whether a file of a gigabyte stays below 500 megabytes of memory
    python -m benchmarks.extract --formats zendesk --workers    two files side by side, too

Exports are written first, one file where the format can have all in one: that is what is hardest on memory. Each reading
then is a process of its own, so that its memory is its own: ours alone (every record handed on and dropped), ours into the
lake (digest and Parquet), and the baseline on the same files. Rates are by CPU seconds of the process, as machines are
shared; ``--json`` has the seconds of the clock as well. The limits are those of the issue "Every channel, nothing lost".
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.exports.case import Case
from benchmarks.exports.cases import CASES
from benchmarks.extract_report import WIDTH, print_report
from benchmarks.reading import ReadingFailed, apart

MEGABYTES_LIMIT, LARGE = 500, 1_000  # of memory; of a file that has to stay below it
SHORT_ROUNDS, SHORT_SECONDS = 3, 0.5  # of so few seconds, one reading tells little
ALONE = 34  # megabytes from which a file is a batch of its own, which is what workers share out


def measured(case: Case, options: argparse.Namespace) -> dict[str, Any]:
    """Write one export, read it in all ways, and return what came of it."""
    megabytes: int = options.megabytes
    home = Path(tempfile.mkdtemp(prefix="goldthread-bench-"))
    try:
        written = apart("write", case.name, home, size=megabytes * 1_000_000)
        found: dict[str, Any] = {"export": case.name, "format": case.source.format, **written}
        for reading in ("extracted", "landed", "baseline") if options.baseline else ("extracted", "landed"):
            found[reading] = quickest(reading, case, home, written["megabytes"], options.rounds)
        found |= judged(case, found)
    finally:
        shutil.rmtree(home)
    if options.workers:
        found["side_by_side"] = side_by_side(case, max(megabytes, ALONE))
    return found


def quickest(reading: str, case: Case, home: Path, megabytes: float, rounds: int) -> dict[str, Any]:
    """Take a reading several times, a short one at least three times, and return the one with the fewest CPU seconds."""
    taken = [apart(reading, case.name, home)]
    while len(taken) < rounds or (len(taken) < SHORT_ROUNDS and taken[0]["cpu_seconds"] < SHORT_SECONDS):
        taken.append(apart(reading, case.name, home))
    best = min(taken, key=lambda each: float(each["cpu_seconds"]))
    used = max(best["cpu_seconds"], 0.001)
    rates = {"messages_per_second": round(best["messages"] / used), "megabytes_per_second": round(megabytes / used, 2)}
    return best | rates | {"peak_megabytes": max(each["peak_megabytes"] for each in taken)}


def judged(case: Case, found: dict[str, Any]) -> dict[str, Any]:
    """Return how ours compares with the limits and the baseline; None where a limit does not apply.

    ``same_messages`` is whether all readings found as many messages as were written.
    """
    readings = [found[name] for name in ("extracted", "landed")]
    peak = max(reading["peak_megabytes"] for reading in readings)
    report: dict[str, Any] = {"is_small_enough": peak < MEGABYTES_LIMIT if found["megabytes"] >= LARGE else None}
    if "baseline" in found:
        times = found["extracted"]["cpu_seconds"] / max(found["baseline"]["cpu_seconds"], 0.001)
        report |= {
            "baseline_name": case.baseline,
            "baseline_unit": case.unit,
            "times_as_long": round(times, 3),
            "limit_times_as_long": case.limit.times if case.limit else None,
            "is_fast_enough": times <= case.limit.times if case.limit else None,
        }
        readings += [found["baseline"]] if case.unit != "lines" else []
    return report | {"same_messages": {reading["messages"] for reading in readings} == {found["messages"]}}


def side_by_side(case: Case, megabytes: int) -> dict[str, Any]:
    """Land two files with one worker and with two."""
    home = Path(tempfile.mkdtemp(prefix="goldthread-bench-"))
    try:
        written = apart("write", case.name, home, size=megabytes * 1_000_000, files=2)
        return written | {f"workers_{n}": apart("side_by_side", case.name, home, workers=n) for n in (1, 2)}
    finally:
        shutil.rmtree(home)


def chosen(formats: str | None) -> list[Case]:
    """Return the exports of the formats named, or those named themselves ("table.csv").

    Raises:
        SystemExit: a name is not known.
    """
    wanted = formats.split(",") if formats else []
    known = {case.source.format for case in CASES.values()} | set(CASES)
    if unknown := set(wanted) - known:
        raise SystemExit(f"not known: {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    return [case for case in CASES.values() if not wanted or {case.name, case.source.format} & set(wanted)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=20, help="of each export (20)")
    parser.add_argument("--formats", help="such as mbox,table or table.csv (all)")
    parser.add_argument("--rounds", type=int, default=1, help="readings of each kind, of which the quickest counts (1)")
    parser.add_argument("--workers", action="store_true", help="land two files side by side, too")
    parser.add_argument(
        "--no-baseline", dest="baseline", action="store_false", help="ours alone, where the other takes long"
    )
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    options = parser.parse_args()
    progress = Console(stderr=True)
    found, failed = [], 0
    for case in chosen(options.formats):
        progress.print(f"{case.name} …", style="dim")
        try:
            found.append(measured(case, options))
        except ReadingFailed as error:
            progress.print(str(error), style="red")
            failed += 1
    if options.json:
        json.dump(found, sys.stdout, indent=2)
        print()
    else:
        print_report(found, Console(width=max(WIDTH, progress.width)))
    if failed:
        raise SystemExit(f"{failed} of the exports could not be measured")


if __name__ == "__main__":
    main()
