"""The two engines side by side: a night and the night after it on DuckDB and on Spark, what they cost and where they differ.

    python -m benchmarks.engines --persons 20000

Resolves the same lake of the sample world in two homes, each night by the command as a user gives it. Prints processor
seconds (of all processes: Python, Java, executors), wall seconds and peak memory of each; then every edge that one engine
alone has or that weighs otherwise, and every record that is another customer's. Exit code 1 where anything differs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import duckdb

from benchmarks.homes import extract_night, nights_of, prepare_world
from pipelines.settings import ENGINES, Home

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SHOWN = 20
TABLES = {
    "edge": "SELECT identity_l, identity_r, match_weight, match_probability, other_weight, rule FROM {}.resolve.edge",
    "membership": "SELECT source, source_ref, customer_id FROM {}.resolve.membership",
    "customer": "FROM {}.resolve.customer",
}


@dataclass
class Cost:
    """What a command took: seconds, and megabytes at most, over all its processes."""

    wall: float = 0.0
    cpu: float = 0.0
    megabytes: int = 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--persons", type=int, default=20_000)
    options.add_argument("--nights", type=int, default=2)
    options.add_argument("--seed", type=int, default=5)
    options.add_argument("--home", type=Path, help="keep the world here (default: a folder that is removed)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = Home((given.home or Path(folder) / "world").resolve())
        prepare_world(world, given.persons, given.nights, given.seed)
        homes = {engine: world.path.with_name(f"{world.path.name}-{engine}") for engine in ENGINES}
        for home in homes.values():
            shutil.rmtree(home, ignore_errors=True)
        print(f"{'night':<12}{'engine':<8}{'cpu s':>8}{'wall s':>8}{'peak MB':>9}")
        for night in nights_of(world):
            extract_night(world, night)
            for engine, home in homes.items():
                shutil.copytree(world.lake, home / "lake", copy_function=link, dirs_exist_ok=True)
                shutil.copytree(world.path / "config", home / "config", dirs_exist_ok=True)
                cost = resolve(home, str(night), engine)
                print(f"{night!s:<12}{engine:<8}{cost.cpu:>8.1f}{cost.wall:>8.1f}{cost.megabytes:>9}", flush=True)
        sys.exit(1 if tell_differences(*(Home(home) for home in homes.values())) else 0)


def link(source: str, target: str) -> None:
    if not Path(target).exists():
        os.link(source, target)


def resolve(home: Path, night: str, engine: str) -> Cost:
    """Run the command in a session of its own and count what every process of it takes."""
    command = [sys.executable, "-m", "pipelines.cli", "resolve", "--night", night, "--engine", engine, "--home", str(home)]
    started, cost, done = perf_counter(), Cost(), Event()
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watcher = Thread(target=watch, args=(process.pid, cost, done))
    watcher.start()
    _, words = process.communicate()
    cost.wall = perf_counter() - started
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{engine}: exit code {process.returncode}\n{words.decode()}")
    return cost


def watch(session: int, cost: Cost, done: Event) -> None:
    """Look at the processes of a session five times a second; a process counts what it had taken when it was last seen."""
    seconds: dict[int, float] = {}
    while not done.wait(0.2):
        pages = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if int(fields[3]) == session:
                seconds[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / TICKS
                pages += int(fields[21])
        cost.megabytes = max(cost.megabytes, pages * PAGE // 2**20)
    cost.cpu = sum(seconds.values())


def tell_differences(one: Home, other: Home) -> int:
    """Print the rows that stand in one of the two warehouses alone, and return how many there are."""
    found = 0
    with duckdb.connect() as con:
        for name, home in (("one", one), ("other", other)):
            con.execute(f"ATTACH '{home.database}' AS {name} (READ_ONLY)")
        for table, select in TABLES.items():
            sides = [select.format(name) for name in ("one", "other")]
            rows = con.execute(f"SELECT count(*) FROM ({sides[0]})").fetchall()[0][0]
            alone = [
                con.execute(f"({here}) EXCEPT ALL ({there}) ORDER BY ALL").fetchall() for here, there in (sides, sides[::-1])
            ]
            print(f"{table}: {rows:,} rows, {len(alone[0])} on DuckDB alone, {len(alone[1])} on Spark alone")
            for engine, differing in zip(ENGINES, alone, strict=True):
                for row in differing[:SHOWN]:
                    print(f"  {engine}: {row}")
            found += sum(map(len, alone))
    return found


if __name__ == "__main__":
    main()
