"""One night end to end, without Airflow: seconds and peak memory by stage, against just reading the files.

    python -m benchmarks.night                    100,000 interactions from 30,000 persons, one night
    python -m benchmarks.night --persons 3000     a smaller one

Each stage is a process of its own (``goldthread extract``, ``resolve`` …), as under Airflow, so that its memory is its
own; start-up and imports are in its time. The baseline, run on the same files in the same run, is what Python's
standard library needs to only read them: ``mailbox`` with ``policy.default``, ``json`` and ``csv``, keeping nothing.
"""

import argparse
import csv
import json
import mailbox
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from time import perf_counter

import duckdb

STAGES = ("extract", "resolve", "load", "validate", "publish")
LIMIT_SECONDS, LIMIT_GIB = 180, 3.0  # what issue "The night runs" asks of 100,000 interactions


def measured(*arguments: str) -> tuple[float, float]:
    """Run the command; return its seconds and its peak memory in GiB."""
    started = perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "pipelines.cli", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"goldthread {' '.join(arguments)} failed")
    return perf_counter() - started, usage.ru_maxrss / 2**20


def read_only(inbox: Path) -> Iterator[object]:
    """The baseline: read every record of the inbox with the standard library, and do nothing with it."""
    for path in sorted(inbox.rglob("*")):
        if path.suffix == ".mbox":
            parse = BytesParser(policy=policy.default).parse
            yield from ([message["from"], message.get_body()] for message in mailbox.mbox(path, factory=parse))
        elif path.suffix in (".json", ".jsonl", ".ndjson"):
            text = path.read_text()
            yield from map(read_json, text.splitlines() if path.suffix != ".json" else [text])
        elif path.suffix == ".csv":
            with path.open(newline="") as lines:
                yield from csv.reader(lines)
        elif path.suffix in (".js", ".txt"):
            yield from path.read_text().splitlines()


def read_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:  # the world holds lines that are broken on purpose
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=30_000)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20_261)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="goldthread-bench-"))
    try:
        run(home, options)
    finally:
        shutil.rmtree(home)


def run(home: Path, options: argparse.Namespace) -> None:
    world = [f"--{name}={value}" for name, value in vars(options).items()]
    seconds, _ = measured("demo", *world, "--home", str(home))
    nights = sorted({path.name for path in (home / "inbox").glob("*/*")})
    size = sum(path.stat().st_size for path in (home / "inbox").rglob("*") if path.is_file())
    print(f"world: {options.persons:,} persons, {len(nights)} nights, {size / 2**20:.0f} MiB, written in {seconds:.0f} s")
    for night in nights:
        figures = {stage: measured(stage, "--night", night, "--home", str(home)) for stage in STAGES}
        total, peak = sum(seconds for seconds, _ in figures.values()), max(gib for _, gib in figures.values())
        print(f"\nnight {night}\n{'stage':<10}{'seconds':>9}{'share':>8}{'peak GiB':>10}")
        for stage, (spent, gib) in figures.items():
            print(f"{stage:<10}{spent:>9.1f}{spent / total:>8.0%}{gib:>10.2f}")
        print(f"{'night':<10}{total:>9.1f}{'':>8}{peak:>10.2f}   (limit {LIMIT_SECONDS} s, {LIMIT_GIB} GiB)")
    started = perf_counter()
    records = sum(1 for _ in read_only(home / "inbox"))
    baseline = perf_counter() - started
    with duckdb.connect(str((home / "published" / "current").resolve() / "customers.duckdb"), read_only=True) as con:
        interactions, customers = con.execute(
            "SELECT (SELECT count(*) FROM golden.interaction), (SELECT count(*) FROM golden.customer)"
        ).fetchall()[0]
    print(f"\n{interactions:,} interactions, {customers:,} customers")
    print(f"baseline, standard library reading only: {baseline:.1f} s for {records:,} records")
    print(f"the last night took {total / baseline:.1f} x the baseline")
    subprocess.run([sys.executable, "-m", "pipelines.cli", "score", "--home", str(home)], check=True)


if __name__ == "__main__":
    main()
