"""How resolve grows: a full run, the night after it, the same again from nothing, and raw Splink on the same records.

    python -m benchmarks.scale                            50,000 identities, 150,000 records
    python -m benchmarks.scale --identities 1000000       what the issue asks for; an hour on a busy machine
    python -m benchmarks.scale --junk                     with one telephone number on a fifth of all records
    python -m benchmarks.scale --splink 0                 without the baseline
    python -m benchmarks.scale --load                     also build the golden tables from what the second night left
    python -m benchmarks.scale --one-by-one               also score every record instead of every identity, and compare

Processor seconds (all threads), not elapsed ones, so that a busy machine tells the same. Each run is a process of its own,
so that its peak of memory is its own. The second night brings a hundredth of the records; what it leaves is compared with
what --full makes of the same: every table of staging and resolve, row for row, the customers' ids among them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.scale_world import NIGHTS, World, write_world

SLOWEST = 8  # tables of load that are told
LIMIT_NIGHT = 1 / 8  # of the full run


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--identities", type=int, default=50_000)
    options.add_argument("--records", type=int, default=0, help="in all; three an identity unless given")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--junk", action="store_true")
    options.add_argument("--load", action="store_true")
    options.add_argument("--one-by-one", action="store_true")
    options.add_argument("--splink", type=int, default=20_000, metavar="IDENTITIES", help="size of the baseline; 0 for none")
    options.add_argument("--keep", type=Path, help="a folder for the worlds, to look at afterwards")
    given = options.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="goldthread-scale-"))
    try:
        ok = measure(folder, given)
    finally:
        if not given.keep:
            shutil.rmtree(folder)
    sys.exit(0 if ok else 1)


def measure(folder: Path, given: argparse.Namespace) -> bool:
    """Run it all, print it, and say whether the nights ended where the full run did."""
    whole = folder / "world"
    world = write_world(whole, given.identities, seed=given.seed, junk=given.junk, records=given.records)
    tell_world(world)
    first = child("resolve", split(whole, folder / "nightly"), NIGHTS[0].isoformat())
    tell("first night, all of it", first)
    child("publish", folder / "nightly", "0")
    bring(whole, folder / "nightly")
    night = child("resolve", folder / "nightly", NIGHTS[1].isoformat())
    tell(f"second night, {world.late_share:.1%} of the records", night)
    shutil.copytree(folder / "nightly", folder / "full", copy_function=shutil.copy2)
    full = child("resolve_full", folder / "full", NIGHTS[1].isoformat())
    tell("all of it again, with --full", full)
    compared = child("compare", folder / "nightly", str(folder / "full"))
    share = night["cpu_seconds"] / full["cpu_seconds"]
    print(f"\nthe night cost {share:.3f} of the full run (asked: {LIMIT_NIGHT}); {compared['words']}")
    print(f"pairs of records: precision {compared['precision']:.4f}, recall {compared['recall']:.4f} against the truth")
    if given.load:
        tell_load(child("load", folder / "nightly", NIGHTS[1].isoformat()))
    if given.one_by_one:
        tell_one_by_one(child("one_by_one", folder / "full", "0"))
    if given.junk:
        plain = folder / "plain"
        write_world(plain, given.identities, seed=given.seed, records=given.records)
        without = child("resolve", plain, NIGHTS[1].isoformat())
        print(f"the junk value costs {full['cpu_seconds'] / without['cpu_seconds'] - 1:+.0%} (asked: at most +50%)")
        for line in full["warnings"]:
            print(f"  told: {line}")
    if given.splink:
        tell_baseline(folder / "baseline", given)
    return bool(compared["same"])


def tell_world(world: World) -> None:
    print(f"{world.persons:,} persons, {world.messages:,} messages, {world.profiles:,} rows of the CRM")


def tell(label: str, run: dict[str, Any]) -> None:
    rows = run["rows"]
    print(
        f"\n{label}: {run['cpu_seconds']:.1f} s of CPU, {run['peak_gib']:.2f} GiB at most;"
        f" {rows['resolve.membership']:,} records, {rows['resolve.identity']:,} identities,"
        f" {rows['resolve.edge']:,} edges, {rows['resolve.customer']:,} customers"
    )
    for step, seconds in run["steps"].items():
        print(f"  {step:<22}{seconds:>8.2f}")


def tell_load(run: dict[str, Any]) -> None:
    print(f"\nthe golden tables: {run['cpu_seconds']:.1f} s of CPU, {run['peak_gib']:.2f} GiB at most; the slowest of them")
    for table, seconds in sorted(run["steps"].items(), key=lambda step: -step[1])[:SLOWEST]:
        print(f"  {table:<26}{seconds:>8.2f}")


def tell_one_by_one(run: dict[str, Any]) -> None:
    print(
        f"\none by one: {run['record_pairs']:,} pairs of records in {run['record_seconds']:.1f} s of CPU, against"
        f" {run['identity_pairs']:,} pairs of identities in {run['identity_seconds']:.1f} s:"
        f" {run['identity_seconds'] / run['record_seconds']:.3f} (asked: 0.125);"
        f" {run['apart']:,} of {run['records']:,} records lie in another cluster"
    )


def tell_baseline(home: Path, given: argparse.Namespace) -> None:
    world = write_world(home, given.splink, seed=given.seed, junk=given.junk)
    ours = child("resolve", home, NIGHTS[1].isoformat())
    raw = child("splink", home, "0")
    agreed = child("compare", home, str(home))
    print(
        f"\nraw Splink on the {world.messages + world.profiles:,} records of {given.splink:,} identities, in the same run:"
    )
    print(f"{'':<14}{'CPU s':>8}{'GiB':>7}{'precision':>11}{'recall':>9}")
    for name, run, held in (("Goldthread", ours, agreed), ("raw Splink", raw, raw)):
        cost = f"{run['cpu_seconds']:>8.1f}{run['peak_gib']:>7.2f}"
        print(f"{name:<14}{cost}{held['precision']:>11.4f}{held['recall']:>9.4f}")
    print(f"Goldthread took {ours['cpu_seconds'] / raw['cpu_seconds']:.2f} of its CPU")


def split(whole: Path, nightly: Path) -> Path:
    """Make a home that has the first night alone."""
    for partition in (whole / "lake").glob(f"*/{NIGHTS[0].isoformat()}"):
        shutil.copytree(partition, nightly / "lake" / partition.parent.name / partition.name, copy_function=shutil.copy2)
    shutil.copytree(whole / "truth", nightly / "truth")
    return nightly


def bring(whole: Path, nightly: Path) -> None:
    """Bring the second night."""
    for partition in (whole / "lake").glob(f"*/{NIGHTS[1].isoformat()}"):
        shutil.copytree(partition, nightly / "lake" / partition.parent.name / partition.name, copy_function=shutil.copy2)


def child(what: str, home: Path, argument: str) -> dict[str, Any]:
    """Run one part of ``benchmarks.scale_runs`` in a process of its own, and return what it found."""
    command = [sys.executable, "-m", "benchmarks.scale_runs", what, str(home), argument]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    told = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{what} failed")
    return {**json.loads(told), "peak_gib": usage.ru_maxrss / 2**20}


if __name__ == "__main__":
    main()
